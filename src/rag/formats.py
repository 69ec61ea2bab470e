"""A comparison -> a Markdown document and a CSV table, to keep and to work on elsewhere.

Knows both notations and how to write any text into them; knows neither files nor the page.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from rag.records import Article, Attribution, Comparison, Quote, Side, Speaker

COLUMNS = (
    "speaker", "role", "topic", "quote number", "quote", "attribution", "stance", "stance words",
    "article title", "article id", "published", "start", "end",
)  # fmt: skip

_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r\n]")
"""What makes a spreadsheet take a cell for a formula when it comes first; full-width forms count too."""

_INLINE = re.compile(r"[\\`*_\[\]{}<>()#&~$|!:@^=]")
_AT_LINE_START = re.compile(r"([+\-]|\d{1,9}[.)])")
_ADDRESS = re.compile(r"(?i)\bwww\.")
_HOW: dict[Attribution, str] = {"direct": "direct", "indirect": "reported", "mixed": "partly reported"}


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


def comparison_markdown(comparison: Comparison) -> str:
    """A document, speaker by speaker, with every quote in a block quotation, its place below it, and who is silent.

    Every character of data that Markdown would interpret is escaped, and line ends inside a quote are kept,
    so a rendered quote shows the stored words; only runs of white space collapse, as they do in any Markdown.
    """
    parts = [f"# {_line(title_of(comparison))}"]
    if comparison.question not in (comparison.topic, ""):
        parts.append(f"Asked: {_line(comparison.question)}")
    topics = topic_names(comparison) if len(comparison.topics) > 1 else {}
    for side in comparison.sides:
        parts.append(f"## {_speaker(side.speaker)}")
        for quote in quotes_of_side(comparison, side):
            parts += _quote(quote, side, topics.get(quote.number))
    if comparison.differing:
        parts.append("## Figures that differ")
        for figures in comparison.differing:
            numbers = ", ".join(_line(number) for number in figures.numbers)
            parts.append(f"- {numbers}: in quotes {', '.join(map(str, figures.quotes))}")
    if comparison.silent:
        parts.append("## Nothing found from")
        parts.append("\n".join(f"- {_speaker(speaker)}" for speaker in comparison.silent))
        parts.append(SILENCE)
    return "\n\n".join(parts) + "\n"


SILENCE = "That nothing was found does not mean that they have no opinion, only that it is not quoted here."
"""What the absence of quotes means; said wherever silent speakers are named."""


def title_of(comparison: Comparison) -> str:
    """What is compared, as a heading for people."""
    if comparison.topic is not None:
        return f"Who says what on: {comparison.topic}"
    articles = articles_of(comparison)
    return f"Who says what on the main topics of {'the articles' if len(articles) > 1 else 'the article'}"


def topic_names(comparison: Comparison) -> dict[int, str]:
    """The topic of every quote that has one, by the quote's number."""
    return {number: topic.name for topic in comparison.topics for number in topic.quotes}


def articles_of(comparison: Comparison) -> list[Article]:
    """The articles that are quoted, each once, in the order of their first quotes."""
    return list({quote.article.id: quote.article for quote in comparison.quotes}.values())


def quotes_of_side(comparison: Comparison, side: Side) -> Iterator[Quote]:
    """The quotes of one speaker, in order."""
    return (comparison.quotes[number - 1] for number in side.quotes)


def _plain_cell(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell.lstrip(" \u00a0\ufeff")) else cell


def _speaker(speaker: Speaker) -> str:
    return _line(f"{speaker.name}, {speaker.role}" if speaker.role else speaker.name)


def _quote(quote: Quote, side: Side, topic: str | None) -> Sequence[str]:
    about = [f"\\[{quote.number}\\]"]
    if topic is not None:
        about.append(f"on {_line(topic)}")
    if quote.attribution is not None:
        about.append(_HOW[quote.attribution])
    for stance in side.stances:
        if stance.quote == quote.number:
            words = quote.article.text[stance.cue.start : stance.cue.end]
            about.append(f"{stance.label}: “{_line(words)}”")
    place = [quote.article.title, quote.article.published or "", f"characters {quote.range.start} to {quote.range.end}"]
    where = ", ".join(_line(one) for one in place if one)
    return " · ".join(about), _block(quote.text), f"— {where}"


def _block(text: str) -> str:
    """A block quotation that keeps the line ends of `text`."""
    lines = [literal(line) for line in re.split(r"\r\n|\r|\n", text)]
    shown = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        breaks = "\\" if line and following else ""
        shown.append(f"> {line}{breaks}".rstrip(" "))
    return "\n".join(shown)


def _line(text: str) -> str:
    return literal(" ".join(text.split()))


def literal(line: str) -> str:
    """Markdown that shows one line of text as it is; white space at its ends is dropped, as Markdown does."""
    escaped = _INLINE.sub(r"\\\g<0>", line.strip().replace("\0", "\ufffd"))
    escaped = _ADDRESS.sub(lambda found: found.group().replace(".", "\\."), escaped)
    start = _AT_LINE_START.match(escaped)
    if start is None:
        return escaped
    mark = start.group()
    return f"{mark[:-1]}\\{mark[-1]}{escaped[start.end() :]}"
