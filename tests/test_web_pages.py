"""How saved web pages become articles."""

from __future__ import annotations

import re

import pytest
from making import MORE, SAID, blocks, web_page

from rag.articles import Metadata, read_upload
from rag.errors import NoTextError, UnsafeFileError, WrongFormatError
from rag.records import Article

PAGE = f"""
<div class="cookie-banner"><p>We use cookies to improve your experience on this site of ours.</p></div>
<header><nav><a href="/">Home</a> <a href="/world">World</a> <a href="/subscribe">Subscribe now</a></nav></header>
<main><article>
  <h1>Talks in   Baku</h1>
  <div class="byline">By <a rel="author" href="/j">Jane Doe</a> in Baku</div>
  <p>{SAID} &ldquo;We are <b>ready</b>,&rdquo; Aliyev said.</p>
  <div class="ad"><p>Buy a new car today with zero interest, and pay for it later.</p></div>
  <h2>What was agreed</h2>
  <p>{MORE}<br>A date was not named.</p>
  <ul><li>The <i>embassy</i> will be opened again in July.</li><li>A commission meets every month.</li></ul>
  <table><tr><th>Year</th><th>Trade</th></tr><tr><td>2023</td><td>$440 million</td></tr></table>
  <blockquote>We have taken the first step, but we have taken it together with them.</blockquote>
  <aside class="related"><h4>Related stories</h4><a href="/a">Ten beaches to visit this summer</a></aside>
</article></main>
<footer><p>© 2024 The Example Times. All rights reserved.</p></footer>
<script>var hidden = "do not read me, I am a script with many words";</script>
"""

HEAD = """<title>Talks in Baku | The Example Times</title><link rel="canonical" href="https://news.example/talks">
<meta property="article:published_time" content="2024-05-14T08:30:00Z"><meta name="author" content="Jane Doe">"""


def read(data: bytes, given: Metadata | None = None) -> Article:
    return read_upload(data, name="talks.html", max_bytes=1_000_000, given=given or Metadata())


def test_an_article_is_taken_out_of_the_page_around_it() -> None:
    assert blocks(read(web_page(PAGE, HEAD))) == [
        ("title", "Talks in Baku"),
        ("byline", "By Jane Doe in Baku"),
        ("body", f"{SAID} “We are ready,” Aliyev said."),
        ("heading", "What was agreed"),
        ("body", f"{MORE}\nA date was not named."),
        ("body", "The embassy will be opened again in July."),
        ("body", "A commission meets every month."),
        ("body", "Year\tTrade"),
        ("body", "2023\t$440 million"),
        ("body", "We have taken the first step, but we have taken it together with them."),
    ]


def test_parts_stand_apart_by_a_blank_line_and_lists_and_tables_do_not() -> None:
    text = read(web_page(PAGE, HEAD)).text
    assert text.startswith(f"Talks in Baku\n\nBy Jane Doe in Baku\n\n{SAID} “We")
    assert "opened again in July.\nA commission" in text
    assert "every month.\n\nYear\tTrade\n2023\t$440 million\n\nWe have" in text


def test_the_page_tells_authors_date_and_address() -> None:
    article = read(web_page(PAGE, HEAD))
    assert (article.title, article.authors, article.published, article.source) == (
        "Talks in Baku",
        ("Jane Doe",),
        "2024-05-14",
        "https://news.example/talks",
    )


def test_what_is_given_wins_over_what_the_page_tells() -> None:
    article = read(web_page(PAGE, HEAD), Metadata("Given", ("Ann Poe",), "2020", "Paper"))
    assert (article.title, article.authors, article.published, article.source) == (
        "Given",
        ("Ann Poe",),
        "2020",
        "Paper",
    )


def test_where_a_browser_saved_it_from_is_its_source() -> None:
    page = web_page(f"<article><h1>Talks</h1><p>{SAID}</p><p>{MORE}</p></article>")
    saved = page.replace(b"<html>", b"<!-- saved from url=(0031)https://news.example/talks/1 -->\n<html>")
    assert read(saved).source == "https://news.example/talks/1"
    assert read(saved.replace(b"https:", b"script:")).source is None


