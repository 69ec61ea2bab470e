"""The JSON shape of a reply -> the reply, every quote of it proven against its article.

The inverse of `rag.shapes.reply_shape`; knows neither files nor libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, get_args

from rag.errors import AlteredQuoteError, NotAReplyError, OffsetError, UnknownArticleError
from rag.records import (
    Abstention,
    Answer,
    Article,
    Attribution,
    Comparison,
    Figures,
    Place,
    Quote,
    Range,
    Reason,
    Reply,
    Side,
    Speaker,
    Stance,
    StanceLabel,
    Strength,
    Topic,
)

ArticleOf: TypeAlias = Callable[[str], Article]
_Shape: TypeAlias = Mapping[str, Any]

_KINDS = ("answer", "abstention", "comparison")


def reply_from_shape(shape: Mapping[str, Any], article_of: ArticleOf) -> Reply:
    """Return the reply that has this shape; fields that no reply has are ignored.

    Args:
        shape: What `reply_shape` gave, also after a way through JSON.
        article_of: Gives the article of an id, and raises UnknownArticleError when there is none.

    Raises:
        NotAReplyError: The shape is not that of a reply.
        AlteredQuoteError: The words of a quote do not stand in its article where it says, or the article is gone.
    """
    try:
        return _reply(shape, article_of)
    except KeyError as error:
        raise NotAReplyError(f"it has no {error.args[0]}") from error
    except OffsetError as error:
        raise NotAReplyError("a range of it lies outside its article") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise NotAReplyError(str(error)) from error


def _reply(shape: _Shape, article_of: ArticleOf) -> Reply:
    kind = shape["kind"]
    if kind not in _KINDS:
        raise ValueError(f"its kind {_short(kind)} is unknown; the known kinds are {', '.join(_KINDS)}")
    question = _text(shape["question"])
    quotes = tuple(_quote(one, article_of) for one in _list(shape["quotes"]))
    sure, took = float(shape["confidence"]), float(shape["elapsed_ms"])
    if kind == "answer":
        return Answer(question, quotes, sure, took)
    if kind == "abstention":
        if quotes:
            raise ValueError("an abstention has no quotes")
        reason: Reason = _one_of(shape["reason"], get_args(Reason))
        nearest = tuple(_quote(one, article_of) for one in _list(shape["nearest"]))
        return Abstention(question, reason, _text(shape["message"]), nearest, sure, took)
    return Comparison(
        question=question,
        topic=None if shape["topic"] is None else _text(shape["topic"]),
        quotes=quotes,
        sides=tuple(_side(one, quotes) for one in _list(shape["speakers"])),
        topics=tuple(Topic(_text(one["name"]), _numbers(one["quotes"], quotes)) for one in shape.get("topics", ())),
        silent=tuple(_speaker(one) for one in _list(shape["silent"])),
        differing=tuple(
            Figures(_numbers(one["quotes"], quotes), tuple(map(_text, _list(one["numbers"]))))
            for one in shape.get("differing", ())
        ),
        confidence=sure,
        elapsed_ms=took,
    )


def _quote(shape: _Shape, article_of: ArticleOf) -> Quote:
    number, words, article_id = _whole(shape["number"]), _text(shape["text"]), _text(shape["article"])
    where, passage = _range(shape), _range(shape["passage"])
    try:
        article = article_of(article_id)
        also = tuple(
            Place(article_of(_text(one["article"])), _whole(one["sentence"]), _range(one))
            for one in shape.get("also", ())
        )
    except UnknownArticleError as error:
        raise AlteredQuoteError(number, words, f"{error.wanted[:80]} is no longer in this library") from error
    if article.text[where.start : where.end] != words:
        cause = f"characters {where.start} to {where.end} of {article_id} hold other words"
        raise AlteredQuoteError(number, words, cause)
    attribution: Attribution | None = shape["attribution"] and _one_of(shape["attribution"], get_args(Attribution))
    given = shape.get("strength")  # what was printed before it was known whose word a sentence is has none
    strength: Strength | None = None if given is None else _one_of(given, get_args(Strength))
    return Quote(
        number,
        article,
        _whole(shape["sentence"]),
        where,
        words,
        float(shape["score"]),
        passage,
        context=_range_or_none(shape.get("context")),
        speaker=_speaker(shape["speaker"]) if shape["speaker"] is not None else None,
        attribution=attribution,
        cue=_range_or_none(shape["cue"]),
        also=also,
        strength=strength,
    )


def _side(shape: _Shape, quotes: Sequence[Quote]) -> Side:
    found = []
    for one in _list(shape["stances"]):
        label: StanceLabel = _one_of(one["label"], get_args(StanceLabel))
        (number,) = _numbers([one["quote"]], quotes)
        cue = _range(one["cue"])
        if cue.end > len(quotes[number - 1].article.text):
            raise ValueError("a stance stands outside its article")
        found.append(Stance(label, number, cue))
    return Side(_speaker(shape), _numbers(shape["quotes"], quotes), tuple(found))


def _speaker(shape: _Shape) -> Speaker:
    return Speaker(_text(shape["name"]), None if shape["role"] is None else _text(shape["role"]))


def _range_or_none(shape: _Shape | None) -> Range | None:
    return None if shape is None else _range(shape)


def _range(shape: _Shape) -> Range:
    return Range(_whole(shape["start"]), _whole(shape["end"]))


def _numbers(value: object, quotes: Sequence[Quote]) -> tuple[int, ...]:
    numbers = tuple(map(_whole, _list(value)))
    if not set(numbers) <= {quote.number for quote in quotes}:
        raise ValueError("it names a quote that it does not have")
    return numbers


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{_short(value)} is no list")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{_short(value)} is no text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{_short(value)} is no whole number")
    return value


def _one_of(value: Any, known: Sequence[str]) -> Any:
    if value not in known:
        raise ValueError(f"{_short(value)} is none of {', '.join(known)}")
    return value


def _short(value: object) -> str:
    return repr(str(value)[:40])
