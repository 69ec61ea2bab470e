"""A library's articles -> who says what in them, and comparisons of it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from rag.answer import Languages, in_another_language, make_quote, unheard
from rag.compare import (
    Compared,
    Heard,
    Meant,
    Measures,
    Spoken,
    Told,
    Wanted,
    compare,
    is_country,
    is_group,
    load_topic_model,
    voices,
    whom,
)
from rag.embed import Encoder, Vector, Vectors
from rag.errors import MissingPackageError
from rag.evidence import Models, Numbers, Pool, load_foreign_models, stems_of
from rag.languages import NAMES, language_of
from rag.library.hearing import Hearing
from rag.library.polyglot import Polyglot
from rag.library.reading import Read, read_whole
from rag.library.shelf import Shelf
from rag.question import Family, understand
from rag.records import Abstention, Answer, Comparison, Quote
from rag.settings import BUNDLED_ENCODER, MULTILINGUAL_ENCODER, Balance, Settings
from rag.words import Word, likeness

_KEPT_TOPICS = 1_024
_FOR_ALL_SPEAKERS: Family = "account"
"""The family of questions whose fitted leaning to recall says how much it counts to hear all who were asked for."""


Mentioned: TypeAlias = Callable[[str], bool]
"""A word -> whether it stands in the articles that are asked."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How sure it must be that anybody speaks of a topic, and quotes at most: as many as speak need when None."""

    balance: Balance
    most: int | None = None


class Comparing:
    """Compares what the speakers of a library's articles say. Safe to share between threads.

    Args:
        settings: Of the library.
        shelf: Where the articles are.
        encoder: The library's.
        polyglot: Reads topics in another language than the articles'.
        models: Those of evidence, for what they tell of likeness and of leaning.
    """

    def __init__(self, settings: Settings, shelf: Shelf, encoder: Encoder, polyglot: Polyglot, models: Models) -> None:
        self._settings, self._shelf, self._encoder, self._polyglot = settings, shelf, encoder, polyglot
        self._model, self._foreign, self._models = load_topic_model(), load_foreign_models(), models
        self._hearing = Hearing(shelf, encoder.dimensions)
        self._topics: OrderedDict[str, Vector] = OrderedDict()
        self._lock = threading.Lock()

    def reply(
        self, asked: str, compared: Compared, keys: Sequence[int], *, mentioned: Mentioned, limits: Limits
    ) -> Comparison | Abstention | None:
        """Return the comparison, or the refusal of one; None for a question that compares no speakers of the articles.

        Args:
            asked: The question, or the topic when only that was given.
            compared: What it compares.
            keys: The articles.
            mentioned: Tells whether a word stands in one of them.
            limits: How many quotes, and how sure.
        """
        heard = self._hearing.hear(keys)
        language = self._hearing.foreign(keys) if not heard.spoken else None
        if language is not None:
            return unheard(asked, language)
        understood = meant_by(compared, heard)
        if understood is None:
            return None
        compared, meant = understood
        languages = self._languages(asked, heard) if compared.topic else None
        across = self._across(compared.topic, heard, keys) if languages is not None else None
        if languages is not None and across is None and self._settings.encoder == BUNDLED_ENCODER:
            return in_another_language(understand(asked, max_characters=10**6), languages, too_many=True)
        missing = _missing(compared.topic, heard, mentioned) if compared.topic and languages is None else ()
        wanted = Wanted(asked, compared.topic, meant, missing)

        def cosines(topics: Sequence[str]) -> Numbers:
            return across if across is not None else self._cosines(topics, heard.vectors)

        leaning = self._models.leanings[_FOR_ALL_SPEAKERS]
        measures = Measures(self._model, cosines, self._models.distinct, leaning, limits.balance)
        return compare(wanted, heard, measures, most=limits.most)

    def told(
        self, asked: str, told: Told, keys: Sequence[int], *, mentioned: Mentioned, limits: Limits
    ) -> Answer | Abstention | None:
        """Return what one speaker says, in reading order; None when nobody here is meant, or nothing proves a refusal.

        A country or a group may hold a position that nobody is quoted with, so only a person is said to say nothing.

        Args:
            asked: The question.
            told: Whose words it asks for, and on what.
            keys: The articles.
            mentioned: Tells whether a word stands in one of them.
            limits: How many quotes, and how sure.
        """
        most = limits.most or self._settings.max_quotes
        heard = self._hearing.hear(keys)
        meant = whom((told.whose,), voices(heard.spoken))
        if not meant.speakers:
            return None
        own = [one for one in heard.spoken if one.speaker in meant.order]
        if not told.topic and len(own) <= most:
            return _all_of(asked, own)
        compared = Compared("views", told.topic, (told.whose,))
        reply = self.reply(asked, compared, keys, mentioned=mentioned, limits=Limits(limits.balance, most))
        if isinstance(reply, Comparison):
            return _answer_of(asked, reply.quotes)
        from_before = told.topic.lower() not in asked.lower()  # "What about Doe?", after a question on a topic
        if from_before and len(own) <= most:
            return _all_of(asked, own)
        return reply if told.form == "words" and not is_group(told.whose) else None

    def speaks(self, whose: str, keys: Sequence[int]) -> bool:
        """Return whether somebody of that name says something in some articles."""
        return bool(whom((whose,), voices(self._hearing.hear(keys).spoken)).speakers)

    def among(self, topic: str, read: Read, scores: Numbers) -> Numbers | None:
        """Return the probability of each candidate that its speaker is the one who says something; None when nobody is.

        Sentences compete: odds that a sentence answers and odds that it is on the topic are multiplied, and are shared
        among those that a named speaker says. The author's own sentences say nothing of who said it.

        Args:
            topic: What somebody says.
            read: The sentences that were found.
            scores: Probability that each answers.
        """
        said = [row for row, one in enumerate(read.candidates) if one.statement is not None and one.statement.speaker]
        if not said:
            return None
        texts, nothing = [read.candidates[row].text for row in said], np.zeros(len(said))
        pool = Pool(texts, [()] * len(said), [False] * len(said), nothing)
        cosines = self._cosines([topic], read.vectors[said])
        on_topic = self._model.odds([understand(topic, max_characters=10**6)], pool, cosines)[0]
        odds = on_topic * scores[said] / (1 - scores[said] + 1e-9)
        shares = np.zeros(len(read.candidates))
        shares[said] = odds / odds.sum()
        return shares

    def _cosines(self, topics: Sequence[str], vectors: Vectors) -> Numbers:
        """Cosines of topics to what is said, on the scale of the bundled encoder, by the library's own one."""
        cosines = (np.stack([self._vector(topic) for topic in topics]) @ vectors.T).astype(np.float64)
        return self._foreign.as_bundled(cosines) if self._settings.encoder == MULTILINGUAL_ENCODER else cosines

    def _vector(self, topic: str) -> Vector:
        """The vector of a topic; those of the articles' own come again with every comparison."""
        with self._lock:
            vector = self._topics.get(topic)
        if vector is None:
            vector = self._encoder.encode([topic], as_question=True)[0]
            with self._lock:
                self._topics[topic] = vector
                if len(self._topics) > _KEPT_TOPICS:
                    self._topics.popitem(last=False)
        return vector

    def _languages(self, asked: str, heard: Heard) -> Languages | None:
        """The languages of a question and of the first article, when they are known and differ."""
        if not heard.spoken or self._settings.encoder not in (BUNDLED_ENCODER, MULTILINGUAL_ENCODER):
            return None
        language, written = language_of(asked), language_of(heard.spoken[0].candidate.article.text)
        if language is None or written is None or language == written:
            return None
        return Languages(NAMES[language], NAMES[written])

    def _across(self, topic: str, heard: Heard, keys: Sequence[int]) -> Numbers | None:
        """Cosines of a topic in another language by the second encoder, None when it is not there or reads too long."""
        if self._settings.encoder != BUNDLED_ENCODER:
            return None
        whole = read_whole(self._shelf, keys, most=self._settings.foreign_sentences)
        if whole is None:
            return None
        try:
            cosines = self._foreign.as_bundled(self._polyglot.cosines(topic, whole.candidates))
        except MissingPackageError:  # it is not made for every machine
            return None
        row_of = {(one.article.id, one.sentence.number): row for row, one in enumerate(whole.candidates)}
        rows = [row_of[one.candidate.article.id, one.candidate.sentence.number] for one in heard.spoken]
        of_all: Numbers = cosines[rows][None, :]
        return of_all


