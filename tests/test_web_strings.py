"""The strings of the page: every language says everything, and only what is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel import Locale

from rag.web.strings import LANGUAGES, in_language, script_strings, speaking, strings_of, tell

WEB = Path(__file__).parents[1] / "src" / "rag" / "web"
COMPUTED = ("view.", "voices.", "stance.", "quote.")
"""Keys that are put together where they are used, or chosen from a table."""


def forms(language: str, key: str) -> Iterator[str]:
    pattern = strings_of(language)[key]
    yield from [pattern] if isinstance(pattern, str) else pattern.values()


def facts(pattern: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", pattern))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_strings_with_the_same_facts(language: str) -> None:
    assert list(strings_of(language)) == list(strings_of("en"))
    for key in strings_of("en"):
        wanted = set().union(*map(facts, forms("en", key)))
        assert all(facts(form) == wanted for form in forms(language, key)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_has_its_form_of_words(language: str) -> None:
    needed = {*Locale.parse(language).plural_form.tags, "other"}
    for key, pattern in strings_of(language).items():
        assert isinstance(pattern, str) or set(pattern) == needed, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_string_holds_markup(language: str) -> None:
    assert [key for key in strings_of(language) for form in forms(language, key) if re.search("[<>&\"'`]", form)] == []


def test_every_string_is_used_and_every_string_that_is_used_is_there() -> None:
    python = "".join(path.read_text(encoding="utf-8") for path in WEB.glob("**/*.py"))
    scripts = "".join(path.read_text(encoding="utf-8") for path in WEB.glob("*.js"))
    used = set(re.findall(r"\"([a-z]+\.[a-z_]+)\"|'([a-z]+\.[a-z_]+)'", python))
    named = {one or other for one, other in used} | {f"script.{key}" for key in re.findall(r'"([a-z_]+)"', scripts)}
    assert {key for key in strings_of("en") if key not in named and not key.startswith(COMPUTED)} == set()
    told = {
        key
        for pair in re.findall(r"tell\(\s*(?:\"([\w.]+)\"|'([\w.]+)')", python)
        for key in pair
        if key and key[-1] != "."
    }
    told |= {f"script.{key}" for key in re.findall(r'\btell\("(\w+)"', scripts)}
    assert told - set(strings_of("en")) == set()


def test_numbers_choose_the_form_and_are_written_as_the_language_writes_them() -> None:
    assert [tell("count.quotes", n=n) for n in (1, 2, 1234)] == ["1 quote", "2 quotes", "1,234 quotes"]
    with speaking("ru"):
        assert [tell("count.quotes", n=n) for n in (1, 3, 11)] == ["1 цитата", "3 цитаты", "11 цитат"]
        assert tell("count.words", n=1234) == "1\N{NO-BREAK SPACE}234 слова"
    assert tell("chat.ask") == "Ask"


def test_a_function_and_a_generator_speak_their_language_whoever_calls() -> None:
    def say(what: str) -> str:
        return tell(what)

    def steps() -> Iterator[str]:
        yield tell("chat.ask")
        yield tell("chat.new")

    assert in_language("ru", say)("chat.ask") == "Спросить"
    spoken = in_language("ru", steps)()
    assert [(step, tell("chat.ask")) for step in spoken] == [("Спросить", "Ask"), ("Новый чат", "Ask")]


def test_scripts_get_their_own_strings_only() -> None:
    with speaking("ru"):
        assert script_strings()["copied"] == "Скопировано"
    assert not any("." in key for key in script_strings())
