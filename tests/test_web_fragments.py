"""An address leads to the very words that it names, wherever they stand in the original."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.records import Article, Block, Range
from rag.web.fragments import WHOLE, address_of, text_fragment

SOURCE = "https://news.test/story"
MARK = "https://news.test/story#:~:text="


def article_of(*blocks: str, source: str | None = SOURCE) -> Article:
    starts = [sum(map(len, blocks[:at])) + 2 * at for at in range(len(blocks))]
    ranges = [Block(Range(at, at + len(words)), "body") for at, words in zip(starts, blocks, strict=True)]
    return Article("a", "\n\n".join(blocks), "A", tuple(ranges), source=source)


def nth(text: str, words: str, number: int) -> Range:
    found = [match.start() for match in re.finditer(re.escape(words), text)][number]
    return Range(found, found + len(words))


def directive(article: Article, where: Range) -> str:
    return text_fragment(article, where).removeprefix(MARK)


def plain(text: str) -> str:
    bare = unicodedata.normalize("NFD", " ".join(text.split()).casefold())
    return re.sub("[\u0300-\u036f]", "", bare)


def found_by(address: str, text: str) -> str:
    """The words before the first place that an address names in a text, then that place, as a browser finds them."""
    parts = address.split(":~:text=")[1].split(",")
    prefix = plain(unquote(parts.pop(0)[:-1])) if parts[0].endswith("-") else ""
    suffix = plain(unquote(parts.pop()[1:])) if parts[-1].startswith("-") else ""
    words = [plain(unquote(part)) for part in parts]
    pattern = rf"{re.escape(prefix)}\s*({'.*?'.join(map(re.escape, words))})\s*{re.escape(suffix)}"
    found = re.search(pattern, plain(text), re.DOTALL)
    assert found is not None
    return f"{plain(text)[: found.start(1)].strip()}|{found.group(1)}"


def test_words_that_stand_once_are_named_alone() -> None:
    article = article_of("First it rained. Then it snowed.")
    assert directive(article, nth(article.text, "Then it snowed.", 0)) == "Then%20it%20snowed."


def test_words_that_stand_twice_come_with_what_stands_before_or_after() -> None:
    article = article_of("Ann said no. Bob left. Cem said no. Dee left.")
    assert directive(article, nth(article.text, "said no.", 1)) == "Cem-,said%20no."
    twice = article_of("It rained here.", "It rained there.")
    assert directive(twice, nth(twice.text, "It rained", 1)) == "here.-,It%20rained"
    first = article_of("It rained. Ann left. It rained. Bob left.")
    assert directive(first, nth(first.text, "It rained.", 1)) == "left.-,It%20rained."


def test_the_first_of_equal_words_needs_no_context() -> None:
    article = article_of("It rained. It rained.")
    assert directive(article, nth(article.text, "It rained.", 0)) == "It%20rained."


def test_capitals_and_accents_do_not_tell_places_apart() -> None:
    article = article_of("The CAFÉ is shut. A cafe is open.")
    assert directive(article, nth(article.text, "cafe", 0)) == "A-,cafe"


def test_signs_with_a_meaning_are_encoded() -> None:
    article = article_of("It is well-known, R&D costs 5 % — “more”.")
    whole = Range(0, len(article.text))
    assert directive(article, whole) == (
        "It%20is%20well%2Dknown%2C%20R%26D%20costs%205%20%25%20%E2%80%94%20%E2%80%9Cmore%E2%80%9D."
    )


def test_long_words_are_named_by_their_beginning_and_end() -> None:
    words = " ".join(f"word{number}" for number in range(100))
    article = article_of(words)
    assert len(words) > WHOLE
    assert directive(article, Range(0, len(words))) == "word0%20word1%20word2%20word3,word96%20word97%20word98%20word99"


def test_words_of_two_paragraphs_are_named_by_their_beginning_and_end() -> None:
    article = article_of("It rained.", "It snowed.")
    assert directive(article, Range(0, len(article.text))) == "It%20rained.,It%20snowed."


def test_the_mark_of_a_list_item_is_not_looked_for() -> None:
    article = article_of("• Ann said no.", "• Bob said no.")
    assert directive(article, nth(article.text, "said no.", 1)) == "Bob-,said%20no."


def test_a_fragment_that_is_there_is_kept() -> None:
    article = article_of("It rained.", source=f"{SOURCE}#part:~:text=old")
    assert text_fragment(article, Range(0, 10)) == f"{SOURCE}#part:~:text=It%20rained."


@pytest.mark.parametrize(
    "source",
    [None, "", "A paper", "javascript:alert(1)", "data:text/html,x", "JAVASCRIPT://x/%0aalert(1)", "ftp://news.test/",
     "http:", "https:///x", "http://[::1", "java\nscript:x", "http://news.test/a b", "file:///etc/passwd", "//x/y"],
)  # fmt: skip
def test_only_addresses_of_the_web_become_links(source: str | None) -> None:
    assert address_of(source) is None
    assert text_fragment(article_of("It rained.", source=source), Range(0, 10)) == ""


def test_an_address_of_the_web_is_taken_as_it_is() -> None:
    assert address_of(" HTTPS://news.test/a?b=c&d#e ") == "HTTPS://news.test/a?b=c&d#e"


WORDS = st.sampled_from(["a", "b", "A", "é", "e", "x-y,", "&", "ab", "“c”", "👩‍👩‍👧", "İ", "ß"])
PARAGRAPHS = st.lists(st.lists(WORDS, min_size=1, max_size=30), min_size=1, max_size=4)


@given(st.lists(WORDS, min_size=1, max_size=60), st.data())
def test_an_address_leads_to_the_very_place_within_a_paragraph(words: list[str], data: st.DataObject) -> None:
    article = article_of(" ".join(words))
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    before = " ".join(words[:first])
    start = len(before) + bool(before)
    where = Range(start, start + len(" ".join(words[first : last + 1])))
    quoted = article.text[where.start : where.end]
    assert found_by(text_fragment(article, where), article.text) == f"{plain(before)}|{plain(quoted)}"


@given(PARAGRAPHS, st.data())
def test_an_address_leads_to_the_same_words_wherever_they_stand(
    paragraphs: list[list[str]], data: st.DataObject
) -> None:
    article = article_of(*map(" ".join, paragraphs))
    chosen = data.draw(st.sampled_from(article.blocks)).range
    assert found_by(text_fragment(article, chosen), article.text).split("|")[1] == plain(
        article.text[chosen.start : chosen.end]
    )


@given(st.lists(st.integers(0, 4), min_size=120, max_size=200))
def test_long_words_are_found_whole(numbers: list[int]) -> None:
    words = [f"word{number}" for number in numbers]
    ends = [0, 20, len(words) - 20, len(words)]
    pieces = [" ".join(words[a:b]) for a, b in pairwise(ends)]
    article = article_of(" ".join(pieces))
    where = Range(len(pieces[0]) + 1, len(pieces[0]) + 1 + len(pieces[1]))
    assert found_by(text_fragment(article, where), article.text) == f"{pieces[0]}|{pieces[1]}"
