"""Replies -> HTML strings, with every character of data escaped.

Knows how replies look as markup; knows neither Gradio nor where records come from.
All data reaches the page through `verbatim`, so an article can never become an element.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.records import Abstention, Answer, Comparison, Quote, Reply
from rag.web.comparing import comparison_html, spoken_comparison, summary
from rag.web.quotes import quote_html, verbatim
from rag.web.strings import spoken_language, tell
from rag.words import Word

STYLE_NAMES = {"chicago": "Chicago", "apa": "APA", "mla": "MLA"}
"""The styles in which a quote can be copied with its source, by the names that their readers know."""

FORMAT_NAMES = {
    "markdown": "Markdown",
    "html": "HTML",
    "bibtex": "BibTeX",
    "csl-json": "CSL-JSON",
    "annotation": "Web Annotation",
}
"""The files that a reply can be saved as, by their own names."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a reply stands in the chat.

    Attributes:
        turn: The number of its turn, by which the page speaks of it.
        looked_for: The words of the question, which are marked in the quotes.
        notes: What is to be said before it, in sentences.
        rated: Whether the reader can say what it is worth.
    """

    turn: int
    looked_for: Sequence[Word] = ()
    notes: Sequence[str] = ()
    rated: bool = True


def question_html(question: str, *, turn: int | None = None) -> str:
    """A question as the reader typed it, with what can be done with it when it is a turn's."""
    edit = (
        ""
        if turn is None
        else f'<button type="button" class="edit" data-turn="{turn}" title="{tell("chat.edit_title")}">'
        f"{tell('chat.edit')}</button>"
    )
    return f'<div class="asked">{edit}<div class="question">{verbatim(question)}</div></div>'


def earlier_html(turns: int) -> str:
    """What stands in for the oldest turns of a long conversation."""
    return f'<div class="earlier"><button type="button" class="unfold">{tell("chat.earlier", n=turns)}</button></div>'


def waiting_html(*, turn: int | None = None) -> str:
    """What stands in for a reply that is still being looked for."""
    stop = f'<button type="button" class="stop" data-turn="{turn}">{tell("script.chat_stop")}</button>' if turn else ""
    dots = '<span class="dots" role="presentation"></span>'
    return f'<div class="reply waiting">{dots}{tell("script.chat_waiting")}{stop}</div>'


def failure_html(message: str, *, turn: int | None = None) -> str:
    """A message for people about a question that could not be answered."""
    again = f'<button type="button" class="again" data-turn="{turn}">{tell("chat.again")}</button>' if turn else ""
    return f'<div class="reply failure"><p class="message">{verbatim(message)}</p>{again}</div>'


def reply_html(reply: Reply, *, shown: Shown | None = None) -> str:
    """A reply: its quotes in reading order, its speakers side by side, or why there are none and what comes nearest.

    Args:
        reply: What is shown.
        shown: How it stands in the chat; elsewhere nothing can be done with it but copying.
    """
    notes = "".join(f'<p class="note">{verbatim(note)}</p>' for note in shown.notes) if shown else ""
    if isinstance(reply, Comparison):
        title = tell("reply.as_table_title")
        of = f' data-turn="{shown.turn}"' if shown else ""
        table = f'<a class="table" role="button" href="#table"{of} title="{title}">{tell("reply.as_table")}</a>'
        foot = _foot(summary(reply), reply.elapsed_ms, more=table, acts=_acts(reply, shown))
        return f'<div class="reply comparison">{notes}{comparison_html(reply)}{foot}</div>'
    if isinstance(reply, Answer):
        foot = _foot(tell("count.quotes", n=len(reply.quotes)), reply.elapsed_ms, acts=_acts(reply, shown))
        return f'<div class="reply answer">{notes}{_quotes(reply.quotes, shown)}{foot}</div>'
    nearest = _quotes(reply.nearest, shown)
    if nearest:
        nearest = f'<div class="nearest"><p class="label">{tell("reply.nearest")}</p>{nearest}</div>'
    message = f'<p class="message">{_why(reply)}</p>'
    foot = _foot(tell("reply.no_quote"), reply.elapsed_ms, acts=_acts(reply, shown))
    return f'<div class="reply abstention">{notes}{message}{nearest}{foot}</div>'


