"""Any text -> Markdown that shows it as it is."""

from __future__ import annotations

import re

_INLINE = re.compile(r"[\\`*_\[\]{}<>()#&~$|!:@^=]")
_AT_LINE_START = re.compile(r"([+\-]|\d{1,9}[.)])")
_ADDRESS = re.compile(r"(?i)\bwww\.")


def literal(line: str) -> str:
    """Markdown that shows one line of text as it is; white space at its ends is dropped, as Markdown does."""
    escaped = _INLINE.sub(r"\\\g<0>", line.strip().replace("\0", "\ufffd"))
    escaped = _ADDRESS.sub(lambda found: found.group().replace(".", "\\."), escaped)
    start = _AT_LINE_START.match(escaped)
    if start is None:
        return escaped
    mark = start.group()
    return f"{mark[:-1]}\\{mark[-1]}{escaped[start.end() :]}"


def one_line(text: str) -> str:
    """Markdown that shows a text in one line, its white space collapsed."""
    return literal(" ".join(text.split()))


def block(text: str) -> str:
    """A block quotation that keeps the line ends of `text`."""
    lines = [literal(line) for line in re.split(r"\r\n|\r|\n", text)]
    shown = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        breaks = "\\" if line and following else ""
        shown.append(f"> {line}{breaks}".rstrip(" "))
    return "\n".join(shown)
