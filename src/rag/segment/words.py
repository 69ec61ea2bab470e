"""Words of passages by key in tantivy, ranked by BM25 (Robertson and Zaragoza, 2009)."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from shutil import copytree
from typing import TypeAlias

import tantivy

from rag.search import Ranked
from rag.segment.scope import Scope
from rag.store import PassageRows

_WRITER_BYTES = 50_000_000

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

Terms: TypeAlias = Mapping[str, int]
"""Stems of a query, and in how many passages each stands."""


class WordIndex:
    """The words of some passages, as they were when it was opened."""

    def __init__(self, index: tantivy.Index) -> None:
        self._searcher = index.searcher()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def counts(self, stems: Iterable[str]) -> dict[str, int]:
        """Return in how many passages each stem stands."""
        return {stem: int(self._searcher.doc_freq("text", stem)) for stem in stems}

    def holding(self, terms: Terms, total: int, depth: int, scope: Scope) -> list[Ranked]:
        """Return up to `depth` keys by BM25, best first, ties by key.

        Args:
            terms: Stems, and in how many passages of all segments each stands, so that all rank alike.
            total: How many passages all segments have.
            depth: Keys at most.
            scope: What may be found.
        """
        own = self.counts(terms)
        weighted = [
            tantivy.Query.boost_query(
                tantivy.Query.term_query(_SCHEMA, "text", stem), _idf(terms[stem], total) / _idf(own[stem], len(self))
            )
            for stem in terms
            if own[stem]
        ]
        if not weighted:
            return []
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in weighted])
        hits = self._searcher.search(_scoped(query, scope), max(1, depth)).hits
        keys = self._searcher.fast_field_values("key", [address for _, address in hits])
        found = [Ranked(int(key or 0), float(score)) for key, (score, _) in zip(keys, hits, strict=True)]
        return sorted(found, key=lambda ranked: (-ranked.score, ranked.key))


def stems_of(text: str) -> list[str]:
    """Return the stem of every word of a text, in their order."""
    return list(_ANALYZER.analyze(text))


def terms_of(text: str) -> list[str]:
    """Return the stems of a text, each once, in their order."""
    return list(dict.fromkeys(stems_of(text)))


def write_words(folder: Path | None, rows: Iterable[PassageRows], removed: Sequence[int] = ()) -> WordIndex:
    """Add passages to the index in a folder, begun when there is none, take those of removed articles out, and open it.

    Args:
        folder: Where it is; in memory when None.
        rows: Passages to add.
        removed: Keys of articles.

    Raises:
        ValueError: It cannot be written; tantivy says so of a full disk too.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    index = _open(folder)
    writer = index.writer(heap_size=_WRITER_BYTES, num_threads=1)
    for article in removed:
        writer.delete_documents_by_term("article", article)
    for part in rows:
        for key, article, text in zip(part.keys.tolist(), part.articles, part.texts, strict=True):
            writer.add_document(tantivy.Document(key=key, article=article, text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return WordIndex(index)


def load_words(folder: Path) -> WordIndex:
    """Open the index in a folder.

    Raises:
        ValueError: The files are not what they should be.
    """
    try:
        return WordIndex(_open(folder))
    except ValueError:
        # tantivy writes a lock file even to read; where the folder refuses that, it reads a copy, held open
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            return WordIndex(_open(Path(copytree(folder, Path(scratch) / "words"))))


def link_words(folder: Path, new: Path) -> None:
    """Make a new folder with the same index; its files are never changed in place, so the disk keeps them once.

    Raises:
        OSError: It cannot be written.
    """
    new.mkdir(parents=True)
    for path in folder.iterdir():
        if path.suffix != ".lock":
            try:
                os.link(path, new / path.name)
            except OSError:  # not every file system can
                (new / path.name).write_bytes(path.read_bytes())


def _open(folder: Path | None) -> tantivy.Index:
    index = tantivy.Index(_SCHEMA, path=str(folder) if folder is not None else None)
    index.register_tokenizer("text", _ANALYZER)
    index.config_reader("manual")  # nothing of a folder changes; no thread that watches it
    return index


def _idf(holding: int, total: int) -> float:
    """As tantivy weighs a word by how many passages hold it."""
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))


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
