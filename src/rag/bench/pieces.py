"""Labelled data -> real pieces of text, cut, read for statements and embedded once; they are kept in a library file.

A piece is a run of whole sentences of one paragraph that fills about half a passage; a sentence has the vector that it
has anywhere, at half precision, as every library keeps it. Half of the pieces are news
articles of PolNeAR where there are any, so that there are speakers to ask for; the rest comes from the other files in
equal shares. One folder serves one folder of data.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from rag.articles import read_text
from rag.bench.cutting import Cutting, cutting
from rag.embed import Encoder, Vectors
from rag.errors import DataError
from rag.evaluate.cases import attribution_cases, labelled_cases, place_cases
from rag.library.preparing import Preparing
from rag.records import Article, Block, Range, Sentence, Statement
from rag.settings import Settings
from rag.speakers import StatementReader
from rag.split import sentences
from rag.store import SqliteStore

PIECE_TOKENS = 62
"""Most tokens of a piece: two fit into a passage of 128."""

_LEAST_TOKENS = 30
_NEWS = "polnear*.jsonl"
_LABELLED = ("squad*.jsonl", "selqa*.jsonl")
_PLACES = "xquad_en.jsonl"
_TOLD_EVERY = 500

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some real sentences of a paragraph: where they stand in `text`, their vectors, and who says what in them."""

    text: str
    sentences: tuple[Range, ...]
    vectors: Vectors
    statements: tuple[Statement, ...]

    def sentence(self, number: int) -> str:
        """Return the words of a sentence."""
        place = self.sentences[number]
        return self.text[place.start : place.end]


@dataclass(frozen=True, slots=True)
class Pool:
    """Pieces, no two of the same text; the identity of what read their statements, and how articles of them are cut."""

    pieces: tuple[Piece, ...]
    reader: str
    cut: Cutting


def make_pool(data: Path, folder: Path, wanted: int, settings: Settings, encoder: Encoder) -> Pool:
    """Return a pool of up to `wanted` pieces; those that the folder holds already are not made again.

    Args:
        data: The folder of labelled data, with `train/` and `dev/`.
        folder: Where the pieces are kept; made when it is not there.
        wanted: Pieces at most; fewer when there is less text.
        settings: How long a passage may be.
        encoder: Embeds them.

    Raises:
        DataError: There is no text in the data, or a line of it cannot be used.
    """
    reader = StatementReader()
    store = SqliteStore(folder, encoder=encoder.identity)
    try:
        if store.count() < wanted:
            preparing = Preparing(settings, encoder, reader)
            for number, text in enumerate(_chosen(data, wanted, encoder), start=1):
                article = _article(text, number)
                if store.same_text(article) is None:
                    store.add(preparing.entry(article))
                if number % _TOLD_EVERY == 0:
                    log.info("%s pieces of the pool are read and embedded", f"{number:,}")
        pieces = _load(store, wanted)
        return Pool(pieces, reader.identity, cutting(settings, encoder, [piece.text for piece in pieces]))
    finally:
        store.close()


def news_of(data: Path) -> list[str]:
    """Return the texts of whole news articles in the data, each once.

    Raises:
        DataError: A line cannot be used.
    """
    cases = [case for path in _files(data, _NEWS) for case in attribution_cases(path)]
    return list(dict.fromkeys(case.text for case in cases))


def real_articles(data: Path) -> Iterator[Article]:
    """Yield all that pieces are made of as it is: news articles, and each other paragraph as an article of its own."""
    yield from map(read_text, news_of(data))
    paragraphs = [" ".join(case.texts) for path in labelled_files(data) for case in labelled_cases(path)]
    paragraphs += [case.context for path in _files(data, _PLACES) for case in place_cases(path)]
    for number, text in enumerate(filter(str.strip, dict.fromkeys(paragraphs)), start=1):
        yield _article(text, number)


