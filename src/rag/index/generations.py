"""Generations on disk: folders of files that never change, and a pointer to the one in use; knows not what is in them.

`gen-N/` holds the files of an index and `MANIFEST.json`: the sha256 and size of each, and the number of the last change
that went in. Everything is on the disk before `CURRENT`, which names the generation in use, is replaced in one step: a
crash leaves the old one or the new one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from rag.disk import sha256_of, sync
from rag.errors import DamagedLibraryError, LibraryBusyError, ReadOnlyLibraryError

FORMAT = 2
_CURRENT, _MANIFEST, _LOCK = "CURRENT", "MANIFEST.json", "index.lock"
REPAIR = "It can be built anew from the stored articles with: rag build"


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation that was checked: its folder, and the number of the last change that went in."""

    folder: Path
    built: int


def current_folder(root: Path) -> Path | None:
    """Return the folder of the generation in use, None when there is none."""
    try:
        name = (root / _CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    folder = root / name
    return folder if name.startswith("gen-") and folder.parent == root and folder.is_dir() else None


def check_generation(folder: Path, *, encoder: str) -> Generation:
    """Return a generation after checking all its files.

    Raises:
        DamagedLibraryError: A file is missing or not as it was built, or it was built with another encoder or format.
    """
    path = folder / _MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        version, built, made_by = manifest["format"], int(manifest["built"]), manifest["encoder"]
        files = {str(name): (str(one["sha256"]), int(one["size"])) for name, one in manifest["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedLibraryError(path, "it cannot be read", REPAIR) from error
    if (version, made_by) != (FORMAT, encoder):
        raise DamagedLibraryError(path, "it is of another format or encoder", REPAIR)
    if manifest.get("check") != _digest(manifest):
        raise DamagedLibraryError(path, "it is not as it was written", REPAIR)
    for name, (sha256, size) in files.items():
        file = folder / name
        if not file.is_file() or file.stat().st_size != size or sha256_of(file) != sha256:
            raise DamagedLibraryError(file, f"{file.name} is not as it was built", REPAIR)
    return Generation(folder, built)


@contextmanager
def building(root: Path) -> Iterator[Path]:
    """Give a new folder to build the next generation in; it and what came before it is gone when that fails.

    Raises:
        LibraryBusyError: Another process is building.
        ReadOnlyLibraryError: The folder cannot be written; what was in use stays in use.
    """
    lock = FileLock(root / _LOCK, blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise LibraryBusyError(root) from error
    except OSError as error:
        raise ReadOnlyLibraryError(root, error.strerror or str(error)) from error
    try:
        numbers = [int(path.name[4:]) for path in root.glob("gen-*") if path.name[4:].isdigit()]
        folder = root / f"gen-{1 + max(numbers, default=0)}"
        try:
            folder.mkdir()
            yield folder
        except (OSError, ValueError, RuntimeError) as error:  # tantivy reports a full disk as ValueError
            shutil.rmtree(folder, ignore_errors=True)
            raise ReadOnlyLibraryError(root, str(error)) from error
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    finally:
        lock.release()


def put_in_use(folder: Path, *, built: int, encoder: str) -> None:
    """Write the manifest of a generation, make sure that all of it is on the disk, and point to it.

    Raises:
        OSError: It cannot be written.
    """
    files = {
        str(path.relative_to(folder)): {"sha256": sha256_of(path), "size": path.stat().st_size}
        for path in _files(folder)
    }
    manifest = {"format": FORMAT, "built": built, "encoder": encoder, "files": files}
    text = json.dumps(manifest | {"check": _digest(manifest)}, indent=1)
    (folder / _MANIFEST).write_text(text + "\n", encoding="utf-8")
    for path in (*folder.rglob("*"), folder, folder.parent):
        sync(path)
    pointer = folder.parent / f"{_CURRENT}.new"
    pointer.write_text(folder.name + "\n", encoding="utf-8")
    sync(pointer)
    os.replace(pointer, folder.parent / _CURRENT)
    sync(folder.parent)
    for old in folder.parent.glob("gen-*"):
        if old != folder:  # who reads it has its files open, or takes the new one
            shutil.rmtree(old, ignore_errors=True)


def _digest(manifest: dict[str, object]) -> str:
    """Checksum of all that a manifest says but for the checksum."""
    rest = {name: value for name, value in manifest.items() if name != "check"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _files(folder: Path) -> list[Path]:
    """The files that a generation is made of; tantivy's lock files come and go."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".lock" and p.name != _MANIFEST)
