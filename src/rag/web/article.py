"""Articles -> HTML strings, with every character of data escaped.

Knows how an article and the panel that holds it look as markup; knows neither Gradio nor where records come from.
All data reaches the page through `verbatim`, so an article can never become an element.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.records import Article, ArticleSummary, Block, Range, Sentence
from rag.web.quotes import anchor, verbatim
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
