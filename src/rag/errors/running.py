"""A program that cannot run as it was told to."""

from __future__ import annotations

from pathlib import Path

from rag.errors.root import RagError


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


class PreparingEndedError(RagError):
    """A process that prepared an article and ended before it had."""

    def __init__(self, title: str) -> None:
        super().__init__(
            f"{title}: the process that read it ended. Perhaps it needs more memory than there is; add it by itself."
        )
        self.title = title


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
