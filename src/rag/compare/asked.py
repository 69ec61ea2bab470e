"""A question and the ones before it -> whether it compares, what and whom; knows phrases, not who speaks.

Whether those who are named speak at all is known only with the articles: `Compared.form` says how much hangs on it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from rag.words import content_words

Form: TypeAlias = Literal["views", "told", "sides", "things"]
"""How a question compares.

`views`: it asks to compare opinions, whoever holds them. `told`: what several people say, which is one when they speak.
`sides`: whether and how somebody differs, which is one when somebody named speaks, or a country does.
`things`: two things beside each other, which is one only when both are people or groups that speak.
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """What a question compares.

    Attributes:
        form: How it does.
        topic: In the asker's words, empty for all that is spoken of.
        parties: Whom, as they are named; empty for everybody.
        joined: Who was compared in the question before, when this one names somebody to go beside them.
    """

    form: Form
    topic: str = ""
    parties: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()


_VIEW = (
    r"(?:opinions?|views?|viewpoints?|points? of view|positions?|stances?|perspectives?|attitudes?|statements?|"
    r"assessments?|arguments?|thoughts|reactions?|comments?|remarks|takes?|words|interpretations?|predictions?|"
    r"forecasts?|evaluations?)"
)
_VIEWS = (
    r"(?:opinions|views|viewpoints|points of view|positions|stances|perspectives|attitudes|assessments|arguments|"
    r"reactions|predictions|forecasts|interpretations)"
)
_SAY = (
    r"(?:say|said|saying|think|thought|thinking|believe|believed|argue|argued|claim|claimed|feel|expect|predict|"
    r"predicted|state|stated|tell|told(?: us)?|suggest|suggested|write|wrote|see|saw|assess|assessed|explain|explained|"
    r"emphasi[sz]e|have to say|make(?= of))"
)
_JUDGE = r"(?:see|view|assess|judge|explain|interpret|evaluate|regard|react to|feel about|think about)"
_ON = (
    r"(?:about|on|over|regarding|concerning|towards?|as to|with regards? to|with respect to|when it comes to|"
    r"in relation to)"
)
_DIFFER = r"(?:differ|disagree|diverge|clash|part ways|contradict each other|agree)"
_DIFFERENCES = r"(?:main |key )?(?:differences?|disagreements?|contrasts?)"
_BETWEEN = rf"(?:(?:what|which)(?:['’]s| are| is)? )?(?:the )?{_DIFFERENCES}(?: are there| is there| exists?)? between"
_POINTS = r"(?: (?:points?|issues?|topics?|things?|questions?|matters?|respects?|ways?|subjects?))?"
_FOR = (
    r"(?: is| are| was| were|['’]s)? (?:for|in favou?r of|pro|supports?|supported|backs?|backed|agrees? with|"
    r"approves? of|welcomes?|welcomed)"
)
_AGAINST = (
    r"(?: is| are| was| were|['’]s)? ?(?:against|opposes?|opposed(?: to)?|rejects?|rejected|disagrees?(?: with)?|"
    r"criticises?|disapproves?(?: of)?)"
)
_AND = r"(?:,| and| or|,? but|;)+"
_OTHERS = r"(?:different|various|opposing|differing|conflicting|contrasting)"
_LEAD = r"(?:please |can you |could you |and |so |but |then )*"

