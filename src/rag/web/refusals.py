"""An error -> the sentence that a reader of the page, or a program that asks it, is told.

Readers have the page and not the server's folders and commands, so an error is told in other words here than on the
command line, and in the reader's language.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from rag.errors import (
    BusyError,
    DamagedFileError,
    EmptyLibraryError,
    EmptyQuestionError,
    EmptyTextError,
    FetchError,
    FullLibraryError,
    LibraryBusyError,
    LockedFileError,
    LongQuestionError,
    NoTextError,
    NotTextError,
    RagError,
    ReadLimitError,
    ReadOnlyLibraryError,
    ReadStoppedError,
    RefusedAddressError,
    TooLargeError,
    UnknownArticleError,
    UnreadableFileError,
    UnsafeFileError,
    UnsupportedFormatError,
    WrongFormatError,
    shorten,
)
from rag.web.strings import tell

_log = logging.getLogger(__name__)

_TOLD: Mapping[type[RagError], str] = {
    BusyError: "refusal.busy",
    DamagedFileError: "refusal.damaged",
    EmptyLibraryError: "refusal.no_articles",
    EmptyQuestionError: "refusal.no_words",
    EmptyTextError: "refusal.empty",
    FetchError: "refusal.not_fetched",
    FullLibraryError: "refusal.full",
    LibraryBusyError: "refusal.library_busy",
    LockedFileError: "refusal.locked",
    LongQuestionError: "refusal.long_question",
    NoTextError: "refusal.no_text",
    NotTextError: "refusal.binary",
    ReadLimitError: "refusal.read_limit",
    ReadOnlyLibraryError: "refusal.read_only",
    ReadStoppedError: "refusal.cancelled",
    RefusedAddressError: "refusal.address",
    TooLargeError: "refusal.too_large",
    UnknownArticleError: "refusal.no_article",
    UnreadableFileError: "refusal.unreadable",
    UnsafeFileError: "refusal.unsafe",
    UnsupportedFormatError: "refusal.unsupported",
    WrongFormatError: "refusal.wrong_format",
}


def sentence_of(error: RagError) -> str:
    """Return what an error says to a reader: plain text in the language that is spoken here.

    What only the server's log should tell is written there.
    """
    key = _TOLD.get(type(error))
    if key is not None:
        return tell(key, **_facts(error))
    _log.error("%s", error)
    return tell("refusal.broken")


def _facts(error: RagError) -> Mapping[str, object]:
    facts = {name: shorten(value) if isinstance(value, str) else value for name, value in vars(error).items()}
    if isinstance(error, BusyError):
        facts["n"] = error.seconds
    if isinstance(error, UnsupportedFormatError):
        facts["supported"] = ", ".join(error.supported)
    return facts
