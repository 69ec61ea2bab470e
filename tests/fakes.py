"""Stand-ins with obvious behaviour."""

import os
import subprocess
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from rag.articles import read_text
from rag.embed import Vectors
from rag.records import Article, Range
from rag.scorer import Readings
from rag.store import Entry
from rag.words import content_words

DIMENSIONS = 64


class WordEncoder:
    """A text is the sum of its words, each an axis: texts that share words are near."""

    identity = "words@1"
    dimensions = DIMENSIONS
    max_tokens = 64

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, zlib.crc32(word.strip(".,?!“”").encode()) % DIMENSIONS] += 1
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return vectors


class WordScorer:
    """A sentence answers as well as it shares words with the question."""

    def read(self, question: str, windows: Sequence[Sequence[str]]) -> list[Readings]:
        asked = {word.stem for word in content_words(question)}
        return [
            np.array([[len(asked & {word.stem for word in content_words(text)}) - 2, 0] for text in window], np.float32)
            for window in windows
        ]


def make_entry(text: str, encoder: WordEncoder | None = None) -> Entry:
    """What the store keeps of a text."""
    from rag.split import passages, sentences

    encoder = encoder or WordEncoder()
    article = read_text(text)
    cut = sentences(article)
    runs = passages(article, cut, count_tokens=encoder.count_tokens, max_tokens=16)
    return Entry(
        article,
        cut,
        encoder.encode([words_of(article, sentence.range) for sentence in cut]),
        runs,
        encoder.encode([words_of(article, passage.range) for passage in runs]),
    )


def words_of(article: Article, place: Range) -> str:
    return article.text[place.start : place.end]


def flip_byte(path: Path, at: int | None = None) -> None:
    """Change one byte of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2 if at is None else at] ^= 0xFF
    path.write_bytes(data)


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """The folder as it is seen where nothing can be written; root, whom no permission stops, mounts it so."""
    if os.geteuid():
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)
        return
    seen = folder.with_name(folder.name + "-read-only")
    seen.mkdir()
    try:
        subprocess.run(["mount", "--bind", folder, seen], check=True, capture_output=True)
    except subprocess.CalledProcessError:
        pytest.skip("this machine lets nobody mount a folder read-only")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", seen], check=True)
        yield seen
    finally:
        subprocess.run(["umount", "--lazy", seen], check=True)
