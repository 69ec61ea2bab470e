"""Questions for what somebody says: how they are understood, and whose words answer them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from compare_fakes import BRIDGE, BRIDGE_STATEMENTS, open_with, speak

from rag.compare import Told, words_asked
from rag.library import Library, open_library
from rag.records import Abstention, Answer, Reply
from rag.settings import Settings


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What did Berg say?", Told("words", "Berg", "")),
        ("What did Berg say about the bridge?", Told("words", "Berg", "the bridge")),
        ("What did Berg promise the town?", Told("words", "Berg", "the town")),
        ("What does Anna Berg think?", Told("words", "Anna Berg", "")),
        ("What is the opinion of Anna Berg?", Told("words", "Anna Berg", "")),
        ("What is Berg's view on the bridge?", Told("words", "Berg", "the bridge")),
        ("How does the minister see the plan?", Told("words", "the minister", "the plan")),
        ("Did Berg promise anything?", Told("words", "Berg", "")),
        ("According to Berg, what is safe?", Told("words", "Berg", "what is safe")),
        ("Who said that the bridge is safe?", Told("who", "", "the bridge is safe")),
        ("Which minister warned of the flood?", Told("who", "", "of the flood")),
        ("Why is the town opposed to the bridge?", Told("position", "the town", "the bridge")),
        ("And what did Kim say about the ferry?", Told("words", "Kim", "the ferry")),
    ],
)
def test_a_question_tells_whose_words_it_asks_for_and_on_what(question: str, told: Told) -> None:
    assert words_asked(question) == told


@pytest.mark.parametrize(
    "question",
    [
        "", "What was the trade turnover?", "What was said about the bridge?", "Who wrote the article?",
        "What happened at the bridge?", "What does the report say about trade?", "How many people live in Baku?",
        "What did he say?",
    ],
)  # fmt: skip
def test_other_questions_ask_for_nobodys_words(question: str) -> None:
    assert words_asked(question) is None


def test_a_pronoun_is_who_was_asked_about_before() -> None:
    asked = "What did the minister say at the talks? And what did she say about the bridge?"
    assert words_asked(asked) == Told("words", "the minister", "the bridge")


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    speak(monkeypatch, {BRIDGE.id: BRIDGE_STATEMENTS})
    with open_with(tmp_path, BRIDGE) as library:
        yield library


def quoted(reply: Reply) -> list[str]:
    assert isinstance(reply, Answer), reply
    return [quote.text for quote in reply.quotes]


@pytest.mark.parametrize("question", ["What did Berg say?", "What does the minister think about the bridge?"])
def test_what_somebody_says_is_answered_in_their_words_alone(library: Library, question: str) -> None:
    reply = library.ask(question)
    assert quoted(reply) == ["Anna Berg, a minister, said the bridge is safe."]
    assert isinstance(reply, Answer)
    assert [quote.speaker.name for quote in reply.quotes if quote.speaker] == ["Anna Berg"]


def test_who_speaks_of_something_else_is_refused_and_quoted_as_near(library: Library) -> None:
    reply = library.ask("What did Berg say about the ferry?")
    assert isinstance(reply, Abstention)
    assert {quote.speaker.name for quote in reply.nearest if quote.speaker} == {"Anna Berg"}


def test_a_topic_that_nothing_is_said_on_is_refused_in_capitals_too(library: Library) -> None:
    assert isinstance(library.ask("WHAT DID BERG SAY ABOUT THE FERRY?"), Abstention)


def test_what_about_somebody_is_answered_by_all_that_they_say(library: Library) -> None:
    reply = library.ask("What about Kim?", after=["What does Berg think about the bridge?"])
    assert quoted(reply) == ["Boris Kim, an engineer, said the ferry sank twice."]


@pytest.fixture(scope="module")
def default(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("default")
    articles = Path(__file__).parents[1] / "index" / "articles"
    (folder / "articles").symlink_to(articles, target_is_directory=True)
    with open_library(folder, Settings()) as library:
        yield library


@pytest.mark.models
def test_who_said_something_is_answered_by_the_one_who_did(default: Library) -> None:
    reply = default.ask("Who said that those responsible for the attack should be punished?")
    assert quoted(reply) == ["Ilham Aliyev said those responsible for the attack should be punished."]


@pytest.mark.models
def test_somebody_who_is_only_spoken_of_says_nothing(default: Library) -> None:
    assert isinstance(default.ask("What did Fazil Mustafa say?"), Abstention)


@pytest.mark.models
def test_every_quote_of_what_somebody_thinks_is_theirs(default: Library) -> None:
    reply = default.ask("What does Sazhin think?")
    assert isinstance(reply, Answer)
    assert {quote.speaker.name for quote in reply.quotes if quote.speaker} == {"Vladimir Sazhin"}
    assert all(quote.speaker for quote in reply.quotes)
