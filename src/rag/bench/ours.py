"""What a fresh process measures of this program; each function takes what to measure and returns JSON-ready values.

All that depends on how a library is filled and its index opened stands here.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from rag.bench.collection import collection
from rag.bench.memory import memory
from rag.bench.pieces import make_pool, real_articles
from rag.collecting import collect_seldom
from rag.embed import load_encoder
from rag.index import PassageIndex
from rag.library import Arrival, open_library
from rag.library.storage import open_storage
from rag.settings import load_settings
from rag.store import FILE, Entry, SqliteStore

_FIRST_QUESTION = "What is this about?"
"""Asked before the others, which then find the models loaded, as in a program that runs."""


def fill(request: Mapping[str, Any]) -> dict[str, Any]:
    """Fill a library with articles of a collection and build its index."""
    settings, folder = load_settings(), Path(request["folder"])
    encoder = load_encoder(settings)
    pool = make_pool(Path(request["data"]), Path(request["pool"]), request["pieces"], settings, encoder)
    entries = collection(pool, request["passages"], seed=request["seed"])
    storage = open_storage(folder, settings, encoder)
    counts: Counter[str] = Counter()
    began = time.perf_counter()
    storage.store.add_all(_counted(entries, counts))
    added = time.perf_counter()
    storage.open_index().close()
    built = time.perf_counter()
    storage.store.close()
    return {**counts, "adding": added - began, "building": built - added, **_sizes(folder), **memory()}


def fill_real(request: Mapping[str, Any]) -> dict[str, Any]:
    """Fill a library with the real articles of the data, which are embedded here, and build its index."""
    folder = Path(request["folder"])
    with open_library(folder, load_settings(), create=True) as library:
        for _ in library.add_all(map(Arrival, real_articles(Path(request["data"]))), apart=True):
            pass
        began = time.perf_counter()
        library.settle()
        building = time.perf_counter() - began
        summaries = library.articles()
    return {
        "articles": len(summaries),
        "passages": sum(one.passages for one in summaries),
        "sentences": sum(one.sentences for one in summaries),
        "building": building,
        **_sizes(folder),
    }


def _sizes(folder: Path) -> dict[str, int]:
    """Bytes on disk of a library and of its index."""
    sizes = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    library = sum(size for path, size in sizes.items() if path.name.startswith(FILE))
    return {"library": library, "index": sum(sizes.values()) - library}


def _counted(entries: Iterable[Entry], counts: Counter[str]) -> Iterable[Entry]:
    for entry in entries:
        counts.update(articles=1, passages=len(entry.passages), sentences=len(entry.sentences))
        yield entry


def start(request: Mapping[str, Any]) -> dict[str, Any]:
    """Seconds from the start of the process to the first passages found, and what of them opening took."""
    settings = load_settings()
    began = time.time()
    with open_library(Path(request["folder"]), settings) as library:
        opened = time.time()
        library.search(request["questions"][0], k=request["k"])
        found = time.time()
    return {"opening": opened - began, "first": found - opened, "start": found - request["began"]}


def ask(request: Mapping[str, Any]) -> dict[str, Any]:
    """Seconds from each question to its reply in a running program, of what kind they are, and memory at the end."""
    with open_library(Path(request["folder"]), load_settings()) as library:
        library.ask(_FIRST_QUESTION)
        collect_seldom()
        kinds: Counter[str] = Counter()
        seconds = []
        for question in request["questions"]:
            began = time.perf_counter()
            reply = library.ask(question)
            seconds.append(time.perf_counter() - began)
            kinds[type(reply).__name__.lower()] += 1
        return {"seconds": seconds, "kinds": kinds, **memory()}


def look(request: Mapping[str, Any]) -> dict[str, Any]:
    """Seconds of each look-up by meaning, by words and of a whole search; the keys that were nearest."""
    settings, folder, k = load_settings(), Path(request["folder"]), int(request["k"])
    encoder = load_encoder(settings)
    storage = open_storage(folder, settings, encoder)
    index = storage.open_index()
    lists = index.lists if isinstance(index, PassageIndex) else 0
    found = []
    taken: dict[str, list[float]] = {"dense": [], "words": [], "whole": []}
    vectors = [encoder.encode([question], as_question=True)[0] for question in request["questions"]]
    for question, vector in zip(request["questions"], vectors, strict=True):
        began = time.perf_counter()
        ranked = index.nearest(vector, k)
        taken["dense"].append(time.perf_counter() - began)
        found.append([one.key for one in ranked])
        taken["words"].append(_seconds(partial(index.holding, question, k)))
    index.close()
    storage.store.close()
    with open_library(folder, settings) as library:
        library.search(_FIRST_QUESTION, k=k)
        taken["whole"] = [_seconds(partial(library.search, question, k=k)) for question in request["questions"]]
    return {**taken, "keys": found, "lists": lists}


def passages_of(folder: Path) -> list[str]:
    """Return the words of all passages of a library."""
    store = SqliteStore(folder, encoder="")
    texts = [text for rows in store.passage_rows() for text in rows.texts]
    store.close()
    return texts


def sentences_of(folder: Path) -> list[str]:
    """Return the words of all sentences of a library."""
    store = SqliteStore(folder, encoder="")
    texts = []
    for key in store.article_keys():
        article = store.article(key)
        if article is not None:
            texts += [article.text[one.range.start : one.range.end] for one in store.sentences(key)]
    store.close()
    return texts


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began
