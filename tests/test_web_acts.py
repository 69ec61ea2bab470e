"""What a browser may ask of a conversation, and what readers' feedback becomes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web_fakes import FakeLibrary, as_library, debate

from rag.evaluate.cases import answer_cases
from rag.records import Quote, Range, Speaker
from rag.web.acts import act_on, ask_from, fetched, memory_html
from rag.web.chat import answer_waiting, messages
from rag.web.conversation import Conversation, digest_of
from rag.web.examples import Proposals, suggestions_html
from rag.web.quotes import marked_html, quote_html
from rag.web.strings import speaking
from rag.words import content_words, places_of


@pytest.fixture
def library(tmp_path: Path) -> FakeLibrary:
    library = debate()
    library.folder = tmp_path
    return library


def asked(library: FakeLibrary, *questions: str) -> Conversation:
    conversation = Conversation()
    for question in questions:
        conversation.add(question)
        answer_waiting(as_library(library), conversation)
    return conversation


def rate(library: FakeLibrary, conversation: Conversation, verdict: str, quote: int | None = None) -> str:
    wanted = {"do": "rate", "turn": conversation.asked, "verdict": verdict, "quote": quote}
    return fetched(as_library(library), conversation, wanted)[1]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(["do", "turn", "turns", "question", "replaces", "articles", "after", "version", "digest"])
VALUES = JSON | st.sampled_from(["stop", "restore", "cite", "export", "rate"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON | st.dictionaries(NAMES, VALUES, max_size=6))
def test_whatever_a_browser_sends_breaks_nothing(library: FakeLibrary, value: object) -> None:
    conversation = asked(library, "trains?")
    ask_from(conversation, value)
    act_on(as_library(library), conversation, value)
    fetched(as_library(library), conversation, value)
    answer_waiting(as_library(library), conversation)
    assert len(messages(conversation)) == 2 * len(conversation.turns)


def test_what_readers_say_becomes_cases(library: FakeLibrary) -> None:
    assert "Saved" in rate(library, asked(library, "trains?"), "good")
    assert "Saved" in rate(library, asked(library, "nothing about trains?"), "good")
    assert "Saved" in rate(library, asked(library, "boats?"), "missing")
    assert "Saved" in rate(library, asked(library, "trains?"), "wrong", 1)
    rated = [case.rated for case in answer_cases(library.folder / "feedback.jsonl") if case.rated is not None]
    assert [one.verdict for one in rated] == ["good", "good", "missing", "wrong quote"]
    assert [len(one.quotes) for one in rated] == [4, 0, 3, 4]
    assert [one.wrong for one in rated] == [(), (), (), (0,)]


def test_feedback_that_cannot_be_saved_says_so(library: FakeLibrary) -> None:
    library.folder = library.folder / "gone"
    assert "cannot be saved here" in rate(library, asked(library, "trains?"), "good")


def test_a_browser_keeps_no_text_of_articles(library: FakeLibrary) -> None:
    kept = memory_html(asked(library, "trains?"))
    assert "trains?" in kept
    assert "grow by 13%" not in kept


def test_a_digest_tells_replies_apart_by_their_places(library: FakeLibrary) -> None:
    one, other, none = (asked(library, question).latest() for question in ("trains?", "boats?", "nothing on trains?"))
    assert digest_of(one) == digest_of(asked(library, "the trains").latest())
    assert len({digest_of(one), digest_of(other), digest_of(none)}) == 3
    assert digest_of(none) == "abstention:not_answered"


def test_only_questions_that_are_answered_and_new_are_proposed(library: FakeLibrary) -> None:
    proposals = Proposals(as_library(library))
    assert proposals.of("trains") == ["What did Bob Marsh say?"]  # the fake finds no words for Ann Lee and Cem Oz
    assert "What did Bob Marsh say?" in suggestions_html(proposals, asked(library, "trains?"))
    conversation = asked(library, "What did Marsh say?")
    assert "What did Bob Marsh say?" not in suggestions_html(proposals, conversation)
    library.asked.clear()
    proposals.after(conversation)
    assert library.asked == []  # what was tried once is known


def test_words_of_the_question_are_marked_and_no_character_changes() -> None:
    text = "Trains & the train’s price <b>"
    places = places_of(content_words("trains"), text)
    assert [text[place.start : place.end] for place in places] == ["Trains", "train’s"]
    assert marked_html(text, places) == "<mark>Trains</mark> &amp; the <mark>train’s</mark> price &lt;b&gt;"


def test_a_quote_says_whose_word_it_is(library: FakeLibrary) -> None:
    article = library.shelf["trains"]
    start = article.text.index("It was a long day.")
    place = Range(start, start + 18)
    quote = Quote(1, article, 4, place, "It was a long day.", 0.5, place, strength="author")
    assert ">the author’s own voice</span>" in quote_html(quote)
    with speaking("ru"):
        assert ">слова автора</span>" in quote_html(quote)
    with pytest.raises(ValueError, match="have a speaker"):
        Quote(1, article, 4, place, "It was a long day.", 0.5, place, strength="direct")
    with pytest.raises(ValueError, match="have a speaker"):
        Quote(
            1, article, 4, place, "It was a long day.", 0.5, place,
            None, Speaker("Ann"), "direct", place, strength="author",
        )  # fmt: skip


def test_feedback_is_one_line_of_json_each(library: FakeLibrary) -> None:
    conversation = asked(library, "trains\u2028?")
    rate(library, conversation, "good")
    rate(library, conversation, "missing")
    lines = (library.folder / "feedback.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == ["good", "missing"]
