"""A folder -> the files in it that hold articles; reads none of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.articles.readers import SUFFIXES


def article_files(folder: Path, *, suffixes: Sequence[str] = SUFFIXES) -> list[Path]:
    """Return the files below a folder that end like an article, in order, without parts of a saved page."""
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in suffixes)
    return [file for file in files if not _is_part_of_page(file)]


def _is_part_of_page(file: Path) -> bool:
    """Tell whether a browser saved a file with a page: frames and scripts in `NAME_files` beside `NAME.html`."""
    folders = (folder for folder in file.parents if folder.name.endswith("_files"))
    return any(
        folder.with_name(folder.name.removesuffix("_files") + ending).exists()
        for folder in folders
        for ending in (".html", ".htm")
    )
