"""A reply comes back from its JSON, and only when every quote of it is proven."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from replies import abstention, answer, article, comparison, quote
from web_fakes import debate

from rag.errors import AlteredQuoteError, NotAReplyError, UnknownArticleError
from rag.rebuild import reply_from_shape
from rag.records import Abstention, Answer, Article, Comparison, Place, Quote, Range, Reason, Reply, Speaker
from rag.shapes import reply_shape


def library(*articles: Article) -> Callable[[str], Article]:
    by_id = {one.id: one for one in articles}

    def article_of(article_id: str) -> Article:
        if article_id not in by_id:
            raise UnknownArticleError(article_id)
        return by_id[article_id]

    return article_of


def through_json(reply: Reply) -> dict[str, Any]:
    shape: dict[str, Any] = json.loads(json.dumps(reply_shape(reply, "d001")))
    return shape


OF = article("Trains will grow. Boats sink.")
SAID = quote(OF, "Boats sink.", speaker=Speaker("Ann"), attribution="direct")


@some.composite
def replies(draw: some.DrawFn) -> tuple[Reply, Article]:
    """A reply of any kind but comparison, whose quotes stand anywhere in any text."""
    of = article(draw(some.text(some.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)))
    ends = some.integers(0, len(of.text) - 1)

    def place() -> Range:
        start = draw(ends)
        return Range(start, draw(some.integers(start + 1, len(of.text))))

    quotes = []
    for number in range(1, draw(some.integers(1, 3)) + 1):
        where, speaks = place(), draw(some.booleans())
        one = Quote(
            number,
            of,
            draw(some.integers(0, 9)),
            where,
            of.text[where.start : where.end],
            draw(some.floats(0, 1)),
            place(),
            context=place() if draw(some.booleans()) else None,
            speaker=Speaker(draw(some.text(min_size=1)), draw(some.none() | some.text(min_size=1))) if speaks else None,
            attribution=draw(some.sampled_from(["direct", "indirect", "mixed"])) if speaks else None,
            cue=place() if speaks else None,
            also=(Place(of, 3, place()),) if draw(some.booleans()) else (),
            strength=draw(some.sampled_from([None, *(("direct", "named") if speaks else ("unnamed", "author"))])),
        )
        quotes.append(one)
    question, sure, took = draw(some.text()), draw(some.floats(0, 1)), draw(some.floats(0, 1e6))
    if draw(some.booleans()):
        return Answer(question, tuple(quotes), sure, took), of
    reason: Reason = draw(some.sampled_from(("not_mentioned", "not_answered")))
    return Abstention(question, reason, draw(some.text()), tuple(quotes), sure, took), of


@given(replies())
def test_any_reply_comes_back_from_its_json(given_: tuple[Reply, Article]) -> None:
    reply, of = given_
    assert reply_from_shape(through_json(reply), library(of)) == reply


@pytest.mark.parametrize("topic", ["", "trains"])
def test_a_comparison_comes_back_from_its_json(topic: str) -> None:
    fake = debate()
    reply = fake.compare(topic)
    assert isinstance(reply, Comparison)
    assert reply_from_shape(through_json(reply), fake.article) == reply


def test_unknown_fields_are_ignored() -> None:
    reply = answer(SAID)
    assert reply_from_shape({**through_json(reply), "new": [1]}, library(OF)) == reply


def test_json_from_before_strengths_comes_back_without_one() -> None:
    shape = through_json(answer(SAID))
    del shape["quotes"][0]["strength"]
    assert reply_from_shape(shape, library(OF)) == answer(SAID)


def test_an_altered_quote_is_named() -> None:
    shape = through_json(answer(SAID))
    shape["quotes"][0]["text"] = "Boats swim."
    with pytest.raises(AlteredQuoteError) as caught:
        reply_from_shape(shape, library(OF))
    assert str(caught.value) == (
        "Quote 1 (“Boats swim.”) cannot be exported: characters 18 to 29 of a1 hold other words. "
        "Ask the question again: rag ask"
    )


def test_a_quote_that_is_moved_is_named() -> None:
    shape = through_json(answer(SAID))
    shape["quotes"][0]["start"] -= 1
    with pytest.raises(AlteredQuoteError, match=r"characters 17 to 29 of a1 hold other words"):
        reply_from_shape(shape, library(OF))


def test_a_nearest_quote_is_proven_too() -> None:
    shape = through_json(abstention(SAID))
    shape["nearest"][0]["text"] = "Boats swim."
    with pytest.raises(AlteredQuoteError, match=r"Quote 1 \(“Boats swim.”\)"):
        reply_from_shape(shape, library(OF))


def test_a_quote_whose_article_is_gone_is_named() -> None:
    with pytest.raises(AlteredQuoteError, match=r"Quote 1 \(“Boats sink.”\) .* a1 is no longer in this library"):
        reply_from_shape(through_json(answer(SAID)), library())


def test_a_long_quote_is_named_by_its_beginning() -> None:
    long = article("x" * 100)
    with pytest.raises(AlteredQuoteError, match=rf"Quote 1 \(“{'x' * 59}…”\)"):
        reply_from_shape(through_json(answer(quote(long))), library())


def without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda shape: shape.pop(name)


POEM = "its kind 'poem' is unknown; the known kinds are answer, abstention, comparison"


def with_quote(**fields: object) -> Callable[[dict[str, Any]], object]:
    return lambda shape: shape["quotes"][0].update(fields)


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (without("quotes"), "it has no quotes"),
        (without("confidence"), "it has no confidence"),
        (without("kind"), "it has no kind"),
        (lambda shape: shape.update(kind="poem"), POEM),
        (lambda shape: [shape.pop("quotes"), shape.update(kind="poem")], POEM),
        (lambda shape: shape.update(kind=["x" * 90]), f"its kind {str(['x' * 90])[:40]!r} is unknown"),
        (lambda shape: shape.update(quotes="none"), "'none' is no list"),
        (lambda shape: shape.update(quotes=[], speakers=[], topics=[]), "a comparison quotes somebody"),
        (with_quote(start="0"), "'0' is no whole number"),
        (with_quote(start=True), "'True' is no whole number"),
        (with_quote(text=7), "'7' is no text"),
        (with_quote(number=2), "it names a quote that it does not have"),
        (with_quote(attribution="sung"), "'sung' is none of direct, indirect, mixed"),
        (with_quote(cue={"start": 0, "end": 900}), "a range of it lies outside its article"),
        (with_quote(passage={"start": 4, "end": 4}), "a range must hold a character"),
        (lambda shape: shape["speakers"][0].update(quotes=[9]), "it names a quote that it does not have"),
    ],
)
def test_json_that_is_no_reply_is_refused_with_the_cause(spoil: Callable[[dict[str, Any]], object], cause: str) -> None:
    shape = through_json(comparison(SAID))
    spoil(shape)
    with pytest.raises(NotAReplyError) as caught:
        reply_from_shape(shape, library(OF))
    assert cause in str(caught.value)
