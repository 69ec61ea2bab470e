"""The library view: the frame in which the page's scripts list, add and choose articles by the REST interface.

Holds no data: whatever comes from articles is put in by the scripts, as text and never as markup.
"""

from __future__ import annotations

import gradio as gr

from rag.web.strings import tell

FILE_TYPES = (".txt", ".md", ".html", ".pdf", ".docx")
"""The ends of names of files that can be added."""

_ACCEPTED = ",".join((*FILE_TYPES, ".htm", ".markdown"))
_COLUMNS = {
    "title": "library.title",
    "published": "library.published",
    "characters": "library.characters",
    "added": "library.added",
}
_ORDERS = {
    "added down": "library.newest",
    "added up": "library.oldest",
    "title up": "library.a_to_z",
    "title down": "library.z_to_a",
    "published down": "library.latest",
    "published up": "library.earliest",
    "characters down": "library.longest",
    "characters up": "library.shortest",
}
_ON_CHANGE = "element.addEventListener('library-changed', e => trigger('select', {value: e.detail}));"


def lay_out() -> gr.HTML:
    """Put the view where the page stands; its event `select` says that articles came, went or changed their names."""
    with gr.Column(elem_id="library"):
        return gr.HTML(_frame(), elem_id="shelves", js_on_load=_ON_CHANGE, apply_default_css=False)


def account_html() -> str:
    """Who is logged in and the way out, hidden until the page knows that somebody is."""
    return (
        '<form class="account" method="post" hidden><span class="user"></span>'
        f'<button type="submit">{tell("library.log_out")}</button></form>'
    )


def _frame() -> str:
    return (
        '<section class="library" aria-labelledby="library-title" data-busy="true">'
        f'<header class="head"><h2 id="library-title" tabindex="-1">{tell("view.library")}</h2>'
        '<p class="count"></p></header>'
        f'<p class="closed" hidden></p>{_adding()}<ul class="deliveries" aria-label="{tell("library.adding")}"></ul>'
        f'<div class="trouble" hidden><p></p><button type="button" class="again">{tell("library.again")}</button></div>'
        f"{_tools()}{_table()}{_empty()}{_pages()}{_bars()}{_dialog()}</section>"
    )


def _adding() -> str:
    ways = "".join(
        f'<button type="button" class="{name}"{more}>{tell(key)}</button>'
        for name, more, key in (
            ("pick-files way", "", "library.files"),
            ("pick-folder way", "", "library.folder"),
            ("way opens", ' aria-expanded="false" aria-controls="paste-form"', "library.paste"),
            ("way opens", ' aria-expanded="false" aria-controls="address-form"', "library.addresses"),
        )
    )
    return (
        f'<div class="add"><div class="ways" role="group" aria-label="{tell("library.add")}">{ways}</div>'
        f'<p class="hint">{tell("library.drop", types=" ".join(FILE_TYPES))}</p>'
        f'<input type="file" class="files" multiple accept="{_ACCEPTED}" aria-label="{tell("library.files")}" hidden>'
        f'<input type="file" class="folder" webkitdirectory aria-label="{tell("library.folder")}" hidden>'
        f"{_paste_form()}{_address_form()}</div>"
    )


def _paste_form() -> str:
    facts = "".join(
        f'<label>{tell(key)}<input type="text" name="{name}" autocomplete="off"></label>'
        for name, key in (
            ("title", "library.title"),
            ("author", "library.author"),
            ("published", "library.published"),
            ("source", "library.source"),
        )
    )
    return (
        f'<form id="paste-form" class="paste" hidden><label class="wide">{tell("library.text")}'
        f'<textarea name="text" rows="7" required></textarea></label>{facts}{_form_foot()}</form>'
    )


def _address_form() -> str:
    return (
        f'<form id="address-form" class="addresses" hidden><label class="wide">{tell("library.address_lines")}'
        f'<textarea name="addresses" rows="3" required placeholder="https://"></textarea></label>{_form_foot()}</form>'
    )


def _form_foot() -> str:
    return (
        f'<div class="foot wide"><button type="submit" class="main">{tell("library.add_now")}</button>'
        f'<button type="button" class="shut">{tell("library.cancel")}</button></div>'
    )


def _tools() -> str:
    options = "".join(f'<option value="{order}">{tell(key)}</option>' for order, key in _ORDERS.items())
    return (
        '<div class="tools" role="search">'
        f'<input type="search" name="search" maxlength="200" autocomplete="off" aria-label="{tell("library.search")}" '
        f'placeholder="{tell("library.search")}">'
        f'<label class="order"><span>{tell("library.order")}</span>'
        f'<select name="order">{options}</select></label></div>'
    )


def _table() -> str:
    heads = "".join(
        f'<th scope="col" role="columnheader" class="{sort}"><button type="button" class="sort" data-sort="{sort}">'
        f"{tell(key)}</button></th>"
        for sort, key in _COLUMNS.items()
    )
    return (
        f'<table class="list" role="table" aria-label="{tell("library.list")}" hidden>'
        '<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader" class="box">'
        f'<label><input type="checkbox" class="all" aria-label="{tell("library.select_page")}">'
        f"<span>{tell('library.select_page')}</span></label></th>{heads}</tr></thead>"
        '<tbody role="rowgroup"></tbody></table>'
    )


def _empty() -> str:
    return (
        f'<div class="empty" hidden><h3>{tell("library.empty")}</h3><p>{tell("library.empty_hint")}</p></div>'
        f'<div class="none" hidden><p></p><button type="button" class="clear">{tell("library.clear")}</button></div>'
    )


def _pages() -> str:
    return (
        f'<nav class="pages" aria-label="{tell("library.pages")}" hidden>'
        f'<button type="button" class="earlier">{tell("library.earlier")}</button><span class="where"></span>'
        f'<button type="button" class="later">{tell("library.later")}</button></nav>'
    )


def _bars() -> str:
    return (
        f'<div class="bars"><div class="bar picked" role="group" aria-label="{tell("library.selected")}" hidden>'
        '<span class="words"></span><button type="button" class="all-found"></button>'
        '<button type="button" class="ask-these main"></button>'
        f'<button type="button" class="remove-these">{tell("library.remove")}</button>'
        f'<button type="button" class="unselect">{tell("library.unselect")}</button></div>'
        f'<div class="bar removed" role="group" aria-label="{tell("library.removed")}" hidden>'
        '<span class="words"></span>'
        f'<button type="button" class="undo main">{tell("library.undo")}</button>'
        f'<button type="button" class="forget">{tell("library.dismiss")}</button></div></div>'
    )


def _dialog() -> str:
    return (
        '<dialog class="sure" aria-labelledby="sure-title"><h3 id="sure-title"></h3>'
        '<p></p><form method="dialog" class="foot">'
        f'<button value="remove" class="main">{tell("library.remove")}</button>'
        f'<button value="">{tell("library.cancel")}</button></form></dialog>'
    )
