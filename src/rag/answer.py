"""Judged sentences -> Answer or Abstention (REPLY); knows no storage and no models."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from rag.evidence import Selection, Verdict
from rag.question import Question
from rag.records import (
    Abstention,
    Answer,
    Article,
    Kind,
    Place,
    Quote,
    Range,
    Reason,
    Reply,
    Sentence,
    Statement,
    Strength,
)
from rag.words import Word

NEAREST = 3
"""Quotes that an abstention shows."""

_HALF = 0.5
"""Share of the question's words that must stand in the articles for it to count as mentioned."""

_ASKED_KIND: dict[str, Kind] = {"author": "byline", "title": "title"}
_LEANING_STARTS = re.compile(
    r"^[\W_]*(he|she|it|they|his|her|their|its|this|that|these|those|such|both|the latter|the former|"
    r"in addition|in turn|as a result|after that|at the same time|first of all|on the (one|other|third) hand|"
    r"however|therefore|thus|then|also|but|and|so|moreover|instead|meanwhile)\b",
    re.IGNORECASE,
)
_OPENING, _CLOSING = "“„«", "”»"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted, with its article, that article's sentences and the passage it was found in.

    `statement` is the one that the sentence is part of, when it is somebody's words; `authors` says that nobody but
    the author speaks in it.
    """

    article: Article
    sentences: tuple[Sentence, ...]
    sentence: Sentence
    passage: Range
    statement: Statement | None = None
    authors: bool = False

    @property
    def text(self) -> str:
        """The words of the sentence."""
        return text_of(self.article, self.sentence.range)

    @property
    def place(self) -> Place:
        """Where the sentence stands."""
        return Place(self.article, self.sentence.number, self.sentence.range)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a reply may speak of: how many articles, and which words of the question stand in none of them."""

    articles: int
    unmentioned: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Languages:
    """The English names of two languages: that of a question, and that of the articles."""

    asked: str
    written: str


Candidates: TypeAlias = Sequence[Candidate]


def text_of(article: Article, place: Range) -> str:
    """Return the characters of an article in a range."""
    return article.text[place.start : place.end]


def answer(question: Question, candidates: Candidates, verdict: Verdict, selection: Selection) -> Answer:
    """Return the selected candidates, in reading order, as an answer.

    Args:
        question: What was asked.
        candidates: In reading order.
        verdict: On the candidates.
        selection: Rows of the candidates, at least one.
    """
    quotes = _quotes(candidates, selection, verdict)
    return Answer(question.asked, quotes, round(verdict.confidence, 4), 0.0)


def abstain(question: Question, candidates: Candidates, verdict: Verdict, scope: Scope) -> Abstention:
    """Return the refusal: what the articles do not mention, or that they mention it and do not answer."""
    missing = _missing(question, scope)
    reason: Reason = "not_mentioned" if missing else "not_answered"
    nearest = _nearest(candidates, verdict)
    message = _explain(missing, scope)
    return Abstention(question.asked, reason, message, nearest, round(verdict.confidence, 4), 0.0, missing)


def in_another_language(question: Question, languages: Languages, *, too_many: bool = False) -> Abstention:
    """Return the refusal of a question that cannot be compared with the articles, in another language than theirs."""
    written = languages.written
    message = f"The question is in {languages.asked}, and what was found is in {written}. Ask in {written}"
    message += ", or choose fewer articles." if too_many else "."
    return Abstention(question.asked, "not_answered", message, (), 0.0, 0.0)


def unheard(asked: str, language: str) -> Abstention:
    """Return the refusal of a comparison of articles in which nobody is heard, as they are in another language."""
    message = f"Nobody was heard: who says what is read in English articles only, and there is one in {language}."
    return Abstention(asked, "not_answered", message, (), 0.0, 0.0)


def abstain_across(question: Question, candidates: Candidates, verdict: Verdict, languages: Languages) -> Abstention:
    """Return the refusal of a question in another language, which no sentence seems to answer."""
    message = f"No sentence was found that answers. The question is in {languages.asked}: to be sure, "
    message += f"ask in {languages.written}, the language of what was found."
    return Abstention(
        question.asked, "not_answered", message, _nearest(candidates, verdict), round(verdict.confidence, 4), 0.0
    )


