"""What is said, by whom, and a topic or none -> Comparison or Abstention; knows no storage and loads no model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.answer import make_quote
from rag.compare.figures import differing
from rag.compare.heard import Heard, Measures, Wanted
from rag.compare.stances import stances
from rag.compare.topics import topic_names
from rag.evidence import Numbers, Pool, choose, count
from rag.question import understand
from rag.records import Abstention, Comparison, Quote, Reason, Side, Speaker, Stance, Topic

MOST_EACH = 3
"""Quotes of one speaker on one topic."""
MOST_TOPICS = 6
_MOST_QUOTES = 24
"""Quotes in all, more only when more people speak: then one of each."""
_EVEN = 0.5
"""A sentence is on a topic when it is as likely as not."""
_EVENLY = 1.0
"""How much more recall counts than precision in choosing one speaker's quotes, and speakers whom nobody asked for."""
_COMMON = 0.6
"""A topic that more than this share of the sentences is on divides nothing."""
_LEAST_GAIN = 1.5
"""Sentences, by their probability, that a topic of its own adds at least."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A row of what is said, its probability, the topic it is on (a position, or None), and rows that say the same."""

    row: int
    score: float
    topic: int | None
    also: tuple[int, ...]


def compare(wanted: Wanted, heard: Heard, measures: Measures, *, most: int | None = None) -> Comparison | Abstention:
    """Return what the speakers say, side by side: on the topic, or on the articles' own main topics.

    Args:
        wanted: What was asked.
        heard: Everything that is said.
        measures: What sentences are chosen by.
        most: Quotes at most; the number of speakers decides when None.
    """
    if not heard.spoken:
        return _abstain(wanted, "not_mentioned", "Nobody was found whom the articles name and quote.")
    if wanted.meant.unknown and not wanted.meant.speakers:
        return _unknown(wanted, heard)
    asked = wanted.meant.order or heard.speakers
    rows = {speaker: [row for row, one in enumerate(heard.spoken) if one.speaker == speaker] for speaker in asked}
    if wanted.topic:
        scores = on_topics([wanted.topic], heard, measures)[0]
        chosen = _on_asked_topic(wanted, heard, measures, rows, scores)
        names = [wanted.topic]
        if not chosen or _names_missing(wanted):
            return _nothing(wanted, heard, scores, [row for group in rows.values() for row in group])
    else:
        names, scores_of = own_topics(heard, measures, rows)
        chosen = _on_own_topics(heard, measures, rows, scores_of)
    return _comparison(wanted, heard, names, _fewest(chosen, most))


def on_topics(topics: Sequence[str], heard: Heard, measures: Measures) -> Numbers:
    """Return the probability, even odds before, that everything said is on each topic, shape (topics, sentences)."""
    if not topics:
        return np.empty((0, len(heard.spoken)))
    texts, before = [one.candidate.text for one in heard.spoken], [one.before for one in heard.spoken]
    pool = Pool(texts, before, [False] * len(texts), np.zeros(len(texts)))
    understood = [understand(topic, max_characters=10**6) for topic in topics]
    odds = measures.model.odds(understood, pool, measures.cosines(topics))
    shares: Numbers = odds / (1 + odds)
    return shares


def own_topics(heard: Heard, measures: Measures, rows: Mapping[Speaker, Sequence[int]]) -> tuple[list[str], Numbers]:
    """Return the main topics of what some speakers say, and the probabilities that everything said is on each.

    Of all the names that what is said gives, the one is taken that most sentences are on which no other is about yet,
    until the next would add too few.
    """
    mine = np.array(sorted(row for group in rows.values() for row in group))
    names = topic_names([heard.spoken[row] for row in mine])
    scores = on_topics(names, heard, measures)
    likely = np.where(scores[:, mine] >= _EVEN, scores[:, mine], 0.0)
    usual = (likely > 0).mean(axis=1) > _COMMON if len(names) else np.empty(0, bool)
    left, taken = np.ones(len(mine)), list[int]()
    while len(taken) < min(MOST_TOPICS, len(names)):
        gains = likely @ left
        gains[usual & (len(mine) > MOST_EACH)] = 0.0
        best = int(gains.argmax())
        if gains[best] < _LEAST_GAIN:
            break
        taken.append(best)
        left[likely[best] > 0] = 0.0
    return [names[at] for at in taken], scores[taken]


