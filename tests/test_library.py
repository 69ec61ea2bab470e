import logging
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from fakes import SaidReader, WordEncoder, WordScorer, make_entry, make_old_library, read_only

from rag.articles import read_text
from rag.embed import Vectors
from rag.errors import (
    DamagedLibraryError,
    EmptyLibraryError,
    IndexMismatchError,
    NoLibraryError,
    QuestionError,
    ReadError,
    UnknownArticleError,
)
from rag.library import Library, Preparing, open_library
from rag.library import opening as opening_module
from rag.records import Abstention, Answer, Article, Sentence, Statement
from rag.scorer import Readings
from rag.settings import Settings
from rag.speakers import StatementReader
from rag.store import FILE, SqliteStore

RAIN = read_text("Rain in Baku\n\nHeavy rain closed four streets in Baku on Monday. Schools stayed open.\n")
SNOW = read_text("Snow in Ganja\n\nSnow closed all schools in Ganja. The mayor spoke of nine lost days.\n")


TALK = read_text("Talk in Baku\n\nAli said it rained. The mayor said “It did.” Leyla said nothing. Ali said more.\n")


class OtherEncoder(WordEncoder):
    identity = "words@2"


class OtherReader(SaidReader):
    identity = "said@2"


class NoEncoder(WordEncoder):
    """Is the encoder that made the vectors, and makes no more."""

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        raise AssertionError("nothing is to be embedded")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path, Settings(), encoder=WordEncoder(), scorer=WordScorer(), reader=SaidReader()) as library:
        library.add(RAIN)
        library.add(SNOW)
        yield library


def test_an_answer_quotes_the_sentence_word_for_word(library: Library) -> None:
    reply = library.ask("How many streets did rain close in Baku?")
    assert isinstance(reply, Answer)
    quote = reply.quotes[0]
    assert quote.text == "Heavy rain closed four streets in Baku on Monday."
    assert RAIN.text[quote.range.start : quote.range.end] == quote.text
    assert quote.article.id == RAIN.id
    assert reply.elapsed_ms > 0


def test_headings_are_not_quoted(library: Library) -> None:
    reply = library.ask("rain in baku")
    assert isinstance(reply, Answer)
    assert "Rain in Baku" not in [quote.text for quote in reply.quotes]


def test_what_is_in_no_article_is_refused_with_the_nearest(library: Library) -> None:
    reply = library.ask("What did Napoleon say about Waterloo?")
    assert isinstance(reply, Abstention)
    assert (reply.reason, reply.message) == (
        "not_mentioned",
        "The 2 articles do not mention “Napoleon” or “Waterloo”.",
    )
    assert len(reply.nearest) == 3


def test_a_question_can_be_kept_to_an_article(library: Library) -> None:
    reply = library.ask("Which schools closed?", articles=[RAIN.id])
    quotes = reply.nearest if isinstance(reply, Abstention) else reply.quotes
    assert {quote.article.id for quote in quotes} == {RAIN.id}


def test_a_follow_up_uses_the_conversation(library: Library) -> None:
    reply = library.ask("How many streets?", after=["What did heavy rain close in Baku?"])
    assert isinstance(reply, Answer)
    assert reply.question == "How many streets?"
    assert reply.quotes[0].article.id == RAIN.id


def test_at_most_the_wanted_quotes_are_given(library: Library) -> None:
    reply = library.ask("Tell what happened to schools in Ganja and Baku", max_quotes=1, balance="eager")
    assert isinstance(reply, Answer)
    assert len(reply.quotes) == 1


def test_a_removed_article_is_never_shown_again(library: Library) -> None:
    assert library.remove([RAIN.id]) == {RAIN.id: "Rain in Baku"}
    assert [hit.article.id for hit in library.search("heavy rain streets Baku")] == [SNOW.id]
    assert [summary.id for summary in library.articles()] == [SNOW.id]
    with pytest.raises(UnknownArticleError):
        library.article(RAIN.id)


def test_removing_an_unknown_article_removes_nothing(library: Library) -> None:
    with pytest.raises(UnknownArticleError):
        library.remove([RAIN.id, "nothing"])
    assert len(library.articles()) == 2


def test_the_same_text_is_kept_once(library: Library) -> None:
    assert library.add(RAIN) is False
    assert len(library.articles()) == 2