def _all_of(asked: str, spoken: Sequence[Spoken]) -> Answer:
    """Everything that a speaker says as an answer."""
    quoted = {(one.candidate.article.id, one.candidate.sentence.number) for one in spoken}
    quotes = [make_quote(one.candidate, number=1, score=1.0, quoted=quoted) for one in spoken]
    return _answer_of(asked, [replace(quote, speaker=one.speaker) for quote, one in zip(quotes, spoken, strict=True)])


def _answer_of(asked: str, quotes: Sequence[Quote]) -> Answer:
    """Quotes of one speaker as an answer, in reading order."""
    ordered = sorted(quotes, key=lambda quote: (quote.article.id, quote.sentence))
    confidence = round(sum(quote.score for quote in ordered) / len(ordered), 4)
    return Answer(asked, tuple(replace(one, number=n) for n, one in enumerate(ordered, start=1)), confidence, 0.0)


def meant_by(compared: Compared, heard: Heard) -> tuple[Compared, Meant] | None:
    """Return whom a question compares, and itself as it is then understood; None when it compares no speakers.

    What is named to go beside those of the comparison before is a topic when it is nobody who speaks.
    """
    known = voices(heard.spoken)
    meant = whom(compared.parties, known)
    if compared.joined:
        if not meant.speakers and all(party[:1].islower() for party in compared.parties):
            compared = replace(compared, topic=" and ".join(compared.parties), parties=compared.joined, joined=())
            meant = whom(compared.parties, known)
        elif meant.speakers:
            before = whom(compared.joined, known)
            if not set(meant.order) <= set(before.order):
                meant = Meant({**before.speakers, **meant.speakers}, (*before.unknown, *meant.unknown))
        return compared, meant
    everybody = not meant.speakers and not meant.unknown
    several = len(meant.order) > 1 or (everybody and len(known) > 1) or (bool(meant.order) and bool(meant.unknown))
    compares = {
        "views": True,
        "told": several,
        "sides": bool(meant.order) or everybody,
        "things": several and not meant.unknown and not any(map(is_country, compared.parties)),
    }
    return (compared, meant) if compares[compared.form] else None


def _missing(topic: str, heard: Heard, mentioned: Mentioned) -> tuple[Word, ...]:
    """The words of a topic that nobody says, in whatever spelling, and that stand in no article."""
    words = [word for word in understand(topic, max_characters=10**6).words if not mentioned(word.text)]
    if not words:
        return ()
    texts = {text for one in heard.spoken for text in (one.candidate.text, *one.before)}
    said = frozenset().union(*map(stems_of, texts))
    return tuple(word for word in words if not any(likeness(word.stem, stem) for stem in said))
