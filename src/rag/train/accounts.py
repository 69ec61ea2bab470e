"""Sentences from anywhere -> passages in which several people speak, with questions that ask for one of them.

The labelled questions ask for a thing, and one sentence answers. Readers of news ask what somebody thinks: several
sentences answer, most of which do not name the speaker. No labelled data of that kind may be built into what is
given away, so the passages are put together.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.train.pools import Case
from rag.train.windows import Window
from rag.words import FUNCTION_WORDS

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,} [A-Z][a-z]{2,}\b(?! [A-Z])")
_TOPIC = re.compile(
    r"\b(?:the|its|his|their) (?:[a-z]{4,} )?[a-z]{4,}(?= (?:of|in|was|is|were|are|on|by|from|has|would)\b)"
)
_ROLES = (
    "historian economist minister spokesman analyst professor researcher senator critic diplomat lawyer expert "
    "scholar engineer activist journalist ambassador scientist physician commander"
).split()
_SAYS = "says notes believes thinks argues stresses explains warns emphasizes recalls".split()
_SAID = "said noted argued stressed explained warned added recalled claimed".split()
"""Kinds of the pools: nobody who is asked for speaks in them, or somebody does."""

_VOICES = 3
"""Names drawn for a passage: two that may speak, and one that does not."""
_LONGEST, _ROOM = 220, 760
"""Characters of a sentence, and of a passage, at most."""

_OF_ONE = (
    "What does {} think?", "What did {} say?", "What is the opinion of {}?", "What does {} say?", "{}'s opinion",
    "What is {}'s view?", "What does {} believe?", "What did {} tell reporters?", "What about {}?",
    "How does {} see it?",
    "Summarize what {} said", "What was {}'s position?", "What was said by {}?", "Did {} comment?", "{} opinion",
)  # fmt: skip
_ON_TOPIC = (
    "What did {} say about {}?", "What does {} think about {}?", "What is the opinion of {} on {}?", "{} on {}",
    "What is {}'s view on {}?", "Did {} say anything about {}?", "How does {} assess {}?",
    "According to {}, what about {}?",
    "What does {} think of {}?", "What did {} promise about {}?", "How did {} explain {}?", "What about {} and {}?",
)  # fmt: skip
_OF_ALL = (
    "What do the experts say about {}?", "Compare the opinions on {}.", "Compare what was said about {}.",
    "What are the different views on {}?", "How do they differ on {}?", "Who spoke about {}?",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Voice:
    name: str
    role: str
    she: bool

    @property
    def last(self) -> str:
        return self.name.split()[-1]

    @property
    def pronoun(self) -> str:
        return "she" if self.she else "he"


def account_windows(cases: Sequence[Case], many: int, rng: random.Random) -> Iterator[Window]:
    """Yield windows whose question asks for a speaker; in about one of four nothing answers.

    Yields none when there are too few names or sentences to put passages together from.

    Args:
        cases: Where sentences and names are taken from.
        many: How many windows.
        rng: Draws everything.
    """
    paragraphs = [
        [text for text in texts if 30 < len(text) < _LONGEST and text[0].isupper() and text.endswith(".")]
        for texts in dict.fromkeys(case.texts for case in cases)
    ]
    paragraphs = [texts for texts in paragraphs if len(texts) > 2]
    names = sorted({match.group() for texts in paragraphs for text in texts for match in _NAME.finditer(text)})
    made = 0 if paragraphs and len(names) >= _VOICES else many
    while made < many:
        window = _window(paragraphs, names, rng)
        if window is not None:
            made += 1
            yield window


def account_cases(cases: Sequence[Case], many: int, rng: random.Random) -> Iterator[Case]:
    """Yield pools that ask for a speaker: a passage as in `account_windows` in the middle of other sentences.

    Args:
        cases: Where everything is taken from.
        many: How many pools.
        rng: Draws everything.
    """
    for window in account_windows(cases, many, rng):
        around = rng.choice(cases).texts
        at = rng.randint(0, len(around))
        texts = (*around[:at], *window.sentences, *around[at:])
        labels = np.zeros(len(texts))
        labels[at : at + len(window.answers)] = window.answers
        kind = "said" if any(window.answers) else "not said"
        yield Case(kind, window.question, texts, labels, window.sentences)


def _window(paragraphs: Sequence[list[str]], names: Sequence[str], rng: random.Random) -> Window | None:
    """One passage: some report, a speaker, often another, some report; None when it gets too long."""
    voices = [_Voice(name, rng.choice(_ROLES), rng.random() < 0.4) for name in rng.sample(names, _VOICES)]
    speaking = voices[: rng.choice((1, 2, 2))]
    at = rng.randrange(len(paragraphs))
    near = iter([paragraphs[(at + step) % len(paragraphs)] for step in range(5)])  # of one text, if it is long
    passage: list[tuple[str, _Voice | None]] = [(text, None) for text in _run(next(near), rng, 0, 2)]
    for voice in speaking:
        passage += [(text, voice) for text in _told(voice, _run(next(near), rng, 1, 4), rng)]
        if rng.random() < 0.4:
            passage += [(text, None) for text in _run(next(near), rng, 1, 2)]
    if sum(len(text) for text, _ in passage) > _ROOM:
        return None
    question, right = _asked(passage, voices, speaking, rng)
    texts = tuple(text for text, _ in passage)
    return Window(question, texts, tuple(voice is not None and voice in right for _, voice in passage))


def _run(texts: Sequence[str], rng: random.Random, least: int, most: int) -> Sequence[str]:
    size = min(len(texts), rng.randint(least, most))
    first = rng.randint(0, len(texts) - size)
    return texts[first : first + size]


def _asked(
    passage: Sequence[tuple[str, _Voice | None]],
    voices: Sequence[_Voice],
    speaking: Sequence[_Voice],
    rng: random.Random,
) -> tuple[str, Sequence[_Voice]]:
    """A question on the passage, and the voices whose sentences answer it."""
    voice = rng.choice(speaking)
    own = [match.group() for text, speaker in passage if speaker is voice for match in _TOPIC.finditer(text)]
    draw = rng.random()
    if draw < 0.15:  # somebody who does not speak: unknown, or only reported on
        reported = [match.group() for text, speaker in passage if speaker is None for match in _NAME.finditer(text)]
        other = rng.choice(reported) if reported else voices[-1].name
        if other in {speaker.name for speaker in speaking}:
            return rng.choice(_OF_ONE).format(voice.name), [voice]
        topic = rng.choice(own) if own else ""
        return (rng.choice(_ON_TOPIC).format(other, topic) if topic else rng.choice(_OF_ONE).format(other)), []
    if draw < 0.3 and own and len(speaking) > 1:
        return rng.choice(_OF_ALL).format(rng.choice(own)), speaking
    called = rng.choice((voice.name, voice.name, voice.last, f"the {voice.role}"))
    if called.startswith("the ") and not any(voice.role in text for text, _ in passage):
        called = voice.last
    if draw < 0.65 and own:
        return rng.choice(_ON_TOPIC).format(called, rng.choice(own)), [voice]
    return rng.choice(_OF_ONE).format(called), [voice]


def _told(voice: _Voice, sentences: Sequence[str], rng: random.Random) -> list[str]:
    """Sentences as somebody's words, in one of the ways of news."""
    says, said = rng.choice(_SAYS), rng.choice(_SAID)
    first, *rest = sentences
    role = rng.choice((f"{voice.role} ", ""))
    way = rng.randrange(6)
    if way == 0:  # a quotation, the speaker at its end
        *before, last = sentences
        closed = f"{_open(last)},” {rng.choice((f'{said} {role}{voice.name}', f'{role}{voice.name} {said}'))}."
        return _quoted([*before, closed], rng)
    if way == 1:
        opened = f"According to {role}{voice.name}, {_inside(first)}"
        return [opened, *(f"{voice.pronoun.capitalize()} {said} that {_inside(text)}" for text in rest)]
    if way == 2:  # a report, then a quotation without the name
        opened = f"{role[:1].upper()}{role[1:]}{voice.name} {says} that {_inside(first)}"
        if not rest:
            return [opened]
        *before, last = rest
        return [opened, *_quoted([*before, f"{_open(last)},” {voice.pronoun} {said}."], rng)]
    if way == 3:  # an introduction, then the words with a dash or a point
        opened = f"{voice.name}, {_a(voice.role)}, {says} that {_inside(first)}"
        if not rest:
            return [opened]
        rest[0] = rng.choice(("", "— ", "• ")) + rest[0]
        if rng.random() < 0.6:
            rest[-1] = f"{_open(rest[-1])}, {rng.choice((voice.pronoun, f'the {voice.role}'))} {says}."
        return [opened, *rest]
    if way == 4:  # the speaker first, then a quotation
        texts = [f"{voice.name}, {_a(voice.role)}, {said}: “{first}", *rest]
        return _marked([*texts[:-1], f"{texts[-1]}”"], rng)
    again = rng.choice((voice.last, voice.pronoun.capitalize()))
    opened = f"{voice.name} {said} that {_inside(first)}"
    return [opened, *(f"{again} also {said} that {_inside(text)}" for text in rest)]


def _quoted(sentences: Sequence[str], rng: random.Random) -> list[str]:
    return _marked([f"“{sentences[0]}", *sentences[1:]], rng)


def _marked(sentences: Sequence[str], rng: random.Random) -> list[str]:
    """Sentences with one or another kind of quotation marks."""
    marks = rng.choice(("“”", "“”", '""', "«»"))
    return [text.replace("“", marks[0]).replace("”", marks[1]) for text in sentences]


def _inside(sentence: str) -> str:
    """A sentence as it goes on after "that"."""
    first = sentence.split(maxsplit=1)[0]
    return sentence[0].lower() + sentence[1:] if first.lower() in FUNCTION_WORDS and first != "I" else sentence


def _open(sentence: str) -> str:
    return sentence.rstrip(". ")


def _a(role: str) -> str:
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"
