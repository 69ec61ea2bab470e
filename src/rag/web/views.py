"""The two views beside the chat: comparing, and who said what.

Knows their layout and events in Gradio, and checks what a browser sends; leaves markup to `comparing`
and `statements`. Nothing is kept in module globals.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import RagError
from rag.records import Abstention, Comparison, Speaker
from rag.web.comparing import compared_html, summary
from rag.web.conversation import Conversation
from rag.web.examples import Proposals
from rag.web.gate import Gate
from rag.web.panel import announcement, panel_of
from rag.web.refusals import sentence_of
from rag.web.render import failure_html, reply_html, spoken, waiting_html
from rag.web.statements import offered_html, speakers_of, statements_html
from rag.web.strings import in_language, tell

if TYPE_CHECKING:
    from rag.library import Library

_log = logging.getLogger(__name__)

ARTICLES_OFFERED = 12
"""Articles whose speakers are offered to choose from when all articles are compared."""

ARTICLES_CHOSEN = 100_000
"""Articles that one comparison may be limited to by name."""

SPEAKERS_CHOSEN = 200
"""Speakers that one comparison may be limited to."""

_ON_FORM = "element.addEventListener('compare', e => trigger('submit', {value: e.detail}));"
_ON_OFFER = "element.addEventListener('offer', e => trigger('select', {value: e.detail}));"
_ON_LIST = "element.addEventListener('list', e => trigger('select', {value: e.detail}));"
_ON_TABLE = "element.addEventListener('show-table', e => trigger('select', {value: e.detail}));"
_NO_OFFER = '<div class="offer"></div>'


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks to be compared; no `articles` stand for all of them."""

    topic: str
    speakers: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Views:
    """The components of the two views."""

    form: gr.HTML
    offered: gr.HTML
    result: gr.HTML
    statements: gr.HTML


@dataclass(frozen=True, slots=True)
class Shared:
    """What every view speaks to besides its own components: the source panel and the live region, in one language.

    Questions wait at the `gate`, `proposals` knows questions that articles answer.
    `rated` says that readers can say what replies are worth.
    """

    panel: gr.HTML
    said: gr.HTML
    language: str
    gate: Gate
    proposals: Proposals
    rated: bool = True

    @property
    def quiet(self) -> dict[str, Any]:
        """How an event is sent that has no progress to show, which the live region is told of.

        Otherwise all that shows its results would be, and each copies what it holds whenever any event begins or ends.
        """
        return {"show_progress": "hidden", "show_progress_on": self.said, "api_visibility": "private"}

    @property
    def at_once(self) -> dict[str, Any]:
        """The same for an event that waits behind no other."""
        return {**self.quiet, "queue": False}


def lay_out() -> Views:
    """Put the two views where the page stands, each in a column of its own."""
    with gr.Column(elem_id="compare"):
        form = gr.HTML(_form(), elem_id="form", js_on_load=_ON_FORM, apply_default_css=False)
        offered = gr.HTML(_NO_OFFER, elem_id="offered", js_on_load=_ON_OFFER, apply_default_css=False)
        result = gr.HTML(_no_result(), elem_id="result", js_on_load=_ON_TABLE, apply_default_css=False)
    with gr.Column(elem_id="voices-view"):
        statements = gr.HTML(_no_list(), elem_id="statements", js_on_load=_ON_LIST, apply_default_css=False)
    return Views(form, offered, result, statements)


def connect(views: Views, library: Library, conversation: gr.State, *, shared: Shared) -> None:
    """Connect the events of both views to the library."""
    speak = partial(in_language, shared.language)

    def compare(conversation: Conversation, event: gr.EventData) -> Iterator[tuple[Any, Any, Any]]:
        yield waiting_html(), gr.skip(), announcement(tell("compare.comparing"))
        if compare_into(library, conversation, wanted(event.value), shared.gate):
            yield shown(conversation)

    def shown(conversation: Conversation) -> tuple[str, str, str]:
        return result_of(conversation), panel_of(library, conversation), announcement(words_of(conversation))

    def as_table(conversation: Conversation, event: gr.EventData) -> tuple[str, str, str]:
        take_from_chat(conversation, event.value)
        return shown(conversation)

    def fail(conversation: Conversation) -> tuple[str, str]:
        conversation.compare(tell("compare.failed"))
        return result_of(conversation), announcement(tell("compare.failed"))

    def offer(conversation: Conversation, event: gr.EventData) -> str:
        return offered_of(library, conversation, texts_in(event.value, ARTICLES_OFFERED))

    def list_statements(event: gr.EventData) -> str:
        return statements_of(library, text_or_none(event.value))

    def fail_to_list() -> str:
        return failure_html(tell("voices.failed"))

    queued = {**shared.quiet, "concurrency_id": "ask", "trigger_mode": "multiple"}
    seen = [views.result, shared.panel, shared.said]
    compared = views.form.submit(speak(compare), conversation, seen, **queued)
    compared.failure(speak(fail), conversation, [views.result, shared.said], **shared.at_once)
    views.result.select(speak(as_table), conversation, seen, **shared.at_once)
    views.offered.select(speak(offer), conversation, views.offered, **queued)
    listed = views.statements.select(speak(list_statements), None, views.statements, **queued)
    listed.failure(speak(fail_to_list), None, views.statements, **shared.at_once)


