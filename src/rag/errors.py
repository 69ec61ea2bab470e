"""Every deliberate error, as one tree; knows the words for people, not where an error is shown.

RagError
├── ReadError                   an input that cannot become an article
│   ├── UnreadableFileError       the file is missing or the system refuses it
│   ├── UnsupportedFormatError    a kind of file that has no reader
│   ├── NotTextError              bytes that are not text
│   ├── EmptyTextError            nothing but white space
│   ├── TooLargeError             more than an article, or a file, may have
│   ├── WrongFormatError          a file that is not what its name says
│   ├── DamagedFileError          a file of a known kind that is broken
│   ├── LockedFileError           a file that asks for a password
│   ├── NoTextError               a file of a known kind in which no text is found
│   ├── UnsafeFileError           a file that is made to harm who opens it
│   ├── ReadLimitError            reading took too much time or memory
│   ├── ReadStoppedError          reading was cancelled
│   ├── RefusedAddressError       an address that is not asked
│   └── FetchError                an address that gave no article
├── QuestionError               a question that cannot be asked
│   └── LongQuestionError         one that is too long
├── BusyError                   more is asked for at once than can wait
├── DataError                   labelled questions that cannot be used
├── LibraryError                a library that cannot do what was asked
│   ├── NoLibraryError            no library in this folder
│   ├── EmptyLibraryError         no articles to ask
│   ├── UnknownArticleError       no article, or several, by this id
│   ├── FullLibraryError          as many articles as there may be
│   ├── ReadOnlyLibraryError      the folder cannot be written
│   ├── LibraryBusyError          another process is writing
│   ├── DamagedLibraryError       stored bytes that fail their check
│   └── IndexMismatchError        the index was built with another setting
├── OffsetError                 a range that does not hold the text it claims
├── ExportError                 replies that cannot be exported
│   ├── UnknownStyleError         no such style of citing
│   ├── NothingToExportError      nothing was asked yet
│   ├── NotAReplyError            JSON that is not a reply
│   └── AlteredQuoteError         a quote that its article does not hold
├── UnwritableFileError         a file that cannot be written
├── ModelError                  model weights that are missing or altered
├── AddressError                an address or port that cannot be served on
├── PasswordFileError           a file of names and passwords that cannot be used
├── PasswordError               a name or password that cannot be one
├── SettingError                a setting with a value that cannot be used
└── MissingPackageError         an optional package is not installed
"""

from __future__ import annotations

from pathlib import Path


class RagError(Exception):
    """An error with a message for people: what happened and the next step."""


class ReadError(RagError):
    """An input that cannot become an article."""


class UnreadableFileError(ReadError):
    """The file is missing or the system refuses it."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(f"{name} cannot be read: {cause}. Check the path and its permissions.")
        self.name, self.cause = name, cause


class UnsupportedFormatError(ReadError):
    """The name ends in a way that no reader knows."""

    def __init__(self, name: str, supported: tuple[str, ...]) -> None:
        super().__init__(
            f"{name} is of a kind that cannot be read; known are {', '.join(supported)}. "
            "Save it as one of these, or paste its text: rag add -"
        )
        self.name, self.supported = name, supported


class NotTextError(ReadError):
    """The bytes are not text in any known encoding."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} holds binary data, not text. Save it as plain UTF-8 text and add it again.")
        self.name = name


class EmptyTextError(ReadError):
    """The input holds nothing but white space."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is empty. Add a file or a text that has words in it.")
        self.name = name


class TooLargeError(ReadError):
    """The input is longer than an article, or larger than a file, may be."""

    def __init__(self, name: str, size: int, limit: int, *, setting: str = "max_article_bytes") -> None:
        what, smaller = ("a file", "Make it smaller") if setting == "max_file_bytes" else _ARTICLE
        super().__init__(
            f"{name} has {size:,} bytes, more than the {limit:,} {what} may have. "
            f"{smaller}, or raise {setting} in the settings."
        )
        self.name, self.size, self.limit, self.setting = name, size, limit, setting


_ARTICLE = "an article", "Split it into articles"


class WrongFormatError(ReadError):
    """The bytes are not of the kind that the name says."""

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(
            f"{name} is not {kind}, whatever its name says. "
            f"Give it the ending of what it is, or save it anew as {kind}."
        )
        self.name, self.kind = name, kind


class DamagedFileError(ReadError):
    """A file of a known kind that is broken or was cut off."""

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(
            f"{name} is damaged: it begins like {kind}, but cannot be read to its end. "
            "Get it again where it comes from, or open it in its own program and save it anew."
        )
        self.name, self.kind = name, kind


class LockedFileError(ReadError):
    """A file that cannot be read without a password."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is locked with a password. Save a copy without the password and add that.")
        self.name = name


