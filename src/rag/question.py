"""A question and the ones before it -> what is looked for; knows words, not articles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from rag.errors import EmptyQuestionError, LongQuestionError
from rag.words import Word, content_words, words

Wanted: TypeAlias = Literal["author", "title", "number", "time", "person", "place", "name", "reason", "fact", "account"]
"""What kind of thing would answer: `fact` is one thing, `account` is a story, a view or a list."""

Family: TypeAlias = Literal["kind", "fact", "account"]
FAMILIES: tuple[Family, ...] = ("kind", "fact", "account")
"""Questions that are answered alike: by a thing of a known kind, by any one thing, or by several sentences."""

_ASKED = r"(^|[,;:]\s)\W*((and|but|so|then|by|to|for|from|of|with|in|on|at|since|until|exactly) )*"
"""What may stand before a question word; after anything else it opens a clause ("the guard who was killed")."""

_WANTED: tuple[tuple[Wanted, str], ...] = (
    (
        "author",
        r"\b(who (wrote|is the author|are the authors|authored)|(author|byline|writer) of (the|this) article)\b",
    ),
    ("title", r"\b(title|headline) of (the|this) article\b|\bwhat is (the|this) article called\b"),
    ("reason", r"\bwhy\b|\bhow come\b|\bwhat\b.{0,20}\b(reasons?|causes?|caused|led to)\b"),
    ("number", r"\bhow (many|much|old|long|far|big|large|tall|high|deep|often|fast|heavy|wide)\b"),
    ("number", r"\b(what|which) (percent\w*|number|amount|share|proportion)\b"),
    ("number", r"\bwhat('s| is| was| are| were) the (price|cost|population|length|height|weight|size|age|distance)\b"),
    ("number", r"\bwhat('s| is| was| are| were) the (\w+ )?(percentage|number|amount|share|total|rate) of\b"),
    ("time", _ASKED + r"when\b|\bwhen\W*$|\b(what|which) (year|date|day|month|time|century|decade)\b"),
    ("place", _ASKED + r"where\b|\bwhere\W*$|\b(what|which) (country|city|place|state|region|town|location)\b"),
    ("name", r"\b(what|which)('s| is| was| are| were) (the|his|her|its|their) (\w+ )?names?\b|\bwhat name\b"),
    ("person", _ASKED + r"who(m|se|'s)?\b|\bwho(m|se)?\W*$"),
    ("account", r"\bhow (did|do|does|is|are|was|were|has|have|will|would|can|could)\b"),
    ("account", r"\b(compare|comparison|differ\w*|opinions?|views?|positions?|describe|explain|summari[sz]e|tell)\b"),
    ("account", r"\b(say|said|think|thinks|believes?|happen\w*|reasons|role|consequences?|results?|came out)\b"),
    ("account", r"\b(what|which) [a-z]{3,}[^s\W]s\b|\b(list|name) (all|every|the)\b"),
    ("account", r"\bwhat about\b|\b(what|which) \w+s (are|were|do|did|have)\b"),
)
_RULES = tuple((wanted, re.compile(pattern, re.IGNORECASE)) for wanted, pattern in _WANTED)
_OPENS_FOLLOW_UP = re.compile(r"^\W*(and|but|also|what about|how about|what else|why not|why so)\b", re.IGNORECASE)
_BARE = re.compile(
    r"^\W*(?:(?:and |but |so )?(?:what|how) about|"
    r"(?:and|but)(?! (?:wh|how|did|do|does|is|are|was|were|has|have|can|will)))"
    r" (.{1,60}?)\W*$",
    re.IGNORECASE,
)
"""Only another thing is named: the question before is meant, with this in it."""
_STOP = re.compile(r"[?.!]\s+(?=\S)")
_TOPIC = re.compile(r" (?:about|on|regarding|concerning) [^?.!]+")
_LEANS = frozenset(
    """
    he she it they him her them his hers its their theirs this that these those there then one ones
    """.split()
)
_ELLIPTICAL: tuple[Wanted, ...] = ("number", "time", "place", "person", "name", "reason")
"""What is asked for in a word or two ("How many were injured?") once the topic is known."""

_EARLIER_WEIGHT = 0.5
"""A word of the question before counts half: it is the topic, not what is asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood.

    Attributes:
        asked: The question as it was typed.
        text: What is searched: the question, with the one before it when it leans on that.
        words: The content words of `text`, each stem once.
        weights: How much each of the words counts, 0 to 1.
        wanted: The kind of thing that would answer.
    """

    asked: str
    text: str
    words: tuple[Word, ...]
    weights: tuple[float, ...]
    wanted: Wanted

    @property
    def family(self) -> Family:
        """The family of questions that this one belongs to."""
        if self.wanted in ("reason", "account"):
            return "account"
        return "kind" if self.wanted in ("number", "time", "person", "place", "name") else "fact"

    @property
    def only_names(self) -> bool:
        """Whether somebody's words or person are asked for and nothing narrower: "What does Sazhin think?"."""
        names = bool(self.words) and all(word.name for word in self.words)
        return self.wanted in ("account", "person") and names and not self.names_spoken_of

    @property
    def names_spoken_of(self) -> frozenset[str]:
        """Stems of the names that somebody else is asked about: Iran's in "What did Putin say about Iran?"."""
        topic = _TOPIC.search(self.text)
        if topic is None or self.wanted != "account":
            return frozenset()
        about = {word.stem for word in content_words(topic.group())}
        names = {word.stem for word in self.words if word.name}
        return frozenset(names & about if names - about else ())


