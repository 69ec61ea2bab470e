"""Quotes of one topic -> numbers for the same thing that do not agree; knows how numbers are written in English.

Precise rather than many: a number is compared with another only when both count the same noun, or are money, or are a
share, in sentences alike in what they measure, and neither the place nor the year differs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from rag.records import Figures, Quote
from rag.words import TIME_WORDS, Word, content_words, likeness, words

_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "mln": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12,
    "dozen": 12.0,
}  # fmt: skip
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMBER = rf"(?:{_DIGITS}|\b(?:{'|'.join(_SMALL)})\b)"
_SCALE = rf"(?:[\s-]?(?:{'|'.join(sorted(_SCALES, key=len, reverse=True))})\b)"
_FIGURE = re.compile(
    rf"(?P<money>[$€£¥]\s?|\b(?:usd|eur|us\$)\s?)?(?<![\w.,-])(?P<low>{_NUMBER})(?P<scale1>{_SCALE})?"
    rf"(?:\s?(?:-|–|to|and)\s?[$€£¥]?(?P<high>{_NUMBER}))?(?P<scale2>{_SCALE})?"
    r"(?P<share>\s?(?:%|percent\b|per cent\b))?(?P<unit>\s(?:dollars?|euros?|pounds?|yen|roubles?|rubles?)\b)?"
    r"(?![\w-])",
    re.IGNORECASE,
)
_LEAST = re.compile(
    r"\b(?:at least|more than|over|above|no fewer than|no less than|exceed\w*|upwards of)\W+$", re.IGNORECASE
)
_MOST = re.compile(
    r"\b(?:at most|less than|fewer than|under|below|up to|no more than|almost|nearly)\W+$", re.IGNORECASE
)
_ABOUT = re.compile(r"\b(?:about|around|roughly|some|approximately|nearly|almost|close to|circa)\W+$", re.IGNORECASE)
_ENDS_NOUN = re.compile(r"[.;:,!?()“”\"]|\s[-–—]\s")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d{2}\b")
_IN_PLACE = re.compile(
    r"\b(?:in|of|from|to|with|between|across)\s+(?:the\s+)?([A-Z][\w’'-]+(?:\s+(?:and\s+)?[A-Z][\w’'-]+)*)"
)
_ROUNDING = 0.02
"""A number may be rounded by this share."""
_ROUGHLY = 0.15
"""What "about" may stand for."""
_SAME_NOUN = 0.9
_MEASURED = 2
"""Words that two sentences share, besides names, when their numbers are money or shares of the same thing."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a sentence: as it is written, from `low` to `high`, of what kind, and the nouns that it counts."""

    text: str
    low: float
    high: float
    kind: str
    nouns: tuple[Word, ...]


def figures_in(text: str) -> list[Figure]:
    """Return the numbers of a sentence that say how many or how much; years, dates and ordinals do not."""
    found = []
    for match in _FIGURE.finditer(text):
        low, high = _value(match["low"]), _value(match["high"] or match["low"])
        scale = _scale(match["scale2"] or match["scale1"])
        kind = "share" if match["share"] else "money" if match["money"] or match["unit"] else "count"
        if kind == "count" and not (match["scale1"] or match["scale2"]) and _YEAR.fullmatch(match["low"]):
            continue
        low, high = low * _scale(match["scale1"] or match["scale2"]), high * scale
        round_number = bool(match["scale1"] or match["scale2"])
        nouns = _nouns(text[match.end() :], of=round_number) if kind == "count" else ()
        if kind == "count" and (not nouns or nouns[-1].lower in TIME_WORDS):
            continue
        if low > high:
            continue
        found.append(_widened(Figure(match.group().strip(), low, high, kind, nouns), text[: match.start()]))
    return found


def differing(quotes: Sequence[Quote]) -> list[Figures]:
    """Return the pairs of quotes that give different numbers for what looks like the same thing, in their order."""
    known = [(quote, figures_in(quote.text)) for quote in quotes]
    found = []
    for (one, ours), (other, theirs) in combinations(known, 2):
        if one.speaker == other.speaker and one.article.id == other.article.id:
            continue
        if _apart(_YEAR.findall(one.text), _YEAR.findall(other.text)):
            continue
        for a in ours:
            near = [b for b in theirs if _comparable(a, b, one.text, other.text)]
            if near and all(a.high < b.low or b.high < a.low for b in near):
                found.append(Figures((one.number, other.number), (a.text, near[0].text)))
                break
    return found


def _comparable(a: Figure, b: Figure, one: str, other: str) -> bool:
    if a.kind != b.kind or _apart(_placed(one), _placed(other)):
        return False
    if a.kind == "count":
        return (
            bool(a.nouns and b.nouns) and likeness(a.nouns[-1].stem, b.nouns[-1].stem) >= 0.9 and _modifiers_agree(a, b)
        )
    shared = {word.stem for word in content_words(one) if _measures(word)} & {
        word.stem for word in content_words(other) if _measures(word)
    }
    return len(shared) >= _MEASURED


def _modifiers_agree(a: Figure, b: Figure) -> bool:
    """Whether what stands before the nouns is not different: "ethnic" and nothing, but not "wounded" and "dead"."""
    ours, theirs = {word.stem for word in a.nouns[:-1]}, {word.stem for word in b.nouns[:-1]}
    return not ours or not theirs or bool(ours & theirs)


def _measures(word: Word) -> bool:
    return not (word.name or word.number or word.lower in TIME_WORDS or word.lower in _SCALES)


def _apart(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether both say something and none of it is the same."""
    return bool(ours) and bool(theirs) and not set(ours) & set(theirs)


def _placed(text: str) -> list[str]:
    return [name for match in _IN_PLACE.finditer(text) for name in re.split(r"\s+and\s+", match[1])]


def _nouns(after: str, *, of: bool) -> tuple[Word, ...]:
    """The content words after a number up to a plural: "ethnic Azerbaijanis" of "million ethnic Azerbaijanis live"."""
    end = _ENDS_NOUN.search(after)
    run: list[Word] = []
    for word in words(after[: end.start() if end else None]):
        if not content_words(f"{word.text}") or word.number:
            if run or word.lower not in (("of", "the", "more", "other") if of else ("more", "other")):
                break
            continue
        run.append(word)
    return tuple(_noun_phrase(run[:3]))


def _noun_phrase(run: list[Word]) -> list[Word]:
    """The run up to its first plural, which is what is counted."""
    for at, word in enumerate(run):
        if word.lower.endswith("s") or word.lower in ("people", "men", "women", "children", "police", "troops"):
            return run[: at + 1]
    return run[:1]


def _widened(figure: Figure, before: str) -> Figure:
    low, high = figure.low * (1 - _ROUNDING), figure.high * (1 + _ROUNDING)
    if _LEAST.search(before):
        high = float("inf")
    elif _ABOUT.search(before):
        low, high = figure.low * (1 - _ROUGHLY), figure.high * (1 + _ROUGHLY)
    elif _MOST.search(before):
        low = 0.0
    if figure.low < 100 and figure.low == int(figure.low) and not (_LEAST.search(before) or _ABOUT.search(before)):
        low, high = (0.0 if _MOST.search(before) else figure.low), figure.high
    return Figure(figure.text, low, high, figure.kind, figure.nouns)


def _value(number: str) -> float:
    return float(_SMALL.index(number.lower())) if number.isalpha() else float(number.replace(",", ""))


def _scale(word: str | None) -> float:
    return _SCALES[word.strip(" -\n").lower()] if word else 1.0
