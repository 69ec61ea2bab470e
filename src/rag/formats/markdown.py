"""Replies and conversations -> a Markdown document that shows the words of the articles as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rag.formats.compared import HOW, NAMELESS
from rag.formats.made import Made, address_of
from rag.formats.marks import block, one_line
from rag.formats.side_by_side import comparison_markdown
from rag.records import Abstention, Comparison, Quote, Reply

NEAREST = "Nearest, though not an answer:"
"""What stands above the quotes that come near to an answer."""


def write_markdown(exchanges: Sequence[Reply], made: Made) -> str:
    """A document with a section for every question: its quotes with their places, or why there are none."""
    level = 1 if len(exchanges) == 1 else 2
    parts = ["# Questions and answers"] if level == 2 else []
    for reply in exchanges:
        parts += _exchange(reply, level)
    return "\n\n".join([*parts, "---", one_line(colophon(made))]) + "\n"


def colophon(made: Made) -> str:
    """Who made the export, when, and from what."""
    return f"Exported on {made.date.isoformat()} by {made.program} {made.version} from library {made.library}."


def place_of(quote: Quote) -> list[str]:
    """Where a quote stands, in words: title, authors, date, page and characters, as far as they are known."""
    article, page = quote.article, quote.article.page_of(quote.range.start)
    known = [article.title, ", ".join(article.authors), article.published or "", f"page {page}" if page else ""]
    return [*filter(None, known), f"characters {quote.range.start} to {quote.range.end}"]


def speaker_of(quote: Quote) -> str | None:
    """Who says it, by name and role, and how the words reach the reader; None when the text does not prove it."""
    if quote.speaker is None or quote.attribution is None:
        return NAMELESS.get(quote.strength)
    role = f", {quote.speaker.role}" if quote.speaker.role else ""
    return f"{quote.speaker.name}{role} ({HOW[quote.attribution]})"


def _exchange(reply: Reply, level: int) -> Iterator[str]:
    if isinstance(reply, Comparison):
        yield comparison_markdown(reply, level=level).rstrip("\n")
        return
    yield f"{'#' * level} {one_line(reply.question)}"
    if isinstance(reply, Abstention):
        yield one_line(reply.message)
        if reply.nearest:
            yield NEAREST
        yield from _quotes(reply.nearest)
    else:
        yield from _quotes(reply.quotes)


def _quotes(quotes: Iterable[Quote]) -> Iterator[str]:
    for quote in quotes:
        speaker, address = speaker_of(quote), address_of(quote.article)
        yield " · ".join([f"\\[{quote.number}\\]", *([one_line(speaker)] if speaker else [])])
        yield block(quote.text)
        where = ", ".join(map(one_line, place_of(quote)))
        link = f", <{address}>" if address else f", {one_line(quote.article.source)}" if quote.article.source else ""
        yield f"— {where}{link}"
