"""The chat: a question, its reply, what goes on between them, and what can be done with them.

Knows its layout and events in Gradio, and the conversation; leaves markup to `told`, and what a browser sends to
`acts`. Every event shows the whole conversation of its own session; nothing is kept in module globals.
"""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import RagError, UnwritableFileError
from rag.web.acts import Rating, change_turns, rating_of, scope_of
from rag.web.conversation import Conversation
from rag.web.feedback import Feedback
from rag.web.panel import announcement, panel_of
from rag.web.quotes import verbatim
from rag.web.render import spoken
from rag.web.strings import in_language, tell
from rag.web.suggest import Suggestions
from rag.web.told import messages
from rag.web.views import Shared, without_surrogates

if TYPE_CHECKING:
    from rag.library import Library

_log = logging.getLogger(__name__)

EXAMPLES = 4
"""Example questions on an empty page; four fill a 2 x 2 grid."""

AT_ONCE = 4
"""Questions answered at the same time; more than the cores of a small machine only adds waiting."""

_ON_SCOPE = "element.addEventListener('scope', e => trigger('select', {value: e.detail}));"

_ON_ACTS = """
element.addEventListener('change-turns', e => { e.preventDefault(); trigger('select', {value: e.detail}); });
element.addEventListener('stop-asking', e => { e.preventDefault(); trigger('stop', {}); });
element.addEventListener('make-of-reply', e => { e.preventDefault(); trigger('submit', {value: e.detail}); });
"""
"""Who sends one of these learns whether anybody listened, because the event is then cancelled."""


@dataclass(frozen=True, slots=True)
class Chat:
    """The components of the chat."""

    log: gr.Chatbot
    examples: tuple[gr.Button, ...]
    scope: gr.HTML
    acts: gr.HTML
    made: gr.HTML
    proposed: gr.HTML
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
            with gr.Row(elem_id="under-ask"):
                scope = gr.HTML(_scope_html(), elem_id="scope", js_on_load=_ON_SCOPE, apply_default_css=False)
                acts = gr.HTML(_acts_html(), elem_id="acts", js_on_load=_ON_ACTS, apply_default_css=False)
        made, proposed = (
            gr.HTML(elem_id=name, elem_classes="unseen", js_on_load=None, apply_default_css=False)
            for name in ("made", "proposed")
        )
    return Chat(log, examples, scope, acts, made, proposed, box, send)


def connect(
    chat: Chat, library: Library, conversation: gr.State, *, new: gr.Button, shared: Shared, rated: bool = True
) -> None:
    """Connect the events of the chat to the library; `rated` says that readers may say what replies are worth."""
    speak = partial(in_language, shared.language)
    feedback, suggestions = Feedback(library.folder), Suggestions(library)
    drawn = partial(messages, rated=rated and feedback.writable)

    def add(question: str, conversation: Conversation) -> tuple[Any, list[dict[str, str]]]:
        if not question.strip():
            return gr.skip(), drawn(conversation)
        return "", add_example(question, conversation)

    def add_example(question: str, conversation: Conversation) -> list[dict[str, str]]:
        conversation.add(without_surrogates(question))
        return drawn(conversation)

    def change(conversation: Conversation, event: gr.EventData) -> list[dict[str, str]]:
        change_turns(library, conversation, event.value)
        return drawn(conversation)

    def reply(conversation: Conversation) -> tuple[list[dict[str, str]], Any, str]:
        answer_waiting(library, conversation)
        return drawn(conversation), panel_of(library, conversation), _latest_words(conversation)

    def refuse(conversation: Conversation) -> tuple[list[dict[str, str]], str]:
        conversation.stop(tell("chat.failed"))
        return drawn(conversation), _latest_words(conversation)

    def stop(conversation: Conversation) -> tuple[list[dict[str, str]], str]:
        conversation.stop(tell("chat.stopped"))
        return drawn(conversation), announcement(tell("chat.stopped"))

    def propose(conversation: Conversation) -> str:
        return proposed_html(conversation, suggestions)

    def make(conversation: Conversation, event: gr.EventData) -> tuple[str, str]:
        return made_of(conversation, event.value, feedback if rated else None)

    def begin_again(conversation: Conversation) -> tuple[list[dict[str, str]], Any, str]:
        conversation.clear()
        return [], panel_of(library, conversation), announcement(tell("chat.new_said"))

    def limit(conversation: Conversation, event: gr.EventData) -> None:
        conversation.scope = scope_of(library, event.value)

    def examples() -> list[Any]:
        return example_buttons(suggestions)

    at_once: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    later: dict[str, Any] = {
        "show_progress": "hidden",
        "api_visibility": "private",
        "trigger_mode": "multiple",
        "concurrency_id": "later",
    }
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
    asking.append(chat.acts.select(speak(change), conversation, chat.log, trigger_mode="multiple", **at_once))
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
        answered.success(speak(propose), conversation, chat.proposed, **later)
    chat.acts.stop(speak(stop), conversation, [chat.log, shared.said], **at_once)
    chat.acts.submit(speak(make), conversation, [chat.made, shared.said], trigger_mode="multiple", **at_once)
    new.click(speak(begin_again), conversation, [chat.log, shared.panel, shared.said], **at_once)
    chat.scope.select(speak(limit), conversation, None, **at_once)
    gr.on(None, speak(examples), None, list(chat.examples), **later)


