"""The loaded grammar model, and the statements that are read with it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.languages import not_english
from rag.records import Article, Sentence, Statement
from rag.speakers.find import find_statements

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from rag.speakers.model import GrammarModel


class StatementReader:
    """Reads who says what; the model is loaded at the first article. Safe to share between threads."""

    identity = "rules@7"
    """Changes whenever what is read may change."""

    def __init__(self) -> None:
        self._model: GrammarModel | None = None
        self._lock = threading.Lock()

    def read(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Statement, ...]:
        """Return who says what in an article, in reading order of the cues; nothing where it is not in English."""
        return find_statements(article, sentences, self) if not_english(article.text) is None else ()

    def parse(self, texts: Sequence[str]) -> list[Doc]:
        """Return sentences with tags and dependencies."""
        with self._lock:
            return self._loaded().parse(texts)

    def find_entities(self, docs: Sequence[Doc]) -> None:
        """Set the entities of parsed sentences."""
        with self._lock:
            self._loaded().find_entities(docs)

    def _loaded(self) -> GrammarModel:
        if self._model is None:
            from rag.speakers.model import GrammarModel

            self._model = GrammarModel()
        return self._model