def wanted(value: object) -> Wanted:
    """What a browser asked for; whatever has another type than it should is left out."""
    fields: dict[object, object] = value if isinstance(value, dict) else {}
    speakers = tuple(map(without_surrogates, texts_in(fields.get("speakers"), SPEAKERS_CHOSEN)))
    topic = without_surrogates(text_or_none(fields.get("topic")) or "").strip()
    return Wanted(topic, speakers, texts_in(fields.get("articles"), ARTICLES_CHOSEN))


def compare_into(library: Library, conversation: Conversation, what: Wanted, gate: Gate) -> bool:
    """Compare what is wanted and put it beside the chat; a refusal becomes its message.

    Returns whether it is there: it is not when something else was asked to be compared meanwhile.
    """
    articles = _still_there(library, what.articles)
    turn = conversation.begin_comparison()
    found: Comparison | Abstention | str
    try:
        with gate.entered():
            found = library.compare(what.topic, speakers=what.speakers, articles=articles)
    except RagError as error:
        _log.info("a comparison was refused: %s", error)
        found = sentence_of(error)
    if turn != conversation.comparisons:
        return False
    conversation.compare(found)
    return True


def take_from_chat(conversation: Conversation, number: object) -> None:
    """Put the comparison of the chat's turn of that number beside the chat, if there is one."""
    turn = conversation.turn(number)
    if turn is not None and isinstance(turn.reply, Comparison):
        conversation.begin_comparison()
        conversation.compare(turn.reply)


def result_of(conversation: Conversation) -> str:
    """What the conversation compared last, as the view shows it."""
    compared = conversation.compared
    if compared is None:
        return _no_result()
    if isinstance(compared, str):
        return failure_html(compared)
    return compared_html(compared) if isinstance(compared, Comparison) else reply_html(compared)


def words_of(conversation: Conversation) -> str:
    """What a screen reader says of the comparison: how much there is, or why there is none."""
    compared = conversation.compared
    if isinstance(compared, Comparison):
        return tell("compare.in_table", summary=summary(compared))
    return "" if compared is None else spoken(compared)


def offered_of(library: Library, conversation: Conversation, articles: tuple[str, ...] = ()) -> str:
    """The speakers that a comparison can be limited to: of the given articles, or of the library's first ones.

    When all articles are compared, those of the last comparison are there too.
    """
    speakers: dict[str, Speaker] = {}
    try:
        for one in _still_there(library, articles) or [one.id for one in library.articles()[:ARTICLES_OFFERED]]:
            speakers |= {speaker.name: speaker for speaker, _ in speakers_of(library.statements(one))}
    except RagError as error:
        return failure_html(sentence_of(error))
    compared = conversation.compared
    if not articles and isinstance(compared, Comparison):
        others = (*(side.speaker for side in compared.sides), *compared.silent)
        speakers = {speaker.name: speaker for speaker in others} | speakers
    by_name = sorted(speakers.values(), key=lambda speaker: speaker.name.casefold())
    return offered_html(by_name, scope=" ".join(articles) or "*")


def statements_of(library: Library, article: str | None) -> str:
    """Who said what in an article, or the message that stands for it."""
    if article is None:
        return _no_list()
    try:
        return statements_html(library.article(article), library.sentences(article), library.statements(article))
    except RagError as error:
        _log.info("statements were not listed: %s", error)
        return failure_html(sentence_of(error))


def _still_there(library: Library, articles: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the articles that were not removed meanwhile; all of them when none is left, which is then refused."""
    known = {one.id for one in library.articles()} if len(articles) > 1 else set(articles)
    return tuple(one for one in articles if one in known) or articles


def texts_in(value: object, most: int) -> tuple[str, ...]:
    """The first texts of a list, at most so many; nothing of anything else."""
    return tuple([one for one in value if isinstance(one, str)][:most]) if isinstance(value, list) else ()


def text_or_none(value: object) -> str | None:
    """`value` if it is a text."""
    return value if isinstance(value, str) else None


def without_surrogates(text: str) -> str:
    """The text with halves of characters, which a browser can send, replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _form() -> str:
    scopes = "".join(
        f'<label class="choice"{hidden}><input type="radio" name="scope" value="{value}"{checked}>'
        f"<span>{name}</span></label>"
        for value, checked, hidden, name in (
            ("all", " checked", "", tell("compare.all_articles")),
            ("chosen", "", " hidden", tell("compare.chosen_articles")),
            ("this", "", "", tell("compare.this_article")),
        )
    )
    return (
        f'<form class="ask-compare"><h2>{tell("compare.title")}</h2><p class="hint">{tell("compare.hint")}</p>'
        f'<div class="line-up"><label class="topic-box"><span class="unseen">{tell("compare.topic")}</span>'
        f'<input type="text" name="topic" autocomplete="off" placeholder="{tell("compare.topic_placeholder")}"></label>'
        f'<button type="submit" class="go-compare">{tell("compare.go")}</button></div><div class="limits">'
        f'<fieldset class="scope" hidden><legend class="unseen">{tell("compare.scope")}</legend>{scopes}</fieldset>'
        '<button type="button" class="some" aria-expanded="false" aria-controls="offered">'
        f'{tell("compare.some")}<span class="chosen"></span></button></div></form>'
    )


def _no_result() -> str:
    return f'<p class="no-result hint">{tell("compare.no_result")}</p>'


def _no_list() -> str:
    return f'<p class="loading">{tell("voices.loading")}</p>'
