"""Replies and conversations -> one HTML file that needs nothing else, to read, to print and to send.

All data goes through `_shown`. There is no script, and nothing is loaded: only links lead outside.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from rag.formats.compared import SILENCE, quotes_of_side, title_of, topic_names
from rag.formats.made import Made, address_of
from rag.formats.markdown import NEAREST, colophon, place_of, speaker_of
from rag.languages import language_of
from rag.records import Abstention, Answer, Comparison, Quote, Reply, Side, Stance

_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that HTML does not allow, not even as references."""


def write_html(exchanges: Sequence[Reply], made: Made) -> str:
    """A document with a section for every question: its quotes with their places, or why there are none.

    Quotes keep their line ends, and their own direction of writing; their language is named when it can be told.
    """
    title = _title(exchanges[0]) if len(exchanges) == 1 else "Questions and answers"
    several = len(exchanges) > 1
    head = f"<h1>{_shown(title)}</h1>\n" if several else ""
    sections = "\n".join(_section(reply, 2 if several else 1) for reply in exchanges)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_shown(' '.join(title.split()))}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n"
        f"<main>\n{head}{sections}\n</main>\n<footer><p>{_shown(colophon(made))}</p></footer>\n</body>\n</html>\n"
    )


def _title(reply: Reply) -> str:
    return title_of(reply) if isinstance(reply, Comparison) else reply.question


def _section(reply: Reply, level: int) -> str:
    heading = f'<h{level} dir="auto">{_shown(_title(reply))}</h{level}>'
    if isinstance(reply, Comparison):
        body = _comparison(reply, level + 1)
    elif isinstance(reply, Answer):
        body = _figures(reply.quotes)
    else:
        body = _abstention(reply)
    return f"<section>\n{heading}\n{body}</section>"


def _abstention(reply: Abstention) -> str:
    why = f"<p>{_shown(reply.message)}</p>\n"
    return f"{why}<p>{NEAREST}</p>\n{_figures(reply.nearest)}" if reply.nearest else why


def _comparison(reply: Comparison, level: int) -> str:
    asked = f"<p>Asked: {_shown(reply.question)}</p>\n" if reply.question not in (reply.topic, "") else ""
    topics = topic_names(reply) if len(reply.topics) > 1 else {}
    parts = [asked, *(_side(reply, side, topics, level) for side in reply.sides)]
    if reply.differing:
        lines = "".join(
            f"<li>{_shown(', '.join(one.numbers))}: in quotes {', '.join(map(str, one.quotes))}</li>"
            for one in reply.differing
        )
        parts.append(f"<h{level}>Figures that differ</h{level}>\n<ul>{lines}</ul>\n")
    if reply.silent:
        names = "".join(f"<li>{_shown(', '.join(filter(None, (one.name, one.role))))}</li>" for one in reply.silent)
        parts.append(f"<h{level}>Nothing found from</h{level}>\n<ul>{names}</ul>\n<p>{SILENCE}</p>\n")
    return "".join(parts)


def _side(reply: Comparison, side: Side, topics: dict[int, str], level: int) -> str:
    name = ", ".join(filter(None, (side.speaker.name, side.speaker.role)))
    quotes = "".join(
        _figure(quote, topic=topics.get(quote.number), stances=side.stances) for quote in quotes_of_side(reply, side)
    )
    return f'<h{level} dir="auto">{_shown(name)}</h{level}>\n{quotes}'


def _figures(quotes: Iterable[Quote]) -> str:
    return "".join(_figure(quote) for quote in quotes)


def _figure(quote: Quote, *, topic: str | None = None, stances: Iterable[Stance] = ()) -> str:
    article = quote.article
    title, *rest = place_of(quote)
    address, speaker = address_of(article), speaker_of(quote)
    # An empty language says that it is not known; without it the page's own would hold.
    language = f' lang="{language_of(article.text) or ""}"'
    about = [f"<b>[{quote.number}]</b>", *([f"<bdi>{_shown(speaker)}</bdi>"] if speaker else [])]
    about += [f"on <bdi>{_shown(topic)}</bdi>"] if topic else []
    for stance in stances:
        if stance.quote == quote.number:
            words = article.text[stance.cue.start : stance.cue.end]
            about.append(f"{stance.label}: “<bdi{language}>{_shown(words)}</bdi>”")
    source = f"<bdi>{_shown(article.source)}</bdi>" if article.source else ""
    link = f'<a href="{_shown(address)}" rel="noreferrer">{source}</a>' if address else source
    cite = f' cite="{_shown(address)}"' if address else ""
    where = ", ".join(
        filter(None, [f"<cite><bdi{language}>{_shown(title)}</bdi></cite>", _shown(", ".join(rest)), link])
    )
    return (
        f'<figure>\n<blockquote{cite}{language} dir="auto"><p>{_shown(quote.text)}</p></blockquote>\n'
        f"<figcaption>{' · '.join(about)}<br>{where}</figcaption>\n</figure>\n"
    )


def _shown(text: str) -> str:
    """Text that HTML shows as it is, in an element or in a quoted attribute."""
    return html.escape(_UNSEEN.sub("\ufffd", text), quote=True).replace("\r", "&#13;")


@cache
def _style() -> str:
    return files("rag.formats").joinpath("page.css").read_text(encoding="utf-8")