def understand(asked: str, after: Sequence[str] = (), *, max_characters: int = 1_000) -> Question:
    """Return what a question looks for, given the earlier questions of the conversation, oldest first.

    Raises:
        QuestionError: It holds no word, or is longer than `max_characters`.
    """
    if not words(asked):
        raise EmptyQuestionError
    if len(asked) > max_characters:
        raise LongQuestionError(len(asked), max_characters)
    typed, after = _quiet(asked), [_quiet(earlier) for earlier in after]
    own = content_words(typed)
    earlier = _before(after) if after and leans(typed) else ""
    text = _completed(typed, earlier) if earlier else typed
    left = {word.stem for word in content_words(text)} - {word.stem for word in own}
    names = _has_name(typed)
    added = tuple(word for word in content_words(earlier) if word.stem in left and not (names and word.name))
    return Question(
        asked=asked,
        text=text,
        words=own + added,
        weights=(1.0,) * len(own) + (_EARLIER_WEIGHT,) * len(added),
        wanted=wanted_by(earlier if earlier and _BARE.search(typed) else typed),
    )


def with_names(question: Question, texts: Iterable[str]) -> Question:
    """Return the question with its names marked as the texts write them, when it was typed without capitals."""
    if any(word.name for word in question.words):
        return question
    written = [word for text in texts for word in words(text)[1:]]
    always = {word.stem for word in written if word.name} - {word.stem for word in written if not word.name}
    return replace(question, words=tuple(replace(word, name=word.stem in always) for word in question.words))


def _quiet(text: str) -> str:
    """A question that was typed in capitals alone, in small letters."""
    return text.lower() if text.isupper() and len(words(text)) > 1 else text


def wanted_by(text: str) -> Wanted:
    """Return the kind of thing that would answer a question, by its question words."""
    return next((wanted for wanted, pattern in _RULES if pattern.search(text)), "fact")


def leans(asked: str) -> bool:
    """Return whether a question cannot be understood without the one before it."""
    if _OPENS_FOLLOW_UP.search(asked):
        return True
    if any(word.name for word in words(asked)):
        return False
    if any(word.lower in _LEANS for word in words(asked)):
        return True
    topics = len(content_words(asked))
    return topics == 0 or (topics == 1 and wanted_by(asked) in _ELLIPTICAL)


def _before(after: Sequence[str]) -> str:
    """The question before, itself completed when it leans on the one before that."""
    *earlier, before = after
    return _completed(before, _before(earlier)) if earlier and leans(before) else before


def _completed(typed: str, before: str) -> str:
    """A question that leans on the one before as one that can be read alone, as far as that is plain.

    Of things that are only named one after the other ("What about trade?", "And tourism?") the last one is meant.
    """
    bare = _BARE.search(typed)
    for kind in (_is_name, _is_number):
        old, new = _first_run(before, kind), _first_run(f"about {bare[1]}" if bare else "", kind)
        if old and new:
            return before.replace(old, new, 1)
    topic = _TOPIC.search(before)
    if _has_name(typed) and topic is not None and not _TOPIC.search(typed):
        return f"{typed.rstrip(' ?.!')}{topic.group()}?"
    kept, end = _end(before)
    if bare and _BARE.search(end) and _kind(end) == _kind(typed):
        return f"{kept}{typed}"
    return f"{before} {typed}"


def _end(text: str) -> tuple[str, str]:
    """What stands before the last sentence of some questions, and that sentence."""
    *_, start = (0, *(found.end() for found in _STOP.finditer(text)))
    return text[:start], text[start:]


def _kind(bare: str) -> tuple[bool, bool]:
    """Whether a name is asked about, and whether a number."""
    return _has_name(bare), any(map(_is_number, words(bare)))


def _first_run(text: str, kind: Callable[[Word], bool]) -> str:
    """The first words of a kind that follow each other, as they stand in the text; empty when there are none."""
    run: list[str] = []
    for word in words(text):
        if kind(word):
            run.append(word.text)
        elif run:
            break
    together = " ".join(run)
    return together if together in text else run[0]


def _is_name(word: Word) -> bool:
    return word.name


def _is_number(word: Word) -> bool:
    return word.number


def _has_name(text: str) -> bool:
    return any(map(_is_name, words(text)))
