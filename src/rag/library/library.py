"""The facade: wires the stages once, from an article to a reply."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from rag.address import Location
from rag.compare import Compared, comparison_asked
from rag.embed import Encoder
from rag.evidence import SentenceScorer, Tools, load_models
from rag.library.across import Across
from rag.library.answering import Answering
from rag.library.collection import Collection
from rag.library.comparing import Comparing, Limits
from rag.library.polyglot import Polyglot
from rag.question import understand
from rag.records import Abstention, Comparison, Hit, RankedSentence, Reply
from rag.scorer import Scorer
from rag.settings import Balance, Settings
from rag.speakers import StatementReader


class Library(Collection):
    """Articles, and everything that can be asked of them. Safe to share between threads."""

    def __init__(
        self,
        location: Location,
        settings: Settings,
        *,
        encoder: Encoder | None = None,
        scorer: SentenceScorer | None = None,
        polyglot: Polyglot | None = None,
        reader: StatementReader | None = None,
    ) -> None:
        super().__init__(location, settings, encoder=encoder, reader=reader)
        scorer = scorer if scorer is not None else Scorer(threads=settings.threads)
        tools = Tools(self._encoder, load_models(), scorer, self._reader, settings.balance)
        polyglot = polyglot or Polyglot(settings)
        self._across = Across(settings, self._shelf, polyglot, distinct=tools.models.distinct)
        comparing = Comparing(settings, self._shelf, self._encoder, polyglot, tools.models)
        self._answering = Answering(settings, self._finder, tools, self._across, comparing)

    def warm(self) -> None:
        """Load what only a question in another language needs, so that the first one waits less."""
        self._across.warm()

    def ask(
        self,
        question: str,
        *,
        after: Sequence[str] = (),
        articles: Sequence[str] = (),
        max_quotes: int | None = None,
        balance: Balance | None = None,
    ) -> Reply:
        """Return the sentences that answer a question, a comparison when it asks for one, or an abstention.

        Args:
            question: What to find, in words.
            after: Earlier questions of the conversation, oldest first.
            articles: Ids of the only articles to look in; all when empty.
            max_quotes: Quotes at most; the settings decide when None.
            balance: How sure an answer must be; the settings decide when None.

        Raises:
            QuestionError: The question is empty or too long.
            UnknownArticleError: An article id fits no article, or several.
            EmptyLibraryError: There are no articles.
        """
        began = time.perf_counter()
        understood = understand(question, after, max_characters=self.settings.max_question_characters)
        keys = self._shelf.scope(articles)
        compared = comparison_asked(question, after)
        reply: Reply | None = None
        balance = balance or self.settings.balance
        if compared is not None:
            reply = self._answering.compare(question, compared, keys, limits=Limits(balance, max_quotes))
        if reply is None:
            most = max_quotes or self.settings.max_quotes
            reply = self._answering.reply(understood, self._shelf, keys, most=most, balance=balance)
        return replace(reply, elapsed_ms=_since(began))

    def compare(
        self, topic: str = "", *, speakers: Sequence[str] = (), articles: Sequence[str] = ()
    ) -> Comparison | Abstention:
        """Return what speakers say on a topic, side by side, or an abstention.

        Args:
            topic: In words; empty for the articles' own main topics.
            speakers: Names, roles, countries or groups of the only speakers to compare; all when empty.
            articles: Ids of the only articles to look in; all when empty.

        Raises:
            QuestionError: The topic is too long, or holds no word.
            UnknownArticleError: An article id fits no article, or several.
            EmptyLibraryError: There are no articles.
        """
        began = time.perf_counter()
        if topic.strip():
            understand(topic, max_characters=self.settings.max_question_characters)
        asked = topic.strip() or " and ".join(speakers)
        compared = Compared("views", topic.strip(), tuple(speakers))
        limits = Limits(self.settings.balance)
        reply = self._answering.compare(asked, compared, self._shelf.scope(articles), limits=limits)
        if reply is None:
            raise ValueError("a comparison of views is one, whoever speaks")
        return replace(reply, elapsed_ms=_since(began))

    def rank(self, question: str, *, articles: Sequence[str] = ()) -> list[RankedSentence]:
        """Return the sentences that were looked at for a question, the likeliest to answer first.

        Raises:
            QuestionError: The question is empty or too long.
            UnknownArticleError: An article id fits no article, or several.
            EmptyLibraryError: There are no articles.
        """
        understood = understand(question, max_characters=self.settings.max_question_characters)
        read = self._finder.read(understood, self._shelf.scope(articles))
        scores = self._answering.judge(understood, read, self.settings.balance).scores.tolist()
        rows = sorted((row for row, score in enumerate(scores) if score > 0), key=lambda row: (-scores[row], row))
        ranked = [(read.candidates[row], scores[row]) for row in rows]
        return [RankedSentence(one.article, one.sentence.range, one.text, score) for one, score in ranked]

    def search(self, query: str, *, k: int = 10, articles: Sequence[str] = ()) -> list[Hit]:
        """Return the `k` passages that fit a query best, best first.

        Raises:
            QuestionError: The query is empty or too long.
            UnknownArticleError: An article id fits no article, or several.
            EmptyLibraryError: There are no articles.
        """
        understood = understand(query, max_characters=self.settings.max_question_characters)
        scope = self._shelf.scope(articles)
        found = self._finder.find(understood, self._finder.vector(understood), scope, most=k)
        return [Hit(one.kept.article, one.passage, one.score) for one in found]


def _since(began: float) -> float:
    """Milliseconds since a moment."""
    return round((time.perf_counter() - began) * 1000, 2)
