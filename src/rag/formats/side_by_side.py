"""A comparison -> a Markdown document, speaker by speaker."""

from __future__ import annotations

from collections.abc import Sequence

from rag.formats.compared import HOW, SILENCE, quotes_of_side, title_of, topic_names
from rag.formats.made import address_of
from rag.formats.marks import block, one_line
from rag.records import Comparison, Quote, Side, Speaker


def comparison_markdown(comparison: Comparison, *, level: int = 1) -> str:
    """A document, speaker by speaker, with every quote in a block quotation, its place below it, and who is silent.

    Every character of data that Markdown would interpret is escaped, and line ends inside a quote are kept,
    so a rendered quote shows the stored words; only runs of white space collapse, as they do in any Markdown.
    `level` is that of its heading.
    """
    head = "#" * level
    parts = [f"{head} {one_line(title_of(comparison))}"]
    if comparison.question not in (comparison.topic, ""):
        parts.append(f"Asked: {one_line(comparison.question)}")
    topics = topic_names(comparison) if len(comparison.topics) > 1 else {}
    for side in comparison.sides:
        parts.append(f"{head}# {_speaker(side.speaker)}")
        for quote in quotes_of_side(comparison, side):
            parts += _quote(quote, side, topics.get(quote.number))
    if comparison.differing:
        parts.append(f"{head}# Figures that differ")
        for figures in comparison.differing:
            numbers = ", ".join(one_line(number) for number in figures.numbers)
            parts.append(f"- {numbers}: in quotes {', '.join(map(str, figures.quotes))}")
    if comparison.silent:
        parts.append(f"{head}# Nothing found from")
        parts.append("\n".join(f"- {_speaker(speaker)}" for speaker in comparison.silent))
        parts.append(SILENCE)
    return "\n\n".join(parts) + "\n"


def _speaker(speaker: Speaker) -> str:
    return one_line(f"{speaker.name}, {speaker.role}" if speaker.role else speaker.name)


def _quote(quote: Quote, side: Side, topic: str | None) -> Sequence[str]:
    about = [f"\\[{quote.number}\\]"]
    if topic is not None:
        about.append(f"on {one_line(topic)}")
    if quote.attribution is not None:
        about.append(HOW[quote.attribution])
    for stance in side.stances:
        if stance.quote == quote.number:
            words = quote.article.text[stance.cue.start : stance.cue.end]
            about.append(f"{stance.label}: “{one_line(words)}”")
    page = quote.article.page_of(quote.range.start)
    place = [quote.article.title, quote.article.published or "", f"page {page}" if page else ""]
    place += [f"characters {quote.range.start} to {quote.range.end}"]
    where = ", ".join(one_line(one) for one in place if one)
    address = address_of(quote.article)
    where += f", <{address}>" if address else ""
    return " · ".join(about), block(quote.text), f"— {where}"
