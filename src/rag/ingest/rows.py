"""What is kept of an article <-> one row of nested lists, every row proven when it is read; opens no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.embed import Vectors
from rag.records import Article, Block, Passage, Range, Sentence, Speaker, Statement
from rag.store import Entry, Reading
from rag.store.readings import checksum

if TYPE_CHECKING:
    import pyarrow


def schema() -> pyarrow.Schema:
    """Return the columns of a row; vectors are one run of little-endian half-precision numbers an article."""
    import pyarrow as pa

    place = {"start": pa.int32(), "end": pa.int32()}

    def rows_of(**fields: pyarrow.DataType) -> pyarrow.DataType:
        return pa.list_(pa.struct(list(fields.items())))

    statement = {
        "attribution": pa.string(),
        "source": pa.struct(list(place.items())),
        "cue": pa.struct(list(place.items())),
        "content": rows_of(**place),
        "speaker": pa.string(),
        "role": pa.string(),
        "named": pa.struct(list(place.items())),
    }
    columns = {
        **{name: pa.string() for name in ("id", "text", "title", "published", "source", "note")},
        "authors": pa.list_(pa.string()),
        "pages": pa.list_(pa.int32()),
        "blocks": rows_of(**place, kind=pa.string()),
        "sentences": rows_of(**place, block=pa.int32(), kind=pa.string()),
        "sentence_vectors": pa.binary(),
        "passages": rows_of(**place, first=pa.int32(), last=pa.int32()),
        "passage_vectors": pa.binary(),
        "file": pa.string(),
        "sha256": pa.string(),
        "reader": pa.string(),
        "statements": rows_of(**statement),
        "reading_sha256": pa.string(),
    }
    return pa.schema(list(columns.items()))


def row_of(entry: Entry) -> dict[str, Any]:
    """Return an entry as a row, with the checksums that the store keeps too."""
    article, reading = entry.article, entry.reading
    return {
        **{name: getattr(article, name) for name in ("id", "text", "title", "published", "source", "note")},
        "authors": article.authors,
        "pages": article.pages,
        "blocks": [{**_place(one.range), "kind": one.kind} for one in article.blocks],
        "sentences": [{**_place(one.range), "block": one.block, "kind": one.kind} for one in entry.sentences],
        "sentence_vectors": _bytes(entry.sentence_vectors),
        "passages": [{**_place(one.range), "first": one.first, "last": one.last} for one in entry.passages],
        "passage_vectors": _bytes(entry.passage_vectors),
        "file": entry.file,
        "sha256": entry.sha256(),
        "reader": reading.reader if reading else None,
        "statements": [_statement_row(one) for one in reading.statements] if reading else [],
        "reading_sha256": checksum(reading) if reading else None,
    }


def entry_of(row: Mapping[str, Any], dimensions: int) -> Entry:
    """Return the entry of a row, proven: its ranges, its vectors and its checksums.

    Raises:
        ValueError: The row does not hold what was made; the message says what is wrong.
        OffsetError: A range reaches beyond the text.
    """
    facts = {name: row[name] for name in ("id", "text", "title", "published", "source", "note")}
    blocks = tuple(Block(_range(one), one["kind"]) for one in row["blocks"])
    article = Article(**facts, blocks=blocks, authors=tuple(row["authors"]), pages=tuple(row["pages"]))
    sentences = tuple(
        Sentence(number, _range(one), one["block"], one["kind"]) for number, one in enumerate(row["sentences"])
    )
    passages = tuple(Passage(_range(one), one["first"], one["last"]) for one in row["passages"])
    _check_places(article, sentences, passages)
    entry = Entry(
        article,
        sentences,
        _vectors(row["sentence_vectors"], len(sentences), dimensions),
        passages,
        _vectors(row["passage_vectors"], len(passages), dimensions),
        _reading(row, article),
        row["file"],
    )
    if entry.sha256() != row["sha256"]:
        raise ValueError("it is not as it was made")
    return entry


def _reading(row: Mapping[str, Any], article: Article) -> Reading | None:
    if row["reader"] is None:
        return None
    statements = tuple(map(_statement, row["statements"]))
    if any(one.last > len(article.text) for one in statements):
        raise ValueError("a statement reaches beyond the text")
    reading = Reading(row["reader"], statements)
    if checksum(reading) != row["reading_sha256"]:
        raise ValueError("who said what is not as it was read")
    return reading


def _check_places(article: Article, sentences: Sequence[Sentence], passages: Sequence[Passage]) -> None:
    """Prove that sentences stand in their blocks, in order, and passages in their sentences."""
    end = 0
    for one in sentences:
        if not 0 <= one.block < len(article.blocks):
            raise ValueError("a sentence stands in no block")
        block = article.blocks[one.block].range
        if one.range.start < max(end, block.start) or one.range.end > block.end:
            raise ValueError("a sentence does not stand where it says")
        end = one.range.end
    for run in passages:
        if not 0 <= run.first <= run.last < len(sentences):
            raise ValueError("a passage is made of sentences that are not there")
        if run.range.start < sentences[run.first].range.start or run.range.end > sentences[run.last].range.end:
            raise ValueError("a passage does not stand where its sentences do")


def _bytes(vectors: Vectors) -> bytes:
    return vectors.astype("<f2").tobytes()


def _vectors(data: bytes, count: int, dimensions: int) -> Vectors:
    """Half-precision bytes -> vectors, shape (count, dimensions), float32."""
    if len(data) != 2 * count * dimensions:
        raise ValueError(f"{len(data):,} bytes are not {count:,} vectors of {dimensions:,} numbers")
    vectors = np.frombuffer(data, "<f2").reshape(count, dimensions).astype(np.float32)
    if not np.isfinite(vectors).all():
        raise ValueError("a vector holds what is no number")
    return vectors


def _place(place: Range) -> dict[str, Any]:
    return {"start": place.start, "end": place.end}


def _range(row: Mapping[str, Any]) -> Range:
    return Range(row["start"], row["end"])


def _statement_row(one: Statement) -> dict[str, Any]:
    return {
        "attribution": one.attribution,
        "source": _place(one.source),
        "cue": _place(one.cue),
        "content": [_place(said) for said in one.content],
        "speaker": one.speaker.name if one.speaker else None,
        "role": one.speaker.role if one.speaker else None,
        "named": _place(one.resolved_from) if one.resolved_from else None,
    }


def _statement(row: Mapping[str, Any]) -> Statement:
    return Statement(
        row["attribution"],
        _range(row["source"]),
        _range(row["cue"]),
        tuple(map(_range, row["content"])),
        Speaker(row["speaker"], row["role"]) if row["speaker"] is not None else None,
        _range(row["named"]) if row["named"] is not None else None,
    )
