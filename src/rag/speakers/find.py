"""An article -> its statements: grammar finds who says what, quotations are given to them, names are resolved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from rag.records import Article, Attribution, Range, Sentence, Statement
from rag.speakers.clauses import Clause, find_clauses
from rag.speakers.parsed import Parsed
from rag.speakers.people import find_people
from rag.speakers.quotations import Quotation
from rag.speakers.resolve import Resolver, Source
from rag.speakers.spoken import Draft, body_quotations, give_monologues, give_quotations

if TYPE_CHECKING:
    from spacy.tokens import Doc


class Parser(Protocol):
    """Finds the grammar and the names of sentences."""

    def parse(self, texts: Sequence[str]) -> list[Doc]:
        """Return every sentence with tags, dependencies and entities."""


def find_statements(article: Article, sentences: Sequence[Sentence], parser: Parser) -> tuple[Statement, ...]:
    """Return who says what in an article, in reading order of the cues."""
    quotations = body_quotations(article)
    parsed = _parse(article, sentences, parser, quotations)
    drafts = [
        _draft(at, one, clause) for at, one in enumerate(parsed) for clause in find_clauses(one.doc, one.quoted)
    ]
    give_quotations(article, drafts, quotations)
    drafts = give_monologues(article, sentences, drafts)
    resolver = Resolver(article.text, parsed, find_people(article.text, parsed), article.authors)
    drafts.sort(key=lambda draft: (draft.cue, draft.source))
    return tuple(
        _statement(article.text, draft, resolver)
        for draft in drafts
        if _says_something(article.text, draft)
    )


def _parse(
    article: Article, sentences: Sequence[Sentence], parser: Parser, quotations: Sequence[Sequence[Quotation]]
) -> list[Parsed]:
    read = [sentence for sentence in sentences if sentence.kind == "body"]
    docs = parser.parse([article.text[one.range.start : one.range.end] for one in read])
    return [
        Parsed(sentence, doc, tuple(_within(sentence.range.start + t.idx, quotations[sentence.block]) for t in doc))
        for sentence, doc in zip(read, docs, strict=True)
    ]


def _within(place: int, marks: Sequence[Quotation]) -> bool:
    return any(one.range.start < place < one.range.end for one in marks)


def _draft(at: int, parsed: Parsed, clause: Clause) -> Draft:
    content = [parsed.place(first, last) for first, last in _runs(clause.content)]
    return Draft(
        sentence=parsed.sentence,
        mention=Source(at, clause.source[0], clause.source[-1]),
        source=parsed.place(clause.source[0], clause.source[-1]),
        cue=parsed.place(clause.cue[0], clause.cue[-1]),
        content=content,
        speech=clause.speech,
    )


def _runs(positions: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for position in positions:
        if runs and position == runs[-1][1] + 1:
            runs[-1][1] = position
        else:
            runs.append([position, position])
    return runs


def _says_something(text: str, draft: Draft) -> bool:
    return any(_has_letters(text, one) for one in draft.ranges())


def _has_letters(text: str, place: Range) -> bool:
    return any(map(str.isalnum, text[place.start : place.end]))


def _statement(text: str, draft: Draft, resolver: Resolver) -> Statement:
    content = tuple(one for one in draft.ranges() if _has_letters(text, one))
    found = resolver.resolve(draft.mention)
    named_at = found.named_at if found.speaker is not None and found.named_at != draft.source else None
    return Statement(_attribution(text, draft, content), draft.source, draft.cue, content, found.speaker, named_at)


def _attribution(text: str, draft: Draft, content: Sequence[Range]) -> Attribution:
    """`direct` when all that is said stands in quotation marks, `mixed` when some of it does."""
    own = {n for one in draft.quotations for n in range(one.range.start, one.range.end)}
    said = [n in own for one in content for n in range(one.start, one.end) if text[n].isalnum()]
    if not any(said):
        return "indirect"
    return "direct" if all(said) else "mixed"