def test_an_article_is_listed_with_its_counts(library: Library) -> None:
    summary = library.articles()[0]
    assert (summary.id, summary.title, summary.characters) == (RAIN.id, "Rain in Baku", len(RAIN.text))
    assert (summary.sentences, summary.passages, summary.speakers) == (3, 1, 0)


def test_a_search_ranks_the_best_passage_first(library: Library) -> None:
    hits = library.search("nine lost days in Ganja", k=1)
    assert [hit.article.id for hit in hits] == [SNOW.id]


def test_an_empty_question_is_refused(library: Library) -> None:
    with pytest.raises(QuestionError):
        library.ask("  ")


def test_a_library_without_articles_says_how_to_add_one(tmp_path: Path) -> None:
    with (
        Library(tmp_path, Settings(), encoder=WordEncoder(), scorer=WordScorer(), reader=SaidReader()) as library,
        pytest.raises(EmptyLibraryError, match="rag add"),
    ):
        library.ask("Who?")


def test_a_folder_without_a_library_is_told_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(NoLibraryError, match="rag add FILE"):
        open_library(tmp_path / "none", Settings())
    assert not (tmp_path / "none").exists()


def test_another_encoder_is_refused_until_everything_is_built_again(tmp_path: Path) -> None:
    with Library(tmp_path, Settings(), encoder=WordEncoder(), scorer=WordScorer(), reader=SaidReader()) as library:
        library.add(RAIN)
    with Library(tmp_path, Settings(), encoder=OtherEncoder(), scorer=WordScorer(), reader=SaidReader()) as library:
        with pytest.raises(IndexMismatchError, match="rag build"):
            library.ask("Which streets did rain close?")
        with pytest.raises(IndexMismatchError):
            library.add(SNOW)
        library.build()
        assert [summary.id for summary in library.articles()] == [RAIN.id]
        assert isinstance(library.ask("How many streets did heavy rain close in Baku?"), Answer)
        assert list(library.verify()) == []


def test_verify_finds_nothing_wrong_with_a_sound_library(library: Library) -> None:
    library.build()
    assert list(library.verify()) == []


def test_two_programs_see_each_others_changes(library: Library) -> None:
    with Library(library.folder, Settings(), encoder=WordEncoder(), scorer=WordScorer(), reader=SaidReader()) as other:
        other.search("rain")
        library.remove([SNOW.id])
        assert [hit.article.id for hit in other.search("snow schools rain")] == [RAIN.id]
        other.add(SNOW)
        assert len(library.search("snow schools rain")) == 2


def test_many_can_ask_while_articles_come_and_go(library: Library) -> None:
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(15):
                library.ask("How many streets did rain close in Baku?")
        except BaseException as error:  # the test reports whatever a thread ran into
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(5):
        article = read_text(f"Wind {number}\n\nWind number {number} felled trees.\n")
        library.add(article)
        library.remove([article.id])
    for thread in threads:
        thread.join()
    assert errors == []


def test_the_heading_above_a_sentence_is_read_with_it(tmp_path: Path) -> None:
    class Recorder(WordScorer):
        def read(self, question: str, windows: Sequence[Sequence[str]]) -> list[Readings]:
            self.seen = [list(window) for window in windows]
            return super().read(question, windows)

    scorer = Recorder()
    text = "Weather\n\nIt was cold in the town.\n\nWhat the farmers say\n\nThe harvest of apples is lost.\n"
    with Library(tmp_path, Settings(), encoder=WordEncoder(), scorer=scorer, reader=SaidReader()) as library:
        library.add(read_text(text))
        library.ask("What is lost with the harvest of apples?")
    assert scorer.seen[0] == ["What the farmers say", "The harvest of apples is lost."]


def test_sentences_are_ranked_by_how_likely_they_answer(library: Library) -> None:
    ranked = library.rank("How many streets did rain close in Baku?")
    assert ranked[0].text == "Heavy rain closed four streets in Baku on Monday."
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    for one in ranked:
        assert one.article.text[one.range.start : one.range.end] == one.text


