"""An article -> its statements: grammar finds who says what, quotations are given to them, names are resolved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Protocol

from rag.records import Article, Attribution, Range, Sentence, Statement
from rag.speakers.announced import announced_drafts, announces, aside_drafts
from rag.speakers.clause import Clause
from rag.speakers.draft import Draft, has_letters
from rag.speakers.grammar import find_clauses
from rag.speakers.mentions import Source
from rag.speakers.monologues import give_monologues, give_sections, is_marked
from rag.speakers.parsed import Parsed, Plain, plain
from rag.speakers.people import find_people
from rag.speakers.quotations import Quotation, is_label, meeting
from rag.speakers.resolve import Resolver
from rag.speakers.spoken import body_quotations, give_quotations

if TYPE_CHECKING:
    from spacy.tokens import Doc


_APART = frozenset({",", ";", ":", "-", "–", "—", "--"})
"""What stands between what is said and who says it, and belongs to neither."""
_LONGEST = 2_000
"""Characters; longer sentences are lists, tables and code, which have no grammar, and slow to parse."""


class Parser(Protocol):
    """Finds the grammar of sentences, and then the names in them."""

    def parse(self, texts: Sequence[str]) -> list[Doc]:
        """Return every sentence with tags and dependencies."""

    def find_entities(self, docs: Sequence[Doc]) -> None:
        """Set the entities of parsed sentences."""


def find_statements(article: Article, sentences: Sequence[Sentence], parser: Parser) -> tuple[Statement, ...]:
    """Return who says what in an article, in reading order of the cues."""
    quotations = body_quotations(article)
    parsed = _parse(article, sentences, parser, quotations)
    drafts = _drafts(article, parsed, quotations)
    give_quotations(article, drafts, quotations)
    drafts = give_monologues(article, sentences, drafts)
    give_sections(article, sentences, drafts)
    if not drafts:  # where nobody speaks it does not matter who is named
        return ()
    parser.find_entities([one.doc for one in parsed])
    resolver = Resolver(article.text, parsed, find_people(article.text, parsed), article.authors)
    drafts.sort(key=lambda draft: (draft.cue, draft.source))
    made = (_statement(article.text, draft, resolver) for draft in drafts)
    return tuple(one for one in made if one is not None)


def _parse(
    article: Article, sentences: Sequence[Sentence], parser: Parser, quotations: Sequence[Sequence[Quotation]]
) -> list[Parsed]:
    read = [
        one
        for one in sentences
        if (one.kind in ("body", "title") or announces(article, one)) and one.range.end - one.range.start <= _LONGEST
    ]
    words = [plain(article.text, one.range) for one in read]
    docs = parser.parse([one.text for one in words])
    paragraphs = list(accumulate(not is_marked(article, number) for number in range(len(article.blocks))))
    return [
        Parsed(
            sentence,
            doc,
            _quoted(doc, one, meeting(quotations[sentence.block], sentence.range)),
            paragraphs[sentence.block],
            one.places,
        )
        for sentence, one, doc in zip(read, words, docs, strict=True)
    ]


def _quoted(doc: Doc, words: Plain, quotations: Sequence[Quotation]) -> tuple[bool, ...]:
    """For each token whether it stands inside of quotation marks."""
    inside = {n for one in quotations for n in range(one.range.start + 1, one.range.end)}
    return tuple(words.places[token.idx] in inside for token in doc)


def _drafts(article: Article, parsed: Sequence[Parsed], quotations: Sequence[Sequence[Quotation]]) -> list[Draft]:
    """All that sentences tell as said; a turn is one saying, and an aside counts where grammar found nothing."""
    drafts = [
        _draft(at, one, clause)
        for at, one in enumerate(parsed)
        if one.sentence.kind in ("body", "title")
        for clause in find_clauses(one.doc, one.quoted)
    ]
    announced = list(announced_drafts(article, parsed))
    whole = {draft.sentence.block for draft in announced if draft.sentence.kind == "body"}
    drafts = [draft for draft in drafts if draft.sentence.block not in whole] + announced
    told = {draft.mention.at for draft in drafts}
    asides = (draft for draft in aside_drafts(article, parsed, quotations) if draft.mention.at not in told)
    return [*drafts, *asides]


def _draft(at: int, parsed: Parsed, clause: Clause) -> Draft:
    content = [parsed.place(run[0], run[-1]) for run in map(partial(_trimmed, parsed), _runs(clause.content)) if run]
    return Draft(
        sentence=parsed.sentence,
        mention=Source(at, clause.source[0], clause.source[-1]),
        source=parsed.place(clause.source[0], clause.source[-1]),
        cue=parsed.place(clause.cue[0], clause.cue[-1]),
        content=content,
        speech=clause.speech,
    )


def _runs(positions: Sequence[int]) -> Iterator[Sequence[int]]:
    """Runs of positions without a gap."""
    for _, run in groupby(enumerate(positions), key=lambda pair: pair[1] - pair[0]):
        yield [position for _, position in run]


def _trimmed(parsed: Parsed, run: Sequence[int]) -> Sequence[int]:
    """A run of tokens without the commas and dashes at its edges that only set it off."""
    off = [n for n, at in enumerate(run) if parsed.doc[at].text not in _APART]
    return run[off[0] : off[-1] + 1] if off else ()


def _statement(text: str, draft: Draft, resolver: Resolver) -> Statement | None:
    """The statement that a draft has become; None when nobody says anything after all."""
    content = tuple(one for one in draft.ranges() if has_letters(text, one))
    if not content or not has_letters(text, draft.source):
        return None
    found = resolver.resolve(draft.mention)
    named_at = found.named_at if found.speaker is not None and found.named_at != draft.source else None
    return Statement(_attribution(text, draft, content), draft.source, draft.cue, content, found.speaker, named_at)


def _attribution(text: str, draft: Draft, content: Sequence[Range]) -> Attribution:
    """`direct` when all that is said stands in quotation marks, `mixed` when some does; a title is no speech."""
    said = {n for one in content for n in range(one.start, one.end) if text[n].isalnum()}
    if said <= _characters(draft.quotations):
        return "direct"
    return "mixed" if said & _characters([one for one in draft.quotations if not is_label(text, one)]) else "indirect"


def _characters(quotations: Sequence[Quotation]) -> set[int]:
    return {n for one in quotations for n in range(one.range.start, one.range.end)}
