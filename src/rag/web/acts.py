"""What a browser asks to be done with turns of the chat -> checked values, and what they do to a conversation.

Whatever has another type or size than it should is left out; nothing that a browser sends is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, cast, get_args

from rag.web.conversation import TURNS_KEPT, Conversation, Saved
from rag.web.strings import tell
from rag.web.views import without_surrogates

if TYPE_CHECKING:
    from rag.library import Library

SCOPE_MOST = 100_000
"""Articles that a question may be limited to by name."""

_QUESTION, _DIGEST = 20_000, 4_000
"""Characters of a question and of a digest that are read."""

Verdict: TypeAlias = Literal["good", "wrong quote", "missing"]


@dataclass(frozen=True, slots=True)
class Rating:
    """What a reader says that the reply of a turn is worth; `wrong` are numbers of its quotes."""

    turn: int
    verdict: Verdict
    wrong: tuple[int, ...] = ()


def change_turns(library: Library, conversation: Conversation, value: object) -> bool:
    """Ask a question, edit one, ask one again, or bring a chat back; returns whether anything was changed."""
    fields = _fields(value)
    turn = conversation.turn(_number(fields.get("turn")))
    question = _question(fields.get("question"))
    if fields.get("do") == "ask" and question:
        conversation.add(question)
        return True
    if fields.get("do") == "edit" and turn is not None and question:
        after = turn.after
        conversation.cut(turn.number)
        conversation.add(question, after=after)
        return True
    if fields.get("do") == "again" and turn is not None:
        conversation.ask_again(turn)
        return True
    if fields.get("do") == "restore":
        return _restore(library, conversation, _list(fields.get("turns")))
    return False


def rating_of(value: object) -> Rating | None:
    """What a reader says of a reply, None when it cannot be read."""
    fields = _fields(value)
    turn, verdict = _number(fields.get("turn")), fields.get("verdict")
    wrong = tuple(n for one in _list(fields.get("wrong"))[:100] if (n := _number(one)) is not None)
    if turn is None or verdict not in get_args(Verdict) or (verdict == "wrong quote") != bool(wrong):
        return None
    return Rating(turn, cast("Verdict", verdict), wrong)


def scope_of(library: Library, value: object) -> tuple[str, ...]:
    """The ids among those that a browser sent which the library has; nothing stands for all articles."""
    wanted = set(_texts(value, SCOPE_MOST))
    return tuple(one.id for one in library.articles() if one.id in wanted) if wanted else ()


def _restore(library: Library, conversation: Conversation, turns: Sequence[object]) -> bool:
    """Put saved questions in the place of the conversation, with what their replies were."""
    saved = [fields for one in turns[-TURNS_KEPT:] if _question((fields := _fields(one)).get("question"))]
    if not saved:
        return False
    conversation.clear()
    for fields in saved:
        wanted = set(_texts(fields.get("articles"), SCOPE_MOST))
        known = scope_of(library, fields.get("articles"))
        after = [_question(one) for one in _texts(fields.get("after"), TURNS_KEPT)]
        then = Saved(_text(fields.get("version")), _text(fields.get("digest")), len(wanted) - len(known))
        turn = conversation.add(
            _question(fields.get("question")), articles=known, after=[one for one in after if one], saved=then
        )
        if wanted and not known:  # an empty scope would ask all articles
            conversation.waiting.remove(turn)
            conversation.close(turn, tell("chat.gone_articles", n=len(wanted)))
    return True


def _fields(value: object) -> dict[object, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _texts(value: object, most: int) -> list[str]:
    return [one for one in _list(value)[:most] if isinstance(one, str)]


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _question(value: object) -> str:
    """A question that holds a visible character, else nothing."""
    return without_surrogates(value[:_QUESTION]) if isinstance(value, str) and value.strip() else ""


def _text(value: object) -> str:
    return value[:_DIGEST] if isinstance(value, str) else ""
