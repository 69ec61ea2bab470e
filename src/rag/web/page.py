"""The page: what stands where, and which event does what.

Knows Gradio and the library's facade; leaves markup to `render` and the conversation to `conversation`.
Every event shows the whole conversation of its own session; nothing is kept in module globals.
"""

from __future__ import annotations

import logging
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import RagError
from rag.web.conversation import Conversation
from rag.web.examples import example_questions
from rag.web.panel import announcement, panel_of
from rag.web.render import failure_html, question_html, reply_html, spoken, waiting_html
from rag.web.views import connect, lay_out, without_surrogates

if TYPE_CHECKING:
    from rag.library import Library

_log = logging.getLogger(__name__)

NAME = "Ask the Article"
EXAMPLES = 4
"""Example questions on an empty page; four fill a 2 x 2 grid."""

AT_ONCE = 4
"""Questions answered at the same time; more than the cores of a small machine only adds waiting."""

QUEUE = 64
"""Questions that may wait; at 50 ms each the last one waits a second, the next one is told to come back."""

_HEADER = (
    '<a class="skip" href="#question">Skip to the question</a>'
    f'<div class="brand"><h1>{NAME}</h1><p>Answers in its own words, and only those</p></div>'
    '<div class="views" role="group" aria-label="What to show">'
    '<button type="button" class="view" data-to="chat">Chat</button>'
    '<button type="button" class="view" data-to="compare">Compare</button>'
    '<button type="button" class="view" data-to="voices">Who said what</button>'
    '<button type="button" class="view" data-to="article">Article</button></div>'
)
_WELCOME = (
    '<div class="welcome"><div class="greeting">What would you like to know?</div>'
    "<div>Every reply is made of sentences quoted word for word. "
    "Follow a quote's number to read it where it stands.</div></div>"
)
_BACK = '<button type="button" class="back">Back to the quote</button>'
_FAILED = "This question could not be answered just now. Please ask it again in a moment."
_OPEN_ON_REQUEST = "element.addEventListener('open-article', e => trigger('select', {value: e.detail}));"


def build_page(library: Library) -> gr.Blocks:
    """Lay out the page and connect its events to the library."""
    page = gr.Blocks(title=NAME, analytics_enabled=False, fill_width=True, fill_height=True)
    with page:
        conversation = gr.State(Conversation())
        with gr.Row(elem_id="top"):
            gr.HTML(_HEADER, elem_id="masthead", js_on_load=None, apply_default_css=False)
            new = gr.Button("New chat", elem_id="new", size="sm", scale=0)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk"):
                chat = _chat()
                with gr.Column(elem_id="examples"):
                    examples = [gr.Button(visible=False, elem_classes="example") for _ in range(EXAMPLES)]
                with gr.Row(elem_id="composer"):
                    box = _question_box()
                    send = gr.Button("Ask", elem_id="ask", variant="primary", scale=0)
            views = lay_out()
            with gr.Column(elem_id="reading"):
                gr.HTML(_BACK, elem_id="return", js_on_load=None, apply_default_css=False)
                panel = gr.HTML(elem_id="panel", js_on_load=_OPEN_ON_REQUEST, apply_default_css=False)
        said = gr.HTML(announcement(""), elem_id="said", js_on_load=None, apply_default_css=False)

        def start(conversation: Conversation) -> list[Any]:
            return [panel_of(library, conversation), *_example_buttons(library)]

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
                    conversation.close(turn, _FAILED)
            conversation.waiting.clear()
            return messages(conversation), _latest_words(conversation)

        def begin_again(conversation: Conversation) -> tuple[list[dict[str, str]], str, str]:
            conversation.clear()
            return [], panel_of(library, conversation), announcement("New chat.")

        def open_article(conversation: Conversation, event: gr.EventData) -> str:
            wanted = str(event.value)
            if any(one.id == wanted for one in library.articles()):
                conversation.open(wanted)
                conversation.shown = wanted
            else:
                conversation.replies += 1
            return panel_of(library, conversation)

        at_once: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
        page.load(start, conversation, [panel, *examples], **at_once)
        asked = [
            gr.on([box.submit, send.click], add, [box, conversation], [box, chat], trigger_mode="multiple", **at_once)
        ]
        asked += [one.click(add_example, [one, conversation], chat, **at_once) for one in examples]
        for event in asked:
            answered = event.success(
                reply,
                conversation,
                [chat, panel, said],
                show_progress="hidden",
                api_visibility="private",
                trigger_mode="multiple",
                concurrency_limit=AT_ONCE,
                concurrency_id="ask",
            )
            answered.failure(refuse, conversation, [chat, said], **at_once)
        new.click(begin_again, conversation, [chat, panel, said], **at_once)
        panel.select(open_article, conversation, panel, **at_once)
        connect(views, library, conversation, panel=panel, said=said)
    page.queue(api_open=False, max_size=QUEUE, default_concurrency_limit=AT_ONCE)
    return page


def head() -> str:
    """The style and the script of the page, for the document's head."""
    room = files("rag.web")

    def joined(*names: str) -> str:
        return "".join(room.joinpath(name).read_text(encoding="utf-8") for name in names)

    style, script = joined("page.css", "views.css"), joined("views.js", "page.js")
    return (
        '<meta name="color-scheme" content="light dark">'
        f'<style>{style}</style><script>(() => {{\n"use strict";\n{script}}})();</script>'
    )


def theme() -> gr.themes.Base:
    """A bare theme in the fonts of the reader's own system, so no font is fetched."""
    sans = ["-apple-system", "BlinkMacSystemFont", "Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "sans-serif"]
    return gr.themes.Base(font=sans, font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"]).set(
        body_background_fill="#f6f4ef",
        body_background_fill_dark="#141518",
        body_text_color="#23211c",
        body_text_color_dark="#e8e5de",
    )


def _chat() -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="chat",
        label="Conversation",
        show_label=False,
        container=False,
        height="100%",
        autoscroll=False,
        render_markdown=False,
        latex_delimiters=[],
        buttons=[],
        feedback_options=None,
        group_consecutive_messages=False,
        placeholder=_WELCOME,
    )


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        elem_id="question",
        label="Your question",
        show_label=False,
        container=False,
        lines=1,
        max_lines=6,
        placeholder="Ask about the article",
        scale=1,
    )


def answer_waiting(library: Library, conversation: Conversation) -> None:
    """Answer every question of the conversation that nobody is answering yet; a refusal becomes its message."""
    while (turn := conversation.take()) is not None:
        try:
            conversation.close(turn, library.ask(turn.question, after=conversation.before(turn)))
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


def _example_buttons(library: Library) -> list[Any]:
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
    return announcement("" if latest is None else f"Reply {conversation.replies}. {spoken(latest)}")
