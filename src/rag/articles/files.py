"""Bytes of files; knows how a disk refuses, not what the bytes mean."""

from __future__ import annotations

import stat
from pathlib import Path

from rag.errors import TooLargeError, UnreadableFileError


def file_size(path: Path) -> int:
    """Tell how many bytes a file has.

    Raises:
        UnreadableFileError: It is missing, refused, or not a plain file.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise UnreadableFileError(path.name, _cause(error)) from error
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableFileError(path.name, "it is a folder or a device, not a file")
    return status.st_size


def load_bytes(path: Path, *, max_bytes: int, setting: str = "max_article_bytes") -> bytes:
    """Read a whole file.

    Raises:
        UnreadableFileError: It is missing, refused, or not a plain file.
        TooLargeError: It has more than `max_bytes` bytes, as the `setting` says; told before it is read.
    """
    if (size := file_size(path)) > max_bytes:
        raise TooLargeError(path.name, size, max_bytes, setting=setting)
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(path.name, _cause(error)) from error


def _cause(error: OSError | ValueError) -> str:
    strerror = error.strerror if isinstance(error, OSError) else None
    return strerror or str(error)
