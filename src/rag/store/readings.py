"""Who said what in an article, and which reader found it: into tables and out of them.

A reading has its own checksum, apart from its article's, because it is made anew when the reader changes.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.errors import OffsetError
from rag.records import Range, Speaker, Statement
from rag.store.connections import seal

SCHEMA = """
CREATE TABLE readings (
    article INTEGER PRIMARY KEY REFERENCES articles ON DELETE CASCADE, reader TEXT NOT NULL, sha256 TEXT NOT NULL
) STRICT;
CREATE TABLE statements (
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, number INTEGER NOT NULL,
    attribution TEXT NOT NULL, source_first INTEGER NOT NULL, source_last INTEGER NOT NULL,
    cue_first INTEGER NOT NULL, cue_last INTEGER NOT NULL, content TEXT NOT NULL,
    speaker TEXT, role TEXT, named_first INTEGER, named_last INTEGER, PRIMARY KEY (article, number)
) STRICT;
"""

COLUMNS = "attribution, source_first, source_last, cue_first, cue_last, content, speaker, role, named_first, named_last"


@dataclass(frozen=True, slots=True)
class Reading:
    """The statements that a reader, named by its identity, finds in an article, in their order."""

    reader: str
    statements: tuple[Statement, ...]


def checksum(reading: Reading) -> str:
    """Return the checksum of a reading, as it is kept."""
    rows = json.dumps([_row(statement) for statement in reading.statements])
    return seal(reading.reader, hashlib.sha256(rows.encode()).hexdigest())


def insert_reading(db: sqlite3.Connection, key: int, reading: Reading) -> None:
    """Put a reading of an article into the tables, in place of the one that is there.

    Raises:
        OffsetError: A statement reaches beyond the text.
    """
    for article_id, length in db.execute("SELECT id, characters FROM articles WHERE key = ?", (key,)):
        for statement in reading.statements:
            if statement.last > length:
                raise OffsetError(article_id, statement.source.start, statement.last)
    db.execute("DELETE FROM statements WHERE article = ?", (key,))
    db.execute("REPLACE INTO readings VALUES (?, ?, ?)", (key, reading.reader, checksum(reading)))
    db.executemany(
        f"INSERT INTO statements (article, number, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(key, number, *_row(statement)) for number, statement in enumerate(reading.statements)],
    )
    speakers = {statement.speaker.name for statement in reading.statements if statement.speaker is not None}
    db.execute("UPDATE articles SET speakers = ? WHERE key = ?", (len(speakers), key))


def statement_of(row: Sequence[Any]) -> Statement:
    """Return a statement from its `COLUMNS`.

    Raises:
        ValueError: They make none.
    """
    attribution, source_first, source_last, cue_first, cue_last, content, speaker, role, first, last = row
    return Statement(
        attribution,
        Range(source_first, source_last),
        Range(cue_first, cue_last),
        tuple(Range(start, end) for start, end in json.loads(content)),
        Speaker(speaker, role) if speaker is not None else None,
        Range(first, last) if first is not None else None,
    )


def _row(statement: Statement) -> tuple[Any, ...]:
    source, cue, speaker, named = statement.source, statement.cue, statement.speaker, statement.resolved_from
    return (
        *(statement.attribution, source.start, source.end, cue.start, cue.end),
        json.dumps([(said.start, said.end) for said in statement.content]),
        *((speaker.name, speaker.role) if speaker is not None else (None, None)),
        *((named.start, named.end) if named is not None else (None, None)),
    )
