"""Straight quotation marks -> the opening and closing ones that they stand for; knows no style and no notation."""

from __future__ import annotations

import re

_DOUBLE_OPENS = re.compile(r"""(?:^|(?<=^['‘])|(?<=[\s(\[—–-])|(?<=[\s(\[—–-]['‘]))"(?=\S)""")
_MARKS = re.compile(
    r"""
    (?P<double>[“”])
    | (?:^|(?<=[\s(\[—–“-])) (?P<opens>') (?=[^\s'”)\].,;:!?])
      (?! (?:tis|twas|twere|twill|em|til)\b(?!') | n' | \d\ds?\b(?!') )  # 'tis, rock 'n' roll and '68 are no quotations
    | (?<=[^\s']) (?P<closes>') (?!\w)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def curly_doubles(text: str) -> str:
    """Return a text whose straight double marks are “ where they open a quotation and ” elsewhere."""
    return _DOUBLE_OPENS.sub("“", text).replace('"', "”")


def curly_singles(text: str) -> str:
    """Return a text whose straight single marks are ‘ and ’ where two of them stand around words.

    Both must be between the same double marks, which are curly. All others may be apostrophes and stay.
    """
    signs = list(text)
    opened: list[int | None] = [None]  # for the text itself, and for each pair of double marks around this place
    for found in _MARKS.finditer(text):
        if found["double"] == "“":
            opened.append(None)
        elif found["double"]:
            opened = opened[:-1] or [None]
        elif found["opens"]:
            opened[-1] = found.start()
        elif (start := opened[-1]) is not None:
            signs[start], signs[found.start()], opened[-1] = "‘", "’", None
    return "".join(signs)
