"""A pool of sentences -> how likely each answers, and whether they answer at all (CHOOSE).

All sentences are looked at; the windows around the likeliest are read by the scorer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rag.embed import Encoder, load_encoder
from rag.evidence.features import cannot_answer, glance_values, question_values, sentence_values
from rag.evidence.models import Models, load_models
from rag.evidence.pool import NEARBY, Matches, Numbers, Pool, likely_rows, match_words, near_best, stems_of
from rag.evidence.told import asks_for_words
from rag.evidence.voices import read_voices
from rag.question import Question, understand, with_names
from rag.scorer import Readings, Scorer
from rag.settings import Balance, Settings
from rag.speakers import StatementReader
from rag.words import Word

WINDOW_CHARACTERS = 480
"""A window takes sentences up to this length together: about 110 tokens, what the scorer learnt on."""

ENOUGH = 0.0
"""The scorer's logit of "nothing here answers": when no sentence is above it, more windows are read."""


@dataclass(frozen=True, slots=True)
class Windows:
    """How many windows the scorer reads: at first, and in all when nothing in those answers."""

    first: int
    most: int


class SentenceScorer(Protocol):
    """A model that reads a question with some consecutive sentences."""

    def read(self, question: str, windows: Sequence[Sequence[str]]) -> list[Readings]:
        """Return the readings of each window, higher is better; a logit of 0 is as good as no answer."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the sentences of a pool say to a question.

    Attributes:
        scores: Probability that each sentence answers, shape (sentences,), at first glance for those not read.
        confidence: Probability that the pool answers at all.
        answered: Whether that is enough.
        uncovered: The question's words that stand nowhere in the pool.
    """

    scores: Numbers
    confidence: float
    answered: bool
    uncovered: tuple[Word, ...]


