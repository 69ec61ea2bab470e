"""What readers said of replies -> whether the replies are what they should be now.

A reader who calls a reply good says what must come back: its quotes, or nothing when it was a refusal. Who calls a
quote wrong says what must not. Who misses something says only that the reply must be another one, so nothing else is
counted of it: what is missing is not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from rag.errors import DataError
from rag.evaluate.cases import AnswerCase, Rated, Spot
from rag.records import Article, Range


@dataclass(frozen=True, slots=True)
class Cited:
    """One quote of a reply: its place, whether it is verbatim, and the name of its speaker."""

    article: str
    range: Range
    verbatim: bool = True
    speaker: str | None = None


Told: TypeAlias = tuple[Cited, ...] | None
"""The quotes of a reply, or None for a refusal."""


def overlap(a: Range, b: Range) -> bool:
    """Return whether two places share at least half of the shorter one."""
    shared = min(a.end, b.end) - max(a.start, b.start)
    return shared >= 0.5 * min(a.end - a.start, b.end - b.start)


def still_there(cases: Sequence[AnswerCase], articles: Sequence[Article], path: Path) -> list[AnswerCase]:
    """Return the cases without those that readers rated when the articles were others than now.

    Raises:
        DataError: None is left.
    """
    texts = {article.id: article.text for article in articles}

    def there(case: AnswerCase) -> bool:
        if case.rated is None:
            return True
        quoted = zip(case.rated.quotes, case.rated.texts, strict=True)
        same = all(texts.get(spot.article, "")[spot.range.start : spot.range.end] == text for spot, text in quoted)
        return same and all(article in texts for article in case.articles)

    kept = [case for case in cases if there(case)]
    if not kept:
        cause = "the articles of its replies are no longer in the library"
        raise DataError(path, cause, "Add them with: rag add FILE, or choose another library with --index.")
    return kept


def mark_rated(rated: Rated, told: Told) -> Mapping[str, Sequence[float]]:
    """Return what the reply to a question adds to each metric, by what a reader said of an earlier one."""
    cited = told or ()
    if rated.verdict == "missing":
        return {"added": [float(any(not _among(one, rated.quotes) for one in cited))]}
    if rated.verdict == "wrong quote":
        return {"withdrawn": [float(not _comes_back(rated.quotes[at], cited)) for at in rated.wrong]}
    if not rated.quotes:
        return {"refused": [float(told is None)]}
    back = [float(_comes_back(spot, cited)) for spot in rated.quotes]
    marks = {"answered": [float(told is not None)], "recall": [sum(back) / len(back)]}
    if cited:
        marks |= {
            "verbatim": [float(one.verbatim) for one in cited],
            "precision": [sum(_among(one, rated.quotes) for one in cited) / len(cited)],
            "length": [float(len(cited))],
        }
    return marks


def miss_of_rated(case: AnswerCase, rated: Rated, told: Told) -> str | None:
    """Return a line about a reply that is not as a reader wants it, None when it is."""
    marks = mark_rated(rated, told)
    judged = [mark for name in ("added", "withdrawn", "refused", "recall") for mark in marks.get(name, ())]
    return None if all(mark == 1.0 for mark in judged) else f"{case.id} {rated.verdict}: {case.question}"


def _comes_back(spot: Spot, cited: Sequence[Cited]) -> bool:
    return any(one.article == spot.article and overlap(one.range, spot.range) for one in cited)


def _among(one: Cited, spots: Sequence[Spot]) -> bool:
    return any(one.article == spot.article and overlap(one.range, spot.range) for spot in spots)
