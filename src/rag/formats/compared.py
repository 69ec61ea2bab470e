"""What both writers of a comparison say of it; knows no notation."""

from __future__ import annotations

from collections.abc import Iterator

from rag.records import Article, Attribution, Comparison, Quote, Side, Strength

HOW: dict[Attribution, str] = {"direct": "direct", "indirect": "reported", "mixed": "partly reported"}
"""How the words of a quote reach the reader."""

NAMELESS: dict[Strength | None, str] = {"unnamed": "unnamed report", "author": "the author's own voice"}
"""Whose word a quote is that has no speaker."""

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
