"""A question in another language than the articles -> a reply, as far as a multilingual encoder can tell."""

from __future__ import annotations

import logging
from dataclasses import replace

from rag.answer import Languages, abstain_across, answer, in_another_language
from rag.errors import MissingPackageError, ModelError
from rag.evidence import Pool, choose, judge_foreign, load_foreign_models
from rag.languages import NAMES, language_of, load_model
from rag.library.polyglot import Polyglot
from rag.library.reading import Read, read_whole
from rag.library.shelf import Shelf
from rag.question import Question
from rag.records import Reply
from rag.settings import BUNDLED_ENCODER, MULTILINGUAL_ENCODER, Balance, Settings

log = logging.getLogger(__name__)


class Across:
    """Answers across languages, from a library's own vectors when they are multilingual, else with a second encoder."""

    def __init__(self, settings: Settings, shelf: Shelf, polyglot: Polyglot, *, distinct: float) -> None:
        self._settings, self._shelf, self._polyglot, self._distinct = settings, shelf, polyglot, distinct
        self._models = load_foreign_models()

    def warm(self) -> None:
        """Load what the first question in another language needs, so that it waits less."""
        load_model()
        if self._settings.encoder == BUNDLED_ENCODER:
            try:
                self._polyglot.load()
            except (MissingPackageError, ModelError) as error:
                log.warning("questions in other languages cannot be answered: %s", error)

    def reply(
        self, question: Question, read: Read, keys: tuple[int, ...] | None, *, most: int, balance: Balance
    ) -> Reply | None:
        """Return the nearest sentences when one is near and stands out, else a refusal.

        Returns None for a question in the language of the best article, or when that cannot be told.

        Args:
            question: What was asked.
            read: What was found for it.
            keys: The only articles to look in; all when None.
            most: Quotes at most.
            balance: How sure an answer must be.

        Raises:
            ModelError: The multilingual encoder is altered.
        """
        languages = self._languages(question, read)
        if languages is None:
            return None
        cosines = read.pool.cosines
        if self._settings.encoder == BUNDLED_ENCODER:  # it knows one language: another one reads the articles
            whole = read_whole(self._shelf, keys, most=self._settings.foreign_sentences)
            if whole is None:
                return in_another_language(question, languages, too_many=True)
            read = whole
            try:
                cosines = self._polyglot.cosines(question.text, read.candidates)
            except MissingPackageError:  # it is not made for every machine
                return in_another_language(question, languages)
        models = self._models
        verdict = judge_foreign(cosines, models, balance=balance)
        if not verdict.answered:
            return abstain_across(question, read.candidates, verdict, languages)
        texts, vectors = read.pool.texts, read.vectors
        selection = choose(verdict.scores, texts, vectors, leaning=models.leaning, distinct=self._distinct, most=most)
        return answer(question, read.candidates, verdict, selection)

    def as_bundled(self, pool: Pool) -> Pool:
        """Return a pool whose cosines are on the scale that the models of one language were fitted for."""
        if self._settings.encoder != MULTILINGUAL_ENCODER:
            return pool
        return replace(pool, cosines=self._models.as_bundled(pool.cosines))

    def _languages(self, question: Question, read: Read) -> Languages | None:
        """The languages of a question and of the best article, when they are known and differ."""
        if self._settings.encoder not in (BUNDLED_ENCODER, MULTILINGUAL_ENCODER) or not read.candidates:
            return None
        asked, written = language_of(question.asked), language_of(read.candidates[0].article.text)
        if asked is None or written is None or asked == written:
            return None
        return Languages(NAMES[asked], NAMES[written])
