"""The generation on disk -> what in it is not as it was built from the store."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rag.errors import DamagedLibraryError
from rag.index.generations import REPAIR, check_generation, current_folder
from rag.segment import Layout, Segment, load_segment
from rag.store import RESTORED, Keys, SqliteStore

_AT_ONCE = 10_000
"""Vectors that are compared together."""


def index_problems(store: SqliteStore, layout: Layout) -> Iterator[str]:
    """Yield a line for everything in the generation on disk that is not as it was built from the store."""
    folder = current_folder(store.folder)
    if folder is None:
        yield f"{store.folder}: there is no built index. {REPAIR}"
        return
    try:
        generation = check_generation(folder, encoder=store.encoder)
        segment = load_segment(folder, layout)
    except DamagedLibraryError as error:
        yield str(error)
        return
    except (OSError, ValueError, RuntimeError) as error:
        yield f"{folder} is damaged: {error}. {REPAIR}"
        return
    since = store.changes(generation.built)
    if any(one.operation == RESTORED for one in since):
        yield f"{folder}: the index is older than the backup that was restored. {REPAIR}"
        return
    gone = [np.arange(one.first, one.last + 1, dtype=np.int64) for one in since if one.operation == "remove"]
    new = [np.arange(one.first, one.last + 1, dtype=np.int64) for one in since if one.operation == "add"]
    kept = [rows.keys for rows in store.passage_rows()]
    wanted = np.setdiff1d(_all(kept), _all(new))
    found, alike = _compared(segment, store)
    if segment.words_count() != len(segment) or not np.array_equal(np.setdiff1d(found, _all(gone)), wanted):
        yield f"{folder}: the index holds other passages than the library. {REPAIR}"
    elif not alike:
        yield f"{folder}: the index holds other vectors than the library. {REPAIR}"


def _compared(segment: Segment, store: SqliteStore) -> tuple[Keys, bool]:
    """All keys of a segment, ascending, and whether it keeps of the vectors that are still stored what it should."""
    keys, alike = [], True
    for some, codes in segment.dense.codes():
        keys.append(some)
        order = np.argsort(some)
        for at in range(0, len(some), _AT_ONCE):
            rows = order[at : at + _AT_ONCE]
            there, stored = store.passage_vectors(some[rows])
            kept = codes[rows][np.searchsorted(some[rows], there)]
            alike &= not len(there) or bool(np.array_equal(kept, segment.dense.encode(stored)))
    return np.sort(_all(keys)), alike


def _all(parts: list[Keys]) -> Keys:
    return np.concatenate([np.empty(0, np.int64), *parts])