class NoTextError(ReadError):
    """A file of a known kind in which no text is found: pictures of pages, or a page without an article."""

    def __init__(self, name: str, what: str, next_step: str) -> None:
        super().__init__(f"{name} holds {what}. {next_step}")
        self.name, self.what, self.next_step = name, what, next_step


class UnsafeFileError(ReadError):
    """A file that holds what no program writes and what would harm who opens it."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(f"{name} is not opened: {cause}. Copy its text and paste it instead: rag add -")
        self.name, self.cause = name, cause


class ReadLimitError(ReadError):
    """Reading took more time or memory than a file may take."""

    def __init__(self, name: str, limit: str) -> None:
        super().__init__(
            f"{name} takes more than {limit} to read, so it was given up. "
            "Split it into smaller files, or copy its text and paste it: rag add -"
        )
        self.name, self.limit = name, limit


class ReadStoppedError(ReadError):
    """Reading was cancelled by who asked for it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was not read to its end: it was cancelled. Add it again when you want it.")
        self.name = name


class RefusedAddressError(ReadError):
    """An address that is not asked, because of where it leads or how it is written."""

    def __init__(self, address: str, cause: str) -> None:
        shown = shorten(address)
        super().__init__(
            f"{shown} is not fetched: {cause}. "
            "Give the public http or https address of an article, or save the page and add the file."
        )
        self.address, self.cause = address, cause


class FetchError(ReadError):
    """An address that was asked and gave no article."""

    def __init__(self, address: str, cause: str) -> None:
        super().__init__(
            f"{shorten(address)} cannot be fetched: {cause}. Open it in a browser, save the page, and add the file."
        )
        self.address, self.cause = address, cause


