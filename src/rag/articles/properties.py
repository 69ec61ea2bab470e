"""What the properties of a file say about its article: title, authors, date, as far as they are to be believed.

Programs fill these fields in by themselves, with the name of a file or of a user; such values are left out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from rag.articles.bylines import DATE, people
from rag.articles.metadata import Metadata, one_line
from rag.articles.page import Page

LONGEST_TITLE = 200  # characters

_NO_TITLE = re.compile(
    r"untitled\b.*|document\d*|microsoft (?:word|powerpoint)\b.*|powerpoint presentation|slide \d+|title|about:blank"
    r"|(?:print|layout|template|unknown|no title)\b.*|[\W\d_]*"
    r"|\S+\.(?:docx?|pdf|indd|odt|rtf|txt|html?|qxd|pages|tex|dvi)",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r".*\b(?:user|admin|administrator|owner|unknown|author|python-docx|windows|microsoft|office|acrobat|adobe|"
    r"scanner|default|root|guest|anonymous)\b.*",
    re.IGNORECASE,
)


def sensible(title: str | None, author: str | None, made: datetime | None) -> Metadata:
    """Return what properties say, without what no person wrote: names of files, users and programs."""
    titled, named = one_line(title or ""), one_line(author or "")
    is_title = 0 < len(titled) <= LONGEST_TITLE and not _NO_TITLE.fullmatch(titled)
    parts = [one for one in re.split(r"\s*;\s*", named) if not _NO_AUTHOR.fullmatch(one)]
    return Metadata(
        title=titled if is_title else None,
        authors=tuple(dict.fromkeys(name for one in parts for name in people(one))),
        published=made.date().isoformat() if made else None,
    )


def with_properties(page: Page, known: Metadata, *, titled: bool) -> Page:
    """Add what properties say to a page, where its own title, if it is `titled`, and byline do not say it better."""
    bylines = [page.text[block.range.start : block.range.end] for block in page.blocks if block.kind == "byline"]
    dated = any(DATE.search(byline) for byline in bylines)
    signed = any(any(people(byline)) for byline in bylines)
    kept = Metadata(
        title=None if titled else known.title,
        authors=() if signed else known.authors,
        published=None if dated else known.published,
        source=known.source,
    )
    return replace(page, metadata=kept)
