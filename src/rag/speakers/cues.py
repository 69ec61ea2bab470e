"""The table of words that say that something is said: which words, and what they take as content; knows no grammar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

THAT, TO, IT = "that", "to", "it"
"""Kinds of content: a clause or a quotation, an infinitive, an object; every other kind is a preposition."""

_VERBS = """
that: say add argue insist conclude state admit fear concede estimate learn complain worry predict assert contend
that: continue emphasize emphasise stress reply remark wonder allege testify signal speculate maintain realize realise
that: guess counter exclaim quip muse reckon observe whisper shout joke boast brag opine answer respond hint imply
that: doubt proclaim fume marvel suspect underline caution underscore elaborate interject intone gush
that: scoff retort sigh surmise posit postulate theorize hypothesize attest affirm
that: believe think consider feel
that it: note report announce acknowledge claim confirm reveal recall deny declare reiterate indicate suggest propose
that it: tweet write explain mention question demonstrate repeat recommend foresee recount disclose lament
that it: clarify bemoan articulate forecast
that it: find show know
that it to: promise pledge demand
that it for: hope
that to: vow agree threaten swear
that to of against: warn
that of: convince
that to: point
whom that to: tell
whom that to for about in: ask
whom that: assure inform remind notify
whom that to it: advise
that with on about: agree disagree
it: criticize criticise praise reject oppose endorse defend slam mock denounce dismiss decry reiterate
it: condemn applaud deride disparage repudiate dispute rebut refute ridicule outline
it: welcome support favour favor back reference resist invoke credit insult contradict
it as: describe tout cite list hail characterize characterise paint dub deem
as: see view portray frame regard
it for: blast thank apologize criticize rip fault commend laud chide rebuke congratulate
for: apologize push call campaign vouch plead lobby
to it: refuse urge decline order
to: encourage want plan refer object promise oppose
it on for: blame
it of: accuse
it: express
it to: prefer liken compare implore beg call
about: talk speak joke complain boast worry brag
of: speak complain
on: comment call insist
against: caution warn argue campaign rail
to: point respond admit allude object attest refer
as: quote
at: hint balk
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
said say  told tell  wrote write  written write  thought think  felt feel  knew know  known know  saw see  seen see
swore swear  sworn swear  spoke speak  spoken speak  sought seek  found find  showed show  shown show  foresaw foresee
foreseen foresee  forecast forecast
"""
_VIEWS = "view views opinion words eyes estimation assessment mind telling judgment judgement belief"
_SAYING = """
say add tell write argue note insist continue explain ask reply announce report tweet warn suggest remark claim recall
acknowledge predict conclude observe stress emphasize emphasise declare state respond joke complain quip conclude recount
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
NOUNS = {form: kinds for noun, kinds in _table(_NOUNS).items() for form in (noun, f"{noun}s")}
ADJECTIVES = _table(_ADJECTIVES)
VIEWS = frozenset(_VIEWS.split())
SAYING = frozenset(_SAYING.split())
"""Verbs whose content may be a quotation beside them, or the sentence around them."""
