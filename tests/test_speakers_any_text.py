"""Whatever the text: reading does not fail, is the same twice, and every range holds words of the text."""

import re
from itertools import pairwise

import pytest
from fakes import words_of
from gold import NAMES, load_gold
from hypothesis import given, settings
from hypothesis import strategies as st
from saying import READER, read, speakers, told, words

from rag.articles import read_text
from rag.errors import RagError
from rag.records import Article, Block, Range, Statement
from rag.speakers import whose_words
from rag.speakers.find import find_statements
from rag.speakers.quotations import find_quotations
from rag.split import sentences

pytestmark = pytest.mark.models

PIECES = st.sampled_from(
    "Ann Low|Minister Ben Roe|Dr. Orsk|he|She|they|It|the minister|who|I|his interlocutor|her colleague|the agency|"
    "said|told reporters|according to|was quoted as saying|In the view of|believes that|it was reported by|denied|"
    "that it rained|the harbour|“|”|‘|’|\"|«|»|„|''|``|:|,|.|?|!|…| - | — |\n\n|\n\n• |\n\n— |\n\nWhat experts say\n\n|"
    "LOW: |\r\n\r\n|\t|\u00a0|\u200b|\u202e|😀|e\u0301|\u037a|(R-Ohio)|12|KESSMAR — |met|and|Президент|他说".split("|")
)
TEXTS = st.lists(PIECES, min_size=1, max_size=40).map(" ".join) | st.lists(PIECES, max_size=40).map("".join) | st.text()


def check(article: Article) -> tuple[Statement, ...]:
    """Read an article without regard to its language, and prove what must hold of every statement."""
    cut = sentences(article)
    found = find_statements(article, cut, READER)
    assert found == find_statements(article, cut, READER)
    for one in found:
        assert one.last <= len(article.text)
        for place in (one.source, one.cue, *one.content):
            said = words_of(article, place)
            assert any(map(str.isalnum, said)) or said == ":", said
        assert all(before.end <= after.start for before, after in pairwise(one.content))
    assert [one.cue for one in found] == sorted(one.cue for one in found)
    assert whose_words(article.text, cut, found).items() <= {
        (sentence.number, one) for sentence in cut for one in found
    }  # fmt: skip
    return found


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_any_text_is_read(text: str) -> None:
    try:
        article = read_text(text)
    except RagError:  # the text has no words
        return
    check(article)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.data())
def test_quotations_are_in_order_apart_and_inside_of_their_paragraph(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start + 1, len(text) + 1))
    if end > len(text):
        return
    found = find_quotations(text, Range(start, end))
    assert all(start <= one.range.start and one.range.end <= end for one in found)
    assert all(before.range.end <= after.range.start for before, after in pairwise(found))


@pytest.mark.parametrize("blocks", [(), (Block(Range(0, 5), "title"),), (Block(Range(0, 5), "heading"),)])
def test_an_article_without_paragraphs_has_no_statements(blocks: tuple[Block, ...]) -> None:
    assert check(Article("a", "Title", "Title", blocks)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Roses are red,\nviolets are blue,\nsugar is sweet,\nand so are you.",
        'def say(name):\n    print("Hello, " + name)\n\nfor x in names:\n    say(x)  # says "Hello"',
        "| Name | Said |\n|---|---|\n| Low | 12 |\n| Roe | 14 |",
        "Name\tPoints\nLow\t12\nRoe\t14\n\nName\tGoals\nLow\t2\nRoe\t1",
        "# One\n\n## Two\n\n### Three",
        "1. One\n2. Two\n3. Three",
        "......",
        "😀😀😀",
        "12 34 56",
    ],
)
def test_in_poems_code_tables_and_headings_nobody_speaks(text: str) -> None:
    try:
        found = check(read_text(text))
    except RagError:  # the text has no words
        found = ()
    assert [one for one in found if one.speaker] == []


@pytest.mark.parametrize("space", ["\t", "\u00a0", "  ", "\u2009", "\u3000"])
def test_any_white_space_may_stand_between_words(space: str) -> None:
    text = f"Minister Ann Low{space}said that the harbour{space}is shut."
    (one,) = told(text)
    assert (one.who, one.cue) == ("Ann Low", "said")
    assert one.said == (f"that the harbour{space}is shut",)


def test_the_ends_of_lines_make_no_difference() -> None:
    text = load_gold("harbour").text
    unix = [(one.who, one.source, one.cue, [" ".join(part.split()) for part in one.said]) for one in told(text)]
    windows = told(text.replace("\n", "\r\n"))
    assert unix == [(one.who, one.source, one.cue, [" ".join(part.split()) for part in one.said]) for one in windows]


@pytest.mark.parametrize("sign", ["\u200b", "😀", "\u202e", "\ufeff", "e\u0301"])
def test_odd_characters_do_not_move_the_places(sign: str) -> None:
    text = f"It rained {sign} today. “We wait{sign},” Ann Low said."
    (one,) = told(text)
    assert (one.who, one.said) == ("Ann Low", (f"“We wait{sign},”",))


