"""Filters -> SQL over the table of articles."""

from __future__ import annotations

import json
from typing import TypeAlias

from rag.search import AllOf, Between, Filter, In, Not

Condition: TypeAlias = tuple[str, list[object]]
"""A condition in SQL, and the values of its question marks."""

_COLUMNS = {"article": "key", "published": "published", "source": "source"}


def condition(wanted: Filter) -> Condition:
    """Return the condition that tells which articles a filter lets through; it is 1 or 0, never null."""
    if isinstance(wanted, In):
        return f"(coalesce({_COLUMNS[wanted.field]} IN (SELECT value FROM json_each(?)), 0))", [
            json.dumps(wanted.values)
        ]
    if isinstance(wanted, Between):
        column = _COLUMNS[wanted.field]
        bounds = [(f"{column} {sign} ?", end) for sign, end in ((">=", wanted.low), ("<=", wanted.high))]
        given = [(sql, end) for sql, end in bounds if end is not None]
        tests = [f"{column} IS NOT NULL", *[sql for sql, _ in given]]
        return f"(coalesce({' AND '.join(tests)}, 0))", [end for _, end in given]
    if isinstance(wanted, Not):
        sql, values = condition(wanted.one)
        return f"(NOT {sql})", values
    made = [condition(one) for one in wanted.parts]
    word, of_none = (" AND ", "1") if isinstance(wanted, AllOf) else (" OR ", "0")
    return f"({word.join(sql for sql, _ in made) or of_none})", [value for _, values in made for value in values]
