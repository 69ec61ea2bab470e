"""What a browser asks of a conversation besides a plain question: ask again, stop, restore, save, cite, rate.

Checks everything that a browser sends: whatever has another type or size than it should is left out. Knows the
conversation and the library; leaves markup to `render`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast, get_args

from rag.errors import RagError, UnwritableFileError
from rag.records import Abstention, Quote, Reply
from rag.version import VERSION
from rag.web.conversation import TURNS_KEPT, Conversation, Saved, Turn, digest_of, quotes_of
from rag.web.feedback import Verdict, keep_feedback
from rag.web.panel import announcement
from rag.web.quotes import verbatim
from rag.web.refusals import sentence_of
from rag.web.strings import tell
from rag.web.views import text_or_none, without_surrogates

if TYPE_CHECKING:
    from rag.library import Library

_log = logging.getLogger(__name__)

EARLIER_MOST = 20
"""Earlier questions that an address brings with it; what a question leans on stands in the last few."""

QUESTION_MOST = 4_000
"""Characters of a question that comes back from a browser; longer ones are cut, and then refused as too long."""

DIGEST_MOST = 2_000
"""Characters of a digest: a hundred quotes."""


@dataclass(frozen=True, slots=True)
class _Again:
    """A question that was asked before, as a browser kept it."""

    question: str
    articles: tuple[str, ...]
    after: tuple[str, ...]
    saved: Saved


def ask_from(conversation: Conversation, value: object) -> None:
    """Put a question at the end, in the place of a turn and what came after it when it replaces one."""
    wanted = _fields(value)
    question = without_surrogates(text_or_none(wanted.get("question")) or "")
    old = conversation.turn(wanted.get("replaces"))
    if not question.strip():
        return
    if old is not None:
        conversation.cut(old.number)
    conversation.add(question, articles=old.articles if old is not None else None, after=old.after if old else ())


def act_on(library: Library, conversation: Conversation, value: object) -> None:
    """Stop turns, show all of them, or put turns that a browser kept in the place of those there.

    Stopped are the turn that is named, or where none is the first without a reply, and those after it. What was kept
    waits to be asked again.
    """
    wanted = _fields(value)
    if wanted.get("do") == "stop":
        number = wanted.get("turn")
        turn = conversation.unanswered() if number is None else conversation.turn(number)
        if turn is not None:
            conversation.stop(turn, tell("chat.stopped"))
    elif wanted.get("do") == "unfold":
        conversation.unfolded = True
    elif wanted.get("do") == "restore":
        turns = wanted.get("turns")
        found = [again for one in (turns if isinstance(turns, list) else [])[-TURNS_KEPT:] if (again := _again(one))]
        if found:
            conversation.clear()
        known = {summary.id for summary in library.articles()} if any(one.articles for one in found) else set()
        for one in found:
            _ask_again(conversation, one, known)


def _ask_again(conversation: Conversation, one: _Again, known: set[str]) -> None:
    here = tuple(article for article in one.articles if article in known)
    gone = len(one.articles) - len(here)
    turn = conversation.add(one.question, articles=here, after=one.after, saved=replace(one.saved, gone=gone))
    if gone and not here:  # an empty scope would ask all articles
        conversation.stop(turn, tell("chat.gone_articles", n=gone))


def notes_on(turn: Turn) -> list[str]:
    """What is to be said of a reply that was saved before: what it was asked after, and what has changed."""
    notes = []
    if turn.after:
        notes.append(tell("chat.after", questions=" / ".join(turn.after)))
    saved = turn.saved
    if saved is not None and saved.gone:
        notes.append(tell("chat.gone_articles", n=saved.gone))
    if saved is None or not saved.digest or digest_of(turn.reply) == saved.digest:
        return notes
    kind, _, marks = digest_of(turn.reply).partition(":")
    old_kind, _, old_marks = saved.digest.partition(":")
    new, old = set(filter(None, marks.split(","))), set(filter(None, old_marks.split(",")))
    changes = []
    if old_kind not in ("answer", "abstention", "comparison") or kind == old_kind == "abstention":
        return notes  # it is no digest, or says the same in other words
    if kind != old_kind:
        changes.append(tell("chat.changed_kind"))
    else:
        changes += [tell("chat.changed_new", n=len(new - old))] if new - old else []
        changes += [tell("chat.changed_gone", n=len(old - new))] if old - new else []
    if not changes:
        return notes
    notes.append(tell("chat.changed", changes=", ".join(changes)))
    if saved.version and saved.version != turn.version:
        same = saved.version.split(".")[0] == turn.version.split(".")[0]
        notes.append(tell("chat.changed_library" if same else "chat.changed_other"))
    return notes


def memory_html(conversation: Conversation) -> str:
    """What a browser keeps of a conversation: questions, the articles asked, versions and digests, but no text."""
    turns = [
        {
            "number": turn.number,
            "question": turn.question,
            "articles": list(turn.articles),
            "after": list(turn.after),
            "version": turn.version,
            "digest": digest_of(turn.reply),
        }
        for turn in list(conversation.turns)
        if turn.reply is not None and not isinstance(turn.reply, str)
    ]
    return f'<i data-turns="{verbatim(json.dumps(turns, ensure_ascii=False))}"></i>'


def fetched(library: Library, conversation: Conversation, value: object, *, rated: bool = True) -> tuple[str, str]:
    """What a browser copies or saves, in an element of its own, and what is said of it.

    `rated` says that readers can say what replies are worth.
    """
    wanted = _fields(value)
    turn = conversation.turn(wanted.get("turn"))
    mark = verbatim(text_or_none(wanted.get("mark")) or "")
    if turn is None or turn.reply is None or isinstance(turn.reply, str):
        return f'<i data-mark="{mark}"></i>', announcement("")
    try:
        if wanted.get("do") == "cite":
            return _cited(turn.reply, wanted, mark), announcement("")
        if wanted.get("do") == "export":
            return _exported(library, conversation, turn, wanted, mark), announcement("")
        said = _rated(library, conversation, turn, wanted) if rated and wanted.get("do") == "rate" else ""
        return f'<i data-mark="{mark}" data-said="{verbatim(said)}"></i>', announcement(said)
    except RagError as error:
        _log.info("what a reader wanted was refused: %s", error)
        return f'<i data-mark="{mark}"></i>', announcement(sentence_of(error))


def _cited(reply: Reply, wanted: Mapping[str, object], mark: str) -> str:
    from rag.formats import Style, quote_with_source

    quote = _quote(reply, wanted.get("quote"))
    style = wanted.get("style")
    if quote is None or style not in get_args(Style):
        return f'<i data-mark="{mark}"></i>'
    text = verbatim(quote_with_source(quote, cast("Style", style)))
    return f'<i data-mark="{mark}" data-do="copy" data-text="{text}"></i>'


def _exported(library: Library, conversation: Conversation, turn: Turn, wanted: Mapping[str, object], mark: str) -> str:
    from rag.formats import FORMATS, Made

    file = FORMATS.get(str(wanted.get("format")))
    if file is None:
        return f'<i data-mark="{mark}"></i>'
    turns = list(conversation.turns) if wanted.get("whole") is True else [turn]
    replies: Sequence[Reply] = [one.reply for one in turns if one.reply is not None and not isinstance(one.reply, str)]
    made = Made("Ask the Article", VERSION, library.version, datetime.now(UTC).date())
    text = verbatim(file.write(replies, made))
    name = f"ask-the-article{file.suffix}"
    return (
        f'<i data-mark="{mark}" data-do="save" data-name="{name}" data-type="{file.media_type}" data-text="{text}"></i>'
    )


def _rated(library: Library, conversation: Conversation, turn: Turn, wanted: Mapping[str, object]) -> str:
    verdict = wanted.get("verdict")
    if verdict not in ("good", "missing", "wrong") or turn.reply is None or isinstance(turn.reply, str):
        return ""
    quote = _quote(turn.reply, wanted.get("quote")) if verdict == "wrong" else None
    if verdict == "wrong" and (quote is None or isinstance(turn.reply, Abstention)):
        return ""
    kind: Verdict = "wrong quote" if quote is not None else "good" if verdict == "good" else "missing"
    try:
        keep_feedback(library, kind, turn, before=conversation.before(turn), wrong=quote)
    except UnwritableFileError as error:  # whose message names a folder of the server
        return tell("rate.unsaved", why=error.cause)
    return tell("rate.saved")


def _quote(reply: Reply, number: object) -> Quote | None:
    return next((quote for quote in quotes_of(reply) if quote.number == number), None)


def _again(value: object) -> _Again | None:
    kept = _fields(value)
    question = without_surrogates((text_or_none(kept.get("question")) or "")[:QUESTION_MOST])
    if not question.strip():
        return None
    after = [without_surrogates(one[:QUESTION_MOST]) for one in _texts(kept.get("after"))]
    version, digest = ((text_or_none(kept.get(name)) or "")[:DIGEST_MOST] for name in ("version", "digest"))
    return _Again(question, tuple(_texts(kept.get("articles"))), tuple(after[-EARLIER_MOST:]), Saved(version, digest))


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _fields(value: object) -> Mapping[str, object]:
    return {str(name): one for name, one in value.items()} if isinstance(value, dict) else {}
