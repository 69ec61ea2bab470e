"""Clauses and quotations -> what each speaker says, over sentences and paragraphs; knows neither grammar nor names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.records import Article, Range, Sentence
from rag.speakers.mentions import Source
from rag.speakers.quotations import Quotation, find_quotations, is_label
from rag.speakers.roles import FIRST


@dataclass(slots=True, eq=False)
class Draft:
    """A statement in the making: its places, and the quotations that belong to it.

    `speech` tells whether quotations beside it may belong to it.
    """

    sentence: Sentence
    mention: Source
    source: Range
    cue: Range
    content: list[Range]
    speech: bool
    quotations: list[Quotation] = field(default_factory=list)

    def ranges(self) -> list[Range]:
        """Return all that is said, in order: content and quotations that touch are one."""
        merged: list[Range] = []
        for one in sorted([*self.content, *(quotation.range for quotation in self.quotations)]):
            if merged and one.start <= merged[-1].end:
                merged[-1] = Range(merged[-1].start, max(merged[-1].end, one.end))
            else:
                merged.append(one)
        return merged


def body_quotations(article: Article) -> list[list[Quotation]]:
    """Return the quotations of every block of an article; none for those that are not body."""
    return [
        find_quotations(article.text, block.range) if block.kind == "body" else [] for block in article.blocks
    ]  # fmt: skip


def give_quotations(article: Article, drafts: Sequence[Draft], quotations: Sequence[Sequence[Quotation]]) -> None:
    """Give every quotation to the draft that says it, if there is one.

    Three passes, the surest first: quotations that hold or touch what is said, or stand beside its cue; what a colon
    announces; what follows with nothing in between, over paragraphs too.
    """
    text = article.text
    claimed: set[Range] = set()
    for draft in drafts:
        if draft.speech:
            draft.quotations = _own(text, draft, drafts, quotations[draft.sentence.block])
            claimed.update(quotation.range for quotation in draft.quotations)
    for draft in drafts:
        if draft.speech:
            _follow(article, draft, drafts, quotations, claimed)
    for draft in drafts:
        if draft.speech and draft.quotations:
            _precede(text, draft, quotations[draft.sentence.block], claimed)


def _own(text: str, draft: Draft, drafts: Sequence[Draft], marks: Sequence[Quotation]) -> list[Quotation]:
    """The quotations that share characters with what is said, or stand beside it in the same sentence."""
    here = [one for one in marks if _meet(one.range, draft.sentence.range)]
    if not here:
        return []
    own = [one for one in here if any(_meet(one.range, part) for part in draft.content)]
    others = [
        part for other in drafts if other is not draft and other.sentence is draft.sentence for part in other.content
    ]
    for one in here:
        if one in own or any(_meet(one.range, part) for part in others):
            continue
        if draft.content and is_label(text, one):
            continue
        parts = [draft.source, draft.cue, *draft.content, *(quotation.range for quotation in own)]
        if not others or any(_beside(text, one.range, part) for part in parts):
            own.append(one)
    return sorted(own, key=lambda one: one.range)


def _follow(
    article: Article,
    draft: Draft,
    drafts: Sequence[Draft],
    quotations: Sequence[Sequence[Quotation]],
    claimed: set[Range],
) -> None:
    """Take the quotations after a draft's last one, as long as nothing but space stands in between."""
    text, block = article.text, draft.sentence.block
    announced = text[draft.cue.end : draft.sentence.range.end].rstrip().endswith(":")
    if not draft.quotations and not announced:
        return
    if any(d.sentence is draft.sentence and d.cue > draft.cue and d.quotations for d in drafts):
        return
    last = draft.quotations[-1] if draft.quotations else None
    end = max(draft.sentence.range.end, last.range.end if last else 0)
    while True:
        following = next((q for q in quotations[block] if q.range.start >= end), None)
        if following is None:
            if text[end : article.blocks[block].range.end].strip():
                return
            block = next((n for n in range(block + 1, len(article.blocks)) if article.blocks[n].kind == "body"), -1)
            if block < 0 or not quotations[block]:
                return
            following, start = quotations[block][0], article.blocks[block].range.start
            goes_on = (
                announced or (last is not None and not last.closed) or _wholly_quoted(text, article, block, quotations)
            )
            if following.range.start != start or not goes_on:
                return
        elif text[end : following.range.start].strip():
            return
        if following.range in claimed:
            return
        announced = False
        draft.quotations.append(following)
        claimed.add(following.range)
        last, end = following, following.range.end


def _precede(text: str, draft: Draft, marks: Sequence[Quotation], claimed: set[Range]) -> None:
    """Take the quotation right before the sentence that nobody else says: ““Never.” He added: “Not here.””."""
    for one in reversed(marks):
        before = one.range.end <= draft.sentence.range.start
        if before and one.range not in claimed and not text[one.range.end : draft.sentence.range.start].strip():
            draft.quotations.insert(0, one)
            claimed.add(one.range)
            return


