"""Where a library is -> the library, with the articles it begins with."""

from __future__ import annotations

import logging
from pathlib import Path

from rag.address import Location, local_folder
from rag.articles import SUFFIXES, Limits, read_file
from rag.errors import LibraryBusyError, NoLibraryError, ReadError, ReadOnlyLibraryError
from rag.library.library import Library
from rag.milvus import library_exists
from rag.settings import Settings
from rag.store import FILE

SEEDS = "articles"
"""Folder inside a library's folder: articles that a new library begins with."""

_READ_AT_ONCE = 100_000
"""Characters of articles in which who said what is read while a library is opened: a few seconds."""

log = logging.getLogger(__name__)


def open_library(location: Location, settings: Settings, *, create: bool = False) -> Library:
    """Open a library; one in a folder that is not built yet begins with the articles in `folder/articles`.

    Articles in which this program has not read yet who said what are read now when they are few; else, and where the
    folder cannot be written, a warning says so.

    Raises:
        NoLibraryError: There is nothing, and `create` is False.
        RagError: What is there cannot be used; the message says what to do.
    """
    seeds: list[Path] = []
    if isinstance(location, Path):
        seeds = sorted(path for path in (location / SEEDS).glob("*") if path.suffix in SUFFIXES)
        there = bool(seeds) or (location / FILE).exists()
    else:
        there = create or library_exists(location)
        _make_folder(local_folder(location))
    if not (there or create):
        raise NoLibraryError(location if isinstance(location, Path) else location.place)
    library = Library(location, settings)
    limits = Limits(file_bytes=settings.max_file_bytes)
    if library.untouched:
        for path in seeds:
            try:
                library.add(read_file(path, max_bytes=settings.max_article_bytes, limits=limits))
            except ReadError as error:
                log.warning("left out: %s", error)
    _read_the_unread(library)
    return library


def _make_folder(folder: Path) -> None:
    """Make a folder for what is kept as a courtesy; where it cannot be made, nothing is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        log.debug("%s cannot be made: %s", folder, error)


def _read_the_unread(library: Library) -> None:
    unread = library.unread()
    if not unread:
        return
    cause = "they are many"
    if sum(summary.characters for summary in unread) <= _READ_AT_ONCE:
        try:
            library.read_statements([summary.id for summary in unread])
            return
        except (ReadOnlyLibraryError, LibraryBusyError):
            cause = "the library cannot be written now"
    count = f"{len(unread):,} article{'' if len(unread) == 1 else 's'}"
    log.warning(
        "who said what in %s of %s is not read, because %s. Read it with: rag build", count, library.place, cause
    )
