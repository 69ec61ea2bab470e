"""Results and messages for the terminal; knows no commands."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.records import Quote, Reply


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
    from rag.records import Answer

    if isinstance(reply, Answer):
        return "\n".join(_told_quotes(reply.quotes))
    nearest = ["", "Nearest, though not an answer:", *_told_quotes(reply.nearest)] if reply.nearest else []
    return "\n".join([reply.message, *nearest])


def _told_quotes(quotes: Iterable[Quote]) -> Iterator[str]:
    for quote in quotes:
        speaker = f", {quote.speaker.name}" if quote.speaker else ""
        yield f"[{quote.number}] {quote.text}"
        yield f"    {quote.article.title}{speaker} ({quote.article.id}:{quote.range.start}-{quote.range.end})"
