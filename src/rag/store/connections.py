"""Two connections to one SQLite file, shared by all threads, with SQLite's errors turned into ours."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from rag.errors import DamagedLibraryError, LibraryBusyError, ReadOnlyLibraryError

_BUSY_SECONDS = 5.0
_NO_ROOM = ("readonly", "unable to open", "full", "disk i/o", "permission")


def seal(*values: object) -> str:
    """Return the checksum of some values of a row; SQL has it as a function of the same name."""
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


class Connections:
    """One connection for reading, which always sees whole transactions, and one for writing; opened when needed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._locks = {"reader": threading.RLock(), "writer": threading.RLock()}
        self._connections: dict[str, sqlite3.Connection] = {}

    def close(self) -> None:
        """Close the file."""
        for name, connection in self._connections.items():
            with self._locks[name]:
                connection.close()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """Return all rows of a query."""
        with self._guard(), self._locks["reader"]:
            return self._connection("reader").execute(sql, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction: all of it on leaving, or nothing on an error."""
        with self._guard(), self._locks["writer"]:
            db = self._connection("writer")
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def copy_into(self, target: Path) -> None:
        """Write the file as it is at this moment into a new one, whoever writes to it meanwhile.

        Raises:
            OSError: The new file cannot be written.
        """
        with self._guard(), self._locks["reader"]:
            source = self._connection("reader")
            try:
                with closing(sqlite3.connect(target)) as copy:
                    source.backup(copy)
                    copy.execute("PRAGMA journal_mode = DELETE")  # all in one file
            except sqlite3.OperationalError as error:
                raise OSError(str(error)) from error

    def replace_with(self, other: Path) -> None:
        """Put all of another library file in the place of what is in this one, in one transaction."""
        with self._guard(), self._locks["writer"], closing(sqlite3.connect(other)) as source:
            source.backup(self._connection("writer"))

    def _connection(self, name: str) -> sqlite3.Connection:
        if name not in self._connections:
            mode = "rwc" if name == "writer" else "rw"
            self._connections[name] = self._connect(mode)
        return self._connections[name]

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        db = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            db.create_function("seal", -1, seal, deterministic=True)
        except sqlite3.OperationalError:
            db.close()
            if mode == "rw":  # a folder that cannot be written can still be read, if no writer left work in the WAL
                return self._connect("ro&immutable=1")
            raise
        return db

    @contextmanager
    def _guard(self) -> Iterator[None]:
        """SQLite's errors -> ours."""
        try:
            yield
        except sqlite3.OperationalError as error:
            cause = str(error).lower()
            if "locked" in cause or "busy" in cause:
                raise LibraryBusyError(self.path.parent) from error
            if any(words in cause for words in _NO_ROOM):
                raise ReadOnlyLibraryError(self.path.parent, str(error)) from error
            raise self._damaged(str(error)) from error
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the latter for a text with a changed byte
            raise self._damaged(str(error)) from error

    def _damaged(self, cause: str) -> DamagedLibraryError:
        return DamagedLibraryError(
            self.path, cause, "Put a backup in its place, or move it away and add the articles again."
        )
