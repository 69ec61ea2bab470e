"""Articles of a library -> everything that somebody is proven to say in them; knows no topic."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answer import Candidate, text_of
from rag.compare import Heard, Spoken, one_name_each
from rag.embed import Vectors
from rag.languages import not_english
from rag.library.reading import texts_before
from rag.library.shelf import Kept, Shelf
from rag.records import Range, Speaker

_KEPT_ARTICLES = 256
_NEXT_PARAGRAPH = 2
"""How much further off a text is that stands in the paragraph before; the model of topics learnt on paragraphs."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What is said in an article as it was read, and the vectors of those sentences, shape (sentences, dimensions)."""

    kept: Kept
    spoken: tuple[Spoken, ...]
    vectors: Vectors


class Hearing:
    """Hears who says what; what was heard in the last articles stays in memory. Safe to share between threads.

    Args:
        shelf: Where the articles are.
        dimensions: Of the library's vectors.
    """

    def __init__(self, shelf: Shelf, dimensions: int) -> None:
        self._shelf, self._dimensions = shelf, dimensions
        self._parts: OrderedDict[int, _Part] = OrderedDict()
        self._lock = threading.Lock()
        self._last: tuple[tuple[_Part, ...], Heard] = (), Heard([], np.empty((0, dimensions), np.float32))

    def hear(self, keys: Sequence[int]) -> Heard:
        """Return everything that is said in some articles, in their order."""
        parts = tuple(self._part(one) for key in keys if (one := self._shelf.take(key)) is not None)
        before, heard = self._last
        if len(parts) == len(before) and all(one is other for one, other in zip(parts, before, strict=True)):
            return heard
        vectors = [part.vectors for part in parts if part.spoken]
        heard = Heard(
            one_name_each([one for part in parts for one in part.spoken]),
            np.concatenate(vectors) if vectors else np.empty((0, self._dimensions), np.float32),
        )
        self._last = parts, heard  # a question may be looked at in two ways
        return heard

    def foreign(self, keys: Sequence[int]) -> str | None:
        """Return the language of the first article when it is surely not English; telling it of all takes seconds."""
        kept = self._shelf.take(keys[0]) if keys else None
        return not_english(kept.article.text) if kept is not None else None

    def _part(self, kept: Kept) -> _Part:
        with self._lock:
            known = self._parts.get(kept.key)
            if known is not None and known.kept is kept:  # who said what may have been read anew
                self._parts.move_to_end(kept.key)
                return known
        part = self._read(kept)
        with self._lock:
            self._parts[kept.key] = part
            if len(self._parts) > _KEPT_ARTICLES:
                self._parts.popitem(last=False)
        return part

    def _read(self, kept: Kept) -> _Part:
        said = {
            number: one
            for number, one in kept.said.items()
            if one.speaker is not None and kept.sentences[number].kind == "body"
        }
        if not said:
            return _Part(kept, (), np.empty((0, self._dimensions), np.float32))
        store = self._shelf.store
        passages = list(store.passages(store.passage_keys([kept.key]).tolist()).values())
        around = {
            number: one.passage.range
            for one in reversed(passages)
            for number in range(one.passage.first, one.passage.last + 1)
        }
        spoken = []
        for number, statement in said.items():
            sentence = kept.sentences[number]
            place = around.get(number, sentence.range)
            candidate = Candidate(kept.article, kept.sentences, sentence, place, statement)
            if statement.speaker is not None:
                speaker, before, heading = statement.speaker, _before(candidate), _heading(candidate)
                spoken.append(Spoken(candidate, statement, speaker, before, heading, _cues(kept, number, speaker)))
        return _Part(kept, tuple(spoken), store.sentence_vectors(kept.key, list(said)))


def _cues(kept: Kept, number: int, speaker: Speaker) -> tuple[Range, ...]:
    """The words of a sentence that report what somebody says."""
    place = kept.sentences[number].range
    cues = [one.cue for one in kept.statements if one.speaker == speaker]
    return tuple(cue for cue in cues if place.start <= cue.start and cue.end <= place.end)


def _before(candidate: Candidate) -> tuple[str, ...]:
    """What is read with a sentence, nearest first; where a paragraph begins, what stands before is further off."""
    texts = texts_before(candidate)
    own = candidate.sentence
    inside = sum(
        other.block == own.block for other in candidate.sentences[max(0, own.number - len(texts)) : own.number]
    )
    return (*texts[:inside], *[""] * _NEXT_PARAGRAPH, *texts[inside:])


def _heading(candidate: Candidate) -> str:
    """The heading that a sentence stands under."""
    for sentence in reversed(candidate.sentences[: candidate.sentence.number]):
        if sentence.kind == "heading":
            return text_of(candidate.article, sentence.range)
    return ""
