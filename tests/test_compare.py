from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from compare_fakes import BRIDGE, BRIDGE_STATEMENTS, FILLER, TOWN, TOWN_STATEMENTS, open_with, speak, spoken_in, states
from fakes import WordEncoder, WordScorer

from rag.articles import read_text
from rag.compare import one_name_each
from rag.embed import Vectors
from rag.errors import EmptyLibraryError, QuestionError, UnknownArticleError
from rag.evidence import load_foreign_models
from rag.library import Library
from rag.library.polyglot import Polyglot
from rag.records import Abstention, Answer, Article, Comparison, Speaker, Statement
from rag.settings import Settings


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    speak(monkeypatch, {BRIDGE.id: BRIDGE_STATEMENTS})
    with open_with(tmp_path, BRIDGE) as library:
        yield library


def names(reply: Comparison) -> list[str]:
    return [side.speaker.name for side in reply.sides]


def texts(reply: Comparison) -> list[str]:
    return [quote.text for quote in reply.quotes]


def compared(reply: object) -> Comparison:
    assert isinstance(reply, Comparison)
    return reply


def refused(reply: object) -> Abstention:
    assert isinstance(reply, Abstention)
    return reply


def test_everybody_on_the_topic_is_quoted_word_for_word(library: Library) -> None:
    reply = compared(library.compare("the bridge"))
    assert texts(reply) == [
        "Anna Berg, a minister, said the bridge is safe.",
        "Clara Diaz, a professor, doubted that the bridge holds.",
        "Dora Ek, a professor, said the bridge needs steel.",
    ]
    assert names(reply) == ["Anna Berg", "Clara Diaz", "Dora Ek"]
    assert [side.quotes for side in reply.sides] == [(1,), (2,), (3,)]
    assert all(BRIDGE.text[quote.range.start : quote.range.end] == quote.text for quote in reply.quotes)


def test_a_quote_carries_the_statement_that_proves_its_speaker(library: Library) -> None:
    quote = compared(library.compare("the bridge")).quotes[1]
    assert (quote.speaker, quote.attribution) == (Speaker("Clara Diaz", "professor"), "indirect")
    assert quote.cue is not None
    assert BRIDGE.text[quote.cue.start : quote.cue.end] == "doubted"


def test_who_says_nothing_on_the_topic_is_silent(library: Library) -> None:
    assert [one.name for one in compared(library.compare("the bridge")).silent] == ["Boris Kim"]


def test_the_topic_that_was_asked_for_is_the_only_one(library: Library) -> None:
    reply = compared(library.compare("the bridge"))
    assert reply.topic == "the bridge"
    assert [(topic.name, topic.quotes) for topic in reply.topics] == [("the bridge", (1, 2, 3))]
    assert 0 < reply.confidence <= 1
    assert reply.elapsed_ms > 0


def test_only_those_who_are_asked_for_are_compared(library: Library) -> None:
    reply = compared(library.compare("the bridge", speakers=["Ek", "Anna Berg"]))
    assert names(reply) == ["Dora Ek", "Anna Berg"]
    assert reply.silent == ()


def test_of_those_who_are_asked_for_the_silent_ones_are_named(library: Library) -> None:
    reply = compared(library.compare("the bridge", speakers=["Berg", "Kim"]))
    assert names(reply) == ["Anna Berg"]
    assert [one.name for one in reply.silent] == ["Boris Kim"]


def test_a_group_stands_for_its_members(library: Library) -> None:
    assert names(compared(library.compare("the bridge", speakers=["the professors"]))) == ["Clara Diaz", "Dora Ek"]


def test_an_unknown_name_beside_a_known_one_is_among_the_silent(library: Library) -> None:
    reply = compared(library.compare("the bridge", speakers=["Berg", "Napoleon"]))
    assert names(reply) == ["Anna Berg"]
    assert [one.name for one in reply.silent] == ["Napoleon"]


def test_an_unknown_name_alone_is_refused_and_nobody_takes_its_place(library: Library) -> None:
    reply = refused(library.compare("the bridge", speakers=["Napoleon"]))
    assert (reply.reason, reply.nearest) == ("not_mentioned", ())
    assert reply.message == (
        "“Napoleon” is not quoted in the article. Those who are: Anna Berg, Boris Kim, Clara Diaz, Dora Ek."
    )


def test_a_topic_nobody_speaks_of_is_refused_with_the_nearest(library: Library) -> None:
    reply = refused(library.compare("the hail"))
    assert (reply.reason, len(reply.nearest)) == ("not_answered", 3)
    assert reply.message == "Nobody was found to say anything on “the hail” in the article."


def test_a_topic_that_is_not_mentioned_is_refused_as_such(library: Library) -> None:
    reply = refused(library.compare("Waterloo"))
    assert (reply.reason, reply.message) == ("not_mentioned", "The article does not mention “Waterloo”.")