_P, _T = r"(?P<p>.+?)", r"(?P<t>.+)"
_OF_WHOM, _ON_WHAT = rf"(?: (?:of|by|from|between|among) {_P})", rf"(?: {_ON} {_T})"
_RULES: tuple[tuple[Form, str], ...] = (
    # "compare what the experts say about X", "contrast how A and B see X"
    (
        "views",
        rf"(?:compare|contrast) (?:what|how|the way)(?: do| does| did)? {_P} {_SAY}"
        rf"(?: (?:{_ON}|of) {_T}| (?P<t2>(?:the|a|an|this|that|its|their) .+))?",
    ),
    # "compare the opinions of A and B on X", "what are the differences in the views of the experts"
    ("views", rf"(?:compare|contrast) (?:the |their )?(?:\w+ )?{_VIEW}{_OF_WHOM}{_ON_WHAT}?"),
    ("views", rf"(?:(?:what|which) (?:are|is) )?(?:the )?{_DIFFERENCES} (?:in|of) {_VIEW}{_OF_WHOM}?{_ON_WHAT}?"),
    ("views", rf"{_BETWEEN} (?:the )?{_VIEW} of {_P}{_ON_WHAT}?"),
    # "compare the opinions on X", "compare Sazhin's and Fedorova's views", "the difference between A's and B's view"
    ("views", rf"(?:compare|contrast) (?:the |all |their )?(?:\w+ )?{_VIEW}{_ON_WHAT}?"),
    ("views", rf"(?:(?:compare|contrast)|{_BETWEEN}) {_P} {_VIEW}{_ON_WHAT}?"),
    ("views", rf"(?:what|which) (?:are|were) (?:the )?(?:\w+ )?{_OTHERS} {_VIEWS}{_OF_WHOM}?{_ON_WHAT}?"),
    # who is for it, who against
    ("views", rf"who{_FOR}{_AND} (?:who)?{_AGAINST} {_T}"),
    ("views", rf"who{_FOR} (?P<t>.+?){_AND} (?:and |or |but )?(?:who|which of them)?{_AGAINST}(?: .*)?"),
    ("views", rf"who{_AGAINST} (?P<t>.+?){_AND} (?:and |or )?who{_FOR}(?: .*)?"),
    ("views", rf"who (?:says|said|thinks|thought) what{_ON_WHAT}?"),
    # on what, how and whether somebody differs
    (
        "sides",
        rf"(?:on|about|over|in|at) (?:what|which){_POINTS} (?:do|did|does|are|is|were|was) {_P} (?:not )?"
        rf"(?:{_DIFFER}|divided|at odds|of different opinions?)",
    ),
    (
        "sides",
        rf"(?:where|how|why|when)(?: exactly)? (?:do|did|does) {_P} (?:{_DIFFER}|compare)(?: (?:{_ON}|in) {_T})?",
    ),
    ("sides", rf"what (?:do|did|does) {_P} {_DIFFER} (?:about|on|over|with)(?: (?:in|regarding) {_T})?"),
    (
        "sides",
        rf"(?:do|did|does) {_P} (?:all )?(?:disagree|agree|differ)(?: with (?:each other|one another|(?P<p2>.+?)))?"
        rf"(?: (?:{_ON}|that) {_T})?",
    ),
    (
        "sides",
        r"(?:is|are|was|were) there (?:a |any |some )?"
        rf"(?:disagreements?|differences? of opinion|disputes?|consensus) (?:between|among) {_P}{_ON_WHAT}?",
    ),
    # what the experts say
    ("told", rf"what (?:do|did|does) {_P} {_SAY}(?: (?:{_ON}|of) {_T})?"),
    ("told", rf"how (?:do|did|does) {_P} {_JUDGE} {_T}"),
    ("told", rf"(?:what|which) (?:are|were) (?:the )?(?:\w+ )?{_VIEWS} of {_P}{_ON_WHAT}?"),
    ("told", rf"what (?:is|are|was|were) {_P} {_VIEW}{_ON_WHAT}?"),
    # A versus B, compare A and B
    ("sides", rf"(?P<p>[^,?]+?) (?:versus|vs\.?|v\.|as opposed to) (?P<p2>[^,?]+?)(?:,? (?:{_ON}|in) {_T})?"),
    ("things", rf"(?:(?:compare|contrast)|{_BETWEEN}) {_P}{_ON_WHAT}?"),
)
"""The first that a whole question fits has it."""
_COMPILED = tuple((form, re.compile(rf"{_LEAD}{pattern}", re.IGNORECASE)) for form, pattern in _RULES)

_PARTS = re.compile(r",? and |, (?:or )?|,? or | versus | vs\.? | with | as well as |[/&]", re.IGNORECASE)
_COMPARED_TO = re.compile(r" to ", re.IGNORECASE)
_THEY = re.compile(
    r"^(they|them|both|both of them|the two|these two|those two|each other|these people|all of them|their)$",
    re.IGNORECASE,
)
_IT = re.compile(
    r"^(it|this|that|them|these|those|this (topic|question|issue|matter|point|subject)|the same (topic|thing))$", re.I
)
_BARE = re.compile(
    r"^\W*(?:(?:and |but |so )?(?:what|how) about|(?:and|but|what about))\s+(?P<x>.{2,60}?)\W*$", re.IGNORECASE
)
_ON_BARE = re.compile(rf"^(?:{_ON}|of) (?P<t>.+)$", re.IGNORECASE)
_ASKS = re.compile(
    r"^(who|what|when|where|why|how|which|did|do|does|is|are|was|were|has|have|can|will)\b", re.IGNORECASE
)
_EARLIER_TOPIC = re.compile(
    r"\b(?:about|on|regarding|concerning) (?P<t>[^?.!]+)|"
    r"^(?:what|who)(?: is| are| was| were|['’]s) (?P<t2>(?:the |a |an )[^?.!]+)",
    re.IGNORECASE,
)
_AGREED = re.compile(r"\bdid\b.*\bagree\b", re.IGNORECASE)
"""What was agreed is a fact to look for, not a view to compare."""
_POSSESSIVE = re.compile(r"(?:['’]s?)$")


