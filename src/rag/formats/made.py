"""The nouns of an export: what a notation is, and the facts about an export that its caller knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from rag.records import Abstention, Article, Quote, Reply


@dataclass(frozen=True, slots=True)
class Made:
    """Who exports, from which library, and on which day: nothing in this room looks at a clock.

    `version` is the program's, `library` is that of `Library.version`.
    """

    program: str
    version: str
    library: str
    date: date


Write: TypeAlias = Callable[[Sequence[Reply], Made], str]


@dataclass(frozen=True, slots=True)
class Format:
    """A notation: its name, how its files end, its media type, and how replies are written in it."""

    name: str
    suffix: str
    media_type: str
    write: Write


def quotes_of(exchanges: Sequence[Reply]) -> Iterator[tuple[Reply, Quote]]:
    """The quotes of all replies with their reply, in order; what merely comes near an answer is none of them."""
    for reply in exchanges:
        if not isinstance(reply, Abstention):
            for quote in reply.quotes:
                yield reply, quote


def cited(exchanges: Sequence[Reply]) -> list[Article]:
    """The articles that are quoted, each once, in the order of their first quotes."""
    return list({quote.article.id: quote.article for _, quote in quotes_of(exchanges)}.values())


def address_of(article: Article) -> str | None:
    """Where the article stands on the web, as an address that can be a link; None when its source is none."""
    source = article.source or ""
    is_link = source.lower().startswith(("http://", "https://")) and not set(source) & set(' "<>\\^`{|}')
    return source if is_link and source.isprintable() else None
