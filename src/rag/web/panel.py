"""The library's articles and one conversation -> what the source panel and the live region hold.

Knows which articles are open, what is quoted of them, and the bar around them. The articles travel to the page only
when they are others than before; what is quoted of them travels as a few numbers, which the page's script puts on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.records import Abstention, ArticleSummary, Quote, Reply
from rag.web.article import OpenArticle, article_html
from rag.web.conversation import Conversation, quotes_of
from rag.web.fragments import address_of, text_fragment
from rag.web.quotes import verbatim
from rag.web.strings import tell

if TYPE_CHECKING:
    from rag.library import Library

PICKABLE = 40
"""Articles that one list offers to choose from; of more, the open ones, and the rest by searching the library."""

LINKED = 100
"""Quotes, newest first, that come with an address of their place in the original."""

_ON_LOAD = """
element.addEventListener('open-article', event => trigger('select', {value: event.detail}));
element.addEventListener('tell-voices', () => trigger('submit', {}));
const mark = () => { element.dataset.marks = props.marks; };
mark();
watch(Object.keys({marks: 0}), mark);
"""
"""Gradio takes every name that stands here in quotation marks for an event; `marks` is none."""


def lay_out() -> gr.HTML:
    """Put the source panel where the page stands; `select` opens an article, `submit` asks who says what."""
    return gr.HTML(elem_id="panel", js_on_load=_ON_LOAD, apply_default_css=False, marks="{}")


def panel_of(library: Library, conversation: Conversation) -> Any:
    """An update of the source panel: all articles that the conversation opened, at first the library's first one.

    The articles are left out when the page has them already.
    """
    summaries = library.articles()
    known = {one.id for one in summaries}
    conversation.opened = [article for article in conversation.opened if article in known]
    if summaries and not conversation.opened:
        conversation.open(summaries[0].id)
    marks = marks_json(conversation)
    html = panel_html([_opened(library, article, conversation) for article in conversation.opened], summaries)
    if conversation.sent == hash(html):
        return gr.update(marks=marks)
    conversation.sent = hash(html)
    return gr.update(value=html, marks=marks)


def marks_json(conversation: Conversation) -> str:
    """What is quoted of the open articles, for a script.

    `version` changes whenever the page should follow `shown` again instead of the reader's own choice. `chat` and
    `compare` are `[article, sentence, quote]` of what stands there, in the order of the quotes; `fresh` are the
    articles that the newest reply quotes. `links` leads from sentences to their places in the originals.
    """
    opened = conversation.opened
    shown = conversation.shown if conversation.shown in opened else next(iter(opened), None)
    facts = {
        "version": conversation.replies,
        "shown": shown,
        "chat": _cited(conversation.latest()),
        "compare": _cited(conversation.compared),
        "fresh": sorted({article for article, _, _ in _cited(conversation.newest)}),
        "links": _links(_quotes(conversation)),
    }
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


def panel_html(opened: Sequence[OpenArticle], summaries: Sequence[ArticleSummary]) -> str:
    """The source panel: its bar, and every open article; a script shows one of them."""
    if not opened:
        return f'<div class="source"><p class="nothing">{tell("panel.nothing")}</p></div>'
    articles = "".join(map(article_html, opened))
    return (
        f'<div class="source">{_bar(opened, summaries)}{_find()}'
        f'<div class="shelf" tabindex="0" role="region" aria-label="{tell("panel.article")}">{articles}</div>'
        f'<div class="legend" role="group" aria-label="{tell("panel.speakers")}" hidden></div>'
        '<p class="speaks" id="speaks" hidden></p></div>'
    )


def announcement(sentences: str) -> str:
    """A live region that says `sentences`."""
    return f'<p class="unseen" role="status" aria-live="polite">{verbatim(sentences)}</p>'


def _opened(library: Library, article: str, conversation: Conversation) -> OpenArticle:
    statements = library.statements(article) if conversation.coloured else None
    return OpenArticle(library.article(article), library.sentences(article), statements)


def _cited(reply: Reply | str | None) -> list[tuple[str, int, int]]:
    """The article, the sentence and the number of every quote; what only comes near is not cited.

    A sentence that is quoted twice is there once, by its first number.
    """
    if isinstance(reply, Abstention):
        return []
    first: dict[tuple[str, int], int] = {}
    for quote in quotes_of(reply):
        first.setdefault((quote.article.id, quote.sentence), quote.number)
    return [(*place, number) for place, number in first.items()]


def _quotes(conversation: Conversation) -> Iterator[Quote]:
    """All quotes that the page shows, newest first."""
    yield from quotes_of(conversation.newest)
    yield from quotes_of(conversation.compared)
    for turn in reversed(list(conversation.turns)):
        yield from quotes_of(turn.reply)


def _links(quotes: Iterable[Quote]) -> Mapping[str, Mapping[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for quote in islice((one for one in quotes if address_of(one.article.source)), LINKED):
        links = found.setdefault(quote.article.id, {})
        if quote.sentence not in links:
            links[quote.sentence] = text_fragment(quote.article, quote.range)
    return found


def _bar(opened: Sequence[OpenArticle], summaries: Sequence[ArticleSummary]) -> str:
    cited = (
        f'<div class="cites" role="group" aria-label="{tell("panel.cites")}" hidden>'
        f'{_step("before", "panel.before", "p")}<span class="which" role="status"></span>'
        f"{_step('after', 'panel.after', 'n')}</div>"
    )
    seek = (
        f'<button type="button" class="seek" aria-expanded="false" aria-keyshortcuts="/" '
        f'title="{tell("panel.find_title")}">{tell("panel.find")}</button>'
    )
    tint = (
        f'<button type="button" class="tint" aria-pressed="false" title="{tell("panel.colours_title")}">'
        f"{tell('panel.colours')}</button>"
    )
    original = f'<a class="original" target="_blank" rel="noopener noreferrer" hidden>{tell("panel.original")}</a>'
    pick = _pick(opened, summaries) if len(summaries) > 1 else ""
    return f'<div class="bar">{pick}<div class="tools">{cited}{seek}{tint}{original}</div></div>'


def _step(name: str, key: str, shortcut: str) -> str:
    return (
        f'<button type="button" class="step {name}" aria-label="{tell(key)}" aria-keyshortcuts="{shortcut}" '
        f'title="{tell(key)} ({shortcut})"></button>'
    )


def _pick(opened: Sequence[OpenArticle], summaries: Sequence[ArticleSummary]) -> str:
    """A list of the open articles and, when that keeps it short, of all others; else a way to the library."""
    here = "".join(_option(one.article.id, one.article.title) for one in opened)
    ids = {one.article.id for one in opened}
    others = [one for one in summaries if one.id not in ids] if len(summaries) <= PICKABLE else []
    more = "".join(_option(one.id, one.title) for one in others)
    if len(summaries) > PICKABLE:
        more = _option("", tell("panel.other"))
    options = f'<optgroup label="{tell("panel.open")}">{here}</optgroup>'
    if more:
        options += f'<optgroup label="{tell("panel.more")}">{more}</optgroup>'
    return f'<label class="pick"><span>{tell("panel.article")}</span><select>{options}</select></label>'


def _option(value: str, title: str) -> str:
    return f'<option value="{verbatim(value)}">{verbatim(title)}</option>'


def _find() -> str:
    """The line in which words of the article are looked for."""
    return (
        f'<div class="find" role="search" aria-label="{tell("panel.find_title")}" hidden>'
        f'<input type="search" class="sought" autocomplete="off" spellcheck="false" '
        f'aria-label="{tell("panel.find_title")}" placeholder="{tell("panel.find_words")}">'
        f'<span class="hits" role="status"></span>'
        f'<button type="button" class="hit before" aria-label="{tell("panel.hit_before")}"></button>'
        f'<button type="button" class="hit after" aria-label="{tell("panel.hit_after")}"></button>'
        f'<button type="button" class="shut" aria-label="{tell("panel.find_shut")}"></button></div>'
    )
