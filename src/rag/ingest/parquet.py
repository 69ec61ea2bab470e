"""Entries <-> a Parquet file, whole or not at all; knows what a file must prove, not what its articles say."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from rag.disk import sync
from rag.errors import DamagedShardError, MissingPackageError, OffsetError, UnwritableFileError
from rag.ingest.rows import entry_of, row_of, schema
from rag.store import Entry

FORMAT = "1"
SUFFIX = ".parquet"
_PARTS = ".parts"
"""Folder of files that are not whole yet."""
_FACTS = b"rag"
"""Name of our facts among those of the file."""
_GROUP_BYTES = 8_000_000
"""Bytes of texts and vectors from which on rows are written: what a reader holds at once, and one article more."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What made the vectors of a file: the identity of the encoder, and the numbers in a vector."""

    encoder: str
    dimensions: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that is no article: its number in the shard, from 0, and why."""

    number: int
    cause: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a whole file tells about itself without being read."""

    origin: Origin
    articles: int
    skipped: tuple[Skipped, ...]


Made: TypeAlias = Entry | Skipped


def write(path: Path, made: Iterable[Made], origin: Origin) -> Facts:
    """Write what was made of a shard, and return what the file tells about itself. Equal input gives equal bytes.

    Raises:
        UnwritableFileError: The system refuses it; nothing is left behind.
        MissingPackageError: pyarrow is not installed.
    """
    _, pq = _arrow()
    columns = schema()
    kind = {"compression": "zstd", "use_dictionary": False, "write_statistics": False, "write_page_checksum": True}
    with _whole(path) as file, pq.ParquetWriter(file, columns, **kind) as writer:
        skipped: list[Skipped] = []
        articles = 0
        for group in _groups(made, skipped):
            writer.write_table(_table(group, columns))
            articles += len(group)
        facts = Facts(origin, articles, tuple(skipped))
        writer.add_key_value_metadata({_FACTS: json.dumps({"format": FORMAT, **asdict(facts)}).encode()})
    return facts


def read_facts(path: Path) -> Facts:
    """Return what a file tells about itself.

    Raises:
        DamagedShardError: It is not whole, or not one of ours.
        MissingPackageError: pyarrow is not installed.
    """
    with _reading(path) as file:
        told = json.loads((file.metadata.metadata or {}).get(_FACTS, b"null"))
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise ValueError("it was not written by this program, or by another version of it")
        skipped = tuple(Skipped(**one) for one in told["skipped"])
        facts = Facts(Origin(**told["origin"]), told["articles"], skipped)
        if file.metadata.num_rows != facts.articles:
            raise ValueError(f"it has {file.metadata.num_rows:,} articles and not {facts.articles:,}")
        return facts


def read_entries(path: Path) -> Iterator[Entry]:
    """Yield the entries of a file, each proven, holding one group of rows at a time.

    Raises:
        DamagedShardError: It is not whole, or an article in it is not as it was made; those before were.
        MissingPackageError: pyarrow is not installed.
    """
    dimensions = read_facts(path).origin.dimensions
    with _reading(path) as file:
        for group in range(file.num_row_groups):
            for row in file.read_row_group(group).to_pylist():
                yield entry_of(row, dimensions)


def _groups(made: Iterable[Made], skipped: list[Skipped]) -> Iterator[list[dict[str, Any]]]:
    """Rows to write together; what is no row goes to `skipped`."""
    group: list[dict[str, Any]] = []
    weight = 0
    for one in made:
        if isinstance(one, Skipped):
            skipped.append(one)
            continue
        row = row_of(one)
        group.append(row)
        weight += len(row["text"]) + len(row["sentence_vectors"]) + len(row["passage_vectors"])
        if weight >= _GROUP_BYTES:
            yield group
            group, weight = [], 0
    if group:
        yield group


def _table(rows: list[dict[str, Any]], columns: Any) -> Any:
    pa, _ = _arrow()
    return pa.Table.from_pylist(rows, columns)


@contextmanager
def _reading(path: Path) -> Iterator[Any]:
    """An open file, and whatever is wrong with it as one error."""
    pa, pq = _arrow()
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            yield file
    except (OSError, pa.ArrowException, OffsetError, ValueError, TypeError, KeyError) as error:
        cause = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise DamagedShardError(path, cause) from error


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes its name once it is whole; what killed writers of it left behind is swept then."""
    parts = path.parent / _PARTS
    try:
        parts.mkdir(parents=True, exist_ok=True)
        part = parts / f"{path.name}.{secrets.token_hex(4)}"
        try:
            with part.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _name(part, path)
        finally:
            part.unlink(missing_ok=True)
        for left in parts.glob(f"{path.name}.*"):
            left.unlink(missing_ok=True)
    except OSError as error:
        raise UnwritableFileError(path, error.strerror or str(error)) from error


def _name(part: Path, path: Path) -> None:
    try:
        os.replace(part, path)
    except FileNotFoundError:
        if not path.exists():  # else another worker was quicker with the same shard, and swept
            raise
    sync(path.parent)


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingPackageError("'ask-the-article[ingest]'", "Preparing articles in bulk") from error
    return pyarrow, pyarrow.parquet
