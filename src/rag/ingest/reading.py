"""A shard -> its articles, or why one is none, and the checksums of what they are read from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from rag.articles import Limits, Metadata, read_file, read_text
from rag.disk import sha256_of
from rag.errors import ChangedInputError, DataError, ReadError, TooLargeError, UnreadableFileError
from rag.ingest.shards import Files, Lines, Shard
from rag.lines import wanted
from rag.records import Article
from rag.settings import Settings

Outcome: TypeAlias = Article | ReadError | DataError
"""What becomes of one input: an article, or the reason why there is none."""


@dataclass(frozen=True, slots=True)
class Source:
    """What an outcome depends on, wherever it lies.

    Attributes:
        name: Of the file, without its folder.
        sha256: Of what is read; None where that is refused.
        more: The sha256 of the file beside it, or which lines are read.
    """

    name: str
    sha256: str | None
    more: tuple[str | int | None, ...]


def outcomes(shard: Shard, settings: Settings) -> Iterator[Outcome]:
    """Yield what becomes of every input of a shard, in order; files are read as `rag add` reads them.

    Raises:
        ChangedInputError: A file of JSON lines has not as many lines any more.
    """
    if isinstance(shard, Files):
        limits = Limits(file_bytes=settings.max_file_bytes)
        for path in shard.paths:
            try:
                yield read_file(path, max_bytes=settings.max_article_bytes, limits=limits)
            except ReadError as error:
                yield error
        return
    try:
        data = _slice(shard)
    except OSError as error:
        yield UnreadableFileError(shard.path.name, error.strerror or str(error))
        return
    lines = [(shard.line + at, line) for at, line in enumerate(data.split(b"\n")) if line.strip()]
    if len(lines) != shard.count:
        raise ChangedInputError(shard.path)
    for number, line in lines:
        try:
            yield _article(line, shard.path.name, number, settings)
        except (ReadError, DataError) as error:
            yield error


def sources(shard: Shard) -> list[Source]:
    """Return what the outcomes of a shard depend on: one for each file, or one for all the lines."""
    if isinstance(shard, Files):
        return [Source(path.name, _sum(path), (_sum(path.with_suffix(".json")),)) for path in shard.paths]
    try:
        sha256 = hashlib.sha256(_slice(shard)).hexdigest()
    except OSError:
        sha256 = None
    return [Source(shard.path.name, sha256, (shard.line, shard.count))]


def _slice(shard: Lines) -> bytes:
    with shard.path.open("rb") as file:
        file.seek(shard.start)
        return file.read(shard.end - shard.start)


def _sum(path: Path) -> str | None:
    """The sha256 of a file; None where there is none or it is refused."""
    try:
        return sha256_of(path)
    except (OSError, ValueError):
        return None


def _article(line: bytes, name: str, number: int, settings: Settings) -> Article:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _wrong(name, number, "it is not JSON") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str):
        raise _wrong(name, number, "it has no text that is a string")
    where, most = f"The text of {name}, line {number},", settings.max_article_bytes
    size = len(fields["text"].encode("utf-8", "surrogatepass"))
    if size > most:
        raise TooLargeError(where, size, most)
    return read_text(fields["text"], name=where, metadata=_metadata(fields, name, number))


def _metadata(fields: dict[str, Any], name: str, number: int) -> Metadata:
    """What a line says about its text, as the file beside an article does."""
    authors = fields.get("authors") or []
    if not isinstance(authors, list) or not all(isinstance(author, str) for author in authors):
        raise _wrong(name, number, "authors must be a list of names")
    known = {field: fields.get(field) for field in ("title", "published", "source", "note")}
    for field, value in known.items():
        if value is not None and not isinstance(value, str):
            raise _wrong(name, number, f"{field} must be a string or null")
    return Metadata(authors=tuple(authors), **known)


def _wrong(name: str, number: int, cause: str) -> DataError:
    return DataError(Path(name), cause, wanted(("text",)), line=number)
