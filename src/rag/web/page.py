"""The page: what stands where, in one language.

Knows the views and how they share the source panel; each view lays itself out and connects its own events.
"""

from __future__ import annotations

import json
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.web import chat, shelf, views
from rag.web import panel as source
from rag.web.conversation import Conversation
from rag.web.examples import Proposals, examples_html
from rag.web.gate import AT_ONCE, Gate
from rag.web.panel import announcement, panel_of
from rag.web.strings import LANGUAGES, in_language, script_strings, speaking, spoken_language, tell
from rag.web.tools import offer_tools
from rag.web.views import Shared

if TYPE_CHECKING:
    from rag.library import Library

NAME = "Ask the Article"

QUEUE = 64
"""Questions that may wait; at 50 ms each the last one waits a second, the next one is told to come back."""

_STYLES = ("page.css", "chat.css", "panel.css", "tools.css", "narrow.css", "shelf.css", "views.css")
_SCRIPTS = (
    *("state.js", "chat.js", "preview.js", "panel.js", "cited.js", "find.js", "colours.js"),
    *("rest.js", "pending.js", "scope.js", "shelf.js", "adding.js", "views.js", "page.js"),
)
"""The scripts share one scope, in this order."""

_VIEWS = ("chat", "library", "compare", "voices", "article")


def build_page(
    library: Library,
    language: str = "en",
    *,
    gate: Gate | None = None,
    proposals: Proposals | None = None,
    rated: bool = True,
) -> gr.Blocks:
    """Lay out the page in a language and connect its events to the library.

    Args:
        library: What is asked.
        language: Of the interface.
        gate: Where questions wait, those of others who ask too; the page's own when left out.
        proposals: What is proposed to ask, likewise.
        rated: Whether readers can say what replies are worth, which is kept beside the library.
    """
    with speaking(language):
        return _build(library, gate or Gate(), proposals or Proposals(library), rated=rated)


def _build(library: Library, gate: Gate, proposals: Proposals, *, rated: bool) -> gr.Blocks:
    page = gr.Blocks(title=NAME, analytics_enabled=False, fill_width=True, fill_height=True)
    speak = partial(in_language, spoken_language())
    with page:
        conversation = gr.State(Conversation())
        with gr.Row(elem_id="top"):
            gr.HTML(_masthead(), elem_id="masthead", js_on_load=None, apply_default_css=False)
            new = gr.Button(tell("chat.new"), elem_id="new", size="sm", scale=0)
        with gr.Row(elem_id="desk"):
            talk, others = chat.lay_out(), views.lay_out()
            shelves = shelf.lay_out()
            with gr.Column(elem_id="reading"):
                gr.HTML(_back(), elem_id="return", js_on_load=None, apply_default_css=False)
                panel = source.lay_out()
        said = gr.HTML(announcement(""), elem_id="said", js_on_load=None, apply_default_css=False)
        shared = Shared(panel, said, spoken_language(), gate, proposals, rated)

        def start(conversation: Conversation) -> Any:
            conversation.sent = None
            return panel_of(library, conversation)

        def propose() -> str:
            return examples_html(proposals)

        def open_article(conversation: Conversation, event: gr.EventData) -> Any:
            wanted = str(event.value)
            conversation.sent = None
            if any(one.id == wanted for one in library.articles()):
                conversation.open(wanted)
                conversation.shown = wanted
            else:
                conversation.replies += 1
            return panel_of(library, conversation)

        def tell_voices(conversation: Conversation) -> Any:
            conversation.coloured = True
            return panel_of(library, conversation)

        begun = page.load(speak(start), conversation, panel, **shared.at_once)
        begun.then(speak(propose), None, talk.examples, **shared.at_once)
        changed = shelves.select(speak(start), conversation, panel, **shared.at_once)
        changed.then(speak(propose), None, talk.examples, **shared.at_once)
        panel.select(speak(open_article), conversation, panel, **shared.at_once)
        panel.submit(speak(tell_voices), conversation, panel, **shared.quiet)
        chat.connect(talk, library, conversation, new=new, shared=shared)
        views.connect(others, library, conversation, shared=shared)
        offer_tools(library, gate)
    page.queue(api_open=False, max_size=QUEUE, default_concurrency_limit=AT_ONCE)
    return page


def head(language: str = "en", *, base_path: str = "") -> str:
    """The style and the script of the page, and what the script says, for the document's head.

    `base_path` is the path, without a slash at its end, under which the server is reached.
    """
    room = files("rag.web")

    def joined(names: tuple[str, ...]) -> str:
        return "".join(room.joinpath(name).read_text(encoding="utf-8") for name in names)

    with speaking(language):
        config = {"language": language, "root": f"{base_path}/", "strings": script_strings()}
    facts = json.dumps(config, ensure_ascii=False).replace("<", "\\u003c")
    return (
        '<meta name="color-scheme" content="light dark">'
        f"<style>{joined(_STYLES)}</style>"
        f'<script>((config) => {{\n"use strict";\n{joined(_SCRIPTS)}}})({facts});</script>'
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


def _masthead() -> str:
    buttons = "".join(
        f'<button type="button" class="view" data-to="{name}">{tell(f"view.{name}")}</button>' for name in _VIEWS
    )
    languages = "".join(
        f'<a class="language" href="#{code}" lang="{code}" hreflang="{code}">{name}</a>'
        for code, name in LANGUAGES.items()
        if code != spoken_language()
    )
    return (
        f'<a class="skip" href="#question">{tell("page.skip")}</a>'
        f'<div class="brand"><h1>{NAME}</h1><p>{tell("page.motto")}</p></div>'
        f'<div class="views" role="group" aria-label="{tell("page.views")}">{buttons}</div>'
        f'<button type="button" class="chats-open">{tell("chat.chats")}</button>'
        f'<nav class="languages" aria-label="{tell("page.language")}">{languages}</nav>{shelf.account_html()}'
    )


def _back() -> str:
    return f'<button type="button" class="back">{tell("view.back")}</button>'
