"""How articles are cut into sentences and passages."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles import read_file, read_text
from rag.records import Article, Passage, Sentence
from rag.split import passages, sentences

DEFAULT = Path(__file__).parent.parent / "index" / "articles" / "iran-azerbaijan.txt"
UNTIDY = st.text(
    st.sampled_from("aBcé19.?!…,-•—#>*“”\"'( )\n\r\t\u00a0\U0001f600Ж。"), min_size=1, max_size=120
).filter(str.strip)


def cut(text: str) -> list[str]:
    article = read_text(text)
    return [text[sentence.range.start : sentence.range.end] for sentence in sentences(article)]


def count_words(text: str) -> int:
    """Count like an encoder that adds two marks of its own."""
    return len(text.split()) + 2


def count_characters(text: str) -> int:
    return len(text)


def gather(text: str, max_tokens: int) -> list[str]:
    article = read_text(text)
    found = passages(article, sentences(article), count_tokens=count_words, max_tokens=max_tokens)
    return [text[passage.range.start : passage.range.end] for passage in found]


# Sentences


@pytest.mark.parametrize(
    "parts",
    [
        ["They met.", "They talked!", "Did they agree?", "Nobody knows…", "It ended"],
        ["He felt misunderstandings .", "Experts agree ."],
        ["“We came.", "We saw,” he said.", "It was over."],
        ["“We will show resolve.” he said on Monday.", "Then he left."],
        ["“Why not?” asked Jane Doe.", "“Never!” Mr. Roe said.", "All laughed."],
        ["“No.”", "She left.", "“ After that it was quiet.", "Nobody came,” he said."],
        ["He wrote “it is done.", "It never was.", 'A lone " mark stays.'],
        ["''We won,'' he said.", "''It's over.''", "She agreed."],
        ["J. K. Rowling met Mr. J. F. Doe of the U.S. Senate.", "The U.S. Army left."],
        ["He lives in the U.S.", "The others moved to Washington, D.C.", "He came at 6 a.m. Monday."],
        ["It cost $3.5 million, e.g. in No. 5 and Sec. 2.", "No.", "He paid."],
        ["It fell to 3.", "In 2015.", "10 people came."],
        ["Sen. Bob Corker (R-Tenn.) spoke on Feb. 15 at Acme Inc. headquarters.", "He left."],
        ["He worked for Acme Inc.", "The firm closed.", "He met Gov. Rick Snyder Jr. of Michigan."],
        ["We need … a plan.", "Well...", "He paused.", "“So . . . we go.”"],
        ["See https://example.com/a.b?c=D.E for it.", "Write to j.doe@example.com.", "Thanks."],
        ["Great!", "\U0001f600 Next one \U0001f680.", "\U0001f44d Done."],
        ["It ended.", "#Now it begins.", "iPhone sales rose.", "He left.[12]", "She stayed."],
        ["На встрече был В. В. Путин.", "Он сказал: «Да».", "В 2010 г. его не было."],
        ["Am 3. Oktober kam z. B. Dr. Müller.", "„Ja.“", "Er ging im 19. Jahrhundert."],
        ["今日は晴れ。", "明日は雨！", "以上"],
    ],
)
def test_a_paragraph_is_cut_behind_its_sentences(parts: list[str]) -> None:
    assert cut(" ".join(parts)) == parts


def test_a_dash_between_sentences_belongs_to_neither() -> None:
    assert cut("Он сказал: «Да». — Это хорошо. — Он ушёл.") == ["Он сказал: «Да».", "Это хорошо.", "Он ушёл."]
    assert cut("«Да», — сказал он. – Нет — и всё.") == ["«Да», — сказал он.", "Нет — и всё."]


def test_a_forgotten_space_still_ends_a_sentence() -> None:
    assert cut("The talks ended.Then he left for home.") == ["The talks ended.", "Then he left for home."]


def test_a_text_in_small_letters_is_cut_at_its_stops() -> None:
    assert cut("i went home. it was late") == ["i went home.", "it was late"]


@pytest.mark.parametrize("marker", ["• ", "- ", "* ", "– ", "— ", "1. ", "12) ", "  • ", "> "])
def test_list_markers_and_opening_dashes_stay_outside(marker: str) -> None:
    assert cut(f"{marker}The first. The second.") == ["The first.", "The second."]


def test_a_number_alone_is_no_list_marker() -> None:
    assert cut("1.") == ["1."]
    assert cut("2016 was good. So was 2017.") == ["2016 was good.", "So was 2017."]


def test_marks_of_headings_stay_outside() -> None:
    assert cut("# The talks #\n\nThey met. They left.\n\nWhat now\n---\n\nNobody knows.") == [
        "The talks",
        "They met.",
        "They left.",
        "What now",
        "Nobody knows.",
    ]


def test_headings_are_one_sentence_of_their_kind() -> None:
    article = read_text("Who won? And why\n\nBy J. Doe\n\nThey met. They left.")
    assert [(sentence.kind, sentence.block) for sentence in sentences(article)] == [
        ("title", 0),
        ("byline", 1),
        ("body", 2),
        ("body", 2),
    ]


def test_no_sentence_crosses_a_paragraph() -> None:
    assert cut("They met and\r\n\r\nthen they left") == ["They met and", "then they left"]


def test_marks_without_words_make_no_sentence() -> None:
    assert cut("They met.\n\n* * *\n\nThey left. …") == ["They met.", "They left. …"]


def test_a_very_long_sentence_stays_whole() -> None:
    text = "word " * 5_000 + "end."
    assert cut(text) == [text]


def test_the_default_article_has_its_sentences() -> None:
    article = read_file(DEFAULT, max_bytes=100_000)
    found = [article.text[sentence.range.start : sentence.range.end] for sentence in sentences(article)]
    assert len(found) == 76
    assert found[4].endswith("positive atmosphere and overcoming misunderstandings .")
    assert found[10].startswith("“ After overcoming some misunderstandings")
    assert found[64] == "The interdependence of the two countries is great."
    assert found[72] == "The aggravation is not the first time replaced by warming."


def check_sentences(article: Article, found: tuple[Sentence, ...]) -> None:
    parts = [article.text[sentence.range.start : sentence.range.end] for sentence in found]
    assert [sentence.number for sentence in found] == list(range(len(found)))
    assert all(before.range.end <= after.range.start for before, after in pairwise(found))
    assert all(part == part.strip() and any(map(str.isalnum, part)) for part in parts)
    for sentence in found:
        block = article.blocks[sentence.block]
        assert block.range.start <= sentence.range.start < sentence.range.end <= block.range.end
        assert sentence.kind == block.kind


@given(UNTIDY)
def test_every_letter_lies_in_exactly_one_sentence(text: str) -> None:
    article = read_text(text)
    found = sentences(article)
    check_sentences(article, found)
    covered = {at for sentence in found for at in range(sentence.range.start, sentence.range.end)}
    assert [char for at, char in enumerate(text) if char.isalpha() and at not in covered] == []


@given(UNTIDY.filter(lambda text: not any(map(str.isdecimal, text))))
def test_cutting_is_the_same_every_time(text: str) -> None:
    article = read_text(text)
    assert sentences(article) == sentences(article)


# Passages


def test_whole_sentences_are_gathered_while_they_fit() -> None:
    text = "One two. Three four. Five six seven."
    assert gather(text, 6) == ["One two. Three four.", "Five six seven."]
    assert gather(text, 8) == ["One two. Three four.", "Five six seven."]
    assert gather(text, 9) == [text]


def test_a_heading_goes_with_the_text_below_it() -> None:
    text = "Title\n\nBy Jane Doe\n\nThey met here.\n\nWhy\n\nWhat for\n\nNobody knows that."
    assert gather(text, 100) == [
        "Title\n\nBy Jane Doe\n\nThey met here.",
        "Why\n\nWhat for\n\nNobody knows that.",
    ]


def test_a_long_sentence_is_cut_at_white_space() -> None:
    article = read_text("Short one. It has far too many words in it. Last one.")
    found = passages(article, sentences(article), count_tokens=count_words, max_tokens=5)
    assert [(article.text[p.range.start : p.range.end], p.first, p.last) for p in found] == [
        ("Short one.", 0, 0),
        ("It has far", 1, 1),
        ("too many words", 1, 1),
        ("in it.", 1, 1),
        ("Last one.", 2, 2),
    ]


def test_a_long_word_is_cut_anywhere() -> None:
    article = read_text("abcdefghij")
    found = passages(article, sentences(article), count_tokens=count_characters, max_tokens=4)
    assert [article.text[p.range.start : p.range.end] for p in found] == ["abcd", "efgh", "ij"]


def test_counts_that_do_not_add_up_are_checked_in_the_end() -> None:
    article = read_text("One two. Three four. Five six.")
    found = passages(article, sentences(article), count_tokens=lambda text: text.count(" ") ** 2 + 1, max_tokens=2)
    assert [article.text[p.range.start : p.range.end] for p in found] == ["One two.", "Three four.", "Five six."]


def test_no_sentences_make_no_passages() -> None:
    article = read_text("* * *")
    assert passages(article, sentences(article), count_tokens=count_words, max_tokens=9) == ()


def test_a_window_without_room_is_refused() -> None:
    article = read_text("One.")
    with pytest.raises(ValueError, match="max_tokens=2 leaves no room"):
        passages(article, sentences(article), count_tokens=count_words, max_tokens=2)


def check_passages(article: Article, found: tuple[Passage, ...], numbered: tuple[Sentence, ...]) -> None:
    assert all(before.range.end <= after.range.start for before, after in pairwise(found))
    assert sorted({n for p in found for n in range(p.first, p.last + 1)}) == [s.number for s in numbered]
    covered = {at for passage in found for at in range(passage.range.start, passage.range.end)}
    spoken = {at for s in numbered for at in range(s.range.start, s.range.end) if not article.text[at].isspace()}
    assert spoken <= covered


@given(UNTIDY, st.integers(3, 12))
def test_passages_cover_every_sentence_and_keep_the_limit(text: str, limit: int) -> None:
    article = read_text(text)
    numbered = sentences(article)
    for count in (count_words, count_characters):
        found = passages(article, numbered, count_tokens=count, max_tokens=limit)
        check_passages(article, found, numbered)
        assert all(count(text[passage.range.start : passage.range.end]) <= limit for passage in found)


def test_cutting_loads_no_model_library() -> None:
    code = (
        "import sys, rag.split, rag.articles\n"
        "assert 'langchain_text_splitters' not in sys.modules\n"
        "from rag.articles import read_text\n"
        "article = read_text('One. Two.')\n"
        "rag.split.passages(article, rag.split.sentences(article), count_tokens=len, max_tokens=9)\n"
        "print(*{'torch', 'transformers', 'spacy', 'nltk'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
