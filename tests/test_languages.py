import subprocess
import sys

import pytest

from rag.languages import language_of


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How many ethnic Azerbaijanis live in Iran?", "en"),
        ("what bird family is the owl", "en"),
        ("Wie viele Aserbaidschaner leben im Iran?", "de"),
        ("¿Cuántos?", "es"),
        ("cuántos azerbaiyanos viven en irán", "es"),
        ("İran'da kaç Azerbaycanlı yaşıyor?", "tr"),
        ("İranda neçə etnik azərbaycanlı yaşayır?", "az"),
        ("Combien d'Azerbaïdjanais vivent en Iran ?", "fr"),
        ("Сколько азербайджанцев живёт в Иране?", "ru"),
        ("Скільки азербайджанців живе в Ірані?", "uk"),
        ("چند آذربایجانی در ایران زندگی می‌کنند؟", "fa"),
        ("كم عدد السكان في بغداد؟", "ar"),
        ("რამდენი ადამიანი ცხოვრობს?", "ka"),
        ("伊朗有多少人口", "zh"),
        ("イランの人口は何人ですか", "ja"),
    ],
)
def test_a_question_tells_its_language(question: str, language: str) -> None:
    assert language_of(question) == language


@pytest.mark.parametrize(
    "text",
    ["", " ?!", "2022", "Aliyev", "Ilham Aliyev Baku 2020", "Recep Tayyip Erdoğan", "Straße Müller", "COVID-19", "🙂"],
)
def test_names_and_numbers_tell_no_language(text: str) -> None:
    assert language_of(text) is None


@pytest.mark.parametrize(
    "text",
    ["trade turnover", "transport corridor", "natural gas pipeline", "inflation rate", "Zangezur corridor opinion"],
)
def test_english_key_words_are_not_called_foreign(text: str) -> None:
    assert language_of(text) in ("en", None)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Who wrote Der Untergang des Abendlandes?", "en"),
        ("What does правда mean?", "en"),
        ("Wer spielte in Game of Thrones?", "de"),
        ("Где находится Harvard Medical School?", "ru"),
    ],
)
def test_names_in_another_language_do_not_count(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["Why?", "who said so", "AND WHAT DID HE SAY", "and Russia?"])
def test_short_follow_ups_are_english(text: str) -> None:
    assert language_of(text) == "en"


def test_one_foreign_word_that_english_could_spell_tells_nothing() -> None:
    assert language_of("warum") is None


def test_an_article_is_told_by_what_it_begins_with() -> None:
    article = "Die Regierung hat am Montag einen neuen Plan vorgestellt, der die Preise senken soll.\n" * 100
    assert language_of(article + "The end of the article is in English, but nobody looks at it.") == "de"


def test_the_model_is_loaded_for_no_english_question() -> None:
    code = (
        "import sys; from rag.languages import language_of; "
        "print(language_of('What did the president say?'), 'py3langid' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["en", "False"]
