"""Files and pasted text -> articles: what other rooms need of this one."""

from rag.articles.layout import LIST_MARKER
from rag.articles.metadata import Metadata, title_of
from rag.articles.read import READERS, SUFFIXES, Page, Reader, decode, read_bytes, read_file, read_text

__all__ = [
    "LIST_MARKER",
    "READERS",
    "SUFFIXES",
    "Metadata",
    "Page",
    "Reader",
    "decode",
    "read_bytes",
    "read_file",
    "read_text",
    "title_of",
]
