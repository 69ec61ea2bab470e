"""Inputs that cannot become articles."""

from __future__ import annotations

from rag.errors.root import RagError, shorten


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
