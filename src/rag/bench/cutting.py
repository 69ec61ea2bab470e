"""How the articles of a collection are cut into passages: as the program does, but no text is counted twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import TypeAlias

from rag.embed import Encoder
from rag.library.preparing import passage_limit
from rag.records import Article, Passage, Sentence
from rag.settings import Settings
from rag.split import passages

Cutting: TypeAlias = Callable[[Article, Sequence[Sentence]], tuple[Passage, ...]]
"""An article and its sentences -> its passages."""

BREAK = "\n\n"
"""What stands between two paragraphs."""

_KEPT = 1 << 16


def cutting(settings: Settings, encoder: Encoder, paragraphs: Sequence[str]) -> Cutting:
    """Return what cuts articles of these paragraphs as `Preparing` does."""
    count = counting(encoder.count_tokens, paragraphs)
    return partial(passages, count_tokens=count, max_tokens=passage_limit(settings, encoder))


def counting(count: Callable[[str], int], paragraphs: Sequence[str]) -> Callable[[str], int]:
    """Return a count of tokens that remembers those of paragraphs, where they add up.

    They do where an encoder ends every token at white space and gives none to it, which is tried on the first of the
    paragraphs. Where they do not, `count` itself comes back.
    """
    marks = count("")
    own = lru_cache(_KEPT)(lambda text: count(text) - marks)

    def summed(text: str) -> int:
        return marks + sum(map(own, text.split(BREAK)))

    tried = [f"{one}{BREAK}{other}" for one, other in pairwise(paragraphs[:100])]
    return summed if all(summed(text) == count(text) for text in tried) else count
