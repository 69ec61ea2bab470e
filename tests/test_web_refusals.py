"""What an error says to a reader of the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag import errors
from rag.errors import RagError
from rag.web.refusals import sentence_of
from rag.web.strings import speaking

SECRET = Path("/srv/secret")
READ = [
    errors.BusyError("Too many", 3),
    errors.DamagedFileError("a.pdf", "a PDF"),
    errors.EmptyTextError("a.txt"),
    errors.EmptyLibraryError(str(SECRET)),
    errors.EmptyQuestionError(),
    errors.FetchError("https://example.org/a", "the site answers with status 404"),
    errors.FullLibraryError(1000),
    errors.LibraryBusyError(SECRET),
    errors.LockedFileError("a.pdf"),
    errors.LongQuestionError(2000, 1000),
    errors.NoTextError("a.pdf", "3 pages of pictures", "Run OCR: rag add -"),
    errors.NotTextError("a.txt"),
    errors.ReadLimitError("a.pdf", "10 seconds"),
    errors.ReadOnlyLibraryError(SECRET, "no space is left"),
    errors.ReadStoppedError("a.pdf"),
    errors.RefusedAddressError("http://10.0.0.1/", "it is not public"),
    errors.TooLargeError("a.txt", 5000, 4000),
    errors.UnknownArticleError("gone"),
    errors.UnreadableFileError("a.txt", "it is gone"),
    errors.UnsafeFileError("a.docx", "it unpacks to too much"),
    errors.UnsupportedFormatError("a.xls", (".txt", ".md")),
    errors.WrongFormatError("a.pdf", "a PDF"),
]
"""One of each error that a reader can bring about."""


def test_every_way_in_which_an_article_cannot_be_read_is_told() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.ReadError)}
    assert kinds - {errors.ReadError} <= set(map(type, READ))


@pytest.mark.parametrize("error", READ, ids=lambda error: type(error).__name__)
def test_a_reader_is_told_in_their_language_without_commands_and_folders(error: RagError) -> None:
    english = sentence_of(error)
    with speaking("ru"):
        russian = sentence_of(error)
    for told in (english, russian):
        assert "rag " not in told
        assert str(SECRET) not in told
        assert "{" not in told
    assert re.search("[а-я]", russian)
    assert not re.search("[а-я]", english)


def test_what_only_the_log_should_have_is_written_there(caplog: pytest.LogCaptureFixture) -> None:
    error = errors.DamagedLibraryError(SECRET, "its sum is wrong", "Run: rag build")
    assert sentence_of(error) == "The library cannot do this now; the log of the server says why."
    assert caplog.messages == [str(error)]


def test_a_long_name_is_shortened() -> None:
    assert len(sentence_of(errors.NotTextError("a" * 5000))) < 300
