"""The table of words that say that something is said: which words, and what they take as content; knows no grammar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

THAT, TO, IT = "that", "to", "it"
"""Kinds of content: a clause or a quotation, an infinitive, an object; every other kind is a preposition."""

_VERBS = """
that: say add conclude fear concede estimate learn assert contend continue reply remark wonder allege testify signal
that: speculate maintain realize realise guess counter exclaim quip muse reckon observe whisper shout opine answer
that: imply doubt proclaim fume marvel suspect underline underscore elaborate interject intone gush scoff retort sigh
that: surmise posit postulate theorize hypothesize affirm believe consider write demonstrate find know charge rule
that: determine respond
that it: state predict emphasize emphasise stress note report announce acknowledge claim confirm reveal recall deny
that it: declare reiterate indicate suggest tweet explain mention question repeat recommend foresee recount disclose
that it: lament clarify bemoan articulate forecast show recognize recognise post
it: criticise reject endorse defend slam mock denounce dismiss decry condemn applaud deride disparage repudiate
it: dispute rebut refute ridicule outline welcome support favour favor back reference resist invoke credit insult
it: contradict express discuss highlight echo
it for: criticize praise blast thank apologize rip fault commend laud chide rebuke congratulate
that to: admit attest promise pledge demand vow threaten swear offer point
as: describe list paint view portray frame regard quote
it as: tout cite hail characterize characterise dub deem
it to: oppose refuse decline prefer liken implore beg
to: urge order encourage refer object compare allude
that about: worry joke boast brag think
for: push vouch plead lobby
whom that: assure inform remind notify
that about on with: disagree agree
that against: argue caution
whom that to: tell advise
about: talk
about of: speak
against: rail
against for: campaign
at: balk
from: distance
it for on: blame
it to for: call
of: accuse
on: comment
that about of: complain
that at: hint
that it to: propose
that it to for: hope
that of: convince
that on: insist
that to against of on: warn
whom that to about for in: ask
"""
_NOUNS = """
that to of for on about: promise pledge proposal suggestion threat demand call plea vow
that of: assertion assessment claim view belief fear hope insistence warning prediction announcement admission
that of: acknowledgment acknowledgement statement allegation accusation argument contention conviction complaint
that on about: remark comment observation concern worry
on of: attack criticism critique denunciation condemnation
"""
_ADJECTIVES = """
that: hopeful confident convinced sure certain optimistic pessimistic worried concerned glad pleased upset aware afraid
of: critical skeptical sceptical supportive wary
about: optimistic pessimistic worried concerned upbeat nervous skeptical sceptical
"""
_IRREGULAR = """
said say  told tell  wrote write  written write  thought think  knew know  known know  swore swear  sworn swear
spoke speak  spoken speak  found find  showed show  shown show  foresaw foresee  foreseen foresee
forecast forecast
"""
_VIEWS = "view views opinion words eyes estimation assessment mind telling judgment judgement belief"
_NAMING = """
see sees saw seeing name names named naming list lists listed give gives gave giving cite cites cited identify
identifies identified
"""
_REASONS = """
reason reasons cause causes explanation explanations problem problems risk risks danger dangers advantage advantages
condition conditions weakness weaknesses sign signs factor factors scenario scenarios threat threats lesson lessons
"""
_SAYING = """
say add tell write argue note insist continue explain ask reply announce report tweet warn suggest remark claim recall
acknowledge predict conclude observe stress emphasize emphasise declare state respond joke complain quip recount
"""


def _forms(verb: str) -> Iterator[str]:
    """The forms that a regular verb may have; some that it has not do no harm."""
    yield verb
    stem = verb[:-1] if verb[-1] in "ey" else verb
    if verb.endswith("y"):
        yield from (f"{stem}ies", f"{stem}ied", f"{verb}ing", f"{verb}s", f"{verb}ed")
    elif verb.endswith("e"):
        yield from (f"{verb}s", f"{verb}d", f"{stem}ing")
    else:
        double = verb + verb[-1]
        yield from (f"{verb}s", f"{verb}es", f"{verb}ed", f"{verb}ing", f"{double}ed", f"{double}ing")


def _table(rows: str) -> Mapping[str, frozenset[str]]:
    """The kinds of content of every word in rows of `kinds: words`."""
    kinds: dict[str, set[str]] = {}
    for row in filter(None, rows.splitlines()):
        content, words = row.split(":")
        for word in words.split():
            kinds.setdefault(word, set()).update(content.split())
    return {word: frozenset(content) for word, content in kinds.items()}


CONTENT = _table(_VERBS)
"""For every verb the kinds of its content; `whom` says that its object is who hears it."""
LEMMAS = {form: verb for verb in CONTENT for form in _forms(verb)} | dict(
    zip(_IRREGULAR.split()[::2], _IRREGULAR.split()[1::2], strict=True)
)
"""The verb that a written form belongs to."""
SPOKEN = frozenset(form for form, verb in LEMMAS.items() if THAT in CONTENT[verb] and not form.endswith("ing"))
"""The written forms that can say who speaks beside a quotation."""
NOUNS = {form: kinds for noun, kinds in _table(_NOUNS).items() for form in (noun, f"{noun}s")}
ADJECTIVES = _table(_ADJECTIVES)
VIEWS = frozenset(_VIEWS.split())
NAMING, REASONS = frozenset(_NAMING.split()), frozenset(_REASONS.split())
"""Verbs that say something of such things: "sees three reasons", "named deeper causes"."""
SAYING = frozenset(_SAYING.split())
"""Verbs whose content may be a quotation beside them, or the sentence around them."""
