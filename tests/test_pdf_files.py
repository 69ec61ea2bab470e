"""How PDFs become articles."""

from __future__ import annotations

from typing import Any

import pytest
from making import MORE, SAID, blocks, pdf, raw_pdf

from rag.articles import read_upload
from rag.articles.pdf_lines import Line, paragraphs
from rag.errors import DamagedFileError, LockedFileError, NoTextError, UnsafeFileError, WrongFormatError
from rag.records import Article

TALKS = f"# Talks in Baku\nBy Jane Doe\n{SAID} {MORE}\n## What was agreed\n{MORE} {SAID}\n- an embassy\n- a commission"


def read(data: bytes) -> Article:
    return read_upload(data, name="talks.pdf", max_bytes=1_000_000)


def set_lines(*texts: str, page: int = 0, size: float = 11.0) -> list[Line]:
    """Lines below one another at the usual distance."""
    return [Line(text, page, 50.0, 700.0 - 14 * at, size, False) for at, text in enumerate(texts)]


def joined(*pages: list[Line]) -> list[tuple[str, ...]]:
    return [part.runs for part in paragraphs(pages)]


# A whole file


def test_lines_become_paragraphs_and_large_ones_headings() -> None:
    assert blocks(read(pdf(TALKS))) == [
        ("title", "Talks in Baku"),
        ("byline", "By Jane Doe"),
        ("body", f"{SAID} {MORE}"),
        ("heading", "What was agreed"),
        ("body", f"{MORE} {SAID}"),
        ("body", "- an embassy"),
        ("body", "- a commission"),
    ]


def test_each_page_has_its_place_in_the_text() -> None:
    article = read(pdf(f"{SAID}\n{MORE}", f"{MORE} The second page."))
    assert article.pages == (0, article.text.index(MORE, article.text.index(MORE) + 1))
    assert article.page_of(article.text.index("The second page")) == 2


def test_empty_pages_are_counted() -> None:
    article = read(pdf("", SAID, "", "", MORE, ""))
    assert article.text == f"\n{SAID}\n\n\n\n{MORE}"
    assert [article.page_of(article.text.index(said)) for said in (SAID, MORE)] == [2, 5]


def test_running_heads_and_numbers_of_pages_are_left_out() -> None:
    article = read(pdf(SAID, MORE, f"{MORE} {SAID}", running=("The Example Times", "Page # of 3")))
    assert [text for _, text in blocks(article)] == [SAID, MORE, f"{MORE} {SAID}"]


def test_the_properties_tell_title_author_and_date() -> None:
    def set_up(made: Any) -> None:
        made.set_title("Talks in Baku")
        made.set_author("Ann Poe; user")

    article = read(pdf(SAID, set_up=set_up))
    assert (article.title, article.authors, article.published) == ("Talks in Baku", ("Ann Poe",), "2024-05-14")


def test_what_the_pages_show_wins_over_the_properties() -> None:
    def set_up(made: Any) -> None:
        made.set_title("A title of last year")
        made.set_author("Ann Poe")

    article = read(pdf(TALKS.replace("By Jane Doe", "Jane Doe | 12 May 2023"), set_up=set_up))
    assert (article.title, article.authors, article.published) == ("Talks in Baku", ("Jane Doe",), "12 May 2023")


@pytest.mark.parametrize("title", ["Microsoft Word - talks.docx", "untitled", "talks_final.pdf", "Document1", "123"])
def test_a_title_that_no_person_wrote_is_left_out(title: str) -> None:
    assert read(pdf(f"{SAID}\n{MORE}", set_up=lambda made: made.set_title(title))).title != title


def test_the_day_of_printing_is_not_the_day_of_the_article() -> None:
    assert read(pdf(SAID, set_up=lambda made: made.set_creator("Mozilla/5.0 Chrome/150"))).published is None


# Lines


def test_a_word_that_a_line_end_divides_is_whole_again() -> None:
    lines = set_lines("They found themselves on the verge of a con-", "flict with all of their neighbours there.")
    assert joined(lines) == [("They found themselves on the verge of a conflict with all of their neighbours there.",)]


