"""Records -> HTML strings, with every character of data escaped.

Knows how replies and articles look as markup; knows neither Gradio nor where records come from.
All data reaches the page through `verbatim`, so an article can never become an element.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.records import Answer, Article, ArticleSummary, Block, Comparison, Quote, Range, Reply, Sentence

_AS_ENTITIES = {0: "\ufffd", 9: "&#9;", 10: "&#10;", 13: "&#13;"}
"""HTML drops a NUL and the chat re-indents tabs and line ends, so these travel as entities."""

_TAGS = {"title": "h2", "heading": "h3", "byline": "p", "body": "p"}
_REPORTED = {"direct": None, "indirect": "reported", "mixed": "partly reported"}


@dataclass(frozen=True, slots=True)
class OpenArticle:
    """An article in the source panel; `cited` maps sentence numbers to the latest reply's quote numbers."""

    article: Article
    sentences: Sequence[Sentence]
    cited: Mapping[int, int] = field(default_factory=dict)


def verbatim(text: str) -> str:
    """HTML that shows `text` character for character, in content or in a double-quoted attribute."""
    return html.escape(text).translate(_AS_ENTITIES).replace("__i18n__", "&#95;_i18n__")


def anchor(article: str, number: int) -> str:
    """The element id of a sentence in the source panel, escaped for an attribute."""
    return f"s-{verbatim(article)}-{number}"


def question_html(question: str) -> str:
    """A question as the reader typed it."""
    return f'<div class="question">{verbatim(question)}</div>'


def waiting_html() -> str:
    """What stands in for a reply that is still being looked for."""
    return '<div class="reply waiting"><span class="dots" role="presentation"></span>Looking for quotes</div>'


def failure_html(message: str) -> str:
    """A message for people about a question that could not be answered."""
    return f'<div class="reply failure"><p class="message">{verbatim(message)}</p></div>'


def reply_html(reply: Reply) -> str:
    """A reply: its quotes in reading order, or the reason why there are none and what comes nearest."""
    if isinstance(reply, Answer | Comparison):
        quotes = "".join(quote_html(quote) for quote in reply.quotes)
        return f'<div class="reply answer">{quotes}{_foot(_counted(len(reply.quotes)), reply.elapsed_ms)}</div>'
    nearest = "".join(quote_html(quote) for quote in reply.nearest)
    if nearest:
        nearest = f'<div class="nearest"><p class="label">Nearest, not an answer</p>{nearest}</div>'
    message = f'<p class="message">{verbatim(reply.message)}</p>'
    return f'<div class="reply abstention">{message}{nearest}{_foot("No quote answers this", reply.elapsed_ms)}</div>'


def quote_html(quote: Quote) -> str:
    """One quote: its citation, its words, who said them, and the neighbour it leans on, set apart."""
    target = anchor(quote.article.id, quote.sentence)
    cite = (
        f'<a class="cite" href="#{target}" title="Show quote {quote.number} in the article">'
        f'<span class="chip">{quote.number}</span><span class="go">Show in article</span></a>'
    )
    words = f'<div class="words">{verbatim(quote.text)}</div>'
    context = _context(quote)
    leads = quote.context is not None and quote.context < quote.range
    body = context + words if leads else words + context
    source = f'<div class="from">{verbatim(quote.article.title)}</div>'
    return f'<div class="quote">{cite}{body}{_speaker(quote)}{source}{_also(quote)}</div>'


def spoken(reply: Reply | str) -> str:
    """A reply in whole sentences, as plain text for a screen reader."""
    if isinstance(reply, str):
        return reply
    if isinstance(reply, Answer | Comparison):
        parts = [f"The reply has {_counted(len(reply.quotes))}."]
        parts += [f"Quote {quote.number}{_said_by(quote)}: {quote.text}" for quote in reply.quotes]
        return " ".join(parts)
    near = f" {_counted(len(reply.nearest))} come near, without answering." if reply.nearest else ""
    return reply.message + near.replace("1 quote come", "1 quote comes")


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
    cited = " cited" if shown.cited else ""
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
        return '<div class="source" data-version=""><p class="nothing">There is no article to read yet.</p></div>'
    articles = "".join(article_html(one, hidden=one.article.id != shown) for one in opened)
    return (
        f'<div class="source" data-version="{verbatim(version)}" data-shown="{verbatim(shown or "")}">'
        f"{_select(summaries, shown) if len(summaries) > 1 else ''}"
        f'<div class="shelf" tabindex="0" role="region" aria-label="Article">{articles}</div></div>'
    )


def _counted(quotes: int) -> str:
    return f"{quotes} quote" if quotes == 1 else f"{quotes} quotes"


def _foot(summary: str, elapsed_ms: float) -> str:
    return (
        f'<div class="foot"><span class="summary">{summary} · {elapsed_ms / 1000:.2f} s</span>'
        '<a class="copy" role="button" href="#copy" title="Copy this reply as text">Copy</a></div>'
    )


def _said_by(quote: Quote) -> str:
    return f", by {quote.speaker.name}" if quote.speaker else ""


def _speaker(quote: Quote) -> str:
    if quote.speaker is None or quote.attribution is None:
        return ""
    role = f', <span class="role">{verbatim(quote.speaker.role)}</span>' if quote.speaker.role else ""
    how = _REPORTED[quote.attribution]
    reported = f' <span class="how">({how})</span>' if how else ""
    return f'<div class="who"><span class="name">{verbatim(quote.speaker.name)}</span>{role}{reported}</div>'


def _context(quote: Quote) -> str:
    if quote.context is None:
        return ""
    words = quote.article.text[quote.context.start : quote.context.end]
    label = "Before it" if quote.context < quote.range else "After it"
    return (
        f'<div class="context"><span class="tag">{label}, not quoted</span> '
        f'<span class="aside">{verbatim(words)}</span></div>'
    )


def _also(quote: Quote) -> str:
    """Links to the other places that say the same, with the article's title when it is another one."""
    if not quote.also:
        return ""
    links = []
    for number, place in enumerate(quote.also, start=1):
        label = f"here {number}" if place.article.id == quote.article.id else verbatim(place.article.title)
        target = anchor(place.article.id, place.sentence)
        links.append(f'<a class="cite twin" href="#{target}" title="Show where the same is said again">{label}</a>')
    return f'<div class="also">The same is said again: {", ".join(links)}</div>'


def _select(summaries: Sequence[ArticleSummary], shown: str | None) -> str:
    options = "".join(
        f'<option value="{verbatim(one.id)}"{" selected" if one.id == shown else ""}>{verbatim(one.title)}</option>'
        for one in summaries
    )
    return f'<label class="pick"><span>Article</span><select>{options}</select></label>'


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
    quoted = shown.cited.get(number)
    mark = "" if quoted is None else f' data-quote="{quoted}"'
    words = verbatim(shown.article.text[where.start : where.end])
    return f'<span class="s" id="{anchor(shown.article.id, number)}" tabindex="-1"{mark}>{words}</span>'
