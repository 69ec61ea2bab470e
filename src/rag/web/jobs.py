"""Adding articles in the background: one after the other, with progress, and until it is cancelled.

Knows the library and what is to be added; knows nothing of HTTP or of how anything is read.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from rag.errors import BusyError, FullLibraryError, RagError, ReadStoppedError
from rag.web.sources import Source

if TYPE_CHECKING:
    from rag.library import Library

_log = logging.getLogger(__name__)

Stage: TypeAlias = Literal["waiting", "fetching", "reading", "adding", "added", "known", "failed", "cancelled"]

WAITING_JOBS = 16
"""Jobs that wait or are at work; each request that waits for its own holds one of 40 threads."""

HELD_BYTES = 256 * 1_048_576
"""Bytes of all jobs together that wait to be read, most of them on disk."""

KEPT_JOBS = 200
KEPT_SECONDS = 3_600.0
"""How many jobs can be asked about after they are done, and for how long."""

GOODBYE_SECONDS = 10.0
"""Until the article at work must have ended when the server stops; what is not added then is not added."""

_COME_BACK = 5  # seconds
_READING, _ADDING, _ADDED = 0.05, 0.3, 0.95
"""Shares of the bar: reading is short, embedding is most of it, and storing is the rest."""


@dataclass(frozen=True, slots=True)
class Item:
    """How far one thing of a job is; `share` goes from 0 to 1.

    `article` and `title` are those of the article that it became, or that has the same text already. Why it failed
    is the `error`; without one it was a defect, which the log has.
    """

    name: str
    stage: Stage = "waiting"
    share: float = 0.0
    article: str | None = None
    title: str | None = None
    error: RagError | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What is known about a job at one moment; `done` when nothing of it will change."""

    id: str
    done: bool
    items: tuple[Item, ...]


@dataclass(slots=True, eq=False)
class _Work:
    owner: str | None
    sources: Sequence[Source]
    items: list[Item]
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    cancelled: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    ended: float = 0.0

    def seen(self) -> Job:
        return Job(self.id, self.done.is_set(), tuple(self.items))


class Jobs:
    """Adds articles to a library, one job after the other, in a thread of its own. Safe between threads."""

    def __init__(
        self, library: Library, *, most_articles: int | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Add to `library` until it holds `most_articles`; the thread starts with the first job."""
        self._library, self._most, self._clock = library, most_articles, clock
        self._lock = threading.Lock()
        self._works: dict[str, _Work] = {}
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def begin(self, sources: Sequence[Source], *, owner: str | None = None) -> Job:
        """Take things to be added, which are read and added in their order, and return the job at once.

        Raises:
            BusyError: Too much waits already; the sources are closed.
        """
        return self._begin(sources, owner).seen()

    def run(self, sources: Sequence[Source], *, owner: str | None = None) -> Job:
        """Add things and return the job when it is done.

        Raises:
            BusyError: Too much waits already; the sources are closed.
        """
        work = self._begin(sources, owner)
        work.done.wait()
        return work.seen()

    def look(self, job_id: str, *, owner: str | None = None) -> Job | None:
        """Return a job by its id, None when it is not (any more) there or is somebody else's."""
        with self._lock:
            self._forget()
            work = self._works.get(job_id)
            return work.seen() if work is not None and work.owner == owner else None

    def cancel(self, job_id: str, *, owner: str | None = None) -> Job | None:
        """Add nothing more of a job and return it; what is at work ends by itself, added or not."""
        with self._lock:
            work = self._works.get(job_id)
            if work is None or work.owner != owner:
                return None
            work.cancelled.set()
            work.items = [replace(one, stage="cancelled") if one.stage == "waiting" else one for one in work.items]
            return work.seen()

    def close(self) -> None:
        """Cancel everything and end the thread."""
        with self._lock:
            self._closing.set()
            self._queue.put(None)
            thread = self._thread
        if thread is not None:
            thread.join(GOODBYE_SECONDS)

    @asynccontextmanager
    async def lifespan(self, app: object) -> AsyncIterator[None]:
        """Close when the application ends."""
        yield
        self.close()

    # Inside

    def _begin(self, sources: Sequence[Source], owner: str | None) -> _Work:
        work = _Work(owner, sources, [Item(source.name) for source in sources])
        with self._lock:
            self._forget()
            open_works = [one for one in self._works.values() if not one.done.is_set()]
            held = sum(source.held for one in (*open_works, work) for source in one.sources)
            if self._closing.is_set() or len(open_works) >= WAITING_JOBS or held > HELD_BYTES:
                for source in sources:
                    source.close()
                raise BusyError("Other articles are being added", _COME_BACK)
            self._works[work.id] = work
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="adding", daemon=True)
                self._thread.start()
            self._queue.put(work)
        return work

    def _forget(self) -> None:
        """Let go of the jobs that were done long ago, and of the oldest when they are many."""
        done = [work for work in self._works.values() if work.done.is_set()]
        for position, work in enumerate(done):
            if position < len(done) - KEPT_JOBS or self._clock() - work.ended > KEPT_SECONDS:
                del self._works[work.id]

    def _serve(self) -> None:
        while (work := self._queue.get()) is not None:
            for number, source in enumerate(work.sources):
                try:
                    self._add(work, number, source)
                finally:
                    source.close()
            if any(item.stage == "added" for item in work.items):
                self._refresh()
            with self._lock:
                work.sources, work.ended = (), self._clock()
                work.done.set()

    def _add(self, work: _Work, number: int, source: Source) -> None:
        def tell(**changed: Any) -> None:
            with self._lock:
                work.items[number] = replace(work.items[number], **changed)

        def cancelled() -> bool:
            return work.cancelled.is_set() or self._closing.is_set()

        if cancelled():
            tell(stage="cancelled")
            return
        try:
            tell(stage=source.stage, share=_READING)
            article = source.read(cancelled)
            tell(stage="adding", share=_ADDING, title=article.title)
            same = self._library.same_text(article)
            if same is None and self._is_full():
                raise FullLibraryError(self._most or 0)
            if same is None and self._library.add(
                article, progress=lambda share: tell(share=_ADDING + share * (_ADDED - _ADDING)), cancelled=cancelled
            ):
                tell(stage="added", share=1.0, article=article.id)
                return
            there = self._library.article(same or self._library.same_text(article) or article.id)
            tell(stage="known", share=1.0, article=there.id, title=there.title)
        except ReadStoppedError:
            tell(stage="cancelled")
        except RagError as error:
            tell(stage="failed", share=1.0, error=error)
        except Exception:  # the last edge of the thread: one bad article must not end the adding of others
            _log.exception("%s could not be added", source.name)
            tell(stage="failed", share=1.0)

    def _is_full(self) -> bool:
        return self._most is not None and len(self._library.articles()) >= self._most

    def _refresh(self) -> None:
        try:
            self._library.refresh()
        except RagError as error:
            _log.warning("the index is brought up to date at the next question: %s", error)
