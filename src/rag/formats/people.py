"""The name of an author as the article gives it -> its parts, when they can be told apart.

Which part of a Latin name is the family's is a convention, not a fact of the text: the last word is taken, with the
particles before it. Whatever does not look like the name of one person stays whole.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_PARTICLES = frozenset(
    "van von de der den del della dello di da do dos das du la le bin binti ibn al el ter ten zu zum zur af av".split()
)
_SUFFIXES = frozenset("jr jr. sr sr. ii iii iv".split())
_ORGANISATIONS = frozenset(
    """agence agency alliance analysts army association associates association's australia authority bank board
    broadcasting bulletin bureau center centre chronicle club commission committee company contributor contributors
    corporation correspondent correspondents council courier daily department desk digest editor editorial editors
    embassy foundation fund gazette government group guardian herald house inc inc. institute international
    journal limited ltd magazine media ministry monitor monitoring movement network news newspaper newsroom
    observer office organisation organization party post press presse radio report reporter reporters research
    review school service services society staff studio team telegraph television the times today tribune tv
    union university watch website week weekly wire world writer writers""".split()
)
_MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of a person's name; `family` alone, with `given` empty, is a name that stays whole."""

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.given, self.particle, self.family, self.suffix)))

    @property
    def whole(self) -> bool:
        """Whether it is a name that has no parts, like that of an agency."""
        return not self.given


def name_of(author: str) -> Name:
    """Return the parts of a name; organisations, names in other letters than Latin and single words stay whole."""
    text = " ".join("".join(one for one in author if unicodedata.category(one) not in ("Cc", "Cf")).split())
    if text.count(",") == 1:
        family, given = (part.strip() for part in text.split(","))
        if given.lower() in _SUFFIXES and _is_person(words := family.split()):
            return _parts(words, given)
        both = [*given.split(), *family.split()]
        one_family = [word for word in family.split() if word not in _PARTICLES]
        if family and given and len(one_family) == 1 and _is_person(both):
            particle = " ".join(word for word in family.split() if word in _PARTICLES)
            return Name(one_family[0], given, particle)
        return Name(text)
    words = text.split()
    suffix = words.pop() if len(words) > 2 and words[-1].lower() in _SUFFIXES else ""
    return _parts(words, suffix) if _is_person(words) else Name(text)


def _parts(words: list[str], suffix: str) -> Name:
    first = next((i for i, word in enumerate(words) if i and word in _PARTICLES), len(words) - 1)
    last = first
    while last < len(words) - 1 and words[last] in _PARTICLES:
        last += 1
    return Name(" ".join(words[last:]), " ".join(words[:first]), " ".join(words[first:last]), suffix)


def _is_person(words: list[str]) -> bool:
    """Whether these are two words or more that may name one person."""
    if not 2 <= len(words) <= _MOST_WORDS or words[-1] in _PARTICLES:
        return False
    shouted = [len(re.sub(r"\W", "", word)) > 2 and word.isupper() for word in words]
    some_shouted = any(shouted) and not all(word.isupper() for word in words)
    return not some_shouted and all(_is_name_word(word) for word in words)


def _is_name_word(word: str) -> bool:
    if word.lower() in _ORGANISATIONS:
        return False
    if word in _PARTICLES:
        return True
    latin = all(one in ".'’-" or _is_latin(one) for one in word)
    return latin and word[0].isupper()


def _is_latin(letter: str) -> bool:
    return unicodedata.category(letter) == "Mn" or (letter.isalpha() and "LATIN" in unicodedata.name(letter, ""))
