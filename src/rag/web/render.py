"""Replies -> HTML strings, with every character of data escaped.

Knows how replies look as markup; knows neither Gradio nor where records come from.
All data reaches the page through `verbatim`, so an article can never become an element.
"""

from __future__ import annotations

from rag.records import Answer, Comparison, Quote, Reply
from rag.web.comparing import comparison_html, spoken_comparison, summary
from rag.web.quotes import quote_html, verbatim
from rag.web.strings import tell


def question_html(question: str) -> str:
    """A question as the reader typed it."""
    return f'<div class="question">{verbatim(question)}</div>'


def waiting_html() -> str:
    """What stands in for a reply that is still being looked for."""
    return f'<div class="reply waiting"><span class="dots" role="presentation"></span>{tell("chat.waiting")}</div>'


def failure_html(message: str) -> str:
    """A message for people about a question that could not be answered."""
    return f'<div class="reply failure"><p class="message">{verbatim(message)}</p></div>'


def reply_html(reply: Reply) -> str:
    """A reply: its quotes in reading order, its speakers side by side, or why there are none and what comes nearest."""
    if isinstance(reply, Comparison):
        title = tell("reply.as_table_title")
        table = f'<a class="table" role="button" href="#table" title="{title}">{tell("reply.as_table")}</a>'
        foot = _foot(summary(reply), reply.elapsed_ms, more=table)
        return f'<div class="reply comparison">{comparison_html(reply)}{foot}</div>'
    if isinstance(reply, Answer):
        quotes = "".join(quote_html(quote) for quote in reply.quotes)
        foot = _foot(tell("count.quotes", n=len(reply.quotes)), reply.elapsed_ms)
        return f'<div class="reply answer">{quotes}{foot}</div>'
    nearest = "".join(quote_html(quote) for quote in reply.nearest)
    if nearest:
        nearest = f'<div class="nearest"><p class="label">{tell("reply.nearest")}</p>{nearest}</div>'
    message = f'<p class="message">{verbatim(reply.message)}</p>'
    foot = _foot(tell("reply.no_quote"), reply.elapsed_ms)
    return f'<div class="reply abstention">{message}{nearest}{foot}</div>'


def spoken(reply: Reply | str) -> str:
    """A reply in whole sentences, as plain text for a screen reader."""
    if isinstance(reply, str):
        return reply
    if isinstance(reply, Comparison):
        return spoken_comparison(reply)
    if isinstance(reply, Answer):
        return " ".join([tell("reply.spoken", n=len(reply.quotes)), *map(_spoken_quote, reply.quotes)])
    near = [tell("reply.spoken_nearest", n=len(reply.nearest))] if reply.nearest else []
    return " ".join([reply.message, *near])


def _foot(summary: str, elapsed_ms: float, *, more: str = "") -> str:
    told = tell("reply.seconds", summary=summary, seconds=f"{elapsed_ms / 1000:.2f}")
    return (
        f'<div class="foot"><span class="summary">{told}</span>{more}'
        f'<a class="copy" role="button" href="#copy" title="{tell("reply.copy_title")}">{tell("reply.copy")}</a></div>'
    )


def _spoken_quote(quote: Quote) -> str:
    if quote.speaker is None:
        return tell("reply.spoken_quote", number=quote.number, words=quote.text)
    return tell("reply.spoken_quote_by", number=quote.number, speaker=quote.speaker.name, words=quote.text)
