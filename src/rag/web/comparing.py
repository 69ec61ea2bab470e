"""A comparison -> HTML strings: as a reply in the chat, and as a picture and a table of its own.

Knows how speakers, topics, stances and figures look side by side; knows neither Gradio nor where
comparisons come from. All data is escaped by `verbatim`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.formats import (
    articles_of,
    comparison_csv,
    comparison_markdown,
    quotes_of_side,
    topic_names,
)
from rag.records import Article, Comparison, Quote, Side, Speaker
from rag.web.quotes import REPORTED, framed_html, place, verbatim
from rag.web.strings import tell

SHADES = 4
"""Steps of colour in the picture, besides none; the numbers in it say the rest."""

SILENT_SHOWN = 12
"""Silent speakers that a reply in the chat names before it only counts them."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: a topic, or the quotes that belong to none."""

    name: str
    quotes: frozenset[int]


def comparison_html(comparison: Comparison) -> str:
    """A comparison as it stands in the chat: speaker by speaker, then figures that differ and who is silent."""
    sides = "".join(
        f'<div class="side"><h3 class="speaker line">{speaker_html(side.speaker)}</h3>'
        f"{_quotes(comparison, side, list(quotes_of_side(comparison, side)), tagged=True)}</div>"
        for side in comparison.sides
    )
    return (
        f'<h2 class="topic line">{_title(comparison)}</h2>'
        f'<p class="origin line">{tell("compare.from", origin=_origin(comparison))}</p>'
        f"{sides}{_differing(comparison)}{_silent(comparison.silent, shown=SILENT_SHOWN)}"
    )


def compared_html(comparison: Comparison) -> str:
    """A comparison as a page of its own: what it is, a picture of who speaks how much, and the table of quotes."""
    columns = columns_of(comparison)
    about = tell("compare.summary_from", summary=summary(comparison), origin=_origin(comparison))
    return (
        f'<section class="compared" aria-labelledby="compared"><div class="head"><h2 id="compared" tabindex="-1">'
        f'{_title(comparison)}</h2><p class="about">{about}</p>'
        f"{_downloads(comparison)}</div>{_heat(comparison, columns)}{_differing(comparison)}"
        f"{_table(comparison, columns)}{_silent(comparison.silent)}</section>"
    )


def summary(comparison: Comparison) -> str:
    """How many quotes of how many speakers, in words."""
    quotes, speakers = tell("count.quotes", n=len(comparison.quotes)), tell("count.speakers", n=len(comparison.sides))
    return tell("compare.summary", quotes=quotes, speakers=speakers)


def spoken_comparison(comparison: Comparison) -> str:
    """A comparison in whole sentences, as plain text for a screen reader."""
    parts = [tell("compare.spoken", summary=summary(comparison))]
    for side in comparison.sides:
        for quote in quotes_of_side(comparison, side):
            stances = [tell(f"stance.{one.label}") for one in side.stances if one.quote == quote.number]
            facts = {"number": quote.number, "speaker": side.speaker.name, "words": quote.text}
            if stances:
                parts.append(tell("compare.spoken_stance", stances=_listed(stances), **facts))
            else:
                parts.append(tell("reply.spoken_quote_by", **facts))
    for figures in comparison.differing:
        quotes = _listed([str(number) for number in figures.quotes])
        parts.append(tell("compare.spoken_differ", quotes=quotes, numbers=", ".join(figures.numbers)))
    if comparison.silent:
        names = ", ".join(speaker.name for speaker in comparison.silent[:SILENT_SHOWN])
        more = _more(comparison.silent, SILENT_SHOWN)
        parts.append(tell("compare.spoken_silent", names=f"{names} {more}" if more else names))
        parts.append(tell("compare.silence"))
    return " ".join(parts)


def columns_of(comparison: Comparison) -> list[Column]:
    """The topics in their order, and a last column for quotes that belong to none, if there are any."""
    columns = [Column(topic.name, frozenset(topic.quotes)) for topic in comparison.topics]
    loose = {quote.number for quote in comparison.quotes} - {n for column in columns for n in column.quotes}
    if loose:
        columns.append(Column(tell("compare.rest" if columns else "compare.all"), frozenset(loose)))
    return columns


def speaker_html(speaker: Speaker) -> str:
    """A speaker's name and role."""
    role = f', <span class="role">{verbatim(speaker.role)}</span>' if speaker.role else ""
    return f'<span class="name">{verbatim(speaker.name)}</span>{role}'


