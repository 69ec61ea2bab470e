"""An article and who speaks in it -> a few questions that a reader could ask it.

Reads statements, capital letters and question words, so it helps with English and stays silent elsewhere; whether the
article answers what it proposes is for `suggest` to find out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from rag.records import Article, Sentence, Statement

_QUESTION = re.compile(
    r"(?:what|who|whom|whose|which|when|where|why|how)\s+"
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|much|many|long|far)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z][^\W\d_]+(?:[ -][A-Z][^\W\d_]+){0,3}")
_NAMES_EACH = 2
"""Names that one speaker is asked about."""
_LONGEST_ROLE = 50
"""Characters of a role that stands for its speaker in a question."""
_LONGEST = 90
"""Characters of an example; a longer heading does not fit a button on a phone."""


def example_questions(
    article: Article, sentences: Sequence[Sentence], statements: Sequence[Statement], *, limit: int = 4
) -> list[str]:
    """Up to `limit` questions: headings that ask one, who speaks most, then the names that come up most.

    Headings keep their order and leave room for one name. Among names, people who speak come first, who speaks most
    before the others; then names of several words, then the more frequent ones; ties go to the first mention.
    """
    asked = list(dict.fromkeys(_headings(article, sentences)))
    speakers = _speakers(statements)
    spoken_of = [name for name in _names(article, sentences) if not any(name in one or one in name for one in speakers)]
    named = [f"What did {name} say?" for name in speakers] + [_about(name, article.text) for name in spoken_of]
    room = limit - 1 if named else limit
    return list(dict.fromkeys(asked[:room] + named))[:limit]


def further_questions(
    article: Article, sentences: Sequence[Sentence], statements: Sequence[Statement]
) -> list[str]:
    """Questions beyond the first ones: what speakers say of the names in their own words, and those with a role."""
    people = _speakers(statements)
    names = _names(article, sentences)
    told: list[str] = []
    for person in people:
        said = " ".join(
            article.text[place.start : place.end]
            for one in statements
            if one.speaker is not None and one.speaker.name == person
            for place in one.content
        )
        others = (name for name in names if name in said and name not in person and person not in name)
        told += [f"What did {person} say about {_the(name, article.text)}?" for name in islice(others, _NAMES_EACH)]
    roles = {one.speaker.role: None for one in statements if one.speaker is not None and one.speaker.role}
    told += [f"What did the {role} say?" for role in roles if len(role) < _LONGEST_ROLE and role[0].islower()]
    return list(dict.fromkeys(told))


def _speakers(statements: Sequence[Statement]) -> list[str]:
    """The names of people who speak, those with most statements first; groups and places are no people."""
    names = [one.speaker.name for one in statements if one.speaker and all(map(_capital, one.speaker.name.split()))]
    return [name for name, _ in Counter(name for name in names if " " in name).most_common()]


def _capital(word: str) -> bool:
    return word[0].isupper()


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

    def rank(name: str) -> tuple[bool, int]:
        return " " not in name or total[name] < 2, -total[name]

    chosen: list[str] = []
    for name in sorted(seen, key=rank):
        if not any(name in other or other in name for other in chosen):
            chosen.append(name)
    return chosen


def _about(name: str, text: str) -> str:
    return f"What is said about {_the(name, text)}?"


def _the(name: str, text: str) -> str:
    return f"the {name}" if re.search(rf"\bthe {re.escape(name)}\b", text) else name
