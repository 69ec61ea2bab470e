"""Who wrote an article and when, as lines say it at its ends: bylines, dates and credits.

This file knows the looks of one line; it does not know where in an article the line stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_BYLINE = 120
LONGEST_CREDIT = 200


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CREDIT = re.compile(
    r"[\[(*_]*(?:this (?:article|story|report|piece|post|interview) (?:was |has been )?(?:originally |first )"
    r"|(?:originally|first) (?:published|appeared|posted)|(?:re-?published|reprinted|translated) (?:by|from|with)"
    r"|(?:additional )?reporting by|(?:edited|editing) by|sources?:|©|\(c\)|copyright\b|all rights reserved"
    r"|read the (?:original|full) )",
    re.IGNORECASE,
)

_MONTH_DAY_YEAR = r"[^\W\d_]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}"

_DAY_MONTH_YEAR = r"\d{1,2}(?:st|nd|rd|th|\.)? [^\W\d_]{3,12}\.?,? \d{4}"

DATE = re.compile(rf"\b(?:{_MONTH_DAY_YEAR}|{_DAY_MONTH_YEAR}|\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}})\b")

_DATED = re.compile(
    rf"(?P<who>[^|·•\d]{{3,60}}?\s*[|·•,–—-]\s*)?(?i:(?:(?:last |first )?(?:published|updated|posted)(?: on)?:?\s*)?)"
    rf"(?:\w+day,?\s+)?{DATE.pattern}[\s,|·•–—-]*(?:\d{{1,2}}[:.]\d\d.{{0,20}})?"
)

_BY = re.compile(r"(?i:(?:(?:written|story|text|words|reported) )?by|von|par|por|author:|text:|автор:?)\s+(?=\S)")

_SMALL_WORDS = _words(
    "and und et y in for of at the from with de del della der den di da du la le van von bin ibn al el"
)

_NO_PERSON = _words(
    "press news times post reuters agency staff writer writers reporter correspondent editor editors desk guardian "
    "bbc cnn afp ap tass bloomberg journal magazine university associated"
)


def is_credit(text: str) -> bool:
    """Tell whether a line says where the article comes from or who else made it."""
    return len(text) <= LONGEST_CREDIT and bool(_CREDIT.match(text))


def is_byline(text: str) -> bool:
    """Tell whether a line names the authors, the date, or both, and nothing else."""
    if len(text) > LONGEST_BYLINE:
        return False
    if dated := _DATED.fullmatch(text):
        return not dated["who"] or _all_names(dated["who"])
    lead = _BY.match(text)
    return lead is not None and _all_names(text[lead.end() :]) and not re.search(r"[a-z]{3,}\.$", text)


def people(byline: str) -> Iterator[str]:
    """Yield the names of two to five words, leaving out agencies, offices, places and dates."""
    names = DATE.sub("|", byline[match.end() :] if (match := _BY.match(byline)) else byline)
    for part in re.split(r"\s*[|·•,&]\s*|\s+[–—-]\s+|\s+(?:and|und|et|y)\s+", names):
        name = re.split(r"\s+(?:in|for|at|of|from)\s+", part)[0].strip()
        if _is_person(name):
            yield name


def _all_names(text: str) -> bool:
    words = re.findall(r"[^\W\d_][\w.'’-]*", DATE.sub("", _BY.sub("", text, count=1)))
    return bool(words) and all(word[0].isupper() or word in _SMALL_WORDS for word in words)


def _is_person(name: str) -> bool:
    words = name.split()
    capitalised = all(word[0].isupper() or word in _SMALL_WORDS for word in words)
    return (
        2 <= len(words) <= 5
        and capitalised
        and not any(word.lower() in _NO_PERSON for word in words)
        and not re.search(r"\d", name)
    )
