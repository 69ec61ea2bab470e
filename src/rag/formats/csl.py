"""Cited articles -> CSL-JSON, which Zotero and the like read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from rag.formats.dates import parts_of
from rag.formats.made import Made, address_of, cited
from rag.formats.people import Name, name_of
from rag.records import Article, Reply

_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What turns the direction of writing, of the text around a name or a title too."""


def write_csl_json(exchanges: Sequence[Reply], made: Made) -> str:
    """A JSON array with an item for every article that is quoted, in the order of their first quotes."""
    items = [csl_item(article, accessed=made.date) for article in cited(exchanges)]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def csl_item(article: Article, *, accessed: date | None = None) -> dict[str, Any]:
    """Return an article as an item of CSL-JSON.

    What has an address is a `webpage`, what has pages an `article`, all else an `article-newspaper`. A source that
    is no address is the container's title. A date has as many parts as the article gives; one that is in doubt is kept
    as it is given, as `literal`. `accessed` is told of what has an address alone. What turns the
    direction of writing is dropped.
    """
    address, issued = address_of(article), parts_of(article.published)
    item: dict[str, Any] = {
        "id": article.id,
        "type": "webpage" if address else "article" if article.pages else "article-newspaper",
        "title": unturned(article.title),
    }
    if article.authors:
        item["author"] = [csl_name(name_of(author)) for author in article.authors]
    if issued:
        item["issued"] = _date(issued)
    elif article.published:
        item["issued"] = {"literal": unturned(article.published)}
    if address:
        item["URL"] = address
        if accessed:
            item["accessed"] = _date((accessed.year, accessed.month, accessed.day))
    elif article.source:
        item["container-title"] = unturned(article.source)
    if article.note:
        item["note"] = unturned(article.note)
    return item


def csl_name(name: Name) -> dict[str, str]:
    """Return a name as CSL-JSON has it."""
    if name.whole:
        return {"literal": str(name)}
    parts = {"given": name.given, "non-dropping-particle": name.particle, "family": name.family, "suffix": name.suffix}
    return {part: words for part, words in parts.items() if words}


def one_line(text: str) -> str:
    """Return a text with its white space collapsed."""
    return " ".join(text.split())


def unturned(text: str) -> str:
    """Return a text in one line, without the characters that turn the direction of writing."""
    return one_line(_TURNS.sub("", text))


def _date(parts: Iterable[int]) -> dict[str, Any]:
    return {"date-parts": [list(parts)]}
