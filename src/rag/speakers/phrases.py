"""Phrases, nouns and adjectives that say who says what: "according to Doe", "Doe's claim that", "Doe is sure that"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rag.speakers.clause import EMPTY_SUBJECTS, Clause, ascending, denied, kind_of, mention_of, span
from rag.speakers.cues import ADJECTIVES, NOUNS, THAT, TO, VIEWS

if TYPE_CHECKING:
    from spacy.tokens import Token


def phrase_clause(token: Token) -> Clause | None:
    """Return what a sentence says "according to Doe" or "in the view of Doe"."""
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
    phrase = set(span(frame))
    source = {i for i in span(named)} - {i for c in named.children if c.dep_ in ("relcl", "case") for i in span(c)}
    content = set(range(len(frame.doc))) - phrase
    return Clause(ascending(source), ascending({t.i for t in cue}), ascending(content), True)


def noun_clause(noun: Token) -> Clause | None:
    """Return what "Doe's claim that" tells."""
    kinds = NOUNS.get(noun.lower_)
    if kinds is None or noun.tag_[:2] != "NN":
        return None
    owner = next((c for c in noun.children if c.dep_ == "poss"), None)
    if owner is None:
        return None
    taken = [c for c in noun.children if c.i > noun.i and _noun_kind(c) in kinds]
    if not taken:
        return None
    source = {i for i in span(owner)} - {c.i for c in owner.children if c.dep_ == "case"}
    return Clause(ascending(source), (noun.i,), ascending({i for c in taken for i in span(c)}), False)


def _noun_kind(child: Token) -> str | None:
    if child.dep_ == "ccomp" or (child.dep_ == "acl" and any(c.lower_ == "that" for c in child.children)):
        return THAT
    if child.dep_ == "acl" and any(c.lower_ == "to" for c in child.children):
        return TO
    return child.lower_ if child.dep_ == "prep" else None


def adjective_clause(adjective: Token) -> Clause | None:
    """Return what "Doe is sure that" tells."""
    kinds = ADJECTIVES.get(adjective.lower_)
    if kinds is None or adjective.dep_ != "acomp":
        return None
    verb = adjective.head
    subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    if subject is None or subject.lower_ in EMPTY_SUBJECTS or denied(verb) or verb.tag_ == "VB":
        return None
    taken = [c for c in adjective.children if kind_of(c) in kinds]
    if not taken:
        return None
    return Clause(
        ascending(mention_of(subject, verb, ())),
        (verb.i, adjective.i),
        ascending({i for c in taken for i in span(c)}),
        False,
    )
