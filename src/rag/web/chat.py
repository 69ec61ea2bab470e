"""The chat: a question, its reply, and what goes on between them.

Knows its layout and events in Gradio, and the conversation; leaves markup to `render`. Every event shows the whole
conversation of its own session; nothing is kept in module globals.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import RagError
from rag.web.conversation import Conversation
from rag.web.examples import example_questions
from rag.web.panel import announcement, panel_of
from rag.web.render import failure_html, question_html, reply_html, spoken, waiting_html
from rag.web.strings import in_language, tell
from rag.web.views import Shared, without_surrogates

if TYPE_CHECKING:
    from rag.library import Library

_log = logging.getLogger(__name__)

EXAMPLES = 4
"""Example questions on an empty page; four fill a 2 x 2 grid."""

AT_ONCE = 4
"""Questions answered at the same time; more than the cores of a small machine only adds waiting."""

SCOPE_MOST = 100_000
"""Articles that a question may be limited to by name."""

# Who sends a scope learns whether anybody listened, because the event is then cancelled.
_ON_SCOPE = "element.addEventListener('scope', e => { e.preventDefault(); trigger('select', {value: e.detail}); });"


@dataclass(frozen=True, slots=True)
class Chat:
    """The components of the chat."""

    log: gr.Chatbot
    examples: tuple[gr.Button, ...]
    scope: gr.HTML
    box: gr.Textbox
    send: gr.Button


def lay_out() -> Chat:
    """Put the chat where the page stands, in a column of its own."""
    with gr.Column(elem_id="talk"):
        log = _log_component()
        with gr.Column(elem_id="examples"):
            examples = tuple(gr.Button(visible=False, elem_classes="example") for _ in range(EXAMPLES))
        with gr.Column(elem_id="composer"):
            with gr.Row(elem_id="ask-line"):
                box = _question_box()
                send = gr.Button(tell("chat.ask"), elem_id="ask", variant="primary", scale=0)
            scope = gr.HTML(_scope_html(), elem_id="scope", js_on_load=_ON_SCOPE, apply_default_css=False)
    return Chat(log, examples, scope, box, send)


def connect(chat: Chat, library: Library, conversation: gr.State, *, new: gr.Button, shared: Shared) -> None:
    """Connect the events of the chat to the library."""
    speak = partial(in_language, shared.language)

    def add(question: str, conversation: Conversation) -> tuple[Any, list[dict[str, str]]]:
        if not question.strip():
            return gr.skip(), messages(conversation)
        return "", add_example(question, conversation)

    def add_example(question: str, conversation: Conversation) -> list[dict[str, str]]:
        conversation.add(without_surrogates(question))
        return messages(conversation)

    def reply(conversation: Conversation) -> tuple[list[dict[str, str]], str, str]:
        answer_waiting(library, conversation)
        return messages(conversation), panel_of(library, conversation), _latest_words(conversation)

    def refuse(conversation: Conversation) -> tuple[list[dict[str, str]], str]:
        for turn in list(conversation.turns):
            if turn.reply is None:
                conversation.close(turn, tell("chat.failed"))
        conversation.waiting.clear()
        return messages(conversation), _latest_words(conversation)

    def begin_again(conversation: Conversation) -> tuple[list[dict[str, str]], str, str]:
        conversation.clear()
        return [], panel_of(library, conversation), announcement(tell("chat.new_said"))

    def limit(conversation: Conversation, event: gr.EventData) -> None:
        conversation.scope = scope_of(library, event.value)

    at_once: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    asking = [
        gr.on(
            [chat.box.submit, chat.send.click],
            speak(add),
            [chat.box, conversation],
            [chat.box, chat.log],
            trigger_mode="multiple",
            **at_once,
        )
    ]
    asking += [one.click(speak(add_example), [one, conversation], chat.log, **at_once) for one in chat.examples]
    for event in asking:
        answered = event.success(
            speak(reply),
            conversation,
            [chat.log, shared.panel, shared.said],
            show_progress="hidden",
            api_visibility="private",
            trigger_mode="multiple",
            concurrency_limit=AT_ONCE,
            concurrency_id="ask",
        )
        answered.failure(speak(refuse), conversation, [chat.log, shared.said], **at_once)
    new.click(speak(begin_again), conversation, [chat.log, shared.panel, shared.said], **at_once)
    chat.scope.select(speak(limit), conversation, None, **at_once)


def scope_of(library: Library, value: object) -> tuple[str, ...]:
    """The ids among those that a browser sent which the library has; nothing stands for all articles."""
    wanted = {one for one in value[:SCOPE_MOST] if isinstance(one, str)} if isinstance(value, list) else set()
    return tuple(one.id for one in library.articles() if one.id in wanted)


def answer_waiting(library: Library, conversation: Conversation) -> None:
    """Answer every question of the conversation that nobody is answering yet; a refusal becomes its message."""
    while (turn := conversation.take()) is not None:
        try:
            reply = library.ask(turn.question, after=conversation.before(turn), articles=turn.articles)
            conversation.close(turn, reply)
        except RagError as error:
            _log.info("a question was refused: %s", error)
            conversation.close(turn, str(error))


def messages(conversation: Conversation) -> list[dict[str, str]]:
    """The conversation as the chat component wants it: two messages a turn, in escaped HTML."""
    shown: list[dict[str, str]] = []
    for turn in list(conversation.turns):
        shown.append({"role": "user", "content": question_html(turn.question)})
        if turn.reply is None:
            content = waiting_html()
        elif isinstance(turn.reply, str):
            content = failure_html(turn.reply)
        else:
            content = reply_html(turn.reply)
        shown.append({"role": "assistant", "content": content})
    return shown


def example_buttons(library: Library) -> list[Any]:
    """Updates of the example buttons: questions that the first article answers."""
    summaries = library.articles()
    found: list[str] = []
    if summaries:
        first = summaries[0].id
        found = example_questions(
            library.article(first), library.sentences(first), library.statements(first), limit=EXAMPLES
        )
    shown = [gr.update(value=question, visible=True) for question in found]
    return shown + [gr.update(visible=False)] * (EXAMPLES - len(shown))


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