def _quotes(comparison: Comparison, side: Side, quotes: Sequence[Quote], *, tagged: bool) -> str:
    topics = topic_names(comparison) if tagged and len(comparison.topics) > 1 else {}
    sourced = len(articles_of(comparison)) > 1
    parts = []
    for quote in quotes:
        how = REPORTED[quote.attribution] if quote.attribution else None
        tags = []
        if quote.number in topics:
            tags.append(f'<span class="about">{tell("compare.on", topic=verbatim(topics[quote.number]))}</span>')
        if how:
            tags.append(f'<span class="how">{_capital(tell(how))}</span>')
        tag = f'<div class="tags">{"".join(tags)}</div>' if tags else ""
        source = f'<div class="from">{title_and_date(quote.article)}</div>' if sourced else ""
        parts.append(framed_html(quote, f"{tag}{_stances(side, quote)}{source}"))
    return "".join(parts)


def _stances(side: Side, quote: Quote) -> str:
    """What words of the quote's surroundings carry, each a link to these very words."""
    links = []
    for stance in side.stances:
        if stance.quote == quote.number:
            words = quote.article.text[stance.cue.start : stance.cue.end]
            label = tell(f"stance.{stance.label}")
            links.append(
                f'<a class="cite stance" href="{place(quote.article, quote.sentence, proof=(stance.cue,))}" '
                f'title="{tell("compare.stance_title", stance=label)}"><span class="label">{_capital(label)}'
                f'</span> <span class="proof">{verbatim(words)}</span></a>'
            )
    return f'<div class="stances">{"".join(links)}</div>' if links else ""


def _origin(comparison: Comparison) -> str:
    articles = articles_of(comparison)
    return title_and_date(articles[0]) if len(articles) == 1 else tell("count.articles", n=len(articles))


def title_and_date(article: Article) -> str:
    """An article's title and, when it is known, its date."""
    date = f' · <span class="date">{verbatim(article.published)}</span>' if article.published else ""
    return f"{verbatim(article.title)}{date}"


def _downloads(comparison: Comparison) -> str:
    files = (
        ("Markdown", "comparison.md", "text/markdown", comparison_markdown(comparison)),
        ("CSV", "comparison.csv", "text/csv", comparison_csv(comparison)),
    )
    buttons = "".join(
        f'<button type="button" class="download" data-name="{name}" data-type="{kind}" data-text="{verbatim(text)}">'
        f'<span class="unseen">{tell("compare.download_as")}</span>{label}</button>'
        for label, name, kind, text in files
    )
    return f'<div class="downloads" role="group" aria-label="{tell("compare.download")}">{buttons}</div>'


def _heat(comparison: Comparison, columns: Sequence[Column]) -> str:
    """How many words of each are quoted on each topic, as a grid of numbers on shades, each leading to its cell."""
    told = [[_told(comparison, side, column) for column in columns] for side in comparison.sides]
    most = max(words for row in told for _, words in row)
    heads = "".join(f'<th scope="col" role="columnheader">{verbatim(column.name)}</th>' for column in columns)
    rows = []
    for row, side in enumerate(comparison.sides):
        cells = []
        for number, (column, (quotes, words)) in enumerate(zip(columns, told[row], strict=True)):
            amount = {"words": tell("count.words", n=words), "quotes": tell("count.quotes", n=quotes)}
            name = verbatim(tell("compare.cell", speaker=side.speaker.name, topic=column.name, **amount))
            stop = "0" if row == number == 0 else "-1"
            cells.append(
                f'<td class="shade-{-(-SHADES * words // most)}" role="gridcell"><a class="jump" '
                f'href="#cell-{row}-{number}" tabindex="{stop}" title="{name}" aria-label="{name}">{words}</a></td>'
            )
        rows.append(
            f'<tr role="row"><th scope="row" role="rowheader">{verbatim(side.speaker.name)}</th>{"".join(cells)}</tr>'
        )
    key = "".join(f'<i class="shade-{shade}"></i>' for shade in range(SHADES + 1))
    return (
        '<figure class="heat"><figcaption id="heat"><span class="what">'
        f"{tell('compare.heat')}</span>"
        f'<span class="key" aria-hidden="true">0 {key} {most}</span>'
        f'<span class="unseen">{tell("compare.heat_keys")}</span></figcaption>'
        '<div class="box"><table role="grid" aria-labelledby="heat" aria-readonly="true"><thead role="rowgroup">'
        f'<tr role="row"><th scope="col" role="columnheader">{tell("compare.speaker")}</th>{heads}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(rows)}</tbody></table></div></figure>'
    )


