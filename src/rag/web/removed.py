"""Articles that were removed here lately, so that it can be undone; they are kept in memory alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.records import Article

KEPT_ARTICLES = 200
KEPT_CHARACTERS = 50_000_000
KEPT_SECONDS = 3_600.0
"""What removed articles may cost: the oldest go first."""


@dataclass(frozen=True, slots=True)
class _Kept:
    owner: str | None
    article: Article
    at: float


class Removed:
    """What each user removed in the last hour. Safe between threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept: list[_Kept] = []
        self._lock, self._clock = threading.Lock(), clock

    def keep(self, articles: Sequence[Article], *, owner: str | None = None) -> None:
        """Keep articles that a user removed; `owner` None stands for everybody where nobody logs in."""
        now = self._clock()
        with self._lock:
            self._kept += [_Kept(owner, article, now) for article in articles]
            self._forget()

    def find(self, article_id: str, *, owner: str | None = None) -> Article | None:
        """Return an article that this user removed, None when it is not kept (any more)."""
        with self._lock:
            self._forget()
            mine = (one for one in reversed(self._kept) if one.owner == owner and one.article.id == article_id)
            return next((one.article for one in mine), None)

    def _forget(self) -> None:
        now, characters, kept = self._clock(), 0, []
        for one in reversed(self._kept[-KEPT_ARTICLES:]):
            characters += len(one.article.text)
            if characters > KEPT_CHARACTERS or now - one.at > KEPT_SECONDS:
                break
            kept.append(one)
        self._kept = kept[::-1]
