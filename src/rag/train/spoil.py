"""A question that is answered -> one like it that is not: another name, another number, the opposite.

Readers ask such questions by mistake or on purpose: "Why did Turkey close its embassy in Tehran?" when it was
Azerbaijan's. A model that never saw one takes the shared words for an answer.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from rag.words import FUNCTION_WORDS, words

_OPPOSITES = """
first last|before after|largest smallest|biggest smallest|highest lowest|most least|more less|more fewer|north south|
northern southern|east west|eastern western|increase decrease|increased decreased|rise fall|rose fell|win lose|
won lost|begin end|began ended|start stop|started stopped|open close|opened closed|old new|oldest newest|older newer|
oldest youngest|early late|earlier later|earliest latest|long short|longest shortest|good bad|best worst|better worse|
male female|men women|man woman|boys girls|father mother|son daughter|brother sister|husband wife|king queen|
major minor|upper lower|above below|inside outside|left right|allowed forbidden|legal illegal|support oppose|
supported opposed|agree disagree|agreed disagreed|accept reject|accepted rejected|buy sell|bought sold|import export|
give take|gave took|love hate|like dislike|liked disliked|enjoy dislike|success failure|successful unsuccessful|
strong weak|strengths weaknesses|high low|hot cold|fast slow|rich poor|large small|big small|hard easy|public private|
advantage disadvantage|positive negative|possible impossible|common rare|always never|with without|friend enemy|
war peace|attack defend|attacked defended|arrive leave|arrived left|join leave|joined left|create destroy|
created destroyed|build demolish|built demolished|appear disappear|include exclude|included excluded|maximum minimum|
majority minority|past future|day night|summer winter|young old|cheap expensive|light heavy|safe dangerous|true false
"""
_PAIRS = [tuple(pair.split()) for pair in _OPPOSITES.replace("\n", "").split("|")]
OPPOSITE = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}

_HELPING = re.compile(r"\b(is|are|was|were|did|does|do|can|could|will|would|has|have|had)\b")
_CLAUSE = re.compile(
    r"((?:[\w’'-]+ ){1,5}?)(is|are|was|were|can|could|will|would|(?:has|had|have)(?= been| \w+e[dn] )) "
    r"([^,;:()\[\]]{12,90})[,.]"
)
_NAME = re.compile(r"(?<!^)\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")


def spoil(question: str, texts: Sequence[str], elsewhere: Sequence[str], rng: random.Random) -> str | None:
    """Return the question with one thing in it made wrong, or None when nothing in it can be.

    Args:
        question: One that the texts answer.
        texts: The sentences around its answer: names and numbers in them are near misses.
        elsewhere: Sentences and questions on other subjects, for names and numbers that are far off.
        rng: Chooses among what can be made wrong, and what it becomes.
    """
    ways = [_other_name, _other_number, _opposite]
    rng.shuffle(ways)
    for way in (*ways, _denied):
        spoilt = way(question, texts if rng.random() < 0.5 else elsewhere, rng)
        if spoilt is not None:
            return spoilt
    return None


def _other_name(question: str, texts: Sequence[str], rng: random.Random) -> str | None:
    places = list(_NAME.finditer(question))
    known = {word.lower for word in words(question)}
    found = [match.group() for text in texts for match in _NAME.finditer(text)]
    names = [name for name in found if not known & set(name.lower().split())]
    if not (places and names):
        return None
    place = rng.choice(places)
    return question[: place.start()] + rng.choice(names) + question[place.end() :]


def _other_number(question: str, texts: Sequence[str], rng: random.Random) -> str | None:
    places = list(_NUMBER.finditer(question))
    if not places:
        return None
    place = rng.choice(places)
    old = place.group()
    found = [match.group() for text in texts for match in _NUMBER.finditer(text)]
    like = [number for number in found if len(number) == len(old) and number != old]
    if rng.random() < 0.5 and like:
        new = rng.choice(like)
    elif old.isdigit():
        new = str(max(0, int(old) + rng.choice((-30, -10, -3, -2, -1, 1, 2, 3, 10, 30))))
    else:
        return None
    return None if new == old else question[: place.start()] + new + question[place.end() :]


def _opposite(question: str, texts: Sequence[str], rng: random.Random) -> str | None:
    places = [match for match in re.finditer(r"[a-z]+", question) if match.group() in OPPOSITE]
    if not places:
        return None
    place = rng.choice(places)
    return question[: place.start()] + OPPOSITE[place.group()] + question[place.end() :]


def _denied(question: str, texts: Sequence[str], rng: random.Random) -> str | None:
    place = _HELPING.search(question)
    if place is None or rng.random() < 0.7:
        return None
    return f"{question[: place.end()]} {rng.choice(('not', 'never'))}{question[place.end() :]}"


def smudge(question: str, rng: random.Random) -> str:
    """Return the question as people type it in haste: often without its mark, at times as keywords or with a slip."""
    if rng.random() < 0.3:
        question = question.rstrip("? ")
    draw = rng.random()
    if draw < 0.05:
        kept = [word.text for word in words(question) if word.lower not in FUNCTION_WORDS]
        return " ".join(kept) if len(kept) > 1 else question
    if draw < 0.13:
        return _slip(question, rng)
    return question


def as_yes_or_no(sentence: str) -> str | None:
    """Return the question whether a sentence's first clause is so, or None when it does not begin simply."""
    match = _CLAUSE.match(sentence)
    if match is None:
        return None
    subject, helping, rest = match[1].rstrip(), match[2], match[3]
    first = subject.split()[0].lower()
    if first in ("if", "although", "when", "while", "as", "since", "because", "once", "however"):
        return None
    if first in FUNCTION_WORDS:
        subject = subject[0].lower() + subject[1:]
    return f"{helping.capitalize()} {subject} {rest}?"


def _slip(question: str, rng: random.Random) -> str:
    """Two letters of a long word swapped, or one of them left out; the first stays."""
    places = [match for match in re.finditer(r"[^\W\d_]{6,}", question)]
    if not places:
        return question
    at = rng.randrange((place := rng.choice(places)).start() + 1, place.end() - 1)
    swapped = question[at + 1] + question[at] if rng.random() < 0.5 else question[at + 1]
    return question[:at] + swapped + question[at + 2 :]
