"""Which reader takes which kind of file; knows no format, and imports a reader only to use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from rag.articles.decoding import decode
from rag.articles.page import Page

Reader: TypeAlias = Callable[[bytes, str], Page]
"""The bytes of a file and its name for messages -> its page; raises a `ReadError`."""


def _read_plain(data: bytes, name: str) -> Page:
    return Page(decode(data, name))


def _read_web_page(data: bytes, name: str) -> Page:
    from rag.articles.web_pages import read_web_page

    return read_web_page(data, name)


def _read_pdf(data: bytes, name: str) -> Page:
    from rag.articles.pdf_files import read_pdf

    return read_pdf(data, name)


def _read_docx(data: bytes, name: str) -> Page:
    from rag.articles.docx_files import read_docx

    return read_docx(data, name)


READERS: Mapping[str, Reader] = {
    ".txt": _read_plain,
    ".md": _read_plain,
    ".markdown": _read_plain,
    ".html": _read_web_page,
    ".htm": _read_web_page,
    ".pdf": _read_pdf,
    ".docx": _read_docx,
}

PLAIN = frozenset({".txt", ".md", ".markdown"})
"""Kinds that only need decoding; all others are parsed in a process of their own."""

SUFFIXES = tuple(sorted(READERS))
"""The endings of the files that can be read, small and with their dot."""
