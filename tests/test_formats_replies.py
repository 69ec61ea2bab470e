"""Replies and conversations leave in notations that other programs read, whatever words stand in them."""

from __future__ import annotations

import html as entities
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from lxml import html
from markdown_it import MarkdownIt
from replies import HOSTILE, MADE, TURNS, abstention, answer, article, comparison, in_reference, quote

from rag.formats import FORMATS
from rag.records import Reply, Speaker, Strength

ADDRESS = "https://example.org/a?b=1&c=2"


def written(name: str, *replies: Reply) -> str:
    return FORMATS[name].write(replies, MADE)


def test_there_are_five_formats_by_their_names() -> None:
    assert {name: (one.name, one.suffix, one.media_type) for name, one in FORMATS.items()} == {
        "markdown": ("markdown", ".md", "text/markdown"),
        "html": ("html", ".html", "text/html"),
        "bibtex": ("bibtex", ".bib", "application/x-bibtex"),
        "csl-json": ("csl-json", ".json", "application/vnd.citationstyles.csl+json"),
        "annotation": ("annotation", ".jsonld", "application/ld+json"),
    }


# Markdown


def test_markdown_gives_each_quote_its_number_speaker_and_place() -> None:
    of = article(authors=("Ann Lee",), published="2024-05-01", source=ADDRESS, pages=(0, 13))
    said = quote(of, "Trains will grow, she said.", speaker=Speaker("Ann", "minister"), attribution="indirect")
    assert written("markdown", answer(said)) == (
        "# What grows?\n\n"
        "\\[1\\] · Ann, minister \\(reported\\)\n\n"
        "> Trains will grow, she said.\n\n"
        "— Trains, Ann Lee, 2024-05-01, page 2, characters 13 to 40, <https://example.org/a?b=1&c=2>\n\n"
        "---\n\nExported on 2026-01-02 by Ask the Article 1.2 from library 0a1b2c3d.4.\n"
    )


@pytest.mark.parametrize(
    ("strength", "wanted"), [("unnamed", " · unnamed report"), ("author", " · the author's own voice"), (None, "")]
)
def test_markdown_says_whose_word_it_is_when_nobody_is_named(strength: Strength | None, wanted: str) -> None:
    said = replace(quote(article(), "First words."), strength=strength)
    assert f"\n\\[1\\]{wanted}\n" in written("markdown", answer(said))


def test_markdown_of_an_abstention_says_why_and_what_comes_near() -> None:
    text = written("markdown", abstention(quote(article(), "First words.")))
    assert text.startswith(
        "# Why?\n\nThe article does not say.\n\nNearest, though not an answer:\n\n\\[1\\]\n\n> First words.\n\n"
    )


def test_markdown_of_a_conversation_has_a_section_for_each_question() -> None:
    said = quote(article(), "First words.", speaker=Speaker("Ann"), attribution="direct")
    text = written("markdown", answer(said), comparison(said), abstention())
    assert re.findall(r"^#.*$", text, re.MULTILINE) == [
        "# Questions and answers",
        "## What grows?",
        "## Who says what on\\: trains",
        "### Ann",
        "### Nothing found from",
        "## Why?",
    ]


@pytest.mark.parametrize("words", HOSTILE)
def test_markdown_shows_hostile_words_and_makes_nothing_of_them(words: str) -> None:
    of = article(words, title=words, authors=(words,), published=words, source=words)
    said = quote(of, speaker=Speaker(words, words), attribution="direct")
    shown = str(MarkdownIt("commonmark").render(written("markdown", answer(said, question=words))))
    assert set(re.findall(r"<(\w+)", shown)) <= {"h1", "p", "blockquote", "br", "hr"}
    block = re.search(r"<blockquote>\s*<p>(.*)</p>\s*</blockquote>", shown, re.DOTALL)
    assert block is not None
    assert entities.unescape(re.sub(r"<br />\n", "\n", block[1])).split() == words.split()


# HTML


def parsed(text: str) -> Any:
    return html.document_fromstring(text)


