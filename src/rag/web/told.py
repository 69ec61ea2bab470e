"""A conversation -> the messages that the chat shows, and what the page keeps of each reply.

Knows turns and what has changed since they were saved; leaves the markup of replies to `render`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from rag.errors import QuestionError
from rag.question import understand
from rag.records import Reply
from rag.web.conversation import Conversation, Saved, Turn, digest_of
from rag.web.render import Shown, failure_html, question_html, reply_html, waiting_html
from rag.web.strings import tell
from rag.words import Word

_LONGEST_QUESTION = 100_000
"""Characters of a question whose words are marked in its quotes; how long it may be is the library's to say."""


def messages(conversation: Conversation, *, rated: bool = True) -> list[dict[str, str]]:
    """The conversation as the chat component wants it: two messages a turn, in escaped HTML.

    Args:
        conversation: Each turn of it is drawn once.
        rated: Whether the reader can say what a reply is worth.
    """
    shown: list[dict[str, str]] = []
    for turn in list(conversation.turns):
        if turn.shown is None or turn.reply is None:
            turn.shown = _reply(conversation, turn, rated=rated)
        shown.append({"role": "user", "content": question_html(turn.question, turn=turn.number)})
        shown.append({"role": "assistant", "content": turn.shown})
    return shown


def changes(reply: Reply, version: str, saved: Saved) -> list[str]:
    """What is to be said of a reply that is not the one that was saved, in sentences; nothing when it is the same."""
    told = []
    if saved.gone:
        told.append(tell("chat.gone_articles", n=saved.gone))
    kind, marks = _parts(digest_of(reply))
    was_kind, was_marks = _parts(saved.digest)
    if not was_kind:
        return told
    if kind != was_kind:
        differences = [tell("chat.changed_kind")]
    else:
        counts = (("chat.changed_new", marks - was_marks), ("chat.changed_gone", was_marks - marks))
        differences = [tell(key, n=some.total()) for key, some in counts if some]
    if differences:
        told.append(tell("chat.changed", changes=", ".join(differences)))
        if version.partition(".")[0] != saved.version.partition(".")[0]:
            told.append(tell("chat.changed_other"))
        elif version != saved.version:
            told.append(tell("chat.changed_library"))
    return told


def _reply(conversation: Conversation, turn: Turn, *, rated: bool) -> str:
    if turn.reply is None:
        return waiting_html(turn=turn.number)
    if isinstance(turn.reply, str):
        return failure_html(turn.reply, turn=turn.number)
    before = conversation.before(turn)
    shown = Shown(
        turn.number,
        _looked_for(turn.question, before),
        _notes(turn, turn.reply),
        json.dumps(_facts(turn, turn.reply), ensure_ascii=False, separators=(",", ":")),
        rated,
    )
    return reply_html(turn.reply, shown=shown)


def _facts(turn: Turn, reply: Reply) -> dict[str, object]:
    """What the page keeps of a reply, to ask for it again: no text of an article."""
    return {
        "question": turn.question,
        "articles": turn.articles,
        "after": turn.after,
        "version": turn.version,
        "digest": digest_of(reply),
    }


def _notes(turn: Turn, reply: Reply) -> list[str]:
    after = [tell("chat.after", questions=" · ".join(turn.after))] if turn.after else []
    return after + (changes(reply, turn.version, turn.saved) if turn.saved else [])


def _looked_for(question: str, before: Sequence[str]) -> tuple[Word, ...]:
    try:
        return understand(question, before, max_characters=_LONGEST_QUESTION).words
    except QuestionError:
        return ()


def _parts(digest: str) -> tuple[str, Counter[str]]:
    """The kind of a reply and a mark for each of its quotes; no kind for what is no digest."""
    kind, _, marks = digest.partition(":")
    if kind not in ("answer", "abstention", "comparison"):
        return "", Counter()
    return kind, Counter(marks.split(",") if marks and kind != "abstention" else ())