def shorten(name: str) -> str:
    """Return a name as a message shows it: on one line, what cannot be seen escaped, and not too long."""
    shown = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in name)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[: _LONGEST_NAME // 2]}…{shown[-_LONGEST_NAME // 3 :]}"


_LONGEST_NAME = 120


class QuestionError(RagError):
    """A question that cannot be asked, as it is empty or too long."""

    def __init__(self, cause: str, next_step: str) -> None:
        super().__init__(f"The question {cause}. {next_step}")
        self.cause = cause


class LongQuestionError(QuestionError):
    """A question with more characters than are read."""

    def __init__(self, characters: int, most: int) -> None:
        super().__init__(f"has {characters:,} characters; at most {most:,} can be read", "Ask for one thing at a time.")
        self.characters, self.most = characters, most


class BusyError(RagError):
    """More is asked for at the same time than may wait for its turn."""

    def __init__(self, what: str, seconds: int) -> None:
        super().__init__(f"{what}. Try again in {seconds} second{'' if seconds == 1 else 's'}.")
        self.what, self.seconds = what, seconds


class DataError(RagError):
    """A file of questions, or a line of it, that cannot be used."""

    def __init__(self, path: Path, cause: str, next_step: str, *, line: int | None = None) -> None:
        where = f"{path}, line {line}," if line is not None else str(path)
        super().__init__(f"{where} cannot be used: {cause}. {next_step}")
        self.path, self.cause, self.line = path, cause, line


class LibraryError(RagError):
    """A library that cannot do what was asked."""


class NoLibraryError(LibraryError):
    """There is no library in this folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"There is no library in {folder}. Make one with: rag add FILE --index {folder}")
        self.folder = folder


class EmptyLibraryError(LibraryError):
    """The library holds no articles."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"The library in {folder} has no articles yet. Add one with: rag add FILE")
        self.folder = folder


class UnknownArticleError(LibraryError):
    """An article id that names no article, or the beginning of several."""

    def __init__(self, wanted: str, matches: tuple[str, ...] = ()) -> None:
        what = f"fits several articles: {', '.join(matches)}" if matches else "names no article here"
        super().__init__(f"The article id {wanted[:80]!r} {what}. List the ids with: rag articles")
        self.wanted, self.matches = wanted, matches


class FullLibraryError(LibraryError):
    """The library holds as many articles as it may."""

    def __init__(self, most: int) -> None:
        super().__init__(f"The library holds {most:,} articles, as many as it may. Remove one first.")
        self.most = most


class ReadOnlyLibraryError(LibraryError):
    """The library's folder cannot be written."""

    def __init__(self, folder: Path, cause: str) -> None:
        super().__init__(
            f"{folder} cannot be written: {cause}. Nothing was changed. "
            "Free some space or make the folder writable, or choose another with --index."
        )
        self.folder, self.cause = folder, cause


class LibraryBusyError(LibraryError):
    """Another process is writing to the library."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"Another program is changing the library in {folder}. Try again when it is done.")
        self.folder = folder


class DamagedLibraryError(LibraryError):
    """Stored bytes that fail their check."""

    def __init__(self, path: Path, cause: str, next_step: str) -> None:
        super().__init__(f"{path} is damaged: {cause}. {next_step}")
        self.path, self.cause = path, cause


class IndexMismatchError(LibraryError):
    """The library was built with a different setting than the one in use."""

    def __init__(self, path: Path, setting: str, built: object, wanted: object) -> None:
        super().__init__(
            f"{path} was built with {setting}={built!r}, but the settings say {wanted!r}. "
            "Change the setting back, or embed everything again with: rag build"
        )
        self.path, self.setting, self.built, self.wanted = path, setting, built, wanted


class OffsetError(RagError):
    """A range of an article that does not hold the text it claims to hold."""

    def __init__(self, article: str, start: int, end: int) -> None:
        super().__init__(
            f"Characters {start}..{end} of article {article} do not hold the quoted text. "
            "Check the library with: rag verify"
        )
        self.article, self.start, self.end = article, start, end


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


class UnwritableFileError(RagError):
    """A file that was to be written and cannot be."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(f"{path} cannot be written: {cause}. Make its folder writable, or choose another path.")
        self.path, self.cause = path, cause


class ModelError(RagError):
    """Model weights that are missing or not the ones that were checked."""

    def __init__(self, path: Path, cause: str, next_step: str = "") -> None:
        again = "Install the package again: pip install --force-reinstall ask-the-article"
        super().__init__(f"The model {path} {cause}. {next_step or again}")
        self.path, self.cause = path, cause


class AddressError(RagError):
    """An address or port that the page cannot be served on."""

    def __init__(self, host: str, port: int, cause: str) -> None:
        super().__init__(
            f"The page cannot be served on {host} port {port}: {cause}. "
            "Stop the other program, or choose another port: PORT=7861"
        )
        self.host, self.port, self.cause = host, port, cause


class PasswordFileError(RagError):
    """A file of names and passwords that cannot be used."""

    def __init__(self, path: Path, cause: str, *, line: int | None = None) -> None:
        where = f"{path}, line {line}," if line is not None else str(path)
        super().__init__(f"{where} cannot be used for logging in: {cause}. Write it with: rag password {path} NAME")
        self.path, self.cause, self.line = path, cause, line


class PasswordError(RagError):
    """A name or a password that cannot be one."""

    def __init__(self, cause: str, next_step: str) -> None:
        super().__init__(f"The {cause}. {next_step}")
        self.cause = cause


class SettingError(RagError):
    """A setting with a value that cannot be used."""

    def __init__(self, name: str, value: object, wanted: str) -> None:
        super().__init__(f"The setting {name}={value!r} cannot be used: it must be {wanted}.")
        self.name, self.value, self.wanted = name, value, wanted


class MissingPackageError(RagError):
    """An optional package that is not installed."""

    def __init__(self, package: str, what_for: str) -> None:
        super().__init__(f"{what_for} needs the package {package}. Install it with: pip install {package}")
        self.package, self.what_for = package, what_for