def answer_waiting(library: Library, conversation: Conversation) -> None:
    """Answer every question of the conversation that nobody is answering yet; a refusal becomes its message."""
    while (turn := conversation.take()) is not None:
        try:
            reply = library.ask(turn.question, after=conversation.before(turn), articles=turn.articles)
            turn.version = library.version
            conversation.close(turn, reply)
        except RagError as error:
            _log.info("a question was refused: %s", error)
            conversation.close(turn, str(error))


def example_buttons(suggestions: Suggestions) -> list[Any]:
    """Updates of the example buttons: questions that the first article answers."""
    shown = [gr.update(value=question, visible=True) for question in suggestions.examples(limit=EXAMPLES)]
    return shown + [gr.update(visible=False)] * (EXAMPLES - len(shown))


def proposed_html(conversation: Conversation, suggestions: Suggestions) -> str:
    """What could be asked after the latest turn, for a script that shows it there."""
    if not conversation.turns:
        return ""
    turn = conversation.turns[-1].number
    questions = json.dumps(suggestions.after(conversation), ensure_ascii=False)
    return f'<i data-turn="{turn}" data-title="{tell("chat.next")}" data-questions="{verbatim(questions)}"></i>'


def made_of(conversation: Conversation, value: object, feedback: Feedback | None) -> tuple[str, str]:
    """What a reader wants made of a reply, for a script, and what the live region says of it."""
    rating = rating_of(value)
    if rating is not None and feedback is not None:
        return _rated(conversation, rating, feedback)
    return made_html({}), announcement("")


def made_html(facts: dict[str, object]) -> str:
    """Facts for a script, which acts on each of them once."""
    facts = {"mark": secrets.token_hex(4), **facts}
    return f'<i data-made="{verbatim(json.dumps(facts, ensure_ascii=False))}"></i>'


def _rated(conversation: Conversation, rating: Rating, feedback: Feedback) -> tuple[str, str]:
    turn = conversation.turn(rating.turn)
    if turn is None or turn.reply is None or isinstance(turn.reply, str):
        return made_html({}), announcement("")
    try:
        feedback.keep(rating, turn, turn.reply, conversation.before(turn))
    except UnwritableFileError as error:
        return made_html({}), announcement(tell("rate.unsaved", why=error.cause))
    facts = {"do": "rated", "turn": rating.turn, "verdict": rating.verdict, "wrong": rating.wrong, "said": tell("rate.saved")}
    return made_html(facts), announcement(tell("rate.saved"))


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


def _acts_html() -> str:
    return (
        '<div class="editing" role="status" hidden></div>'
        f'<button type="button" class="chats" aria-haspopup="dialog" hidden>{tell("chat.chats")}</button>'
    )


def _scope_html() -> str:
    return (
        f'<button type="button" class="scope-of-question" title="{tell("scope.title")}">'
        f'<span class="scope-words">{tell("scope.all")}</span></button>'
    )
