"""Lines and asides that say who speaks without a clause: "Doe: We will win", "Never, - promises Doe, - and nowhere"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rag.records import Article, Range, Sentence
from rag.speakers.cues import SPOKEN
from rag.speakers.draft import Draft
from rag.speakers.mentions import Source
from rag.speakers.parsed import Parsed
from rag.speakers.quotations import Quotation

_WHAT = r"(?P<cue>:)\s+(?P<what>[^\Wa-z].*|\W.*)"
_ANNOUNCED = re.compile(rf"(?P<who>[^\W\d_][^:“\"«?!]{{1,44}}?){_WHAT}", re.DOTALL)
_TURN = re.compile(rf"[\"“]?(?P<who>[^\W\d_][\w.’'-]+(?: [^\W\d_][\w.’'-]*){{0,3}}){_WHAT}", re.DOTALL)
_LABELS = frozenset(
    """
    breaking watch video videos exclusive opinion analysis live update updates photos listen read editorial note
    correction here list explainer explained review preview recap factbox timeline interview transcript part quiz
    background gallery comment column report special developing politics world business sports results election
    """.split()
)
"""Words before a colon that tell what a text is, not who speaks."""
_MOST_WORDS = 6
"""Words of a name with its titles before a colon; more are a clause."""
_SMALL_WORD = 3
"""Letters of words such as "of" and "the", which have no capital inside of a name."""


def announces(article: Article, sentence: Sentence) -> bool:
    """Return whether a sentence is a headline that may open with who says it."""
    return _announced(article, sentence) is not None


def announced_drafts(article: Article, parsed: Sequence[Parsed]) -> Iterator[Draft]:
    """Yield what headlines tell as said, "Doe: We will win", and the turns of a transcript, "DOE: Good evening"."""
    turns = _turns(article)
    for at, one in enumerate(parsed):
        block = article.blocks[one.sentence.block].range
        found, start = _announced(article, one.sentence), one.sentence.range.start
        if found is None and one.sentence.block in turns and not article.text[block.start : start].strip('"“ '):
            found, start = turns[one.sentence.block], block.start
        if found is None:
            continue
        mention = _mention(at, one, Range(start + found.start("who"), start + found.end("who")))
        if mention is not None:
            yield Draft(
                sentence=one.sentence,
                mention=mention,
                source=one.place(mention.first, mention.last),
                cue=Range(start + found.start("cue"), start + found.end("cue")),
                content=[Range(start + found.start("what"), start + found.end("what"))],
                speech=False,
            )


def _announced(article: Article, sentence: Sentence) -> re.Match[str] | None:
    if sentence.kind not in ("title", "heading") and (sentence.block, sentence.number) != (0, 0):
        return None
    found = _ANNOUNCED.fullmatch(article.text[sentence.range.start : sentence.range.end])
    if found is None or not _can_be_named(found["who"]) or _tells(found["who"]):
        return None
    return found if sentence.kind != "body" or _all_capitals(found["who"]) else None


def _can_be_named(who: str) -> bool:
    words = who.split()
    return words[0][0].isupper() and len(words) <= _MOST_WORDS and not _LABELS.intersection(who.lower().split())


def _tells(who: str) -> bool:
    """Whether words have a verb of saying: then they are a clause, "Doe says: We will win", which has its grammar."""
    return any(word in SPOKEN or word.lower() in ("say", "says", "said") for word in who.split())


def _all_capitals(who: str) -> bool:
    """Whether all longer words have capitals, as in a name with its titles; any other text opens with a sentence."""
    return all(word[0].isupper() for word in who.split() if len(word) > _SMALL_WORD)


def _turns(article: Article) -> dict[int, re.Match[str]]:
    """The paragraphs that open with a speaker and a colon, where the speaker is in capitals or opens several."""
    found: dict[int, re.Match[str]] = {}
    for number, block in enumerate(article.blocks):
        turn = _TURN.fullmatch(article.text[block.range.start : block.range.end]) if block.kind == "body" else None
        if turn is not None and _can_be_named(turn["who"]):
            found[number] = turn
    times = Counter(turn["who"] for turn in found.values())
    return {n: turn for n, turn in found.items() if turn["who"].isupper() or times[turn["who"]] > 1}


def aside_drafts(
    article: Article, parsed: Sequence[Parsed], quotations: Sequence[Sequence[Quotation]]
) -> Iterator[Draft]:
    """Yield who speaks between dashes inside of quotation marks, where no parser finds it."""
    for at, one in enumerate(parsed):
        for quotation in quotations[one.sentence.block]:
            aside = quotation.aside
            if aside is None or not (one.sentence.range.start <= aside.start and aside.end <= one.sentence.range.end):
                continue
            words = list(re.finditer(r"\S+", article.text[aside.start : aside.end]))
            verb = next((word for word in words if word.group().lower() in SPOKEN), None)
            if verb is None or len(words) < 2:
                continue
            rest = (verb.end(), len(article.text[aside.start : aside.end])) if verb is words[0] else (0, verb.start())
            mention = _mention(at, one, Range(aside.start + rest[0], aside.start + rest[1]))
            if mention is not None:
                yield Draft(
                    sentence=one.sentence,
                    mention=mention,
                    source=one.place(mention.first, mention.last),
                    cue=Range(aside.start + verb.start(), aside.start + verb.end()),
                    content=[],
                    speech=True,
                )


def _mention(at: int, one: Parsed, place: Range) -> Source | None:
    """The tokens that stand in a range."""
    inside = [
        token.i
        for token in one.doc
        if place.start <= one.places[token.idx] < place.end and not token.is_punct and not token.is_space
    ]
    return Source(at, inside[0], inside[-1]) if inside else None