def test_html_gives_each_quote_its_number_speaker_place_and_address() -> None:
    of = article(authors=("Ann Lee",), published="2024-05-01", source=ADDRESS, pages=(0, 13))
    said = quote(of, "Trains will grow, she said.", speaker=Speaker("Ann", "minister"), attribution="indirect")
    page = parsed(written("html", answer(said)))
    assert page.get("lang") == "en"
    assert page.findtext(".//title") == page.findtext(".//h1") == "What grows?"
    (block,) = page.iter("blockquote")
    assert (block.text_content(), block.get("cite")) == ("Trains will grow, she said.", ADDRESS)
    (caption,) = page.iter("figcaption")
    assert caption.text_content() == (
        f"[1] · Ann, minister (reported)Trains, Ann Lee, 2024-05-01, page 2, characters 13 to 40, {ADDRESS}"
    )


def test_html_of_a_conversation_has_headings_without_gaps() -> None:
    said = quote(article(), "First words.", speaker=Speaker("Ann"), attribution="direct")
    page = parsed(written("html", answer(said), comparison(said), abstention(said)))
    assert [(one.tag, one.text_content()) for one in page.xpath("//h1|//h2|//h3")] == [
        ("h1", "Questions and answers"),
        ("h2", "What grows?"),
        ("h2", "Who says what on: trains"),
        ("h3", "Ann"),
        ("h3", "Nothing found from"),
        ("h2", "Why?"),
    ]


def test_html_names_the_language_of_a_quote() -> None:
    of = article("Министр заявил, что поезда будут ходить чаще, и это важно для всей страны.")
    (block,) = parsed(written("html", answer(quote(of)))).iter("blockquote")
    assert block.get("lang") == "ru"


def test_html_says_when_the_language_is_not_known() -> None:
    (block,) = parsed(written("html", answer(quote(article("13%"))))).iter("blockquote")
    assert block.get("lang") == ""


@pytest.mark.parametrize("words", HOSTILE)
def test_html_shows_hostile_words_and_makes_nothing_of_them(words: str) -> None:
    of = article(words, title=words, authors=(words,), published=words, source=words)
    said = quote(of, speaker=Speaker(words, words), attribution="direct")
    page = parsed(written("html", answer(said, question=words), comparison(said), abstention(said)))
    plain = parsed(written("html", answer(one := plain_quote()), comparison(one), abstention(one)))
    assert [one.tag for one in page.iter()] == [one.tag for one in plain.iter()]
    assert {name for one in page.iter() for name in one.attrib} == {name for one in plain.iter() for name in one.attrib}
    assert [block.text_content() for block in page.iter("blockquote")] == [words] * 3


def plain_quote() -> Any:
    of = article("plain", title="t", authors=("a",), published="p", source="s")
    return quote(of, speaker=Speaker("n", "r"), attribution="direct")


@pytest.mark.parametrize(
    "source", ["javascript:alert(1)", 'https://a.example/"onclick="x', "data:text/html,x", "file:///x"]
)
def test_html_links_to_addresses_of_the_web_alone(source: str) -> None:
    page = parsed(written("html", answer(quote(article(source=source)))))
    assert page.xpath("//@href|//@cite") == []


def test_html_loads_nothing_and_runs_nothing() -> None:
    text = written("html", answer(quote(article(source=ADDRESS))))
    page = parsed(text)
    assert page.xpath("//script|//link|//img|//iframe|//@src|//@style") == []
    assert page.xpath("//@href|//@cite") == [ADDRESS, ADDRESS]
    assert re.findall(r"url\(|@import|@font-face", text) == []


# BibTeX


