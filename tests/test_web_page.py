"""What the page does with a conversation, without a browser."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from web_fakes import FakeLibrary, article_of, as_library, sentences_of

from rag.records import Answer, Range, Speaker, Statement
from rag.web.chat import answer_waiting, messages
from rag.web.conversation import ARTICLES_OPEN, TURNS_KEPT, Conversation
from rag.web.examples import example_questions
from rag.web.page import head
from rag.web.panel import panel_of
from rag.web.server import build_app


@pytest.fixture
def library() -> FakeLibrary:
    first = article_of("a1", [("title", "Trains"), ("body", "Turkey builds trains. They run.")])
    second = article_of("b2", [("title", "Boats"), ("body", "Norway builds boats. They float.")])
    return FakeLibrary({"a1": first, "b2": second})


def ask(library: FakeLibrary, conversation: Conversation, question: str) -> None:
    conversation.add(question)
    answer_waiting(as_library(library), conversation)


def test_earlier_questions_are_passed_on_oldest_first(library: FakeLibrary) -> None:
    conversation = Conversation()
    for question in ("trains?", "refuse this", "boats?", "both?"):
        ask(library, conversation, question)
    assert library.asked[-1] == ("both?", ("trains?", "boats?"))


def test_two_conversations_see_nothing_of_each_other(library: FakeLibrary) -> None:
    one, other = deepcopy(Conversation()), deepcopy(Conversation())
    ask(library, one, "trains?")
    ask(library, other, "boats?")
    assert library.asked == [("trains?", ()), ("boats?", ())]
    assert "boats" not in str(messages(one))


def test_a_refusal_is_shown_as_text(library: FakeLibrary) -> None:
    conversation = Conversation()
    ask(library, conversation, "refuse this")
    shown = messages(conversation)[1]["content"]
    assert "&lt;b&gt;This&lt;/b&gt; cannot be read: it is not welcome. Choose it again." in shown


def test_a_question_waits_visibly_until_its_reply_is_there(library: FakeLibrary) -> None:
    conversation = Conversation()
    conversation.add("trains?")
    assert "waiting" in messages(conversation)[1]["content"]
    answer_waiting(as_library(library), conversation)
    assert "waiting" not in messages(conversation)[1]["content"]


def test_a_question_left_behind_is_answered_with_the_next_one(library: FakeLibrary) -> None:
    conversation = Conversation()
    conversation.add("trains?")
    ask(library, conversation, "boats?")
    assert [isinstance(turn.reply, Answer) for turn in conversation.turns] == [True, True]


def test_each_waiting_question_is_taken_once() -> None:
    conversation = Conversation()
    conversation.add("one")
    assert conversation.take() is not None
    assert conversation.take() is None


def test_a_cited_article_is_held_by_the_panel(library: FakeLibrary) -> None:
    conversation = Conversation()
    assert 'id="s-b2-' not in panel_of(as_library(library), conversation)["value"]
    ask(library, conversation, "boats?")
    panel = panel_of(as_library(library), conversation)
    assert 'id="s-a1-1"' in panel["value"]
    assert 'id="s-b2-1"' in panel["value"]
    assert json.loads(panel["marks"])["chat"] == [["b2", 1, 1]]
    assert json.loads(panel["marks"])["shown"] == "b2"


def test_articles_that_the_page_has_are_not_sent_again(library: FakeLibrary) -> None:
    conversation = Conversation()
    ask(library, conversation, "boats?")
    assert "value" in panel_of(as_library(library), conversation)
    ask(library, conversation, "float?")
    panel = panel_of(as_library(library), conversation)
    assert "value" not in panel
    assert json.loads(panel["marks"])["chat"] == [["b2", 2, 1]]


def test_who_says_what_comes_with_the_articles_once_it_is_asked_for(library: FakeLibrary) -> None:
    conversation = Conversation()
    assert "data-voices" not in panel_of(as_library(library), conversation)["value"]
    assert library.listed == []
    conversation.coloured = True
    assert "data-voices" in panel_of(as_library(library), conversation)["value"]
    assert library.listed == ["a1"]


def test_quotes_lead_to_their_place_in_an_original_of_the_web(library: FakeLibrary) -> None:
    conversation = Conversation()
    library.shelf["a1"] = replace(library.shelf["a1"], source="https://news.test/trains")
    library.shelf["b2"] = replace(library.shelf["b2"], source="javascript:alert(1)")
    ask(library, conversation, "builds?")
    links = json.loads(panel_of(as_library(library), conversation)["marks"])["links"]
    assert links == {"a1": {"1": "https://news.test/trains#:~:text=Turkey%20builds%20trains."}}


def test_an_abstention_marks_no_sentence_as_cited(library: FakeLibrary) -> None:
    conversation = Conversation()
    ask(library, conversation, "nothing about boats?")
    assert json.loads(panel_of(as_library(library), conversation)["marks"])["chat"] == []


def test_an_article_that_is_gone_leaves_the_panel(library: FakeLibrary) -> None:
    conversation = Conversation()
    ask(library, conversation, "boats?")
    del library.shelf["b2"]
    panel = panel_of(as_library(library), conversation)
    assert 'id="s-b2-' not in panel["value"]
    assert json.loads(panel["marks"])["shown"] == "a1"


def test_a_library_without_articles_has_a_page() -> None:
    assert "no article to read" in panel_of(as_library(FakeLibrary({})), Conversation())["value"]


def test_a_new_chat_forgets_and_a_late_reply_is_not_shown(library: FakeLibrary) -> None:
    conversation = Conversation()
    conversation.add("trains?")
    late = conversation.take()
    assert late is not None
    conversation.clear()
    conversation.close(late, library.ask("trains?"))
    assert messages(conversation) == []


def test_a_conversation_and_its_panel_are_bounded() -> None:
    conversation = Conversation()
    for number in range(TURNS_KEPT + 1):
        conversation.add(str(number))
        conversation.open(f"a{number}")
    assert (len(conversation.turns), conversation.turns[0].question) == (TURNS_KEPT, "1")
    assert (len(conversation.opened), conversation.opened[-1]) == (ARTICLES_OPEN, f"a{TURNS_KEPT}")


def test_examples_are_questions_of_the_headings_then_names() -> None:
    article = article_of(
        "e",
        [
            ("title", "A title"),
            ("heading", "Why are trains late"),
            ("heading", "What people say"),
            ("heading", "How did it begin?"),
            ("body", "We met Ann Lee there. Then Ann Lee said so. People like the Caspian Sea and the Caspian Sea."),
        ],
    )
    said = article.text.index("Ann Lee said")
    source, cue, content = Range(said, said + 7), Range(said + 8, said + 12), Range(said + 13, said + 15)
    statement = Statement("indirect", source, cue, (content,), Speaker("Ann Lee"))
    assert example_questions(article, sentences_of(article), (statement,)) == [
        "Why are trains late?",
        "How did it begin?",
        "What did Ann Lee say?",
        "What is said about the Caspian Sea?",
    ]


def test_examples_are_about_no_day_and_no_word_of_grammar() -> None:
    body = "It began in May and ended on Monday. Nobody came Then and There. We saw May Day in Oslo."
    article = article_of("e", [("title", "A title"), ("body", body)])
    assert example_questions(article, sentences_of(article), ()) == ["What is said about Oslo?"]


def test_examples_stay_away_where_nothing_is_recognised() -> None:
    article = article_of("e", [("title", "日本"), ("body", "これは文です。")])
    assert example_questions(article, sentences_of(article), ()) == []


def test_the_head_reaches_for_nothing_outside() -> None:
    assert "://" not in head()
    assert "url(" not in head()


def test_nothing_but_the_tools_is_in_the_public_interface(library: FakeLibrary) -> None:
    with TestClient(build_app(as_library(library)), base_url="http://localhost") as client:
        events = client.get("/config").json()["dependencies"]
    public = {event["api_name"] for event in events if event["api_visibility"] != "private"}
    assert public == {"ask_article", "compare_opinions", "search_passages", "list_articles"}


def test_nothing_that_shows_much_is_told_of_events_that_begin_or_end(library: FakeLibrary) -> None:
    with TestClient(build_app(as_library(library)), base_url="http://localhost") as client:
        config = client.get("/config").json()
    names = {one["id"]: one["props"].get("elem_id") for one in config["components"]}
    told = {
        names[one]
        for event in config["dependencies"]
        if event["api_visibility"] == "private"
        for one in event["show_progress_on"] or event["outputs"]
    }
    assert told == {"said"}
