"""A statement and one of its sentences -> the positions that its words carry; knows a table of words, no meaning.

A position is the speaker's only when the speaker is who holds it: by the verb that reports ("welcomed"), in the first
person, as "he" of what is reported, or by the name of the country or body spoken for. What is asked, what is supposed
("if") and what somebody else does ("a country that supports terrorism") carries none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rag.compare.countries import country_forms
from rag.compare.spoken import Spoken
from rag.records import Range, StanceLabel
from rag.words import words

Holder: TypeAlias = Literal["speaker", "anybody"]


@dataclass(frozen=True, slots=True)
class _Sign:
    """Words that carry a position, the one they carry when they are denied, and whether they must be the speaker's."""

    label: StanceLabel
    denied: StanceLabel | None
    holder: Holder
    words: re.Pattern[str]


def _sign(label: StanceLabel, denied: StanceLabel | None, holder: Holder, pattern: str) -> _Sign:
    return _Sign(label, denied, holder, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE))


_IS = r"(?:am|is|are|was|were) (?:\w+ )?"
_SEEMS = r"(?:is|are|was|were|seems?|looks?|remains?) (?:\w+ )?"
_SIGNS = (
    _sign(
        "disagreement", None, "speaker",
        r"disagree[sd]?|differ(?:s|ed)? (?:with|from)|contradict(?:s|ed)?|disput(?:es?|ed)|dissent(?:s|ed)",
    ),
    _sign(
        "agreement", "disagreement", "speaker",
        r"agree[sd]?(?= (?:with|that|on)\b|[,.;]|$)|concur(?:s|red)?|"
        r"shares? (?:this|that|his|her|their|the|your) (?:view|opinion|position|assessment|concern)s?",
    ),
    _sign(
        "optimism", "doubt", "speaker",
        rf"hop(?:es?|ed)(?! (?:of|on)\b)|{_IS}(?:optimistic|hopeful|confident|convinced|encouraged)|"
        r"look(?:s|ed)? forward|assess(?:es|ed)? [^.;,]{0,40}?\bpositively",
    ),
    _sign(
        "optimism", None, "anybody",
        r"(?:a |the |very )?positive (?:atmosphere|dynamics?|trend|signal|step|momentum|outlook|development)s?|"
        r"(?:great|good|real|every) (?:hope|chance|reason for optimism)|"
        r"(?:promising|encouraging) (?:signs?|signals?|steps?|news|results?|start|developments?)",
    ),
    _sign(
        "doubt", None, "speaker",
        rf"doubt(?:s|ed)?|question(?:s|ed)? (?:whether|if)|"
        rf"{_IS}(?:sceptical|skeptical|doubtful|pessimistic|unconvinced|unsure|uncertain)",
    ),
    _sign(
        "doubt", None, "anybody",
        r"(?:there (?:is|are|were|was)|with|has|have|had|raises?|raised|casts?) (?:\w+ ){0,2}doubts?|"
        rf"{_SEEMS}(?:doubtful|questionable|unlikely)|it {_SEEMS}uncertain",
    ),
    _sign(
        "rejection", None, "speaker",
        rf"reject(?:s|ed)?|oppos(?:es?|ed)|{_IS}(?:against|opposed to)|den(?:y|ies|ied)|critici[sz](?:es?|ed)|"
        r"condemn(?:s|ed)?|denounc(?:es?|ed)|refus(?:es?|ed)|dismiss(?:es|ed)?|object(?:s|ed)? to|rul(?:es?|ed) out|"
        r"(?:would|will|shall|can|could) (?:never|not) (?:allow|accept|tolerate|permit|agree)",
    ),
    _sign(
        "support", "rejection", "speaker",
        r"support(?:s|ed)?|endors(?:es?|ed)|welcom(?:es?|ed)|back(?:s|ed)(?! (?:away|down|out|off)\b)|"
        rf"favou?r(?:s|ed)?|approv(?:es?|ed)(?: of)?|prais(?:es?|ed)|applaud(?:s|ed)?|advocat(?:es?|ed)|"
        rf"{_IS}in favou?r of",
    ),
)  # fmt: skip
"""The first sign that fits a word has it."""

_DENIAL = re.compile(r"\b(?:not|never|no|nor|neither|without|hardly|cannot)\b(?! only\b)|n['’]t\b", re.IGNORECASE)
_UNDONE = re.compile(
    r"\b(?:hide|hid|hides|conceal\w*|lack\w*|lost|loses?|beyond|undoubtedly|doubtless)\b", re.IGNORECASE
)
_SUPPOSED = re.compile(r"\b(?:if|whether|unless|could|might|may|should|in case|used to)\b", re.IGNORECASE)
_CLAUSE = re.compile(
    r"[.;:!?,“”«»\"()]|\s[-–—]\s|\b(?:but|because|although|though|while|since|who|which)\b", re.IGNORECASE
)
_SKIPPED = frozenset(
    """
    am is are was were be been being has have had do does did will would shall can not never also fully strongly firmly
    still now really very always only just even both all again completely categorically resolutely openly publicly
    repeatedly and don doesn didn won wouldn isn aren wasn weren haven hasn hadn t clearly absolutely totally officially
    """.split()
)
_FIRST = frozenset("i we".split())
_THIRD = frozenset("he she they it".split())
_OF_VOICE = re.compile(r"^(?:official|embass|ministr|government|president|minister|ambassador|spokes|mp|foreign)", re.I)
_SPAN = 90
"""Characters before a word in which its clause begins at the latest."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A position and the exact words that carry it."""

    label: StanceLabel
    cue: Range


