"""A parsed sentence -> who says what in it; knows grammar, not the other sentences.

Positions are those of tokens in the sentence. Dependencies are named as spaCy's English models name them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.speakers.cues import (
    ADJECTIVES,
    CONTENT,
    IT,
    LEMMAS,
    NAMING,
    NOUNS,
    REASONS,
    SAYING,
    THAT,
    TO,
    VIEWS,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_OBJECTS = frozenset({"dobj", "oprd", "acomp", "attr"})
_OWN_WORDS = frozenset({"aux", "auxpass", "neg", "prt"})
_CLOSING = frozenset({"”", '"', "''", "»", "“", "’"})
_NAMING = frozenset({"NNP", "NNPS", "DT", "NN", "NNS", "JJ", "PRP$", "CD"})
_OPENING = frozenset({"IN", "PRP", "PRP$", "DT", "NNP", "EX", "NNS", "WDT", "WP", "WRB"})
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_EMPTY_SUBJECTS = frozenset({"that", "what", "there", "nobody", "anybody", "anyone", "none"})
_DEEPEST = 5


@dataclass(frozen=True, slots=True)
class Clause:
    """Somebody says something: positions of the source, the cue and the content, ascending.

    `speech` tells whether a quotation beside it is said too; then the content may be empty.
    """

    source: tuple[int, ...]
    cue: tuple[int, ...]
    content: tuple[int, ...]
    speech: bool


def find_clauses(doc: Doc, quoted: Sequence[bool]) -> Iterator[Clause]:
    """Yield who says what in a sentence, in the order of the cues.

    Args:
        doc: The sentence with tags and dependencies.
        quoted: For each token whether it stands in quotation marks; no cue does.
    """
    for token in doc:
        if quoted[token.i]:
            continue
        made = _phrase(token) or _noun(token) or _adjective(token)
        if made is None and token.tag_.startswith("VB"):
            made = _passive(token) or _verb(token, quoted)
        if made is not None:
            yield made


# Verbs: "Doe said that ...", "..., said Doe", "the plan, Doe said, ..."


def _verb(verb: Token, quoted: Sequence[bool]) -> Clause | None:
    lemma = LEMMAS.get(verb.lower_, "")
    kinds = CONTENT.get(lemma)
    if verb.lower_ in NAMING and _object(verb) in REASONS:
        kinds = frozenset({IT})
    elif verb.lower_ in ("put", "puts", "putting") and _object(verb) == "it":
        lemma, kinds = "say", frozenset({THAT})
    if kinds is None or not _asserted(verb):
        return None
    saying = lemma in SAYING
    inverted = _inverted(verb) if saying else None
    subject = inverted or _subject(verb)
    if subject is not None and inverted is None and quoted[subject.i]:
        subject = next((c for c in verb.children if c.dep_ == "nsubj" and not quoted[c.i]), subject)
    if subject is None or subject.lower_ in _EMPTY_SUBJECTS:
        return None
    source = _mention(subject, verb, quoted)
    if not source:
        return None
    own = {verb.i, *source, *(i for c in verb.children if c.dep_ in _OWN_WORDS for i in _span(c))}
    origin = next((c for c in verb.children if c.lower_ in ("from", "of") and c.i == subject.right_edge.i + 1), None)
    if origin is not None and subject.i > verb.i:  # "complains farmer Doe from the village"
        source |= set(_span(origin))
        own |= source
    if inverted is not None:
        content = _main(verb.doc, subject, own)
    else:
        content = _complements(verb, kinds) - own
        after = {i for i in content if i > verb.i}
        if after and max(source) < verb.i and min(source) and verb.doc[min(source) - 1].text in (":", ";"):
            content = after
        if not content and THAT in kinds:
            content = _after_that(verb)
        if not content and saying:
            content = _around(verb, source, quoted) - own
        elif saying and verb.dep_ == "conj" and content and max(content) < verb.i:
            content |= set(range(min(content)))
    if (not content and not saying) or (content and all(_reflexive(verb.doc[i]) for i in content)):
        return None
    return Clause(_sorted(source), _cue(verb), _sorted(content), THAT in kinds or verb.doc[-1].text == ":")


def _object(verb: Token) -> str:
    return next((child.lower_ for child in verb.children if child.dep_ == "dobj"), "")


def _reflexive(token: Token) -> bool:
    return token.lower_.endswith(("self", "selves"))


def _asserted(verb: Token) -> bool:
    """Whether the verb tells that somebody said so: not that they might, should, or did not."""
    if any(c.dep_ == "mark" and c.lower_ in ("if", "unless", "whether") for c in verb.children):
        return False
    if verb.tag_ == "VB":
        return any(c.dep_ == "aux" and c.lower_ in ("did", "do", "does") for c in verb.children) and not _denied(verb)
    return verb.dep_ != "acl" and not _denied(verb)


def _denied(verb: Token) -> bool:
    return any(c.tag_ == "MD" or c.dep_ == "neg" for c in verb.children)


def _subject(verb: Token, depth: int = 0) -> Token | None:
    """Who does what a verb says, also where another verb shares its subject."""
    for child in verb.children:
        if child.dep_ == "nsubj":
            return child
    if depth > _DEEPEST or any(child.dep_ in ("nsubjpass", "csubj", "expl") for child in verb.children):
        return None
    head = verb.head
    if verb.dep_ == "advcl" and verb.tag_ == "VBG":
        return _subject(_reporting(verb, head), depth + 1)
    if (
        verb.dep_ == "advcl"
        and verb.tag_ in _FINITE
        and verb.i > head.i
        and not any(c.dep_ == "mark" for c in verb.children)
    ):
        return _subject(head, depth + 1)
    if verb.dep_ == "xcomp" or (verb.dep_ == "conj" and head.tag_[:2] in ("VB", "MD")):
        return _subject(head, depth + 1)
    if verb.dep_ == "pcomp" and head.head.tag_.startswith("VB"):
        quoted = head.lower_ == "as" and LEMMAS.get(head.head.lower_) in ("quote", "cite")
        passive = next((c for c in head.head.children if c.dep_ == "nsubjpass"), None)
        return passive if quoted and passive is not None else _subject(head.head, depth + 1)
    return None


def _reporting(verb: Token, head: Token) -> Token:
    """The verb that a participle after a comma goes with: "argued that it fails, saying": who argued says so."""
    if verb.i > head.i and head.dep_ == "ccomp" and verb.left_edge.i and verb.doc[verb.left_edge.i - 1].text == ",":
        above = head.head
        if LEMMAS.get(above.lower_) and above.i < head.i:
            return above
    return head


def _inverted(verb: Token) -> Token | None:
    """Who speaks in "the plan, said Doe, will fail" where the parse has it otherwise."""
    doc, at = verb.doc, verb.i
    if not 0 < at < len(doc) - 2 or verb.tag_ not in ("VBD", "VBZ", "VBP") or doc[at + 1].tag_ not in _NAMING:
        return None
    quoted = doc[at - 1].text in _CLOSING
    if not quoted and (doc[at - 1].text != "," or "whom" in CONTENT[LEMMAS[verb.lower_]]):
        return None
    if not quoted and not any(t.tag_ in _FINITE for t in doc[:at]):  # "Doe, an expert, notes the situation"
        return None
    if any(c.dep_ == "nsubj" and c.i > at for c in verb.children):
        return None
    nouns = [t for t in doc[at + 1 :] if t.left_edge.i == at + 1 and t.tag_[:1] == "N" and t.dep_ != "npadvmod"]
    if not nouns:
        return None
    head = max(nouns, key=lambda t: t.right_edge.i)
    end = head.right_edge.i + 1
    if not quoted and (head.head is verb or (end < len(doc) and doc[end].text not in (",", "."))):
        return None
    return head


def _main(doc: Doc, subject: Token, own: set[int]) -> set[int]:
    """The sentence without who speaks, and without what is told of them."""
    return set(range(len(doc))) - own - set(_span(subject))


def _complements(verb: Token, kinds: frozenset[str]) -> set[int]:
    """What a verb takes as content, without what else hangs on the verb in between."""
    taken = [c for c in verb.children if _kind(c) in kinds and not ("whom" in kinds and c.dep_ == "dobj")]
    if THAT in kinds:
        taken += [c for c in verb.children if c.dep_ == "conj" and any(m.lower_ == "that" for m in c.children)]
    content = {i for c in taken for i in _span(c)}
    first = min((c.left_edge.i for c in taken if c.i > verb.i), default=0)
    for child in verb.children:
        if child in taken or child.dep_ == "punct":
            continue
        between = verb.i < child.i < first
        if between and child.dep_ == "advcl":  # "says no matter what happens, it will work"
            content |= set(range(child.left_edge.i, first))
        else:
            content -= set(_span(child))
    return content


def _around(verb: Token, source: set[int], quoted: Sequence[bool]) -> set[int]:
    """What is said around a verb that takes nothing itself: "the plan, he said, will fail"."""
    doc = verb.doc
    beside = [
        i for i in (min(source) - 1, min(source) - 2, max(source) + 1, verb.i - 2, verb.i + 1, verb.i + 2) if i >= 0
    ]
    if any(i < len(doc) and quoted[i] for i in beside):
        return set()
    if verb.dep_ in ("parataxis", "advcl", "ccomp", "conj") and verb.head.tag_[:2] in ("VB", "MD"):
        around = set(_span(verb.head)) - set(_span(verb))
        if around:
            return around
    if doc[-1].text != ":" and verb.i > max(source) and verb.i + 1 < len(doc) and doc[verb.i + 1].tag_ in _OPENING:
        return set(range(verb.i + 1, len(doc)))
    return set()


def _after_that(verb: Token) -> set[int]:
    """What follows a verb and "that", where the parser lost the thread."""
    doc = verb.doc
    for i in range(verb.i + 1, min(verb.i + 5, len(doc) - 1)):
        if doc[i].lower_ == "that" and doc[i].tag_ == "IN":
            return set(range(i, len(doc) - doc[-1].is_punct))
        if doc[i].tag_[:2] == "VB" or doc[i].is_punct:
            break
    return set()


def _kind(child: Token) -> str | None:
    if child.dep_ in ("ccomp", "advcl") and any(c.dep_ == "mark" and c.lower_ == "for" for c in child.children):
        return "for"
    if child.dep_ == "ccomp":
        return THAT
    if child.dep_ == "xcomp":
        return TO
    if child.dep_ in _OBJECTS:
        return IT
    return child.lower_ if child.dep_ == "prep" else None


def _passive(verb: Token) -> Clause | None:
    """Who says what in "it was reported by the ministry that", "the ferry is said by officials to have sunk"."""
    agent = next((c for c in verb.children if c.dep_ == "agent" and c.lower_ == "by"), None)
    helper = next((c for c in verb.children if c.dep_ == "auxpass"), None)
    named = next((c for c in agent.children if c.dep_ == "pobj"), None) if agent is not None else None
    if helper is None or named is None or agent is None or LEMMAS.get(verb.lower_) not in SAYING or _denied(verb):
        return None
    source = set(range(named.left_edge.i, named.i + 1)) | set(_span(named))
    taken = [c for c in verb.children if c.dep_ in ("ccomp", "xcomp")]
    taken += [
        c for c in named.children if c.dep_ in ("relcl", "acl") and any(m.lower_ in ("that", "to") for m in c.children)
    ]
    content = {i for c in taken for i in _span(c)}
    subject = next(
        (c for c in verb.children if c.dep_ == "nsubjpass" and c.lower_ not in ("it", *_EMPTY_SUBJECTS)), None
    )
    if subject is not None and any(c.dep_ == "xcomp" or c.dep_ in ("relcl", "acl") for c in taken):
        content |= set(_span(subject))
    if not content:
        return None
    return Clause(_sorted(source - content), _sorted({helper.i, verb.i, agent.i}), _sorted(content), False)


# Phrases, nouns and adjectives: "according to Doe", "in Doe's view", "Doe's claim that", "Doe is sure that"


def _phrase(token: Token) -> Clause | None:
    if token.lower_ == "according":
        link = next((c for c in token.children if c.lower_ == "to"), None)
        named = next((c for c in link.children if c.dep_ == "pobj"), None) if link is not None else None
        return _framed(token, [token, link], named) if link is not None and named is not None else None
    if token.lower_ in VIEWS and token.dep_ == "pobj" and token.head.lower_ in ("in", "from", "to", "by"):
        owner = next((c for c in token.children if c.dep_ == "poss"), None)
        link = next((c for c in token.children if c.lower_ == "of"), None)
        if owner is None and link is not None:
            owner = next((c for c in link.children if c.dep_ == "pobj"), None)
        return _framed(token.head, [token.head, token], owner) if owner is not None else None
    return None


def _framed(frame: Token, cue: Iterable[Token], named: Token) -> Clause:
    """The sentence that a phrase such as "according to Doe" frames."""
    phrase = set(_span(frame))
    source = {i for i in _span(named)} - {i for c in named.children if c.dep_ in ("relcl", "case") for i in _span(c)}
    content = set(range(len(frame.doc))) - phrase
    return Clause(_sorted(source), _sorted({t.i for t in cue}), _sorted(content), True)


def _noun(noun: Token) -> Clause | None:
    kinds = NOUNS.get(noun.lower_)
    if kinds is None or noun.tag_[:2] != "NN":
        return None
    owner = next((c for c in noun.children if c.dep_ == "poss"), None)
    if owner is None:
        return None
    taken = [c for c in noun.children if c.i > noun.i and _noun_kind(c) in kinds]
    if not taken:
        return None
    source = {i for i in _span(owner)} - {c.i for c in owner.children if c.dep_ == "case"}
    return Clause(_sorted(source), (noun.i,), _sorted({i for c in taken for i in _span(c)}), False)


def _noun_kind(child: Token) -> str | None:
    if child.dep_ == "ccomp" or (child.dep_ == "acl" and any(c.lower_ == "that" for c in child.children)):
        return THAT
    if child.dep_ == "acl" and any(c.lower_ == "to" for c in child.children):
        return TO
    return child.lower_ if child.dep_ == "prep" else None


def _adjective(adjective: Token) -> Clause | None:
    kinds = ADJECTIVES.get(adjective.lower_)
    if kinds is None or adjective.dep_ != "acomp":
        return None
    verb = adjective.head
    subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    if subject is None or subject.lower_ in _EMPTY_SUBJECTS or _denied(verb) or verb.tag_ == "VB":
        return None
    taken = [c for c in adjective.children if _kind(c) in kinds]
    if not taken:
        return None
    return Clause(
        _sorted(_mention(subject, verb, ())),
        (verb.i, adjective.i),
        _sorted({i for c in taken for i in _span(c)}),
        False,
    )


# What they share


def _mention(subject: Token, verb: Token, quoted: Sequence[bool]) -> set[int]:
    """The mention of who speaks, without clauses set off by a comma that tell more."""
    positions = set(_span(subject))
    if verb.i in positions:
        positions = {i for i in positions if (i < verb.i) == (subject.i < verb.i)}
    for child in subject.subtree:
        if child.dep_ in ("relcl", "acl") and child.left_edge.i and child.doc[child.left_edge.i - 1].text == ",":
            positions -= set(range(child.left_edge.i - 1, child.right_edge.i + 1))
    if quoted:
        spoken = [i for i in positions if quoted[i]]
        if any(i > subject.i for i in spoken):
            positions = {i for i in positions if i < min(i for i in spoken if i > subject.i)}
        if any(i < subject.i for i in spoken):
            positions = {i for i in positions if i > max(i for i in spoken if i < subject.i)}
        while positions and verb.doc[min(positions)].is_punct:
            positions.discard(min(positions))
    return positions


def _cue(verb: Token) -> tuple[int, ...]:
    return _sorted({verb.i, *(child.i for child in verb.children if child.dep_ == "prt")})


def _span(token: Token) -> range:
    return range(token.left_edge.i, token.right_edge.i + 1)


def _sorted(positions: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(positions))