def _on_asked_topic(
    wanted: Wanted, heard: Heard, measures: Measures, rows: Mapping[Speaker, Sequence[int]], scores: Numbers
) -> dict[Speaker, list[_Chosen]]:
    """The quotes of everybody who is heard on the topic, the likeliest speaker first."""
    odds = scores / (1 - scores)
    speaks = {speaker: measures.model.speaks(odds[list(group)]) for speaker, group in rows.items()}
    ranked = sorted(speaks, key=lambda speaker: -speaks[speaker])
    threshold = measures.model.thresholds[measures.balance]
    if speaks[ranked[0]] >= _EVEN:
        gains = np.array([speaks[speaker] for speaker in ranked])
        leaning = measures.leaning if wanted.meant.speakers else _EVENLY
        heard_out = ranked[: count(gains, float(gains.sum()), leaning=leaning)]
    else:  # where nobody surely speaks of it, nobody is heard for the sake of completeness
        heard_out = [speaker for speaker in ranked if speaks[speaker] >= threshold]
    return {
        speaker: _pick(heard, measures, rows[speaker], scores, topic=0, most=MOST_EACH)
        for speaker in rows
        if speaker in heard_out
    }


def _on_own_topics(
    heard: Heard, measures: Measures, rows: Mapping[Speaker, Sequence[int]], scores: Numbers
) -> dict[Speaker, list[_Chosen]]:
    """The quotes of everybody on each topic, every sentence on its likeliest; of those on none their likeliest one."""
    found: dict[Speaker, list[_Chosen]] = {}
    top = scores.max(axis=0) if len(scores) else np.zeros(len(heard.spoken))
    most = 1 if len(rows) > _MOST_QUOTES // MOST_EACH else 2
    for speaker, group in rows.items():
        taken: list[_Chosen] = []
        for topic in range(len(scores)):
            on = [row for row in group if top[row] >= _EVEN and int(scores[:, row].argmax()) == topic]
            taken += _pick(heard, measures, on, scores[topic], topic=topic, most=most)
        if not taken:
            row = max(group, key=lambda row: (top[row], len(heard.spoken[row].candidate.text), -row))
            taken = [_Chosen(row, float(top[row]), None, ())]
        found[speaker] = taken
    return found


def _pick(
    heard: Heard, measures: Measures, group: Sequence[int], scores: Numbers, *, topic: int, most: int
) -> list[_Chosen]:
    """The sentences of one speaker to quote on a topic, each fact once; of unlikely ones the likeliest alone."""
    rows = list(group)
    texts, own = [heard.spoken[row].candidate.text for row in rows], scores[rows]
    likely = np.where(own >= _EVEN, own, 0.0)
    if not likely.any():
        likely, most = own, 1
    selection = choose(likely, texts, heard.vectors[rows], leaning=_EVENLY, distinct=measures.distinct, most=most)
    return [
        _Chosen(rows[at], float(own[at]), topic, tuple(rows[twin] for twin in selection.also.get(at, ())))
        for at in selection.rows
    ]


def _fewest(chosen: Mapping[Speaker, list[_Chosen]], most: int | None) -> dict[Speaker, list[_Chosen]]:
    """At most so many quotes: everybody's likeliest first, then everybody's second."""
    turns = [
        (turn, -one.score, one.row, speaker)
        for speaker, group in chosen.items()
        for turn, one in enumerate(sorted(group, key=lambda one: (-one.score, one.row)))
    ]
    kept = {row for _, _, row, _ in sorted(turns, key=lambda turn: turn[:3])[: most or max(_MOST_QUOTES, len(chosen))]}
    left = {speaker: [one for one in group if one.row in kept] for speaker, group in chosen.items()}
    return {speaker: group for speaker, group in left.items() if group}


