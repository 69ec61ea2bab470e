import pytest
from compare_fakes import spoken_in, states

from rag.answer import make_quote
from rag.articles import read_text
from rag.compare.figures import differing, figures_in
from rag.records import Quote


def quotes(*texts: str) -> list[Quote]:
    """Sentences that different people say."""
    names = [f"Person{chr(65 + at)}" for at in range(len(texts))]
    lines = [f"{name} said: {text}" for name, text in zip(names, texts, strict=True)]
    article = read_text("News\n\n" + "\n\n".join(lines) + "\n")
    said = [states(article, name, text, cue=f"{name} said") for name, text in zip(names, texts, strict=True)]
    return [
        make_quote(one.candidate, number=number, score=1.0, quoted=())
        for number, one in enumerate(spoken_in(article, said), start=1)
    ]


def told(*texts: str) -> list[tuple[str, ...]]:
    return [figures.numbers for figures in differing(quotes(*texts))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from 18 to 25 million ethnic Azerbaijanis live there", [("18 to 25 million", 18e6, 25e6)]),
        ("it has 1,400 jobs", [("1,400", 1400, 1400)]),
        ("four diplomats were expelled", [("four", 4, 4)]),
        ("at least 20 soldiers died", [("20", 20, float("inf"))]),
        ("in 2019 and on May 5", []),
        ("Article 5 of the treaty", []),
    ],
)
def test_numbers_that_count_something_are_read(text: str, expected: list[tuple[str, float, float]]) -> None:
    found = [(one.text, one.low, one.high) for one in figures_in(text)]
    assert [one[0] for one in found] == [one[0] for one in expected]
    for (_, low, high), (_, wanted_low, wanted_high) in zip(found, expected, strict=True):
        assert low == pytest.approx(wanted_low, rel=0.03)
        assert high == pytest.approx(wanted_high, rel=0.03)


def test_two_numbers_for_the_same_noun_differ() -> None:
    assert told("18 to 25 million ethnic Azerbaijanis live there.", "30 million Azerbaijanis live there.") == [
        ("18 to 25 million", "30 million")
    ]


def test_shares_and_sums_of_the_same_thing_differ() -> None:
    assert told("The yearly trade turnover was $688 million.", "The trade turnover was $900 million.") == [
        ("$688 million", "$900 million")
    ]
    assert told("Unemployment rose to 7% in town.", "Unemployment rose to 12 percent in town.") == [
        ("7%", "12 percent")
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("18 to 25 million Azerbaijanis live there.", "20 million Azerbaijanis live there."),
        ("At least 20 soldiers died.", "40 soldiers died."),
        ("About 100 people came.", "110 people came."),
        ("30 soldiers died.", "40 horses died."),
        ("10 wounded soldiers came.", "20 dead soldiers came."),
        ("In 2019 it had 100 ships.", "In 2020 it had 200 ships."),
        ("It has 100 ships in Iran.", "It has 200 ships in Turkey."),
        ("It cost $5 million.", "The ferry earned $9 million."),
    ],
)
def test_other_numbers_do_not_differ(one: str, other: str) -> None:
    assert told(one, other) == []


def test_what_one_person_says_in_one_article_is_not_compared() -> None:
    article = read_text("News\n\nAnna said 30 soldiers died. Anna said 40 soldiers left.\n")
    said = [
        states(article, "Anna", "30 soldiers died", cue="said"),
        states(article, "Anna", "40 soldiers left", cue="said"),
    ]
    spoken = spoken_in(article, said)
    assert len(spoken) == 2
    assert (
        differing([make_quote(one.candidate, number=at + 1, score=1, quoted=()) for at, one in enumerate(spoken)]) == []
    )
