"""Results and messages for the terminal; knows no commands."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.records import Article, Comparison, Quote, Reply, Statement

_STRENGTHS = {
    "direct": "direct quotation",
    "named": "named report",
    "unnamed": "unnamed report",
    "author": "the author's own voice",
}
_ATTRIBUTIONS = {"direct": "direct", "indirect": "reported", "mixed": "direct and reported"}


def show(options: argparse.Namespace, shape: object, line: str) -> None:
    """Print a result: its shape with `--json`, else its line."""
    if options.json:
        show_json(shape)
    else:
        print(line, flush=True)


def show_json(shape: object) -> None:
    """Print a result as one line of JSON."""
    print(json.dumps(shape, ensure_ascii=False), flush=True)


def say(message: str) -> None:
    """Print a message on stderr."""
    print(f"rag: {message}", file=sys.stderr, flush=True)


def wrong(message: str) -> int:
    """Say what is wrong with the usage, and return the exit code for it."""
    say(message)
    return 2


def told(reply: Reply) -> str:
    """Return a reply for the terminal: numbered quotes with their places, or why there are none."""
    from rag.records import Answer, Comparison

    if isinstance(reply, Answer):
        return "\n".join(_told_quotes(reply.quotes))
    if isinstance(reply, Comparison):
        return "\n".join(_told_comparison(reply))
    nearest = ["", "Nearest, though not an answer:", *_told_quotes(reply.nearest)] if reply.nearest else []
    return "\n".join([reply.message, *nearest])


def told_statements(article: Article, statements: Sequence[Statement]) -> str:
    """Return who said what in an article for the terminal: the words, then who says so, how, and the place."""
    return "\n".join(line for one in statements for line in _told_statement(article, one))


def _told_statement(article: Article, one: Statement) -> Iterator[str]:
    said = " … ".join(article.text[place.start : place.end] for place in one.content)
    mention = article.text[one.source.start : one.source.end]
    who = ", ".join(filter(None, (one.speaker.name, one.speaker.role))) if one.speaker else f"“{mention}”, not named"
    yield said
    yield f"    {who}: {_ATTRIBUTIONS[one.attribution]} ({article.id}:{one.content[0].start}-{one.content[-1].end})"


def _told_comparison(reply: Comparison) -> Iterator[str]:
    """Speaker by speaker: name and role, then each quote with its place, its topic and the words of its stances."""
    topic_of = {number: topic.name for topic in reply.topics for number in topic.quotes} if reply.topic is None else {}
    for side in reply.sides:
        role = f", {side.speaker.role}" if side.speaker.role else ""
        yield f"{side.speaker.name}{role}"
        for number in side.quotes:
            quote = reply.quotes[number - 1]
            dated = f", {quote.article.published}" if quote.article.published else ""
            yield f"[{number}] {quote.text}"
            yield f"    {quote.article.title}{dated} ({quote.article.id}:{quote.range.start}-{quote.range.end})"
            if number in topic_of:
                yield f"    on: {topic_of[number]}"
            for stance in side.stances:
                if stance.quote == number:
                    yield f"    {stance.label}: “{quote.article.text[stance.cue.start : stance.cue.end]}”"
        yield ""
    for figures in reply.differing:
        told = ", ".join(f"“{text}” [{number}]" for text, number in zip(figures.numbers, figures.quotes, strict=True))
        yield f"Numbers that differ: {told}"
    if reply.silent:
        names = "; ".join(speaker.name for speaker in reply.silent)
        yield f"Nothing found on this by: {names}"


def _told_quotes(quotes: Iterable[Quote]) -> Iterator[str]:
    for quote in quotes:
        page = quote.article.page_of(quote.range.start)
        facts = [quote.article.title, f"page {page}" if page else None, quote.speaker.name if quote.speaker else None]
        facts += [_STRENGTHS[quote.strength]] if quote.strength else []
        yield f"[{quote.number}] {quote.text}"
        yield f"    {', '.join(filter(None, facts))} ({quote.article.id}:{quote.range.start}-{quote.range.end})"
