"""One reader's conversation: questions, their replies, and the articles that are open beside them.

A conversation is shared by all events of one session, which may overlap: each takes what waits with an
atomic step and shows the whole, so no event overwrites another's reply. It does not know the page.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from rag.records import Abstention, Comparison, Quote, Reply

TURNS_KEPT = 100
"""Turns of a conversation that are kept and shown; bounds what one open page costs the server."""

ARTICLES_OPEN = 12
"""Articles that the source panel holds at once; a citation beyond them loads its article when clicked."""


@dataclass(slots=True, eq=False)
class Turn:
    """A question, the ids of the only articles it was put to, and its reply or the message that stands for it."""

    question: str
    articles: tuple[str, ...] = ()
    reply: Reply | str | None = None


@dataclass(slots=True, eq=False)
class Conversation:
    """Turns, oldest first; `opened` are article ids in the order they were opened.

    `scope` are the ids of the only articles to ask next, all when empty.
    `compared` is what stands in the view beside the chat, `newest` whatever came last, there or in the chat;
    `comparisons` counts those that were begun. `coloured` tells whether the articles come with who says what in them,
    `sent` which articles the page was sent last, as a hash of their markup.
    """

    turns: deque[Turn] = field(default_factory=lambda: deque(maxlen=TURNS_KEPT))
    waiting: deque[Turn] = field(default_factory=deque)
    compared: Comparison | Abstention | str | None = None
    newest: Reply | str | None = None
    comparisons: int = 0
    scope: tuple[str, ...] = ()
    opened: list[str] = field(default_factory=list)
    shown: str | None = None
    replies: int = 0
    coloured: bool = False
    sent: int | None = None

    def add(self, question: str) -> None:
        """Put a question at the end, to be answered."""
        turn = Turn(question, self.scope)
        self.turns.append(turn)
        self.waiting.append(turn)

    def take(self) -> Turn | None:
        """The oldest question that nobody is answering yet, now yours to answer."""
        try:
            return self.waiting.popleft()
        except IndexError:
            return None

    def before(self, turn: Turn) -> list[str]:
        """The questions asked before `turn`, oldest first, without those that were refused."""
        earlier: list[str] = []
        for other in list(self.turns):
            if other is turn:
                break
            if not isinstance(other.reply, str):
                earlier.append(other.question)
        return earlier

    def close(self, turn: Turn, reply: Reply | str) -> None:
        """Give a turn its reply and open the articles that it quotes."""
        turn.reply = reply
        self._follow(reply)

    def begin_comparison(self) -> int:
        """The number of a comparison that begins now; the highest one is what the reader waits for."""
        self.comparisons += 1
        return self.comparisons

    def compare(self, reply: Comparison | Abstention | str) -> None:
        """Put a comparison beside the chat and open the articles that it quotes."""
        self.compared = reply
        self._follow(reply)

    def open(self, article: str) -> None:
        """Hold an article in the panel, letting go of the one opened longest ago when there are too many."""
        if article not in self.opened:
            self.opened = [*self.opened, article][-ARTICLES_OPEN:]

    def _follow(self, reply: Reply | str) -> None:
        self.newest = reply
        self.replies += 1
        for quote in quotes_of(reply):
            self.open(quote.article.id)
        self.shown = next((quote.article.id for quote in quotes_of(reply)), self.shown)

    def latest(self) -> Reply | str | None:
        """The newest reply that is there."""
        return next((turn.reply for turn in reversed(list(self.turns)) if turn.reply is not None), None)

    def clear(self) -> None:
        """Begin again; replies still under way belong to no turn and are not shown."""
        self.turns.clear()
        self.waiting.clear()
        self.newest = self.compared
        self.replies += 1


def quotes_of(reply: Reply | str | None) -> tuple[Quote, ...]:
    """The quotes that a reply shows: those that answer, or those that come nearest."""
    if reply is None or isinstance(reply, str):
        return ()
    return reply.nearest if isinstance(reply, Abstention) else reply.quotes
