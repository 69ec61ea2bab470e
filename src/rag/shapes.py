"""Records -> the JSON shapes that others script against; knows no commands and no HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.records import Answer, ArticleSummary, Comparison, Hit, Quote, Range, Reply, Side, Speaker, Stance, Statement


def reply_shape(reply: Reply, reply_id: str | None = None) -> dict[str, Any]:
    """Return a reply as JSON-ready values; `id` is there when one is given."""
    head = {"id": reply_id} if reply_id is not None else {}
    tail = {"confidence": reply.confidence, "elapsed_ms": reply.elapsed_ms}
    if isinstance(reply, Answer):
        quotes = [quote_shape(quote) for quote in reply.quotes]
        return {**head, "question": reply.question, "kind": "answer", "quotes": quotes, **tail}
    if isinstance(reply, Comparison):
        return {**head, **_comparison_shape(reply), **tail}
    return {
        **head,
        "question": reply.question,
        "kind": "abstention",
        "quotes": [],
        "reason": reply.reason,
        "message": reply.message,
        "missing": list(reply.missing),
        "nearest": [quote_shape(quote) for quote in reply.nearest],
        **tail,
    }


def _comparison_shape(reply: Comparison) -> dict[str, Any]:
    return {
        "question": reply.question,
        "kind": "comparison",
        "topic": reply.topic,
        "quotes": [quote_shape(quote) for quote in reply.quotes],
        "speakers": [_side_shape(side) for side in reply.sides],
        "silent": [_speaker(speaker) for speaker in reply.silent],
        "topics": [{"name": topic.name, "quotes": list(topic.quotes)} for topic in reply.topics],
        "differing": [{"quotes": list(one.quotes), "numbers": list(one.numbers)} for one in reply.differing],
    }


def _side_shape(side: Side) -> dict[str, Any]:
    stances = [_stance_shape(stance) for stance in side.stances]
    shape = {"name": side.speaker.name, "role": side.speaker.role, "quotes": list(side.quotes)}
    return {**shape, "stance": stances[0] if stances else None, "stances": stances}


def _stance_shape(stance: Stance) -> dict[str, Any]:
    return {"label": stance.label, "quote": stance.quote, "cue": _range(stance.cue)}


def _speaker(speaker: Speaker | None) -> dict[str, Any] | None:
    return {"name": speaker.name, "role": speaker.role} if speaker else None


def quote_shape(quote: Quote) -> dict[str, Any]:
    """Return a quote as JSON-ready values."""
    context = _range(quote.context)
    if quote.context and context:
        context["text"] = quote.article.text[quote.context.start : quote.context.end]
    return {
        "number": quote.number,
        "text": quote.text,
        "article": quote.article.id,
        "title": quote.article.title,
        "start": quote.range.start,
        "end": quote.range.end,
        "page": quote.article.page_of(quote.range.start),
        "sentence": quote.sentence,
        "score": quote.score,
        "passage": _range(quote.passage),
        "context": context,
        "speaker": _speaker(quote.speaker),
        "attribution": quote.attribution,
        "cue": _range(quote.cue),
        "strength": quote.strength,
        "also": [
            {"article": place.article.id, "title": place.article.title, "sentence": place.sentence}
            | {"start": place.range.start, "end": place.range.end}
            for place in quote.also
        ],
    }


def hit_shape(hit: Hit) -> dict[str, Any]:
    """Return a passage that was found as JSON-ready values."""
    place = hit.passage.range
    text = hit.article.text[place.start : place.end]
    return {"article": hit.article.id, "start": place.start, "end": place.end, "text": text, "score": hit.score}


def statements_shape(statements: Sequence[Statement]) -> list[dict[str, Any]]:
    """Return statements as JSON-ready values, in their order; `resolved_from` is there where there is one."""
    return [
        {
            "speaker": _speaker(one.speaker),
            "attribution": one.attribution,
            "source": _range(one.source),
            "cue": _range(one.cue),
            "content": [_range(place) for place in one.content],
        }
        | ({"resolved_from": _range(one.resolved_from)} if one.resolved_from else {})
        for one in statements
    ]


def summary_shape(summary: ArticleSummary) -> dict[str, Any]:
    """Return a line of the list of articles as JSON-ready values."""
    return {name: getattr(summary, name) for name in ArticleSummary.__slots__} | {"authors": list(summary.authors)}


def _range(place: Range | None) -> dict[str, Any] | None:
    return {"start": place.start, "end": place.end} if place else None
