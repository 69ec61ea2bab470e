"""Suite `attribution`: is it found who says what?

A statement matches an attribution when their contents share at least half of the tokens of each, and so do their
sources; attributions take their matches in order, each statement once. What an attribution without a source
resembles counts neither as missed nor as wrong.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from rag.articles import read_text
from rag.errors import ReadError
from rag.evaluate.bootstrap import Draws, Figure, estimate, estimate_mean
from rag.evaluate.cases import Attributed, AttributionCase
from rag.evaluate.metrics import Rows
from rag.evaluate.progress import watch
from rag.evaluate.report import Figures, Findings
from rag.evidence import Numbers
from rag.records import Article, Range, Sentence, Statement

System: TypeAlias = Callable[[Article, Sequence[Sentence]], Sequence[Statement]]
"""An article and all its sentences -> who says what in it."""

_MARKS = frozenset('"“”«»„')
_TOKEN = re.compile(r"\w+")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tally:
    """Attributions that were matched, statements that were made, and attributions that there are."""

    matched: int
    made: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What the statements of one article are worth.

    Attributes:
        all: Of all attributions with a source.
        quoted: Of those whose content has a quotation mark.
        found: Attributions whose content was found, whoever said it.
        names: Of those found that come with a name: whether the statement's is right, None when it names nobody.
        misses: A line for everything that was missed or wrong.
    """

    all: Tally
    quoted: Tally
    found: int
    names: tuple[bool | None, ...]
    misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The tokens, by where they begin, of a source and of what it says, and whether that has a quotation mark."""

    source: frozenset[int]
    content: frozenset[int]
    quoted: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    """An attribution with a source, and the statement, if any, that has its content; matched if sources are alike."""

    attributed: Attributed
    statement: int | None
    matched: bool


def evaluate_attribution(cases: Sequence[AttributionCase], systems: Mapping[str, System], draws: Draws) -> Findings:
    """Return precision, recall and F1 of statements, of all and of those in quotation marks, and the speed.

    `content`: attributions whose content was found, whoever said it. `words/s`: words that are read in a second, once
    the article is cut into sentences. `name`: statements that name somebody rightly, of those that name somebody;
    `unnamed`: those that name nobody. Both are of attributions that come with a name and whose content was found.

    Args:
        cases: The articles.
        systems: What to measure by its name; the misses are those of the first.
        draws: For the intervals, of articles drawn again.
    """
    figures: dict[str, Figures] = {}
    misses: list[str] = []
    for label, system in systems.items():
        seconds: list[float] = []
        marks = [mark_statements(case, statements) for case, statements in _timed(watch(cases, label), system, seconds)]
        words = [len(_TOKEN.findall(case.text)) for case in cases]
        figures[label] = {**mark_figures(marks, draws), "words/s": _ratio(words, seconds, draws, n=sum(words))}
        misses = misses or [line for mark in marks for line in mark.misses]
    return Findings(len(cases), figures, misses=tuple(misses), things="articles")


def mark_statements(case: AttributionCase, statements: Sequence[Statement]) -> Mark:
    """Return what the statements of an article are worth."""
    made = [_tokens(case.text, [one.source], one.content) for one in statements]
    pairs, passed = _pair(case, made)
    used = {pair.statement for pair in pairs if pair.matched}
    counted = [at for at in range(len(made)) if at in used or at not in passed]
    near = {pair.statement for pair in pairs}
    misses = [line for pair in pairs for line in _misses(case, pair, statements)]
    misses += [_line(case, "wrong", statements[at]) for at in counted if at not in near]
    quoted = [pair for pair in pairs if _has_mark(case.text, pair.attributed.content)]
    return Mark(
        Tally(len(used), len(counted), len(pairs)),
        Tally(sum(pair.matched for pair in quoted), sum(made[at].quoted for at in counted), len(quoted)),
        sum(pair.statement is not None for pair in pairs),
        tuple(
            _names(statements[pair.statement], pair.attributed.speaker)
            for pair in pairs
            if pair.statement is not None and pair.attributed.speaker is not None
        ),
        tuple(misses),
    )


def mark_figures(marks: Sequence[Mark], draws: Draws) -> Figures:
    """Return the figures of marked articles; those of something that there is none of are not defined."""
    names = [[name for name in mark.names if name is not None] for mark in marks]
    wanted = [mark.all.wanted for mark in marks]
    unnamed = [[float(name is None) for name in mark.names] for mark in marks]
    return {
        **_tally_figures("", [mark.all for mark in marks], draws),
        **_tally_figures("quoted ", [mark.quoted for mark in marks], draws),
        "content": _ratio([mark.found for mark in marks], wanted, draws, n=sum(wanted)),
        "name": estimate_mean(names, draws),
        "unnamed": estimate_mean(unnamed, draws),
    }


def _tally_figures(prefix: str, tallies: Sequence[Tally], draws: Draws) -> Figures:
    counts: Numbers = np.array([[one.matched, one.made, one.wanted] for one in tallies], np.float64).reshape(-1, 3)

    def figure(metric: Callable[[float, float, float], float], n: Numbers) -> Figure:
        def of_rows(rows: Rows) -> float:
            matched, made, wanted = counts[rows].sum(axis=0)
            return metric(matched, made, wanted) if wanted else float("nan")

        return estimate(of_rows, len(tallies), draws, n=int(n.sum()))

    return {
        f"{prefix}precision": figure(lambda matched, made, _: matched / max(1, made), counts[:, 1]),
        f"{prefix}recall": figure(lambda matched, _, wanted: matched / wanted, counts[:, 2]),
        f"{prefix}F1": figure(lambda matched, made, wanted: 2 * matched / (made + wanted), counts[:, 2]),
    }


def _ratio(above: Sequence[float], below: Sequence[float], draws: Draws, *, n: int) -> Figure:
    """The ratio of two sums over articles."""
    pairs: Numbers = np.array([above, below], np.float64)  # (2, articles)

    def ratio(rows: Rows) -> float:
        first, second = pairs[:, rows].sum(axis=1)
        return float(first / second) if second else float("nan")

    return estimate(ratio, len(above), draws, n=n)


def _timed(
    cases: Iterable[AttributionCase], system: System, seconds: list[float]
) -> Iterator[tuple[AttributionCase, Sequence[Statement]]]:
    """Yield each case with the statements that a system finds, and note how long it took.

    The first article is read once before, so that what is loaded then takes no time. What cannot be an article has
    no statements.
    """
    from rag.split import sentences

    for case in cases:
        try:
            article = read_text(case.text, name=f"the text of {case.id}")
        except ReadError as error:
            log.warning("nothing is read: %s", error)
            seconds.append(0.0)
            yield case, ()
            continue
        cut = sentences(article)
        if not seconds:
            system(article, cut)
        began = time.perf_counter()
        statements = system(article, cut)
        seconds.append(time.perf_counter() - began)
        yield case, statements


def _tokens(text: str, source: Sequence[Range], content: Sequence[Range]) -> _Tokens:
    def starts(places: Sequence[Range]) -> frozenset[int]:
        return frozenset(
            place.start + token.start() for place in places for token in _TOKEN.finditer(text[place.start : place.end])
        )

    return _Tokens(starts(source), starts(content), _has_mark(text, content))


def _has_mark(text: str, places: Sequence[Range]) -> bool:
    return any(not _MARKS.isdisjoint(text[place.start : place.end]) for place in places)


def _pair(case: AttributionCase, made: Sequence[_Tokens]) -> tuple[list[_Pair], set[int]]:
    """Pair the attributions that have a source, in order; the statements that resemble others come beside."""
    pairs, passed, used = list[_Pair](), set[int](), set[int]()
    for attributed in case.attributions:
        gold = _tokens(case.text, attributed.source, attributed.content)
        near = [at for at, one in enumerate(made) if at not in used and _alike(one.content, gold.content)]
        if not gold.source:
            passed.update(near)
        elif gold.content:
            match = next((at for at in near if _alike(made[at].source, gold.source)), None)
            used.update([match] if match is not None else [])
            first = next(iter(near), None)
            pairs.append(_Pair(attributed, first if match is None else match, match is not None))
    return pairs, passed


def _alike(one: frozenset[int], other: frozenset[int]) -> bool:
    shared = len(one & other)
    return shared > 0 and 2 * shared >= len(one) and 2 * shared >= len(other)


def _names(statement: Statement, name: str) -> bool | None:
    return statement.speaker.name.lower() == name.lower() if statement.speaker is not None else None


def _misses(case: AttributionCase, pair: _Pair, statements: Sequence[Statement]) -> Iterator[str]:
    attributed, name = pair.attributed, pair.attributed.speaker
    if pair.statement is None:
        yield _line(case, "missed", attributed)
        return
    nearest = statements[pair.statement]
    if not pair.matched:
        mention = " ".join(case.text[nearest.source.start : nearest.source.end].split())
        yield _line(case, f"said by another than {mention!r}", attributed)
    if name is not None and not _names(nearest, name):
        told = repr(nearest.speaker.name) if nearest.speaker is not None else "nobody"
        yield _line(case, f"names {told}, not {name!r}", nearest)


def _line(case: AttributionCase, cause: str, one: Attributed | Statement) -> str:
    """A line about an attribution or a statement: where it stands, its source, its cue, and what is said."""
    source = (one.source,) if isinstance(one, Statement) else one.source
    cue = (one.cue,) if isinstance(one, Statement) else one.cue
    parts = (
        " … ".join(" ".join(case.text[place.start : place.end].split()) for place in places)
        for places in (source, cue, one.content)
    )
    return f"{case.id}:{one.content[0].start} {cause}: {' | '.join(parts)}"
