import pytest
from compare_fakes import spoken_in, states

from rag.articles import read_text
from rag.compare.stances import stances
from rag.records import Attribution


def carried(
    sentence: str, content: str, *, cue: str, role: str | None = None, attribution: Attribution = "indirect"
) -> list[tuple[str, str]]:
    """Label and words of what a sentence carries that Anna Berg says."""
    article = read_text(f"News\n\n{sentence}\n")
    said = states(article, "Anna Berg", content, cue=cue, role=role, source="Berg", attribution=attribution)
    [one] = spoken_in(article, [said])
    return [(stance.label, article.text[stance.cue.start : stance.cue.end]) for stance in stances(one)]


@pytest.mark.parametrize(
    ("verb", "label"),
    [
        ("supports", "support"),
        ("welcomed", "support"),
        ("rejected", "rejection"),
        ("opposes", "rejection"),
        ("doubts", "doubt"),
        ("hopes for", "optimism"),
        ("agrees with", "agreement"),
        ("disagrees with", "disagreement"),
    ],
)
def test_the_verb_that_reports_carries_a_position(verb: str, label: str) -> None:
    [(found, words)] = carried(f"Anna Berg {verb} the new bridge in town.", "the new bridge in town", cue=verb)
    assert found == label
    assert verb.startswith(words)


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("did not support", [("rejection", "not support")]),
        ("never welcomed", [("rejection", "never welcomed")]),
        ("does not doubt", []),
        ("does not agree with", [("disagreement", "not agree")]),
        ("did not reject", []),
    ],
)
def test_a_denied_position_is_another_or_none(verb: str, expected: list[tuple[str, str]]) -> None:
    assert carried(f"Anna Berg {verb} the new bridge in town.", "the new bridge in town", cue=verb) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("I support the bridge", [("support", "support")]),
        ("We reject the bridge", [("rejection", "reject")]),
        ("We do not support the bridge", [("rejection", "not support")]),
        ("I have no doubt that it holds", []),
        ("There are big doubts about the bridge", [("doubt", "There are big doubts")]),
        ("There is no doubt about the bridge", []),
        ("It is highly unlikely", [("doubt", "is highly unlikely")]),
        ("A positive atmosphere is forming", [("optimism", "A positive atmosphere")]),
        ("It is a country that supports terrorism", []),
        ("The mayor supports the bridge", []),
        ("If I support the bridge, it stays", []),
        ("Would anybody reject the bridge?", []),
        ("We could support the bridge", []),
    ],
)
def test_quoted_words_carry_what_the_speaker_holds(words: str, expected: list[tuple[str, str]]) -> None:
    assert carried(f"“{words}” said Berg.", f"“{words}”", cue="said", attribution="direct") == expected


def test_he_of_what_is_reported_is_the_speaker() -> None:
    sentence = "Anna Berg said that she assesses the visit positively."
    assert carried(sentence, "that she assesses the visit positively", cue="said") == [
        ("optimism", "assesses the visit positively")
    ]


def test_somebody_else_in_what_is_reported_is_not() -> None:
    sentence = "Anna Berg said that the mayor opposes the bridge."
    assert carried(sentence, "that the mayor opposes the bridge", cue="said") == []


def test_an_official_holds_what_the_country_does() -> None:
    sentence = "Berg said Iran is against changing the borders."
    content = "Iran is against changing the borders"
    assert carried(sentence, content, cue="said", role="Iranian Foreign Minister") == [("rejection", "is against")]
    assert carried(sentence, content, cue="said", role="Iranologist") == []


def test_a_country_would_never_allow() -> None:
    sentence = "Berg said that Azerbaijan would never allow its territory to be used."
    content = "that Azerbaijan would never allow its territory to be used"
    found = carried(sentence, content, cue="said", role="President of Azerbaijan")
    assert found == [("rejection", "would never allow")]


def test_plain_words_carry_none() -> None:
    assert carried("Anna Berg said the bridge is long.", "the bridge is long", cue="said") == []