def test_a_fact_that_two_articles_tell_is_quoted_once_with_the_other_place(library: Library) -> None:
    again = read_text("Baku news\n\nOn Monday heavy rain closed four streets in Baku.\n")
    library.add(again)
    reply = library.ask("How many streets did rain close in Baku?")
    assert isinstance(reply, Answer)
    places = {quote.article.id: [place.article.id for place in quote.also] for quote in reply.quotes}
    assert (places.get(RAIN.id) == [again.id]) != (places.get(again.id) == [RAIN.id])


# Who said what


def reopen(folder: Path, reader: StatementReader) -> Library:
    return Library(folder, Settings(), encoder=NoEncoder(), scorer=WordScorer(), reader=reader)


def said(library: Library, article_id: str = TALK.id) -> list[str]:
    return [TALK.text[one.start : one.end] for found in library.statements(article_id) for one in found.content]


def test_who_said_what_is_read_when_an_article_is_added(library: Library) -> None:
    library.add(TALK)
    assert said(library) == ["it rained.", "“It did.”", "nothing.", "more."]
    names = [found.speaker.name if found.speaker else None for found in library.statements(TALK.id[:6])]
    assert names == ["Ali", None, "Leyla", "Ali"]
    assert [summary.speakers for summary in library.articles()] == [0, 0, 2]
    assert list(library.unread()) == []


def test_an_article_that_another_reader_read_is_read_on_the_spot_until_it_is_built_anew(library: Library) -> None:
    class Silent(SaidReader):
        identity = "silent@1"

        def read(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Statement, ...]:
            return ()

    with Library(library.folder, Settings(), encoder=WordEncoder(), reader=Silent()) as other:
        other.add(TALK)
        assert said(other) == []
    assert [summary.id for summary in library.unread()] == [TALK.id]
    assert (len(said(library)), library.articles()[2].speakers) == (4, 0)
    library.build()
    assert (len(said(library)), library.articles()[2].speakers, library.unread()) == (4, 2, [])


def test_building_reads_who_said_what_anew_without_embedding(library: Library) -> None:
    library.add(TALK)
    library.refresh()
    with reopen(library.folder, OtherReader()) as other:
        assert len(other.unread()) == 3
        other.build()
        assert (other.unread(), list(other.verify())) == ([], [])


def test_building_repairs_statements_that_were_changed(library: Library) -> None:
    library.add(TALK)
    with sqlite3.connect(library.folder / FILE) as db:
        db.execute("UPDATE statements SET content = '[]'")
    db.close()
    with reopen(library.folder, SaidReader()) as other:
        with pytest.raises(DamagedLibraryError, match="Repair it with: rag build"):
            other.statements(TALK.id)
        other.build()
        assert len(said(other)) == 4


def test_a_removed_article_takes_what_was_said_in_it_along(library: Library) -> None:
    library.add(TALK)
    library.remove([TALK.id])
    with pytest.raises(UnknownArticleError):
        library.statements(TALK.id)


@pytest.fixture
def opening(monkeypatch: pytest.MonkeyPatch) -> None:
    fakes = partial(Library, encoder=NoEncoder(), scorer=WordScorer(), reader=SaidReader())
    monkeypatch.setattr(opening_module, "Library", fakes)


def test_a_small_library_of_the_format_before_is_read_when_it_is_opened(tmp_path: Path, opening: None) -> None:
    make_old_library(tmp_path, RAIN.text, TALK.text)
    with open_library(tmp_path, Settings()) as library:
        assert ([summary.speakers for summary in library.articles()], library.unread()) == ([0, 2], [])
        assert library.article(RAIN.id) == RAIN
        library.refresh()
        assert list(library.verify()) == []


def test_a_large_library_of_the_format_before_says_how_to_read_it(
    tmp_path: Path, opening: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_old_library(tmp_path, RAIN.text, TALK.text)
    monkeypatch.setattr(opening_module, "_READ_AT_ONCE", len(RAIN.text) + len(TALK.text) - 1)
    with open_library(tmp_path, Settings()) as library:
        assert [summary.speakers for summary in library.articles()] == [0, 0]
        assert len(said(library)) == 4
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        f"who said what in 2 articles of {tmp_path} is not read, because they are many. Read it with: rag build"
    ]


