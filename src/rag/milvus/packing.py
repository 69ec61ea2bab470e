"""An article's content and who said what in it -> bytes and back, and bytes -> rows that Milvus can hold.

What is packed has a checksum, under which it is kept: it comes back as it was or not at all, and a new version stands
beside the one before until the article's row names it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.records import Article, Block, Range, Sentence, Speaker, Statement

_PART = 45_000
"""Bytes in a row; as base64 they fit in the 65,535 that a field may have."""
_HEAD = 8
"""Bytes that tell how long the text part of a body is."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What was packed: its checksum, and in how many rows it is kept."""

    digest: str
    parts: int


@dataclass(frozen=True, slots=True)
class Body:
    """What of an article no change of its facts touches; `vectors` are those of its sentences, in half precision."""

    text: str
    blocks: tuple[Block, ...]
    pages: tuple[int, ...]
    sentences: tuple[Sentence, ...]
    vectors: NDArray[np.float16]


def key_of(*parts: object) -> int:
    """Return 63 bits of the checksum of some words: a key that every writer makes the same."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def packed(data: bytes) -> Packed:
    """Return the checksum and the number of parts of what is packed."""
    return Packed(hashlib.sha256(data).hexdigest(), -(-len(data) // _PART))


def parts(data: bytes) -> list[str]:
    """Return what is packed as texts for rows, in order."""
    return [base64.b64encode(data[at : at + _PART]).decode() for at in range(0, len(data), _PART)]


def put_together(texts: Iterable[str], wanted: Packed) -> bytes | None:
    """Return what was packed, None when it is not as it was."""
    try:
        data = b"".join(base64.b64decode(text, validate=True) for text in texts)
    except ValueError:
        return None
    return data if packed(data) == wanted else None


def pack_body(article: Article, sentences: Sequence[Sentence], vectors: NDArray[np.float32]) -> bytes:
    """Return the body of an article as bytes."""
    facts = {
        "text": article.text,
        "blocks": [(one.range.start, one.range.end, one.kind) for one in article.blocks],
        "pages": article.pages,
        "sentences": [(one.number, one.range.start, one.range.end, one.block, one.kind) for one in sentences],
    }
    head = zlib.compress(json.dumps(facts).encode(), 6)
    return len(head).to_bytes(_HEAD, "big") + head + vectors.astype("<f2").tobytes()


def unpack_body(data: bytes) -> Body:
    """Return the body that was packed."""
    end = _HEAD + int.from_bytes(data[:_HEAD], "big")
    facts = json.loads(zlib.decompress(data[_HEAD:end]))
    sentences = tuple(
        Sentence(number, Range(start, last), block, kind) for number, start, last, block, kind in facts["sentences"]
    )
    return Body(
        facts["text"],
        tuple(Block(Range(start, last), kind) for start, last, kind in facts["blocks"]),
        tuple(facts["pages"]),
        sentences,
        np.frombuffer(data[end:], "<f2").reshape(len(sentences), -1 if sentences else 0),
    )


def pack_statements(statements: Sequence[Statement]) -> bytes:
    """Return who said what as bytes."""
    return zlib.compress(json.dumps([_row(one) for one in statements]).encode(), 6)


def unpack_statements(data: bytes) -> tuple[Statement, ...]:
    """Return who said what as it was packed."""
    return tuple(
        Statement(
            attribution,
            Range(*source),
            Range(*cue),
            tuple(Range(*one) for one in content),
            Speaker(*speaker) if speaker else None,
            Range(*named) if named else None,
        )
        for attribution, source, cue, content, speaker, named in json.loads(zlib.decompress(data))
    )


def _row(one: Statement) -> list[Any]:
    ranges = [_ends(one.source), _ends(one.cue), [_ends(said) for said in one.content]]
    speaker = [one.speaker.name, one.speaker.role] if one.speaker else None
    return [one.attribution, *ranges, speaker, _ends(one.resolved_from) if one.resolved_from else None]


def _ends(one: Range) -> list[int]:
    return [one.start, one.end]
