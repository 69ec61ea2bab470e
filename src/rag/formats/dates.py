"""A date as a source gives it -> a day of the calendar, or a month or a year, when there is no doubt about it."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

_LANGUAGES = ("en", "ru", "uk", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "az")
"""Those whose names of months are known."""

_TIME = r"(?:[T,]?\s*(?:at\s+)?\d{1,2}:\d{2}.{0,40})?"
_ISO = re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}}){_TIME}")
_NUMBERS = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}}){_TIME}")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:de\s+)?([^\W\d_]+)\.?,?\s+(?:de\s+)?(\d{{4}}){_TIME}")
_MONTH_FIRST = re.compile(rf"([^\W\d_]+)\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){_TIME}")
_ISO_MONTH = re.compile(r"([1-9]\d{3})-(\d{2})")
_MONTH = re.compile(r"([^\W\d_]+)\.?,?\s+([1-9]\d{3})")
_YEAR = re.compile(r"[1-9]\d{3}")
_WEEKDAY = re.compile(r"^[^\W\d_]+,\s+(?=.*\d.*\d{4})")


def parts_of(published: str | None) -> tuple[int, ...]:
    """Return the year, month and day that `published` names: all three, or the first two, the first, or none of them.

    `May 2023` and `2023-05` have no day, `2023` has neither; `Spring 2023` and a day in doubt have no part at all.
    """
    if day := day_of(published):
        return day.year, day.month, day.day
    text = " ".join((published or "").split())
    if found := _ISO_MONTH.fullmatch(text):
        year, month = int(found[1]), int(found[2])
        return (year, month) if 1 <= month <= 12 else ()
    if found := _MONTH.fullmatch(text):
        named = _months().get(found[1].lower())
        return (int(found[2]), named) if named else ()
    return (int(text),) if _YEAR.fullmatch(text) else ()


def day_of(published: str | None) -> date | None:
    """Return the day that `published` names, or None when it names none, only a part of one, or could be two days.

    `9.5.2023` may be in May or in September and is None; `25.12.2023` and `5.5.2023` can be one day only.
    Months in words are known in a dozen languages.
    """
    text = " ".join((published or "").split())
    if found := _ISO.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        either = {day for day in (_day(year, second, first), _day(year, first, second)) if day}
        return either.pop() if len(either) == 1 else None
    for words in (text, _WEEKDAY.sub("", text)):
        if found := _DAY_FIRST.fullmatch(words):
            return _day(int(found[3]), _months().get(found[2].lower(), 0), int(found[1]))
        if found := _MONTH_FIRST.fullmatch(words):
            return _day(int(found[3]), _months().get(found[1].lower(), 0), int(found[2]))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    """Names of months, and their abbreviations, that mean one month in whatever language they are."""
    from babel import Locale

    meanings: dict[str, set[int]] = {"sept": {9}}
    for language in _LANGUAGES:
        names = Locale(language).months
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in names[form][width].items():
                    meanings.setdefault(name.lower().rstrip("."), set()).add(number)
    return {name: numbers.pop() for name, numbers in meanings.items() if len(numbers) == 1}
