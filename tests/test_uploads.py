"""What people send: bytes of any kind under names of any kind."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from making import MORE, SAID, blocks, docx, pdf, web_page

from rag.articles import SUFFIXES, Metadata, read_upload
from rag.articles.page import Page, Part, part, set_page, visible
from rag.articles.read import _make_article
from rag.articles.readers import PLAIN, READERS
from rag.errors import EmptyTextError, ReadError, TooLargeError, UnsupportedFormatError
from rag.records import Article

PAGE = web_page(f"<article><h1>Talks</h1><p>{SAID}</p><ul><li>{MORE}</li></ul></article>")
PRINTED = pdf(f"# Talks\n{SAID}", MORE)
WRITTEN = docx(lambda made: made.add_paragraph(SAID))


def read_here(data: bytes, suffix: str) -> Article | ReadError:
    """What becomes of bytes, without a process of their own."""
    try:
        page = READERS[suffix](data, "sent")
        return _make_article("sent", page, page.metadata, stem="sent")
    except ReadError as error:
        return error


def proven(result: Article | ReadError) -> bool:
    """Every block is tight, and the blocks hold every visible character."""
    if isinstance(result, ReadError):
        return bool(str(result))
    parts = [text for _, text in blocks(result)]
    return all(part == part.strip() for part in parts) and "".join("".join(parts).split()) == "".join(
        result.text.split()
    )


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/x.txt", "x-"),
        ("/etc/passwd.txt", "passwd-"),
        ("C:\\Users\\jane\\x.txt", "x-"),
        ("a\n.txt", "a-u000a-"),
        ("x" * 300 + ".txt", "x" * 40 + "-"),
        ("новости.txt", "article-"),
        ("<b>.TXT", "b-"),
    ],
)
def test_a_name_is_a_label_and_never_a_path(name: str, label: str) -> None:
    assert read_upload(b"Some words.", name=name, max_bytes=100).id.startswith(label)


@pytest.mark.parametrize("name", ["", "/", "talks", ".pdf", "talks.exe", "talks.pdf.exe", "talks.doc", "a/.txt"])
def test_a_name_of_no_known_kind_is_told(name: str) -> None:
    with pytest.raises(UnsupportedFormatError):
        read_upload(b"Some words.", name=name, max_bytes=100)


def test_messages_show_a_long_name_shortened_and_on_one_line() -> None:
    with pytest.raises(EmptyTextError) as error:
        read_upload(b" ", name="a\r\n" + "x" * 300 + ".txt", max_bytes=100)
    message = str(error.value)
    assert (len(message) < 200, message.isprintable(), ".txt is empty." in message) == (True, True, True)


def test_a_plain_file_may_be_as_long_as_an_article() -> None:
    assert read_upload(b"12345", name="a.txt", max_bytes=5).text == "12345"
    with pytest.raises(TooLargeError, match=r"a\.txt has 6 bytes, more than the 5 an article may have"):
        read_upload(b"123456", name="a.txt", max_bytes=5)


def test_what_is_given_wins() -> None:
    given = Metadata("Given", ("Ann Poe",), "2024", "Paper", "Kept")
    article = read_upload(PAGE, name="a.html", max_bytes=1_000, given=given)
    assert Metadata(article.title, article.authors, article.published, article.source, article.note) == given


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_file_is_empty_whatever_its_kind(suffix: str) -> None:
    with pytest.raises(EmptyTextError):
        read_upload(b"", name=f"a{suffix}", max_bytes=100)


# Any bytes


@settings(deadline=None)  # the first example loads the libraries
@given(st.sampled_from(SUFFIXES), st.binary(max_size=200))
def test_any_bytes_become_an_article_or_a_clear_error(suffix: str, data: bytes) -> None:
    assert proven(read_here(data, suffix))


@settings(deadline=None)
@given(st.text(st.sampled_from("<>/=\"'&;!-[]aAbp h1ul\n\t\x00é\U0001f600"), max_size=200))
@example("<p>a<!--")
@example("<![CDATA[<p>]]>")
def test_any_mark_up_becomes_an_article_or_a_clear_error(text: str) -> None:
    assert proven(read_here(b"<html><body>" + text.encode() + f"<p>{SAID}</p>".encode(), ".html"))


@settings(deadline=None)
@given(st.sampled_from([(PAGE, ".html"), (PRINTED, ".pdf"), (WRITTEN, ".docx")]), st.data())
def test_a_file_with_other_bytes_in_it_becomes_an_article_or_a_clear_error(
    made: tuple[bytes, str], data: st.DataObject
) -> None:
    changed = bytearray(made[0])
    for at in data.draw(st.lists(st.integers(0, len(changed) - 1), max_size=8)):
        changed[at] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(changed)))
    assert proven(read_here(bytes(changed[: end or None]), made[1]))


# Pages


def test_parts_are_set_below_one_another_and_known_kinds_are_kept() -> None:
    page = set_page([part("T", "title"), part("  a \n\n b  "), part("x"), part("y", close=True), part("H.", "heading")])
    assert page.text == "T\n\na\nb\n\nx\ny\n\nH."
    assert [block.kind for block in page.blocks] == ["title", "body", "body", "body", "heading"]


def test_parts_without_a_kind_are_told_by_their_looks_only_when_none_has_one() -> None:
    assert [b.kind for b in set_page([part("Talks", None), part(f"{SAID}", None)]).blocks] == ["title", "body"]
    assert set_page([part("Talks", None), part("x", "heading"), part(SAID)]).blocks[0].kind == "body"


def test_something_is_left_to_quote() -> None:
    assert [b.kind for b in set_page([part("A", "title"), part("B", "heading")]).blocks] == ["title", "body"]
    assert [b.kind for b in set_page([part("A", "heading")]).blocks] == ["body"]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3), st.booleans()), min_size=1, max_size=8))
def test_every_page_with_words_begins_where_they_do(steps: list[tuple[int, int, bool]]) -> None:
    parts: list[Part] = []
    firsts: dict[int, str] = {}
    page = 0
    for number, (skipped, length, close) in enumerate(steps):
        page += skipped
        runs = tuple(f"<{number}.{run}>" for run in range(length))
        for run, text in enumerate(runs):
            firsts.setdefault(page + run, text)
        parts.append(Part(runs, "body", close, page))
        page += length - 1
    article = _make_article("a", set_page(parts, paged=True), Metadata(), stem=None)
    assert all(article.text.startswith(text, article.pages[at]) for at, text in firsts.items() if at)
    assert all(article.page_of(article.text.index(text)) == at + 1 for at, text in firsts.items())


@given(st.text(max_size=50))
def test_only_what_cannot_be_seen_is_left_out(text: str) -> None:
    kept = visible(text)
    assert kept == kept.strip()
    assert set(kept) - set(text) <= {" ", "\n"}


def test_every_kind_that_is_not_plain_is_read_apart() -> None:
    assert {suffix for suffix in READERS if suffix not in PLAIN} == {".html", ".htm", ".pdf", ".docx"}
    assert isinstance(READERS[".txt"](b"a", "a.txt"), Page)