def _told(comparison: Comparison, side: Side, column: Column) -> tuple[int, int]:
    """How many quotes of a speaker stand in a column, and how many words they have; a quote has at least one."""
    texts = [quote.text for quote in quotes_of_side(comparison, side) if quote.number in column.quotes]
    return len(texts), sum(max(1, len(text.split())) for text in texts)


def _table(comparison: Comparison, columns: Sequence[Column]) -> str:
    """The quotes: speakers down, topics across; the roles keep it a table where the style makes cards of it."""
    heads = "".join(f'<th scope="col" role="columnheader">{verbatim(column.name)}</th>' for column in columns)
    rows = []
    for row, side in enumerate(comparison.sides):
        cells = []
        for number, column in enumerate(columns):
            quotes = [quote for quote in quotes_of_side(comparison, side) if quote.number in column.quotes]
            content = (
                _quotes(comparison, side, quotes, tagged=False) or f'<span class="none">{tell("compare.none")}</span>'
            )
            label = f'<span class="column" aria-hidden="true">{verbatim(column.name)}</span>'
            cells.append(f'<td id="cell-{row}-{number}" role="cell" tabindex="-1">{label}{content}</td>')
        rows.append(
            f'<tr role="row"><th scope="row" role="rowheader"><div class="speaker">{speaker_html(side.speaker)}</div>'
            f"</th>{''.join(cells)}</tr>"
        )
    wide = " wide" if len(columns) > 1 else ""
    return (
        f'<div class="box quotes{wide}" tabindex="0" role="region" aria-label="{tell("compare.table")}">'
        f'<table role="table" aria-label="{tell("compare.table")}"><thead role="rowgroup"><tr role="row">'
        f'<th scope="col" role="columnheader">{tell("compare.speaker")}</th>{heads}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(rows)}</tbody></table></div>'
    )


def _differing(comparison: Comparison) -> str:
    """Numbers that do not agree, with the quotes that give them."""
    if not comparison.differing:
        return ""
    names = {number: side.speaker.name for side in comparison.sides for number in side.quotes}
    items = []
    for figures in comparison.differing:
        links = []
        for number in figures.quotes:
            quote = comparison.quotes[number - 1]
            links.append(
                f'<a class="cite twin" href="{place(quote.article, quote.sentence)}" '
                f'title="{tell("quote.show_title", number=number)}">'
                f"{tell('compare.quote_of', number=number, speaker=verbatim(names[number]))}</a>"
            )
        where = tell("compare.in", places="; ".join(links))
        numbers = " · ".join(f'<span class="number">{verbatim(one)}</span>' for one in figures.numbers)
        items.append(f'<li class="line">{numbers} <span class="where">{where}</span></li>')
    return (
        f'<div class="differing"><h3 class="label line">{tell("compare.differing")}</h3><ul>{"".join(items)}</ul>'
        f'<p class="hint">{tell("compare.differing_hint")}</p></div>'
    )


def _silent(silent: Sequence[Speaker], *, shown: int | None = None) -> str:
    """Who is not quoted on it, and what that means."""
    if not silent:
        return ""
    names = "".join(f"<li>{speaker_html(speaker)}</li>" for speaker in silent[:shown])
    more = f'<li class="more">{_more(silent, shown)}</li>' if shown and len(silent) > shown else ""
    return (
        f'<div class="silent"><h3 class="label line">{tell("compare.silent")}</h3><ul class="names">{names}{more}</ul>'
        f'<p class="hint line">{tell("compare.silence")}</p></div>'
    )


def _more(silent: Sequence[Speaker], shown: int) -> str:
    return tell("compare.more", n=len(silent) - shown) if len(silent) > shown else ""


def _listed(things: Sequence[str]) -> str:
    *first, last = things
    return tell("compare.and", first=", ".join(first), last=last) if first else last


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _title(comparison: Comparison) -> str:
    if comparison.topic is None:
        return tell("compare.main_topics", n=len(articles_of(comparison)))
    return tell("compare.on_topic", topic=verbatim(comparison.topic))
