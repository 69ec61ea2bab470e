"""Clauses and quotations -> the quotations that each speaker says, over sentences and paragraphs; knows no names."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from rag.records import Article, Range
from rag.speakers.draft import Draft, grouped
from rag.speakers.quotations import Quotation, find_quotations, is_label, meeting


def body_quotations(article: Article) -> list[list[Quotation]]:
    """Return the quotations of every block of an article; none for those that are not body."""
    return [find_quotations(article.text, block.range) if block.kind == "body" else [] for block in article.blocks]


def give_quotations(article: Article, drafts: Sequence[Draft], quotations: Sequence[Sequence[Quotation]]) -> None:
    """Give every quotation to the draft that says it, if there is one.

    Passes, the surest first: quotations that hold or touch what is said, or stand beside its cue; what a colon
    announces, and what follows with nothing in between, over paragraphs too; what stands right before. Whoever is not
    heard beside quotations has those inside of what he says.
    """
    giver = _Giver(article, drafts, quotations)
    speaking = [draft for draft in drafts if draft.speech]
    for draft in speaking:
        giver.give_own(draft)
    for draft in speaking:
        giver.give_following(draft)
    for draft in speaking:
        giver.give_preceding(draft)
    for draft in drafts:
        if not draft.speech:
            giver.give_inside(draft)


class _Giver:
    """Remembers which quotations are somebody's already."""

    def __init__(self, article: Article, drafts: Sequence[Draft], quotations: Sequence[Sequence[Quotation]]) -> None:
        self._article, self._text, self._quotations = article, article.text, quotations
        self._in_sentence = grouped(drafts, lambda draft: draft.sentence.number)
        self._claimed: set[Range] = set()

    def give_own(self, draft: Draft) -> None:
        """Give what shares characters with what is said, or stands beside it in the same sentence."""
        here = meeting(self._quotations[draft.sentence.block], draft.sentence.range)
        own = [one for one in here if any(_meet(one.range, part) for part in draft.content)]
        others = [part for other in self._beside(draft) for part in other.content]
        for one in here:
            if one in own or any(_meet(one.range, part) for part in others):
                continue
            if draft.content and is_label(self._text, one):
                continue
            parts = [draft.source, draft.cue, *draft.content, *(quotation.range for quotation in own)]
            if not others or any(_near(self._text, one.range, part) for part in parts):
                own.append(one)
        self._take(draft, own)

    def give_inside(self, draft: Draft) -> None:
        """Give what stands inside of what is said anyway: "called it “a mess”"; the marks belong to it."""
        here = meeting(self._quotations[draft.sentence.block], draft.sentence.range)
        said = [one for one in here if any(_meet(one.range, part) for part in draft.content)]
        self._take(draft, [one for one in said if not is_label(self._text, one)])

    def give_following(self, draft: Draft) -> None:
        """Give what comes after the last quotation, or after a colon, as long as only space stands in between.

        It goes on in the next paragraph when it was announced, when its closing mark is missing, or when that
        paragraph is nothing but quotations.
        """
        block = draft.sentence.block
        announced = self._text[draft.cue.end : draft.sentence.range.end].rstrip().endswith(":")
        spoken_after = any(other.cue > draft.cue and other.quotations for other in self._beside(draft))
        if spoken_after:
            return
        reported = not draft.quotations and not announced  # "He argued that it is late. “Too late.”"
        if reported and not self._leads_on(draft):
            return
        end = max(one.end for one in (draft.sentence.range, *(quotation.range for quotation in draft.quotations)))
        goes_on = announced or (bool(draft.quotations) and not draft.quotations[-1].closed)
        while True:
            at = bisect_left(self._quotations[block], end, key=lambda one: one.range.start)
            if at == len(self._quotations[block]):
                after = None if reported else self._next_body(block)
                if self._words_between(end, self._article.blocks[block].range.end) or after is None:
                    return
                if not self._quotations[after] or not (goes_on or self._is_quoted(after)):
                    return
                block, at, end = after, 0, self._article.blocks[after].range.start
            following = self._quotations[block][at]
            if following.range in self._claimed or self._words_between(end, following.range.start):
                return
            self._take(draft, [following])
            end, goes_on = following.range.end, not following.closed

    def give_preceding(self, draft: Draft) -> None:
        """Give the quotation right before the sentence that nobody else says: ““Never.” He added: “Not here.””."""
        marks, start = self._quotations[draft.sentence.block], draft.sentence.range.start
        before = bisect_right(marks, start, key=lambda one: one.range.end)
        if not draft.quotations or not before:
            return
        one = marks[before - 1]
        if one.range not in self._claimed and not self._words_between(one.range.end, start):
            self._take(draft, [one])

    def _leads_on(self, draft: Draft) -> bool:
        """Whether what somebody is reported to say can go on in the next sentence: nobody else speaks there or here."""
        speaking = [other for other in self._beside(draft) if other.speech]
        return bool(draft.content) and not speaking and draft.sentence.number + 1 not in self._in_sentence

    def _beside(self, draft: Draft) -> list[Draft]:
        """What others say in the same sentence."""
        return [other for other in self._in_sentence[draft.sentence.number] if other is not draft]

    def _take(self, draft: Draft, quotations: Sequence[Quotation]) -> None:
        draft.quotations = sorted([*draft.quotations, *quotations], key=lambda one: one.range)
        self._claimed.update(one.range for one in quotations)

    def _next_body(self, block: int) -> int | None:
        after = range(block + 1, len(self._article.blocks))
        return next((number for number in after if self._article.blocks[number].kind == "body"), None)

    def _words_between(self, start: int, end: int) -> bool:
        return not (self._text[start:end] or " ").isspace()

    def _is_quoted(self, block: int) -> bool:
        """Whether a paragraph is nothing but quotations."""
        place, marks = self._article.blocks[block].range, self._quotations[block]
        starts = [*(one.range.start for one in marks), place.end]
        ends = [place.start, *(one.range.end for one in marks)]
        outside = (self._text[end:start] for end, start in zip(ends, starts, strict=True))
        return not any(map(str.isalnum, "".join(outside)))


def _near(text: str, one: Range, other: Range) -> bool:
    """Whether no letter stands between two ranges."""
    return not any(map(str.isalnum, text[min(one.end, other.end) : max(one.start, other.start)]))


def _meet(one: Range, other: Range) -> bool:
    return one.start < other.end and other.start < one.end
