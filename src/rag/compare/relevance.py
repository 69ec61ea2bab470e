"""What is said -> how much more likely it is on a topic than off it; knows words and vectors, not who speaks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rag.compare.countries import country_forms, of_country
from rag.embed import MODELS
from rag.errors import ModelError
from rag.evidence import FADE, NEARBY, Logistic, Matches, Numbers, Pool, match_words
from rag.question import Question
from rag.settings import BALANCES, Balance

TOPICS_FILE = MODELS / "topics.json"
TOPIC_FEATURES = ("cosine", "words")
SPEAKER_FEATURES = ("best",)

_MOST_ODDS = 12.0
"""Log odds beyond which nothing is surer; keeps a long sum finite."""


@dataclass(frozen=True, slots=True)
class TopicModel:
    """The models that `rag train topics` fits.

    Attributes:
        sentence: That a sentence is on a topic, fitted on as many that are as are not: even odds before.
        speaker: That somebody speaks of it, from the log odds of their likeliest sentence; even odds before, too.
        thresholds: For each balance the probability from which the likeliest speaker counts as speaking of a topic.
    """

    sentence: Logistic
    speaker: Logistic
    thresholds: Mapping[Balance, float]

    def speaks(self, odds: Numbers) -> float:
        """Return the probability that somebody speaks of a topic, given the odds of all that they say, at least one."""
        return float(self.speaker(np.log(np.array([[odds.max()]])))[0])

    def odds(self, topics: Sequence[Question], pool: Pool, cosines: Numbers) -> Numbers:
        """Return the odds of every sentence for every topic, shape (topics, sentences); above 1 speaks for the topic.

        Args:
            topics: Their words.
            pool: What is said; its own cosines are not looked at.
            cosines: Of the topics to it, shape (topics, sentences).
        """
        found = np.empty(cosines.shape)
        for row, (topic, matches) in enumerate(zip(topics, _match_each(topics, pool), strict=True)):
            values = topic_values(replace(pool, cosines=cosines[row]), with_countries(topic, pool, matches))
            shares = np.minimum(self.sentence(values), 1 - np.exp(-_MOST_ODDS))
            found[row] = shares / (1 - shares)
        return found


def load_topic_model(path: Path = TOPICS_FILE) -> TopicModel:
    """Read the fitted model.

    Raises:
        ModelError: The file is missing, or was fitted for other features.
    """
    try:
        fitted: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        sentence, speaker = (
            Logistic(tuple(float(fitted[name][feature]) for feature in features), float(fitted[name]["bias"]))
            for name, features in (("sentence", TOPIC_FEATURES), ("speaker", SPEAKER_FEATURES))
        )
        return TopicModel(sentence, speaker, {balance: float(fitted["thresholds"][balance]) for balance in BALANCES})
    except OSError as error:
        raise ModelError(path, f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(path, "does not hold the model that this version needs") from error


def topic_values(pool: Pool, matches: Matches) -> Numbers:
    """Return what is known of every sentence, shape (sentences, TOPIC_FEATURES).

    Its cosine to the topic; and the share of the topic's words, the rare ones counting most, that stand in it or, less,
    in the texts before it.
    """
    weights = matches.rarity if matches.rarity.sum() > 0 else np.ones(len(matches.rarity))
    shares = matches.nearby @ weights / max(weights.sum(), 1e-9) if len(weights) else np.zeros(len(pool.texts))
    return np.column_stack([pool.cosines, shares])


def with_countries(topic: Question, pool: Pool, matches: Matches) -> Matches:
    """Return the matches where the people, the capital or the government of a country meet its name too."""
    own, nearby = matches.own.copy(), matches.nearby.copy()
    for column, word in enumerate(topic.words):
        forms = country_forms(word.text) if word.text[:1].isupper() or len(topic.words) == 1 else frozenset()
        if not forms:
            continue
        known = {text: float(of_country(text, forms)) for group in (pool.texts, *pool.before) for text in group}
        met = np.array([known[text] for text in pool.texts])
        near = [
            max((FADE**distance * known[text] for distance, text in enumerate(before[:NEARBY], start=1)), default=0.0)
            for before in pool.before
        ]
        own[:, column] = np.maximum(own[:, column], met)
        nearby[:, column] = np.maximum.reduce([nearby[:, column], met, np.array(near)])
    return replace(matches, own=own, nearby=nearby)


def _match_each(topics: Sequence[Question], pool: Pool) -> list[Matches]:
    """The matches of every topic, all words compared at once."""
    together = {word.stem: word for topic in topics for word in topic.words}
    if not together:
        empty = np.empty((len(pool.texts), 0))
        return [Matches(empty, empty, np.empty(0)) for _ in topics]
    words = tuple(together.values())
    matches = match_words(replace(topics[0], words=words, weights=(1.0,) * len(words)), pool)
    column = {stem: at for at, stem in enumerate(together)}
    found = []
    for topic in topics:
        columns = [column[word.stem] for word in topic.words]
        found.append(Matches(matches.own[:, columns], matches.nearby[:, columns], matches.rarity[columns]))
    return found
