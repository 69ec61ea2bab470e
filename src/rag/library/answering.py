"""A question and what was found for it -> the reply (CHOOSE and REPLY); knows no storage."""

from __future__ import annotations

from dataclasses import replace

from rag.answer import Scope, about_article, abstain, answer
from rag.compare import Compared, Told, is_group, words_asked
from rag.evidence import Selection, Tools, Verdict, choose, judge, windows_to_read
from rag.library.across import Across
from rag.library.comparing import Comparing, Limits
from rag.library.finding import Finder
from rag.library.reading import Read
from rag.library.shelf import Shelf
from rag.question import Question
from rag.records import Abstention, Answer, Comparison, Reply
from rag.settings import Balance, Settings

_ONE_SPEAKER = 1.0
"""How much more recall counts than precision where it is asked who says something: not more."""


class Answering:
    """Answers questions from what is found and from what speakers say. Safe to share between threads.

    Args:
        settings: Of the library.
        finder: Finds passages and articles.
        tools: Judge sentences.
        across: Answers questions in another language.
        comparing: Knows who says what.
    """

    def __init__(self, settings: Settings, finder: Finder, tools: Tools, across: Across, comparing: Comparing) -> None:
        self._settings, self._finder, self._tools = settings, finder, tools
        self._across, self._comparing = across, comparing

    def reply(
        self, question: Question, shelf: Shelf, keys: tuple[int, ...] | None, *, most: int, balance: Balance
    ) -> Reply:
        """Return the sentences that answer, or an abstention.

        Args:
            question: What was asked.
            shelf: Where the articles are.
            keys: The only articles to look in; all when None.
            most: Quotes at most.
            balance: How sure an answer must be.
        """
        if question.wanted in ("author", "title"):
            kept = [shelf.take(key) for key in (keys or shelf.store.article_keys(most))]
            return about_article(question, [(one.article, one.sentences) for one in kept if one is not None])
        told, limits = words_asked(question.text), Limits(balance, most)
        if told is not None and told.whose:
            reply = self._told(question, told, keys, limits)
            if reply is not None:
                return reply
        read = self._finder.read(question, keys)
        across = self._across.reply(question, read, keys, most=most, balance=balance)
        if across is not None:
            return across
        verdict = self.judge(question, read, balance)
        if told is not None and told.form == "words":
            verdict = self._in_nobodys_words(told, keys, read, verdict)
        if verdict.answered:
            return self._answer(question, told, read, verdict, most)
        unmentioned = tuple(word for word in verdict.uncovered if not self._finder.mentioned(keys)(word.text))
        scope = Scope(len(keys) if keys is not None else shelf.store.count(), unmentioned)
        return abstain(question, read.candidates, verdict, scope)

    def compare(
        self, asked: str, compared: Compared, keys: tuple[int, ...] | None, *, limits: Limits
    ) -> Comparison | Abstention | None:
        """Return what is said in some articles, side by side, or in those found for the topic when they are too many.

        None for a question that compares no speakers of the articles.

        Args:
            asked: The question, or the topic when only that was given.
            compared: What it compares.
            keys: The only articles to look in; all when None.
            limits: How many quotes, and how sure.
        """
        scope = self._finder.scope(" ".join([compared.topic, *compared.parties]).strip() or asked, keys)
        return self._comparing.reply(asked, compared, scope, mentioned=self._finder.mentioned(keys), limits=limits)

    def judge(self, question: Question, read: Read, balance: Balance) -> Verdict:
        """Return how likely each sentence that was found answers, and all of them together."""
        windows = windows_to_read(question, self._settings)
        pool = self._across.as_bundled(read.pool)
        return judge(question, pool, self._tools.models, self._tools.scorer, windows=windows, balance=balance)

    def _told(
        self, question: Question, told: Told, keys: tuple[int, ...] | None, limits: Limits
    ) -> Answer | Abstention | None:
        """What one speaker says."""
        scope = self._finder.scope(f"{told.whose} {told.topic}", keys)
        return self._comparing.told(question.asked, told, scope, mentioned=self._finder.mentioned(keys), limits=limits)

    def _in_nobodys_words(self, told: Told, keys: tuple[int, ...] | None, read: Read, verdict: Verdict) -> Verdict:
        """What is told of the words of somebody who makes no statement here: by the author, not by others who do.

        It is no answer when the likeliest sentence is somebody else's, or when all that a person says is asked for:
        "What did Doe say?", who is only spoken of.
        """
        if not told.whose[:1].isupper() or self._comparing.speaks(told.whose, self._finder.scope(told.whose, keys)):
            return verdict
        others = [row for row, one in enumerate(read.candidates) if one.statement is not None and one.statement.speaker]
        if not told.topic and not is_group(told.whose):
            return replace(verdict, answered=False)
        scores = verdict.scores.copy()
        scores[others] = 0.0
        likeliest = int(verdict.scores.argmax()) if len(scores) else 0
        return replace(verdict, scores=scores, answered=verdict.answered and likeliest not in others)

    def _answer(self, question: Question, told: Told | None, read: Read, verdict: Verdict, most: int) -> Answer:
        leaning = self._tools.models.leanings[question.family]
        if told is not None and told.form == "who":
            shares = self._comparing.among(told.topic, read, verdict.scores)
            if shares is not None:
                verdict, leaning = replace(verdict, scores=shares), _ONE_SPEAKER
        return answer(question, read.candidates, verdict, self._choose(read, verdict, leaning, most))

    def _choose(self, read: Read, verdict: Verdict, leaning: float, most: int) -> Selection:
        distinct = self._tools.models.distinct
        return choose(verdict.scores, read.pool.texts, read.vectors, leaning=leaning, distinct=distinct, most=most)
