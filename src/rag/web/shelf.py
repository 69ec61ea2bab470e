"""The library view: the frame in which the page's script lists, adds and chooses articles by the REST interface."""

from __future__ import annotations

import gradio as gr

from rag.web.strings import tell


def lay_out() -> None:
    """Put the view where the page stands, in a column of its own."""
    with gr.Column(elem_id="library"):
        gr.HTML(_frame(), elem_id="shelves", js_on_load=None, apply_default_css=False)


def _frame() -> str:
    title = f'<h2 id="library-title">{tell("view.library")}</h2>'
    return f'<section class="library" aria-labelledby="library-title">{title}</section>'
