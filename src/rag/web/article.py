"""Articles -> HTML strings, with every character of data escaped.

Knows how an article reads as markup; knows neither Gradio, nor where records come from, nor what is quoted: marks are
put on by the page's script. All data reaches the page through `verbatim`, so an article can never become an element.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from urllib.parse import urlsplit

from rag.articles import LIST_MARKER
from rag.languages import language_of
from rag.records import Article, Block, Range, Sentence, Statement
from rag.web.fragments import address_of
from rag.web.quotes import anchor, verbatim
from rag.web.statements import speakers_of
from rag.web.strings import spoken_language, tell

_TAGS = {"title": "h2", "heading": "h3", "byline": "p", "body": "p"}

_DASHES = ("–", "—")
"""What opens somebody's words as often as a list item; no list is made of them."""

_KEPT = 32
"""Articles whose markup is kept: more than one reader has open, as several readers open the same ones."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenArticle:
    """An article in the source panel; `statements` is None while nobody asked who says what in it."""

    article: Article
    sentences: Sequence[Sentence]
    statements: Sequence[Statement] | None = None


def article_html(shown: OpenArticle) -> str:
    """An article as a reader would read it, with every sentence addressable.

    The element of class `text` holds `article.text` and nothing else: its `textContent` is that string. Who says what
    stands in `data-voices`, as `voices_json` has it. The markup of articles that were shown lately is kept.
    """
    article = shown.article
    counts = (len(article.blocks), len(shown.sentences))
    about = (article.title, article.authors, article.published, article.source, article.note, article.pages)
    said = None if shown.statements is None else tuple(shown.statements)
    return _kept(_Kept(article.text, (article.id, about, counts), said, spoken_language(), shown))


def voices_json(article: Article, statements: Sequence[Statement]) -> str:
    """Who says what, for a script: speakers with most statements first, and every range of words that is said.

    `speakers` are `[name, role, statements]`; `said` are `[speaker, attribution, start, end]` in reading order, where
    the speaker is a position among the speakers, or -1 for a source without a name, and offsets count as scripts do.
    """
    voices = speakers_of(statements)
    positions = {speaker.name: position for position, (speaker, _) in enumerate(voices)}
    units = _units_of(article.text)
    said = sorted(
        (units(words.start), units(words.end), positions[one.speaker.name] if one.speaker else -1, one.attribution)
        for one in statements
        for words in one.content
    )
    facts = {
        "speakers": [[speaker.name, speaker.role or "", len(some)] for speaker, some in voices],
        "unnamed": sum(one.speaker is None for one in statements),
        "said": [[speaker, how, start, end] for start, end, speaker, how in said],
    }
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class _Kept:
    """An article to be shown, equal to another when the markup of both is."""

    text: str
    facts: tuple[object, ...]
    said: tuple[Statement, ...] | None
    language: str
    shown: OpenArticle = field(compare=False)


@lru_cache(maxsize=_KEPT)
def _kept(key: _Kept) -> str:
    return _article(key.shown)


def _article(shown: OpenArticle) -> str:
    article = shown.article
    titled = any(block.kind == "title" for block in article.blocks)
    title = "" if titled else f'<h2 class="title">{verbatim(article.title)}</h2>'
    note = f'<p class="note">{verbatim(article.note)}</p>' if article.note else ""
    language = language_of(article.text)
    spoken = f' lang="{language}"' if language not in (None, spoken_language()) else ""
    address = address_of(article.source)
    source = f' data-source="{verbatim(address)}"' if address else ""
    voices = (
        f' data-voices="{verbatim(voices_json(article, shown.statements))}"' if shown.statements is not None else ""
    )
    return (
        f'<article class="article" data-article="{verbatim(article.id)}" aria-label="{verbatim(article.title)}"'
        f"{spoken}{source}{voices}>{title}{_facts(article)}"
        f'<div class="text">{_Text(shown).html()}</div>{note}</article>'
    )


def _facts(article: Article) -> str:
    """Who wrote the article, when, and where it comes from, as far as its own text does not say."""
    signed = any(block.kind == "byline" for block in article.blocks)
    facts = [verbatim(fact) for fact in ("" if signed else ", ".join(article.authors), article.published) if fact]
    if article.source:
        facts.append(_source(article.source))
    return f'<p class="facts">{" · ".join(facts)}</p>' if facts else ""


def _source(source: str) -> str:
    address = address_of(source)
    if address is None:
        return verbatim(source)
    host = verbatim((urlsplit(address).hostname or "").removeprefix("www."))
    title = tell("panel.original_title")
    return f'<a href="{verbatim(address)}" target="_blank" rel="noopener noreferrer" title="{title}">{host}</a>'


class _Text:
    """The text of an article as markup, made from its beginning to its end."""

    def __init__(self, shown: OpenArticle) -> None:
        self.article = shown.article
        self.text = shown.article.text
        self.by_block: dict[int, list[Sentence]] = {}
        for sentence in shown.sentences:
            self.by_block.setdefault(sentence.block, []).append(sentence)
        pages = shown.article.pages if len(shown.article.pages) > 1 else ()
        self.pages = deque(enumerate(pages, start=1))

    def html(self) -> str:
        parts, end = [], 0
        for listed, group in groupby(enumerate(self.article.blocks), key=lambda item: self._is_item(item[1])):
            blocks = list(group)
            start = blocks[0][1].range.start
            parts.append(verbatim(self.text[end:start]))
            end = start
            items = []
            for position, block in blocks:
                items.append(verbatim(self.text[end : block.range.start]))
                items.append(self._block(block, self.by_block.get(position, []), "li" if listed else _TAGS[block.kind]))
                end = block.range.end
            words = "".join(items)
            parts.append(f'<ul class="list" role="list">{words}</ul>' if listed else words)
        parts.append(verbatim(self.text[end:]))
        return "".join(parts)

    def _is_item(self, block: Block) -> bool:
        marker = LIST_MARKER.match(self.text, block.range.start, block.range.end)
        return block.kind == "body" and marker is not None and marker.group().strip() not in _DASHES

    def _block(self, block: Block, sentences: Sequence[Sentence], tag: str) -> str:
        parts, end = [], block.range.start
        for sentence in sentences:
            parts.append(self._words(end, sentence.range.start))
            parts.append(self._sentence(sentence.number, sentence.range))
            end = sentence.range.end
        parts.append(self._words(end, block.range.end))
        return f'<{tag} class="{block.kind}">{"".join(parts)}</{tag}>'

    def _sentence(self, number: int, where: Range) -> str:
        words = self._words(where.start, where.end)
        return f'<span class="s" id="{anchor(self.article.id, number)}" tabindex="-1">{words}</span>'

    def _words(self, start: int, end: int) -> str:
        """Characters of the text, with an empty mark where a page begins in them or between them and those before."""
        parts = []
        while self.pages and self.pages[0][1] < end:
            page, begin = self.pages.popleft()
            begin = max(begin, start)
            label = tell("panel.page", n=page)
            parts.append(
                f'{verbatim(self.text[start:begin])}<i class="page" data-page="{label}" aria-hidden="true"></i>'
            )
            start = begin
        return "".join(parts) + verbatim(self.text[start:end])


def _units_of(text: str) -> Callable[[int], int]:
    """How to count the UTF-16 code units, as a script does, before a character."""
    wide = [] if text.isascii() else [offset for offset, sign in enumerate(text) if sign > "\uffff"]
    return lambda offset: offset + bisect_left(wide, offset)