def test_every_word_of_the_text_stands_on_the_page() -> None:
    seen = re.sub(r"<[^>]*>", " ", PAGE.replace("&ldquo;", "“").replace("&rdquo;", "”")).split()
    words = read(web_page(PAGE, HEAD)).text.split()
    assert set(words) - set(seen) == {"ready,”"}  # a word whose mark-up ends inside


def test_a_page_that_says_its_encoding_is_read_in_it() -> None:
    body = f"<article><h1>Переговоры в Баку</h1><p>{'Стороны договорились о встрече в июне. ' * 4}</p></article>"
    page = web_page(body, "<title>Переговоры в Баку</title>").decode().replace("utf-8", "windows-1251")
    assert read(page.encode("cp1251")).title == "Переговоры в Баку"
    assert read(page.replace("windows-1251", "no-such").encode("utf-16")).title == "Переговоры в Баку"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<script>var text = 'This is a long text in a script, that nobody sees.';</script>",
        "<style>p { color: red } This is a long text in a style, that nobody sees.</style>",
        "<!-- This is a long text in a comment, that nobody sees. -->",
    ],
)
def test_a_page_without_an_article_is_told(body: str) -> None:
    with pytest.raises(NoTextError, match=r"talks\.html holds no article"):
        read(web_page(body, ""))


@pytest.mark.parametrize(
    "data",
    [b"plain words", b"%PDF-1.4\n\0\0", b"PK\x03\x04\0\0<a>", b"\xff\xd8\xff\xe0\0\x10JFIF<p>", b"<p>a\0b</p>"],
)
def test_what_is_no_page_is_told(data: bytes) -> None:
    with pytest.raises(WrongFormatError, match=r"talks\.html is not a web page"):
        read(data)


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td", "blockquote"])
def test_endless_nesting_is_read_as_far_as_it_is_a_page(tag: str) -> None:
    data = web_page(f"<article><p>{SAID}</p>" + f"<{tag}>" * (10_000_000 // (len(tag) + 2)) + "deep")
    assert SAID in read(data).text


def test_an_old_page_of_tables_and_line_breaks_is_read_without_its_menu() -> None:
    menu = "<td><a href=/>Home</a><br><a href=/w>World</a><br><a href=/s>Sport</a></td>"
    words = f"<h1>Talks</h1><font>By John Roe<br>12 May 2024</font><br><br>{SAID}<br><br>{MORE}"
    assert blocks(read(web_page(f"<table><tr>{menu}<td>{words}</td></tr></table>"))) == [
        ("title", "Talks"),
        ("byline", "By John Roe"),
        ("byline", "12 May 2024"),
        ("body", SAID),
        ("body", MORE),
    ]


def test_links_in_a_sentence_are_no_menu() -> None:
    linked = '<p>He met <a href="/a">Aliyev</a>, <a href="/b">Raisi</a> and <a href="/c">Putin</a> last week.</p>'
    article = read(web_page(f"<article><p>{SAID}</p>{linked}</article>"))
    assert "He met Aliyev, Raisi and Putin last week." in article.text


def test_endless_elements_are_not_read() -> None:
    with pytest.raises(UnsafeFileError, match="it has more than 300,000 elements"):
        read(web_page(f"<article><p>{SAID}</p>" + "<p>" * 3_000_000 + "deep"))


def test_hostile_words_stay_words() -> None:
    nasty = "He wrote &lt;script&gt;alert(1)&lt;/script&gt; and ${7*7} and {{x}} on the board, as people there do."
    article = read(web_page(f"<article><h1>Talks</h1><p>{SAID}</p><p>{nasty}</p></article>"))
    assert "He wrote <script>alert(1)</script> and ${7*7} and {{x}} on the board" in article.text
