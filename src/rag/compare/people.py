"""Whom a question names -> the speakers that it means: by name, role, country or group; knows no topic."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.compare.countries import country_forms, of_country
from rag.compare.spoken import Spoken
from rag.records import Speaker
from rag.words import NUMBER_WORDS, content_words, likeness, words

_SCHOLARS = (
    r"\w+ologists?|scholars?|scientists?|researchers?|professors?|historians?|economists?|physicists?|lecturers?|"
    r"academics?|fellows?|orientalists?|political scientists?"
)
_EXPERTS = (
    rf"experts?|analysts?|specialists?|{_SCHOLARS}|observers?|think[ -]tanks?|strategists?|consultants?|commentators?|"
    r"(center|centre|school|college|faculty) (for|of)|institute|university|academy|research|studies"
)
_POLITICIANS = (
    r"presidents?|premiers?|prime ministers?|ministers?|chancellors?|mps?|lawmakers?|legislators?|senators?|"
    r"congress\w+|representatives?|deputy|deputies|parliament\w*|governors?|mayors?|part(y|ies)|politicians?|candidates?|councillors?|"
    r"secretary of state|speaker of"
)
_OFFICIALS = (
    rf"officials?|{_POLITICIANS}|ministry|ministries|governments?|authorit(y|ies)|spokes\w+|embass(y|ies)|ambassadors?|"
    r"diplomats?|police|sheriffs?|prosecutors?|attorneys? general|secretar(y|ies)|commissioners?|"
    r"(?:government|state|federal|intelligence|enforcement|security|space|nuclear|health|\w+ental) agenc(y|ies)|"
    r"chief of staff|generals?|military|army|law enforcement|administration|consuls?|envoys?|king|queen|prince"
)
_GROUPS: tuple[tuple[str, str], ...] = (
    (r"(experts?|analysts?|specialists?|observers?)", _EXPERTS),
    (r"(scholars?|scientists?|researchers?|academics?)", _SCHOLARS),
    (r"(politicians?|lawmakers?|legislators?|parliamentarians?|mps?)", _POLITICIANS),
    (r"(officials?|authorit(?:y|ies))", _OFFICIALS),
    (
        r"(governments?)",
        r"governments?|minist(ers?|ry|ries)|presidents?|premiers?|chancellors?|cabinet|administration|white house|"
        r"kremlin|secretary of state",
    ),
    (
        r"(diplomats?)",
        r"diplomats?|ambassadors?|foreign ministers?|foreign ministry|embass(y|ies)|envoys?|consuls?|charg\w+",
    ),
    (r"(lawyers?)", r"lawyers?|attorneys?|barristers?|solicitors?|counsel"),
    (r"(doctors?|physicians?)", r"doctors?|dr\b|physicians?|surgeons?|\w+iatrists?|\w+ologists?|nurses?"),
    (r"(leaders?)", r"leaders?|presidents?|premiers?|prime ministers?|chancellors?|king|chair\w*|heads?"),
    (r"(journalists?|reporters?)", r"journalists?|reporters?|editors?|columnists?|correspondents?|commentators?"),
)
"""What a group is called, as the last word of its phrase, and the words that put somebody in it."""

_EVERYONE = re.compile(
    r"^(they|them|both|both of them|the two of them|everyone|everybody|people|all|all of them|each|each other|others|"
    r"(all |both |the |these |those |two |various |different |other |opposing )*"
    r"(speakers?|sides?|parties|people|voices|persons|participants|articles?|sources?|countries|states|nations|texts?|"
    r"authors?|those quoted|opinions|views|positions|statements|interlocutors|neighbou?rs))$",
    re.IGNORECASE,
)
_LOOSE = frozenset(
    "mr mrs ms dr sir madam two three four both all most some several many various different other".split()
)

_DENIED = re.compile(r"\b(?:no|not|nor|neither|former\w*|ex)\b[^,;]*", re.IGNORECASE)
"""What a mention says that somebody is not: "no relation of the minister"."""

_EXPERT = re.compile(rf"\b({_EXPERTS})\b", re.IGNORECASE)
_OFFICIAL = re.compile(rf"\b({_OFFICIALS})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker with the texts that say who that is: the role, mentions, and the headings they speak under."""

    speaker: Speaker
    about: str
    headings: str


@dataclass(frozen=True, slots=True)
class Meant:
    """The speakers that a question means.

    Attributes:
        speakers: For each that was asked for, and is known, whom it means; no entry means everybody.
        unknown: What was asked for and is nobody here.
    """

    speakers: Mapping[str, tuple[Speaker, ...]]
    unknown: tuple[str, ...]

    @property
    def order(self) -> tuple[Speaker, ...]:
        """All that are meant, each once, in the order they were asked for."""
        return tuple(dict.fromkeys(one for group in self.speakers.values() for one in group))


