"""The page on which people log in: a plain form without scripts, in the page's colours."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from urllib.parse import urlencode

from rag.web.strings import LANGUAGES, speaking, tell

NAME = "Ask the Article"


def login_page(language: str, base_path: str, *, to: str, name: str = "", fault: str = "") -> str:
    """The form in a language; `to` is where it leads, `fault` a sentence about the last try."""
    with speaking(language):
        return _PAGE.format_map(_filled(language, base_path, {"to": to, "name": name, "fault": fault}))


def _filled(language: str, base_path: str, facts: Mapping[str, str]) -> dict[str, str]:
    fault = facts["fault"]
    shown = {key: escape(value, quote=True) for key, value in facts.items()}
    links = " ".join(
        f'<a href="{base_path}/login?{escape(urlencode({"lang": code, "next": facts["to"]}))}" lang="{code}" '
        f'hreflang="{code}">{label}</a>'
        for code, label in LANGUAGES.items()
        if code != language
    )
    return {
        **shown,
        "language": language,
        "base": base_path,
        "title": tell("login.title"),
        "motto": tell("page.motto"),
        "name_label": tell("login.name"),
        "password_label": tell("login.password"),
        "submit": tell("login.submit"),
        "languages": tell("page.language"),
        "links": links,
        "style": _style(),
        "app": NAME,
        "alert": f'<p role="alert" id="fault">{shown["fault"]}</p>' if fault else "",
        "wrong": ' aria-invalid="true" aria-describedby="fault"' if fault else "",
        "first": "" if facts["name"] else " autofocus",
        "second": " autofocus" if facts["name"] else "",
    }


@cache
def _style() -> str:
    room = files("rag.web")
    page, own = (room.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "login.css"))
    light, dark = (_block(page, selector) for selector in (":root", ".dark"))
    return f":root {{{light}}}\n@media (prefers-color-scheme: dark) {{ :root {{{dark}}} }}\n{own}"


def _block(css: str, selector: str) -> str:
    start = css.index(f"\n{selector} {{") + len(selector) + 3
    return css[start : css.index("}", start)]


_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} – {app}</title>
<link rel="icon" href="{base}/favicon.ico">
<style>{style}</style>
</head>
<body>
<main>
<h1>{app}</h1>
<p class="motto">{motto}</p>
<form method="post" action="{base}/login?lang={language}">
{alert}
<input type="hidden" name="next" value="{to}">
<label for="name">{name_label}</label>
<input id="name" name="name" value="{name}" autocomplete="username" autocapitalize="none" spellcheck="false"
 maxlength="64" required{first}{wrong}>
<label for="password">{password_label}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required{second}{wrong}>
<button type="submit">{submit}</button>
</form>
<nav aria-label="{languages}">{links}</nav>
</main>
</body>
</html>
"""
