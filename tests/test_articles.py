"""How files and pasted text become articles."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles import SUFFIXES, Metadata, read_bytes, read_file, read_text
from rag.errors import EmptyTextError, NotTextError, TooLargeError, UnreadableFileError, UnsupportedFormatError
from rag.records import Article

DEFAULT = Path(__file__).parent.parent / "index" / "articles" / "iran-azerbaijan.txt"
LONG = "The talks went on until late in the evening, and both sides called them useful and frank."


def blocks(article: Article) -> list[tuple[str, str]]:
    return [(block.kind, article.text[block.range.start : block.range.end]) for block in article.blocks]


def kinds(text: str) -> str:
    return " ".join(block.kind for block in read_text(text).blocks)


def saved(folder: Path, data: bytes, name: str = "talks.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def read(path: Path) -> Article:
    return read_file(path, max_bytes=1_000)


# Characters


def test_the_text_is_kept_exactly(tmp_path: Path) -> None:
    text = "\r\n  A\u00a0title \U0001f600\r\n\r\nA  tab\there .\r\rEnd.  \n\n"
    assert read(saved(tmp_path, text.encode())).text == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding_and_is_dropped(tmp_path: Path, encoding: str) -> None:
    assert read(saved(tmp_path, "Größe zählt.".encode(encoding))).text == "Größe zählt."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("He said “no” and left the café, naïve as he was.", "cp1252"),
        ("Привет, это обычный русский текст о политике.", "cp1251"),
    ],
)
def test_old_encodings_are_recognised(tmp_path: Path, text: str, encoding: str) -> None:
    assert read(saved(tmp_path, text.encode(encoding))).text == text


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04\x00\x00", b"text\x00text", bytes(range(1, 32)) * 3, b"\xff\xfe\x00\xd8", bytes(range(1, 256)) * 3],
)
def test_binary_data_is_not_text(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(NotTextError, match=r"talks\.txt"):
        read(saved(tmp_path, data))


@pytest.mark.parametrize("text", ["a\x00b", "lone \ud800 surrogate", "\x01\x02\x03 a"])
def test_pasted_text_with_forbidden_characters_is_not_text(text: str) -> None:
    with pytest.raises(NotTextError, match="pasted text"):
        read_text(text)


@pytest.mark.parametrize("text", ["", " \r\n\t\u00a0\u2003", "\u200b\ufeff"])
def test_white_space_alone_is_empty(text: str) -> None:
    with pytest.raises(EmptyTextError):
        read_text(text)


# Files


def test_a_file_may_have_just_as_many_bytes_as_allowed(tmp_path: Path) -> None:
    path = saved(tmp_path, b"12345")
    assert read_file(path, max_bytes=5).text == "12345"
    with pytest.raises(TooLargeError) as error:
        read_file(path, max_bytes=4)
    assert (error.value.size, error.value.limit) == (5, 4)


def test_a_missing_file_and_a_folder_are_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.txt", tmp_path, tmp_path / "nul\0.txt"):
        with pytest.raises(UnreadableFileError):
            read(path)


def test_an_unknown_suffix_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFormatError) as error:
        read(saved(tmp_path, b"text", "talks.xyz"))
    assert error.value.supported == SUFFIXES
    assert SUFFIXES == (".docx", ".htm", ".html", ".markdown", ".md", ".pdf", ".txt")


def test_the_suffix_may_be_in_capitals(tmp_path: Path) -> None:
    assert read(saved(tmp_path, b"text", "TALKS.TXT")).id.startswith("talks-")


def test_the_side_file_wins_over_the_text(tmp_path: Path) -> None:
    side = {"title": "Given", "authors": ["Ann Poe"], "published": "2024", "note": None, "other": 1}
    saved(tmp_path, json.dumps(side).encode(), "talks.json")
    article = read(saved(tmp_path, f"Shown\n\nBy Jane Doe\n\n{LONG}".encode()))
    assert (article.title, article.authors, article.published, article.source, article.note) == (
        "Given",
        ("Ann Poe",),
        "2024",
        None,
        None,
    )


def test_what_is_given_wins_over_the_side_file(tmp_path: Path) -> None:
    saved(tmp_path, b'{"title": "Beside", "note": "Kept"}', "talks.json")
    given = Metadata(title="Given", source="The Paper")
    article = read_file(saved(tmp_path, b"text"), max_bytes=9, given=given)
    assert (article.title, article.source, article.note) == ("Given", "The Paper", "Kept")


def test_bytes_without_a_file_are_decoded_and_limited() -> None:
    article = read_bytes("\ufeffGröße".encode(), name="input", max_bytes=10, given=Metadata(authors=("Ann Poe",)))
    assert (article.text, article.authors) == ("Größe", ("Ann Poe",))
    with pytest.raises(TooLargeError, match=r"input has 11 bytes"):
        read_bytes(b"x" * 11, name="input", max_bytes=10)


@pytest.mark.parametrize("side", ["{", "[1]", '{"authors": "Ann Poe"}', '{"title": 7}', "[" * 99_999])
def test_a_damaged_side_file_is_named(tmp_path: Path, side: str) -> None:
    saved(tmp_path, side.encode(), "talks.json")
    with pytest.raises(UnreadableFileError, match=r"talks\.json"):
        read(saved(tmp_path, b"text"))


# Names


def test_the_id_is_the_stem_and_the_hash_of_the_text(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"text").hexdigest()[:12]
    assert read(saved(tmp_path, b"text", "Café au lait!.md")).id == f"cafe-au-lait-{digest}"
    assert read(saved(tmp_path, b"text", "новости.txt")).id == f"article-{digest}"
    assert read(saved(tmp_path, b"\xef\xbb\xbftext", "x" * 60 + ".txt")).id == f"{'x' * 40}-{digest}"


def test_a_pasted_text_is_named_after_its_title() -> None:
    assert read_text("Some text.", metadata=Metadata(title="Ünder  way")).id.startswith("under-way-")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"Talks in Baku\n\n{LONG}", "Talks in Baku"),
        (f"Intro of the page\n\n# Talks **in** Baku #\n\n{LONG}", "Talks in Baku"),
        (f"Talks in Baku\n=============\n{LONG}", "Talks in Baku"),
        ("They met. They talked.", "They met. They talked."),
        (LONG, "The talks went on until late in the evening, and both sides called them useful…"),
        ("x" * 100, "x" * 79 + "…"),
        ("• They met", "They met"),
    ],
)
def test_the_title_comes_from_the_text(text: str, title: str) -> None:
    assert read_text(text).title == title


@pytest.mark.parametrize(
    ("byline", "authors", "published"),
    [
        ("By Rhod Mackenzie", ("Rhod Mackenzie",), None),
        ("BY JANE DOE", ("JANE DOE",), None),
        ("By Jane Doe and John Roe, Reuters", ("Jane Doe", "John Roe"), None),
        ("By Jane Doe, John Roe and Ann van Poe", ("Jane Doe", "John Roe", "Ann van Poe"), None),
        ("By Jane Doe in Kyiv and John Roe for The Guardian", ("Jane Doe", "John Roe"), None),
        ("By Reuters Staff", (), None),
        ("Jane Doe | 12 May 2024", ("Jane Doe",), "12 May 2024"),
        ("Published: May 12, 2024, 10:30 am", (), "May 12, 2024"),
        ("2024-05-12", (), "2024-05-12"),
    ],
)
def test_a_byline_tells_authors_and_date(byline: str, authors: tuple[str, ...], published: str | None) -> None:
    article = read_text(f"Talks in Baku\n{byline}\n\n{LONG}")
    assert [block.kind for block in article.blocks] == ["title", "byline", "body"]
    assert (article.authors, article.published) == (authors, published)


def test_a_sentence_that_begins_with_by_is_no_byline() -> None:
    assert kinds(f"Talks\n\nBy Monday the army had gone.\n\n{LONG}") == "title body body"


# Blocks


def test_headings_stand_above_or_between_paragraphs() -> None:
    text = f"Title\n\n{LONG}\n\nWho was there\n{LONG}\n\nWhat now?\n\n{LONG}"
    assert blocks(read_text(text)) == [
        ("title", "Title"),
        ("body", LONG),
        ("heading", "Who was there"),
        ("body", LONG),
        ("heading", "What now?"),
        ("body", LONG),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "He said no.",
        "He said:",
        "• He said no",
        "- He said no",
        "1. He said no",
        "“We said no”",
        '"No',
        "— He said no",
        "he said no",
        "No way! Never",
        "It was a long line that goes on and on and on without end",
    ],
)
def test_other_short_lines_are_no_headings(line: str) -> None:
    assert kinds(f"Title\n\n{LONG}\n\n{line}\n\n{LONG}") == "title body body body"


def test_the_last_line_and_lists_are_no_headings() -> None:
    assert kinds(f"Title\n\n{LONG}\n\nApples\nOranges\n\n{LONG}\n\nThe end") == "title body body body body body"


def test_markdown_marks_headings_of_any_look() -> None:
    assert blocks(read_text(f"# One\n\n{LONG}\n## it ended.\n{LONG}\n\nThree\n---\n\n{LONG}"))[2::2] == [
        ("heading", "## it ended."),
        ("heading", "Three\n---"),
    ]


def test_wrapped_lines_become_one_block_a_paragraph() -> None:
    wrapped = (
        "Iran and Azerbaijan, which found themselves on the verge of conflict\n"
        "six months ago, began to cautiously draw closer. The Iranian Foreign\n"
        "Minister traveled to Baku, where he met with Ilham Aliyev."
    )
    text = f"Talks in Baku\n\nBy Jane Doe\n\n{wrapped}\n\n{wrapped}\n\n- a first item\n- a second item\n"
    assert blocks(read_text(text)) == [
        ("title", "Talks in Baku"),
        ("byline", "By Jane Doe"),
        ("body", wrapped),
        ("body", wrapped),
        ("body", "- a first item"),
        ("body", "- a second item"),
    ]


def test_whole_paragraphs_on_lines_are_a_block_each() -> None:
    assert blocks(read_text(f"Title\n{LONG} {LONG}\n{LONG}\nShort one.\r\n{LONG} {LONG}")) == [
        ("title", "Title"),
        ("body", f"{LONG} {LONG}"),
        ("body", LONG),
        ("body", "Short one."),
        ("body", f"{LONG} {LONG}"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "This article originally appeared in Russian at",
        "First published in The Guardian.",
        "© 2024 Example News",
        "(Reporting by Jane Doe; editing by John Roe)",
    ],
)
def test_a_closing_credit_is_not_quoted(line: str) -> None:
    assert kinds(f"Title\n\n{LONG}\n\n{line}") == "title body byline"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One line without a stop", "body"),
        ("# One line", "body"),
        ("By Jane Doe", "body"),
        (f"ALL IN CAPITALS\n\n{LONG.upper()}", "title body"),
        (f"all small letters\n\n{LONG.lower()}", "body body"),
        ("— Who is there?\n— Me.", "body body"),
    ],
)
def test_untidy_texts_work(text: str, expected: str) -> None:
    assert kinds(text) == expected


@given(st.text(st.sampled_from("aB1.?#-=>•— \n\r\t\u00a0\u2028“\U0001f600"), max_size=80).filter(str.strip))
def test_blocks_are_tight_and_hold_every_visible_character(text: str) -> None:
    parts = [part for _, part in blocks(read_text(text))]
    assert all(part == part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


# The default article


def test_the_default_article_is_recognised() -> None:
    article = read_file(DEFAULT, max_bytes=100_000)
    assert article.title == "Iran and Azerbaijan from conflict to friendship with Russia's help"
    assert (article.authors, article.note) == (("Rhod Mackenzie",), "Originally published in Russian.")
    assert (article.published, article.source) == (None, None)
    assert [line for kind, line in blocks(article) if kind != "body"] == [
        "Iran and Azerbaijan from conflict to friendship with Russia's help",
        "By Rhod Mackenzie",
        "How were the negotiations in Baku",
        "How did the relationship deteriorate?",
        "Why is there a warming",
        "What the experts say",
        "This article originally appeared in Russian at",
    ]
    assert len(article.blocks) == 25
