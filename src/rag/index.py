"""The index over all passages: a generation of files on disk, and what changed since in memory.

`gen-N/` holds `dense.faiss`, the folder `words/` and `MANIFEST.json` with the sha256 of each file and the number
of the last change that went in. `CURRENT` names the generation in use and is replaced in one step, so a crash
leaves the old one or the new one. All of it can be made from the store again, without embedding.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.embed import Vector
from rag.errors import DamagedLibraryError, LibraryBusyError, ReadOnlyLibraryError
from rag.segment import Ranked, Scope, Segment, build_segment, load_segment
from rag.store import Change, Store

_CURRENT, _MANIFEST, _DENSE, _WORDS = "CURRENT", "MANIFEST.json", "dense.faiss", "words"
_REPAIR = "It can be built anew from the stored articles with: rag build"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _View:
    """What one search looks at: the base up to change `built`, and everything up to change `seen`."""

    base: Segment
    built: int
    delta: Segment
    scope: Scope
    seen: int


class PassageIndex:
    """Nearest passages and passages with given words, as the store has them at that moment.

    A generation that is missing or damaged is built anew from the store. When the folder cannot be
    written the index is kept in memory.

    Args:
        compact_passages: Up to this size the generation is written anew at every change; a larger one
            when a tenth of it has changed.
    """

    def __init__(self, store: Store, *, dimensions: int, compact_passages: int) -> None:
        self._store, self._dimensions, self._compact = store, dimensions, compact_passages
        self._lock = threading.Lock()
        self._view = self._open()

    def nearest(self, vector: Vector, depth: int, *, articles: tuple[int, ...] | None = None) -> list[Ranked]:
        """Return up to `depth` passages by cosine, best first; of these articles (keys) when given."""
        view, scope = self._look(articles)
        return _merge(view.base.nearest(vector, depth, scope), view.delta.nearest(vector, depth, scope), depth)

    def holding(self, text: str, depth: int, *, articles: tuple[int, ...] | None = None) -> list[Ranked]:
        """Return up to `depth` passages by BM25, best first; of these articles (keys) when given."""
        view, scope = self._look(articles)
        return _merge(view.base.holding(text, depth, scope), view.delta.holding(text, depth, scope), depth)

    def refresh(self) -> None:
        """Take in what the store has gained and lost since; cheap when that is nothing."""
        with self._lock:
            if self._store.last_change() == self._view.seen:
                return
            view = _catch_up(self._store, self._view.base, self._view.built, self._dimensions)
            small = len(view.base) + len(view.delta) <= self._compact
            waiting = len(view.delta) + len(view.scope.removed_passages)
            if small or waiting > len(view.base) // 10:
                view = self._written_or(view)
            self._view = view

    def build(self) -> None:
        """Write a new generation from all that the store holds, and use it.

        Raises:
            ReadOnlyLibraryError: The folder cannot be written; what was in use stays in use.
        """
        with self._lock:
            self._view = self._write()

    # Inside

    def _look(self, articles: tuple[int, ...] | None) -> tuple[_View, Scope]:
        self.refresh()
        view = self._view
        if articles is None:
            return view, view.scope
        return view, Scope(articles=articles, passages=self._store.passage_keys(articles))

    def _open(self) -> _View:
        folder = _current(self._store.folder)
        if folder is not None:
            try:
                return _load(self._store, folder, self._dimensions)
            except DamagedLibraryError as error:
                log.warning("%s is damaged: %s; building the index anew", error.path, error.cause)
        return self._written_or(None)

    def _written_or(self, view: _View | None) -> _View:
        """A view of a new generation; where none can be written, `view`, or all passages in memory."""
        try:
            return self._write()
        except (ReadOnlyLibraryError, LibraryBusyError) as error:
            log.info("the index stays in memory: %s", error)
        if view is not None:
            return view
        seen = self._store.last_change()
        segment = build_segment(self._store.passage_rows(), dimensions=self._dimensions)
        return self._fresh(segment, seen)

    def _fresh(self, segment: Segment, seen: int) -> _View:
        return _View(segment, seen, build_segment((), dimensions=self._dimensions), Scope(), seen)

    def _write(self) -> _View:
        root = self._store.folder
        with self._store.locked():
            seen = self._store.last_change()
            number = 1 + max((int(path.name[4:]) for path in root.glob("gen-*") if path.name[4:].isdigit()), default=0)
            folder = root / f"gen-{number}"
            try:
                folder.mkdir()
                segment = build_segment(
                    self._store.passage_rows(), dimensions=self._dimensions, words_folder=folder / _WORDS
                )
                segment.save_dense(folder / _DENSE)
                _write_manifest(folder, built=seen)
                _point_to(folder)
            except (OSError, ValueError, RuntimeError) as error:  # tantivy reports a full disk as ValueError
                shutil.rmtree(folder, ignore_errors=True)
                raise ReadOnlyLibraryError(root, str(error)) from error
            for old in root.glob("gen-*"):
                if old != folder:
                    shutil.rmtree(old, ignore_errors=True)
        return self._fresh(segment, seen)


def index_problems(store: Store, *, dimensions: int) -> Iterator[str]:
    """Yield a line for everything in the generation on disk that is not as it was built from the store."""
    folder = _current(store.folder)
    if folder is None:
        yield f"{store.folder}: there is no built index. {_REPAIR}"
        return
    try:
        view = _load(store, folder, dimensions)
    except DamagedLibraryError as error:
        yield str(error)
        return
    gone = set(view.scope.removed_passages.tolist())
    indexed = {key: v for key, v in (*view.base.vectors(), *view.delta.vectors()) if key not in gone}
    stored = {row.key: row.vector for row in store.passage_rows()}
    if indexed.keys() != stored.keys() or view.base.words_count() != len(view.base):
        yield f"{folder}: the index holds other passages than the library. {_REPAIR}"
    elif any(not np.allclose(vector, stored[key], atol=1e-6) for key, vector in indexed.items()):
        yield f"{folder}: the index holds other vectors than the library. {_REPAIR}"


def _load(store: Store, folder: Path, dimensions: int) -> _View:
    built = _check(folder)
    try:
        base = load_segment(folder / _DENSE, folder / _WORDS)
    except (OSError, ValueError, RuntimeError) as error:
        raise DamagedLibraryError(folder, str(error), _REPAIR) from error
    return _catch_up(store, base, built, dimensions)


def _catch_up(store: Store, base: Segment, built: int, dimensions: int) -> _View:
    """The base with all that changed since, but for what came and went again."""
    changes = store.changes(built)
    removed = [change for change in changes if change.operation == "remove"]
    gone = {change.article for change in removed}
    added = [change for change in changes if change.operation == "add" and change.article not in gone]
    rows = (row for change in added for row in store.passage_rows(change.first, change.last))
    scope = Scope(removed_articles=tuple(sorted(gone)), removed_passages=_keys(removed))
    seen = changes[-1].seq if changes else built
    return _View(base, built, build_segment(rows, dimensions=dimensions), scope, seen)


def _current(root: Path) -> Path | None:
    try:
        name = (root / _CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    folder = root / name
    return folder if name.startswith("gen-") and folder.parent == root and folder.is_dir() else None


def _check(folder: Path) -> int:
    """Return the last change in a generation after checking all its files."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        built, files = int(manifest["built"]), dict(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedLibraryError(folder / _MANIFEST, "it cannot be read", _REPAIR) from error
    for name, wanted in files.items():
        path = folder / name
        if not path.is_file() or _sha256(path) != wanted:
            raise DamagedLibraryError(path, f"{path.name} is not as it was built", _REPAIR)
    return built


def _write_manifest(folder: Path, *, built: int) -> None:
    files = {str(path.relative_to(folder)): _sha256(path) for path in _files(folder)}
    text = json.dumps({"format": 1, "built": built, "files": files}, indent=1)
    (folder / _MANIFEST).write_text(text + "\n", encoding="utf-8")
    for path in (*_files(folder), folder / _MANIFEST, folder / _WORDS, folder, folder.parent):
        _sync(path)


def _point_to(folder: Path) -> None:
    new = folder.parent / f"{_CURRENT}.new"
    new.write_text(folder.name + "\n", encoding="utf-8")
    _sync(new)
    os.replace(new, folder.parent / _CURRENT)
    _sync(folder.parent)


def _files(folder: Path) -> list[Path]:
    """The files that a generation is made of; tantivy's lock files come and go."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".lock" and p.name != _MANIFEST)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _keys(changes: list[Change]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    ranges = [np.arange(change.first, change.last + 1, dtype=np.int64) for change in changes]
    return np.concatenate([np.empty(0, np.int64), *ranges])


def _merge(base: list[Ranked], delta: list[Ranked], depth: int) -> list[Ranked]:
    return sorted([*base, *delta], key=lambda ranked: (-ranked.score, ranked.key))[:depth]
