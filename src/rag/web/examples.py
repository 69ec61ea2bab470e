"""An article -> a few questions that a reader could ask it.

Reads only capital letters and question words, so it helps with English and stays silent elsewhere;
it does not know whether the article answers what it proposes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.records import Article, Sentence

_QUESTION = re.compile(
    r"(?:what|who|whom|whose|which|when|where|why|how)\s+"
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|much|many|long|far)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z][^\W\d_]+(?:[ -][A-Z][^\W\d_]+){0,3}")
_SAYS = r"(?:said|says|told|believes|notes|noted|added|adds|argues|warned|explained|stressed|announced)"
_LONGEST = 90
"""Characters of an example; a longer heading does not fit a button on a phone."""


def example_questions(article: Article, sentences: Sequence[Sentence], *, limit: int = 4) -> list[str]:
    """Up to `limit` questions: headings that ask one, then the names that come up most.

    Headings keep their order and leave room for one name. Among names, those that speak come first, then
    names of several words, then the more frequent ones; ties go to the first mention.
    """
    asked = list(dict.fromkeys(_headings(article, sentences)))
    named = [_about(name, article.text) for name in _names(article, sentences)]
    room = limit - 1 if named else limit
    return list(dict.fromkeys(asked[:room] + named))[:limit]


def _headings(article: Article, sentences: Sequence[Sentence]) -> Iterator[str]:
    for sentence in sentences:
        words = " ".join(article.text[sentence.range.start : sentence.range.end].split())
        if sentence.kind == "heading" and len(words) < _LONGEST and _QUESTION.match(words):
            yield words.rstrip(" ?.:") + "?"


def _names(article: Article, sentences: Sequence[Sentence]) -> list[str]:
    seen: dict[str, None] = {}
    for sentence in sentences:
        words = article.text[sentence.range.start : sentence.range.end]
        if sentence.kind == "body":
            seen |= {name.group(): None for name in _NAME.finditer(words) if name.start() > 1}
    total = {name: len(re.findall(rf"\b{re.escape(name)}\b", article.text)) for name in seen}

    def rank(name: str) -> tuple[bool, bool, int]:
        return not _speaks(name, article.text), " " not in name or total[name] < 2, -total[name]

    chosen: list[str] = []
    for name in sorted(seen, key=rank):
        if not any(name in other or other in name for other in chosen):
            chosen.append(name)
    return chosen


def _speaks(name: str, text: str) -> bool:
    known = re.escape(name)
    return re.search(rf"\b{known} {_SAYS}\b|\b{_SAYS} {known}\b", text) is not None


def _about(name: str, text: str) -> str:
    if _speaks(name, text):
        return f"What did {name} say?"
    article = "the " if re.search(rf"\bthe {re.escape(name)}\b", text) else ""
    return f"What is said about {article}{name}?"
