"""The format of a library file: how one is begun, and how one of the format before becomes one of this."""

from __future__ import annotations

from pathlib import Path

from rag.errors import IndexMismatchError, ReadOnlyLibraryError
from rag.store import readings
from rag.store.connections import Connections
from rag.store.rows import SCHEMA

FORMAT = "2"
_WITHOUT_READINGS = "1"
"""The format before; it has no tables for who said what."""


def begin(connections: Connections, folder: Path, *, encoder: str) -> None:
    """Make the folder and the tables of an empty library, if no other program has just done so.

    Raises:
        ReadOnlyLibraryError: They cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReadOnlyLibraryError(folder, error.strerror or str(error)) from error
    with connections.writing() as db:
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            return
        for statement in SCHEMA.split(";"):
            db.execute(statement)
        db.executemany("INSERT INTO meta VALUES (?, ?)", [("format", FORMAT), ("encoder", encoder)])


def bring_up(connections: Connections, found: str) -> None:
    """Bring a file from the format that was found to this one, all or nothing.

    A file that cannot be written is left as it is and read as if it had the new tables, empty.

    Raises:
        IndexMismatchError: The format is none that can be used.
        LibraryBusyError: Another process is writing.
    """
    if found == FORMAT:
        return
    if found != _WITHOUT_READINGS:
        raise IndexMismatchError(connections.path, "format", found, FORMAT)
    tables = readings.SCHEMA.split(";")
    try:
        with connections.writing() as db:
            if db.execute("SELECT value FROM meta WHERE name = 'format'").fetchone() != (_WITHOUT_READINGS,):
                return  # another program has just done so
            for statement in tables:
                db.execute(statement)
            db.execute("UPDATE meta SET value = ? WHERE name = 'format'", (FORMAT,))
    except ReadOnlyLibraryError:
        for statement in tables:
            connections.rows(statement.replace("CREATE TABLE", "CREATE TEMP TABLE"))