def labelled_files(data: Path) -> list[Path]:
    """Return the files of the data that hold questions with labelled sentences and are used here."""
    return [path for pattern in _LABELLED for path in _files(data, pattern)]


def _load(store: SqliteStore, wanted: int) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for key in store.article_keys()[:wanted]:
        article, cut = store.article(key), store.sentences(key)
        if article is not None:
            if article.blocks != _whole(article.text):
                raise ValueError(f"{store.path} holds something else than pieces of one paragraph")
            vectors = store.sentence_vectors(key, [sentence.number for sentence in cut])
            ranges = tuple(sentence.range for sentence in cut)
            pieces.append(Piece(article.text, ranges, vectors, store.statements(key)))
    return tuple(pieces)


def _article(text: str, number: int) -> Article:
    return Article(f"piece-{number}", text, f"Piece {number}", _whole(text))


def _whole(text: str) -> tuple[Block, ...]:
    return (Block(Range(0, len(text)), "body"),)


def _chosen(data: Path, wanted: int, encoder: Encoder) -> list[str]:
    """The texts of the pieces, in the same order at every run."""
    sources = [_pieces(_shuffled(_paragraphs(news_of(data))), encoder)]
    others = [[list(case.texts) for case in labelled_cases(path)] for path in labelled_files(data)]
    contexts = dict.fromkeys(case.context for path in _files(data, _PLACES) for case in place_cases(path))
    others.append([list(run) for run in _paragraphs(contexts)])
    for paragraphs in others:
        unique = dict.fromkeys(map(tuple, paragraphs))
        sources.append(_pieces(_shuffled(unique), encoder))
    news, rest = sources[0], _in_turns(sources[1:])
    chosen = list(dict.fromkeys(_taken(_in_turns([news, rest]), wanted)))
    if not chosen:
        raise DataError(data, "it holds no text", f"It must hold files like {_NEWS} in train/ or dev/.")
    return chosen


def _in_turns(sources: Sequence[Iterable[str]]) -> Iterator[str]:
    for row in zip_longest(*sources):
        yield from (text for text in row if text is not None)


def _taken(texts: Iterable[str], wanted: int) -> Iterator[str]:
    """The first texts until `wanted` different ones are there."""
    seen: set[str] = set()
    for text in texts:
        if len(seen) == wanted:
            return
        seen.add(text)
        yield text


def _shuffled(paragraphs: Iterable[Sequence[str]]) -> list[Sequence[str]]:
    found = list(paragraphs)
    random.Random(0).shuffle(found)
    return found


def _paragraphs(texts: Iterable[str]) -> Iterator[Sequence[str]]:
    """The sentences between two headings or ends of each text; the short paragraphs of news are taken together."""
    for text in texts:
        article = read_text(text)
        run: list[str] = []
        for sentence in sentences(article):
            if sentence.kind != "body":
                yield run
                run = []
            else:
                run.append(_words(article, sentence))
        yield run


def _words(article: Article, sentence: Sentence) -> str:
    return article.text[sentence.range.start : sentence.range.end]


def _pieces(paragraphs: Iterable[Sequence[str]], encoder: Encoder) -> Iterator[str]:
    """Whole sentences in a row, as many as fit; what is too short or too long is left out."""
    for paragraph in paragraphs:
        run: list[str] = []
        for sentence in (" ".join(text.replace("\ufeff", "").split()) for text in (*paragraph, "")):
            joined = " ".join([*run, sentence]).strip()
            if sentence and encoder.count_tokens(joined) <= PIECE_TOKENS:
                run.append(sentence)
                continue
            text = " ".join(run).strip()
            if text and encoder.count_tokens(text) >= _LEAST_TOKENS:
                yield text
            run = [sentence] if encoder.count_tokens(sentence) <= PIECE_TOKENS else []


def _files(data: Path, pattern: str) -> list[Path]:
    return [path for part in ("train", "dev") for path in sorted((data / part).glob(pattern))]