def voices(spoken: Iterable[Spoken]) -> list[Voice]:
    """Return everybody who speaks, in the order of their first words."""
    about: dict[Speaker, dict[str, None]] = {}
    headings: dict[Speaker, dict[str, None]] = {}
    for one in spoken:
        texts = about.setdefault(one.speaker, dict.fromkeys([one.speaker.name, one.speaker.role or ""]))
        texts[_DENIED.sub("", one.mention)] = None
        headings.setdefault(one.speaker, {})[one.heading] = None
    return [Voice(speaker, " | ".join(texts), " | ".join(headings[speaker])) for speaker, texts in about.items()]


def whom(parties: Sequence[str], known: Sequence[Voice]) -> Meant:
    """Return whom the parties of a comparison mean.

    Args:
        parties: Names, roles, countries and groups, as they were typed; none, or "they", means everybody.
        known: Everybody who speaks.
    """
    meant: dict[str, tuple[Speaker, ...]] = {}
    unknown = []
    for party in parties:
        text = _plain(party)
        if _EVERYONE.match(text):
            continue
        found = _find(text, known)
        if found:
            meant[party] = tuple(found)
        else:
            unknown.append(text)
    return Meant(meant, tuple(unknown))


def is_group(party: str) -> bool:
    """Return whether a party is a group or a country rather than one person."""
    text = _plain(party)
    return bool(_EVERYONE.match(text) or _group_words(text) or country_forms(text)) or (
        text.islower() and text.split()[-1].endswith("s")
    )


def is_country(party: str) -> bool:
    """Return whether a party is a country."""
    return bool(country_forms(_plain(party)))


def _find(text: str, known: Sequence[Voice]) -> list[Speaker]:
    """Whom one party means; the surest way of naming somebody comes first."""
    exact = [one.speaker for one in known if _same_name(text, one.speaker.name)]
    equal = [one for one in exact if _lower(text) == _lower(one.name)]
    if exact and " " in exact[0].name and (equal or not _group_words(text)):
        return equal or exact
    forms = country_forms(text)
    if forms:
        return [one.speaker for one in known if of_country(one.about, forms) and not _scholar(one)]
    group = _group(text, known)
    return group or exact or _by_role(text, known) or _alike(text, known)


def _plain(party: str) -> str:
    text = re.sub(
        r"^(the|a|an|that of|those of|most|some|all|many|both|of)\s+", "", party.strip(" .,?!“”\"'’"), flags=re.I
    )
    return re.sub(r"(['’]s|s['’])$", lambda match: match.group()[:-2] if match.group()[-1] == "s" else "s", text)


def _same_name(text: str, name: str) -> bool:
    asked, own = _lower(text), _lower(name)
    return bool(asked) and (asked == own or (asked[-1] == own[-1] and set(asked) <= set(own)))


def _group_words(text: str) -> str | None:
    """The words that put somebody in a group, None when the text ends with no group."""
    last = text.lower().split()[-1] if text.split() else ""
    return next((members for names, members in _GROUPS if re.fullmatch(names, last)), None)


def _group(text: str, known: Sequence[Voice]) -> list[Speaker]:
    members = _group_words(text)
    if members is None:
        return []
    *kind, last = text.split()
    pattern = re.compile(rf"\b({members})\b", re.IGNORECASE)
    heading = re.compile(rf"\b{re.escape(last.rstrip('s'))}", re.IGNORECASE)
    which = [word for word in kind if word.lower() not in _LOOSE | NUMBER_WORDS]
    return [
        one.speaker
        for one in known
        if (pattern.search(one.about) or (heading.search(one.headings) and not _OFFICIAL.search(one.about)))
        and all(_tells(word, one.about) for word in which)
    ]


def _tells(word: str, about: str) -> bool:
    forms = country_forms(word)
    if forms:
        return of_country(about, forms)
    stems = [other.stem for other in words(about)]
    return all(one.stem in stems for one in words(word))


def _by_role(text: str, known: Sequence[Voice]) -> list[Speaker]:
    """Those of whom every word is said: "Iranian foreign minister", "foreign ministers", "Minister Bayramov"."""
    asked = [
        word for word in words(text) if word.lower not in _LOOSE | NUMBER_WORDS and word.lower not in ("the", "of")
    ]
    return [one.speaker for one in known if asked and all(_tells(word.text, one.about) for word in asked)]


def _alike(text: str, known: Sequence[Voice]) -> list[Speaker]:
    """Those whose name is written nearly so; only the nearest."""
    asked = [word for word in content_words(text) if word.lower not in _LOOSE]
    scores = {}
    for one in known:
        own = [word.stem for word in words(one.speaker.name)]
        best = [max((likeness(word.stem, stem) for stem in own), default=0.0) for word in asked]
        if best and min(best) > 0:
            scores[one.speaker] = sum(best) / len(best)
    return [speaker for speaker, score in scores.items() if score == max(scores.values())]


def _scholar(voice: Voice) -> bool:
    """Whether somebody speaks as a scholar, and so for no country."""
    return bool(_EXPERT.search(voice.about)) and not _OFFICIAL.search(voice.about)


def _lower(text: str) -> list[str]:
    return [word.lower for word in words(text)]
