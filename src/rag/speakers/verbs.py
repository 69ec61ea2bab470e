"""Verbs that say who says what: "Doe said that ...", "..., said Doe", "it was reported by Doe that ..."."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.speakers.clause import EMPTY_SUBJECTS, Clause, ascending, denied, kind_of, mention_of, span
from rag.speakers.cues import CONTENT, IT, LEMMAS, NAMING, REASONS, SAYING, THAT

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_OWN_WORDS = frozenset({"aux", "auxpass", "neg", "prt"})
"""What hangs on a verb and belongs to it: "did not point out"."""
_CLOSING = frozenset({"”", '"', "''", "»", "“", "’"})
_OPEN_NAME = frozenset({"NNP", "NNPS", "DT", "NN", "NNS", "JJ", "PRP$", "CD"})
_OPEN_CLAUSE = frozenset({"PRP", "PRP$", "DT", "NNP", "EX", "NNS", "WDT", "WP", "WRB"})
"""Tags of the words that a mention of a speaker, and a clause that is said, may open with."""
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_REFRAINING = ("avoid", "refus", "declin", "stop", "fail", "refrain", "abstain")
"""Beginnings of verbs that tell that something was not done."""
_GUESSING = frozenset({"presumably", "maybe", "perhaps", "probably", "possibly"})
_PUTTING = ("put", "puts", "putting")
_DEEPEST = 5
"""Verbs that may share a subject in a row; a longer row was misread."""
_NEARBY = 5
"""Tokens behind a verb among which its "that" must stand."""


def verb_clause(verb: Token, quoted: Sequence[bool]) -> Clause | None:
    """Return what somebody says with a verb, None when the verb tells of no saying."""
    lemma, kinds = _meaning(verb, quoted)
    if kinds is None or not _asserted(verb):
        return None
    saying = lemma in SAYING
    inverted = _inverted(verb) if saying else None
    subject = inverted or _unquoted(_subject(verb), verb, quoted)
    if subject is None or subject.lower_ in EMPTY_SUBJECTS:
        return None
    source = mention_of(subject, verb, quoted)
    if not source:
        return None
    own = {verb.i, *source, *(i for c in verb.children if c.dep_ in _OWN_WORDS for i in span(c))}
    origin = next((c for c in verb.children if c.lower_ in ("from", "of") and c.i == subject.right_edge.i + 1), None)
    if origin is not None and subject.i > verb.i:  # "complains farmer Doe from the village"
        source |= set(span(origin))
        own |= source
    content = _main(verb.doc, subject, own) if inverted is not None else _content(verb, kinds, source, own, quoted)
    if (not content and not saying) or (content and all(_reflexive(verb.doc[i]) for i in content)):
        return None
    return Clause(ascending(source), _cue(verb), ascending(content), THAT in kinds or verb.doc[-1].text == ":")


def _named_something(verb: Token, quoted: Sequence[bool]) -> bool:
    """Whether somebody is called something or called for, rather than called on the telephone."""
    taken = ("oprd", "ccomp", "xcomp", "attr", "acomp")
    return any(quoted[verb.i :]) or any(
        c.dep_ in taken or c.lower_ == "for" or kind_of(c) == "for" for c in verb.children
    )


def _closes_quotation(verb: Token, quoted: Sequence[bool]) -> bool:
    """Whether a verb, whatever it is, tells who spoke: “Never,” Doe barked."""
    subject = next((c for c in verb.children if c.dep_ == "nsubj" and not quoted[c.i]), None)
    if subject is None or verb.tag_ not in ("VBD", "VBZ") or _object(verb):
        return False
    if subject.right_edge.i + 1 == verb.i:
        before = subject.left_edge.i - 1
    elif verb.i + 1 == subject.left_edge.i:
        before = verb.i - 1
    else:
        return False
    return before > 0 and verb.doc[before].text in _CLOSING and verb.doc[before - 1].text in (",", "!", "?", "…", "—")


def _meaning(verb: Token, quoted: Sequence[bool]) -> tuple[str, frozenset[str] | None]:
    """The verb that a form belongs to, and what it takes as content here; None where it tells of no saying."""
    if verb.lower_ in NAMING and _object(verb) in REASONS:
        return "", frozenset({IT})
    if verb.lower_ in _PUTTING and _object(verb) == "it" and _put_somehow(verb):
        return "say", frozenset({THAT})
    lemma = LEMMAS.get(verb.lower_, "")
    if lemma not in SAYING and _closes_quotation(verb, quoted):
        return "say", frozenset({THAT})
    return lemma, CONTENT.get(lemma) if lemma != "call" or _named_something(verb, quoted) else None


def _unquoted(subject: Token | None, verb: Token, quoted: Sequence[bool]) -> Token | None:
    """A subject that stands outside of quotation marks, if the verb has one."""
    if subject is None or not quoted[subject.i]:
        return subject
    return next((c for c in verb.children if c.dep_ == "nsubj" and not quoted[c.i]), None)


def _content(verb: Token, kinds: frozenset[str], source: set[int], own: set[int], quoted: Sequence[bool]) -> set[int]:
    """What is said with a verb: what it takes, what follows "that", or what stands around it; not its `own` words."""
    saying = _meaning(verb, quoted)[0] in SAYING
    content = _complements(verb, kinds) - own
    after = {i for i in content if i > verb.i}
    if after and max(source) < verb.i and min(source) and verb.doc[min(source) - 1].text in (":", ";"):
        content = after
    if not content and THAT in kinds:
        content = _after_that(verb)
    if not content and saying:
        return _around(verb, source, quoted) - own
    if saying and verb.dep_ == "conj" and content and max(content) < verb.i:
        content |= set(range(min(content)))
    return content


def _put_somehow(verb: Token) -> bool:
    """Whether "it" is put into words: "puts it bluntly", "put it this way", "put it like this"."""
    return any(child.dep_ in ("advmod", "npadvmod") or child.lower_ == "like" for child in verb.children)


def _object(verb: Token) -> str:
    return next((child.lower_ for child in verb.children if child.dep_ == "dobj"), "")


def _reflexive(token: Token) -> bool:
    return token.lower_.endswith(("self", "selves"))


def _asserted(verb: Token) -> bool:
    """Whether the verb tells that somebody said so: not that they might, should, or did not."""
    if any(c.dep_ == "mark" and c.lower_ in ("if", "unless", "whether") for c in verb.children):
        return False
    if verb.dep_ in ("xcomp", "pcomp") and verb.head.lower_.startswith(_REFRAINING):
        return False
    if any(c.dep_ == "advmod" and c.lower_ in _GUESSING for c in verb.children):
        return False
    if verb.tag_ == "VB":
        return any(c.dep_ == "aux" and c.lower_ in ("did", "do", "does") for c in verb.children) and not denied(verb)
    return verb.dep_ != "acl" and not denied(verb)


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
    if not 0 < at < len(doc) - 2 or verb.tag_ not in ("VBD", "VBZ", "VBP") or doc[at + 1].tag_ not in _OPEN_NAME:
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
    return set(range(len(doc))) - own - set(span(subject))


def _complements(verb: Token, kinds: frozenset[str]) -> set[int]:
    """What a verb takes as content, without what else hangs on the verb in between."""
    taken = [c for c in verb.children if kind_of(c) in kinds and not ("whom" in kinds and c.dep_ == "dobj")]
    if THAT in kinds:
        taken += [c for c in verb.children if c.dep_ == "conj" and any(m.lower_ == "that" for m in c.children)]
    content = {i for c in taken for i in span(c)}
    first = min((c.left_edge.i for c in taken if c.i > verb.i), default=0)
    for child in verb.children:
        if child in taken or child.dep_ == "punct":
            continue
        between = verb.i < child.i < first
        if between and child.dep_ == "advcl":  # "says no matter what happens, it will work"
            content |= set(range(child.left_edge.i, first))
        else:
            content -= set(span(child))
    return content


def _around(verb: Token, source: set[int], quoted: Sequence[bool]) -> set[int]:
    """What is said around a verb that takes nothing itself: "the plan, he said, will fail"."""
    doc = verb.doc
    beside = [
        i for i in (min(source) - 1, min(source) - 2, max(source) + 1, verb.i - 2, verb.i + 1, verb.i + 2) if i >= 0
    ]
    if any(i < len(doc) and quoted[i] for i in beside):
        return set()
    announces = doc[-1].text == ":" and verb.dep_ == "conj"  # "Doe came, and she said:"
    if verb.dep_ in ("parataxis", "advcl", "ccomp", "conj") and verb.head.tag_[:2] in ("VB", "MD") and not announces:
        around = set(span(verb.head)) - set(span(verb))
        if around:
            return around
    if _object(verb):  # "wrote her last report"
        return set()
    if doc[-1].text != ":" and verb.i > max(source) and verb.i + 1 < len(doc) and doc[verb.i + 1].tag_ in _OPEN_CLAUSE:
        return set(range(verb.i + 1, len(doc)))
    return set()


def _after_that(verb: Token) -> set[int]:
    """What follows a verb and "that", where the parser lost the thread."""
    doc = verb.doc
    for i in range(verb.i + 1, min(verb.i + _NEARBY, len(doc) - 1)):
        if doc[i].lower_ == "that" and doc[i].tag_ == "IN":
            return set(range(i, len(doc) - doc[-1].is_punct))
        if doc[i].tag_[:2] == "VB" or doc[i].is_punct:
            break
    return set()


def _cue(verb: Token) -> tuple[int, ...]:
    return ascending({verb.i, *(child.i for child in verb.children if child.dep_ == "prt")})


def passive_clause(verb: Token) -> Clause | None:
    """Return who says what in "it was reported by the ministry that", "the ferry is said by officials to have sunk"."""
    agent = next((c for c in verb.children if c.dep_ == "agent" and c.lower_ == "by"), None)
    helper = next((c for c in verb.children if c.dep_ == "auxpass"), None)
    named = next((c for c in agent.children if c.dep_ == "pobj"), None) if agent is not None else None
    if helper is None or named is None or agent is None or LEMMAS.get(verb.lower_) not in SAYING or denied(verb):
        return None
    source = set(range(named.left_edge.i, named.i + 1)) | set(span(named))
    taken = [c for c in verb.children if c.dep_ in ("ccomp", "xcomp")]
    taken += [
        c for c in named.children if c.dep_ in ("relcl", "acl") and any(m.lower_ in ("that", "to") for m in c.children)
    ]
    content = {i for c in taken for i in span(c)}
    subject = next(
        (c for c in verb.children if c.dep_ == "nsubjpass" and c.lower_ not in ("it", *EMPTY_SUBJECTS)), None
    )
    if subject is not None and any(c.dep_ == "xcomp" or c.dep_ in ("relcl", "acl") for c in taken):
        content |= set(span(subject))
    if not content:
        return None
    return Clause(ascending(source - content), ascending({helper.i, verb.i, agent.i}), ascending(content), False)
