"""What a browser asks of a conversation: edit, stop, restore, save, cite and rate, whatever it sends."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from web_fakes import FakeLibrary, article_of, as_library

from rag.records import Abstention
from rag.web import feedback
from rag.web.acts import act_on, ask_from, fetched, memory_html, notes_on
from rag.web.chat import answer_waiting, messages
from rag.web.conversation import TURNS_FOLDED, TURNS_KEPT, TURNS_SHOWN, Conversation, Saved, Turn, digest_of
from rag.web.feedback import FILE, can_be_kept
from rag.web.strings import speaking


@dataclass
class ChangingLibrary(FakeLibrary):
    """A library whose version can be set."""

    now: str = "fake.1"

    @property
    def version(self) -> str:
        return self.now


@pytest.fixture
def library(tmp_path: Path) -> ChangingLibrary:
    trains = article_of("a1", [("title", "Trains"), ("body", "Ann Lee said trains are late. The boats are not.")])
    boats = article_of("b2", [("title", "Boats"), ("body", "Some boats are slow. All boats are wet.")])
    return ChangingLibrary({"a1": trains, "b2": boats}, folder=tmp_path)


@pytest.fixture
def conversation() -> Conversation:
    return Conversation()


def ask(library: FakeLibrary, conversation: Conversation, *questions: str) -> None:
    for question in questions:
        conversation.add(question)
        answer_waiting(as_library(library), conversation)


def act(library: FakeLibrary, conversation: Conversation, value: object) -> None:
    act_on(as_library(library), conversation, value)
    answer_waiting(as_library(library), conversation)


def questions(conversation: Conversation) -> list[str]:
    return [turn.question for turn in conversation.turns]


def remembered(conversation: Conversation) -> list[dict[str, Any]]:
    found = re.search(r'data-turns="([^"]*)"', memory_html(conversation))
    assert found
    turns: list[dict[str, Any]] = json.loads(html.unescape(found[1]))
    return turns


def data(element: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in re.findall(r'data-([a-z]+)="([^"]*)"', element)}


def lines(library: FakeLibrary) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (library.folder / FILE).read_text().splitlines()]


NO_TURNS: list[object] = [7, "x", {}, [], [1, None, "x", []], [{"question": 5}], [{"question": " \n"}]]
HOSTILE: list[object] = [
    *(None, 1, "x", [], {}, {"do": 1}, {"do": "stop"}, {"do": "stop", "turn": {}}, {"do": "restore"}),
    *({"do": "restore", "turns": turns} for turns in NO_TURNS),
    {"turn": 1, "question": "x"},
]


@pytest.mark.parametrize("value", HOSTILE)
def test_what_cannot_be_read_changes_nothing(library: FakeLibrary, conversation: Conversation, value: object) -> None:
    ask(library, conversation, "trains?")
    before = messages(conversation)
    act(library, conversation, value)
    assert messages(conversation) == before


def test_an_edited_question_replaces_its_turn_and_what_came_after(
    library: FakeLibrary, conversation: Conversation
) -> None:
    ask(library, conversation, "trains?", "boats?", "both?")
    ask_from(conversation, {"question": "slow boats?", "replaces": 2})
    answer_waiting(as_library(library), conversation)
    assert questions(conversation) == ["trains?", "slow boats?"]
    assert library.asked[-1] == ("slow boats?", ("trains?",))


def test_a_question_that_replaces_no_turn_comes_last(library: FakeLibrary, conversation: Conversation) -> None:
    ask(library, conversation, "trains?")
    ask_from(conversation, {"question": "boats?", "replaces": 99})
    assert questions(conversation) == ["trains?", "boats?"]


def test_a_late_reply_to_a_stopped_question_is_not_shown(library: FakeLibrary, conversation: Conversation) -> None:
    turn = conversation.add("trains?")
    assert conversation.take() is turn
    act_on(as_library(library), conversation, {"do": "stop", "turn": turn.number})
    conversation.close(turn, library.ask("trains?"))
    assert turn.reply == "Stopped. Ask again when you want to know."


def test_what_waits_behind_a_stopped_question_is_never_asked(library: FakeLibrary, conversation: Conversation) -> None:
    first = conversation.add("trains?")
    conversation.add("boats?")
    act(library, conversation, {"do": "stop", "turn": first.number})
    assert library.asked == []
    assert [turn.reply for turn in conversation.turns] == ["Stopped. Ask again when you want to know."] * 2


def test_a_late_reply_to_a_question_that_was_replaced_opens_nothing(
    library: FakeLibrary, conversation: Conversation
) -> None:
    turn = conversation.add("boats?")
    conversation.cut(turn.number)
    conversation.close(turn, library.ask("boats?"))
    assert (conversation.opened, conversation.newest) == ([], None)


def test_a_restored_chat_asks_the_same_again(library: FakeLibrary, conversation: Conversation) -> None:
    ask(library, conversation, "trains?", "boats?")
    kept = remembered(conversation)
    again = Conversation()
    act(library, again, {"do": "restore", "turns": kept})
    assert [digest_of(turn.reply) for turn in again.turns] == [digest_of(turn.reply) for turn in conversation.turns]
    assert [notes_on(turn) for turn in again.turns] == [[], []]


def test_what_a_browser_keeps_holds_no_text_of_an_article(library: FakeLibrary, conversation: Conversation) -> None:
    ask(library, conversation, "trains?", "refuse this", "boats?")
    kept = remembered(conversation)
    assert [turn["question"] for turn in kept] == ["trains?", "boats?"]
    assert not {"late", "slow", "wet", "Ann"} & set(re.findall(r"\w+", json.dumps(kept)))


def test_a_reply_that_is_not_the_saved_one_says_how(library: ChangingLibrary, conversation: Conversation) -> None:
    ask(library, conversation, "boats?")
    kept = remembered(conversation)
    library.shelf["c3"] = article_of("c3", [("title", "More"), ("body", "New boats came.")])
    del library.shelf["b2"]
    library.now = "fake.2"
    act(library, conversation, {"do": "restore", "turns": kept})
    assert notes_on(conversation.turns[0]) == [
        "This reply is not the one that was saved: 1 quote is new, 2 quotes are gone.",
        "The library has changed since then.",
    ]


def test_a_reply_that_was_of_another_kind_says_so(library: FakeLibrary, conversation: Conversation) -> None:
    turn = Turn(1, "trains?", saved=Saved("other.1", "abstention:not_answered"), reply=library.ask("trains?"))
    turn.version = "fake.1"
    assert notes_on(turn) == [
        "This reply is not the one that was saved: it was an answer of another kind.",
        "It was saved in another library.",
    ]


@pytest.mark.parametrize("digest", ["", "-", "garbage", "<b>:x", ":", "x" * 5_000])
def test_what_is_no_digest_is_not_compared(library: FakeLibrary, digest: str) -> None:
    turn = Turn(1, "nothing?", saved=Saved("fake.1", digest), reply=library.ask("nothing?"))
    assert notes_on(turn) == []


def test_a_question_to_articles_that_are_gone_is_not_put_to_all(
    library: FakeLibrary, conversation: Conversation
) -> None:
    act(library, conversation, {"do": "restore", "turns": [{"question": "boats?", "articles": ["x", "y"]}]})
    assert library.asked == []
    assert conversation.turns[0].reply == "2 articles that were asked are no longer here."


def test_articles_that_are_left_are_asked_and_the_others_counted(
    library: FakeLibrary, conversation: Conversation
) -> None:
    act(library, conversation, {"do": "restore", "turns": [{"question": "boats?", "articles": ["b2", "gone"]}]})
    assert library.limited == [("b2",)]
    assert notes_on(conversation.turns[0]) == ["1 article that was asked is no longer here."]


def test_a_shared_reply_names_the_questions_before_it(library: FakeLibrary, conversation: Conversation) -> None:
    act(library, conversation, {"do": "restore", "turns": [{"question": "boats?", "after": ["trains?", "<b>?"]}]})
    assert library.asked == [("boats?", ("trains?", "<b>?"))]
    assert "Asked after: trains? / &lt;b&gt;?" in messages(conversation)[1]["content"]


def test_a_restored_chat_is_bounded(library: FakeLibrary, conversation: Conversation) -> None:
    turns = [{"question": f"nothing {number}?", "after": ["x" * 9_000] * 500} for number in range(TURNS_KEPT + 5)]
    act(library, conversation, {"do": "restore", "turns": turns})
    assert len(conversation.turns) == TURNS_KEPT
    assert questions(conversation)[-1] == f"nothing {TURNS_KEPT + 4}?"
    assert (len(conversation.turns[0].after), len(conversation.turns[0].after[0])) == (20, 4_000)


def test_of_a_long_chat_the_newest_turns_are_shown_until_all_are_asked_for(
    library: FakeLibrary, conversation: Conversation
) -> None:
    ask(library, conversation, *(f"boats {number}?" for number in range(TURNS_SHOWN + 3)))
    shown = messages(conversation)
    assert len(shown) == 1 + 2 * (TURNS_SHOWN - TURNS_FOLDED + 3)
    assert f"Show {TURNS_FOLDED} earlier questions" in shown[0]["content"]
    act(library, conversation, {"do": "unfold"})
    assert len(messages(conversation)) == 2 * (TURNS_SHOWN + 3)


def test_each_reply_is_drawn_once(library: FakeLibrary, conversation: Conversation) -> None:
    ask(library, conversation, "boats?")
    first = messages(conversation)[1]["content"]
    ask(library, conversation, "trains?")
    assert messages(conversation)[1]["content"] is first


@pytest.mark.parametrize(("name", "suffix"), [("markdown", ".md"), ("html", ".html"), ("bibtex", ".bib")])
def test_a_reply_is_saved_as_a_file(library: FakeLibrary, conversation: Conversation, name: str, suffix: str) -> None:
    ask(library, conversation, "trains?", "boats?")
    made, _ = fetched(as_library(library), conversation, {"do": "export", "turn": 1, "format": name, "mark": "m"})
    facts = data(made)
    assert (facts["mark"], facts["do"], facts["name"]) == ("m", "save", f"ask-the-article{suffix}")
    assert "Trains" in facts["text"]


def test_the_whole_chat_is_saved_on_request(library: FakeLibrary, conversation: Conversation) -> None:
    ask(library, conversation, "trains?", "refuse this", "boats?")
    wanted = {"do": "export", "turn": 1, "format": "markdown"}
    one, whole = (fetched(as_library(library), conversation, wanted | {"whole": all_}) for all_ in (False, True))
    assert ("All boats are wet." in one[0], "All boats are wet." in whole[0]) == (False, True)


@pytest.mark.parametrize("style", ["chicago", "apa", "mla"])
def test_a_quote_is_copied_with_its_source(library: FakeLibrary, conversation: Conversation, style: str) -> None:
    ask(library, conversation, "trains?")
    wanted = {"do": "cite", "turn": 1, "quote": 1, "style": style}
    facts = data(fetched(as_library(library), conversation, wanted)[0])
    assert facts["do"] == "copy"
    assert "Ann Lee said trains are late." in facts["text"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"do": "cite", "turn": 1, "quote": 99, "style": "apa"},
        {"do": "cite", "turn": 1, "quote": 1, "style": "../apa"},
        {"do": "cite", "turn": 1, "quote": 1, "style": ["apa"]},
        {"do": "export", "turn": 1, "format": "exe"},
        {"do": "export", "turn": 1, "format": None},
        {"do": "rate", "turn": 1, "verdict": "bad"},
        {"do": "rate", "turn": 1, "verdict": "wrong", "quote": 99},
        {"do": "export", "turn": 9, "format": "html"},
        {"do": "rate", "turn": None, "verdict": "good"},
        ["x"],
    ],
)
def test_what_cannot_be_made_is_not_made(library: FakeLibrary, conversation: Conversation, wanted: object) -> None:
    ask(library, conversation, "trains?")
    made, said = fetched(as_library(library), conversation, wanted)
    assert ("data-text" in made, "Saved" in said) == (False, False)
    assert not (library.folder / FILE).exists()


def test_a_good_reply_is_kept_with_its_places(library: FakeLibrary, conversation: Conversation) -> None:
    ask(library, conversation, "slow boats?", "trains?")
    _, said = fetched(as_library(library), conversation, {"do": "rate", "turn": 2, "verdict": "good"})
    assert "Saved. Thank you." in said
    (line,) = lines(library)
    assert set(line) == set("id time verdict question history articles version quotes wrong".split())
    assert (line["verdict"], line["question"], line["history"]) == ("good", "trains?", ["slow boats?"])
    assert (line["version"], line["articles"], line["wrong"]) == ("fake.1", [], [])
    assert line["quotes"] == [{"article": "a1", "start": 8, "end": 37, "text": "Ann Lee said trains are late."}]


def test_a_wrong_quote_is_kept_by_its_number(library: FakeLibrary, conversation: Conversation) -> None:
    ask(library, conversation, "boats?")
    fetched(as_library(library), conversation, {"do": "rate", "turn": 1, "verdict": "wrong", "quote": 2})
    (line,) = lines(library)
    assert (line["verdict"], line["wrong"]) == ("wrong quote", [2])
    assert line["quotes"][1]["text"] == "Some boats are slow."


def test_what_only_came_near_is_no_quote_of_a_rating(library: FakeLibrary, conversation: Conversation) -> None:
    ask(library, conversation, "nothing of boats?")
    assert isinstance(conversation.turns[0].reply, Abstention)
    fetched(as_library(library), conversation, {"do": "rate", "turn": 1, "verdict": "missing"})
    fetched(as_library(library), conversation, {"do": "rate", "turn": 1, "verdict": "wrong", "quote": 1})
    assert [(line["verdict"], line["quotes"]) for line in lines(library)] == [("missing", [])]


def test_nothing_is_kept_where_readers_may_not_rate(library: FakeLibrary, conversation: Conversation) -> None:
    ask(library, conversation, "boats?")
    fetched(as_library(library), conversation, {"do": "rate", "turn": 1, "verdict": "good"}, rated=False)
    assert not (library.folder / FILE).exists()
    conversation.turns[0].shown = None
    assert "data-verdict" not in messages(conversation, rated=False)[1]["content"]


def test_a_full_file_refuses_calmly_and_names_no_folder(
    library: FakeLibrary, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "LARGEST", 10)
    ask(library, conversation, "boats?")
    _, said = fetched(as_library(library), conversation, {"do": "rate", "turn": 1, "verdict": "good"})
    assert "This cannot be saved here: it has 0 bytes already" in said
    assert str(library.folder) not in said
    assert (library.folder / FILE).read_bytes() == b""


def test_a_folder_that_is_not_there_keeps_nothing(library: FakeLibrary) -> None:
    assert can_be_kept(as_library(library))
    library.folder = library.folder / "gone"
    assert not can_be_kept(as_library(library))


def test_why_nothing_was_found_is_said_in_the_language_of_the_page(library: FakeLibrary) -> None:
    def shown(missing: tuple[str, ...]) -> str:
        conversation = Conversation()
        turn = conversation.add("Paris?")
        conversation.close(turn, Abstention("Paris?", "not_mentioned", "Not <there>.", (), 0.1, 1.0, missing))
        return messages(conversation)[1]["content"]

    with speaking("ru"):
        assert "не упоминается «&lt;Paris&gt;»" in shown(("<Paris>",))
        assert '<span class="core" lang="en">Not &lt;there&gt;.</span>' in shown(())
    assert "Not &lt;there&gt;." in shown(("Paris",))


def test_a_stopped_question_and_a_refusal_are_told_of_in_russian(
    library: FakeLibrary, conversation: Conversation
) -> None:
    with speaking("ru"):
        ask(library, conversation, "refuse this")
        turn = conversation.add("boats?")
        act(library, conversation, {"do": "stop", "turn": turn.number})
        shown = messages(conversation)
    assert '<p class="message">&lt;b&gt;This&lt;/b&gt; не читается' in shown[1]["content"]
    assert '<p class="message">Остановлено.' in shown[3]["content"]
