"""How Word files become articles."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
from making import MORE, SAID, blocks, docx, repacked

from rag.articles import docx_files, read_upload
from rag.errors import DamagedFileError, LockedFileError, NoTextError, UnsafeFileError, WrongFormatError
from rag.records import Article

MAIN = "word/document.xml"
ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE w [%b]><w:document
 xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p>
</w:body></w:document>"""


def read(data: bytes) -> Article:
    return read_upload(data, name="talks.docx", max_bytes=1_000_000)


def talks(document: Any) -> None:
    document.core_properties.author = "Ann Poe"
    document.core_properties.created = datetime(2024, 5, 14)
    document.add_heading("Talks in Baku", 0)
    document.add_paragraph("By Jane Doe")
    said = document.add_paragraph("They are ")
    said.add_run("ready").bold = True
    said.add_run(f". {SAID}\nA date was not named.")
    document.add_heading("What was agreed.", 2)
    document.add_paragraph("The embassy opens.", style="List Bullet")
    document.add_paragraph("A commission meets.", style="List Bullet")
    table = document.add_table(2, 2)
    for at, text in enumerate(["Year", "Trade", "2023", "$440 million"]):
        table.cell(at // 2, at % 2).text = text
    document.add_paragraph(MORE)


def test_styles_tell_headings_and_the_order_is_kept() -> None:
    article = read(docx(talks))
    assert blocks(article) == [
        ("title", "Talks in Baku"),
        ("byline", "By Jane Doe"),
        ("body", f"They are ready. {SAID}\nA date was not named."),
        ("heading", "What was agreed."),
        ("body", "The embassy opens."),
        ("body", "A commission meets."),
        ("body", "Year\tTrade"),
        ("body", "2023\t$440 million"),
        ("body", MORE),
    ]
    assert "The embassy opens.\nA commission meets.\n\nYear\tTrade\n2023\t$440 million\n\nNobody" in article.text


def test_the_byline_wins_over_the_properties_and_they_fill_the_rest() -> None:
    article = read(docx(talks))
    assert (article.authors, article.published, article.pages) == (("Jane Doe",), "2024-05-14", ())


def test_what_the_program_filled_in_is_left_out() -> None:
    article = read(docx(lambda document: document.add_paragraph(SAID)))
    assert (article.authors, article.published, article.text) == ((), None, SAID)


def test_a_first_heading_is_the_title_where_no_style_says_so() -> None:
    def fill(document: Any) -> None:
        document.add_heading("Talks in Baku", 1)
        document.add_paragraph(SAID)
        document.add_heading("What next", 1)
        document.add_paragraph(MORE)

    assert [kind for kind, _ in blocks(read(docx(fill)))] == ["title", "body", "heading", "body"]


def test_without_styles_headings_are_told_by_their_looks() -> None:
    def fill(document: Any) -> None:
        for text in ("Talks in Baku", SAID, "What next", MORE):
            document.add_paragraph(text)

    assert [kind for kind, _ in blocks(read(docx(fill)))] == ["title", "body", "heading", "body"]


def test_deleted_and_hidden_words_are_not_read_and_inserted_ones_are() -> None:
    def fill(document: Any) -> None:
        paragraph = document.add_paragraph(SAID)
        paragraph.add_run(" hidden").font.hidden = True

    word = (
        b'<w:ins w:id="1" w:author="a"><w:r><w:t> new</w:t></w:r></w:ins>'
        b'<w:del w:id="2" w:author="a"><w:r><w:delText> old</w:delText></w:r></w:del></w:p>'
    )
    data = docx(fill)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        written = archive.read(MAIN).replace(b"</w:p>", word, 1)
    assert read(repacked(data, {MAIN: written})).text == f"{SAID} new"


# Files that are none


@pytest.mark.parametrize("data", [b"plain words", b"%PDF-1.4", docx_files._OLE + b"\0" * 600])
def test_what_is_no_word_file_is_told(data: bytes) -> None:
    with pytest.raises(WrongFormatError, match=r"talks\.docx is not a Word file"):
        read(data)


def test_another_archive_is_no_word_file() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "words")
    with pytest.raises(WrongFormatError):
        read(file.getvalue())


def test_an_archive_that_was_cut_off_is_damaged() -> None:
    with pytest.raises(DamagedFileError, match=r"talks\.docx is damaged: it begins like a Word file"):
        read(docx(talks)[:-100])


def test_a_password_is_told() -> None:
    with pytest.raises(LockedFileError):
        read(docx_files._OLE + "EncryptedPackage".encode("utf-16-le"))


def test_an_empty_document_is_told() -> None:
    with pytest.raises(NoTextError, match=r"talks\.docx holds no text"):
        read(docx(lambda document: None))


def test_a_missing_part_is_damage() -> None:
    with pytest.raises(DamagedFileError):
        read(repacked(docx(talks), {"_rels/.rels": b"<Relationships/>"}))


@pytest.mark.parametrize("part", [MAIN, "word/styles.xml", "docProps/core.xml", "_rels/.rels", "[Content_Types].xml"])
@pytest.mark.parametrize(
    "definitions",
    [
        b'<!ENTITY a SYSTEM "file:///etc/hostname">',
        b'<!ENTITY a SYSTEM "http://127.0.0.1/">',
        b'<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">',
        b"<!ELEMENT w ANY>",
    ],
)
def test_definitions_are_refused_before_anything_is_expanded(part: str, definitions: bytes) -> None:
    with pytest.raises(UnsafeFileError, match="it defines entities of its own"):
        read(repacked(docx(talks), {part: ENTITIES % definitions}))


def test_definitions_in_another_encoding_are_refused_as_well() -> None:
    text = (ENTITIES % b'<!ENTITY a "x">').decode().replace('version="1.0"', 'version="1.0" encoding="utf-16"')
    with pytest.raises(UnsafeFileError):
        read(repacked(docx(talks), {MAIN: text.encode("utf-16")}))


def test_a_part_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(UnsafeFileError, match="more than 200 times its size"):
        read(repacked(docx(talks), {}, [("word/media/a.xml", b" " * 5_000_000)]))


def test_too_many_parts_are_refused() -> None:
    with pytest.raises(UnsafeFileError, match="more than 5,000"):
        read(repacked(docx(talks), {}, ((f"word/{at}", b"") for at in range(5_001))))


def test_a_size_that_the_archive_lies_about_is_not_believed() -> None:
    data = repacked(docx(talks), {}, [("word/a.xml", b"<a>" + b" " * 900_000 + b"</a>")])
    size = (900_007).to_bytes(4, "little")
    assert size in data
    with pytest.raises(DamagedFileError):
        read(data.replace(size, (10).to_bytes(4, "little")))
