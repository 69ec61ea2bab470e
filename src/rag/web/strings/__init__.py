"""What the page says, in the reader's language.

One JSON file a language, keys in the order of the page. A string holds no character that HTML reads as markup, so
it can stand in markup as it is; facts that come from data must be escaped by the caller. Where a number decides the
form of words, the string is a table of plural forms (Unicode CLDR), chosen by the fact `n`. Keys that begin with
`script.` are for the page's scripts too, which choose plural forms by themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from importlib.resources import files
from inspect import isgeneratorfunction
from typing import Any, TypeAlias
from urllib.parse import parse_qs

LANGUAGES: Mapping[str, str] = {"en": "English", "ru": "Русский"}
"""The languages of the page by their codes, each by its own name; the first is spoken when none is chosen."""

Strings: TypeAlias = Mapping[str, "str | Mapping[str, str]"]

_language: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let `tell` speak a language of `LANGUAGES` for a while, in this context alone."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def in_language(language: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """Return `work`, a function or a generator, so that it speaks a language whoever calls it."""
    if not isgeneratorfunction(work):

        @wraps(work)
        def speak(*values: Any) -> Any:
            with speaking(language):
                return work(*values)

        return speak

    @wraps(work)
    def speak_on(*values: Any) -> Iterator[Any]:
        steps = work(*values)
        while True:  # each step may run in a context of its own
            with speaking(language):
                try:
                    step = next(steps)
                except StopIteration:
                    return
            yield step

    return speak_on


def spoken_language() -> str:
    """Return the code of the language that `tell` speaks here."""
    return _language.get()


def language_for(query: str, accepted: str) -> str:
    """The language that `?lang=` names, else the one that the browser likes best, else the first."""
    named = parse_qs(query).get("lang", [""])[-1]
    if named in LANGUAGES:
        return named
    best, best_weight = next(iter(LANGUAGES)), 0.0
    for part in accepted[:1_000].split(","):
        match = re.fullmatch(r"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?", part)
        if match and match[1].lower() in LANGUAGES and float(match[2] or 1) > best_weight:
            best, best_weight = match[1].lower(), float(match[2] or 1)
    return best


def tell(key: str, **facts: object) -> str:
    """Return a string of the page with its facts filled in.

    Args:
        key: Of the string, in `strings/*.json`.
        **facts: What stands in its braces, escaped by the caller where it is data; whole numbers are written as
            the language writes them.

    Raises:
        KeyError: There is no such string, or it needs a fact that is not given.
    """
    language = _language.get()
    pattern = strings_of(language)[key]
    if not isinstance(pattern, str):
        pattern = pattern[_plural(language, int(str(facts["n"])))]
    shown = {name: _number(language, fact) if type(fact) is int else fact for name, fact in facts.items()}
    return pattern.format(**shown)


@cache
def strings_of(language: str) -> Strings:
    """Return all strings of a language by their keys."""
    strings: Strings = json.loads(files("rag.web.strings").joinpath(f"{language}.json").read_text(encoding="utf-8"))
    return strings


def script_strings() -> Strings:
    """Return what the page's scripts say in the language spoken here, by keys without their `script.`."""
    return {
        key.removeprefix("script."): pattern
        for key, pattern in strings_of(_language.get()).items()
        if key.startswith("script.")
    }


def _plural(language: str, number: int) -> str:
    from babel import Locale

    return str(Locale.parse(language).plural_form(number))


def _number(language: str, number: int) -> str:
    from babel.numbers import format_decimal

    return str(format_decimal(number, locale=language))
