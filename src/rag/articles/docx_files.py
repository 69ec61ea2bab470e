"""A Word file (.docx) -> its article: headings by style, paragraphs, lists, and tables as lines.

This file knows the parts of a .docx and what they may not hold; it opens no file. It runs where a document can do
no harm (see `apart`).
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rag.articles.metadata import Metadata
from rag.articles.page import BROKEN, Page, Part, part, set_page, visible
from rag.articles.properties import sensible, with_properties
from rag.errors import DamagedFileError, LockedFileError, NoTextError, UnsafeFileError, WrongFormatError
from rag.records import Kind

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import BaseStyle
    from lxml.etree import _Element

KIND = "a Word file (DOCX)"

MOST_MEMBERS = 5_000  # files in the archive; a book with a thousand pictures has about 1,100
MOST_BYTES = 200_000_000  # unpacked, pictures and all
MOST_XML_BYTES = 60_000_000  # of one part, unpacked; the text of a long book has about 20 million with its marks
MOST_RATIO = 200  # unpacked to packed bytes, of parts above `FREE_BYTES`; XML of real documents reaches about 40
FREE_BYTES = 1_000_000

_MADE_IN_TEMPLATE = datetime(2013, 12, 23, 23, 15, tzinfo=UTC)
"""The date that every file of python-docx has from its template, unless its author sets another."""

_LONGEST_CHAIN = 10  # styles that come from one another; Word allows 11

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What old .doc files and files with a password begin with."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_NOT_READ = frozenset(
    [f"{_W}{tag}" for tag in ("del", "moveFrom", "txbxContent", "instrText", "pPr", "rPr")] + [f"{_MC}Fallback"]
)
_MARKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def read_docx(data: bytes, name: str) -> Page:
    """Return the article of a Word file.

    Raises:
        WrongFormatError: The bytes are no Word file.
        LockedFileError: It has a password.
        UnsafeFileError: It unpacks to far more than a document has, or brings definitions of its own.
        DamagedFileError: It cannot be read to its end.
        NoTextError: There is no text in it.
    """
    check_archive(data, name)
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        known, parts = _found(data)
    except (OpcError, LxmlError, zipfile.BadZipFile, zlib.error, *BROKEN) as error:
        raise DamagedFileError(name, KIND) from error
    if not parts:
        raise NoTextError(name, "no text, at most pictures", "Copy what it shows and paste it: rag add -")
    titled = any(one.kind == "title" for one in parts)
    return with_properties(set_page(parts, known), known, titled=titled)


def check_archive(data: bytes, name: str) -> None:
    """Check what a Word file is made of before it is opened.

    Raises:
        WrongFormatError, LockedFileError, UnsafeFileError, DamagedFileError: As `read_docx`.
    """
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise LockedFileError(name)
        raise WrongFormatError(name, KIND)
    if not data.startswith(b"PK"):
        raise WrongFormatError(name, KIND)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise DamagedFileError(name, KIND) from error
    with archive:
        members = archive.infolist()
        if not any(member.filename == "[Content_Types].xml" for member in members):
            raise WrongFormatError(name, KIND)
        _check_sizes(members, name)
        for member in members:
            if member.filename.lower().endswith((".xml", ".rels")):
                _check_xml(_unpack(archive, member, name), name)


def _check_sizes(members: list[zipfile.ZipInfo], name: str) -> None:
    if len(members) > MOST_MEMBERS:
        raise UnsafeFileError(name, f"it is packed from {len(members):,} files, more than {MOST_MEMBERS:,}")
    if len({member.filename for member in members}) < len(members):
        raise UnsafeFileError(name, "it holds several files of one name")
    if any(member.flag_bits & 1 for member in members):
        raise LockedFileError(name)
    total = sum(member.file_size for member in members)
    if total > MOST_BYTES:
        raise UnsafeFileError(name, f"it unpacks to {total:,} bytes, more than {MOST_BYTES:,}")
    for member in members:
        if member.file_size > FREE_BYTES and member.file_size > MOST_RATIO * member.compress_size:
            raise UnsafeFileError(name, f"a part of it unpacks to more than {MOST_RATIO} times its size")


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    """Unpack a part, whose real size no header tells for sure."""
    try:
        with archive.open(member) as file:
            unpacked = file.read(MOST_XML_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise DamagedFileError(name, KIND) from error
    if len(unpacked) > MOST_XML_BYTES:
        raise UnsafeFileError(name, f"a part of it unpacks to more than {MOST_XML_BYTES:,} bytes")
    return unpacked


def _check_xml(unpacked: bytes, name: str) -> None:
    """Refuse a part with a document type, which no Word file has: it could define entities or call for files."""
    from xml.sax import ContentHandler, SAXException

    from defusedxml.common import DefusedXmlException
    from defusedxml.sax import parseString

    try:
        parseString(unpacked, ContentHandler(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise UnsafeFileError(name, "it defines entities of its own, which no Word file does") from error
    except (SAXException, ValueError, LookupError) as error:
        raise DamagedFileError(name, KIND) from error


def _found(data: bytes) -> tuple[Metadata, list[Part]]:
    """Return what the properties of a document say, and its parts."""
    from docx import Document

    document = Document(io.BytesIO(data))
    properties = document.core_properties
    made = None if properties.created == _MADE_IN_TEMPLATE else properties.created
    return sensible(properties.title, properties.author, made), list(_parts(document))


def _parts(document: Document) -> Iterator[Part]:
    """Yield the paragraphs and the rows of tables in order; a first heading is the title where no style says so.

    Where no paragraph has the style of a heading, the kinds of all are left to their looks.
    """
    styles = _kinds_of_styles(document)
    shown = [(element, text) for element in _blocks(document.element.body) if (text := visible(_text(element)))]
    kinds = [_kind(element, styles) for element, _ in shown]
    if kinds and kinds[0] == "heading" and "title" not in kinds:
        kinds[0] = "title"
    knows_headings = "title" in kinds or "heading" in kinds
    before = ""
    for (element, text), kind in zip(shown, kinds, strict=True):
        shape = _shape(element)
        told = kind if knows_headings else None
        yield part(text, told, close=shape == before != "paragraph")
        before = shape


def _kinds_of_styles(document: Document) -> dict[str, Kind]:
    """Tell which styles are of titles and headings, by their own name or that of a style they come from."""
    kinds: dict[str, Kind] = {}
    for style in document.styles:
        one: BaseStyle | None = style
        for _ in range(_LONGEST_CHAIN):
            named = (getattr(one, "name", None) or "").lower()
            if named == "title" or named.startswith("heading"):
                kinds[style.style_id] = "title" if named == "title" else "heading"
            one = getattr(one, "base_style", None)
            if one is None or style.style_id in kinds:
                break
    return kinds


def _kind(element: _Element, styles: dict[str, Kind]) -> Kind:
    style = element.find(f"{_W}pPr/{_W}pStyle")
    if element.find(f"{_W}pPr/{_W}outlineLvl") is not None:
        return "heading"
    return styles.get(str(style.get(f"{_W}val")), "body") if style is not None else "body"


def _shape(element: _Element) -> str:
    if element.tag == f"{_W}tr":
        return "row"
    style = element.find(f"{_W}pPr/{_W}pStyle")
    is_list = style is not None and str(style.get(f"{_W}val")).startswith("List")
    return "item" if is_list or element.find(f"{_W}pPr/{_W}numPr") is not None else "paragraph"


def _blocks(element: _Element) -> Iterator[_Element]:
    """Yield paragraphs and rows in order, also those inside what wraps them: forms and tracked changes."""
    for child in element:
        if child.tag in (f"{_W}p", f"{_W}tr"):
            yield child
        elif child.tag not in _NOT_READ:
            yield from _blocks(child)


def _text(element: _Element) -> str:
    """Return what a paragraph or a row shows; the cells of a row with tabs between."""
    if element.tag == f"{_W}tr":
        return "\t".join(filter(None, (" ".join(_shown(cell).split()) for cell in _cells(element))))
    return _shown(element)


def _cells(row: _Element) -> Iterator[_Element]:
    for child in row:
        if child.tag == f"{_W}tc":
            yield child
        else:
            yield from _cells(child)


def _shown(element: _Element) -> str:
    if element.tag in _NOT_READ or element.find(f"{_W}rPr/{_W}vanish") is not None:
        return ""
    if element.tag == f"{_W}t":
        return element.text or ""
    end = "\n" if element.tag == f"{_W}p" else ""
    return _MARKS.get(str(element.tag), "") + "".join(map(_shown, element)) + end