def _comparison(
    wanted: Wanted, heard: Heard, names: Sequence[str], chosen: Mapping[Speaker, Sequence[_Chosen]]
) -> Comparison:
    quoted = {_place(heard, one.row) for group in chosen.values() for one in group}
    quotes: list[Quote] = []
    sides: list[Side] = []
    about: dict[int, list[int]] = {}
    for speaker, group in chosen.items():
        first = len(quotes) + 1
        carried: list[Stance] = []
        for one in sorted(group, key=lambda one: one.row):
            number = len(quotes) + 1
            quotes.append(_quote(heard, one, number, quoted))
            carried += [Stance(found.label, number, found.cue) for found in stances(heard.spoken[one.row])]
            if one.topic is not None:
                about.setdefault(one.topic, []).append(number)
        sides.append(Side(speaker, tuple(range(first, len(quotes) + 1)), tuple(carried)))
    topics = [Topic(name, tuple(about[at])) for at, name in enumerate(names) if at in about]
    on = [number for topic in topics for number in topic.quotes]
    everybody = wanted.meant.order or heard.speakers
    silent = [speaker for speaker in everybody if speaker not in chosen]
    return Comparison(
        question=wanted.question,
        topic=wanted.topic or None,
        quotes=tuple(quotes),
        sides=tuple(sides),
        topics=tuple(topics),
        silent=(*silent, *(Speaker(name) for name in wanted.meant.unknown)),
        differing=tuple(
            pair for topic in topics for pair in differing([quotes[number - 1] for number in topic.quotes])
        ),
        confidence=round(float(np.mean([quotes[number - 1].score for number in on])), 4) if on else 1.0,
        elapsed_ms=0.0,
    )


def _quote(heard: Heard, one: _Chosen, number: int, quoted: set[tuple[str, int]]) -> Quote:
    spoken = heard.spoken[one.row]
    quote = make_quote(spoken.candidate, number=number, score=one.score, quoted=quoted)
    return replace(
        quote,
        speaker=spoken.speaker,
        attribution=spoken.statement.attribution,
        cue=spoken.statement.cue,
        also=tuple(heard.spoken[twin].candidate.place for twin in one.also),
    )


def _place(heard: Heard, row: int) -> tuple[str, int]:
    candidate = heard.spoken[row].candidate
    return candidate.article.id, candidate.sentence.number


def _names_missing(wanted: Wanted) -> bool:
    """Whether a name or a year of the topic stands in no article: what is said of others is not on it."""
    return any(word.name or word.year for word in wanted.unmentioned)


def _not_mentioned(wanted: Wanted) -> bool:
    """Whether a name or a year of the topic, or most of its words, stand in no article."""
    words = understand(wanted.topic, max_characters=10**6).words
    return _names_missing(wanted) or len(wanted.unmentioned) > _EVEN * len(words)


def _nothing(wanted: Wanted, heard: Heard, scores: Numbers, rows: Iterable[int]) -> Abstention:
    """The refusal when nobody who is meant says anything on the topic."""
    nearest = sorted(rows, key=lambda row: (-scores[row], row))[:MOST_EACH]
    quotes = tuple(
        _quote(heard, _Chosen(row, float(scores[row]), None, ()), number, {_place(heard, one) for one in nearest})
        for number, row in enumerate(sorted(nearest), start=1)
    )
    subject = _articles(heard)
    if _not_mentioned(wanted):
        listed = " or ".join(f"“{word.text}”" for word in wanted.unmentioned[:3])
        message = f"{subject} {'does' if heard.articles == 1 else 'do'} not mention {listed}."
        return _abstain(wanted, "not_mentioned", message, quotes)
    who = "Nobody" if not wanted.meant.speakers else "None of those who were asked for"
    message = f"{who} was found to say anything on “{wanted.topic}” in {subject[0].lower()}{subject[1:]}."
    return _abstain(wanted, "not_answered", message, quotes)


def _unknown(wanted: Wanted, heard: Heard) -> Abstention:
    names = " or ".join(f"“{name}”" for name in wanted.meant.unknown)
    speakers = [speaker.name for speaker in heard.speakers]
    listed = ", ".join(speakers[:8]) + (f" and {len(speakers) - 8} others" if len(speakers) > 8 else "")
    message = f"{names} {'is' if len(wanted.meant.unknown) == 1 else 'are'} not quoted in "
    subject = _articles(heard)
    message += f"{subject[0].lower()}{subject[1:]}. Those who are: {listed}."
    return _abstain(wanted, "not_mentioned", message)


def _articles(heard: Heard) -> str:
    return "The article" if heard.articles == 1 else f"The {heard.articles} articles"


def _abstain(wanted: Wanted, reason: Reason, message: str, nearest: tuple[Quote, ...] = ()) -> Abstention:
    confidence = round(max((quote.score for quote in nearest), default=0.0), 4)
    return Abstention(wanted.question, reason, message, nearest, confidence, 0.0)
