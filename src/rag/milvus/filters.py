"""Filters -> Milvus expressions, every value of them escaped; knows no server.

A date or a source is kept as `=` and its text, and as nothing when there is none. So every comparison is true or
false, never null, and a filter that is turned round lets exactly the others through. What is turned round is the
innermost comparison, because not every server knows `not` before a bracket.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from rag.search import AllOf, Between, Filter, In, Not

_MOST = 2**63 - 1
_LONGEST = 1_000
"""Bytes of a date or a source up to which it is kept as it is; of a longer one its checksum is kept."""
_TOGETHER = 1_000
"""Values of one list; more are several lists."""
_CONTROLS = {code: f"\x1f{chr(0x30 + code)}" for code in range(0x20)}
"""Control characters as pairs, in the same order; not every server reads a line break in a text."""

ALL, NONE = "article >= 0", "article < 0"


def expression(wanted: Filter, *, turned: bool = False) -> str:
    """Return the expression of a filter, or of one that lets the others through."""
    if isinstance(wanted, Not):
        return expression(wanted.one, turned=not turned)
    if isinstance(wanted, In):
        return _among(wanted, turned=turned)
    if isinstance(wanted, Between):
        return _between(wanted, turned=turned)
    parts = [expression(one, turned=turned) for one in wanted.parts]
    every = isinstance(wanted, AllOf) is not turned
    return joined(parts, every=every)


def joined(parts: Sequence[str], *, every: bool) -> str:
    """Return the expression of all of some, or of any of them."""
    if not parts:
        return ALL if every else NONE
    return f"({(' and ' if every else ' or ').join(parts)})" if len(parts) > 1 else parts[0]


def every(*parts: str) -> str:
    """Return the expression of all of some."""
    return joined(parts, every=True)


def among(field: str, values: Sequence[int | str], *, turned: bool = False) -> str:
    """Return the expression that a field is one of some values, or none of them."""
    shown = [str(value) if isinstance(value, int) else quoted(value) for value in values]
    lists = [", ".join(shown[at : at + _TOGETHER]) for at in range(0, len(shown), _TOGETHER)]
    word = "not in" if turned else "in"
    return joined([f"{field} {word} [{one}]" for one in lists], every=turned)


def kept(value: str | None) -> str:
    """Return what is kept of a date or a source to be filtered by."""
    if value is None:
        return ""
    raw = value.encode("utf-8", "surrogatepass")
    whole = len(raw) <= _LONGEST and raw.decode("utf-8", "ignore") == value
    return f"={value.translate(_CONTROLS) if whole else hashlib.sha256(raw).hexdigest()}"


def quoted(value: str) -> str:
    """Return a text as it stands in an expression."""
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(plain, escaped)
    return f'"{value}"'


def _among(wanted: In, *, turned: bool) -> str:
    values: list[int | str]
    if wanted.field == "article":
        values = [one for one in wanted.values if isinstance(one, int) and 0 <= one <= _MOST]
    else:
        values = [kept(one) for one in wanted.values if isinstance(one, str)]
    return among(wanted.field, values, turned=turned)


def _between(wanted: Between, *, turned: bool) -> str:
    low, high = (_bound(wanted, one) for one in (wanted.low, wanted.high))
    if wanted.field != "article" and low is None:
        low = quoted(kept(""))  # what is there at all
    signs = (("<", low), (">", high)) if turned else ((">=", low), ("<=", high))
    return joined([f"{wanted.field} {sign} {end}" for sign, end in signs if end is not None], every=not turned)


def _bound(wanted: Between, value: int | str | None) -> str | None:
    if value is None:
        return None
    if wanted.field == "article":
        return str(max(-_MOST, min(int(value), _MOST)))
    return quoted(kept(str(value)))
