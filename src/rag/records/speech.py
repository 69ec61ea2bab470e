"""Who says what in an article."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from rag.records.article import Range

Attribution: TypeAlias = Literal["direct", "indirect", "mixed"]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who speaks in an article, by canonical name, with the role that the article gives."""

    name: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody says in an article, and the words that prove it.

    Attributes:
        attribution: `direct` in quotation marks, `indirect` reported, `mixed` both.
        source: The mention of who speaks: a name, a pronoun, "the minister".
        cue: The words that say that it is said: "told reporters", "according to", "in the view of".
        content: What is said, in reading order; several ranges when the source or the cue stands between.
        speaker: Whom the source means, None when the article does not prove it.
        resolved_from: The mention that names the speaker, when the source does not.

    Raises:
        ValueError: Nothing is said, its ranges overlap, or a mention is given for nobody.
    """

    attribution: Attribution
    source: Range
    cue: Range
    content: tuple[Range, ...]
    speaker: Speaker | None = None
    resolved_from: Range | None = None

    def __post_init__(self) -> None:
        if not self.content or any(a.end > b.start for a, b in pairwise(self.content)):
            raise ValueError("what is said is one range or more, in order and apart")
        if self.resolved_from is not None and self.speaker is None:
            raise ValueError("a mention that names the speaker comes with the speaker")

    @property
    def last(self) -> int:
        """Where the last of its ranges ends."""
        ranges = (self.source, self.cue, *self.content, self.resolved_from)
        return max(one.end for one in ranges if one is not None)
