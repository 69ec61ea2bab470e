"""A parsed sentence -> who says what in it; knows grammar, not the other sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.speakers.clause import Clause
from rag.speakers.phrases import adjective_clause, noun_clause, phrase_clause
from rag.speakers.verbs import passive_clause, verb_clause

if TYPE_CHECKING:
    from spacy.tokens import Doc


def find_clauses(doc: Doc, quoted: Sequence[bool]) -> Iterator[Clause]:
    """Yield who says what in a sentence, in the order of the cues.

    Args:
        doc: The sentence with tags and dependencies.
        quoted: For each token whether it stands in quotation marks; no cue does.
    """
    for token in doc:
        if quoted[token.i]:
            continue
        made = phrase_clause(token) or noun_clause(token) or adjective_clause(token)
        if made is None and token.tag_.startswith("VB"):
            made = passive_clause(token) or verb_clause(token, quoted)
        if made is not None:
            yield made
