"""The list of articles as a page or a program asks for it: searched, sorted, and a part of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from rag.records import ArticleSummary

Order: TypeAlias = Literal["added", "title", "published", "characters"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles: those whose title, author, source or id holds `search`, `limit` of them after `offset`."""

    search: str = ""
    sort: Order = "added"
    descending: bool = False
    offset: int = 0
    limit: int = 1_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A part of the list, and how many articles fit in all."""

    articles: list[ArticleSummary]
    total: int


def listed(articles: Sequence[ArticleSummary], wanted: Wanted) -> Listed:
    """Return the articles that are wanted.

    Ties stay in the order of adding, and articles without a date come last in either direction. Dates are
    sorted as they are written, which is right for ISO dates.
    """
    words = wanted.search.casefold().split()
    fit = [one for one in articles if all(word in _searched(one) for word in words)]
    if wanted.sort != "added":
        fit.sort(key=_keys()[wanted.sort], reverse=wanted.descending)
    elif wanted.descending:
        fit.reverse()
    if wanted.sort == "published":
        fit.sort(key=lambda one: one.published is None)
    return Listed(fit[wanted.offset : wanted.offset + wanted.limit], len(fit))


def _searched(one: ArticleSummary) -> str:
    return "\n".join((one.title, *one.authors, one.source or "", one.id)).casefold()


def _keys() -> dict[Order, Callable[[ArticleSummary], Any]]:
    return {
        "title": lambda one: one.title.casefold(),
        "published": lambda one: one.published or "",
        "characters": lambda one: one.characters,
    }
