"""A question -> whose words it asks for, and on what; knows phrases, not who speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

Form: TypeAlias = Literal["words", "who", "position"]
"""What is asked: what somebody says, who says something, or why somebody holds a position."""


@dataclass(frozen=True, slots=True)
class Told:
    """Whose words a question asks for.

    Attributes:
        form: What is asked.
        whose: Who speaks, as named in the question; empty where just that is asked.
        topic: On what, in the asker's words; empty for all that they say.
    """

    form: Form
    whose: str
    topic: str


_SAY = (
    r"(?:say|said|saying|says|think|thought|thinks|believe|believed|argue|argued|claim|claimed|state|stated|tell|told|"
    r"suggest|suggested|write|wrote|expect|expected|predict|predicted|explain|explained|emphasi[sz]ed?|stress|stressed|"
    r"promise|promised|propose|proposed|warn|warned|demand|demanded|admit|admitted|deny|denied|announce|announced|"
    r"declare|declared|recommend|recommended|answer|answered|reply|replied|comment|commented|report|reported|note|noted|"
    r"mention|mentioned|estimate|estimated|have to say|call for|called for|speak|spoke|talk|talked)"
)
_SAYS = (
    r"(?:says|said|say|thinks|thought|think|believes|believed|believe|claims|claimed|argues|argued|states|stated|"
    r"reported|reports|announced|noted|notes|warned|warns|predicted|predicts|promised|promises|denied|denies|"
    r"admitted|admits|emphasi[sz]ed|emphasi[sz]es|suggested|suggests|mentioned|expects|expected|insists|insisted|told)"
)
_VIEW = (
    r"(?:opinions?|views?|viewpoints?|point of view|positions?|stance|perspective|attitude|statements?|assessment|"
    r"arguments?|thoughts|reaction|comments?|remarks|take|words|interpretation|predictions?|forecast|evaluation)"
)
_ON = r"(?:about|on|over|regarding|concerning|towards?|as to|with regard to|at|during|of|to)"
_JUDGE = (
    r"(?:see|view|assess|judge|explain|interpret|evaluate|regard|react to|feel about|think about|think of|describe)"
)
_P, _T = r"(?P<p>[^,?]{2,80}?)", r"(?P<t>.+)"
_RULES: tuple[tuple[Form, str], ...] = (
    ("who", rf"(?:who|which \w+|what (?!was|is|were|are)\w+) (?:has |have )?(?:also )?{_SAYS}(?: that)? {_T}"),
    ("who", rf"(?:who|whose) {_VIEW} (?:is|was) (?:it )?that {_T}"),
    ("words", rf"what (?:do|did|does|has|have|had|is|was) {_P} {_SAY}(?: {_ON}? ?{_T})?"),
    ("words", rf"what (?:is|are|was|were) the {_VIEW} of {_P}(?: (?:about|on|over|regarding|concerning) {_T})?"),
    ("words", rf"what (?:is|are|was|were) {_P}(?:['’]s?)? {_VIEW}(?: {_ON} {_T})?"),
    ("words", rf"how (?:do|does|did) {_P} {_JUDGE} {_T}"),
    ("words", rf"(?:do|did|does|has|have) {_P} {_SAY}(?: (?:anything|something))?(?: {_ON}? ?{_T})?"),
    ("words", rf"(?:what|why|how|who|when|where) .*?(?P<t>.+?),? according to {_P}"),
    ("words", rf"according to {_P}, {_T}"),
    ("words", rf"{_P}['’]s? {_VIEW}(?: {_ON} {_T})?"),
    (
        "position",
        rf"why (?:is|are|was|were|does|do|did) {_P} (?:so |not )?(?:against|opposed to|for|in favou?r of|critical of|"
        rf"worried about|unhappy (?:with|about)|concerned about|interested in|support|oppose|reject|fear|criticise|"
        rf"criticize|welcome|want|like|dislike|object to) {_T}",
    ),
)
_COMPILED = tuple((form, re.compile(rf"(?:and |but |so |then )*{rule}", re.IGNORECASE)) for form, rule in _RULES)
_PRONOUN = re.compile(r"^(he|she|they|it|him|her|them|the same (person|man|woman))$", re.IGNORECASE)
_NOBODY = frozenset("the a an this that there".split())
_QUESTION = re.compile(r"[^?!.]+[?!.]*")


def words_asked(text: str) -> Told | None:
    """Return whose words a question asks for, None when it asks for none.

    Args:
        text: The question, behind the one before when it leans on that: then "he" is who was asked about there.
    """
    *earlier, last = [part.strip(" ?!.") for part in _QUESTION.findall(text) if part.strip(" ?!.")] or [""]
    found = _rule(last)
    if found is not None and _PRONOUN.match(found.whose):
        before = next((told for part in reversed(earlier) if (told := _rule(part)) is not None and told.whose), None)
        return Told(found.form, before.whose, found.topic) if before is not None else None
    return found


def _rule(text: str) -> Told | None:
    for form, pattern in _COMPILED:
        match = pattern.fullmatch(text)
        if match is not None:
            groups = match.groupdict()
            if (groups.get("p") or "").lower() in _NOBODY:
                continue
            return Told(form, (groups.get("p") or "").strip(), (groups.get("t") or "").strip(" ,"))
    return None
