"""The last conversation with a library, kept in its folder as JSON lines, so that `rag export` has what to export.

The file holds the replies since the last question that was asked without `--after`: each is the JSON of its reply.
Keeping it is a courtesy: where the folder cannot be written, nothing is kept and nobody is troubled.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rag.cli.written import write_whole
from rag.errors import UnwritableFileError
from rag.lines import read_objects

FILE = "last.jsonl"
MOST = 200
"""Replies of one conversation that are kept; a longer one loses its first."""

log = logging.getLogger(__name__)


def keep(folder: Path, shape: Mapping[str, Any], *, follows: bool) -> None:
    """Keep a reply; one that follows stands behind those before it, any other one replaces them."""
    path = folder / FILE
    try:
        before = path.read_text(encoding="utf-8").splitlines() if follows and path.exists() else []
        lines = [*before[1 - MOST :], json.dumps(shape, ensure_ascii=True)]
        write_whole(path, "\n".join(lines) + "\n")
    except (OSError, UnicodeDecodeError, UnwritableFileError) as error:
        log.debug("the reply is not kept: %s", error)


def kept(folder: Path) -> list[dict[str, Any]]:
    """Return the replies that are kept, oldest first."""
    path = folder / FILE
    return [shape for _, shape in read_objects(path, "question", "kind")] if path.exists() else []
