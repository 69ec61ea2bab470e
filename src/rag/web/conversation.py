"""One reader's conversation: questions, their replies, and the articles that are open beside them.

A conversation is shared by all events of one session, which may overlap: each takes what waits with an
atomic step and shows the whole, so no event overwrites another's reply. It does not know the page.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.records import Abstention, Comparison, Quote, Reply

TURNS_KEPT = 100
"""Turns of a conversation that are kept and shown; bounds what one open page costs the server."""

TURNS_SHOWN = 20
"""Most turns that the page shows until the earlier ones are asked for: every reply sends all that is shown."""

TURNS_FOLDED = 10
"""Turns that go out of sight together: whenever one goes, all after it move up and are drawn anew."""

ARTICLES_OPEN = 12
"""Articles that the source panel holds at once; a citation beyond them loads its article when clicked."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What a reply was when it was saved.

    Attributes:
        version: Of the library then.
        digest: Of what it said.
        gone: How many of the articles that were asked are no longer there.
    """

    version: str
    digest: str
    gone: int = 0


@dataclass(slots=True, eq=False)
class Turn:
    """A question, and its reply or the message that stands for it.

    Attributes:
        number: Of the turn in its conversation; never used twice there.
        question: As it was typed.
        articles: Ids of the only articles that it is put to; all when empty.
        after: Questions before it that are not shown, oldest first.
        saved: What the reply was before, when it is asked for again.
        reply: Once it is there.
        version: Of the library when it was answered.
        shown: Its markup, once that is made.
    """

    number: int
    question: str
    articles: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    saved: Saved | None = None
    reply: Reply | str | None = None
    version: str = ""
    shown: str | None = None


@dataclass(slots=True, eq=False)
class Conversation:
    """Turns, oldest first; `opened` are article ids in the order they were opened.

    `scope` are the ids of the only articles to ask next, all when empty.
    `compared` is what stands in the view beside the chat, `newest` whatever came last, there or in the chat;
    `comparisons` counts those that were begun, `asked` the questions. `coloured` tells whether the articles come with
    who says what in them, `sent` which articles the page was sent last, as a hash of their markup; `unfolded` whether
    all turns are shown.
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
    asked: int = 0
    unfolded: bool = False

    def add(
        self,
        question: str,
        *,
        articles: Sequence[str] | None = None,
        after: Sequence[str] = (),
        saved: Saved | None = None,
    ) -> Turn:
        """Put a question at the end, to be answered; to the articles of the scope when none are given."""
        self.asked += 1
        scope = self.scope if articles is None else tuple(articles)
        turn = Turn(self.asked, question, scope, tuple(after), saved)
        self.turns.append(turn)
        self.waiting.append(turn)
        return turn

    def take(self) -> Turn | None:
        """The oldest question that nobody is answering yet, now yours to answer."""
        try:
            return self.waiting.popleft()
        except IndexError:
            return None

    @property
    def folded(self) -> int:
        """How many of the oldest turns are not shown."""
        return 0 if self.unfolded else max(0, -((TURNS_SHOWN - len(self.turns)) // TURNS_FOLDED) * TURNS_FOLDED)

    def turn(self, number: object) -> Turn | None:
        """The turn of a number, when it is still there."""
        return next((turn for turn in list(self.turns) if turn.number == number), None)

    def unanswered(self) -> Turn | None:
        """The first turn that has no reply yet."""
        return next((turn for turn in list(self.turns) if turn.reply is None), None)

    def before(self, turn: Turn) -> list[str]:
        """The questions asked before `turn`, oldest first, without those that were refused."""
        earlier: list[str] = []
        for other in list(self.turns):
            if other is turn:
                break
            if not isinstance(other.reply, str):
                earlier += [*other.after, other.question]
        return [*earlier, *turn.after]

    def close(self, turn: Turn, reply: Reply | str) -> None:
        """Give a turn its reply and open the articles that it quotes; nothing when it was stopped before."""
        if turn.reply is None:
            turn.reply = reply
            if self.turn(turn.number) is turn:
                self._follow(reply)

    def cut(self, number: int) -> None:
        """Take a turn away, and all that came after it; their replies are not shown when they come."""
        self.turns = deque((turn for turn in list(self.turns) if turn.number < number), self.turns.maxlen)
        self.waiting = deque(turn for turn in list(self.waiting) if turn.number < number)

    def stop(self, first: Turn, message: str) -> None:
        """Give a turn and those after it a message where they have no reply yet; those not begun are never asked."""
        self.waiting = deque(turn for turn in list(self.waiting) if turn.number < first.number)
        for turn in list(self.turns):
            if turn.number >= first.number:
                self.close(turn, message)

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
        self.unfolded = False
        self.newest = self.compared
        self.replies += 1


def quotes_of(reply: Reply | str | None) -> tuple[Quote, ...]:
    """The quotes that a reply shows: those that answer, or those that come nearest."""
    if reply is None or isinstance(reply, str):
        return ()
    return reply.nearest if isinstance(reply, Abstention) else reply.quotes


def digest_of(reply: Reply | str | None) -> str:
    """What a reply says, in few characters: its kind and a mark for each place it quotes, in order.

    Equal digests mean equal kinds and places; what only comes near is no part of it.
    """
    if reply is None or isinstance(reply, str):
        return "-"
    if isinstance(reply, Abstention):
        return f"abstention:{reply.reason}"
    kind = "comparison" if isinstance(reply, Comparison) else "answer"
    return f"{kind}:{','.join(map(_mark, reply.quotes))}"


def _mark(quote: Quote) -> str:
    place = f"{quote.article.id}:{quote.range.start}:{quote.range.end}"
    return hashlib.sha256(place.encode()).hexdigest()[:10]