def entries(text: str) -> dict[str, dict[str, str]]:
    """A small, strict reader of BibTeX: comments, then entries whose values are in balanced braces, or a month."""
    found: dict[str, dict[str, str]] = {}
    at = 0
    while at < len(text):
        if comment := re.compile(r"%[^@\n]*\n|\n").match(text, at):
            at = comment.end()
            continue
        head = re.compile(r"@misc\{([a-z][a-z0-9.-]*),\n").match(text, at)
        assert head is not None, text[at : at + 80]
        assert head[1] not in found
        at, fields = head.end(), {}
        while not text.startswith("}\n", at):
            if month := re.compile(r"  month = ([a-z]{3}),\n").match(text, at):
                at, fields["month"] = month.end(), month[1]
                continue
            name = re.compile(r"  ([a-z]+) = \{").match(text, at)
            assert name is not None, text[at : at + 80]
            at, depth, start = name.end(), 1, name.end()
            while depth:
                depth += {"{": 1, "}": -1}.get(text[at], 0)
                at += 1
            fields[name[1]] = text[start : at - 1]
            assert text.startswith(",\n", at)
            at += 2
        found[head[1]] = fields
        at += 2
    return found


SIGNS = {
    "textbackslash": "\\",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
    "textquotedblleft": "“",
    "textquotedblright": "”",
}


def printed(tex: str) -> str:
    """What TeX prints of an escaped text; a sign that it would interpret is a fault."""
    pattern = re.compile(r"""\\(text\w+)\{\}|\\([%$&#_])|([^\\{}%$&#_~^<>|"])""", re.DOTALL)
    assert pattern.sub("", tex) == ""
    return "".join(SIGNS[one[1]] if one[1] else one[2] or one[3] for one in pattern.finditer(tex))


def test_bibtex_has_an_entry_for_each_cited_article() -> None:
    one = article(
        title="The trains", authors=("Ann Lee", "Jan van den Berg", "Reuters"), published="May 9, 2023", source=ADDRESS
    )
    two = article(title="The trains", authors=("Ann Lee",), published="2023", source="Izvestia", article_id="a2")
    three = article(title="The trains", authors=("Ann Lee",), article_id="a3")
    near = article(title="Not cited", article_id="a4")
    quotes = (quote(one, number=1), quote(two, number=2), quote(one, number=3), quote(three, number=4))
    assert entries(written("bibtex", answer(*quotes), abstention(quote(near)))) == {
        "lee2023trains": {
            "author": "Lee, Ann and van den Berg, Jan and {Reuters}",
            "title": "{The trains}",
            "year": "2023",
            "month": "may",
            "day": "9",
            "url": ADDRESS,
            "urldate": "2026-01-02",
        },
        "lee2023trains-2": {
            "author": "Lee, Ann",
            "title": "{The trains}",
            "year": "2023",
            "howpublished": "Izvestia",
        },
        "leetrains": {"author": "Lee, Ann", "title": "{The trains}"},
    }


@pytest.mark.parametrize(
    ("published", "wanted"),
    [
        ("2023", {"year": "2023"}),
        ("May 2023", {"year": "2023", "month": "may"}),
        ("2023-05", {"year": "2023", "month": "may"}),
        ("9.5.2023", {"note": "Published 9.5.2023"}),
    ],
)
def test_bibtex_has_as_much_of_a_date_as_is_given(published: str, wanted: dict[str, str]) -> None:
    (fields,) = entries(written("bibtex", answer(quote(article(published=published))))).values()
    assert fields == {"title": "{Trains}", **wanted}


@pytest.mark.parametrize(
    ("author", "wanted"),
    [
        ("Ann Lee", "Lee, Ann"),
        ("Jan van den Berg", "van den Berg, Jan"),
        ("Martin King, Jr.", "King, Jr., Martin"),
        ("BBC Monitoring", "{BBC Monitoring}"),
    ],
)
def test_bibtex_has_the_family_first_and_a_whole_name_in_braces(author: str, wanted: str) -> None:
    (fields,) = entries(written("bibtex", answer(quote(article(authors=(author,)))))).values()
    assert fields["author"] == wanted


