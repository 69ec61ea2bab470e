"""The whole program with its real models on the default article."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from rag.library import Library, open_library
from rag.records import Abstention, Answer, Comparison, Quote
from rag.settings import Settings

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("library")
    copytree(Path(__file__).parents[1] / "index" / "articles", folder / "articles")
    with open_library(folder, Settings()) as library:
        yield library


def quotes(library: Library, question: str, *after: str) -> list[Quote]:
    reply = library.ask(question, after=after)
    assert isinstance(reply, Answer | Comparison), reply
    return list(reply.quotes)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("In which city will the state commission meet?", "held in the Iranian city of Astara"),
        ("How much was the trade turnover at the end of 2022?", "amounted to $688 million"),
        ("Why did the embassy in Tehran suspend work?", "the embassy in Tehran suspended work"),
        ("Whose life was attempted in Baku in March?", "Fazil Mustafa"),
        ("rasht astara railway", "the Rasht-Astara railway line"),
    ],
)
def test_a_question_gets_the_sentence_that_answers(library: Library, question: str, wanted: str) -> None:
    found = quotes(library, question)
    assert any(wanted in quote.text for quote in found)
    for quote in found:
        assert quote.article.text[quote.range.start : quote.range.end] == quote.text


def test_how_many_gets_one_quote_and_what_do_they_say_several(library: Library) -> None:
    assert len(quotes(library, "How many Iranian diplomats were declared persona non grata?")) == 1
    assert len(quotes(library, "What do the experts say about relations between Iran and Azerbaijan?")) > 1


def test_what_experts_say_is_compared_by_name(library: Library) -> None:
    reply = library.ask("What do the experts say about relations between Iran and Azerbaijan?")
    assert isinstance(reply, Comparison)
    names = [side.speaker.name for side in reply.sides]
    assert {"Vladimir Sazhin", "Irina Fedorova", "Andrey Areshev"} <= set(names)


def test_two_people_are_compared_and_go_on_being_so(library: Library) -> None:
    first = "Compare the opinions of Sazhin and Fedorova on Turkey."
    reply = library.ask("And Areshev?", after=[first])
    assert isinstance(library.ask(first), Comparison)
    assert isinstance(reply, Comparison)
    everybody = {side.speaker.name for side in reply.sides} | {speaker.name for speaker in reply.silent}
    assert everybody == {"Vladimir Sazhin", "Irina Fedorova", "Andrey Areshev"}


def test_a_follow_up_stays_on_the_topic(library: Library) -> None:
    found = quotes(library, "How many employees were injured?", "What happened at the embassy?")
    assert any("two more employees were injured" in quote.text for quote in found)


@pytest.mark.parametrize(
    "question", ["What is the boiling point of water?", "What did Angela Merkel say?", "asdf qwer"]
)
def test_what_the_article_does_not_hold_is_refused(library: Library, question: str) -> None:
    reply = library.ask(question)
    assert isinstance(reply, Abstention)
    assert reply.reason == "not_mentioned"


def test_the_author_is_quoted_from_the_byline(library: Library) -> None:
    assert [quote.text for quote in quotes(library, "Who wrote the article?")] == ["By Rhod Mackenzie"]


def test_headings_bylines_and_the_closing_credit_are_never_evidence(library: Library) -> None:
    article = library.articles()[0].id
    kinds = {sentence.number: sentence.kind for sentence in library.sentences(article)}
    for question in ("What the experts say", "How were the negotiations in Baku", "originally appeared in Russian"):
        reply = library.ask(question)
        shown = reply.nearest if isinstance(reply, Abstention) else reply.quotes
        assert {kinds[quote.sentence] for quote in shown} <= {"body"}


def test_the_library_is_sound(library: Library) -> None:
    assert list(library.verify()) == []
