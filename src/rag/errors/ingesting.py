"""Articles that cannot be prepared for a library elsewhere, or not be loaded into it."""

from __future__ import annotations

from pathlib import Path

from rag.errors.root import RagError


class IngestError(RagError):
    """Articles that cannot be prepared for a library, or not be loaded into it."""


class NoShardsError(IngestError):
    """A folder without prepared articles."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"There are no prepared articles in {folder}. Make them with: rag ingest PATH --out {folder}")
        self.folder = folder


class DamagedShardError(IngestError):
    """A file of prepared articles that is cut off, altered, or none of ours."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(
            f"{path} is damaged: {cause}. "
            f"Delete it and make it again, with the paths it was made of: rag ingest PATH --out {path.parent}"
        )
        self.path, self.cause = path, cause


class ShardMismatchError(IngestError):
    """A file of prepared articles that was made with another setting than the library has."""

    def __init__(self, path: Path, setting: str, built: object, wanted: object) -> None:
        super().__init__(
            f"{path} was made with {setting}={built!r}, but the library has {wanted!r}. Nothing was loaded. "
            "Make it again with the library's settings, in another folder: rag ingest PATH --out DIR"
        )
        self.path, self.setting, self.built, self.wanted = path, setting, built, wanted


class ChangedInputError(IngestError):
    """Articles that changed on the disk while they were read."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}, or what is read with it, changed meanwhile. Run the same command again.")
        self.path = path


class ClusterError(IngestError):
    """A Ray cluster that cannot be used."""

    def __init__(self, address: str, cause: str) -> None:
        super().__init__(
            f"The Ray cluster {address!r} cannot be used: {cause}. "
            "Check it with: ray status, or leave out the address to use the cores of this machine."
        )
        self.address, self.cause = address, cause


class WorkerError(IngestError):
    """What one worker could not do, so that no other can."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"A worker gave up: {cause.rstrip('.')}. What is done stays done; the same command goes on from there."
        )
        self.cause = cause
