"""The command that writes replies and conversations in a notation that other programs read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rag.address import local_folder
from rag.cli import last
from rag.cli.show import say, show_json, wrong
from rag.cli.written import write_whole
from rag.errors import DataError, NotAReplyError, NothingToExportError
from rag.lines import read_objects
from rag.settings import load_settings
from rag.version import VERSION

PROGRAM = "Ask the Article"
SUFFIXES = {".md": "markdown", ".html": "html", ".htm": "html", ".bib": "bibtex", ".json": "csl-json",
            ".jsonld": "annotation"}  # fmt: skip
"""The notation that the end of a file's name asks for, when nothing else is said."""


def export(options: argparse.Namespace) -> int:
    """Write the last or given replies in a notation."""
    from rag.formats import FORMATS, Made
    from rag.library import open_library
    from rag.rebuild import reply_from_shape

    if options.file is not None and options.conversation:
        return wrong("give a FILE, or --conversation; a file is exported as a whole")
    suffix = options.output.suffix.lower() if options.output else ""
    notation = FORMATS[options.format or SUFFIXES.get(suffix, "markdown")]
    with open_library(options.index, load_settings()) as library:
        replies = []
        for where, shape in _shapes(options):
            try:
                replies.append(reply_from_shape(shape, library.article))
            except NotAReplyError as error:
                raise DataError(where[0], error.cause, _WANTED, line=where[1]) from error
        made = Made(PROGRAM, VERSION, library.version, datetime.now().astimezone().date())
    _hand_over(options, notation.write(replies, made), notation.name, notation.media_type)
    return 0


_WANTED = "Give what rag ask --json or rag compare --json printed, unchanged."


def _shapes(options: argparse.Namespace) -> Sequence[tuple[tuple[Path, int], dict[str, Any]]]:
    """The shapes to export, each with its file and line."""
    if options.file is None:
        folder = local_folder(options.index)
        path = folder / last.FILE
        lines = list(enumerate(last.kept(folder), start=1))
        lines = lines if options.conversation else lines[-1:]
        if not lines:
            raise NothingToExportError(folder)
    else:
        path = options.file
        lines = list(read_objects(path, "question", "kind"))
        if not lines:
            raise DataError(path, "there is no reply in it", _WANTED)
    return [((path, number), shape) for number, shape in lines]


def _hand_over(options: argparse.Namespace, text: str, name: str, media_type: str) -> None:
    if options.output is not None:
        write_whole(options.output, text)
        say(f"wrote {options.output}")
    if options.json:
        show_json({"format": name, "media_type": media_type, "text": text})
    elif options.output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
