"""The two views beside the chat: comparing, and who said what.

Knows their layout and events in Gradio, and checks what a browser sends; leaves markup to `comparing`
and `statements`. Nothing is kept in module globals.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import RagError
from rag.records import Abstention, Comparison, Speaker
from rag.web.comparing import compared_html, summary
from rag.web.conversation import Conversation
from rag.web.panel import announcement, panel_of
from rag.web.render import failure_html, reply_html, spoken, waiting_html
from rag.web.statements import offered_html, speakers_of, statements_html

if TYPE_CHECKING:
    from rag.library import Library

_log = logging.getLogger(__name__)

ARTICLES_OFFERED = 12
"""Articles whose speakers are offered to choose from when all articles are compared."""

SPEAKERS_CHOSEN = 200
"""Speakers that one comparison may be limited to."""

_FAILED = "This could not be compared just now. Please try it again in a moment."
_NOT_LISTED = "Who said what could not be listed just now. Please try it again in a moment."
_FORM = (
    '<form class="ask-compare"><h2>Who says what, side by side</h2>'
    '<p class="hint">Name a topic, or leave the box empty for the main topics of the article.</p>'
    '<div class="line-up"><label class="topic-box"><span class="unseen">Topic</span>'
    '<input type="text" name="topic" autocomplete="off" placeholder="A topic, or nothing"></label>'
    '<button type="submit" class="go-compare">Compare</button></div><div class="limits">'
    '<fieldset class="scope" hidden><legend class="unseen">Articles to compare</legend>'
    '<label class="choice"><input type="radio" name="scope" value="all" checked><span>All articles</span></label>'
    '<label class="choice"><input type="radio" name="scope" value="this"><span>This article</span></label></fieldset>'
    '<button type="button" class="some" aria-expanded="false" aria-controls="offered">Only some speakers'
    '<span class="chosen"></span></button></div></form>'
)
_ON_FORM = "element.addEventListener('compare', e => trigger('submit', {value: e.detail}));"
_ON_OFFER = "element.addEventListener('offer', e => trigger('select', {value: e.detail}));"
_ON_LIST = "element.addEventListener('list', e => trigger('select', {value: e.detail}));"
_ON_TABLE = "element.addEventListener('show-table', e => trigger('select', {value: e.detail}));"
_NO_RESULT = (
    '<p class="no-result hint">You get a picture of who speaks how much, and everybody’s own words side by side, '
    "each one click from its place in the article.</p>"
)
_NO_OFFER = '<div class="offer"></div>'
_NO_LIST = '<p class="loading">Looking for who speaks</p>'


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks to be compared; `article` None stands for all of them."""

    topic: str
    speakers: tuple[str, ...] = ()
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Views:
    """The components of the two views."""

    form: gr.HTML
    offered: gr.HTML
    result: gr.HTML
    statements: gr.HTML


def lay_out() -> Views:
    """Put the two views where the page stands, each in a column of its own."""
    with gr.Column(elem_id="compare"):
        form = gr.HTML(_FORM, elem_id="form", js_on_load=_ON_FORM, apply_default_css=False)
        offered = gr.HTML(_NO_OFFER, elem_id="offered", js_on_load=_ON_OFFER, apply_default_css=False)
        result = gr.HTML(_NO_RESULT, elem_id="result", js_on_load=_ON_TABLE, apply_default_css=False)
    with gr.Column(elem_id="voices-view"):
        statements = gr.HTML(_NO_LIST, elem_id="statements", js_on_load=_ON_LIST, apply_default_css=False)
    return Views(form, offered, result, statements)


