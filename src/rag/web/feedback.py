"""What readers think of replies, kept as lines that `rag evaluate` reads as cases."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from rag.errors import UnwritableFileError
from rag.shapes import quote_shape
from rag.web.conversation import Turn, quotes_of

if TYPE_CHECKING:
    from rag.library import Library
    from rag.records import Quote

Verdict: TypeAlias = Literal["good", "wrong", "missing"]

FILE = "feedback.jsonl"
LARGEST = 50_000_000
"""Bytes of the file beyond which nothing more is kept: about 50,000 lines."""

_writing = threading.Lock()


def keep_feedback(
    library: Library, verdict: Verdict, turn: Turn, *, before: Sequence[str], wrong: Quote | None = None
) -> None:
    """Add a line about a reply to the file of the library.

    A good reply is a case whose evidence are its quotes. With a wrong quote the others are, and the wrong one must not
    come back. Where something is missing nobody knows the evidence: the line says so and makes no case.

    Args:
        library: In whose folder the file is.
        verdict: What the reader thinks.
        turn: The question with its reply.
        before: The questions before it, oldest first.
        wrong: The quote that is wrong.

    Raises:
        UnwritableFileError: The file cannot be written, or is too large.
    """
    quotes = [quote for quote in quotes_of(turn.reply) if quote is not wrong]
    good = [] if verdict == "missing" else quotes
    now = datetime.now(UTC)
    line = {
        "id": f"{now:%Y%m%dT%H%M%S%f}",
        "kind": "feedback",
        "question": turn.question,
        "history": list(before),
        "articles": list(turn.articles),
        "evidence": [[quote.text] for quote in good],
        "unwanted": [wrong.text] if wrong is not None else [],
        "verdict": verdict,
        "time": now.isoformat(timespec="seconds"),
        "version": turn.version,
        "quotes": [quote_shape(quote) for quote in quotes_of(turn.reply)],
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
