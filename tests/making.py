"""Files made in the tests that read them: web pages, PDFs and Word files, honest and hostile."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from rag.records import Article

SAID = "Iran and Azerbaijan began to draw closer six months after they had been on the verge of a conflict."
MORE = "Nobody gains from a quarrel between neighbours, the minister said to reporters who waited in Baku."


def blocks(article: Article) -> list[tuple[str, str]]:
    """What an article is made of, in order."""
    return [(block.kind, article.text[block.range.start : block.range.end]) for block in article.blocks]


def web_page(body: str, head: str = "<title>Talks in Baku</title>") -> bytes:
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>".encode()


def pdf(*pages: str, set_up: Callable[[Any], None] | None = None, running: tuple[str, str] | None = None) -> bytes:
    """A PDF of pages in a small Markdown: `# title`, `## heading`, a paragraph a line; `running` is head and foot."""
    from fpdf import FPDF

    class Printed(FPDF):
        def header(self) -> None:
            if running:
                _set(self, running[0], 8, "I")

        def footer(self) -> None:
            if running:
                self.set_y(-15)
                _set(self, running[1].replace("#", str(self.page_no())), 8, "I")

    made = Printed()
    made.set_creation_date(datetime(2024, 5, 14, tzinfo=UTC))
    if set_up:
        set_up(made)
    for page in pages:
        made.add_page()
        for line in page.splitlines():
            marks, _, text = line.rpartition("# ")
            size, style = {"": (11, ""), "#": (13, "B")}.get(marks, (11, "")) if marks else (11, "")
            size, style = (20, "B") if line.startswith("# ") else (size, style)
            _set(made, text or line, size, style)
            made.ln(3)
    return bytes(made.output())


def _set(made: Any, text: str, size: int, style: str) -> None:
    made.set_font("Helvetica", style, size)
    made.multi_cell(0, size / 2, text, new_x="LMARGIN", new_y="NEXT")


def raw_pdf(stream: bytes) -> bytes:
    """A PDF of one page that is drawn by these commands, packed."""
    packed = zlib.compress(stream, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>\nstream\n%b\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    written, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%btrailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return written + end % (table, len(written))


def docx(fill: Callable[[Any], None]) -> bytes:
    """A Word file that `fill` writes into."""
    from docx import Document

    document = Document()
    fill(document)
    return saved(document)


def saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def repacked(data: bytes, changed: Mapping[str, bytes], added: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """A Word file with other bytes in some of its parts, and parts added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name, old.read(name)))
        for name, content in added:
            new.writestr(name, content)
    return file.getvalue()