@pytest.mark.parametrize("words", HOSTILE)
def test_bibtex_prints_hostile_words_and_runs_none_of_them(words: str) -> None:
    of = article(title=words, authors=(words,), published=words, source=words, note=words)
    (fields,) = entries(written("bibtex", answer(quote(of)))).values()
    wanted = straight(in_reference(words))
    assert straight(printed(fields["title"][1:-1])) == wanted
    assert straight(printed(fields["howpublished"])) == wanted


def straight(words: str) -> str:
    return words.replace("“", '"').replace("”", '"')


def test_bibtex_needs_no_package_for_signs_that_latex_prints_as_others() -> None:
    of = article(title='1 < 2 | 3 > 2: "a" and “b”', authors=('William "Bill" Lee',))
    (fields,) = entries(written("bibtex", answer(quote(of)))).values()
    assert fields["title"] == (
        r"{1 \textless{} 2 \textbar{} 3 \textgreater{} 2: \textquotedblleft{}a\textquotedblright{} and "
        r"\textquotedblleft{}b\textquotedblright{}}"
    )
    assert fields["author"] == r"{William \textquotedblleft{}Bill\textquotedblright{} Lee}"


@pytest.mark.parametrize("name", ["bibtex", "csl-json"])
@pytest.mark.parametrize("author", ["Ann{} Lee", "{}Reuters", "{}"])
def test_nothing_in_a_reference_turns_the_writing(author: str, name: str) -> None:
    of = article(title=f"{TURNS}t", authors=(author.format(TURNS),), published=TURNS, source=f"s{TURNS}", note=TURNS)
    text = written(name, answer(quote(of)))
    assert set(text) & set(TURNS) == set()


def test_bibtex_without_a_quote_has_no_entry() -> None:
    assert entries(written("bibtex", abstention())) == {}


def test_bibtex_addresses_are_ascii() -> None:
    of = article(source="https://example.org/поезд?a=1%20&b=_#c")
    (fields,) = entries(written("bibtex", answer(quote(of)))).values()
    assert fields["url"] == "https://example.org/%D0%BF%D0%BE%D0%B5%D0%B7%D0%B4?a=1%20&b=_#c"


# CSL-JSON

TEXTS = {"id", "title", "URL", "container-title", "note"}
NAMES = {"family", "given", "non-dropping-particle", "suffix"}


def check_item(item: dict[str, Any]) -> None:
    """What the schema of CSL-JSON says of the fields that are used here, and that no others are."""
    assert {"id", "type", "title"} <= set(item) <= TEXTS | {"type", "author", "issued", "accessed"}
    assert item["type"] in {"webpage", "article", "article-newspaper"}
    assert all(isinstance(item[name], str) for name in TEXTS & set(item))
    for name in item.get("author", []):
        assert set(name) == {"literal"} or {"family", "given"} <= set(name) <= NAMES
        assert all(isinstance(part, str) and part for part in name.values())
    for date in filter(None, (item.get("issued"), item.get("accessed"))):
        if set(date) == {"literal"}:
            assert isinstance(date["literal"], str)
        else:
            assert set(date) == {"date-parts"}
            (parts,) = date["date-parts"]
            assert 1 <= len(parts) <= 3
            assert all(type(part) is int for part in parts)


def items(*replies: Reply) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(written("csl-json", *replies))
    for item in found:
        check_item(item)
    return found


def test_csl_of_a_page_of_the_web_has_its_address_and_when_it_was_looked_up() -> None:
    of = article(authors=("Ann M. Lee", "Jan van den Berg", "BBC Monitoring"), published="May 9, 2023", source=ADDRESS)
    assert items(answer(quote(of))) == [
        {
            "id": "a1",
            "type": "webpage",
            "title": "Trains",
            "author": [
                {"given": "Ann M.", "family": "Lee"},
                {"given": "Jan", "non-dropping-particle": "van den", "family": "Berg"},
                {"literal": "BBC Monitoring"},
            ],
            "issued": {"date-parts": [[2023, 5, 9]]},
            "URL": ADDRESS,
            "accessed": {"date-parts": [[2026, 1, 2]]},
        }
    ]