def judge(
    question: Question, pool: Pool, models: Models, scorer: SentenceScorer, *, windows: Windows, balance: Balance
) -> Verdict:
    """Return how likely each sentence, and the pool as a whole, answers the question.

    Args:
        question: What was asked.
        pool: Where to look.
        models: The fitted ones.
        scorer: Reads the likeliest windows.
        windows: How many it reads.
        balance: How sure an answer must be.
    """
    if not pool.texts:
        return Verdict(np.empty(0), 0.0, False, question.words)
    question = with_names(question, pool.texts)
    matches = match_words(question, pool)
    seen = look(question, pool, matches, models, scorer, windows=windows)
    scores = seen.first.copy()
    scores[seen.rows] = models.sentence(seen.values)
    confidence = float(models.question(whole_values(question, matches, seen, scores[seen.rows])[None, :])[0])
    answered = confidence >= models.thresholds[balance][question.family]
    met = near_best(matches, scores) > 0
    answered |= question.only_names and bool(met.all())
    covered = matches.own.max(axis=0) > 0
    uncovered = tuple(word for word, found in zip(question.words, covered, strict=True) if not found)
    # what is told of other years, or what a speaker says of something else, does not answer
    answered &= not any(word.year for word in uncovered)
    answered &= not all(cannot_answer(question, pool.texts[row]) for row in likely_rows(scores))
    spoken_of = [word.stem in question.names_spoken_of for word in question.words]
    answered &= bool(met[spoken_of].all())
    return Verdict(scores, confidence, answered, uncovered)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a pool.

    Attributes:
        first: Probability at first glance that each sentence answers, shape (sentences,).
        rows: The sentences that were read, in order.
        values: Their features, shape (rows, SENTENCE_FEATURES).
    """

    first: Numbers
    rows: list[int]
    values: Numbers


def look(
    question: Question, pool: Pool, matches: Matches, models: Models, scorer: SentenceScorer, *, windows: Windows
) -> Seen:
    """Look at all sentences, and let the scorer read the windows that hold the likeliest ones."""
    glance = glance_values(question, pool, matches)
    first = models.glance(glance)
    runs = sorted(cut_windows(pool), key=lambda run: (-first[run.start : run.stop].max(), run.start))
    readings = _readings(question, pool, runs[: windows.first], scorer)
    more = runs[windows.first : windows.most]
    if more and max(float(reading[0]) for reading in readings.values()) < ENOUGH:
        readings |= _readings(question, pool, more, scorer)
    rows = sorted(readings)
    return Seen(first, rows, sentence_values(glance[rows], np.stack([readings[row] for row in rows])))


def _readings(question: Question, pool: Pool, runs: Sequence[range], scorer: SentenceScorer) -> dict[int, Numbers]:
    """What the scorer says of every row of some windows."""
    contexts = [_context(question, pool, run) for run in runs]
    read = scorer.read(
        question.text,
        [[*context, *pool.texts[run.start : run.stop]] for context, run in zip(contexts, runs, strict=True)],
    )
    return {
        row: reading
        for run, context, values in zip(runs, contexts, read, strict=True)
        for row, reading in zip(run, values[len(context) :].astype(np.float64), strict=True)
    }


def _context(question: Question, pool: Pool, run: range) -> list[str]:
    """What is read before a window: the text before it, and one further back that names who is asked for."""
    nearest, further = pool.before[run.start][:1], pool.before[run.start][1:]
    names = {word.stem for word in question.words if word.name}
    if any(names & stems_of(text) for text in (*nearest, *pool.texts[run.start : run.stop])):
        return [*nearest]
    return [*[text for text in further if names & stems_of(text)][:1], *nearest]


def whole_values(question: Question, matches: Matches, seen: Seen, scores: Numbers) -> Numbers:
    """Return the features of the question as a whole, given the probabilities of the sentences that were read."""
    of_read = Matches(matches.own[seen.rows], matches.nearby[seen.rows], matches.rarity)
    return question_values(question, of_read, seen.values, scores)


def windows_to_read(question: Question, settings: Settings) -> Windows:
    """Return how many windows the scorer reads for a question."""
    most = settings.read_most_windows
    return Windows(most if question.family == "account" else min(settings.read_windows, most), most)


def cut_windows(pool: Pool) -> list[range]:
    """Return the rows of consecutive sentences that are read together; they tile the pool."""
    windows: list[range] = []
    start, length = 0, 0
    for row, (text, follows) in enumerate(zip(pool.texts, pool.follows, strict=True)):
        if row and (not follows or length + len(text) > WINDOW_CHARACTERS):
            windows.append(range(start, row))
            start, length = row, 0
        length += len(text)
    return [*windows, range(start, len(pool.texts))]


@dataclass(frozen=True, slots=True)
class Tools:
    """What is needed to judge sentences that are in no library."""

    encoder: Encoder
    models: Models
    scorer: SentenceScorer
    reader: StatementReader
    balance: Balance


def load_tools(settings: Settings) -> Tools:
    """Load what `judge_loose` needs.

    Raises:
        ModelError: Something is missing or altered.
    """
    scorer = Scorer(threads=settings.threads)
    return Tools(load_encoder(settings), load_models(), scorer, StatementReader(), settings.balance)


def judge_loose(question: str, texts: Sequence[str], tools: Tools, *, apart: bool = False) -> Verdict:
    """Judge sentences that are in no library, all of which are read.

    Args:
        question: What was asked.
        texts: Sentences in reading order.
        tools: From `load_tools`.
        apart: Whether they have nothing to do with each other, and each is read alone.
    """
    understood = understand(question, max_characters=10**6)
    vectors = tools.encoder.encode(texts)
    asked = tools.encoder.encode([understood.text], as_question=True)[0]
    before = [() if apart else texts[max(0, row - NEARBY) : row][::-1] for row in range(len(texts))]
    follows = [row > 0 and not apart for row in range(len(texts))]
    voices = read_voices(texts, tools.reader) if asks_for_words(understood) and not apart else ()
    pool = Pool(texts, before, follows, (vectors @ asked).astype(np.float64), voices)
    return judge(
        understood, pool, tools.models, tools.scorer, windows=Windows(len(texts), len(texts)), balance=tools.balance
    )
