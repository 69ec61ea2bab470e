"""A saved web page -> its article: title, byline, headings, paragraphs, lists and tables in reading order.

This file knows HTML and what `trafilatura` finds in it; it opens no file and no address. It runs where a page can
do no harm (see `apart`).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.articles.bylines import LONGEST_BYLINE
from rag.articles.decoding import decode
from rag.articles.layout import HEAD_PIECES
from rag.articles.metadata import Metadata, one_line
from rag.articles.page import BROKEN, Page, Part, part, set_page, visible
from rag.errors import DamagedFileError, NoTextError, UnsafeFileError, WrongFormatError
from rag.records import Kind

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement

KIND = "a web page (HTML)"

MOST_ELEMENTS = 300_000  # the longest pages of an encyclopedia have about 100,000

FEWEST_LINKS = 3
LINKED = 0.8  # share of the characters of a menu that are in links
LONGEST_LABEL = 40  # characters of a link in a menu, on average

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->")
_HEAD_OF_FILE = 10_000  # bytes of a page in which its encoding and where it was saved from are looked for
_LONGEST_ADDRESS = 2_000  # characters

_NOT_ARTICLE = [
    "//*[" + " or ".join(f"contains(concat(' ', normalize-space(@class), ' '), ' {word} ')" for word in words) + "]"
    for words in (
        ("ad", "ads", "advert", "advertisement", "sponsored", "promo", "promoted"),
        ("related", "related-stories", "read-more", "more-stories", "recommended", "newsletter", "breadcrumb"),
        ("cookie-banner", "cookie-consent", "share", "sharing", "social-share", "comments"),
    )
]
"""What is named as no part of the article; trafilatura knows many others."""

_BYLINES = (
    "//*[contains(@class, 'byline')]",
    "//*[@rel='author' or @itemprop='author']",
    "//*[contains(@class, 'author')]",
)

_BLOCKS = frozenset("head p list item quote code table row div".split())
_MENUS = frozenset("table tr td ul ol div p section".split())
_BREAKS = frozenset(
    "address article aside br dd div dl dt figure footer h1 h2 h3 h4 header li ol p section td tr ul".split()
)


def read_web_page(data: bytes, name: str) -> Page:
    """Return the article of a saved web page.

    Raises:
        WrongFormatError: The bytes are no HTML.
        UnsafeFileError: It has more elements than a page that people read.
        DamagedFileError: There is no page in them.
        NoTextError: The page has no article.
    """
    from lxml.etree import LxmlError

    text = _decode(data, name)
    if "\x00" in text or not re.search(r"<[a-zA-Z!/?]", text):
        raise WrongFormatError(name, KIND)
    try:
        tree = _tree(text)
        if sum(1 for _ in tree.iter()) > MOST_ELEMENTS:
            raise UnsafeFileError(name, f"it has more than {MOST_ELEMENTS:,} elements")
        _drop_menus(tree)
        known, parts = _found(tree)
        parts = [*_top(tree, known, parts), *parts] if any(one.kind == "body" for one in parts) else []
    except (LxmlError, *BROKEN) as error:
        raise DamagedFileError(name, KIND) from error
    if not parts:
        raise NoTextError(name, "no article that can be told from the page around it", "Copy the text and paste it.")
    return set_page(parts, known if known.source else replace(known, source=_saved_from(text)))


def _drop_menus(tree: HtmlElement) -> None:
    """Take out what is nearly all short links, as the menus of pages that do not name their parts are."""
    from lxml import etree

    sizes: dict[HtmlElement, _Size] = {}
    menus: list[HtmlElement] = []
    for _, element in etree.iterwalk(tree, events=("end",)):
        inside = [sizes.pop(child) for child in element if child in sizes]
        shown = len((element.text or "").strip()) + sum(len((child.tail or "").strip()) for child in element)
        size = _Size(
            shown + sum(one.shown for one in inside),
            sum(one.linked for one in inside),
            sum(one.links for one in inside),
        )
        if element.tag == "a":
            size = _Size(size.shown, size.shown, 1)
        sizes[element] = size
        if element.tag in _MENUS and size.links >= FEWEST_LINKS and _is_menu(size):
            menus.append(element)
    for element in menus:
        element.drop_tree()


@dataclass(frozen=True, slots=True)
class _Size:
    """Characters that an element shows, those of them in links, and how many links it has."""

    shown: int
    linked: int
    links: int


def _is_menu(size: _Size) -> bool:
    return size.linked >= LINKED * size.shown and size.linked <= LONGEST_LABEL * size.links


def _found(tree: HtmlElement) -> tuple[Metadata, list[Part]]:
    """Return what trafilatura finds in a page: what it knows about the article, and the parts of its text."""
    from trafilatura import bare_extraction

    found = bare_extraction(
        tree,
        include_comments=False,
        include_tables=True,
        with_metadata=True,
        date_extraction_params={"original_date": True, "extensive_search": False},
        prune_xpath=_NOT_ARTICLE,
    )
    if found is None or isinstance(found, dict):
        return Metadata(), []
    authors = tuple(filter(None, map(one_line, (found.author or "").split(";"))))
    return Metadata(found.title, authors, found.date, _address(found.url)), list(_parts(found.body))


def _decode(data: bytes, name: str) -> str:
    """Decode a page as its byte order mark says, as UTF-8, as it says itself, or as any text."""
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode(data, name)
    if b"\x00" in data:
        raise WrongFormatError(name, KIND)
    try:
        return data.decode()
    except UnicodeDecodeError:
        declared = _DECLARED.search(data[:_HEAD_OF_FILE])
    if declared:
        label = declared[1].decode("ascii").lower()
        try:
            return data.decode("cp1252" if label in ("iso-8859-1", "latin1", "ascii") else label, errors="ignore")
        except (LookupError, UnicodeError):  # no such encoding
            pass
    return decode(data, name)


def _tree(text: str) -> HtmlElement:
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    return html.document_fromstring(text.encode("utf-8", errors="ignore"), parser=parser)


def _top(tree: HtmlElement, known: Metadata, parts: list[Part]) -> Iterator[Part]:
    """Yield the title and the byline, where the page shows them and the parts do not; a title among them is marked."""
    title = next((at for at, one in enumerate(parts[:HEAD_PIECES]) if _is_title(one, known)), None)
    if title is not None:
        yield Part(parts.pop(title).runs, "title")
    elif known.title:
        yield part(known.title, "title")
    begin = " ".join(run for one in parts[:HEAD_PIECES] for run in one.runs)
    byline = _byline(tree, known.authors)
    if byline and byline not in begin:
        yield part(byline, "byline")


def _is_title(one: Part, known: Metadata) -> bool:
    if one.kind == "title":
        return True
    return one_line(one.runs[0]).casefold() == one_line(known.title or "").casefold()


def _byline(tree: HtmlElement, authors: Sequence[str]) -> str | None:
    """Find the line on the page that names an author."""
    names = [author.casefold() for author in authors]
    for where in _BYLINES:
        for element in tree.xpath(where):
            for line in visible(_shown(element)).splitlines():
                if len(line) <= LONGEST_BYLINE and any(name in line.casefold() for name in names):
                    return line
    return None


def _shown(element: HtmlElement) -> str:
    from lxml import etree

    shown: list[str] = []
    for event, one in etree.iterwalk(element, events=("start", "end")):
        if one.tag in ("script", "style"):
            continue
        if one.tag in _BREAKS:
            shown.append("\n")
        text = one.text if event == "start" else one.tail if one is not element else None
        shown.append(re.sub(r"\s+", " ", text or ""))
    return "".join(shown)


def _parts(body: _Element) -> Iterator[Part]:
    """Yield the parts of what trafilatura found, in order; text that stands between its elements is body as well."""
    from lxml import etree

    written: list[str] = []
    inside: list[str] = []
    is_first, title_seen = True, False
    for event, element in etree.iterwalk(body, events=("start", "end")):
        tag = str(element.tag)
        if tag in _BLOCKS:
            of = next((one for one in reversed(inside) if one in ("head", "item", "row")), "p")
            is_title = of == "head" and not title_seen and _level(element, event) == "h1"
            for text in re.split(r"\n\s*\n", "".join(written)):
                if visible(text):
                    kind: Kind = "title" if is_title else "heading" if of == "head" else "body"
                    yield part(text, kind, close=of in ("item", "row") and not is_first)
                    title_seen, is_first = title_seen or is_title, False
            written.clear()
            if event == "start":
                inside.append(tag)
                is_first = is_first or tag in ("list", "table")
            else:
                inside.pop()
        elif tag == "lb" and event == "start":
            written.append("\n")
        elif tag == "cell" and event == "start" and written:
            written.append("\t")
        said = element.text if event == "start" else element.tail if element is not body else None
        written.append(said or "" if "code" in inside else re.sub(r"\s+", " ", said or ""))
    yield from (part(text) for text in ["".join(written)] if visible(text))


def _level(element: _Element, event: str) -> str | None:
    return element.get("rend") if event == "end" else None


def _address(address: str | None) -> str | None:
    if not address or len(address) > _LONGEST_ADDRESS or not address.isprintable():
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None


def _saved_from(text: str) -> str | None:
    match = _SAVED_FROM.search(text[:_HEAD_OF_FILE])
    return _address(match[1]) if match else None
