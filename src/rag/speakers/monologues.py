"""Paragraphs that are one person's words without quotation marks -> who says them; knows the looks of paragraphs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.records import Article, Range, Sentence
from rag.speakers.draft import Draft, grouped
from rag.speakers.roles import FIRST

_DASHES, _BULLETS = ("—", "–", "- ", "― "), ("•", "*", "·", "▪", "◦", "‣")
_VOICES = re.compile(
    r"\b(say|says|said|think|thinks|believe|opinions?|views?|voices|comments?|reactions?|experts?|analysts?)\b",
    re.IGNORECASE,
)
"""Headings under which every paragraph is somebody's words: "What the experts say"."""
_REFERRING = frozenset("he she him her his they them the".split())
"""Words that a mention of somebody who spoke just before begins with."""


def is_marked(article: Article, block: int) -> bool:
    """Return whether a block opens with a dash or a bullet."""
    return article.text.startswith(_DASHES + _BULLETS, article.blocks[block].range.start)


def give_monologues(article: Article, sentences: Sequence[Sentence], drafts: Sequence[Draft]) -> list[Draft]:
    """Give paragraphs that open with a dash or a bullet to whoever speaks in them; return the drafts that remain.

    Such a paragraph is all one person's words when its last sentence says so ("the expert emphasizes"), or when the
    paragraph before ends with somebody speaking and this one opens with a dash, speaks of "I" or "we", or was announced
    by a colon. What the speaker says there of himself is no statement of its own.
    """
    kept = grouped(drafts, lambda draft: draft.sentence.block)
    inside = grouped(sentences, lambda sentence: sentence.block)
    speaking: Draft | None = None  # who speaks in the dashed or listed paragraph before
    for number, block in enumerate(article.blocks):
        if block.kind != "body" or number not in inside:
            speaking = None
            continue
        here, place = kept.get(number, []), inside[number]
        marked = is_marked(article, number)
        own = [draft for draft in here if _first_person(article.text, draft) and not draft.quotations]
        closing = next((draft for draft in reversed(here) if _closes(article.text, draft, place[-1])), None)
        if closing is not None and not marked and not _ends_paragraph(article.text, closing):
            closing = None
        if closing is not None and (marked or own):
            if len(place) > 1:
                closing.content.append(Range(place[0].range.start, closing.sentence.range.start))
            speaking = None
        elif marked:
            dashed = article.text.startswith(_DASHES, block.range.start)
            before = _announcing(article, kept, number)
            if before is not None and (dashed or own or _ends_with_colon(article, number - 1)):
                speaking = before
            if speaking is not None:
                speaking.content.append(Range(place[0].range.start, place[-1].range.end))
        else:
            speaking = None
        if (closing is not None or speaking is not None) and (marked or own):
            kept[number] = [closing] if closing is not None else []  # what others say in it is told by who speaks
    remaining = {draft for here in kept.values() for draft in here}
    return [draft for draft in drafts if draft in remaining]


def give_sections(article: Article, sentences: Sequence[Sentence], drafts: Sequence[Draft]) -> None:
    """Give sentences without a cue of their own, under a heading such as "What the experts say", to who speaks there.

    A paragraph belongs to the one who speaks in its first sentence, until somebody else does.
    """
    spoken = grouped((draft for draft in drafts if draft.speech), lambda draft: draft.sentence.number)
    inside = grouped(sentences, lambda sentence: sentence.block)
    heading = ""
    for number, block in enumerate(article.blocks):
        if block.kind != "body":
            heading = article.text[block.range.start : block.range.end]
        elif _VOICES.search(heading):
            _give_paragraph(article.text, inside.get(number, []), spoken)


def _give_paragraph(text: str, sentences: Sequence[Sentence], spoken: Mapping[int, Sequence[Draft]]) -> None:
    speaking: Draft | None = None
    for sentence in sentences:
        here = spoken.get(sentence.number, [])
        outer = [draft for draft in here if not any(_holds(other, draft) for other in here if other is not draft)]
        if sentence is sentences[0]:
            speaking = outer[0] if len(outer) == 1 else None
        elif speaking is not None and outer:
            referring = text[outer[0].source.start : outer[0].source.end].split()[0].lower() in _REFERRING
            speaking = outer[0] if len(outer) == 1 and referring else None
        elif speaking is not None:
            speaking.content.append(sentence.range)


def _holds(outer: Draft, inner: Draft) -> bool:
    return any(one.start <= inner.cue.start and inner.cue.end <= one.end for one in outer.ranges())


def _first_person(text: str, draft: Draft) -> bool:
    return text[draft.source.start : draft.source.end].lower() in FIRST


def _closes(text: str, draft: Draft, last: Sentence) -> bool:
    """Whether a draft stands at the end of a paragraph and tells who said it all: "..., the expert emphasizes."."""
    return (
        draft.speech
        and draft.sentence is last
        and not _first_person(text, draft)
        and bool(draft.content)
        and max(one.end for one in draft.content) <= min(draft.cue.start, draft.source.start)
    )


def _ends_paragraph(text: str, draft: Draft) -> bool:
    """Whether who speaks stands at the very end, and nothing is told after it."""
    told = max(draft.source.end, draft.cue.end)
    return not any(map(str.isalnum, text[told : draft.sentence.range.end]))


def _announcing(article: Article, drafts: Mapping[int, Sequence[Draft]], block: int) -> Draft | None:
    """Who speaks last in the paragraph before, in its last sentence."""
    if block == 0 or article.blocks[block - 1].kind != "body":
        return None
    end = article.blocks[block - 1].range.end
    before = [draft for draft in drafts.get(block - 1, []) if draft.speech]
    return next((one for one in reversed(before) if not article.text[one.sentence.range.end : end].strip()), None)


def _ends_with_colon(article: Article, block: int) -> bool:
    return block >= 0 and article.text.endswith(":", 0, article.blocks[block].range.end)
