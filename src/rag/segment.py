"""FAISS and tantivy over some passages; knows nothing of articles, files of the library or SQLite.

A segment answers two questions: which passages are nearest to a vector, and which hold these words.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from typing import Any

import faiss
import numpy as np
import tantivy

from rag.embed import Vector
from rag.store import Keys, PassageRow

faiss.omp_set_num_threads(1)  # a single query is slower with more
_PARAMETERS: Any = faiss.SearchParameters  # its stub lacks the keyword
_WRITER_BYTES = 50_000_000
_BATCH = 1_000

_ANALYZER = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    .filter(tantivy.Filter.remove_long(60))
    .filter(tantivy.Filter.lowercase())
    .filter(tantivy.Filter.ascii_fold())
    .filter(tantivy.Filter.stemmer("english"))
    .build()
)
_SCHEMA = (
    tantivy.SchemaBuilder()
    .add_integer_field("key", fast=True)
    .add_integer_field("article", indexed=True)
    .add_text_field("text", tokenizer_name="text", index_option="freq")
    .build()
)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage key and its score; a higher score is better."""

    key: int
    score: float


@dataclass(frozen=True, slots=True)
class Scope:
    """Which passages may be found: those of `articles` alone, or all but those of `removed_articles`.

    Articles and passages are keys; each tuple of articles comes with the keys of all their passages.
    """

    articles: tuple[int, ...] | None = None
    passages: Keys | None = None
    removed_articles: tuple[int, ...] = ()
    removed_passages: Keys = field(default_factory=lambda: np.empty(0, np.int64))


class Segment:
    """Dense and word index over the same passages, in memory or read from a folder."""

    def __init__(self, dense: Any, words: tantivy.Index) -> None:
        self._dense, self._words = dense, words
        self._searcher = words.searcher()

    def __len__(self) -> int:
        return int(self._dense.ntotal)

    def nearest(self, vector: Vector, depth: int, scope: Scope) -> list[Ranked]:
        """Return up to `depth` passages by dot product, best first; ties go to the lower key."""
        scores, keys = self._dense.search(vector[None, :], max(1, depth), params=_parameters(scope))
        found = [Ranked(int(key), float(score)) for key, score in zip(keys[0], scores[0], strict=True) if key >= 0]
        return sorted(found, key=lambda ranked: (-ranked.score, ranked.key))

    def holding(self, text: str, depth: int, scope: Scope) -> list[Ranked]:
        """Return up to `depth` passages by BM25 of the words in `text`, best first; none when no word is known."""
        terms = [tantivy.Query.term_query(_SCHEMA, "text", term) for term in _ANALYZER.analyze(text)]
        if not terms:
            return []
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        hits = self._searcher.search(_scoped(query, scope), max(1, depth)).hits
        keys = self._searcher.fast_field_values("key", [address for _, address in hits])
        return [Ranked(int(key or 0), float(score)) for key, (score, _) in zip(keys, hits, strict=True)]

    def vectors(self) -> Iterator[tuple[int, Vector]]:
        """Yield every key of the dense index with its vector."""
        for key in faiss.vector_to_array(self._dense.id_map).tolist():
            yield key, self._dense.reconstruct(key)

    def words_count(self) -> int:
        """Return the number of passages in the word index."""
        return int(self._searcher.num_docs)

    def save_dense(self, path: Path) -> None:
        """Write the dense index into a file."""
        path.write_bytes(faiss.serialize_index(self._dense).tobytes())


def build_segment(rows: Iterable[PassageRow], *, dimensions: int, words_folder: Path | None = None) -> Segment:
    """Index passages; the word index goes into `words_folder`, or stays in memory without one."""
    dense = faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions))
    if words_folder is not None:
        words_folder.mkdir(parents=True)
    words = _open_words(words_folder)
    writer = words.writer(heap_size=_WRITER_BYTES, num_threads=1)
    batch: list[PassageRow] = []
    for row in rows:
        writer.add_document(tantivy.Document(key=row.key, article=row.article, text=row.text))
        batch.append(row)
        if len(batch) == _BATCH:
            _add_dense(dense, batch)
            batch = []
    _add_dense(dense, batch)
    writer.commit()
    writer.wait_merging_threads()
    words.reload()
    return Segment(dense, words)


def load_segment(dense_file: Path, words_folder: Path) -> Segment:
    """Read a segment from its files.

    Raises:
        ValueError, RuntimeError: The files are not what they should be.
    """
    dense = faiss.read_index(str(dense_file))
    try:
        return Segment(dense, _open_words(words_folder))
    except ValueError:
        # tantivy writes a lock file even to read; where the folder refuses that, it reads a copy, held open
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            return Segment(dense, _open_words(Path(copytree(words_folder, Path(scratch) / "words"))))


def _add_dense(dense: Any, rows: Sequence[PassageRow]) -> None:
    if rows:
        vectors = np.stack([row.vector for row in rows])
        dense.add_with_ids(vectors, np.array([row.key for row in rows], np.int64))


def _open_words(folder: Path | None) -> tantivy.Index:
    words = tantivy.Index(_SCHEMA, path=str(folder) if folder is not None else None)
    words.register_tokenizer("text", _ANALYZER)
    return words


def _parameters(scope: Scope) -> Any:
    if scope.passages is not None:
        return _PARAMETERS(sel=faiss.IDSelectorBatch(scope.passages))
    if len(scope.removed_passages):
        return _PARAMETERS(sel=faiss.IDSelectorNot(faiss.IDSelectorBatch(scope.removed_passages)))
    return None


def _scoped(query: tantivy.Query, scope: Scope) -> tantivy.Query:
    def of(articles: Sequence[int]) -> tantivy.Query:
        return tantivy.Query.const_score_query(tantivy.Query.term_set_query(_SCHEMA, "article", list(articles)), 0.0)

    if scope.articles is not None:
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, of(scope.articles))])
    if scope.removed_articles:
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, query), (tantivy.Occur.MustNot, of(scope.removed_articles))]
        )
    return query
