"""Who says what in a text, in the words of the text."""

from __future__ import annotations

from typing import NamedTuple

from rag.articles import read_text
from rag.records import Article, Range, Statement
from rag.speakers import StatementReader
from rag.split import sentences

READER = StatementReader()


class Told(NamedTuple):
    """A statement in words: `who` is the speaker's name, `said` its content, range by range."""

    who: str | None
    source: str
    cue: str
    said: tuple[str, ...]


def read(text: str, *, authors: tuple[str, ...] = ()) -> tuple[Statement, ...]:
    """Read a text as an article."""
    article = read_text(text)
    if authors:
        article = Article(article.id, article.text, article.title, article.blocks, authors)
    return READER.read(article, sentences(article))


def words(text: str, place: Range) -> str:
    return text[place.start : place.end]


def told(text: str, *, authors: tuple[str, ...] = ()) -> list[Told]:
    return [
        Told(
            one.speaker.name if one.speaker else None,
            words(text, one.source),
            words(text, one.cue),
            tuple(words(text, part) for part in one.content),
        )
        for one in read(text, authors=authors)
    ]


def speakers(text: str, *, authors: tuple[str, ...] = ()) -> list[str | None]:
    """Return the speaker of every statement."""
    return [one.who for one in told(text, authors=authors)]
