"""A quote and its place -> HTML strings, with every character of data escaped.

Knows how quotes look as markup and how a link names words of an article; knows neither replies nor Gradio.
All data reaches the page through `verbatim`, so an article can never become an element.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from rag.records import Article, Attribution, Quote, Range, Strength
from rag.web.strings import tell
from rag.words import Word, places_of

_AS_ENTITIES = {0: "\ufffd", 9: "&#9;", 10: "&#10;", 13: "&#13;"}
"""HTML drops a NUL and the chat re-indents tabs and line ends, so these travel as entities."""

STRENGTHS: dict[Strength, str] = {
    "direct": "quote.direct",
    "named": "quote.named",
    "unnamed": "quote.unnamed",
    "author": "quote.author",
}
"""Whose word a quote is: keys of strings, each with an explanation under the same key and `_why`."""

REPORTED: dict[Attribution, str | None] = {"direct": None, "indirect": "quote.reported", "mixed": "quote.partly"}
"""How a quote gives somebody's words, where that needs saying: keys of strings."""


def verbatim(text: str) -> str:
    """HTML that shows `text` character for character, in content or in a double-quoted attribute."""
    return html.escape(text).translate(_AS_ENTITIES).replace("__i18n__", "&#95;_i18n__")


def anchor(article: str, number: int) -> str:
    """The element id of a sentence in the source panel, escaped for an attribute."""
    return f"s-{verbatim(article)}-{number}"


def place(article: Article, sentence: int, *, said: Sequence[Range] = (), proof: Sequence[Range] = ()) -> str:
    """Where a citation leads, escaped for an attribute: a sentence, and words of the article to mark in it.

    `said` is written after `@` and `proof` after `!`, as `start:end` in the units that scripts count in.
    """
    words = "".join(f"{sign}{_ranges(article.text, some)}" for sign, some in (("@", said), ("!", proof)) if some)
    return f"#{anchor(article.id, sentence)}{words}"


def quote_html(quote: Quote, *, looked_for: Sequence[Word] = (), tools: str = "") -> str:
    """One quote: its citation, its words, who said them and where, and the neighbour it leans on, set apart.

    Args:
        quote: What is shown.
        looked_for: Words of the question, which are marked in the quote.
        tools: What can be done with it, as HTML.
    """
    facts = [verbatim(quote.article.title)]
    if quote.article.published:
        facts.append(verbatim(quote.article.published))
    page = quote.article.page_of(quote.range.start)
    if page is not None:
        facts.append(tell("quote.page", number=page))
    source = f'<div class="from">{" · ".join(facts)}</div>'
    marked = marked_html(quote.text, places_of(looked_for, quote.text))
    return framed_html(quote, f"{_speaker(quote)}{source}{tools}", words=marked)


def marked_html(text: str, marks: Sequence[Range]) -> str:
    """A text with some of its characters marked; the marks are in order and apart, and change no character."""
    parts, end = [], 0
    for mark in marks:
        parts += [verbatim(text[end : mark.start]), f"<mark>{verbatim(text[mark.start : mark.end])}</mark>"]
        end = mark.end
    return "".join([*parts, verbatim(text[end:])])


def framed_html(quote: Quote, below: str, *, words: str | None = None) -> str:
    """A quote with its citation and its context, and `below` its words what else is to be said of it, as HTML.

    `words` are the quote's own, escaped, with marks in them; plain when left out.
    """
    target = place(quote.article, quote.sentence, proof=(quote.cue,) if quote.cue else ())
    cite = (
        f'<a class="cite" href="{target}" title="{tell("quote.show_title", number=quote.number)}">'
        f'<span class="chip">{quote.number}</span><span class="go">{tell("quote.show")}</span></a>'
    )
    words = f'<div class="words">{verbatim(quote.text) if words is None else words}</div>'
    context = _context(quote)
    leads = quote.context is not None and quote.context < quote.range
    body = context + words if leads else words + context
    return f'<div class="quote">{cite}{body}{below}{_also(quote)}</div>'


def _ranges(text: str, ranges: Sequence[Range]) -> str:
    return ",".join(f"{_units(text, one.start)}:{_units(text, one.end)}" for one in ranges)


def _units(text: str, end: int) -> int:
    """UTF-16 code units before character `end`, which is how a script counts."""
    return end if text.isascii() else len(text[:end].encode("utf-16-le", "surrogatepass")) // 2


def _speaker(quote: Quote) -> str:
    parts = []
    if quote.speaker is not None:
        role = f', <span class="role">{verbatim(quote.speaker.role)}</span>' if quote.speaker.role else ""
        parts.append(f'<span class="name">{verbatim(quote.speaker.name)}</span>{role}')
    if quote.strength is not None:
        key = STRENGTHS[quote.strength]
        label = f'<span class="strength {quote.strength}" title="{tell(key + "_why")}">{tell(key)}</span>'
        parts.append(label)
    elif quote.attribution is not None and REPORTED[quote.attribution]:
        parts.append(f'<span class="how">({tell(str(REPORTED[quote.attribution]))})</span>')
    return f'<div class="who">{" ".join(parts)}</div>' if parts else ""


def _context(quote: Quote) -> str:
    if quote.context is None:
        return ""
    words = quote.article.text[quote.context.start : quote.context.end]
    label = tell("quote.before" if quote.context < quote.range else "quote.after")
    return f'<div class="context"><span class="tag">{label}</span> <span class="aside">{verbatim(words)}</span></div>'


def _also(quote: Quote) -> str:
    """Links to the other places that say the same, with the article's title when it is another one."""
    if not quote.also:
        return ""
    again, links = tell("quote.again_title"), []
    for number, other in enumerate(quote.also, start=1):
        here = other.article.id == quote.article.id
        label = tell("quote.here", number=number) if here else verbatim(other.article.title)
        target = place(other.article, other.sentence)
        links.append(f'<a class="cite twin" href="{target}" title="{again}">{label}</a>')
    return f'<div class="also">{tell("quote.again", places=", ".join(links))}</div>'
