"""A folder -> its library, with the articles it begins with."""

from __future__ import annotations

import logging
from pathlib import Path

from rag.articles import SUFFIXES, read_file
from rag.errors import NoLibraryError, ReadError
from rag.library.library import Library
from rag.settings import Settings
from rag.store import FILE

SEEDS = "articles"
"""Folder inside a library's folder: articles that a new library begins with."""

log = logging.getLogger(__name__)


def open_library(folder: Path, settings: Settings, *, create: bool = False) -> Library:
    """Open the library in a folder; one that is not built yet begins with the articles in `folder/articles`.

    Raises:
        NoLibraryError: There is nothing in the folder, and `create` is False.
        RagError: What is there cannot be used; the message says what to do.
    """
    seeds = sorted(path for path in (folder / SEEDS).glob("*") if path.suffix in SUFFIXES)
    if not (seeds or create or (folder / FILE).exists()):
        raise NoLibraryError(folder)
    library = Library(folder, settings)
    if library.untouched:
        for path in seeds:
            try:
                library.add(read_file(path, max_bytes=settings.max_article_bytes))
            except ReadError as error:
                log.warning("left out: %s", error)
    return library
