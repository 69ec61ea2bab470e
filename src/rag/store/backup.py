"""A library file -> one file that holds all of it at one moment, and back; both while others use the library.

The archive is a zip of the library file, of what readers said about replies, and of `MANIFEST.json` with the sha256 and
size of each. The index is left out: it is built anew from the library, without embedding.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from shutil import copyfileobj
from typing import Any

from rag.disk import sha256_of, sync
from rag.errors import BackupError, NoLibraryError, ReadOnlyLibraryError, UnwritableFileError
from rag.store.connections import Connections, seal
from rag.store.format import FORMAT, bring_up
from rag.store.kept import FILE
from rag.store.rows import RESTORED

KEPT_TOO = ("feedback.jsonl",)
"""Files beside the library file that nothing else could make again."""

_MANIFEST, _NAME, _VERSION = "MANIFEST.json", "ask-the-article backup", 1
_ZIP_LEVEL = 1  # vectors hardly get smaller, whatever the effort


_NO_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, RuntimeError)
"""How `zipfile` and `json` say that a file is not what it should be; RuntimeError when it asks for a password."""


def back_up(folder: Path, file: Path) -> int:
    """Write all that is in a library at this moment into one new file, and return its size in bytes.

    Raises:
        NoLibraryError: There is no library in the folder.
        DamagedLibraryError: SQLite cannot read it.
        UnwritableFileError: The file is there already, or cannot be written; nothing of it is left.
    """
    if not (folder / FILE).exists():
        raise NoLibraryError(folder)
    if file.exists():
        raise UnwritableFileError(file, "it is there already; choose another name")
    part, copy = file.with_name(f"{file.name}.part"), file.with_name(f"{file.name}.db.part")
    try:
        _copy(folder / FILE, copy)
        members = {FILE: copy} | {name: folder / name for name in KEPT_TOO if (folder / name).exists()}
        facts = {name: {"sha256": sha256_of(path), "size": path.stat().st_size} for name, path in members.items()}
        manifest = {"what": _NAME, "version": _VERSION, "format": FORMAT, "files": facts}
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=_ZIP_LEVEL) as archive:
            for name, path in members.items():
                archive.write(path, name)
            archive.writestr(_MANIFEST, json.dumps(manifest, indent=1))
        sync(part)
        os.replace(part, file)
        return file.stat().st_size
    except OSError as error:
        raise UnwritableFileError(file, error.strerror or str(error)) from error
    finally:
        for path in (part, copy):
            with suppress(OSError):
                path.unlink()


def restore(file: Path, folder: Path, *, replace: bool) -> None:
    """Put what is in a backup into a folder; who uses the library there sees the one before or this one.

    Args:
        file: What `back_up` wrote.
        folder: Where the library is to be; it is made when it is not there.
        replace: Whether it may take the place of a library that is there.

    Raises:
        BackupError: The file is no backup, is damaged, or a library is there and may not be replaced.
        ReadOnlyLibraryError: The folder cannot be written; the library is as it was.
        LibraryBusyError: Another process is writing to the library.
    """
    there = (folder / FILE).exists()
    if there and not replace:
        raise BackupError(file, f"there is a library in {folder} already", "Choose another --index, or add --replace.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _opened(file) as (archive, facts):
            for name in (FILE, *KEPT_TOO):
                if name in facts:
                    _extract(archive, name, facts[name], folder / f"{name}.restored", file)
        _bring_in(folder / f"{FILE}.restored", folder / FILE, there=there)
        for name in KEPT_TOO:
            if (folder / f"{name}.restored").exists():
                os.replace(folder / f"{name}.restored", folder / name)
        sync(folder)
    except OSError as error:
        raise ReadOnlyLibraryError(folder, error.strerror or str(error)) from error
    finally:
        for name in (FILE, *KEPT_TOO):
            with suppress(OSError):
                (folder / f"{name}.restored").unlink()


def _copy(source: Path, target: Path) -> None:
    """Copy a library file as it is at one moment, whoever writes to it meanwhile."""
    connections = Connections(source)
    try:
        connections.copy_into(target)
    finally:
        connections.close()
    sync(target)


def _bring_in(new: Path, library: Path, *, there: bool) -> None:
    """Put a library file, brought to this format, in the place of one that is there; change numbers only go up."""
    coming = Connections(new)
    try:
        bring_up(coming, coming.rows("SELECT value FROM meta WHERE name = 'format'")[0][0])
    finally:
        coming.close()
    if not there:
        os.replace(new, library)
        return
    connections = Connections(library)
    try:
        with closing(sqlite3.connect(new)) as db:
            after = max(_newest(db), connections.rows("SELECT coalesce(max(seq), 0) FROM changes")[0][0]) + 1
            db.execute("INSERT INTO changes VALUES (?, ?, 0, 0, -1, ?)", (after, RESTORED, seal(RESTORED, 0, 0, -1)))
            db.commit()
        connections.replace_with(new)
    finally:
        connections.close()


def _newest(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()[0])


@contextmanager
def _opened(file: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """The archive, and what its manifest says of each file."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read(_MANIFEST))
            if (manifest["what"], manifest["version"]) != (_NAME, _VERSION):
                raise BackupError(file, "it is of a version that this program does not know", "Use a newer program.")
            yield archive, dict(manifest["files"])
    except FileNotFoundError as error:
        raise BackupError(file, "there is no such file", "Name a file that was written by: rag backup FILE") from error
    except _NO_ARCHIVE as error:
        cause = "it is not one, or it is damaged"
        raise BackupError(file, cause, "Name a file that was written by: rag backup FILE") from error


def _extract(archive: zipfile.ZipFile, name: str, facts: dict[str, Any], target: Path, file: Path) -> None:
    with archive.open(name) as packed, target.open("wb") as plain:
        copyfileobj(packed, plain, 1 << 20)
        plain.flush()
        os.fsync(plain.fileno())
    if (target.stat().st_size, sha256_of(target)) != (facts["size"], facts["sha256"]):
        raise BackupError(file, f"{name} in it is not as it was backed up", "Use another backup.")