_DASHES, _BULLETS = ("—", "–", "- ", "― "), ("•", "*", "·", "▪", "◦", "‣")


def give_monologues(article: Article, sentences: Sequence[Sentence], drafts: Sequence[Draft]) -> list[Draft]:
    """Give paragraphs that open with a dash or a bullet to whoever speaks in them; return the drafts that remain.

    Such a paragraph is all one person's words when its last sentence says so ("the expert emphasizes"), or when the
    paragraph before ends with somebody speaking and this one opens with a dash, speaks of "I" or "we", or was announced
    by a colon. What the speaker says there of himself is no statement of its own.
    """
    kept = list(drafts)
    speaking: Draft | None = None  # who speaks in the dashed or listed paragraph before
    for number, block in enumerate(article.blocks):
        marked = is_marked(article, number)
        inside = [sentence for sentence in sentences if sentence.block == number]
        if block.kind != "body" or not inside:
            speaking = None
            continue
        here = [draft for draft in kept if draft.sentence.block == number]
        own = [draft for draft in here if _first_person(article.text, draft) and not draft.quotations]
        closing = next((draft for draft in reversed(here) if _closes(article.text, draft, inside[-1])), None)
        if closing is not None and (marked or own):
            if len(inside) > 1:
                closing.content.append(Range(inside[0].range.start, closing.sentence.range.start))
            speaking = None
        elif marked:
            dashed = article.text.startswith(_DASHES, block.range.start)
            before = _announcing(article, kept, number)
            if before is not None and (dashed or own or _ends_with_colon(article, number - 1)):
                speaking = before
            if speaking is not None:
                speaking.content.append(Range(inside[0].range.start, inside[-1].range.end))
        else:
            speaking = None
        if closing is not None or speaking is not None:  # what others say in it is told by the one who speaks
            told = [draft for draft in here if draft is not closing] if marked or own else []
            kept = [draft for draft in kept if draft not in told]
    return kept


_VOICES = re.compile(
    r"\b(say|says|said|think|thinks|believe|opinions?|views?|voices|comments?|reactions?|experts?|analysts?)\b",
    re.IGNORECASE,
)
"""Headings under which every paragraph is somebody's words: "What the experts say"."""
_REFERRING = frozenset("he she him her his they them the".split())


def give_sections(article: Article, sentences: Sequence[Sentence], drafts: Sequence[Draft]) -> None:
    """Give sentences without a cue of their own, under a heading such as "What the experts say", to who speaks there.

    A paragraph belongs to the one who speaks in its first sentence, until somebody else does.
    """
    heading = ""
    for number, block in enumerate(article.blocks):
        if block.kind != "body":
            heading = article.text[block.range.start : block.range.end]
        elif _VOICES.search(heading):
            _give_paragraph(article.text, [one for one in sentences if one.block == number], drafts)


def _give_paragraph(text: str, sentences: Sequence[Sentence], drafts: Sequence[Draft]) -> None:
    speaking: Draft | None = None
    for sentence in sentences:
        here = [draft for draft in drafts if draft.sentence is sentence and draft.speech]
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


def is_marked(article: Article, block: int) -> bool:
    """Return whether a block opens with a dash or a bullet."""
    return article.text.startswith(_DASHES + _BULLETS, article.blocks[block].range.start)


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


def _announcing(article: Article, drafts: Sequence[Draft], block: int) -> Draft | None:
    """Who speaks last in the paragraph before, in its last sentence."""
    if block == 0 or article.blocks[block - 1].kind != "body":
        return None
    end = article.blocks[block - 1].range.end
    before = [draft for draft in drafts if draft.sentence.block == block - 1 and draft.speech]
    return next((one for one in reversed(before) if not article.text[one.sentence.range.end : end].strip()), None)


def _ends_with_colon(article: Article, block: int) -> bool:
    return block >= 0 and article.text[: article.blocks[block].range.end].endswith(":")


def _wholly_quoted(text: str, article: Article, block: int, quotations: Sequence[Sequence[Quotation]]) -> bool:
    """Whether a paragraph is nothing but quotations."""
    place = article.blocks[block].range
    said = sum(one.range.end - one.range.start for one in quotations[block])
    return said >= len(text[place.start : place.end].replace(" ", "")) * 0.98


def _beside(text: str, one: Range, other: Range) -> bool:
    between = text[min(one.end, other.end) : max(one.start, other.start)]
    return not any(character.isalnum() for character in between)


def _meet(one: Range, other: Range) -> bool:
    return one.start < other.end and other.start < one.end
