"""Libraries that cannot do what was asked."""

from __future__ import annotations

from pathlib import Path

from rag.errors.root import RagError


class LibraryError(RagError):
    """A library that cannot do what was asked."""


class NoLibraryError(LibraryError):
    """There is no library in this folder."""

    def __init__(self, folder: Path | str) -> None:
        super().__init__(f"There is no library in {folder}. Make one with: rag add FILE --index {folder}")
        self.folder = folder


class EmptyLibraryError(LibraryError):
    """The library holds no articles."""

    def __init__(self, place: str) -> None:
        super().__init__(f"The library in {place} has no articles yet. Add one with: rag add FILE")
        self.place = place


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


class BackupError(LibraryError):
    """A backup that cannot be restored."""

    def __init__(self, path: Path, cause: str, next_step: str) -> None:
        super().__init__(f"{path} cannot be restored: {cause}. {next_step}")
        self.path, self.cause = path, cause


class DamagedLibraryError(LibraryError):
    """Stored bytes that fail their check."""

    def __init__(self, path: Path | str, cause: str, next_step: str) -> None:
        super().__init__(f"{path} is damaged: {cause}. {next_step}")
        self.path, self.cause = path, cause


class IndexMismatchError(LibraryError):
    """The library was built with a different setting than the one in use."""

    def __init__(self, place: Path | str, setting: str, built: object, wanted: object) -> None:
        super().__init__(
            f"{place} was built with {setting}={built!r}, but the settings say {wanted!r}. "
            "Change the setting back, or embed everything again with: rag build"
        )
        self.place, self.setting, self.built, self.wanted = place, setting, built, wanted


class UnreachableLibraryError(LibraryError):
    """The server that holds the library does not answer."""

    def __init__(self, place: str, cause: str) -> None:
        super().__init__(
            f"The library in {place} cannot be reached: {cause}. Start its server, or say where it is with --index."
        )
        self.place, self.cause = place, cause


class RefusedLibraryError(LibraryError):
    """The server that holds the library does not do what it was asked."""

    def __init__(self, place: str, cause: str, next_step: str) -> None:
        super().__init__(f"The library in {place} refuses: {cause}. {next_step}")
        self.place, self.cause = place, cause
