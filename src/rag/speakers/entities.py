"""Vectors of words -> the entities among them, as spaCy's recogniser finds them; knows no names.

Weights and rules are those of spaCy's `EntityRecognizer`: a greedy search in which every word begins an entity, is
in it, is its last one, is one by itself (unit) or is outside. While none is open the choice depends on one word alone,
and is made for all words at once; only inside of entities they are gone through one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.speakers.contexts import Contexts, Vectors, weights_of

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from thinc.api import Model


class _Entity(NamedTuple):
    """Tokens `start` to `end` (exclusive), and what they are taken for."""

    start: int
    end: int
    label: str


class Entities:
    """Finds the entities of parsed sentences. Not safe to share between threads."""

    def __init__(self, model: Model[Any, Any], moves: Sequence[str]) -> None:
        """Take over a recogniser.

        Args:
            model: Its model.
            moves: The names of its moves, such as "B-PERSON", in the order of the model's scores.
        """
        words, lower, upper = model.layers
        self._contexts = Contexts(words.layers[0])
        self._narrow: Vectors = weights_of(words.layers[-1], "W").T  # (width, hidden)
        self._narrow_bias: Vectors = weights_of(words.layers[-1], "b")
        weights = weights_of(lower, "W")  # (features, hidden, pieces, width)
        features, self._pieces, width = weights.shape[0], weights.shape[2], weights.shape[3]
        self._features: Vectors = weights.transpose(3, 0, 2, 1).reshape(width, -1)
        self._bias: Vectors = weights_of(lower, "b").T.ravel()  # (pieces * hidden,)
        self._pad: Vectors = weights_of(lower, "pad")[0].transpose(0, 2, 1).reshape(features, -1)
        self._scores: Vectors = weights_of(upper, "W")  # (moves, hidden)
        self._scores_bias: Vectors = weights_of(upper, "b")
        self._moves = [(name[:1], name[2:]) for name in moves]
        self._at = {move: n for n, move in enumerate(self._moves)}
        kinds = np.array([kind if label or kind == "O" else "" for kind, label in self._moves])
        self._opening, self._single, self._shut = kinds == "B", kinds == "U", ~np.isin(kinds, ("B", "U", "O"))

    def find(self, docs: Sequence[Doc]) -> None:
        """Set the entities of some sentences, none of them empty, that have their dependencies."""
        from spacy.tokens import Span

        vectors: Vectors = np.concatenate(self._contexts.of(docs)) @ self._narrow + self._narrow_bias
        features: Vectors = (vectors @ self._features).reshape(len(vectors), len(self._pad), -1)
        unable = np.concatenate([_unable(doc) for doc in docs])
        choices = self._choices(features[:, 0], unable)
        start = 0
        for doc in docs:
            end = start + len(doc)
            found = self._entities(choices[start:end], features[start:end], unable[start:end, 0])
            doc.set_ents([Span(doc, one.start, one.end, label=one.label) for one in found])
            start = end

    def _choices(self, features: Vectors, unable: NDArray[np.bool_]) -> list[int]:
        """For each word the best move while no entity is open."""
        hidden = self._greatest(features + self._pad[1] + self._pad[2] + self._bias)
        scores = hidden @ self._scores.T + self._scores_bias
        scores[:, self._shut] = -np.inf
        scores[np.ix_(unable.any(axis=1), self._opening)] = -np.inf
        scores[np.ix_(unable[:, 1], self._single)] = -np.inf
        choices: list[int] = scores.argmax(axis=1).tolist()
        return choices

    def _entities(self, choices: Sequence[int], features: Vectors, ends: NDArray[np.bool_]) -> Iterator[_Entity]:
        at = 0
        while at < len(choices):
            start, (kind, label) = at, self._moves[choices[at]]
            at += 1
            if kind == "B":
                while self._goes_on(label, features, start, at, ends):
                    at += 1
                at += 1
            if kind != "O":
                yield _Entity(start, at, label)

    def _goes_on(self, label: str, features: Vectors, start: int, at: int, ends: NDArray[np.bool_]) -> bool:
        """Whether an entity that is open since `start` goes on after the word at a place."""
        if ends[at]:
            return False
        hidden = self._greatest(features[at, 0] + features[start, 1] + features[at - 1, 2] + self._bias)
        inside, last = self._at["I", label], self._at["L", label]
        more, enough = self._scores[[inside, last]] @ hidden + self._scores_bias[[inside, last]]
        return bool(more > enough or (more == enough and inside < last))

    def _greatest(self, wide: Vectors) -> Vectors:
        """The greatest of the pieces of each row."""
        best: Vectors = wide.reshape(*wide.shape[:-1], self._pieces, -1).max(axis=-2)
        return best


def _unable(doc: Doc) -> NDArray[np.bool_]:
    """For each word whether none may follow it in an entity, and whether it is white space, which begins none."""
    starts, spaces = (doc.to_array(["SENT_START", "IS_SPACE"]) == 1).T
    return np.stack([np.append(starts[1:], True), spaces], axis=1)