def comparison_asked(asked: str, after: Sequence[str] = ()) -> Compared | None:
    """Return what a question compares, None when it is an ordinary one.

    Args:
        asked: The question.
        after: The earlier questions of the conversation, oldest first: "And Fedorova?" goes on with the comparison
            before, "On which points do they differ?" means those who were asked about before.
    """
    text = " ".join(asked.split()).strip(" ?!.")
    found = _rule(text)
    if not after:
        return None if found is None or _only_they(found) else replace(found, topic=found.topic.replace(_UNSAID, ""))
    *earlier, last = after
    bare = _BARE.match(text)
    if found is None and bare and not _ASKS.match(bare["x"]):
        before = comparison_asked(last, earlier)
        return _goes_on(bare["x"], before) if before is not None else None
    if found is None:
        return None
    before = comparison_asked(last, earlier)
    leans = any(map(_THEY.match, found.parties)) or found.topic == _UNSAID or not found.parties
    if before is None and _only_they(found):
        return None
    if before is None:
        told = _EARLIER_TOPIC.search(last)
        before = Compared("views", (told["t"] or told["t2"]).strip() if told else "")
    topic = before.topic if found.topic == _UNSAID or (not found.topic and leans) else found.topic
    if any(map(_THEY.match, found.parties)) or (not found.parties and found.form == "sides"):
        return replace(found, topic=topic, parties=before.parties, form="views" if before.parties else found.form)
    return replace(found, topic=topic)


def _only_they(found: Compared) -> bool:
    """Whether a question asks what "they" say, who may be anybody that was spoken of."""
    return found.form == "told" and any(map(_THEY.match, found.parties))


_UNSAID = "\0"
"""The topic of a question that calls it "it"."""


def _rule(text: str) -> Compared | None:
    for form, pattern in _COMPILED:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        groups = match.groupdict()
        topic = (groups.get("t") or groups.get("t2") or "").strip()
        parties = [part for name in ("p", "p2") if (part := groups.get(name))]
        named = _parties(parties, joined_by_to=form == "things")
        if form != "views" and not _several(named):
            continue
        if form == "sides" and (_AGREED.search(text) or any(map(_ASKS.match, named))):
            continue
        if topic and (_IT.match(topic) or not content_words(topic)):
            topic = _UNSAID
        return Compared(form, topic, named)
    return None


def _goes_on(bare: str, before: Compared) -> Compared:
    """The comparison before, with another topic ("on Turkey") or with somebody else beside those compared."""
    topic = _ON_BARE.match(bare)
    if topic:
        return replace(before, topic=topic["t"].strip())
    return replace(before, parties=_parties([bare], joined_by_to=False), joined=before.parties)


def _parties(texts: Sequence[str], *, joined_by_to: bool) -> tuple[str, ...]:
    """The single names of what is joined by "and" and the like, without possessive endings."""
    parts = [part for text in texts for part in _PARTS.split(text)]
    if joined_by_to:
        parts = [part for text in parts for part in _COMPARED_TO.split(text)]
    cut = [
        _POSSESSIVE.sub("s" if part.rstrip("'’").endswith("s") and part[-1:] in "'’" else "", part) for part in parts
    ]
    plain = [re.sub(r"^(?:both|between|that of|those of|what) ", "", part.strip(), flags=re.IGNORECASE) for part in cut]
    return tuple(dict.fromkeys(part for part in plain if part))


def _several(parties: Sequence[str]) -> bool:
    """Whether several people may be meant: two names, or a word in the plural."""
    if len(parties) > 1:
        return True
    last = parties[0].split()[-1] if parties else ""
    return bool(last) and (
        _THEY.match(parties[0]) is not None or (last.islower() and last.endswith("s") and last != "this")
    )
