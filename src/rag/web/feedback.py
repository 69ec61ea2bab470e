"""What readers say of replies -> one JSON line each in a file beside the library; knows no page."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.errors import UnwritableFileError
from rag.records import Reply
from rag.web.acts import Rating
from rag.web.conversation import Turn, quotes_of

FILE = "feedback.jsonl"

LARGEST = 20_000_000
"""Bytes of the file; about 20,000 replies. What comes when it is full is refused, and nothing is thrown away."""


class Feedback:
    """Keeps what readers say in a folder. Safe between threads, and between processes that append."""

    def __init__(self, folder: Path, *, largest: int = LARGEST) -> None:
        self._path, self._largest = folder / FILE, largest
        self._lock = threading.Lock()

    @property
    def writable(self) -> bool:
        """Whether anything can be kept at all."""
        there = self._path if self._path.exists() else self._path.parent
        return os.access(there, os.W_OK)

    def keep(self, rating: Rating, turn: Turn, reply: Reply, before: Sequence[str]) -> None:
        """Append a line, and return when it is on the disk.

        Args:
            rating: What is said.
            turn: Whose reply is meant.
            reply: That reply.
            before: The questions before it, oldest first.

        Raises:
            UnwritableFileError: The file is full or cannot be written.
        """
        line = json.dumps(entry_of(rating, turn, reply, before), ensure_ascii=False) + "\n"
        data = line.encode("utf-8", "replace")
        with self._lock:
            try:
                with self._path.open("ab") as file:
                    if file.tell() + len(data) > self._largest:
                        raise UnwritableFileError(self._path, f"it would have more than {self._largest:,} bytes")
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as error:
                raise UnwritableFileError(self._path, error.strerror or str(error)) from error


def entry_of(rating: Rating, turn: Turn, reply: Reply, before: Sequence[str]) -> dict[str, Any]:
    """What is kept of a rating: enough to ask again and to tell whether the reply is another one."""
    quotes = [
        {"article": quote.article.id, "start": quote.range.start, "end": quote.range.end, "text": quote.text}
        for quote in quotes_of(reply)
    ]
    return {
        "id": secrets.token_hex(8),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "verdict": rating.verdict,
        "question": turn.question,
        "history": list(before),
        "articles": list(turn.articles),
        "version": turn.version,
        "quotes": quotes,
        "wrong": [number for number in rating.wrong if number <= len(quotes)],
    }
