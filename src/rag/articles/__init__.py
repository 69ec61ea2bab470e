"""Files, addresses and pasted text -> articles: what other rooms need of this one."""

from rag.articles.decoding import decode
from rag.articles.folder import article_files
from rag.articles.layout import LIST_MARKER
from rag.articles.limits import LIMITS, Limits
from rag.articles.metadata import Metadata, title_of
from rag.articles.page import Page
from rag.articles.read import read_address, read_bytes, read_file, read_text, read_upload
from rag.articles.readers import READERS, SUFFIXES, Reader

__all__ = [
    "LIMITS",
    "LIST_MARKER",
    "READERS",
    "SUFFIXES",
    "Limits",
    "Metadata",
    "Page",
    "Reader",
    "article_files",
    "decode",
    "read_address",
    "read_bytes",
    "read_file",
    "read_text",
    "read_upload",
    "title_of",
]
