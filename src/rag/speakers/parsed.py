"""A sentence with its grammar, and what of it stands in quotation marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.records import Range, Sentence

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class Parsed:
    """A body sentence that was parsed; `quoted` tells for each token whether it stands in quotation marks."""

    sentence: Sentence
    doc: Doc
    quoted: tuple[bool, ...]

    def place(self, first: int, last: int) -> Range:
        """Return where tokens `first` to `last` (inclusive) stand in the article."""
        start = self.sentence.range.start
        return Range(start + self.doc[first].idx, start + self.doc[last].idx + len(self.doc[last]))