@pytest.mark.parametrize(
    ("above", "below", "whole"),
    [
        ("it was a well-", "known fact", "it was a well-known fact"),
        ("a Franco-", "German plan", "a Franco-German plan"),
        ("a cease-", "fire, a cease-fire", "a cease-fire, a cease-fire"),
        ("the years 2023-", "24 were bad", "the years 2023- 24 were bad"),
        ("soft hy\u00ad", "phens go", "soft hyphens go"),
        ("the e\ufb03cient way of", "things", "the efficient way of things"),
        ("他们说", "你好", "他们说你好"),
    ],
)
def test_hyphens_that_belong_to_a_word_stay(above: str, below: str, whole: str) -> None:
    assert joined(set_lines(above, below)) == [(whole,)]


def test_a_paragraph_that_a_page_divides_stays_one_and_keeps_both_places() -> None:
    first = set_lines("They found themselves on the verge of a con-")
    second = set_lines("flict with all of their neighbours.", page=1)
    assert joined(first, second) == [
        ("They found themselves on the verge of a con", "flict with all of their neighbours.")
    ]


def test_a_wider_gap_a_short_last_line_and_an_indent_end_a_paragraph() -> None:
    lines = set_lines(f"{SAID}", f"{SAID}", "The end.", SAID, SAID)
    assert joined(lines) == [(f"{SAID} {SAID} The end.",), (f"{SAID} {SAID}",)]
    apart = [*set_lines(SAID, MORE), Line(SAID, 0, 50.0, 640.0, 11.0, False)]
    assert joined(apart) == [(f"{SAID} {MORE}",), (SAID,)]
    indented = [*set_lines(SAID, SAID), Line(SAID, 0, 62.0, 672.0, 11.0, False)]
    assert joined(indented) == [(f"{SAID} {SAID}",), (SAID,)]


def test_pages_that_look_alike_throughout_tell_no_kinds() -> None:
    assert [part.kind for part in paragraphs([set_lines("Talks", SAID)])] == [None]


def test_a_number_is_a_page_number_only_at_an_edge_and_when_it_fits() -> None:
    assert joined(set_lines(SAID, "2024", SAID, "1")) == [(f"{SAID} 2024 {SAID}",)]
    assert joined(set_lines(SAID, "7")) == [(f"{SAID} 7",)]


def test_what_a_browser_prints_at_the_edges_is_left_out_and_tells_the_source() -> None:
    edges = "5/14/24, 10:30 AM Talks in Baku", "https://news.example/talks #/1"
    article = read(pdf(f"# Talks in Baku\n{SAID}", running=edges))
    assert (article.text, article.source) == (f"Talks in Baku\n\n{SAID}", "https://news.example/talks")


def test_a_byline_is_looked_for_below_the_title_wherever_that_is() -> None:
    above = "Skip to content\n- Home\n- World\n- Sport\n- Politics\n- More\n"
    article = read(pdf(f"{above}# Talks in Baku\nBy Jane Doe\n{SAID} {MORE}"))
    assert ("byline", "By Jane Doe") in blocks(article)


# Files that are none


@pytest.mark.parametrize("data", [b"plain words", b"<html><p>%PDF", b"PK\x03\x04"])
def test_what_is_no_pdf_is_told(data: bytes) -> None:
    with pytest.raises(WrongFormatError, match=r"talks\.pdf is not a PDF"):
        read(data)


def test_a_pdf_that_was_cut_off_is_told() -> None:
    with pytest.raises(DamagedFileError, match=r"talks\.pdf is damaged: it begins like a PDF"):
        read(b"%PDF-1.4\n%nothing more")


def test_a_password_is_told_and_one_that_only_forbids_printing_is_not() -> None:
    with pytest.raises(LockedFileError, match=r"talks\.pdf is locked with a password"):
        read(pdf(SAID, set_up=lambda made: made.set_encryption("owner", "user")))
    assert read(pdf(SAID, set_up=lambda made: made.set_encryption("owner", ""))).text == SAID


def test_pictures_of_pages_are_told() -> None:
    with pytest.raises(NoTextError, match=r"talks\.pdf holds 2 pages of pictures and no text\. Run text recognition"):
        read(pdf("", ""))


@pytest.mark.parametrize("stream", [b" " * 300_000_000, b"BT /F1 12 Tf (a) Tj " + b"(a) Tj T* " * 9_000_000 + b"ET"])
def test_a_stream_that_unpacks_without_end_is_not_opened(stream: bytes) -> None:
    with pytest.raises(UnsafeFileError, match=r"unpacks to far more than any text has"):
        read(raw_pdf(stream))


def test_arrays_without_end_are_told() -> None:
    with pytest.raises(DamagedFileError):
        read(raw_pdf(b"BT /F1 12 Tf " + b"[" * 1_000_000 + b"] TJ ET"))
