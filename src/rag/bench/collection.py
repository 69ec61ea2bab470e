"""A pool of real pieces -> a collection of any size, as the store keeps it; knows no file.

An article is a title, which is the first sentence of a piece, and 16 to 24 paragraphs, each a piece, all drawn with a
seed from the whole pool. A paragraph is cut into sentences by itself and a sentence is embedded by itself, so both stay
what they were in the piece; passages are cut, and their vectors made, by the program's own functions. Every vector is
the one that adding the text would give. Statements are those that were read in each piece alone: read in the article,
some could differ at the seams, where a pronoun means somebody of the paragraph before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from rag.bench.cutting import BREAK
from rag.bench.pieces import Piece, Pool
from rag.library.preparing import is_part, passage_vectors
from rag.records import Article, Block, Kind, Range, Sentence, Statement
from rag.split import sentences
from rag.store import Entry, Reading

FEWEST, MOST = 16, 24
"""Paragraphs of an article."""

_DRAWS = 100
"""How often an article is drawn anew before the pool is too small."""


@dataclass(slots=True)
class _Draft:
    """An article that is being put together."""

    parts: list[str]
    at: int
    blocks: list[Block]
    sentences: list[Sentence]
    statements: list[Statement]

    def write(self, text: str, kind: Kind, cut: Sequence[Range]) -> int:
        """Add a block with its sentences and return where it begins."""
        start = self.at + (len(BREAK) if self.blocks else 0)
        for place in cut:
            self.sentences.append(Sentence(len(self.sentences), _moved(place, start), len(self.blocks), kind))
        self.at = start + len(text)
        self.parts.append(text)
        self.blocks.append(Block(Range(start, self.at), kind))
        return start


def collection(pool: Pool, passages: int, *, seed: int) -> Iterator[Entry]:
    """Yield articles, no two of the same text, until they have at least so many passages.

    The same seed gives the same articles, and a larger collection begins with a smaller one.

    Args:
        pool: What they are made of.
        passages: Passages at least; the last article is whole.
        seed: Of all chance.

    Raises:
        ValueError: The pool has too few pieces for so many different articles, or a sentence that fits no passage.
    """
    seen: set[bytes] = set()
    made = 0
    for number in count(1):
        if made >= passages:
            return
        entry = _entry(pool, number, _drawn(pool, (seed, number), seen))
        yield entry
        made += len(entry.passages)


def _drawn(pool: Pool, seed: tuple[int, int], seen: set[bytes]) -> list[Piece]:
    """The piece whose first sentence is the title, and one for each paragraph; together they were not seen before."""
    for attempt in range(_DRAWS):
        rng = np.random.default_rng((*seed, attempt))
        rows = rng.integers(len(pool.pieces), size=1 + int(rng.integers(FEWEST, MOST + 1)))
        drawn = [pool.pieces[row] for row in rows.tolist()]
        title = drawn[0].sentence(0)
        text = BREAK.join([title, *(piece.text for piece in drawn[1:])])
        key = hashlib.sha256(text.encode()).digest()
        if key not in seen and _is_whole(title):
            seen.add(key)
            return drawn
    raise ValueError(f"{len(pool.pieces)} pieces do not make {seed[1]} different articles")


def _is_whole(title: str) -> bool:
    """Whether a text is one sentence from end to end when it is a title, as nearly every sentence is."""
    whole = Range(0, len(title))
    return [one.range for one in sentences(Article("title", title, title, (Block(whole, "title"),)))] == [whole]


def _entry(pool: Pool, number: int, drawn: Sequence[Piece]) -> Entry:
    draft, (first, *paragraphs) = _Draft([], 0, [], [], []), drawn
    title = first.sentence(0)
    draft.write(title, "title", [Range(0, len(title))])
    for piece in paragraphs:
        start = draft.write(piece.text, "body", piece.sentences)
        draft.statements += [_moved_statement(statement, start) for statement in piece.statements]
    article = Article(f"report-{number}", BREAK.join(draft.parts), title, tuple(draft.blocks))
    vectors = np.concatenate([first.vectors[:1], *(piece.vectors for piece in paragraphs)])
    runs = pool.cut(article, draft.sentences)
    if any(is_part(run, draft.sentences) for run in runs):
        raise ValueError(f"a sentence of {article.id} is longer than a passage may be")
    whole = passage_vectors(draft.sentences, vectors, runs)
    reading = Reading(pool.reader, tuple(draft.statements))
    return Entry(article, tuple(draft.sentences), vectors, runs, whole, reading)


def _moved(place: Range, by: int) -> Range:
    return Range(place.start + by, place.end + by)


def _moved_statement(statement: Statement, by: int) -> Statement:
    named = statement.resolved_from
    return Statement(
        statement.attribution,
        _moved(statement.source, by),
        _moved(statement.cue, by),
        tuple(_moved(place, by) for place in statement.content),
        statement.speaker,
        _moved(named, by) if named is not None else None,
    )
