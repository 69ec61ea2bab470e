"""A PDF -> its article: paragraphs without the hard ends of lines, headings by their size, and where pages begin.

This file knows what `pypdf` reads; how lines become paragraphs is in `pdf_lines`. It runs where a document can do
no harm (see `apart`).
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rag.articles.metadata import Metadata
from rag.articles.page import BROKEN, Page, set_page, visible
from rag.articles.pdf_lines import Line, paragraphs, printed_from
from rag.articles.properties import sensible, with_properties
from rag.errors import DamagedFileError, LockedFileError, NoTextError, UnsafeFileError, WrongFormatError

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

KIND = "a PDF"

_SIGN_WITHIN = 1_024  # bytes at the start of a file in which readers look for its sign
_PRINTERS = ("skia", "mozilla", "chrome", "quartz", "wkhtmltopdf", "print to pdf", "ghostscript")
"""Programs that print what others wrote: the day is that of printing."""


def read_pdf(data: bytes, name: str) -> Page:
    """Return the article of a PDF.

    Raises:
        WrongFormatError: The bytes are no PDF.
        LockedFileError: It has a password.
        UnsafeFileError: It unpacks to far more than a text has.
        DamagedFileError: It cannot be read to its end.
        NoTextError: It is made of pictures.
    """
    if b"%PDF-" not in data[:_SIGN_WITHIN]:
        raise WrongFormatError(name, KIND)
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, DeprecationError, LimitReachedError, PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise LockedFileError(name)
        pages = [list(_lines(page, number)) for number, page in enumerate(reader.pages)]
        known = _properties(reader)
    except LimitReachedError as error:
        raise UnsafeFileError(name, "a part of it unpacks to far more than any text has") from error
    except DependencyError as error:  # a kind of lock that pypdf cannot even try
        raise LockedFileError(name) from error
    except (PyPdfError, DeprecationError, *BROKEN) as error:
        raise DamagedFileError(name, KIND) from error
    known = replace(known, source=printed_from(pages))
    parts = list(paragraphs(pages))
    if not parts:
        what = f"{len(pages)} page{'' if len(pages) == 1 else 's'} of pictures and no text"
        raise NoTextError(name, what, "Run text recognition (OCR) over it and add the PDF that it makes.")
    titled = any(one.kind == "title" for one in parts)
    return with_properties(set_page(parts, known, paged=True), known, titled=titled)


def _lines(page: PageObject, number: int) -> Iterator[Line]:
    """Yield the visible lines of a page in the order of the file, which is nearly always that of reading."""
    pieces: list[tuple[str, float, float, float, str]] = []

    def see(text: str, outer: Sequence[float], inner: Sequence[float], font: Any, size: float) -> None:
        left, down = (
            inner[4] * outer[0] + inner[5] * outer[2] + outer[4],
            inner[4] * outer[1] + inner[5] * outer[3] + outer[5],
        )
        scale = math.hypot(inner[2] * outer[0] + inner[3] * outer[2], inner[2] * outer[1] + inner[3] * outer[3])
        pieces.append((text, left, down, abs(size) * scale, str((font or {}).get("/BaseFont", ""))))

    page.extract_text(visitor_text=see)
    written, first = "", None
    for piece in [*pieces, ("\n", 0.0, 0.0, 0.0, "")]:
        head, *more = piece[0].split("\n")
        for at, text in enumerate([head, *more]):
            if at:
                if first is not None and visible(written):
                    yield _line(written, first, number)
                written, first = "", None
            written += text
            if first is None and text.strip():
                first = piece
    return


def _line(text: str, first: tuple[str, float, float, float, str], page: int) -> Line:
    _, left, down, size, font = first
    bold = any(word in font.lower() for word in ("bold", "black", "heavy", "semibold"))
    return Line(visible(text), page, left, down, round(size, 1), bold)


def _properties(reader: PdfReader) -> Metadata:
    known = reader.metadata
    if known is None:
        return Metadata()
    programs = f"{known.creator or ''} {known.producer or ''}".lower()
    made = None if any(printer in programs for printer in _PRINTERS) else _date(known.creation_date_raw)
    return sensible(_string(known.title), _string(known.author), made)


def _string(value: object) -> str | None:
    return str(value) if isinstance(value, str) else None


def _date(value: object) -> datetime | None:
    """Read the day of `D:20240514...`."""
    digits = str(value or "").removeprefix("D:")[:8]
    try:
        return datetime.strptime(digits, "%Y%m%d") if len(digits) == 8 and digits.isdigit() else None
    except ValueError:
        return None
