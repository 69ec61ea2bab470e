"""What readers think of replies, kept as lines that `rag evaluate` reads as cases."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from rag.errors import UnwritableFileError
from rag.records import Abstention
from rag.web.conversation import Turn, quotes_of

if TYPE_CHECKING:
    from rag.library import Library
    from rag.records import Quote

Verdict: TypeAlias = Literal["good", "wrong quote", "missing"]

FILE = "feedback.jsonl"
LARGEST = 50_000_000
"""Bytes of the file beyond which nothing more is kept: about 50,000 lines."""

_writing = threading.Lock()


def keep_feedback(
    library: Library, verdict: Verdict, turn: Turn, *, before: Sequence[str], wrong: Quote | None = None
) -> None:
    """Add a line about a reply to the file of the library, and return when it is on the disk.

    It holds what was asked and quoted, so that `rag evaluate answers` can ask again and tell whether a reply is what
    it should be.

    Args:
        library: In whose folder the file is.
        verdict: What the reader thinks.
        turn: The question with its reply.
        before: The questions before it, oldest first.
        wrong: The quote that is wrong.

    Raises:
        UnwritableFileError: The file cannot be written, or is too large.
    """
    quotes = () if isinstance(turn.reply, Abstention) else quotes_of(turn.reply)
    now = datetime.now(UTC)
    line = {
        "id": f"{now:%Y%m%dT%H%M%S%f}",
        "time": now.isoformat(timespec="seconds"),
        "verdict": verdict,
        "question": turn.question,
        "history": list(before),
        "articles": list(turn.articles),
        "version": turn.version,
        "quotes": [
            {"article": one.article.id, "start": one.range.start, "end": one.range.end, "text": one.text}
            for one in quotes
        ],
        "wrong": [] if wrong is None else [wrong.number],
    }
    path = library.folder / FILE
    data = (json.dumps(line, ensure_ascii=True) + "\n").encode()
    try:
        with _writing, path.open("ab") as file:
            if file.tell() + len(data) > LARGEST:
                raise UnwritableFileError(path, f"it has {file.tell():,} bytes already")
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UnwritableFileError(path, error.strerror or str(error)) from error


def can_be_kept(library: Library) -> bool:
    """Whether anything can be added to the file."""
    path = library.folder / FILE
    return os.access(path if path.exists() else path.parent, os.W_OK)
