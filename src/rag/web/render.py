"""Records -> HTML strings, with every character of data escaped.

Knows how replies and articles look as markup; knows neither Gradio nor where records come from.
All data reaches the page through `verbatim`, so an article can never become an element.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.records import Answer, Article, ArticleSummary, Block, Comparison, Quote, Range, Reply, Sentence
from rag.web.comparing import comparison_html, spoken_comparison, summary
from rag.web.quotes import anchor, quote_html, verbatim
from rag.web.strings import tell

_TAGS = {"title": "h2", "heading": "h3", "byline": "p", "body": "p"}


@dataclass(frozen=True, slots=True)
class OpenArticle:
    """An article in the source panel.

    Attributes:
        cited: The quote numbers of the chat's latest reply, by sentence numbers.
        compared: Likewise for the comparison that stands beside the chat.
        fresh: Whether the newest of the two quotes this article.
    """

    article: Article
    sentences: Sequence[Sentence]
    cited: Mapping[int, int] = field(default_factory=dict)
    compared: Mapping[int, int] = field(default_factory=dict)
    fresh: bool = False


def question_html(question: str) -> str:
    """A question as the reader typed it."""
    return f'<div class="question">{verbatim(question)}</div>'


def waiting_html() -> str:
    """What stands in for a reply that is still being looked for."""
    return f'<div class="reply waiting"><span class="dots" role="presentation"></span>{tell("chat.waiting")}</div>'


def failure_html(message: str) -> str:
    """A message for people about a question that could not be answered."""
    return f'<div class="reply failure"><p class="message">{verbatim(message)}</p></div>'


def reply_html(reply: Reply) -> str:
    """A reply: its quotes in reading order, its speakers side by side, or why there are none and what comes nearest."""
    if isinstance(reply, Comparison):
        title = tell("reply.as_table_title")
        table = f'<a class="table" role="button" href="#table" title="{title}">{tell("reply.as_table")}</a>'
        foot = _foot(summary(reply), reply.elapsed_ms, more=table)
        return f'<div class="reply comparison">{comparison_html(reply)}{foot}</div>'
    if isinstance(reply, Answer):
        quotes = "".join(quote_html(quote) for quote in reply.quotes)
        foot = _foot(tell("count.quotes", n=len(reply.quotes)), reply.elapsed_ms)
        return f'<div class="reply answer">{quotes}{foot}</div>'
    nearest = "".join(quote_html(quote) for quote in reply.nearest)
    if nearest:
        nearest = f'<div class="nearest"><p class="label">{tell("reply.nearest")}</p>{nearest}</div>'
    message = f'<p class="message">{verbatim(reply.message)}</p>'
    foot = _foot(tell("reply.no_quote"), reply.elapsed_ms)
    return f'<div class="reply abstention">{message}{nearest}{foot}</div>'


def spoken(reply: Reply | str) -> str:
    """A reply in whole sentences, as plain text for a screen reader."""
    if isinstance(reply, str):
        return reply
    if isinstance(reply, Comparison):
        return spoken_comparison(reply)
    if isinstance(reply, Answer):
        return " ".join([tell("reply.spoken", n=len(reply.quotes)), *map(_spoken_quote, reply.quotes)])
    near = [tell("reply.spoken_nearest", n=len(reply.nearest))] if reply.nearest else []
    return " ".join([reply.message, *near])


def article_html(shown: OpenArticle, *, hidden: bool = False) -> str:
    """An article as a reader would read it, with every sentence addressable.

    The element of class `text` holds `article.text` and nothing else: its `textContent` is that string.
    """
    article = shown.article
    kinds = {block.kind for block in article.blocks}
    title = "" if "title" in kinds else f'<h2 class="title">{verbatim(article.title)}</h2>'
    authors = () if "byline" in kinds else (", ".join(article.authors),)
    about = " · ".join(verbatim(fact) for fact in (*authors, article.published, article.source) if fact)
    facts = f'<p class="facts">{about}</p>' if about else ""
    note = f'<p class="note">{verbatim(article.note)}</p>' if article.note else ""
    cited = " cited" if shown.fresh else ""
    return (
        f'<article class="article{cited}" data-article="{verbatim(article.id)}" aria-label="{verbatim(article.title)}"'
        f'{" hidden" if hidden else ""}>{title}<div class="text">{_text(shown)}</div>'
        f"{facts}{note}</article>"
    )


def panel_html(
    opened: Sequence[OpenArticle], summaries: Sequence[ArticleSummary], *, shown: str | None, version: str
) -> str:
    """The source panel: a select when there are several articles, and every open article, one of them visible.

    `version` changes whenever the page should follow `shown` again instead of the reader's own choice.
    """
    if not opened:
        return f'<div class="source" data-version=""><p class="nothing">{tell("panel.nothing")}</p></div>'
    articles = "".join(article_html(one, hidden=one.article.id != shown) for one in opened)
    return (
        f'<div class="source" data-version="{verbatim(version)}" data-shown="{verbatim(shown or "")}">'
        f"{_select(summaries, shown) if len(summaries) > 1 else ''}"
        f'<div class="shelf" tabindex="0" role="region" aria-label="{tell("panel.article")}">{articles}</div></div>'
    )


def _foot(summary: str, elapsed_ms: float, *, more: str = "") -> str:
    told = tell("reply.seconds", summary=summary, seconds=f"{elapsed_ms / 1000:.2f}")
    return (
        f'<div class="foot"><span class="summary">{told}</span>{more}'
        f'<a class="copy" role="button" href="#copy" title="{tell("reply.copy_title")}">{tell("reply.copy")}</a></div>'
    )


def _spoken_quote(quote: Quote) -> str:
    if quote.speaker is None:
        return tell("reply.spoken_quote", number=quote.number, words=quote.text)
    return tell("reply.spoken_quote_by", number=quote.number, speaker=quote.speaker.name, words=quote.text)


def _select(summaries: Sequence[ArticleSummary], shown: str | None) -> str:
    options = "".join(
        f'<option value="{verbatim(one.id)}"{" selected" if one.id == shown else ""}>{verbatim(one.title)}</option>'
        for one in summaries
    )
    return f'<label class="pick"><span>{tell("panel.article")}</span><select>{options}</select></label>'


def _text(shown: OpenArticle) -> str:
    by_block: dict[int, list[Sentence]] = {}
    for sentence in shown.sentences:
        by_block.setdefault(sentence.block, []).append(sentence)
    text, parts, end = shown.article.text, [], 0
    for position, block in enumerate(shown.article.blocks):
        parts.append(verbatim(text[end : block.range.start]))
        parts.append(_block(shown, block, by_block.get(position, [])))
        end = block.range.end
    parts.append(verbatim(text[end:]))
    return "".join(parts)


def _block(shown: OpenArticle, block: Block, sentences: Sequence[Sentence]) -> str:
    text, parts, end = shown.article.text, [], block.range.start
    for sentence in sentences:
        parts.append(verbatim(text[end : sentence.range.start]))
        parts.append(_sentence(shown, sentence.number, sentence.range))
        end = sentence.range.end
    parts.append(verbatim(text[end : block.range.end]))
    tag = _TAGS[block.kind]
    return f'<{tag} class="{block.kind}">{"".join(parts)}</{tag}>'


def _sentence(shown: OpenArticle, number: int, where: Range) -> str:
    marks = "".join(
        f' {name}="{quotes[number]}"'
        for name, quotes in (("data-quote", shown.cited), ("data-compared", shown.compared))
        if number in quotes
    )
    words = verbatim(shown.article.text[where.start : where.end])
    return f'<span class="s" id="{anchor(shown.article.id, number)}" tabindex="-1"{marks}>{words}</span>'