def test_without_a_topic_everybody_is_heard_on_the_articles_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(monkeypatch, {TOWN.id: TOWN_STATEMENTS})
    with open_with(tmp_path, TOWN) as library:
        reply = compared(library.compare())
    assert names(reply) == ["Anna Berg", "Boris Kim", "Clara Diaz", "Dora Ek"]
    assert (reply.topic, reply.silent) == (None, ())
    assert {topic.name: topic.quotes for topic in reply.topics} == {"bridge": (1, 3), "ferry": (2, 4)}


def test_the_same_question_has_the_same_reply(library: Library) -> None:
    first, second = compared(library.compare()), compared(library.compare())
    assert (first.quotes, first.sides, first.topics) == (second.quotes, second.sides, second.topics)


def test_words_that_doubt_are_a_stance(library: Library) -> None:
    reply = compared(library.compare("the bridge"))
    stances = [(stance.label, stance.quote) for side in reply.sides for stance in side.stances]
    assert stances == [("doubt", 2)]


def test_an_article_in_which_nobody_speaks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch, {})
    with open_with(tmp_path, BRIDGE) as library:
        reply = refused(library.compare("the bridge"))
    assert reply.message == "Nobody was found whom the articles name and quote."


def test_one_speaker_is_one_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch, {BRIDGE.id: BRIDGE_STATEMENTS[:1]})
    with open_with(tmp_path, BRIDGE) as library:
        assert names(compared(library.compare("the bridge"))) == ["Anna Berg"]


def test_two_hundred_speakers_are_all_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [f"Person{number} Surname{number}" for number in range(200)]
    article = read_text("Poll\n\n" + "\n\n".join(f"{name} said the bridge is number {name[-2:]}." for name in people))
    statements = [
        states(article, name, f"the bridge is number {name[-2:]}.", cue=f"{name} said") for name in people[:99]
    ]
    speak(monkeypatch, {article.id: statements})
    with open_with(tmp_path, article) as library:
        reply = compared(library.compare("the bridge"))
    assert len(reply.sides) == len({statement.speaker for statement in statements})
    assert len(reply.quotes) == len(reply.sides)


def test_a_limit_keeps_the_likeliest_of_everybody_first(library: Library) -> None:
    reply = compared(library.ask("Compare the opinions on the bridge", max_quotes=2))
    assert len(reply.quotes) == 2
    assert len(reply.sides) == 2


def test_other_languages_are_compared_by_their_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    article = read_text(
        "Die Stadt\n\nAnna Berg sagte, die Brücke sei sicher.\n\nBoris Kim sagte, die Brücke brauche Stahl.\n"
    )
    said = [
        states(article, "Anna Berg", "die Brücke sei sicher", cue="sagte"),
        states(article, "Boris Kim", "die Brücke brauche Stahl", cue="sagte"),
    ]
    speak(monkeypatch, {article.id: said})
    with open_with(tmp_path, article) as library:
        reply = compared(library.compare("die Brücke"))
    assert texts(reply) == ["Anna Berg sagte, die Brücke sei sicher.", "Boris Kim sagte, die Brücke brauche Stahl."]


def test_an_unknown_article_and_a_topic_without_words_are_errors(library: Library) -> None:
    with pytest.raises(UnknownArticleError):
        library.compare("the bridge", articles=["nowhere"])
    with pytest.raises(QuestionError):
        library.compare("?!")


def test_an_empty_library_cannot_be_compared(tmp_path: Path) -> None:
    with open_with(tmp_path) as library, pytest.raises(EmptyLibraryError):
        library.compare()


# Across articles


def two_articles() -> tuple[list[Article], dict[str, tuple[Statement, ...]]]:
    one = read_text("One\n\nAnna Berg, a minister, said 20 million sailors use the bridge.\n")
    other = read_text("Other\n\nBerg said 30 million sailors use the bridge.\n")
    said: dict[str, tuple[Statement, ...]] = {
        one.id: (states(one, "Anna Berg", "20 million sailors use the bridge", role="minister"),),
        other.id: (states(other, "Berg", "30 million sailors use the bridge"),),
    }
    return [one, other], said


def test_the_same_speaker_is_one_side_across_articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (one, other), said = two_articles()
    speak(monkeypatch, said)
    with open_with(tmp_path, one, other) as library:
        reply = compared(library.compare("the bridge"))
    assert [(side.speaker, side.quotes) for side in reply.sides] == [(Speaker("Anna Berg", "minister"), (1, 2))]
    assert [quote.article.id for quote in reply.quotes] == [one.id, other.id]


def test_numbers_that_differ_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (one, other), said = two_articles()
    speak(monkeypatch, said)
    with open_with(tmp_path, one, other) as library:
        differing = compared(library.compare("the bridge")).differing
    assert [(figures.quotes, figures.numbers) for figures in differing] == [((1, 2), ("20 million", "30 million"))]


