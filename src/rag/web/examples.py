"""An article and who speaks in it -> questions that a reader could ask it and that it answers.

Candidates come from statements, capital letters and question words, so they help with English and stay away elsewhere;
the library is asked each of them, and only what it answers is proposed.
"""

from __future__ import annotations

import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.records import Abstention, Article, Sentence, Statement
from rag.web.conversation import Conversation, quotes_of
from rag.web.quotes import verbatim
from rag.web.strings import tell
from rag.words import content_words

if TYPE_CHECKING:
    from rag.library import Library

EXAMPLES = 4
"""Questions on an empty page; four fill a 2 x 2 grid."""

SUGGESTIONS = 3
"""Questions below a reply."""

_TRIED = 12
"""Candidates of an article that are asked; each costs about as much as a reader's question."""

_ARTICLES_KEPT = 200


class Proposals:
    """Questions that articles answer; each article is tried once until the library changes. Safe to share."""

    def __init__(self, library: Library) -> None:
        """Propose what `library` answers."""
        self._library = library
        self._kept: OrderedDict[tuple[str, str], list[str]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, article: str) -> list[str]:
        """Return the questions that an article answers by itself, the best first.

        Raises:
            UnknownArticleError: The id fits no article, or several.
        """
        key = article, self._library.version
        with self._lock:  # who comes second waits for the answers instead of asking again
            if key not in self._kept:
                read = self._library.article(article)
                sentences, statements = self._library.sentences(article), self._library.statements(article)
                candidates = example_questions(read, sentences, statements, limit=_TRIED)
                self._kept[key] = [one for one in candidates if self._answered(one, article)]
                if len(self._kept) > _ARTICLES_KEPT:
                    self._kept.popitem(last=False)
            return list(self._kept[key])

    def first(self) -> list[str]:
        """Return questions that the first article of the library answers."""
        summaries = self._library.articles()
        return self.of(summaries[0].id)[:EXAMPLES] if summaries else []

    def after(self, conversation: Conversation) -> list[str]:
        """Return questions that the articles of the latest reply answer and that were not asked yet.

        Questions for those who are quoted there come first.
        """
        latest = conversation.latest()
        quotes = quotes_of(latest)
        speakers = {quote.speaker.name for quote in quotes if quote.speaker is not None}
        asked = [_stems(turn.question) for turn in list(conversation.turns)]
        articles = dict.fromkeys(quote.article.id for quote in quotes) or conversation.opened[:1]
        found = [one for article in list(articles)[:2] for one in self.of(article)]
        new = [one for one in dict.fromkeys(found) if not any(_same(_stems(one), other) for other in asked)]
        return sorted(new, key=lambda one: not any(name in one for name in speakers))[:SUGGESTIONS]

    def _answered(self, question: str, article: str) -> bool:
        try:
            return not isinstance(self._library.ask(question, articles=[article]), Abstention)
        except RagError:
            return False


def _stems(question: str) -> frozenset[str]:
    return frozenset(word.stem for word in content_words(question))


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one of two questions has all the words of the other, as with a name in short and in full."""
    return bool(one and other) and (one <= other or other <= one)


def examples_html(proposals: Proposals) -> str:
    """Questions to begin with, as buttons; none when the library is empty."""
    try:
        found = proposals.first()
    except RagError:
        return ""
    return "".join(f'<button type="button" class="example propose">{verbatim(one)}</button>' for one in found)


def suggestions_html(proposals: Proposals, conversation: Conversation) -> str:
    """Questions to go on with, as buttons."""
    try:
        found = proposals.after(conversation) if conversation.turns else []
    except RagError:
        return ""
    buttons = "".join(f'<button type="button" class="suggestion propose">{verbatim(one)}</button>' for one in found)
    return f'<div class="next"><span class="label">{tell("chat.next")}</span>{buttons}</div>' if buttons else ""


_QUESTION = re.compile(
    r"(?:what|who|whom|whose|which|when|where|why|how)\s+"
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|much|many|long|far)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z][^\W\d_]+(?:[ -][A-Z][^\W\d_]+){0,3}")
_LONGEST = 90
"""Characters of an example; a longer heading does not fit a button on a phone."""


def example_questions(
    article: Article, sentences: Sequence[Sentence], statements: Sequence[Statement], *, limit: int = 4
) -> list[str]:
    """Up to `limit` questions: headings that ask one, who speaks most, then the names that come up most.

    Headings keep their order and leave room for one name. Among names, people who speak come first, who speaks most
    before the others; then names of several words, then the more frequent ones; ties go to the first mention.
    """
    asked = list(dict.fromkeys(_headings(article, sentences)))
    speakers = _speakers(statements)
    spoken_of = [name for name in _names(article, sentences) if not any(name in one or one in name for one in speakers)]
    named = [f"What did {name} say?" for name in speakers] + [_about(name, article.text) for name in spoken_of]
    room = limit - 1 if named else limit
    return list(dict.fromkeys(asked[:room] + named))[:limit]


def _speakers(statements: Sequence[Statement]) -> list[str]:
    """The names of people who speak, those with most statements first; groups and places are no people."""
    names = [one.speaker.name for one in statements if one.speaker and all(map(_capital, one.speaker.name.split()))]
    return [name for name, _ in Counter(name for name in names if " " in name).most_common()]


def _capital(word: str) -> bool:
    return word[0].isupper()


def _headings(article: Article, sentences: Sequence[Sentence]) -> Iterator[str]:
    for sentence in sentences:
        words = " ".join(article.text[sentence.range.start : sentence.range.end].split())
        if sentence.kind == "heading" and len(words) < _LONGEST and _QUESTION.match(words):
            yield words.rstrip(" ?.:") + "?"


def _names(article: Article, sentences: Sequence[Sentence]) -> list[str]:
    seen: dict[str, None] = {}
    for sentence in sentences:
        words = article.text[sentence.range.start : sentence.range.end]
        if sentence.kind == "body":
            inside = (match.group() for match in _NAME.finditer(words) if match.start() > 1)
            seen |= dict.fromkeys(filter(_names_more, inside))
    total = {name: len(re.findall(rf"\b{re.escape(name)}\b", article.text)) for name in seen}

    def rank(name: str) -> tuple[bool, int]:
        return " " not in name or total[name] < 2, -total[name]

    chosen: list[str] = []
    for name in sorted(seen, key=rank):
        if not any(name in other or other in name for other in chosen):
            chosen.append(name)
    return chosen


def _names_more(name: str) -> bool:
    """Whether words with capitals name more than a day, a month or grammar ("The" behind a full stop that got lost)."""
    return any(not word.time for word in content_words(name))


def _about(name: str, text: str) -> str:
    article = "the " if re.search(rf"\bthe {re.escape(name)}\b", text) else ""
    return f"What is said about {article}{name}?"
