from typing import Any

import pytest

from rag.articles import read_text
from rag.errors import OffsetError
from rag.records import Abstention, Answer, Article, Block, Quote, Range, Speaker

ARTICLE = read_text("It rained. It snowed.")


def make_quote(number: int = 1, **changes: Any) -> Quote:
    facts: dict[str, Any] = {"range": Range(0, 10), "text": "It rained.", "passage": Range(0, 21)}
    return Quote(number=number, article=ARTICLE, sentence=0, score=0.5, **(facts | changes))


def test_a_quote_proves_its_place() -> None:
    assert make_quote().text == "It rained."


@pytest.mark.parametrize(
    "changes", [{"text": "It rained"}, {"range": Range(0, 11)}, {"text": "it rained."}, {"passage": Range(0, 22)}]
)
def test_a_quote_that_is_not_in_its_place_cannot_be_made(changes: dict[str, Any]) -> None:
    with pytest.raises(OffsetError, match="do not hold the quoted text"):
        make_quote(**changes)


def test_a_speaker_without_the_words_that_prove_it_cannot_be_shown() -> None:
    with pytest.raises(ValueError, match="together or not at all"):
        make_quote(speaker=Speaker("Jane Doe"))


def test_an_answer_quotes_something() -> None:
    with pytest.raises(ValueError, match="quotes something"):
        Answer("?", (), 0.5, 1.0)


def test_quotes_are_numbered_from_one() -> None:
    with pytest.raises(ValueError, match=r"numbered 1\.\.n"):
        Answer("?", (make_quote(2),), 0.5, 1.0)
    with pytest.raises(ValueError, match=r"numbered 1\.\.n"):
        Abstention("?", "not_answered", "No.", (make_quote(0),), 0.5, 1.0)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (-1, 2), (3, 2)])
def test_a_range_holds_a_character(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="must hold a character"):
        Range(start, end)


@pytest.mark.parametrize("ranges", [[(0, 30)], [(5, 10), (0, 4)], [(0, 6), (5, 10)]])
def test_blocks_lie_in_order_inside_the_text(ranges: list[tuple[int, int]]) -> None:
    blocks = tuple(Block(Range(start, end), "body") for start, end in ranges)
    with pytest.raises(OffsetError):
        Article("a", "It rained. It snowed.", "Title", blocks)
