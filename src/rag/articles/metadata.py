"""What is known about an article beside its text: from a side file, from a format, from its own bylines.

This file knows the fields and how they are tidied and combined, not where the text comes from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from rag.articles.files import load_bytes
from rag.errors import EmptyTextError, NotTextError, TooLargeError, UnreadableFileError

LARGEST_SIDE_FILE = 100_000  # bytes


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about an article beside its text; `None` or empty where nothing is known."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    source: str | None = None
    note: str | None = None


UNKNOWN = Metadata()


def read_side_file(path: Path) -> Metadata:
    """Read what the JSON file beside `path`, of the same name, says; nothing if there is none.

    Raises:
        UnreadableFileError: It is refused, no JSON object, or a field has a value of the wrong kind.
        TooLargeError: It has more than `LARGEST_SIDE_FILE` bytes.
    """
    side = path.with_suffix(".json")
    if not side.exists():
        return UNKNOWN
    try:
        known = json.loads(load_bytes(side, max_bytes=LARGEST_SIDE_FILE))
    except (ValueError, RecursionError) as error:
        raise UnreadableFileError(side.name, f"it is not JSON ({error})") from error
    if not isinstance(known, dict):
        raise UnreadableFileError(side.name, "it must hold one JSON object")
    title, published, source, note = (_string(known, name, side) for name in ("title", "published", "source", "note"))
    return Metadata(title, _names(known, side), published, source, note)


def _string(known: dict[str, object], field: str, side: Path) -> str | None:
    value = known.get(field)
    if value is None or isinstance(value, str):
        return value
    raise UnreadableFileError(side.name, f"{field} must be a string or null")


def _names(known: dict[str, object], side: Path) -> tuple[str, ...]:
    value = known.get("authors") or []
    if isinstance(value, list) and all(isinstance(author, str) for author in value):
        return tuple(value)
    raise UnreadableFileError(side.name, "authors must be a list of names")


def merge(first: Metadata, second: Metadata) -> Metadata:
    """Fill what `first` does not know from `second`."""
    return Metadata(
        first.title or second.title,
        first.authors or second.authors,
        first.published or second.published,
        first.source or second.source,
        first.note or second.note,
    )


def tidy(metadata: Metadata, name: str) -> Metadata:
    """Put every value on one line and drop the empty ones.

    Raises:
        NotTextError: A value holds NUL or lone surrogates; `name` is what the message calls the article.
    """
    authors = tuple(filter(None, map(one_line, metadata.authors)))
    values = (metadata.title, metadata.published, metadata.source, metadata.note)
    title, published, source, note = (one_line(value or "") or None for value in values)
    if any(map(is_broken, filter(None, (*authors, title, published, source, note)))):
        raise NotTextError(name)
    return Metadata(title, authors, published, source, note)


def is_broken(text: str) -> bool:
    """Tell whether a string holds NUL or lone surrogates, which no file of text has."""
    return "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text)


def one_line(text: str) -> str:
    """Put a text on one line, with single spaces."""
    return " ".join(text.split())


LONGEST_TITLE = 300
"""Characters of a title that a person gives; a headline has about 80."""


def title_of(given: str) -> str:
    """Return the title that a person gives to an article, on one line.

    Raises:
        EmptyTextError: It is nothing but white space.
        NotTextError: It holds NUL or lone surrogates.
        TooLargeError: It has more than `LONGEST_TITLE` characters.
    """
    title = one_line(given)
    if not title:
        raise EmptyTextError("The title")
    if is_broken(title):
        raise NotTextError("The title")
    if len(title) > LONGEST_TITLE:
        raise TooLargeError("The title", len(title.encode()), LONGEST_TITLE)
    return title