@pytest.mark.parametrize(
    "text",
    [
        "Президент Иван Петров заявил: «Мы построим мост». По словам министра, мост будет готов осенью.",
        "Bürgermeister Karl Weber sagte: „Wir bauen die Brücke.“ Laut Weber wird die Brücke im Herbst fertig.",
        'Başkan Ali Yılmaz "Köprüyü yapacağız" dedi. Yılmaz, köprünün sonbaharda hazır olacağını söyledi.',
        "市长王伟说：“我们将修建这座桥。”他补充说，桥将在秋天完工。",
        "Le maire, Jean Dupont, a dit : « Nous construirons le pont. » Selon M. Dupont, le pont sera prêt en automne.",
    ],
)
def test_articles_in_other_languages_are_not_read(text: str) -> None:
    assert read(text) == ()
    check(read_text(text))


def test_a_sentence_in_another_language_does_not_hide_an_english_article() -> None:
    text = "Minister Ann Low said that the bridge will be ready soon. «Мы построим мост», says the sign at the river."
    assert speakers(text)[0] == "Ann Low"


def test_a_sentence_without_end_is_passed_over() -> None:
    endless = "Ann Low said that it rained and " * 1600
    assert len(endless) > 50_000
    text = f"Ben Roe said that it was cold. {endless}that is all.\n\nCarl Sand said that it was hot."
    assert speakers(text) == ["Ben Roe", "Carl Sand"]


def test_a_text_longer_than_a_parser_takes_is_read() -> None:
    assert check(read_text("word " * 250_000)) == ()


def test_three_hundred_quotations_of_one_paragraph_have_their_speakers() -> None:
    text = " ".join(f"“We have seen number {n} today,” {('Ann Low', 'Ben Roe')[n % 2]} said." for n in range(300))
    assert speakers(text) == ["Ann Low", "Ben Roe"] * 150


_ENDINGS = ("bridge", "houseman", "insky", "ovich", "quist")


def test_two_hundred_speakers_are_told_apart() -> None:
    surnames = [f"{a}{b}" for a in "Bar Dem Gol Kip Lun Mov Nik Pas Rut Tef".split() for b in _ENDINGS]
    names = [f"{first} {last}" for first in ("Ann", "Ben", "Carl", "Dora") for last in surnames]
    text = "\n\n".join(f"Minister {name} said that it rained." for name in names)
    assert speakers(text) == names


# The gold articles


SPOKEN_TRAPS = {"her last report on the bay with Jonas Weil, an engineer at the same laboratory"}
"""Traps in which somebody is heard: who "wrote her last report" is taken to write what the report says."""


def tokens(text: str, places: tuple[Range, ...]) -> set[int]:
    found = (match for place in places for match in re.compile(r"\w+").finditer(text, place.start, place.end))
    return {match.start() for match in found}


def half(one: set[int], other: set[int]) -> bool:
    return 2 * len(one & other) >= max(len(one), len(other), 1)


@pytest.mark.parametrize("name", NAMES)
def test_all_that_is_said_in_the_gold_articles_is_found_and_named(name: str) -> None:
    gold = load_gold(name)
    left = list(read(gold.text))
    for said in gold.attributions:
        assert said.source is not None
        content, source = tokens(gold.text, said.content), tokens(gold.text, (said.source,))
        fitting = [
            one
            for one in left
            if half(tokens(gold.text, one.content), content) and half(tokens(gold.text, (one.source,)), source)
        ]
        assert fitting, words(gold.text, said.content[0])
        left.remove(fitting[0])
        speaker = fitting[0].speaker
        assert (speaker.name if speaker else None) == said.speaker, words(gold.text, said.content[0])
        assert fitting[0].attribution == said.attribution, words(gold.text, said.content[0])


@pytest.mark.parametrize("name", NAMES)
def test_nobody_says_what_is_no_speech_in_the_gold_articles(name: str) -> None:
    gold = load_gold(name)
    traps = [trap for trap in gold.traps if trap.kind not in ("ship", "operation", "work", "scare")]
    heard = {
        words(gold.text, part).strip(" .")
        for one in read(gold.text)
        for part in one.content
        for trap in traps
        if part.start < trap.range.end and trap.range.start < part.end
    }
    assert heard <= SPOKEN_TRAPS
    labels = [trap.range for trap in gold.traps if trap not in traps]
    assert [one for one in read(gold.text) if set(one.content) & set(labels)] == []


@pytest.mark.parametrize("name", NAMES)
def test_who_is_silent_in_the_gold_articles_says_nothing(name: str) -> None:
    gold = load_gold(name)
    assert set(gold.silent).isdisjoint(filter(None, speakers(gold.text)))
