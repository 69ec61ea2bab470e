"""What programs get, as the description of the interface tells it.

The values themselves come from `rag.shapes`; fields may be added there that are not told here.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class _Shape(BaseModel):
    model_config = ConfigDict(extra="allow")


class Failure(_Shape):
    """Why something was not done, in a sentence."""

    error: str


class RangeShape(_Shape):
    """Characters `start` to `end` (exclusive) of the article's text."""

    start: int
    end: int


class SpeakerShape(_Shape):
    """Somebody who speaks."""

    name: str
    role: str | None


class QuoteShape(_Shape):
    """A sentence, word for word: `text` is the article's text from `start` to `end`."""

    number: int
    text: str
    article: str
    title: str
    start: int
    end: int
    page: int | None
    score: float
    passage: RangeShape
    context: RangeShape | None
    speaker: SpeakerShape | None
    attribution: Literal["direct", "indirect", "mixed"] | None
    cue: RangeShape | None


class ReplyShape(_Shape):
    """An answer, an abstention with its reason, or a comparison with its speakers."""

    kind: Literal["answer", "abstention", "comparison"]
    question: str
    quotes: list[QuoteShape]
    confidence: float
    elapsed_ms: float
    reason: Literal["not_mentioned", "not_answered"] | None = None
    message: str | None = None
    nearest: list[QuoteShape] | None = None
    topic: str | None = None
    speakers: list[dict[str, Any]] | None = None
    silent: list[SpeakerShape] | None = None


class HitShape(_Shape):
    """A passage; a higher score is better."""

    article: str
    start: int
    end: int
    text: str
    score: float


class HitsShape(_Shape):
    """Passages, best first."""

    passages: list[HitShape]


class SummaryShape(_Shape):
    """A line of the list of articles."""

    id: str
    title: str
    authors: list[str]
    published: str | None
    source: str | None
    characters: int
    sentences: int
    passages: int
    speakers: int
    added: str


class ListShape(_Shape):
    """A part of the list; `total` articles fit in all, and `version` changes with every change of the library."""

    articles: list[SummaryShape]
    total: int
    version: str


class ArticleShape(SummaryShape):
    """An article with its text, which all offsets refer to."""

    text: str


class NamedShape(_Shape):
    """An article by its id and title."""

    id: str
    title: str


class RemovedShape(_Shape):
    """What was removed."""

    removed: list[NamedShape]


class SkippedShape(_Shape):
    """What was not added, and why; `article` is the one with the same text."""

    name: str
    message: str
    article: str | None


class AddedShape(_Shape):
    """What was added and what was not."""

    articles: list[NamedShape]
    skipped: list[SkippedShape]


class BegunShape(_Shape):
    """A job that was begun: ask for it at `/api/jobs/{job}`."""

    job: str


class ItemShape(_Shape):
    """How far one thing of a job is."""

    name: str
    stage: Literal["waiting", "fetching", "reading", "adding", "added", "known", "failed", "cancelled"]
    share: float
    article: str | None
    title: str | None
    message: str | None


class JobShape(_Shape):
    """How far a job is."""

    job: str
    done: bool
    items: list[ItemShape]


class StatementShape(_Shape):
    """Who said what: `source` is the mention, `cue` the words that prove it, `content` what was said."""

    speaker: SpeakerShape | None
    attribution: Literal["direct", "indirect", "mixed"]
    source: RangeShape
    cue: RangeShape
    content: list[RangeShape]


class StatementsShape(_Shape):
    """Who said what in one article, or in the text that was sent."""

    article: str | None = None
    statements: list[StatementShape]


class ManyStatementsShape(_Shape):
    """Who said what in several articles, or in a text that was sent."""

    articles: list[StatementsShape] | None = None
    statements: list[StatementShape] | None = None


class SessionShape(_Shape):
    """Who is asking, and what they may do."""

    user: str | None
    read_only: bool
    version: str
    articles: int
    max_articles: int | None
