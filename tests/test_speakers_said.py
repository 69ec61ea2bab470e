"""Whose words a sentence is: places decide, no grammar."""

from pathlib import Path

import pytest
from fakes import words_of
from saying import READER

from rag.articles import read_text
from rag.records import Range, Sentence, Speaker, Statement
from rag.speakers import whose_words
from rag.split import sentences

LOW, ROE = Speaker("Ann Low"), Speaker("Ben Roe")


def cut(text: str) -> tuple[Sentence, ...]:
    return sentences(read_text(text))


def says(text: str, source: str, cue: str, *said: str, speaker: Speaker | None = LOW) -> Statement:
    """Make a statement from words that stand in the text once."""
    place = [Range(text.index(words), text.index(words) + len(words)) for words in (source, cue, *said)]
    return Statement("indirect", place[0], place[1], tuple(place[2:]), speaker)


def test_a_sentence_that_is_said_is_its_speakers() -> None:
    text = "It rained. Ann Low said that the harbour is shut. It was cold."
    one = says(text, "Ann Low", "said", "that the harbour is shut")
    assert whose_words(text, cut(text), [one]) == {1: one}


def test_every_sentence_that_a_statement_covers_is_its_speakers() -> None:
    text = "“We wait,” Ann Low said. “Nothing moves. It rains all day.” It was cold."
    one = says(text, "Ann Low", "said", "“We wait,”", "“Nothing moves. It rains all day.”")
    assert whose_words(text, cut(text), [one]) == {0: one, 1: one, 2: one}


def test_a_sentence_of_which_less_than_half_is_said_is_the_authors() -> None:
    text = "Low, who is old, was in the harbour all day and in the evening she said no."
    assert whose_words(text, cut(text), [says(text, "she", "said", "no")]) == {}


def test_half_of_a_sentence_is_enough() -> None:
    text = "Ann says abcd, efgh ijkl mno."  # 11 of 22 letters
    one = says(text, "Ann", "says", "abcd")
    assert whose_words(text, cut(text), [one]) == {0: one}
    longer = text.replace("mno", "mnop")
    assert whose_words(longer, cut(longer), [one]) == {}


def test_of_two_statements_inside_each_other_the_outer_one_counts() -> None:
    text = "Low said that Roe claimed that it rained."
    outer = says(text, "Low", "said", "that Roe claimed that it rained")
    inner = says(text, "Roe", "claimed", "that it rained", speaker=ROE)
    assert whose_words(text, cut(text), [inner, outer]) == {0: outer}


def test_a_sentence_in_which_two_speak_is_nobodys() -> None:
    text = "Low said that it rained and Roe said it was dry."
    one, other = says(text, "Low", "said", "that it rained"), says(text, "Roe", "said", "it was dry", speaker=ROE)
    assert whose_words(text, cut(text), [one, other]) == {}


def test_a_sentence_in_which_one_speaks_twice_is_theirs() -> None:
    text = "Low said that it rained all day long and added it was dry."
    one, other = says(text, "Low", "said", "that it rained all day long"), says(text, "Low", "added", "it was dry")
    assert whose_words(text, cut(text), [one, other]) == {0: one}


def test_without_statements_all_words_are_the_authors() -> None:
    assert whose_words("It rained.", cut("It rained."), []) == {}
    assert whose_words("It rained.", (), [says("It rained.", "It", "rained", "rained")]) == {}


DEFAULT = Path(__file__).parents[1] / "index" / "articles" / "iran-azerbaijan.txt"


@pytest.mark.models
@pytest.mark.parametrize(
    ("opening", "speaker"),
    [
        ("Iran is ready to fulfill", "Hossein Amir Abdollahian"),
        ("Ilham Aliyev said those responsible", "Ilham Aliyev"),
        ("His interlocutor said", "Hossein Amir Abdollahian"),
        ("Azerbaijan will take adequate", "Jeyhun Bayramov"),
        ("According to Bayramov", "Jeyhun Bayramov"),
        ("There are big doubts", "Sevinj Huseynova"),
        ("Tehran believes that", "Tehran"),
        ("I think that external forces", "Vladimir Sazhin"),
        ("In reality, however", "Irina Fedorova"),
        ("I think we will continue", "Andrey Areshev"),
        ("Iran exports chemical products", None),
        ("Another conflict issue", None),
    ],
)
def test_the_default_article_tells_whose_words_its_sentences_are(opening: str, speaker: str | None) -> None:
    article = read_text(DEFAULT.read_text(encoding="utf-8"))
    places = sentences(article)
    said = whose_words(article.text, places, READER.read(article, places))
    (number,) = [one.number for one in places if words_of(article, one.range).lstrip("“ ").startswith(opening)]
    statement = said.get(number)
    assert (statement.speaker.name if statement and statement.speaker else None) == speaker
