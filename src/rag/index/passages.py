"""Nearest passages and passages with given words, as the store has them at that moment.

Most passages are in the generation on disk. Those that came since are in a few small segments in memory, which are
merged as they grow; those that went are left out of what is found. When a hundredth has changed, the next generation
is written, from the one before as far as that is still good.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rag.embed import Vector
from rag.errors import DamagedLibraryError, LibraryBusyError, LibraryError, ReadOnlyLibraryError
from rag.index.generations import Generation, building, check_generation, current_folder, put_in_use
from rag.index.view import Recent, View, load_view, passage_keys_of, restored
from rag.search import Filter, In, Ranked
from rag.segment import Layout, Sample, Scope, Segment, build_segment, extend_segment, load_segment, terms_of
from rag.settings import Settings
from rag.store import PassageRows, SqliteStore

_WAITING = 100
"""A large generation is written anew when one in so many of its passages has changed."""
_TIMES = 4
"""A segment in memory is merged into the one before when that is less than so many times larger."""
_TRIES = 5
"""Generations that may be replaced by another process while they are opened, one after the other."""

log = logging.getLogger(__name__)


def index_layout(settings: Settings, dimensions: int) -> Layout:
    """Return how an index keeps vectors of so many dimensions."""
    return Layout(dimensions, settings.flat_passages, settings.probed_percent)


class _ClosedError(Exception):
    """The index was closed while a generation was being written."""

    def __str__(self) -> str:
        return "the library is closed"


class PassageIndex:
    """A `SearchBackend` over a library file. Safe to share between threads.

    A generation that is missing or damaged is built anew from the store. When the folder cannot be written, the index
    is kept in memory.

    Args:
        store: Where the passages are.
        layout: How vectors are laid out.
        compact_passages: Up to this size the generation is written anew at every change; a larger one is written by a
            thread, meanwhile the one before is used.
    """

    def __init__(self, store: SqliteStore, layout: Layout, *, compact_passages: int) -> None:
        self._store, self._layout, self._compact = store, layout, compact_passages
        self._lock = threading.Lock()
        self._writer: threading.Thread | None = None
        self._closing = threading.Event()
        self._looked: Path | None = None  # the generation that was opened last, or found to be damaged
        self._view = self._open()

    def nearest(self, vector: Vector, depth: int, *, within: Filter | None = None) -> list[Ranked]:
        """Return up to `depth` passages by cosine, best first, ties by key; of the articles within a filter."""
        view, scope = self._look(within)
        return _merge([one.nearest(vector, depth, scope) for one in view.segments], depth)

    def holding(self, text: str, depth: int, *, within: Filter | None = None) -> list[Ranked]:
        """Return up to `depth` passages by BM25 of the words in `text`, best first, ties by key."""
        view, scope = self._look(within)
        stems, total = terms_of(text), sum(one.words_count() for one in view.segments)
        counts = [one.counts(stems) for one in view.segments]
        terms = {stem: sum(one[stem] for one in counts) for stem in stems}
        return _merge([one.holding(terms, total, depth, scope) for one in view.segments], depth)

    @property
    def lists(self) -> int:
        """The number of lists that vectors are kept in, 0 while every one is compared."""
        return self._view.base.dense.lists

    @property
    def generation(self) -> Path | None:
        """The folder of the generation in use, None when all is in memory."""
        return self._view.generation.folder if self._view.generation is not None else None

    def refresh(self) -> None:
        """Take in what the store has gained and lost since, and the generation that another process has written."""
        with self._lock:
            if self._moved():
                self._view = self._open()
            elif self._store.last_change() == self._view.seen:
                return
            else:
                self._view = self._caught_up(self._view)
            if not self._due(self._view):
                return
            if len(self._view.base) + self._view.waiting <= self._compact:
                self._view = self._written_or(self._view)
            elif self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._write_aside, name="index writer")
                self._writer.start()

    def settle(self) -> None:
        """Take in everything and wait until it is on disk, when it is time for that."""
        self.refresh()
        self._wait()
        self.refresh()

    def build(self) -> None:
        """Write a new generation from all that the store holds, and use it.

        Raises:
            LibraryBusyError: Another process is building.
            ReadOnlyLibraryError: The folder cannot be written; what was in use stays in use.
        """
        self._wait()
        with self._lock:
            self._view = self._write(None)

    def close(self) -> None:
        """Give up a generation that is being written; what it would hold is in the store."""
        self._closing.set()
        self._wait()

    def _wait(self) -> None:
        if self._writer is not None:
            self._writer.join()

    # Looking

    def _look(self, within: Filter | None) -> tuple[View, Scope]:
        self.refresh()
        view = self._view
        if within is None:
            return view, view.scope
        keys = (
            within.values if isinstance(within, In) and within.field == "article" else self._store.keys_within(within)
        )
        articles = tuple(int(key) for key in keys)
        return view, Scope(articles=articles, passages=self._store.passage_keys(articles))

    def _moved(self) -> bool:
        """Tell whether another process has put another generation in use."""
        return current_folder(self._store.folder) not in (None, self._looked)

    def _due(self, view: View) -> bool:
        size = len(view.base) + view.waiting
        return view.waiting > (0 if size <= self._compact else max(self._compact, len(view.base) // _WAITING))

    # Opening

    def _open(self) -> View:
        for _ in range(_TRIES):
            folder = self._looked = current_folder(self._store.folder)
            if folder is None:
                break
            try:
                return self._caught_up(load_view(folder, self._store.encoder, self._layout))
            except DamagedLibraryError as error:
                if current_folder(self._store.folder) == folder:  # else another process has just replaced it
                    log.warning("%s is damaged: %s; building the index anew", error.path, error.cause)
                    break
        return self._written_or(None)

    def _caught_up(self, view: View) -> View:
        """The view with all that changed since, but for what came and went again."""
        changes = self._store.changes(view.seen)
        if restored(changes):
            return self._written_or(None)
        gone = {change.article for change in changes if change.operation == "remove"}
        added = [change for change in changes if change.operation == "add" and change.last >= change.first]
        recent = view.recent
        if any(change.article not in gone for change in added):
            recent = self._with_recent(recent, added[0].first, added[-1].last)
        removed = [change for change in changes if change.operation == "remove"]
        scope = Scope(
            removed_articles=tuple(sorted({*view.scope.removed_articles, *gone})),
            removed_passages=np.union1d(view.scope.removed_passages, passage_keys_of(removed)),
        )
        return replace(view, recent=recent, scope=scope, seen=changes[-1].seq if changes else view.seen)

    def _with_recent(self, recent: tuple[Recent, ...], first: int, last: int) -> tuple[Recent, ...]:
        new = Recent(self._in_memory(first, last), first, last)
        while recent and len(recent[-1].segment) < _TIMES * len(new.segment):
            first = recent[-1].first
            new = Recent(self._in_memory(first, last), first, last)
            recent = recent[:-1]
        return (*recent, new)

    def _in_memory(self, first: int = 0, last: int = 2**62) -> Segment:
        flat = replace(self._layout, flat=2**62)
        return build_segment(self._store.passage_rows(first, last), flat)

    # Writing

    def _written_or(self, view: View | None) -> View:
        """A view of a new generation; where none can be written, `view`, or all passages in memory."""
        try:
            return self._write(view)
        except (ReadOnlyLibraryError, LibraryBusyError, _ClosedError) as error:
            log.info("the index stays in memory: %s", error)
        if view is not None:
            return view
        seen = self._store.last_change()
        return View(self._in_memory(), None, (), Scope(), seen)

    def _write_aside(self) -> None:
        """Write the next generation while the one before is searched."""
        try:
            written = self._write(self._view)
        except LibraryError as error:
            log.warning("the index is not written now: %s", error)
            return
        except _ClosedError:
            return
        with self._lock:
            self._view = self._caught_up(written)

    def _write(self, view: View | None) -> View:
        """Write and open a generation of all that the store holds; from that of the view where it can be extended."""
        store, layout = self._store, self._layout
        with building(store.folder) as folder:
            seen, last = store.newest()
            count = store.passage_count()
            base = self._extensible(view, count)
            if base is not None:
                self._extend(base, seen, folder)
            else:
                lists = layout.lists(count)
                sample = Sample(store.sample_vectors(layout.sample(count)), lists) if lists else None
                build_segment(self._rows(0, last), layout, sample=sample, folder=folder)
            put_in_use(folder, built=seen, encoder=store.encoder)
            segment, self._looked = load_segment(folder, layout), folder
        return View(segment, Generation(folder, seen), (), Scope(), seen)

    def _extensible(self, view: View | None, count: int) -> Generation | None:
        """The generation in use when it is the one of the view, still sound, and right for so many passages."""
        if view is None or view.generation is None or self._layout.outgrown(view.base.dense.lists, count):
            return None
        since = self._store.changes(view.generation.built)
        if current_folder(self._store.folder) != view.generation.folder or restored(since):
            return None
        try:
            return check_generation(view.generation.folder, encoder=self._store.encoder)
        except DamagedLibraryError as error:
            log.warning("%s is damaged: %s; building the index anew", error.path, error.cause)
            return None

    def _extend(self, base: Generation, seen: int, folder: Path) -> None:
        changes = [change for change in self._store.changes(base.built) if change.seq <= seen]
        removed = [change for change in changes if change.operation == "remove"]
        added = [change for change in changes if change.operation == "add" and change.last >= change.first]
        gone = Scope(
            removed_articles=tuple(change.article for change in removed), removed_passages=passage_keys_of(removed)
        )
        first, last = (added[0].first, added[-1].last) if added else (0, -1)
        extend_segment(base.folder, self._rows(first, last), gone, self._layout, folder)

    def _rows(self, first: int, last: int) -> Iterator[PassageRows]:
        for rows in self._store.passage_rows(first, last):
            if self._closing.is_set():
                raise _ClosedError
            yield rows


def _merge(rankings: Sequence[list[Ranked]], depth: int) -> list[Ranked]:
    everything = [ranked for ranking in rankings for ranked in ranking]
    return sorted(everything, key=lambda ranked: (-ranked.score, ranked.key))[:depth]