def test_only_the_articles_asked_for_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (one, other), said = two_articles()
    speak(monkeypatch, said)
    with open_with(tmp_path, one, other) as library:
        reply = compared(library.compare("the bridge", articles=[other.id]))
    assert names(reply) == ["Berg"]


def test_of_many_articles_those_found_for_the_topic_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = [read_text(f"Town{n}\n\nPerson{n} Lee said the harbour{n} is closed.\n") for n in range(40)]
    said = {
        article.id: (states(article, f"Person{n} Lee", f"the harbour{n} is closed"),)
        for n, article in enumerate(articles)
    }
    speak(monkeypatch, said)
    with open_with(tmp_path, *articles) as library:
        reply = compared(library.compare("harbour37"))
        own = compared(library.compare())
    assert "Person37 Lee" in names(reply)
    assert len(reply.sides) + len(reply.silent) <= 30
    assert names(own) == [f"Person{n} Lee" for n in range(10, 40)]


# One name for everybody


def test_a_surname_that_two_people_have_stays_as_it_is() -> None:
    article = read_text(f"One\n\nAnna Berg said yes.\n\n{FILLER}Carl Berg said no.\n\n{FILLER}Berg said perhaps.\n")
    spoken = spoken_in(
        article,
        [states(article, "Anna Berg", "yes"), states(article, "Carl Berg", "no."), states(article, "Berg", "perhaps")],
    )
    assert [one.speaker.name for one in one_name_each(spoken)] == ["Anna Berg", "Carl Berg", "Berg"]


# Questions


def test_a_question_that_compares_gets_a_comparison(library: Library) -> None:
    reply = compared(library.ask("Compare what the professors say about the bridge."))
    assert names(reply) == ["Clara Diaz", "Dora Ek"]
    assert reply.question == "Compare what the professors say about the bridge."


def test_two_sides_are_compared_in_the_order_asked(library: Library) -> None:
    assert names(compared(library.ask("Ek versus Berg on the bridge"))) == ["Dora Ek", "Anna Berg"]


def test_things_that_nobody_is_are_an_ordinary_question(library: Library) -> None:
    for question in ("Compare prices in 2019 and 2020", "What is the difference between snow and rain?"):
        assert not isinstance(library.ask(question), Comparison)


def test_a_group_of_nobody_is_an_ordinary_question(library: Library) -> None:
    assert isinstance(library.ask("What did the sailors say about the bridge?"), Answer | Abstention)


def test_a_name_after_a_comparison_goes_beside_those_compared(library: Library) -> None:
    reply = library.ask("And Ek?", after=["Compare the views of Berg and Diaz on the bridge"])
    assert names(compared(reply)) == ["Anna Berg", "Clara Diaz", "Dora Ek"]


def test_another_topic_after_a_comparison_is_for_the_same_people(library: Library) -> None:
    reply = library.ask("And on the ferry?", after=["Compare the views of Kim and Diaz on the bridge"])
    assert names(compared(reply)) == ["Boris Kim"]


def test_they_are_those_who_were_compared_before(library: Library) -> None:
    reply = library.ask("Do they agree?", after=["What do the professors say about the bridge?"])
    assert names(compared(reply)) == ["Clara Diaz", "Dora Ek"]
    assert compared(reply).topic == "the bridge"


# Topics in another language


class Translator(WordEncoder):
    """Knows the Russian word for a bridge."""

    identity = "translator@1"

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        return super().encode([text.replace("мост", "bridge") for text in texts])


def test_a_topic_in_another_language_is_compared_by_a_second_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(monkeypatch, {BRIDGE.id: BRIDGE_STATEMENTS})
    wide = replace(load_foreign_models(), slope=8.0, shift=-0.2)
    monkeypatch.setattr("rag.library.comparing.load_foreign_models", lambda: wide)
    polyglot = Polyglot(Settings(), encoder=Translator())
    with Library(tmp_path, Settings(), encoder=WordEncoder(), scorer=WordScorer(), polyglot=polyglot) as library:
        library.add(BRIDGE)
        reply = compared(library.compare("Что говорят про мост"))
    assert names(reply) == ["Anna Berg", "Clara Diaz", "Dora Ek"]
    assert reply.topic == "Что говорят про мост"


def test_such_a_topic_with_articles_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch, {BRIDGE.id: BRIDGE_STATEMENTS})
    settings = Settings(foreign_sentences=1)
    with Library(tmp_path, settings, encoder=WordEncoder(), scorer=WordScorer()) as library:
        library.add(BRIDGE)
        reply = refused(library.compare("Что говорят про мост"))
    assert reply.message == (
        "The question is in Russian, and what was found is in English. Ask in English, or choose fewer articles."
    )


def test_articles_in_another_language_are_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    russian = read_text("Переговоры в Баку\n\nМинистр сказал, что отношения двух стран скоро улучшатся.\n")
    speak(monkeypatch, {})
    with open_with(tmp_path, russian) as library:
        assert "English articles only, and there is one in Russian" in refused(library.compare("relations")).message
