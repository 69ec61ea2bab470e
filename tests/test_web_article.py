"""Articles become HTML that holds their text, whole and unchanged."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape

import pytest
from test_web_render import NASTY, read
from web_fakes import FakeLibrary, article_of, sentences_of, weather

from rag.records import Article, Block, Kind, Range, Speaker, Statement
from rag.web.article import OpenArticle, article_html, voices_json
from rag.web.panel import PICKABLE, panel_html
from rag.web.strings import speaking


@pytest.fixture
def story() -> Article:
    return weather()


@pytest.mark.parametrize("text", NASTY)
def test_an_article_of_nasty_text_keeps_its_text(text: str) -> None:
    article = article_of("x", [("title", text.strip()), ("body", text.strip() + " End.")], between="\r\n\t \r\n")
    html = article_html(OpenArticle(article, sentences_of(article)))
    assert read(html, "text").inside == article.text
    assert set(read(html).tags) == {"article", "div", "h2", "p", "span"}


def test_the_text_element_holds_the_article_and_nothing_else(story: Article) -> None:
    padded = Article("a1", f"\n  {story.text}\n\n", story.title, tuple(_moved(block, 3) for block in story.blocks))
    html = article_html(OpenArticle(padded, sentences_of(padded)))
    assert read(html, "text").inside == padded.text


def test_every_sentence_is_addressable_and_holds_its_own_words(story: Article) -> None:
    html = article_html(OpenArticle(story, sentences_of(story)))
    for sentence in sentences_of(story):
        words = story.text[sentence.range.start : sentence.range.end]
        assert read(html, f"s-a1-{sentence.number}").inside == words


def test_blocks_become_headings_and_paragraphs(story: Article) -> None:
    html = article_html(OpenArticle(story, sentences_of(story)))
    assert read(html, "title").inside == "A title"
    assert [tag for tag in read(html).tags if tag in {"h2", "h3", "p", "li"}] == ["h2", "p", "p", "h3", "li"]


def test_a_title_that_is_not_in_the_text_stands_outside_of_it() -> None:
    article = Article("b", "One.", "Only known", (Block(Range(0, 4), "body"),), ("Ann", "Bo"), "2024-05-06", "A paper")
    html = article_html(OpenArticle(article, sentences_of(article)))
    assert (read(html, "title").inside, read(html, "text").inside) == ("Only known", "One.")
    assert read(html, "facts").inside == "Ann, Bo · 2024-05-06 · A paper"


def test_an_article_without_sentences_is_still_readable(story: Article) -> None:
    assert read(article_html(OpenArticle(story, ())), "text").inside == story.text


def test_what_is_known_beside_the_text_stands_outside_of_it() -> None:
    article = Article(
        "b", "One.", "T", (Block(Range(0, 4), "title"),), ("Ann",), "2024-05-06", "https://www.news.test/a?b&c", "Cut."
    )
    html = article_html(OpenArticle(article, ()))
    assert read(html, "text").inside == "One."
    assert read(html, "facts").inside == "Ann · 2024-05-06 · news.test"
    assert read(html, "note").inside == "Cut."
    link = re.findall(r'<a href="([^"]+)" target="_blank" rel="noopener noreferrer"', html)
    assert link == ["https://www.news.test/a?b&amp;c"]
    assert 'data-source="https://www.news.test/a?b&amp;c"' in html


@pytest.mark.parametrize("source", ["javascript:alert(1)", "data:text/html,<b>", "a file.pdf", "ftp://news.test/a"])
def test_a_source_that_is_no_address_of_the_web_is_no_link(source: str) -> None:
    article = Article("b", "One.", "T", (Block(Range(0, 4), "title"),), source=source)
    html = article_html(OpenArticle(article, ()))
    assert read(html, "facts").inside == source
    assert "href" not in html
    assert "data-source" not in html


def test_list_items_become_a_list_and_keep_their_marks() -> None:
    lines: list[tuple[Kind, str]] = [
        ("title", "T"), ("body", "Two things:"), ("body", "• One."), ("body", "2. Two."), ("body", "— Said Ann."),
    ]  # fmt: skip
    article = article_of("a", lines)
    html = article_html(OpenArticle(article, sentences_of(article)))
    assert [tag for tag in read(html).tags if tag in {"ul", "li", "p"}] == ["p", "ul", "li", "li", "p"]
    assert read(html, "list").inside == "• One.\n\n2. Two."
    assert read(html, "text").inside == article.text


def test_pages_are_marked_where_they_begin_and_not_in_the_text(story: Article) -> None:
    starts = (0, story.text.index("it snowed"), story.text.index("\n\nAnd then"), story.text.index("It stayed"))
    article = replace(story, pages=starts)
    html = article_html(OpenArticle(article, sentences_of(article)))
    marks = re.findall(r'<i class="page" data-page="([^"]+)" aria-hidden="true"></i>(.{0,9})', html)
    following = [(page, re.sub("<.*", "", words)) for page, words in marks]
    assert following == [("p. 1", "A title"), ("p. 2", "it snowed"), ("p. 3", ""), ("p. 4", "It stayed")]
    assert '<h3 class="heading"><i class="page" data-page="p. 3"' in html
    assert read(html, "text").inside == article.text


def test_one_page_needs_no_mark(story: Article) -> None:
    article = replace(story, pages=(0,))
    assert "data-page" not in article_html(OpenArticle(article, sentences_of(article)))


@pytest.mark.parametrize(
    ("words", "spoken"),
    [("Поезда ходят каждый день по долине.", ' lang="ru"'), ("The trains run every day in the valley.", "")],
)
def test_an_article_in_another_language_than_the_page_says_so(words: str, spoken: str) -> None:
    article = article_of("a", [("title", words), ("body", words)])
    html = article_html(OpenArticle(article, sentences_of(article)))
    assert html.startswith(f'<article class="article" data-article="a" aria-label="{words}"{spoken}>')
    with speaking("ru"):
        other = article_html(OpenArticle(article, sentences_of(article)))
    assert (' lang="en"' in other) == (not spoken)


def test_markup_that_is_kept_is_not_that_of_another_article(story: Article) -> None:
    first = article_html(OpenArticle(story, sentences_of(story)))
    renamed = article_html(OpenArticle(replace(story, title="New"), sentences_of(story)))
    assert ('aria-label="A title"' in first, 'aria-label="New"' in renamed) == (True, True)
    assert "data-voices" in article_html(OpenArticle(story, sentences_of(story), ()))


def test_who_says_what_is_counted_in_the_units_of_scripts() -> None:
    article = article_of(
        "a", [("title", "👩‍👩‍👧 T"), ("body", "😀 Ann Lee said <hi>. A source said never. Ann Lee said that.")]
    )
    library = FakeLibrary({"a": article})
    voices = json.loads(voices_json(article, library.statements("a")))
    assert voices["speakers"] == [["Ann Lee", "a speaker of the article", 2]]
    assert voices["unnamed"] == 1
    units = article.text.encode("utf-16-le")
    said = [(speaker, how, units[2 * a : 2 * b].decode("utf-16-le")) for speaker, how, a, b in voices["said"]]
    assert said == [(0, "indirect", " <hi>."), (-1, "indirect", " never."), (0, "indirect", " that.")]


def test_who_says_what_is_data_and_no_markup() -> None:
    article = article_of("a", [("title", "T"), ("body", "It rained.")])
    said = Statement("direct", Range(3, 4), Range(3, 4), (Range(3, 5),), Speaker('"><img src=x>', "<b>"))
    html = article_html(OpenArticle(article, (), (said,)))
    assert "<img" not in html
    held = re.findall(r'data-voices="([^"]*)"', html)[0]
    assert json.loads(unescape(held))["speakers"] == [['"><img src=x>', "<b>", 1]]


def test_a_short_library_is_offered_whole_and_a_long_one_by_searching_it(story: Article) -> None:
    other = article_of("b2", [("title", "Other <b>"), ("body", "Words.")])
    library = FakeLibrary({"a1": story, "b2": other})
    opened = [OpenArticle(story, sentences_of(story))]
    html = panel_html(opened, library.articles())
    assert re.findall(r'<option value="(\w*)">([^<]*)<', html) == [("a1", "A title"), ("b2", "Other &lt;b&gt;")]
    assert "<select" not in panel_html(opened, library.articles()[:1])
    for number in range(PICKABLE - 1):
        library.shelf[f"c{number}"] = replace(other, id=f"c{number}")
    html = panel_html(opened, library.articles())
    assert re.findall(r'<option value="(\w*)">([^<]*)<', html) == [("a1", "A title"), ("", "Another article…")]


def test_an_empty_library_says_so() -> None:
    assert "no article to read" in panel_html([], [])


def _moved(block: Block, by: int) -> Block:
    return Block(Range(block.range.start + by, block.range.end + by), block.kind)
