"""The library file, as it is changed: each change one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from rag.errors import UnknownArticleError
from rag.store.check import broken, entry_of, problems, read_soundly
from rag.store.format import begin, bring_up
from rag.store.kept import Kept
from rag.store.readings import Reading, insert_reading
from rag.store.rows import META_SEAL, SAME_TEXT, Entry, delete, insert, log, rename, text_sha256

_TOGETHER = 100
"""Articles that are added in one transaction: the disk is waited for once, and others wait a moment at most."""


class SqliteStore(Kept):
    """One open library file, safe to share between threads.

    A file of a format before is brought to this one, all or nothing.

    Raises:
        DamagedLibraryError: The file is not a library, or SQLite finds it broken.
        IndexMismatchError: The file has another format.
        LibraryBusyError: It has a format before, and another process is writing.
        ReadOnlyLibraryError: There is no file yet and none can be made, or its format cannot be brought to this one.
    """

    def __init__(self, folder: Path, *, encoder: str) -> None:
        super().__init__(folder)
        if not self.path.exists() or not self._connections.rows("SELECT 1 FROM sqlite_master LIMIT 1"):
            begin(self._connections, folder, encoder=encoder)
        bring_up(self._connections, self._meta("format"))

    def add(self, entry: Entry) -> bool:
        """Add an article with all that belongs to it, or nothing; return False when its text is there already."""
        with self._connections.writing() as db:
            if db.execute(SAME_TEXT, (text_sha256(entry.article),)).fetchone():
                return False
            insert(db, entry)
        return True

    def add_all(self, entries: Iterable[Entry]) -> int:
        """Add many articles, some in each transaction, and return how many were new.

        Each is kept wholly or not at all; what was kept when it is interrupted stays.
        """
        added, rest = 0, iter(entries)
        while batch := list(islice(rest, _TOGETHER)):
            with self._connections.writing() as db:
                for entry in batch:
                    if not db.execute(SAME_TEXT, (text_sha256(entry.article),)).fetchone():
                        insert(db, entry)
                        added += 1
        return added

    def remove(self, keys: Sequence[int]) -> None:
        """Remove articles with all that belongs to them; all of them or, on an error, none."""
        with self._connections.writing() as db:
            for key in keys:
                delete(db, key)

    def exchange(self, key: int, entry: Entry) -> None:
        """Put an article that was prepared anew in the place of one that is broken."""
        with self._connections.writing() as db:
            delete(db, key)
            insert(db, entry)

    def rename(self, key: int, title: str) -> None:
        """Give an article another title; nothing else of it changes, nor does its text.

        Raises:
            UnknownArticleError: The article is gone.
        """
        with self._connections.writing() as db:
            entry = entry_of(self, self._connections, key)
            if entry is None:
                raise UnknownArticleError(str(key))
            rename(db, key, replace(entry, article=replace(entry.article, title=title)))

    def keep_reading(self, key: int, reading: Reading) -> None:
        """Put a reading of an article in the place of the one that is there; nothing when the article is gone.

        Raises:
            OffsetError: A statement reaches beyond the text.
        """
        with self._connections.writing() as db:
            if db.execute("SELECT 1 FROM articles WHERE key = ?", (key,)).fetchone():
                insert_reading(db, key, reading)
                log(db, "read", key)

    def replace(self, entries: Iterable[Entry], *, encoder: str) -> None:
        """Put new entries in the place of all that is there, made by another encoder; all or nothing."""
        with self._connections.writing() as db:
            for (key,) in db.execute("SELECT key FROM articles").fetchall():
                delete(db, key)
            for entry in entries:
                insert(db, entry)
            db.execute("UPDATE meta SET value = ? WHERE name = 'encoder'", (encoder,))
            db.execute(f"UPDATE meta SET value = {META_SEAL} WHERE name = 'seal'")

    def problems(self) -> Iterator[str]:
        """Yield a line for everything in the file that is not as it was added."""
        return problems(self, self._connections)

    def broken(self) -> list[int]:
        """Return the keys of articles whose sentences, passages or vectors are not as they were made of their text."""
        return broken(self, self._connections)

    def misread(self) -> list[int]:
        """Return the keys of articles whose statements are not as they were read."""
        return [key for key in self.article_keys() if not read_soundly(self, self._connections, key)]
