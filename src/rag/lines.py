"""A file of JSON lines -> objects; knows no fields but those it is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rag.errors import DataError, UnreadableFileError


def read_objects(path: Path, *fields: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a JSONL file with the numbers of their lines; `-` is stdin, empty lines are skipped.

    Raises:
        UnreadableFileError: The file cannot be read.
        DataError: A line is not an object with all the fields.
    """
    try:
        text = path.read_text(encoding="utf-8") if str(path) != "-" else sys.stdin.read()
    except OSError as error:
        raise UnreadableFileError(str(path), error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise DataError(path, "it is not UTF-8", "Save it as UTF-8 and try again.") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise DataError(path, "it is not JSON", wanted(fields), line=number) from error
        missing = [field for field in fields if not isinstance(value, dict) or field not in value]
        if missing:
            raise DataError(path, f"it has no {' and no '.join(missing)}", wanted(fields), line=number)
        yield number, value


def wanted(fields: Sequence[str]) -> str:
    """Return the sentence that says what every line must be."""
    return f"Every line must be a JSON object with {', '.join(fields)}."