def spoken(reply: Reply | str) -> str:
    """A reply in whole sentences, as plain text for a screen reader."""
    if isinstance(reply, str):
        return reply
    if isinstance(reply, Comparison):
        return spoken_comparison(reply)
    if isinstance(reply, Answer):
        return " ".join([tell("reply.spoken", n=len(reply.quotes)), *map(_spoken_quote, reply.quotes)])
    near = [tell("reply.spoken_nearest", n=len(reply.nearest))] if reply.nearest else []
    return " ".join([html.unescape(re.sub("<[^>]*>", "", _why(reply))), *near])


def _quotes(quotes: Sequence[Quote], shown: Shown | None) -> str:
    if shown is None:
        return "".join(quote_html(quote) for quote in quotes)
    return "".join(
        quote_html(quote, looked_for=shown.looked_for, tools=_cite(shown.turn, quote.number)) for quote in quotes
    )


def _cite(turn: int, number: int) -> str:
    """Buttons that copy a quote with its source, one for each style of citing."""
    buttons = "".join(
        f'<button type="button" class="with-source" data-turn="{turn}" data-quote="{number}" data-style="{style}" '
        f'title="{tell("quote.copy_title", style=name)}">{name}</button>'
        for style, name in STYLE_NAMES.items()
    )
    return f'<div class="tools"><span>{tell("quote.copy")}</span>{buttons}</div>'


def _why(reply: Abstention) -> str:
    """Why there is no answer, in the language of the page; what only the core says stays in English."""
    if spoken_language() == "en":
        return verbatim(reply.message)
    if reply.missing:
        words = tell("why.or").join(f"«{verbatim(word)}»" for word in reply.missing)
        return tell("why.not_mentioned", words=words)
    return f'{tell("why.not_answered")} <span class="core" lang="en">{verbatim(reply.message)}</span>'


def _acts(reply: Reply, shown: Shown | None) -> str:
    """What can be done with a reply of the chat besides copying: its address, files, and what the reader thinks."""
    if shown is None:
        return ""
    saves = "".join(
        f'<button type="button" class="export" data-turn="{shown.turn}" data-format="{name}">{label}</button>'
        for name, label in FORMAT_NAMES.items()
    )
    whole = f'<label class="choice"><input type="checkbox" class="whole"><span>{tell("reply.whole")}</span></label>'
    quotes = reply.nearest if isinstance(reply, Abstention) else reply.quotes
    rates = "".join(
        f'<button type="button" class="rate" data-turn="{shown.turn}" data-verdict="{verdict}"{wrong}>{label}</button>'
        for verdict, wrong, label in (
            ("good", "", tell("rate.good")),
            ("missing", "", tell("rate.missing")),
            *(
                ("wrong", f' data-quote="{quote.number}"', tell("rate.wrong", number=quote.number))
                for quote in (() if isinstance(reply, Abstention) else quotes)
            ),
        )
    )
    rate = _menu(tell("rate.open"), rates) if shown.rated else ""
    return (
        f'<button type="button" class="link" data-turn="{shown.turn}" title="{tell("reply.link_title")}">'
        f"{tell('reply.link')}</button>{_menu(tell('reply.save'), saves + whole)}{rate}"
    )


def _menu(name: str, content: str) -> str:
    return f'<details class="menu"><summary>{name}</summary><div class="items">{content}</div></details>'


def _foot(summary: str, elapsed_ms: float, *, more: str = "", acts: str = "") -> str:
    told = tell("reply.seconds", summary=summary, seconds=f"{elapsed_ms / 1000:.2f}")
    copy = f'<a class="copy" role="button" href="#copy" title="{tell("reply.copy_title")}">{tell("reply.copy")}</a>'
    return f'<div class="foot"><span class="summary">{told}</span><span class="acts">{more}{copy}{acts}</span></div>'


def _spoken_quote(quote: Quote) -> str:
    if quote.speaker is None:
        return tell("reply.spoken_quote", number=quote.number, words=quote.text)
    return tell("reply.spoken_quote_by", number=quote.number, speaker=quote.speaker.name, words=quote.text)