def test_an_unread_library_that_cannot_be_written_is_asked_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fakes = partial(Library, encoder=WordEncoder(), scorer=WordScorer(), reader=SaidReader())
    monkeypatch.setattr(opening_module, "Library", fakes)
    store = SqliteStore(tmp_path / "library", encoder="words@1")
    store.add_all([make_entry(RAIN.text), make_entry(TALK.text)])
    store.close()
    with read_only(tmp_path / "library") as seen, open_library(seen, Settings()) as library:
        assert isinstance(library.ask("How many streets did rain close in Baku?"), Answer)
        assert len(said(library)) == 4
    assert ["the library cannot be written now" in record.getMessage() for record in caplog.records] == [True]


def test_an_article_that_was_changed_in_the_file_is_named_and_stops_no_other_from_being_read(
    tmp_path: Path, opening: None, caplog: pytest.LogCaptureFixture
) -> None:
    make_old_library(tmp_path, RAIN.text, TALK.text)
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("UPDATE articles SET text = 'Rain' WHERE id = ?", (RAIN.id,))
    db.close()
    with open_library(tmp_path, Settings()) as library:
        assert [summary.speakers for summary in library.articles()] == [0, 2]
        assert [RAIN.id in line for line in library.verify()] == [True]
    assert [f"who said what in article {RAIN.id} is not read" in one.getMessage() for one in caplog.records] == [True]


def test_a_title_can_be_changed_and_the_text_stays(library: Library) -> None:
    before, _ = library.articles()
    text, version = library.article(before.id).text, library.version
    renamed = library.rename(before.id, "  Much\n rain ")
    assert (renamed.id, renamed.title) == (before.id, "Much rain")
    assert (library.article(before.id).title, library.article(before.id).text) == ("Much rain", text)
    assert library.version != version
    for bad in (" ", "a\0b", "x" * 301):
        with pytest.raises(ReadError):
            library.rename(before.id, bad)
    with pytest.raises(UnknownArticleError):
        library.rename("nothing", "Something")


def in_words(folder: Path) -> Library:
    return Library(folder, Settings(), encoder=WordEncoder(), scorer=WordScorer(), reader=SaidReader())


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE sentences SET last = last - 1 WHERE number = 1",
        "UPDATE sentences SET vector = zeroblob(128) WHERE number = 1",
        "DELETE FROM sentences WHERE number = 2",
        "UPDATE passages SET first = first + 1",
        "DELETE FROM passages",
        "UPDATE articles SET sentences = 9",
        "UPDATE statements SET cue_last = cue_last + 1",
        "DELETE FROM readings",
    ],
)
def test_building_repairs_everything_that_was_made_of_a_text(tmp_path: Path, damage: str) -> None:
    with in_words(tmp_path) as library:
        library.add(TALK)
        library.settle()
        before = library.ask("What did Leyla say?")
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute(damage)
    db.close()
    with in_words(tmp_path) as library:
        problems = list(library.verify())
        assert problems
        assert all("repair" in line for line in problems)
        library.build()
        assert list(library.verify()) == []
        assert replace(library.ask("What did Leyla say?"), elapsed_ms=before.elapsed_ms) == before


@pytest.mark.parametrize(
    "damage", ["UPDATE articles SET title = 'Lies'", "UPDATE texts SET text = replace(text, 'It', 'He')"]
)
def test_building_does_not_take_what_was_altered_for_sound(tmp_path: Path, damage: str) -> None:
    with in_words(tmp_path) as library:
        library.add(TALK)
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute(damage)
    db.close()
    with in_words(tmp_path) as library:
        library.build()
        assert ["put a backup in place" in line for line in library.verify()] == [True]
        assert list(library.remove([TALK.id])) == [TALK.id]


def test_articles_that_were_prepared_elsewhere_are_added_once(library: Library) -> None:
    prepared = Preparing(Settings(), WordEncoder(), SaidReader())
    assert library.add_prepared(map(prepared.entry, (TALK, SNOW))) == 1
    assert library.count() == 3
    assert library.statements(TALK.id) == SaidReader().read(TALK, library.sentences(TALK.id))


def test_articles_are_not_loaded_into_the_vectors_of_another_encoder(library: Library, tmp_path: Path) -> None:
    with Library(tmp_path, Settings(), encoder=OtherEncoder(), scorer=WordScorer(), reader=SaidReader()) as other:
        prepared = Preparing(Settings(), other.encoder, SaidReader())
        with pytest.raises(IndexMismatchError):
            other.add_prepared([prepared.entry(TALK)])
    assert library.count() == 2
