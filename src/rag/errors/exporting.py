"""Replies that cannot be exported."""

from __future__ import annotations

from pathlib import Path

from rag.errors.root import RagError


class ExportError(RagError):
    """Replies that cannot be exported."""


class UnknownStyleError(ExportError):
    """There is no style of citing by this name."""

    def __init__(self, style: str, known: tuple[str, ...]) -> None:
        super().__init__(f"There is no style {style[:80]!r}. Choose one of {', '.join(known)}.")
        self.style, self.known = style, known


class NothingToExportError(ExportError):
    """Nothing was asked of this library yet, or nothing could be kept."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"No reply is kept in {folder}. Ask something first: rag ask QUESTION, "
            "or give a file that holds what rag ask --json printed: rag export FILE"
        )
        self.folder = folder


class NotAReplyError(ExportError):
    """JSON that is not the shape of a reply."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"This is not a reply: {cause}. Give what rag ask --json or rag compare --json printed, unchanged."
        )
        self.cause = cause


class AlteredQuoteError(ExportError):
    """A quote whose words do not stand where it says, or whose article is gone."""

    def __init__(self, number: int, words: str, cause: str) -> None:
        start = words if len(words) <= 60 else f"{words[:59]}…"
        super().__init__(f"Quote {number} (“{start}”) cannot be exported: {cause}. Ask the question again: rag ask")
        self.number, self.words, self.cause = number, words, cause
