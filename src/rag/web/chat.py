"""The chat: a question, its reply, and what goes on between them.

Knows its layout and events in Gradio, and the conversation; leaves markup to `render`. Asking is one event, because
each one draws the whole conversation anew; until the reply is there, the page's script shows what waits. Nothing is
kept in module globals.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import BusyError, QuestionError, RagError
from rag.question import understand
from rag.web.acts import act_on, ask_from, fetched, memory_html, notes_on
from rag.web.conversation import Conversation, Turn
from rag.web.examples import suggestions_html
from rag.web.logs import log_question
from rag.web.panel import announcement, panel_of
from rag.web.refusals import sentence_of
from rag.web.render import Shown, earlier_html, failure_html, question_html, reply_html, spoken, waiting_html
from rag.web.strings import in_language, tell
from rag.web.views import Shared
from rag.words import Word

if TYPE_CHECKING:
    from rag.library import Library

_log = logging.getLogger(__name__)

SCOPE_MOST = 100_000
"""Articles that a question may be limited to by name."""

# Who sends a scope learns whether anybody listened, because the event is then cancelled.
_ON_SCOPE = "element.addEventListener('scope', e => { e.preventDefault(); trigger('select', {value: e.detail}); });"
_ON_ASK = "element.addEventListener('ask', e => trigger('submit', {value: e.detail}));"
_ON_ACT = "element.addEventListener('act', e => trigger('select', {value: e.detail}));"
_ON_FAILURE = "() => document.dispatchEvent(new CustomEvent('chat-failed'))"
_ON_FETCH = "element.addEventListener('fetch', e => trigger('select', {value: e.detail}));"


@dataclass(frozen=True, slots=True)
class Chat:
    """The components of the chat; those without a look of their own carry what its script asks and is given."""

    log: gr.Chatbot
    examples: gr.HTML
    suggestions: gr.HTML
    scope: gr.HTML
    asking: gr.HTML
    acting: gr.HTML
    fetching: gr.HTML
    memory: gr.HTML


def lay_out() -> Chat:
    """Put the chat where the page stands, in a column of its own."""
    bare: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}
    with gr.Column(elem_id="talk"):
        log = _log_component()
        suggestions = gr.HTML("", elem_id="suggestions", **bare)
        examples = gr.HTML("", elem_id="examples", **bare)
        with gr.Column(elem_id="composer"):
            with gr.Row(elem_id="ask-line"):
                _question_box()
                gr.Button(tell("chat.ask"), elem_id="ask", variant="primary", scale=0)
            scope = gr.HTML(_scope_html(), elem_id="scope", js_on_load=_ON_SCOPE, apply_default_css=False)
        with gr.Column(elem_id="unseen-chat"):
            asking = gr.HTML("<i></i>", elem_id="asking", js_on_load=_ON_ASK, apply_default_css=False)
            acting = gr.HTML("<i></i>", elem_id="acting", js_on_load=_ON_ACT, apply_default_css=False)
            fetching = gr.HTML("<i></i>", elem_id="fetching", js_on_load=_ON_FETCH, apply_default_css=False)
            memory = gr.HTML(memory_html(Conversation()), elem_id="memory", **bare)
    return Chat(log, examples, suggestions, scope, asking, acting, fetching, memory)


def connect(chat: Chat, library: Library, conversation: gr.State, *, new: gr.Button, shared: Shared) -> None:
    """Connect the events of the chat to the library."""
    speak = partial(in_language, shared.language)
    drawn = partial(messages, rated=shared.rated)

    def ask(conversation: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        ask_from(conversation, event.value)
        return reply(conversation)

    def reply(conversation: Conversation) -> tuple[Any, ...]:
        try:
            with shared.gate.entered():
                answer_waiting(library, conversation)
        except BusyError as error:
            while (turn := conversation.take()) is not None:
                conversation.close(turn, sentence_of(error))
        return shown(conversation)

    def shown(conversation: Conversation) -> tuple[Any, ...]:
        panel = panel_of(library, conversation)
        return drawn(conversation), panel, _latest_words(conversation), memory_html(conversation)

    def begin_again(conversation: Conversation) -> tuple[Any, ...]:
        conversation.clear()
        panel = panel_of(library, conversation)
        return [], panel, announcement(tell("chat.new_said")), memory_html(conversation), ""

    def act(conversation: Conversation, event: gr.EventData) -> list[dict[str, str]]:
        act_on(library, conversation, event.value)
        return drawn(conversation)

    def fetch(conversation: Conversation, event: gr.EventData) -> tuple[str, str]:
        return fetched(library, conversation, event.value, rated=shared.rated)

    def suggest(conversation: Conversation) -> str:
        return suggestions_html(shared.proposals, conversation)

    def limit(conversation: Conversation, event: gr.EventData) -> None:
        conversation.scope = scope_of(library, event.value)

    several = {**shared.at_once, "trigger_mode": "multiple"}
    seen = [chat.log, shared.panel, shared.said, chat.memory]
    asked = chat.asking.submit(speak(ask), conversation, seen, **several)
    acted = chat.acting.select(speak(act), conversation, chat.log, **several)
    again = acted.success(speak(reply), conversation, seen, **several)
    for answered in (asked, again):
        answered.success(speak(suggest), conversation, chat.suggestions, **several)
    for event in (asked, acted, again):
        event.failure(None, None, None, js=_ON_FAILURE)
    new.click(speak(begin_again), conversation, [*seen, chat.suggestions], **shared.at_once)
    chat.fetching.select(speak(fetch), conversation, [chat.fetching, shared.said], **several)
    chat.scope.select(speak(limit), conversation, None, **shared.at_once)


def scope_of(library: Library, value: object) -> tuple[str, ...]:
    """The ids among those that a browser sent which the library has; nothing stands for all articles."""
    wanted = {one for one in value[:SCOPE_MOST] if isinstance(one, str)} if isinstance(value, list) else set()
    return tuple(one.id for one in library.articles() if one.id in wanted)


def answer_waiting(library: Library, conversation: Conversation) -> None:
    """Answer every question of the conversation that nobody is answering yet.

    A refusal becomes its message, and so does a defect, which the log has in full.
    """
    while (turn := conversation.take()) is not None:
        before = conversation.before(turn)
        log_question(turn.question)
        try:
            turn.version = library.version
            conversation.close(turn, library.ask(turn.question, after=before, articles=turn.articles))
        except RagError as error:
            _log.info("a question was refused: %s", error)
            conversation.close(turn, sentence_of(error))
        except Exception:  # the last edge: the questions behind it are answered all the same
            _log.exception("a question could not be answered")
            conversation.close(turn, tell("chat.failed"))


def messages(conversation: Conversation, *, rated: bool = True) -> list[dict[str, str]]:
    """The conversation as the chat component wants it: two messages a turn, in escaped HTML.

    Before them stands how many earlier ones there are, if some are not shown. `rated` says that readers can say what
    replies are worth. Each reply is drawn once.
    """
    folded = conversation.folded
    shown = [{"role": "assistant", "content": earlier_html(folded)}] if folded else []
    for turn in list(conversation.turns)[folded:]:
        shown.append({"role": "user", "content": question_html(turn.question, turn=turn.number)})
        shown.append({"role": "assistant", "content": _content(conversation, turn, rated=rated)})
    return shown


def _content(conversation: Conversation, turn: Turn, *, rated: bool) -> str:
    if turn.reply is None:
        return waiting_html(turn=turn.number)
    if turn.shown is None:
        if isinstance(turn.reply, str):
            turn.shown = failure_html(turn.reply, turn=turn.number)
        else:
            words = _looked_for(turn.question, conversation.before(turn))
            turn.shown = reply_html(turn.reply, shown=Shown(turn.number, words, notes_on(turn), rated))
    return turn.shown


def _looked_for(question: str, before: Sequence[str]) -> tuple[Word, ...]:
    try:
        return understand(question, before, max_characters=sys.maxsize).words
    except QuestionError:  # it holds no word, and is answered all the same
        return ()


def _latest_words(conversation: Conversation) -> str:
    latest = conversation.latest()
    if latest is None:
        return announcement("")
    return announcement(tell("chat.reply_said", number=conversation.replies, words=spoken(latest)))


def _log_component() -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="chat",
        label=tell("chat.conversation"),
        show_label=False,
        container=False,
        height="100%",
        autoscroll=False,
        render_markdown=False,
        sanitize_html=False,  # all data is escaped where the markup is made; the rest is the page's own
        latex_delimiters=[],
        buttons=[],
        feedback_options=None,
        group_consecutive_messages=False,
        placeholder=(
            f'<div class="welcome"><div class="greeting">{tell("chat.welcome")}</div>'
            f"<div>{tell('chat.how')}</div></div>"
        ),
    )


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        elem_id="question",
        label=tell("chat.question"),
        show_label=False,
        container=False,
        lines=1,
        max_lines=6,
        placeholder=tell("chat.placeholder"),
        scale=1,
    )


def _scope_html() -> str:
    return (
        f'<button type="button" class="scope-of-question" title="{tell("scope.title")}">'
        f'<span class="scope-words">{tell("scope.all")}</span></button>'
        f'<button type="button" class="ask-all" aria-label="{tell("scope.ask_all")}" hidden>×</button>'
    )
