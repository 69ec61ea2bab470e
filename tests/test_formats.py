"""A comparison leaves as Markdown that shows its words, and as a table that runs nothing."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest
from markdown_it import MarkdownIt
from web_fakes import article_of, debate, sentences_of

from rag.formats import COLUMNS, SILENCE, comparison_csv, comparison_markdown, literal
from rag.records import Comparison, Quote, Range, Side, Speaker, Stance, Topic

NASTY = [
    "<script>alert(1)</script>",
    "**bold** _it_ # no heading `code`",
    "# no heading",
    "- no list",
    "12. no list",
    "+ no list",
    "> no quote",
    "---",
    "[link](javascript:alert(1)) ![p](http://192.0.2.1/p.png)",
    "http://192.0.2.1/ www.example.com a@b.example",
    "&amp; &lt; &#65;",
    "a | b | c ~~d~~ $x^2$ :smile:",
    "\\ backslash \\n \\*",
    "one\r\ntwo\rthree\n- four\n=====",
    "👩‍👩‍👧 e\u0301 “quoted”",
]


def comparison_of(text: str, *, name: str = "Ann", role: str | None = None) -> Comparison:
    """One speaker who says one thing, told in an article of the same title."""
    article = article_of("a1", [("title", text), ("body", text)], published="2024-05-01")
    sentence = sentences_of(article)[-1]
    where = Range(len(text) + 2, len(article.text))
    speaker = Speaker(name, role)
    quote = Quote(1, article, sentence.number, where, text, 0.9, where, speaker=speaker, attribution="mixed", cue=where)
    stance = Stance("doubt", 1, where)
    side = Side(speaker, (1,), (stance,))
    return Comparison("t", "t", (quote,), (side,), (Topic("t", (1,)),), (), (), 0.9, 1.0)


def rendered(markdown: str) -> str:
    return str(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown))


def rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table, newline="")))


def found(topic: str = "") -> Comparison:
    reply = debate().compare(topic)
    assert isinstance(reply, Comparison)
    return reply


@pytest.mark.parametrize("text", NASTY)
def test_rendered_markdown_shows_the_quote_literally(text: str) -> None:
    shown = rendered(comparison_markdown(comparison_of(text)))
    block = re.search(r"<blockquote>\s*<p>(.*)</p>\s*</blockquote>", shown, re.DOTALL)
    assert block is not None
    words = html.unescape(re.sub(r"<br />\n", "\n", block.group(1)))
    assert words == re.sub(r"\r\n?", "\n", text)
    assert set(re.findall(r"<(\w+)", shown)) <= {"h1", "h2", "p", "blockquote", "br"}


@pytest.mark.parametrize("text", NASTY)
def test_a_name_is_one_literal_line_of_markdown(text: str) -> None:
    shown = rendered(f"# {literal(' '.join(text.split()))}")
    assert html.unescape(shown) == f"<h1>{' '.join(text.split())}</h1>\n"


def test_markdown_names_speakers_topics_places_stances_and_the_silent() -> None:
    comparison = found("trains")
    text = comparison_markdown(comparison)
    place = comparison.quotes[0].range
    assert text.startswith("# Who says what on\\: trains\n\n## Ann Lee, a speaker of the article\n\n")
    assert "\\[1\\] · reported · doubt: “doubt”\n\n> Ann Lee said trains will grow by 13%" in text
    assert f"— Trains for the valley, 2024-05-01, characters {place.start} to {place.end}\n" in text
    assert "- 13%, 20%: in quotes 1, 3\n" in text
    assert "## Nothing found from\n\n- Cem Oz, a speaker of the article\n- Dee Fox" in text
    assert text.endswith(f"{SILENCE}\n")


def test_markdown_names_the_topic_of_each_quote_when_there_are_several() -> None:
    text = comparison_markdown(found())
    assert text.startswith("# Who says what on the main topics of the articles\n")
    assert "\\[2\\] · on And the boats · reported\n" in text


def test_a_question_that_is_not_the_topic_is_told() -> None:
    one = comparison_of("Words")
    asked = Comparison("Who * says?", "t", one.quotes, one.sides, one.topics, (), (), 0.9, 1.0)
    assert "\n\nAsked: Who \\* says?\n\n" in comparison_markdown(asked)


def test_csv_has_one_row_a_quote_with_its_place() -> None:
    comparison = found("trains")
    table = rows(comparison_csv(comparison))
    assert len(table) == len(comparison.quotes) == 3
    assert tuple(table[0]) == COLUMNS
    assert table[0] == {
        "speaker": "Ann Lee",
        "role": "a speaker of the article",
        "topic": "trains",
        "quote number": "1",
        "quote": comparison.quotes[0].text,
        "attribution": "indirect",
        "stance": "doubt",
        "stance words": "doubt",
        "article title": "Trains for the valley",
        "article id": "trains",
        "published": "2024-05-01",
        "start": str(comparison.quotes[0].range.start),
        "end": str(comparison.quotes[0].range.end),
    }


@pytest.mark.parametrize("text", NASTY)
def test_csv_keeps_text_that_is_no_formula(text: str) -> None:
    (row,) = rows(comparison_csv(comparison_of(text)))
    assert row["quote"] in (text, f"'{text}")
    assert row["quote"] == (f"'{text}" if text[0] in "-+" else text)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)", "\tx", "\rx", "\n=x", "＝1", "  =1", "\u00a0=1"])
def test_csv_makes_plain_text_of_what_a_spreadsheet_would_run(name: str) -> None:
    (row,) = rows(comparison_csv(comparison_of("Words", name=name, role=name)))
    assert (row["speaker"], row["role"]) == (f"'{name}", f"'{name}")


def test_csv_leaves_other_cells_alone() -> None:
    (row,) = rows(comparison_csv(comparison_of('a "b", c; d', name="'Abd = x")))
    assert (row["speaker"], row["quote"]) == ("'Abd = x", 'a "b", c; d')
