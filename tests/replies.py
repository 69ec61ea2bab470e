"""Replies about articles whose every field a test can choose."""

from __future__ import annotations

from datetime import date

from rag.formats import Made
from rag.records import Abstention, Answer, Article, Attribution, Block, Comparison, Quote, Range, Side, Speaker, Topic

MADE = Made("Ask the Article", "1.2", "0a1b2c3d.4", date(2026, 1, 2))

HOSTILE = (
    "{}\\%$&#_~^\"'`",
    "lone } brace { here {{",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "one\r\ntwo\nthree\t# four",
    "\u202eright\u202c to left שלום \u200f",
    "👩‍👩‍👧 e\u0301 “quoted” ‘single’ «angled»",
    "x" * 2_000,
    '" onmouseover="alert(1)',
    "</style></blockquote><!-- ]]>",
    "\\input{/etc/passwd} @misc{a, title = {b}}",
)

TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""What turns the direction of writing."""


def in_reference(words: str) -> str:
    """Words as a reference shows them."""
    return " ".join("".join(one for one in words if one not in TURNS).split())


def article(
    text: str = "First words. Trains will grow, she said. Last words.",
    *,
    title: str = "Trains",
    authors: tuple[str, ...] = (),
    published: str | None = None,
    source: str | None = None,
    pages: tuple[int, ...] = (),
    article_id: str = "a1",
    note: str | None = None,
) -> Article:
    """An article of one block."""
    blocks = (Block(Range(0, len(text)), "body"),)
    return Article(article_id, text, title, blocks, authors, published, source, note, pages)


def quote(
    of: Article,
    words: str | None = None,
    *,
    number: int = 1,
    speaker: Speaker | None = None,
    attribution: Attribution | None = None,
) -> Quote:
    """A quote of some words of an article, or of all of it, whose cue are the words themselves."""
    start = of.text.index(words) if words is not None else 0
    place = Range(start, start + len(words if words is not None else of.text))
    text, cue = of.text[place.start : place.end], place if speaker else None
    return Quote(number, of, 0, place, text, 0.75, place, speaker=speaker, attribution=attribution, cue=cue)


def answer(*quotes: Quote, question: str = "What grows?") -> Answer:
    return Answer(question, quotes, 0.75, 1.5)


def abstention(*nearest: Quote, question: str = "Why?", message: str = "The article does not say.") -> Abstention:
    return Abstention(question, "not_answered", message, nearest, 0.25, 1.5)


def comparison(one: Quote) -> Comparison:
    """A comparison of the speaker of a quote with somebody who is silent."""
    assert one.speaker is not None
    sides, topics = (Side(one.speaker, (1,)),), (Topic("trains", (1,)),)
    return Comparison("trains", "trains", (one,), sides, topics, (Speaker("Bob"),), (), 0.75, 1.5)
