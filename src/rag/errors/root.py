"""The error that all others are, and how a name stands in a message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class RagError(Exception):
    """An error with a message for people: what happened and the next step."""

    def __reduce__(self) -> tuple[Callable[..., RagError], tuple[Any, ...]]:
        """Go from process to process, although most are made from other things than their message."""
        return _as_it_was, (type(self), self.args, vars(self))


def _as_it_was(kind: type[RagError], args: tuple[Any, ...], fields: Mapping[str, Any]) -> RagError:
    error = kind.__new__(kind, *args)
    vars(error).update(fields)
    return error


def shorten(name: str) -> str:
    """Return a name as a message shows it: on one line, what cannot be seen escaped, and not too long."""
    shown = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in name)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[: _LONGEST_NAME // 2]}…{shown[-_LONGEST_NAME // 3 :]}"


_LONGEST_NAME = 120
