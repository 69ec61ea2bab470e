"""Tables of words, spellings of names, and what a parser does not see: no grammar is needed."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles import read_text
from rag.records import Range
from rag.speakers import cues, roles
from rag.speakers.announced import announces
from rag.speakers.names import fold
from rag.speakers.parsed import plain
from rag.speakers.people import alike_names
from rag.split import sentences

KINDS = {"that", "to", "it", "whom", "as", "for", "about", "against", "of", "at", "from", "on", "with", "in"}


def rows(table: str) -> list[tuple[list[str], list[str]]]:
    return [(kinds.split(), words.split()) for kinds, words in (row.split(":") for row in table.strip().splitlines())]


TABLES = pytest.mark.parametrize("table", [cues._VERBS, cues._NOUNS, cues._ADJECTIVES])


@TABLES
def test_every_row_of_cues_has_kinds_and_words(table: str) -> None:
    assert all(kinds and set(kinds) <= KINDS and words for kinds, words in rows(table))


@TABLES
def test_no_kind_and_no_word_comes_twice_in_a_row_of_cues(table: str) -> None:
    twice = [word for row in rows(table) for part in row for word, n in Counter(part).items() if n > 1]
    assert twice == []


@TABLES
def test_cues_are_words_in_small_letters(table: str) -> None:
    assert all(re.fullmatch("[a-z]+", word) for _, words in rows(table) for word in words)


def test_a_verb_that_means_many_things_has_the_kinds_of_all_its_rows() -> None:
    assert cues.CONTENT["say"] == {"that"}
    assert cues.CONTENT["warn"] == {"that", "to", "against", "of", "on"}


@pytest.mark.parametrize(
    ("form", "verb"),
    [
        ("says", "say"), ("said", "say"), ("stressed", "stress"), ("denies", "deny"), ("denied", "deny"),
        ("admitted", "admit"), ("believing", "believe"), ("replied", "reply"), ("told", "tell"), ("wrote", "write"),
        ("thinks", "think"), ("urges", "urge"), ("quipped", "quip"), ("foresaw", "foresee"),
        ("emphasises", "emphasise"),
    ],
)  # fmt: skip
def test_written_forms_belong_to_their_verbs(form: str, verb: str) -> None:
    assert cues.LEMMAS[form] == verb


def test_every_saying_verb_is_in_the_table_of_verbs() -> None:
    assert cues.SAYING - cues.CONTENT.keys() == frozenset()


def test_irregular_forms_come_in_pairs_with_known_verbs() -> None:
    forms = cues._IRREGULAR.split()
    assert [verb for verb in forms[1::2] if verb not in cues.CONTENT] == []


def test_participles_alone_do_not_tell_who_speaks_beside_a_quotation() -> None:
    assert {"said", "promises"} <= cues.SPOKEN and "saying" not in cues.SPOKEN


def test_no_word_comes_twice_in_a_class_of_people() -> None:
    twice = [
        word for row in roles._CLASSES.strip().splitlines() for word, n in Counter(row.split()).items() if n > 1
    ]  # fmt: skip
    assert twice == []


def test_a_word_has_one_gender() -> None:
    assert not (roles.MALE_TITLES | roles.MALE_NOUNS) & (roles.FEMALE_TITLES | roles.FEMALE_NOUNS)
    assert not roles.HE & roles.SHE


def test_groups_and_persons_are_apart() -> None:
    assert not roles.GROUPS & roles.PERSONS
    assert not roles.DOCUMENTS & roles.PERSONS


def test_who_is_an_analyst_can_be_called_the_expert() -> None:
    assert roles.alike("expert", "analyst") and roles.alike("scholar", "scholar")
    assert not roles.alike("expert", "minister")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ann Low", ("ann", "low")),
        ("Al-Hadid", ("al", "hadid")),
        ("O’Brien", ("obrien",)),
        ("José Müller", ("jose", "muller")),
        ("Sergey", ("sergei",)),
        ("J. Low", ("j", "low")),
        ("", ()),
        ("\u0301", ()),
    ],
)
def test_a_name_is_folded_to_what_its_spellings_share(name: str, words: tuple[str, ...]) -> None:
    assert fold(name) == words


@pytest.mark.parametrize(
    ("one", "other"), [("low", "low"), ("maltsev", "maltzev"), ("orbekov", "orbekv"), ("kemal pasa", "kemal pasa")]
)
def test_a_letter_more_or_less_is_the_same_long_name(one: str, other: str) -> None:
    assert alike_names(one, other) and alike_names(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("low", "lows"), ("kasim", "kasin"), ("orbekov", "orbakev"), ("miller", "hiller"), ("", "a")]
)
def test_short_names_and_two_letters_make_another_name(one: str, other: str) -> None:
    assert not alike_names(one, other) and not alike_names(other, one)


@pytest.mark.parametrize(
    ("written", "parsed"),
    [
        ("KESSMAR, Veldoria — The harbour is shut.", "The harbour is shut."),
        ("LONDON (Nordwire) - The harbour is shut.", "The harbour is shut."),
        ("Ann Low (R-Ohio) said so.", "Ann Low said so."),
        ("Ann Low (Democrat, Ohio) said so.", "Ann Low said so."),
        ("Ann  Low\u00a0said\n\tso.", "Ann Low said so."),
        ("Ann Low (56) said so.", "Ann Low (56) said so."),
        ("WASHINGTON, July 4 (Nordwire) — It is hot.", "It is hot."),
        ("PARIS and BERLIN – It is hot.", "It is hot."),
        ("NATO said — so.", "NATO said — so."),
        ("US officials say, Ann Low among them - so.", "US officials say, Ann Low among them - so."),
        ("IBM, Low and Roe say — so.", "IBM, Low and Roe say — so."),
    ],
)
def test_datelines_parties_and_doubled_spaces_are_not_parsed(written: str, parsed: str) -> None:
    assert plain(written, Range(0, len(written))).text == parsed


@given(st.text(min_size=1))
def test_every_parsed_character_keeps_its_place(text: str) -> None:
    one = plain(text, Range(0, len(text)))
    assert len(one.text) == len(one.places) and list(one.places) == sorted(one.places)
    assert all(letter in (text[place], " ") for letter, place in zip(one.text, one.places, strict=True))


def test_a_forgotten_blank_beside_a_quotation_mark_is_parsed_as_one() -> None:
    assert plain("He said,“Go.”She left.", Range(0, 22)).text == "He said, “Go.” She left."


@pytest.mark.parametrize(
    ("headline", "speaks"),
    [
        ("Doe: We will win", True),
        ("Foreign Minister Ann Low: We will win", True),
        ("We will win", False),
        ("Analysis: Why we will win", False),
        ("Live: The harbour", False),
        ("the harbour: what we know", False),
        ("Everything that you ever wanted to know: the harbour", False),
        ("Doe says: “Stay”", False),
        ("Doe says: we stay", False),
        ("Ministry of Transport: We will win", True),
        ("Is it shut? Doe: no", False),
        ("At 10:30 it was shut", False),
    ],
)
def test_a_headline_may_open_with_who_says_it(headline: str, speaks: bool) -> None:
    article = read_text(f"{headline}\n\nThe harbour is shut.")
    assert announces(article, sentences(article)[0]) is speaks


def test_only_headlines_announce() -> None:
    article = read_text("The harbour\n\nIt is shut today.\n\nDoe: We will win.")
    assert [announces(article, one) for one in sentences(article)] == [False, False, False]