def stances(spoken: Spoken) -> list[Carried]:
    """Return the positions that a sentence, or the words that report it, carry, each label once, in reading order."""
    text, place = spoken.candidate.article.text, spoken.candidate.sentence.range
    if text[place.start : place.end].rstrip("”\"'» ").endswith("?"):
        return []
    found: dict[StanceLabel, Range] = {}
    cue = spoken.statement.cue
    spans = [place] if place.start <= cue.start and cue.end <= place.end else [place, cue]
    for label, where in sorted(
        (hit for span in spans for hit in _hits(spoken, span, taken=[])), key=lambda hit: hit[1].start
    ):
        found.setdefault(label, where)
    return [Carried(label, where) for label, where in found.items()]


def _hits(spoken: Spoken, span: Range, *, taken: list[Range]) -> Iterator[tuple[StanceLabel, Range]]:
    text = spoken.candidate.article.text
    for sign in _SIGNS:
        for match in sign.words.finditer(text, span.start, span.end):
            begin, end = match.span()
            if any(begin < other.end and other.start < end for other in taken):
                continue
            head = _clause(text[max(span.start, begin - _SPAN, 0) : begin])
            if _SUPPOSED.search(head):
                continue
            if sign.holder == "speaker" and not _held_by_speaker(spoken, head, begin, match.group()):
                continue
            if sign.holder == "anybody" and not _said(spoken, begin):
                continue
            taken.append(Range(begin, end))
            near = _near(head)
            denied = len(_DENIAL.findall(near + " " + _inner_denial(match.group(), sign))) + len(_UNDONE.findall(near))
            label = sign.label if denied % 2 == 0 else sign.denied
            if label is not None:
                trimmed = match.group().rstrip()
                start = _with_denial(text, begin, head) if denied else begin
                yield label, Range(start, begin + len(trimmed))


def _inner_denial(words_of_sign: str, sign: _Sign) -> str:
    """The words of a sign in which a denial counts: "are not hopeful", not "would never allow", which is whole."""
    return "" if sign.label == "rejection" else words_of_sign


def _with_denial(text: str, begin: int, head: str) -> int:
    """Where the words begin when the denial before them is part of them."""
    found = [match.start() for match in _DENIAL.finditer(head)]
    return begin - (len(head) - found[-1]) if found and text[begin - len(head) : begin] == head else begin


def _clause(head: str) -> str:
    cuts = [match.end() for match in _CLAUSE.finditer(head)]
    return head[cuts[-1] :] if cuts else head


def _near(head: str) -> str:
    """The last five words before a sign; a denial further off denies something else."""
    return " ".join(head.split()[-5:])


def _said(spoken: Spoken, at: int) -> bool:
    return any(place.start <= at < place.end for place in spoken.statement.content)


def _held_by_speaker(spoken: Spoken, head: str, begin: int, sign: str) -> bool:
    """Whether the words are those that report, or their subject is the speaker."""
    statement = spoken.statement
    if any(cue.start <= begin < cue.end for cue in (statement.cue, *spoken.cues)):
        return True
    if not _said(spoken, begin):
        return False
    inside = next(place.start for place in statement.content if place.start <= begin < place.end)
    left = [word.lower for word in words(head[max(0, len(head) - (begin - inside)) :])]
    while left and left[-1] in _SKIPPED:
        left.pop()
    if not left:
        return statement.attribution != "direct" and _reports_to(spoken, begin)
    subject = left[-1]
    if subject in _FIRST:
        return statement.attribution != "indirect"
    if subject in _THIRD:
        # "he" right after "said (that)", where nobody else can be meant
        lead = [word for word in left[:-1] if word not in ("that", "and")]
        return subject != "it" and statement.attribution != "direct" and not lead and _reports_to(spoken, begin)
    name = {word.lower for word in words(spoken.speaker.name)}
    return subject in name or _speaks_for(spoken, subject)


def _reports_to(spoken: Spoken, begin: int) -> bool:
    """Whether the words that report stand shortly before, in the same sentence."""
    cue = spoken.statement.cue
    between = spoken.candidate.article.text[cue.end : begin] if cue.end <= begin else "."
    return len(between) <= _SPAN and not re.search(r"[.;!?]", between)


def _speaks_for(spoken: Spoken, subject: str) -> bool:
    """Whether a subject is the country that an official speaks for, or the country or body that speaks itself."""
    forms = country_forms(subject)
    role = f"{spoken.speaker.role or ''} {spoken.speaker.name}"
    own = [word.lower for word in words(role)]
    official = any(_OF_VOICE.match(word) for word in own) or not spoken.speaker.role
    return bool(forms) and official and any(word in forms for word in own)
