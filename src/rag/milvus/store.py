"""A library in Milvus: reading and changing what is kept there, from as many programs at once as there are.

The row of an article is its commit. It is written last when an article comes, and what belongs to it is found only
while it is there; it is put out of use first when an article goes. So a reader never sees half an article, and what a
writer that was killed has left behind is never found; `rag build` clears it away. Keys are checksums of what they name,
so the same article written twice, or by two programs, is the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from rag.address import Address
from rag.embed import Vectors
from rag.errors import DamagedLibraryError, UnknownArticleError
from rag.milvus import check, writing
from rag.milvus.contents import part_rows
from rag.milvus.entries import article_key, article_of, checked, speakers, summary_of
from rag.milvus.filters import every, quoted
from rag.milvus.opened import Opened, Opening
from rag.milvus.packing import Body, pack_statements, packed
from rag.milvus.schema import LIVE, Row
from rag.records import Article, ArticleSummary, Passage, Range, Sentence, Statement
from rag.store import Change, Entry, Keys, Reading, StoredPassage

_FITTING = 5
"""Articles that are named when the beginning of an id fits several."""
_REPAIR = "Repair it with: rag build"
_AGAIN = "Remove it and add it again."
_PLACES = ("key", "article", "first", "last", "first_sentence", "last_sentence")


class MilvusStore:
    """One library, open. Safe to share between threads; other programs may read and write it at the same time.

    The key of an article is made of its text: an article that was removed and comes back has the key that it had.

    Args:
        address: Where it is; it is made there when it is not.
        encoder: Identity of the encoder in use, for a new library.
        dimensions: Of its vectors.

    Raises:
        MissingPackageError: The client of Milvus is not installed.
        LibraryError: It cannot be reached or used; the message says what to do.
    """

    def __init__(self, address: Address, *, encoder: str, dimensions: int) -> None:
        self.address = address
        self._opening = Opening(address, encoder, dimensions)

    def close(self) -> None:
        """Close the connection; the store cannot be used afterwards."""
        self._opening.server.close()

    # What it is

    @property
    def place(self) -> str:
        """The address, without a password."""
        return self.address.place

    @property
    def encoder(self) -> str:
        """Identity of the encoder that made the vectors."""
        return self.opened().about.encoder

    @property
    def version(self) -> str:
        """Which library this is, and when it was changed last; the same for every program that reads it."""
        opened = self.opened()
        return f"{opened.about.library}.{opened.changes.newest}"

    def opened(self) -> Opened:
        """Return the generation of the library that is in use now."""
        return self._opening.now()

    # Reading

    def count(self) -> int:
        """Return the number of articles."""
        opened = self.opened()
        return opened.server.count(opened.names.articles, LIVE)

    def summaries(self, keys: Sequence[int] | None = None) -> dict[int, ArticleSummary]:
        """Return a line about every article, or about those of some keys that are there, by key, in order of adding."""
        opened = self.opened()
        rows = opened.rows() if keys is None else opened.rows_of(list(keys))
        ordered = sorted(rows, key=lambda row: (row.added, row.key))
        return {row.key: summary_of(row.id, row.facts, _moment(row)) for row in ordered if row.facts is not None}

    def article_keys(self, most: int | None = None) -> list[int]:
        """Return the keys of all articles, or of so many that were added last, in the order of adding."""
        return self.opened().changes.order(most)

    def key_of(self, article_id: str) -> int:
        """Return the key of an article by its id, or by the beginning of its id when only one fits.

        Raises:
            UnknownArticleError: No article fits, or several do.
        """
        opened, first = self.opened(), quoted(article_id)
        end = quoted(f"{article_id}\U0010ffff" if article_id else "")
        fields = ["key", "id"]
        found = opened.find(every(LIVE, f"id == {first}"), fields, most=_FITTING)
        found = found or opened.find(every(LIVE, f"id >= {first}", f"id < {end}"), fields, most=_FITTING)
        if len(found) == 1:
            return int(found[0]["key"])
        raise UnknownArticleError(article_id, tuple(sorted(str(row["id"]) for row in found)))

    def same_text(self, article: Article) -> str | None:
        """Return the id of the article that has the same text, None when there is none."""
        row = self.opened().row(article_key(article))
        return row.id if row is not None else None

    def article_of_file(self, sha256: str) -> str | None:
        """Return the id of the article that was read from a file with this checksum, None when there is none."""
        rows = self.opened().find(every(LIVE, f"file == {quoted(sha256)}"), ["id"], most=1)
        return str(rows[0]["id"]) if rows else None

    def article(self, key: int) -> Article | None:
        """Return the article of a key, None when it is not there (any more).

        Raises:
            DamagedLibraryError: What is kept is not what was added.
        """
        row = self.opened().row(key)
        if row is None or row.facts is None:
            return None
        return article_of(row.id, row.facts, self._body(row))

    def sentences(self, key: int) -> tuple[Sentence, ...]:
        """Return the sentences of an article in reading order."""
        row = self.opened().row(key)
        return self._body(row).sentences if row is not None else ()

    def statements(self, key: int) -> tuple[Statement, ...]:
        """Return who said what in an article, as it was read last; nothing when it was not read.

        Raises:
            DamagedLibraryError: What is kept was changed and makes no statement.
        """
        opened = self.opened()
        row = opened.row(key)
        if row is None or row.facts is None or row.facts.reading is None:
            return ()
        found = opened.contents.statements(key, row.facts.reading)
        if found is None:
            raise DamagedLibraryError(self.place, f"who said what in {row.id} is not as it was read", _REPAIR)
        return found

    def sentence_vectors(self, key: int, numbers: Sequence[int]) -> Vectors:
        """Return the vectors of some sentences of an article, shape (numbers, dimensions), by ascending number."""
        row = self.opened().row(key)
        if row is None:
            return np.empty((0, 0), np.float32)
        body = self._body(row)
        wanted = [number for number in sorted(set(numbers)) if 0 <= number < len(body.sentences)]
        return body.vectors[wanted].astype(np.float32)

    def passages(self, keys: Iterable[int]) -> dict[int, StoredPassage]:
        """Return the passages that are still there among these keys."""
        opened = self.opened()
        found = opened.server.of_keys(opened.names.passages, list(keys), _PLACES)
        live = opened.live({int(row["article"]) for row in found})
        return {
            int(row["key"]): StoredPassage(
                int(row["article"]),
                Passage(Range(row["first"], row["last"]), row["first_sentence"], row["last_sentence"]),
            )
            for row in found
            if int(row["article"]) in live
        }

    def passage_keys(self, articles: Sequence[int]) -> Keys:
        """Return the keys of all passages of some articles."""
        opened = self.opened()
        keys = opened.belonging(opened.names.passages, sorted(opened.live(articles)))
        return np.array(sorted(keys), np.int64)

    def reader_of(self, key: int) -> str | None:
        """Return the identity of the reader that read who said what in an article, None when none did."""
        row = self.opened().row(key)
        return (row.reader or None) if row is not None else None

    def unread(self, reader: str, *, most: int | None = None) -> list[int]:
        """Return the keys of articles in which this reader has not read who said what, in the order of adding."""
        opened = self.opened()
        wanted = every(LIVE, f"reader != {quoted(reader)}")
        rows = opened.find(wanted, ["key", "added"])
        return [int(row["key"]) for row in sorted(rows, key=lambda row: (row["added"], row["key"]))][:most]

    def broken(self) -> list[int]:
        """Return the keys of articles whose passages or vectors are not as they were made of their text."""
        return check.broken(self.opened())

    def misread(self) -> list[int]:
        """Return the keys of articles whose statements are not as they were read."""
        opened = self.opened()
        return [key for key in opened.changes.order() if not check.read_soundly(opened, key)]

    def last_change(self) -> int:
        """Return the number of the newest change, 0 for a new library; numbers are this program's own."""
        return self.opened().changes.count

    def changes(self, after: int) -> list[Change]:
        """Return the changes after number `after`, oldest first."""
        return self.opened().changes.since(after)

    def problems(self) -> Iterator[str]:
        """Yield a line for everything that is not as it was added."""
        return check.problems(self.opened())

    # Writing

    def add(self, entry: Entry) -> bool:
        """Add an article with all that belongs to it, or nothing; return False when its text is there already.

        Of two programs that add it at once both may say that they did; it is there once.
        """
        return self.add_all([entry]) == 1

    def add_all(self, entries: Iterable[Entry]) -> int:
        """Add many articles and return how many were new; each is kept wholly or not at all, and some at once.

        What was kept when it is interrupted stays.
        """
        opened = self.opened()
        return sum(writing.add(opened, batch) for batch in writing.batches(entries))

    def remove(self, keys: Sequence[int]) -> None:
        """Remove articles with all that belongs to them, each wholly or not at all."""
        writing.remove(self.opened(), keys)

    def exchange(self, key: int, entry: Entry) -> None:
        """Put an article that was prepared anew in the place of one that is broken."""
        opened = self.opened()
        row = opened.row(key, newest=True)
        if row is not None:
            writing.exchange(opened, row, entry)

    def rename(self, key: int, title: str) -> None:
        """Give an article another title; nothing else of it changes, nor does its text.

        Raises:
            UnknownArticleError: The article is gone.
        """
        opened = self.opened()
        row = opened.row(key, newest=True)
        entry = check.entry_of(opened, row) if row is not None else None
        if row is None or row.facts is None or entry is None:
            raise UnknownArticleError(str(key))
        renamed = replace(entry, article=replace(entry.article, title=title))
        facts = replace(row.facts, title=title, sha256=renamed.sha256())
        writing.put(opened, [replace(row, facts=facts, operation="rename")])

    def keep_reading(self, key: int, reading: Reading) -> None:
        """Put a reading of an article in the place of the one that is there; nothing when the article is gone.

        Raises:
            OffsetError: A statement reaches beyond the text.
        """
        opened = self.opened()
        row = opened.row(key, newest=True)
        if row is None or row.facts is None:
            return
        said = pack_statements(checked(reading, row.id, row.facts.characters).statements)
        before, now = row.facts.reading, packed(said)
        opened.server.put(opened.names.parts, part_rows(key, said))
        facts = replace(row.facts, reading=now, speakers=speakers(reading))
        writing.put(opened, [replace(row, facts=facts, reader=reading.reader, operation="read")])
        if before is not None and before != now:
            opened.contents.delete(key, before)

    def replace(self, entries: Iterable[Entry], *, encoder: str) -> None:
        """Put new entries in the place of all that is there, made by another encoder; all or nothing."""
        self._opening.replace(entries, encoder=encoder)

    def sweep(self, *, older: float = check.GRACE) -> int:
        """Clear away what writers that were killed have left behind, and return how many rows that were.

        Args:
            older: Seconds since it was written; what is younger may belong to an article that is being added.
        """
        return check.sweep(self.opened(), older=older)

    # Inside

    def _body(self, row: Row) -> Body:
        found = self.opened().body(row)
        if found is None:
            raise DamagedLibraryError(self.place, f"article {row.id} is not as it was added", _AGAIN)
        return found


def _moment(row: Row) -> str:
    return datetime.fromtimestamp(row.added / 10**9, UTC).isoformat(timespec="seconds")
