"""A library in memory whose articles can be changed, and readers that need no file and no network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from web_fakes import FakeLibrary, article_of, sentences_of

from rag.articles import Limits, read_bytes, read_text, title_of
from rag.errors import FetchError, ReadStoppedError, RefusedAddressError, TooLargeError, UnknownArticleError
from rag.records import Article, ArticleSummary, Hit, Passage, Statement
from rag.settings import Settings
from rag.web.sources import Readers


@dataclass
class ShelfLibrary(FakeLibrary):
    """Adds, renames and removes. A title with `slow` is added when `hold` is set; `fails` is raised by the next change.

    An id may be given by its beginning. `steps` are the shares that adding tells of.
    """

    settings: Settings = field(default_factory=Settings)
    version: str = "0badcafe.0"
    changes: int = 0
    refreshed: int = 0
    fails: Exception | None = None
    steps: tuple[float, ...] = (0.0, 0.5, 1.0)
    adding: threading.Event = field(default_factory=threading.Event)

    def articles(self) -> list[ArticleSummary]:
        return [replace(one, added="2026-03-01T10:00:00+00:00") for one in super().articles()]

    def article(self, article_id: str) -> Article:
        if article_id in self.shelf:
            return self.shelf[article_id]
        fit = tuple(one for one in self.shelf if one.startswith(article_id) and article_id)
        if len(fit) != 1:
            raise UnknownArticleError(article_id, fit)
        return self.shelf[fit[0]]

    def same_text(self, article: Article) -> str | None:
        return next((one.id for one in self.shelf.values() if one.text == article.text), None)

    def add(
        self,
        article: Article,
        *,
        progress: Callable[[float], None] = lambda share: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> bool:
        self._change()
        for share in self.steps:
            progress(share)
            if "slow" in article.title and self.hold is not None:
                self.adding.set()
                self.hold.wait(20)
            if cancelled():
                raise ReadStoppedError(article.title)
        self.shelf[article.id] = article
        return True

    def remove(self, article_ids: Sequence[str]) -> dict[str, str]:
        self._change()
        return {one: self.shelf.pop(one).title for one in [self.article(one).id for one in article_ids]}

    def rename(self, article_id: str, title: str) -> ArticleSummary:
        self._change()
        article = self.article(article_id)
        self.shelf[article.id] = replace(article, title=title_of(title))
        return next(one for one in self.articles() if one.id == article.id)

    def refresh(self) -> None:
        self.refreshed += 1

    def search(self, query: str, *, k: int = 10, articles: Sequence[str] = ()) -> list[Hit]:
        """The first sentence of each article."""
        self._behave(query)
        wanted = [self.article(one) for one in articles] or list(self.shelf.values())
        return [Hit(one, Passage(sentences_of(one)[0].range, 0, 0), 0.5) for one in wanted][:k]

    def statements_in(self, article: Article) -> tuple[Statement, ...]:
        return FakeLibrary({article.id: article}).statements(article.id)

    def _change(self) -> None:
        self.changes += 1
        self.version = f"0badcafe.{self.changes}"
        if self.fails is not None:
            failure, self.fails = self.fails, None
            raise failure


def two_articles(hold: threading.Event | None = None) -> ShelfLibrary:
    """Articles `rain-1` and `rain-2`."""
    rain = article_of("rain-1", [("title", "Rain in Baku"), ("body", "Ann Lee said rain fell. It was cold.")])
    snow = article_of("rain-2", [("title", "After the rain"), ("body", "Snow fell.")], published="2026-02-01")
    return ShelfLibrary({"rain-1": rain, "rain-2": snow}, hold=hold)


def read_nothing_but_text(data: bytes, *, name: str, max_bytes: int, limits: Limits) -> Article:
    """A file whose bytes are its text; one that begins with `wait` waits until it is cancelled."""
    while data.startswith(b"wait") and not limits.cancelled():
        threading.Event().wait(0.01)
    if limits.cancelled():
        raise ReadStoppedError(name)
    return read_bytes(data, name=name, max_bytes=max_bytes)


def fetch_nothing(address: str, *, max_bytes: int, given: object, limits: Limits) -> Article:
    """An article that is its address; `http://private/` is refused, `http://large/` too large, others may fail."""
    if "private" in address:
        raise RefusedAddressError(address, "it is not public")
    if "large" in address:
        raise TooLargeError(address, max_bytes + 1, max_bytes)
    if "gone" in address:
        raise FetchError(address, "the site answers 404")
    return read_text(f"The page at {address}\n\nIt rained.")


READERS = Readers(read_nothing_but_text, fetch_nothing)
