"""Text -> its words, and how alike two words are; knows spelling, not meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import Stemmer
from rapidfuzz.distance import OSA

from rag.records import Range

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*(?:['’][^\W_]+)?")
_YEAR = re.compile(r"[1-9]\d{2,3}s?")
_STEMMER = Stemmer.Stemmer("english")

FUNCTION_WORDS = frozenset(
    """
    a an the this that these those it its itself he him his himself she her hers herself they them their theirs
    themselves we us our ours you your yours i me my mine is am are was were be been being do does did done
    doing have has had having will would shall should can could may might must ought and or but nor so yet if
    then than as of in on at by for from to into onto upon with within without about between among through
    during before after above below over under against up down out off again further not no only own same such
    very just also too more most much many any some each every both few other another all there here when where
    why how what which who whom whose whether while because until since ever please s t d ll re ve m don doesn
    didn isn aren wasn weren anyone anybody anything someone somebody something everyone everybody everything nobody
    nothing
    say says said tell told think thinks thought believe believes believed mention mentions mentioned opinion
    opinions view views compare compared comparing comparison versus describe explain summarize summarise happen
    happened happens name names named called kind kinds sort sorts article articles text according give gives
    """.split()
)
"""Words that carry grammar, or frame a question or a report, rather than name a topic; they are not looked for."""

NUMBER_WORDS = frozenset(
    """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands
    million millions billion billions trillion trillions dozen dozens half third quarter once twice single several
    couple pair few
    """.split()
)
QUANTITY_WORDS = frozenset(
    """
    no none not never nothing free all every each most always often rarely seldom hourly daily weekly monthly yearly
    annually
    """.split()
)
"""Words that say how much or how often without a number."""
TIME_WORDS = frozenset(
    """
    january february march april may june july august september october november december monday tuesday
    wednesday thursday friday saturday sunday today yesterday tomorrow year years month months week weeks day
    days decade decades century centuries morning evening night spring summer autumn winter ago
    """.split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text; `name` says that it is capitalised where grammar does not ask for it."""

    text: str
    stem: str
    name: bool

    @property
    def lower(self) -> str:
        """The word in small letters."""
        return self.text.lower()

    @property
    def number(self) -> bool:
        """Whether the word is a number, in digits or in letters."""
        return self.lower in NUMBER_WORDS or any(letter.isdigit() for letter in self.lower)

    @property
    def year(self) -> bool:
        """Whether the word is a year or a decade in digits."""
        return bool(_YEAR.fullmatch(self.lower))

    @property
    def time(self) -> bool:
        """Whether the word can date something: a month, a day, a year."""
        return self.lower in TIME_WORDS or self.year


@lru_cache(maxsize=50_000)
def words(text: str) -> tuple[Word, ...]:
    """Return the words of a text in order, without possessive endings."""
    found: list[Word] = []
    for word in _WORD.findall(text):
        if word[-2:] in ("'s", "’s"):
            word = word[:-2]
        name = bool(found) and word[0].isupper() and word.lower() not in FUNCTION_WORDS
        found.append(_word(word, name))
    return tuple(found)


@lru_cache(maxsize=100_000)
def _word(text: str, name: bool) -> Word:
    return Word(text, _STEMMER.stemWord(text.lower()), name)


_SAME = 0.8
"""Likeness from which a word counts as the one that is looked for."""


def places_of(wanted: Sequence[Word], text: str) -> list[Range]:
    """Return where the words of a text stand that are those looked for, or nearly, in order."""
    stems = {word.stem for word in wanted}
    found = []
    for match in _WORD.finditer(text):
        stem = _STEMMER.stemWord(match.group().removesuffix("'s").removesuffix("’s").lower())
        if any(likeness(stem, one) >= _SAME for one in stems):
            found.append(Range(match.start(), match.end()))
    return found


@lru_cache(maxsize=50_000)
def content_words(text: str) -> tuple[Word, ...]:
    """Return the words that carry the topic, each stem once, in order."""
    unique = {
        word.stem: word
        for word in reversed(words(text))
        if word.lower not in FUNCTION_WORDS and (len(word.lower) > 1 or word.number)
    }
    return tuple(reversed(unique.values()))


def likeness(a: str, b: str) -> float:
    """Return how likely two stems mean the same word, 0 to 1.

    The same stem is 1, a stem that continues the other (`iran`, `iranian`) .9, and a slip of the pen in a
    word of six letters or more (`coridor`, `corridor`) .8. Words that begin differently are not alike.
    """
    if a == b:
        return 1.0
    if a[:1] != b[:1] or not (a.isalpha() and b.isalpha()):
        return 0.0
    short, long = sorted((a, b), key=len)
    if len(short) >= 4 and len(long) - len(short) <= 3 and long.startswith(short):
        return 0.9
    if len(short) >= 5 and len(long) >= 6 and OSA.distance(a, b, score_cutoff=1) <= 1:
        return 0.8
    return 0.0
