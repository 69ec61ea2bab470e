"""A comparison -> a CSV table, to work on in a spreadsheet, in which no cell can run."""

from __future__ import annotations

import csv
import io
import re

from rag.formats.compared import quotes_of_side, topic_names
from rag.records import Comparison

COLUMNS = (
    "speaker", "role", "topic", "quote number", "quote", "attribution", "stance", "stance words",
    "article title", "article id", "published", "start", "end",
)  # fmt: skip

_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r\n]")
"""What makes a spreadsheet take a cell for a formula when it comes first; full-width forms count too."""


def comparison_csv(comparison: Comparison) -> str:
    r"""A table with one row a quote, in the order of the quotes; who is silent has no row.

    Written by the `csv` module with every cell quoted and `\r\n` after every row, the first row being `COLUMNS`.
    Several stances of one quote are joined by `; `, and so are their words. `start` and `end` are characters
    of the article's stored text.

    A spreadsheet runs a cell that begins with `= + - @`, a tab or a line end (also in their full-width forms)
    as a formula. Such a cell, leading spaces or not, gets one apostrophe in front, which makes it plain text;
    every other cell is the text itself.
    """
    table = io.StringIO(newline="")
    writer = csv.writer(table, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    topics = topic_names(comparison)
    for side in comparison.sides:
        for quote in quotes_of_side(comparison, side):
            stances = [one for one in side.stances if one.quote == quote.number]
            article = quote.article
            cells = (
                side.speaker.name,
                side.speaker.role or "",
                topics.get(quote.number, ""),
                str(quote.number),
                quote.text,
                quote.attribution or "",
                "; ".join(one.label for one in stances),
                "; ".join(article.text[one.cue.start : one.cue.end] for one in stances),
                article.title,
                article.id,
                article.published or "",
                str(quote.range.start),
                str(quote.range.end),
            )
            writer.writerow([_plain_cell(cell) for cell in cells])
    return table.getvalue()


def _plain_cell(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell.lstrip(" \u00a0\ufeff")) else cell