def test_csl_keeps_a_date_that_is_in_doubt_and_a_source_that_is_no_address() -> None:
    of = article(published="9.5.2023", source="Izvestia", note="Translated.")
    assert items(answer(quote(of))) == [
        {
            "id": "a1",
            "type": "article-newspaper",
            "title": "Trains",
            "issued": {"literal": "9.5.2023"},
            "container-title": "Izvestia",
            "note": "Translated.",
        }
    ]


@pytest.mark.parametrize(("published", "wanted"), [("2023", [2023]), ("May 2023", [2023, 5]), ("2023-05", [2023, 5])])
def test_csl_has_as_much_of_a_date_as_is_given(published: str, wanted: list[int]) -> None:
    (item,) = items(answer(quote(article(published=published))))
    assert item["issued"] == {"date-parts": [wanted]}


def test_csl_calls_what_has_pages_an_article() -> None:
    assert items(answer(quote(article(pages=(0,))))) == [{"id": "a1", "type": "article", "title": "Trains"}]


@pytest.mark.parametrize("words", HOSTILE)
def test_csl_holds_hostile_words_in_one_line(words: str) -> None:
    of = article(title=words, authors=(words,), published=words, source=words)
    (item,) = items(answer(quote(of)))
    line = in_reference(words)
    assert (item["title"], item["container-title"], item["issued"]) == (line, line, {"literal": line})


# Web Annotation


def annotated(*replies: Reply) -> dict[str, Any]:
    page: dict[str, Any] = json.loads(written("annotation", *replies))
    return page


def test_an_annotation_tells_the_question_the_speaker_and_the_place() -> None:
    of = article("A👩‍👧 said. Trains will grow. The end.", source=ADDRESS)
    said = quote(of, "Trains will grow.", speaker=Speaker("Ann", "minister"), attribution="mixed")
    page = annotated(answer(said))
    assert (page["@context"], page["type"], page["partOf"]["total"]) == (
        "http://www.w3.org/ns/anno.jsonld",
        "AnnotationPage",
        1,
    )
    (item,) = page["items"]
    assert item["type"] == "Annotation"
    assert [(body["purpose"], body["value"]) for body in item["body"]] == [
        ("describing", "What grows?"),
        ("identifying", "Ann, minister (partly reported)"),
    ]
    assert item["target"]["source"] == ADDRESS
    position, words = item["target"]["selector"]
    assert of.text[position["start"] : position["end"]] == words["exact"] == "Trains will grow."
    assert (position["type"], words["type"]) == ("TextPositionSelector", "TextQuoteSelector")
    assert (words["prefix"], words["suffix"]) == ("A👩‍👧 said. ", " The end.")


@pytest.mark.parametrize("words", HOSTILE)
def test_the_words_around_an_annotation_tile_the_text(words: str) -> None:
    of = article(f"{words} Trains. {words}")
    _, found = annotated(answer(quote(of, "Trains.")))["items"][0]["target"]["selector"]
    assert f"{found['prefix']}{found['exact']}{found['suffix']}" in of.text
    assert (len(found["prefix"]), len(found["suffix"])) == (min(32, len(words) + 1), min(32, len(words) + 1))


def test_an_article_without_an_address_is_named_by_its_id() -> None:
    (item,) = annotated(answer(quote(article(article_id="a b"))))["items"]
    assert item["target"]["source"] == "urn:x-article:a%20b"


def test_every_quote_of_a_conversation_has_an_annotation_of_its_own_name() -> None:
    of = article()
    said = quote(of, "First words.", speaker=Speaker("Ann"), attribution="direct")
    quotes = (said, replace(quote(of, "Last words."), number=2))
    found = annotated(answer(*quotes), abstention(said), comparison(said))["items"]
    assert [item["target"]["selector"][1]["exact"] for item in found] == ["First words.", "Last words.", "First words."]
    assert len({item["id"] for item in found}) == 3


def test_equal_exports_are_equal() -> None:
    assert written("annotation", answer(quote(article()))) == written("annotation", answer(quote(article())))