def about_article(question: Question, articles: Sequence[tuple[Article, tuple[Sentence, ...]]]) -> Reply:
    """Return the title or byline lines of some articles, for a question that wants `author` or `title`."""
    kind = _ASKED_KIND[question.wanted]
    quotes: list[Quote] = []
    for article, sentences in articles:
        for sentence in sentences:
            if sentence.kind == kind:
                candidate = Candidate(article, sentences, sentence, sentence.range)
                quotes.append(make_quote(candidate, number=len(quotes) + 1, score=1.0, quoted=()))
                break
    if quotes:
        return Answer(question.asked, tuple(quotes), 1.0, 0.0)
    message = "No author is named." if kind == "byline" else "No title is given."
    return Abstention(question.asked, "not_answered", message, (), 0.0, 0.0)


def make_quote(candidate: Candidate, *, number: int, score: float, quoted: Collection[tuple[str, int]]) -> Quote:
    """Return a candidate as a quote.

    Args:
        candidate: The sentence.
        number: Its number in the reply.
        score: Probability that it answers.
        quoted: Article and number of every sentence of the reply; none of them is shown as context too.
    """
    said = candidate.statement
    proven = said is not None and said.speaker is not None
    return Quote(
        number=number,
        article=candidate.article,
        sentence=candidate.sentence.number,
        range=candidate.sentence.range,
        text=candidate.text,
        score=round(score, 4),
        passage=candidate.passage,
        context=_context(candidate, quoted),
        speaker=said.speaker if said is not None and proven else None,
        attribution=said.attribution if said is not None and proven else None,
        cue=said.cue if said is not None and proven else None,
        strength=_strength(candidate),
    )


def strength_of(said: Statement) -> Strength:
    """Whose word a statement is."""
    if said.speaker is None:
        return "unnamed"
    return "direct" if said.attribution == "direct" else "named"


def _strength(candidate: Candidate) -> Strength | None:
    if candidate.statement is not None:
        return strength_of(candidate.statement)
    return "author" if candidate.authors else None


def _nearest(candidates: Candidates, verdict: Verdict) -> tuple[Quote, ...]:
    order = sorted(range(len(candidates)), key=lambda row: (-verdict.scores[row], row))
    return _quotes(candidates, Selection(tuple(sorted(order[:NEAREST]))), verdict)


def _quotes(candidates: Candidates, selection: Selection, verdict: Verdict) -> tuple[Quote, ...]:
    chosen = [candidates[row] for row in selection.rows]
    quoted = {(candidate.article.id, candidate.sentence.number) for candidate in chosen}
    return tuple(
        replace(
            make_quote(candidates[row], number=number, score=float(verdict.scores[row]), quoted=quoted),
            also=tuple(candidates[twin].place for twin in selection.also.get(row, ())),
        )
        for number, row in enumerate(selection.rows, start=1)
    )


def _context(candidate: Candidate, quoted: Collection[tuple[str, int]]) -> Range | None:
    """The sentence before, when this one leans on it and it is not quoted itself."""
    number = candidate.sentence.number
    if number == 0 or (candidate.article.id, number - 1) in quoted:
        return None
    before = candidate.sentences[number - 1]
    if before.kind != "body" or not leans_back(candidate.text, text_of(candidate.article, before.range)):
        return None
    return before.range


def leans_back(text: str, before: str) -> bool:
    """Return whether a sentence needs the one before it: a pronoun or a link opens it, or a quotation goes on."""
    goes_on = _depth(before) > 0 and not text.startswith(tuple(_OPENING))
    return goes_on or bool(_LEANING_STARTS.match(text))


def _depth(text: str) -> int:
    return sum(text.count(mark) for mark in _OPENING) - sum(text.count(mark) for mark in _CLOSING)


def _missing(question: Question, scope: Scope) -> tuple[str, ...]:
    """The words whose absence is the reason: names and years, or most words, when the articles are on other things."""
    telling = [word.text for word in scope.unmentioned if word.name or word.year]
    if telling or len(scope.unmentioned) > _HALF * len(question.words):
        return tuple(telling or [word.text for word in scope.unmentioned])[:3]
    return ()


def _explain(missing: Sequence[str], scope: Scope) -> str:
    one = scope.articles == 1
    subject = "The article" if one else f"The {scope.articles:,} articles"
    if missing:
        listed = " or ".join(f"“{word}”" for word in missing)
        return f"{subject} {'does' if one else 'do'} not mention {listed}."
    touches = "touches" if one else "touch"
    return f"{subject} {touches} on this, but no sentence was found that answers it."
