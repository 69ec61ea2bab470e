"""The collections that a library is made of, and the fields of their rows; opens nothing.

`NAME_library` has two rows: what the library is, and a number that the newest change is not below. Articles, parts of
their content and passages are in three collections of a generation, `NAME_articles_1` and so on: another encoder makes
the next generation, and one row of `NAME_library` puts it in the place of the one before.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from rag.milvus.packing import Packed

FORMAT = "1"
TEXT = 65_535
"""Bytes that a text field may have."""
FACTS, BOOKMARK = 1, 2
"""Keys of the two rows of `NAME_library`."""
NOWHERE = [0.0, 0.0]
"""A collection needs a vector in every row; these are never looked for."""

Operation: TypeAlias = Literal["add", "rename", "read", "remove"]
LIVE = 'operation != "remove"'
"""Articles that are there; of one that was removed a row without a word of it stays, by which others learn of that."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names of the collections of one generation of a library."""

    articles: str
    parts: str
    passages: str


@dataclass(frozen=True, slots=True)
class About:
    """What a library is: `words` tells whether its server ranks by words (BM25)."""

    library: str
    encoder: str
    dimensions: int
    words: bool
    generation: int = 1
    format: str = FORMAT

    def names(self, library: str) -> Names:
        """Return the names of the collections in use."""
        return Names(*(f"{library}_{kind}_{self.generation}" for kind in ("articles", "parts", "passages")))


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about an article without reading it: the line of the list, and where its content is.

    Attributes:
        title, authors, published, source, note: As the article has them.
        characters, sentences, passages, speakers: Counts.
        sha256: Checksum of everything but the reading.
        body: Its content.
        reading: Who said what; None when nobody has read that.
    """

    title: str
    authors: tuple[str, ...]
    published: str | None
    source: str | None
    note: str | None
    characters: int
    sentences: int
    passages: int
    speakers: int
    sha256: str
    body: Packed
    reading: Packed | None

    def text(self) -> str:
        """Return the facts as they are kept."""
        return json.dumps(asdict(self))

    @staticmethod
    def of(text: str) -> Facts:
        """Return facts as they were kept.

        Raises:
            ValueError, KeyError, TypeError: They are none.
        """
        values: dict[str, Any] = json.loads(text)
        reading = values["reading"]
        made = values | {"authors": tuple(values["authors"]), "body": Packed(**values["body"])}
        return Facts(**made | {"reading": Packed(**reading) if reading is not None else None})


@dataclass(frozen=True, slots=True)
class Row:
    """The row of an article, which is there only when everything that belongs to it is.

    Attributes:
        key: Of the article.
        id: Of the article, empty when it was removed.
        facts: None when it was removed.
        operation: What was done to it last.
        changed: When that was, in nanoseconds, and after everything that the writer knew of.
        added: When it came, in nanoseconds.
        reader: Identity of the reader that read who said what, empty for none.
        file: Checksum of the file that it was read from, empty for none.
    """

    key: int
    id: str
    facts: Facts | None
    operation: Operation
    changed: int
    added: int
    reader: str
    file: str

    def values(self) -> dict[str, Any]:
        """Return the row as it is kept."""
        values = {name: getattr(self, name) for name in ROW if name != "facts"}
        return values | {"facts": self.facts.text() if self.facts is not None else "", "nowhere": NOWHERE}


ROW = ("key", "id", "facts", "operation", "changed", "added", "reader", "file")


def row_of(values: dict[str, Any]) -> Row:
    """Return the row of an article as it was kept.

    Raises:
        ValueError, KeyError, TypeError: It is none.
    """
    facts = Facts.of(values["facts"]) if values["facts"] else None
    return Row(**{name: values[name] for name in ROW if name != "facts"}, facts=facts)
