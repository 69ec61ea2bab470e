"""A quote -> its words with who says them and where, in the style of a manual: what `copy quote` copies.

The references are made by citeproc-py from the three small styles beside this file. The large public styles of the same
manuals need parts of CSL that citeproc-py does not have: it writes initials for names, the title twice when there is no
author, and `Edition` where there is none.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import as_file, files
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, get_args

from rag.errors import UnknownStyleError
from rag.formats.csl import csl_item, one_line, unturned
from rag.formats.quotation import curly_doubles, curly_singles
from rag.records import Article, Attribution, Quote

Style: TypeAlias = Literal["chicago", "apa", "mla"]
STYLES: tuple[Style, ...] = get_args(Style)

KEPT = 512
"""References that are kept ready; each is some hundred characters."""

_HOW: Mapping[Attribution, str] = MappingProxyType(
    {"direct": "quoted in", "indirect": "reported in", "mixed": "partly quoted in"}
)
_WRITING = threading.Lock()  # a style of citeproc-py remembers what it is writing


def quote_with_source(quote: Quote, style: Style) -> str:
    """Return the words of a quote in quotation marks, who says them as far as the text proves it, and the reference.

    One line of plain text. The only changes to the words: marks inside them alternate, as they do in a quotation, and
    white space is collapsed. Names and titles lose what turns the direction of writing.

    Raises:
        UnknownStyleError: There is no such style.
    """
    page = quote.article.page_of(quote.range.start)
    source = reference(quote.article, style, page=page)
    if quote.speaker is not None and quote.attribution is not None:
        source = f"{unturned(quote.speaker.name)}, {_HOW[quote.attribution]} {source}"
    return f"{in_marks(quote.text)} — {source}"


def reference(article: Article, style: Style, *, page: int | None = None) -> str:
    """Return the reference to an article, or to a page of it, as the style's bibliography has it, in plain text.

    Raises:
        UnknownStyleError: There is no such style.
    """
    if style not in STYLES:
        raise UnknownStyleError(style, STYLES)
    return _reference(article.title, article.authors, article.published, article.source, style, page)


def in_marks(words: str) -> str:
    """Return words in double quotation marks; double marks inside become single ones, and single inside those double.

    Words that are one quotation keep their own marks, and a mark at either end whose partner stands outside the
    words is theirs too. Straight marks are read as the curly ones that they stand for; an apostrophe stays as it is.
    """
    text = curly_singles(curly_doubles(one_line(words)))
    if text.startswith("“") and "”" not in text[:-1] and "“" not in text[1:]:
        return f"“{text[1:].removesuffix('”')}”"
    if text.endswith("”") and "“" not in text:
        text = text[:-1]
    return f"“{_alternate(text)}”"


def _alternate(text: str) -> str:
    """Swap marks: double ones for single, and single ones inside double ones for double."""
    shown, inside, single = [], False, False
    for position, sign in enumerate(text):
        ends_word = not text[position + 1 : position + 2].isalnum()  # else it is an apostrophe
        if sign in "“”":
            inside, single, sign = sign == "“", False, "‘" if sign == "“" else "’"
        elif inside and sign == "‘":
            single, sign = True, "“"
        elif single and sign == "’" and ends_word:
            single, sign = False, "”"
        shown.append(sign)
    return "".join(shown)


@lru_cache(maxsize=KEPT)
def _reference(
    title: str, authors: tuple[str, ...], published: str | None, source: str | None, style: Style, page: int | None
) -> str:
    from citeproc import Citation, CitationItem, CitationStylesBibliography
    from citeproc.formatter import plain

    item = csl_item(Article("cited", "", title, (), authors, published, source))
    item["title"] = _title(title, style, page)
    if page is not None:
        item["page"] = str(page)
    with _WRITING:
        bibliography = CitationStylesBibliography(_load(style), {"cited": _entry(item)}, plain)
        bibliography.register(Citation([CitationItem("cited")]))
        line = one_line(str(bibliography.bibliography()[0]))
    return line.removesuffix(".") if line.endswith("”.") else line


def _title(title: str, style: Style, page: int | None) -> str:
    """The title with the full stop that follows it, which stands inside quotation marks where a style has them."""
    words = unturned(title)
    if style == "apa" and page is not None:
        words += f" (p. {page})"
    words += "" if words.endswith((".", "?", "!", "…")) else "."
    return words if style == "apa" else in_marks(words)


_TEXTS = ("title", "container-title", "page", "URL")


def _entry(item: Mapping[str, Any]) -> Any:
    """An item of CSL-JSON as citeproc-py holds it; read by hand, for its own reader would read markup in titles."""
    from citeproc.source import Date, LiteralDate, Name, Reference
    from citeproc.string import String

    fields: dict[str, Any] = {name.replace("-", "_"): String(item[name]) for name in _TEXTS if name in item}
    if "author" in item:
        fields["author"] = [Name(**parts) for parts in item["author"]]
    if "issued" in item:
        parts = item["issued"].get("date-parts")
        fields["issued"] = (
            Date(**dict(zip(("year", "month", "day"), parts[0], strict=False)))
            if parts
            else LiteralDate(item["issued"]["literal"])
        )
    return Reference("cited", item["type"], **fields)


@cache
def _load(style: Style) -> Any:
    from citeproc import CitationStylesStyle

    with as_file(files("rag.formats").joinpath(f"{style}.csl")) as path:
        return CitationStylesStyle(str(path), validate=False)
