"""Articles become HTML that holds their text, whole and unchanged."""

from __future__ import annotations

import pytest
from test_web_render import NASTY, read
from web_fakes import FakeLibrary, article_of, sentences_of

from rag.records import Article, ArticleSummary, Block, Range
from rag.web.article import OpenArticle, article_html, panel_html


@pytest.fixture
def story() -> Article:
    return article_of(
        "a1",
        [
            ("title", "A title"),
            ("byline", "By Somebody"),
            ("body", "First it rained. Then it snowed."),
            ("heading", "And then"),
            ("body", "• The sun came out. It stayed."),
        ],
    )


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
    assert [tag for tag in read(html).tags if tag in {"h2", "h3", "p"}] == ["h2", "p", "p", "h3", "p"]


def test_a_title_that_is_not_in_the_text_stands_outside_of_it() -> None:
    article = Article("b", "One.", "Only known", (Block(Range(0, 4), "body"),), ("Ann", "Bo"), "2024-05-06", "A paper")
    html = article_html(OpenArticle(article, sentences_of(article)))
    assert (read(html, "title").inside, read(html, "text").inside) == ("Only known", "One.")
    assert read(html, "facts").inside == "Ann, Bo · 2024-05-06 · A paper"


def test_an_article_without_sentences_is_still_readable(story: Article) -> None:
    assert read(article_html(OpenArticle(story, ())), "text").inside == story.text


def test_cited_sentences_carry_their_quote_number_outside_of_the_text(story: Article) -> None:
    html = article_html(OpenArticle(story, sentences_of(story), {2: 1}))
    assert 'id="s-a1-2" tabindex="-1" data-quote="1">First' in html
    assert read(html, "text").inside == story.text


def test_one_article_needs_no_select_and_several_show_only_the_chosen(story: Article) -> None:
    other = article_of("b2", [("title", "Other <b>"), ("body", "Words.")])
    library = FakeLibrary({"a1": story, "b2": other})
    opened = [OpenArticle(one, sentences_of(one)) for one in (story, other)]
    html = panel_html(opened, library.articles(), shown="b2", version="1")
    assert html.count(" hidden>") == 1
    assert '<option value="b2" selected>Other &lt;b&gt;</option>' in html
    assert "<select" not in panel_html(opened[:1], library.articles()[:1], shown="a1", version="1")


def test_an_empty_library_says_so() -> None:
    assert "no article to read" in panel_html([], list[ArticleSummary](), shown=None, version="0")


def _moved(block: Block, by: int) -> Block:
    return Block(Range(block.range.start + by, block.range.end + by), block.kind)
