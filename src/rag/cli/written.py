"""A text -> a file, wholly or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from rag.errors import UnwritableFileError


def write_whole(path: Path, text: str) -> None:
    """Write a file in UTF-8; one that is there is replaced at once, keeps its permissions, and stays when this fails.

    Something else than a file, like `/dev/stdout`, is written to as it is, and so is the file behind a link.

    Raises:
        UnwritableFileError: The system refuses it.
    """
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            path.write_bytes(text.encode("utf-8"))
            return
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_mask()
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        try:
            with open(handle, "wb") as file:
                file.write(text.encode("utf-8"))
            os.chmod(name, mode)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise UnwritableFileError(path, error.strerror or str(error)) from error


def _mask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
