import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.words import content_words, likeness, words


def stems(text: str) -> list[str]:
    return [word.stem for word in content_words(text)]


def test_content_words_leave_out_grammar_and_keep_order() -> None:
    assert stems("What was the trade turnover of Iran in 2022?") == ["trade", "turnov", "iran", "2022"]


def test_each_stem_is_kept_once() -> None:
    assert stems("Export, exports, exported") == ["export"]


def test_possessive_endings_are_not_part_of_a_word() -> None:
    assert [word.text for word in words("Iran's and Russia’s plan")] == ["Iran", "and", "Russia", "plan"]


def test_a_capital_makes_a_name_except_at_the_start() -> None:
    assert [(word.text, word.name) for word in words("Where does Aliyev live?")] == [
        ("Where", False),
        ("does", False),
        ("Aliyev", True),
        ("live", False),
    ]


def test_numbers_are_told_in_digits_and_letters() -> None:
    assert [word.text for word in words("two men, 13% and $3.5 million") if word.number] == [
        "two",
        "13",
        "3.5",
        "million",
    ]


def test_years_and_months_can_date_something() -> None:
    text = "in January 2022, the 1990s or 732, not 13 or 12345"
    assert [word.text for word in words(text) if word.time] == ["January", "2022", "1990s", "732"]


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        ("iran", "iran", 1.0),
        ("iran", "iranian", 0.9),
        ("corridor", "coridor", 0.8),
        ("iran", "iraq", 0.0),
        ("2022", "2023", 0.0),
        ("war", "warm", 0.0),
    ],
)
def test_likeness_knows_endings_and_slips(a: str, b: str, wanted: float) -> None:
    assert likeness(a, b) == wanted


@given(st.text(max_size=12), st.text(max_size=12))
def test_likeness_does_not_depend_on_the_order(a: str, b: str) -> None:
    assert likeness(a, b) == likeness(b, a)