def connect(views: Views, library: Library, conversation: gr.State, *, panel: gr.HTML, said: gr.HTML) -> None:
    """Connect the events of both views to the library."""

    def compare(conversation: Conversation, event: gr.EventData) -> Iterator[tuple[Any, Any, Any]]:
        yield waiting_html(), gr.skip(), announcement("Comparing.")
        if compare_into(library, conversation, wanted(event.value)):
            yield shown(conversation)

    def shown(conversation: Conversation) -> tuple[str, str, str]:
        return result_of(conversation), panel_of(library, conversation), announcement(words_of(conversation))

    def as_table(conversation: Conversation, event: gr.EventData) -> tuple[str, str, str]:
        take_from_chat(conversation, event.value)
        return shown(conversation)

    def fail(conversation: Conversation) -> tuple[str, str]:
        conversation.compare(_FAILED)
        return result_of(conversation), announcement(_FAILED)

    def offer(conversation: Conversation, event: gr.EventData) -> str:
        return offered_of(library, conversation, text_or_none(event.value))

    def list_statements(event: gr.EventData) -> str:
        return statements_of(library, text_or_none(event.value))

    def fail_to_list() -> str:
        return failure_html(_NOT_LISTED)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    shared: dict[str, Any] = {**quiet, "concurrency_id": "ask"}
    seen = [views.result, panel, said]
    compared = views.form.submit(compare, conversation, seen, trigger_mode="multiple", **shared)
    compared.failure(fail, conversation, [views.result, said], queue=False, **quiet)
    views.result.select(as_table, conversation, seen, queue=False, **quiet)
    views.offered.select(offer, conversation, views.offered, trigger_mode="multiple", **shared)
    listed = views.statements.select(list_statements, None, views.statements, trigger_mode="multiple", **shared)
    listed.failure(fail_to_list, None, views.statements, queue=False, **quiet)


def wanted(value: object) -> Wanted:
    """What a browser asked for; whatever has another type than it should is left out."""
    fields: dict[object, object] = value if isinstance(value, dict) else {}
    names = fields.get("speakers")
    speakers = [without_surrogates(one) for one in names if isinstance(one, str)] if isinstance(names, list) else []
    topic = without_surrogates(text_or_none(fields.get("topic")) or "").strip()
    return Wanted(topic, tuple(speakers[:SPEAKERS_CHOSEN]), text_or_none(fields.get("article")))


def compare_into(library: Library, conversation: Conversation, what: Wanted) -> bool:
    """Compare what is wanted and put it beside the chat; a refusal becomes its message.

    Returns whether it is there: it is not when something else was asked to be compared meanwhile.
    """
    articles = () if what.article is None else (what.article,)
    turn = conversation.begin_comparison()
    found: Comparison | Abstention | str
    try:
        found = library.compare(what.topic, speakers=what.speakers, articles=articles)
    except RagError as error:
        _log.info("a comparison was refused: %s", error)
        found = str(error)
    if turn != conversation.comparisons:
        return False
    conversation.compare(found)
    return True


def take_from_chat(conversation: Conversation, position: object) -> None:
    """Put the comparison of the chat's turn `position` beside the chat, if there is one."""
    turns = list(conversation.turns)
    if isinstance(position, int) and 0 <= position < len(turns):
        reply = turns[position].reply
        if isinstance(reply, Comparison):
            conversation.begin_comparison()
            conversation.compare(reply)


def result_of(conversation: Conversation) -> str:
    """What the conversation compared last, as the view shows it."""
    compared = conversation.compared
    if compared is None:
        return _NO_RESULT
    if isinstance(compared, str):
        return failure_html(compared)
    return compared_html(compared) if isinstance(compared, Comparison) else reply_html(compared)


def words_of(conversation: Conversation) -> str:
    """What a screen reader says of the comparison: how much there is, or why there is none."""
    compared = conversation.compared
    if isinstance(compared, Comparison):
        return f"{summary(compared)}, in a table."
    return "" if compared is None else spoken(compared)


def offered_of(library: Library, conversation: Conversation, article: str | None) -> str:
    """The speakers that a comparison can be limited to: of one article, or of the library's first ones.

    When all articles are compared, those of the last comparison are there too.
    """
    speakers: dict[str, Speaker] = {}
    try:
        known = [one.id for one in library.articles()[:ARTICLES_OFFERED]] if article is None else [article]
        for one in known:
            speakers |= {speaker.name: speaker for speaker, _ in speakers_of(library.statements(one))}
    except RagError as error:
        return failure_html(str(error))
    compared = conversation.compared
    if article is None and isinstance(compared, Comparison):
        others = (*(side.speaker for side in compared.sides), *compared.silent)
        speakers = {speaker.name: speaker for speaker in others} | speakers
    return offered_html(sorted(speakers.values(), key=lambda speaker: speaker.name.casefold()), scope=article or "*")


def statements_of(library: Library, article: str | None) -> str:
    """Who said what in an article, or the message that stands for it."""
    if article is None:
        return _NO_LIST
    try:
        return statements_html(library.article(article), library.sentences(article), library.statements(article))
    except RagError as error:
        _log.info("statements were not listed: %s", error)
        return failure_html(str(error))


def text_or_none(value: object) -> str | None:
    """`value` if it is a text."""
    return value if isinstance(value, str) else None


def without_surrogates(text: str) -> str:
    """The text with halves of characters, which a browser can send, replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
