"""The simple way to find who said what, to be measured beside: a name, a verb of saying and a quotation, in a row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.records import Article, Range, Sentence, Speaker, Statement

_NAME = r"(?:(?:[A-Z][a-z]{0,3}\.|[A-Z][\w'’-]*)\s){0,3}[A-Z][\w'’-]*"
_VERB = r"(?:said|says|told\s\w+|added|adds|wrote|writes|asked|asks|replied|noted|explained|insisted|argued|tweeted)"
_QUOTATION = r"(?:“[^“”]+”|\"[^\"]+\"|«[^«»]+»)"
_ORDERS = tuple(
    re.compile(order.format(source=rf"(?P<source>{_NAME})", cue=rf"(?P<cue>{_VERB})\b", said=f"(?P<said>{_QUOTATION})"))
    for order in (
        r"{said},?\s+{source}\s+{cue}",
        r"{said},?\s+{cue}\s+{source}",
        r"{source}\s+{cue}(?:,|:|\sthat)?\s+{said}",
    )
)


def read_quotations(article: Article, sentences: Sequence[Sentence]) -> tuple[Statement, ...]:
    """Return the quotations beside a name and a verb of saying, in the reading order of the verbs.

    A quotation stands in one paragraph and belongs to one name: to the one behind it when there are two.
    """
    found = {statement.content: statement for statement in reversed([*_find(article)])}
    return tuple(sorted(found.values(), key=lambda statement: statement.cue))


def _find(article: Article) -> Iterator[Statement]:
    for order in _ORDERS:
        for block in article.blocks:
            for match in order.finditer(article.text, block.range.start, block.range.end):
                source, cue, said = (Range(*match.span(part)) for part in ("source", "cue", "said"))
                yield Statement("direct", source, cue, (said,), Speaker(match["source"]))
