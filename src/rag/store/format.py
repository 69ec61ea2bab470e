"""The format of a library file: how one is begun, and how one of a format before becomes one of this."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path

from rag.errors import IndexMismatchError, ReadOnlyLibraryError
from rag.store import readings
from rag.store.connections import Connections
from rag.store.rows import ARTICLE_SEAL, CHANGE_SEAL, FILE_SCHEMA, META_SEAL, PAGES_SCHEMA, SCHEMA, TEXTS_SCHEMA

FORMAT = "4"

_COUNTS = {
    "characters": "length(text)",
    "sentences": "(SELECT count(*) FROM sentences WHERE article = articles.key)",
    "passages": "(SELECT count(*) FROM passages WHERE article = articles.key)",
    "speakers": "(SELECT count(DISTINCT speaker) FROM statements WHERE article = articles.key)",
}


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
        _run(db, SCHEMA)
        facts = [("format", FORMAT), ("encoder", encoder), ("library", _name())]
        db.executemany("INSERT INTO meta VALUES (?, ?)", facts)
        db.execute(f"INSERT INTO meta SELECT 'seal', {META_SEAL}")


def bring_up(connections: Connections, found: str) -> None:
    """Bring a file from the format that was found to this one, step by step, all or nothing.

    Raises:
        IndexMismatchError: The format is none that can be used.
        LibraryBusyError: Another process is writing.
        ReadOnlyLibraryError: The file cannot be written.
    """
    if found == FORMAT:
        return
    if found not in _STEPS:
        raise IndexMismatchError(connections.path, "format", found, FORMAT)
    with connections.writing() as db:
        (now,) = db.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()  # another may have just done so
        while now != FORMAT:
            _STEPS[now](db)
            now = str(int(now) + 1)
        db.execute("UPDATE meta SET value = ? WHERE name = 'format'", (FORMAT,))
        db.execute(f"INSERT OR REPLACE INTO meta SELECT 'seal', {META_SEAL}")


def _with_readings(db: sqlite3.Connection) -> None:
    """Format 1 -> 2: tables for who said what, which nobody has read yet."""
    _run(db, readings.SCHEMA)


def _with_pages(db: sqlite3.Connection) -> None:
    """Format 2 -> 3: a table for where pages begin, and a name that tells this library from every other one."""
    _run(db, PAGES_SCHEMA)
    db.execute("INSERT INTO meta VALUES ('library', ?)", (_name(),))


def _with_texts_apart(db: sqlite3.Connection) -> None:
    """Format 3 -> 4: texts in a table of their own, counts, files and checksums beside the facts."""
    _run(db, TEXTS_SCHEMA)
    db.execute("INSERT INTO texts SELECT key, text, blocks FROM articles ORDER BY key")
    for name, count in _COUNTS.items():
        db.execute(f"ALTER TABLE articles ADD COLUMN {name} INTEGER NOT NULL DEFAULT 0")
        db.execute(f"UPDATE articles SET {name} = {count}")
    db.execute("ALTER TABLE articles DROP COLUMN text")
    db.execute("ALTER TABLE articles DROP COLUMN blocks")
    db.execute("ALTER TABLE articles ADD COLUMN file TEXT")
    _run(db, FILE_SCHEMA)
    for table, sealed in (("articles", ARTICLE_SEAL), ("changes", CHANGE_SEAL)):
        db.execute(f"ALTER TABLE {table} ADD COLUMN seal TEXT NOT NULL DEFAULT ''")
        db.execute(f"UPDATE {table} SET seal = {sealed}")
    db.execute("UPDATE readings SET sha256 = seal(reader, sha256)")


_STEPS: dict[str, Callable[[sqlite3.Connection], None]] = {
    "1": _with_readings,
    "2": _with_pages,
    "3": _with_texts_apart,
}
"""From each format before to the next one."""


def _run(db: sqlite3.Connection, script: str) -> None:
    """Run statements inside the transaction; sqlite3's own `executescript` would end it."""
    for statement in script.split(";"):
        db.execute(statement)


def _name() -> str:
    return secrets.token_hex(4)
