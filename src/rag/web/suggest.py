"""A library and a conversation -> questions that could be asked next and that are answered; what is known stays.

Whether a question is answered is found out by asking it, so this takes its time and is no part of a reply.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.records import Abstention
from rag.web.conversation import Conversation, quotes_of
from rag.web.examples import example_questions, further_questions

if TYPE_CHECKING:
    from rag.library import Library

NEXT = 3
"""Questions that are proposed after a reply."""

_PROPOSED = 12
"""Questions that an article is asked for examples; more are seldom needed."""
_KEPT_ARTICLES = 64


@dataclass(slots=True)
class _Known:
    """What could be asked of an article, and which of it was found to be answered."""

    questions: Sequence[str]
    answered: dict[str, bool] = field(default_factory=dict)


class Suggestions:
    """Proposes questions that the articles of a library answer. Safe to share between threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: OrderedDict[tuple[str, str], _Known] = OrderedDict()
        self._lock = threading.Lock()

    def examples(self, *, limit: int) -> list[str]:
        """Questions that the library's first article answers; none while there is no article."""
        summaries = self._library.articles()
        return self._answered(summaries[0].id, limit=limit, but=()) if summaries else []

    def after(self, conversation: Conversation, *, limit: int = NEXT) -> list[str]:
        """Questions that go on from the latest reply, never one that was asked already.

        They are asked of the article that it quotes first, or else of the one beside the chat; those that name what
        the quotes name come first.
        """
        latest = conversation.turns[-1] if conversation.turns else None
        if latest is None or latest.reply is None:
            return []
        quotes = quotes_of(latest.reply)
        article = quotes[0].article.id if quotes else conversation.shown
        if article is None:
            return []
        words = " ".join([*(quote.text for quote in quotes), *(one.speaker.name for one in quotes if one.speaker)])
        return self._answered(article, limit=limit, but=[turn.question for turn in conversation.turns], near=words)

    def _answered(self, article: str, *, limit: int, but: Sequence[str], near: str = "") -> list[str]:
        try:
            known = self._take(article)
        except RagError:  # it was removed meanwhile
            return []
        asked = {_plain(question) for question in but}
        fresh = [question for question in known.questions if _plain(question) not in asked]
        found: list[str] = []
        for question in sorted(fresh, key=lambda one: not _names(one, near)):
            if len(found) == limit:
                break
            if question not in known.answered:
                known.answered[question] = self._is_answered(question, article)
            if known.answered[question]:
                found.append(question)
        return found

    def _is_answered(self, question: str, article: str) -> bool:
        try:
            return not isinstance(self._library.ask(question, articles=(article,), max_quotes=1), Abstention)
        except RagError:
            return False

    def _take(self, article: str) -> _Known:
        key = article, self._library.version
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        parts = self._library.article(article), self._library.sentences(article), self._library.statements(article)
        known = _Known(list(dict.fromkeys([*example_questions(*parts, limit=_PROPOSED), *further_questions(*parts)])))
        with self._lock:
            self._known[key] = known
            if len(self._known) > _KEPT_ARTICLES:
                self._known.popitem(last=False)
        return known


def _plain(question: str) -> str:
    return " ".join(question.casefold().strip(" ?.!").split())


def _names(question: str, words: str) -> bool:
    """Whether a name of the question stands in some words."""
    return any(word.strip("?.,") in words for word in question.split()[1:] if word[:1].isupper())
