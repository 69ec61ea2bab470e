"""The format of a library file: how one is begun, and how one of a format before becomes one of this."""

from __future__ import annotations

import secrets
from pathlib import Path

from rag.errors import IndexMismatchError, ReadOnlyLibraryError
from rag.store import readings
from rag.store.connections import Connections
from rag.store.rows import PAGES_SCHEMA, SCHEMA

FORMAT = "3"
_BEFORE = ("1", "2")
"""The formats before: the first had no tables for who said what, neither had one for where pages begin."""


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
        facts = [("format", FORMAT), ("encoder", encoder), ("library", _name())]
        db.executemany("INSERT INTO meta VALUES (?, ?)", facts)


def bring_up(connections: Connections, found: str) -> None:
    """Bring a file from the format that was found to this one, all or nothing.

    A file that cannot be written is left as it is and read as if it had the new tables, empty.

    Raises:
        IndexMismatchError: The format is none that can be used.
        LibraryBusyError: Another process is writing.
    """
    if found == FORMAT:
        return
    if found not in _BEFORE:
        raise IndexMismatchError(connections.path, "format", found, FORMAT)
    added = f"{readings.SCHEMA}{PAGES_SCHEMA}" if found == "1" else PAGES_SCHEMA
    tables = added.split(";")
    try:
        with connections.writing() as db:
            if db.execute("SELECT value FROM meta WHERE name = 'format'").fetchone() != (found,):
                return  # another program has just done so
            for statement in tables:
                db.execute(statement)
            db.execute("UPDATE meta SET value = ? WHERE name = 'format'", (FORMAT,))
            db.execute("INSERT INTO meta VALUES ('library', ?)", (_name(),))
    except ReadOnlyLibraryError:
        for statement in tables:
            connections.rows(statement.replace("CREATE TABLE", "CREATE TEMP TABLE"))


def _name() -> str:
    """A name that tells this library from every other one."""
    return secrets.token_hex(4)
