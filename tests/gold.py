"""Invented news articles in which every saying is marked by hand, and what the marks say.

How `data/NAME.marked` is read. Above the line `====` stands the article. Marks do not nest, and every
character outside of them belongs to the text, also line breaks and doubled spaces:

    {3:s|Maria Halden} {3:c|said} {3:q|“We wait.”}

are the source, the cue and the content of saying 3. A saying has one cue, at most one source, and as much
content as is marked, one range a paragraph at least. `{3,4:s|She}` is the source of two sayings. A mark with a
word, `{ship|“Patience”}`, is a trap of that kind: nobody in the article says it. Below the line a table tells
for each number who speaks, how, and which constructions it shows; `?` where the article does not prove a name,
and `silent` for people who are mentioned and say nothing:

    3 = Maria Halden | direct | name before, Dr.
    silent = Oskar Brandt

What ranges cover. The source is the whole mention with title and apposition, without the comma that closes
it; the cue is the verb with what belongs to it or "according to"; direct content has its quotation marks,
reported content has its "that" and no full stop. A saying inside of another's content is not marked.
Words without quotation marks are `indirect`, even in the first person. A group without a name is called what
the article calls it; a single person without a name is nobody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.records import Attribution, Range

DATA = Path(__file__).parent / "data"
NAMES = ("harbour", "dam")

TRAPS = frozenset({"scare", "work", "ship", "operation", "narration", "unsaid", "hypothetical", "asked"})
"""Scare quotes, titles of works, names of ships and operations; the article's own words where others speak before
and after; sayings that did not take place."""

WORDINGS = {
    "source": ("he", "she", "they", "his interlocutor", "the minister", "the expert", "the agency", "her colleague"),
    "cue": (
        "according to", "in the view of", "told reporters", "was quoted as saying",
        "notes", "believes", "emphasizes", "admitted", "denied",
    ),
}  # fmt: skip
"""Constructions that are called by their words, and where these stand."""

CONSTRUCTIONS = frozenset(
    {words for place in WORDINGS.values() for words in place}
    | {"name before", "name after", "cue between", "in the opinion", "reported by", "said by to"}
    | {"several sentences", "several paragraphs", "expert and bullets", "expert and dash"}
    | {"expert closes", "expert to the end", "nested marks", "unpaired mark", "mixed marks", "straight marks"}
    | {"guillemets", "low marks", "surname only", "Dr.", "Sen.", "Colonel", "spelling", "country", "institution"}
    | {"group", "unnamed", "same surname", "unproven pronoun"}
)

_MARK = re.compile(r"\{(?P<head>[^{}|]+)\|(?P<words>[^{}|]+)\}")
_PART = re.compile(r"(?P<numbers>\d+(?:,\d+)*):(?P<role>[scq])")
_LINE = re.compile(r"(?P<number>\d+) = (?P<speaker>[^|]+) \| (?P<how>direct|indirect|mixed) \| (?P<shows>[^|]+)")

_ATTRIBUTIONS: dict[str, Attribution] = {"direct": "direct", "indirect": "indirect", "mixed": "mixed"}


@dataclass(frozen=True, slots=True)
class Said:
    """A saying of the gold: the fields of `Statement`, with the speaker's name, and what it `shows`."""

    source: Range | None
    cue: Range
    content: tuple[Range, ...]
    speaker: str | None
    attribution: Attribution
    shows: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trap:
    """Words that nobody in the article says."""

    kind: str
    range: Range


@dataclass(frozen=True, slots=True)
class Gold:
    """A text, all that is said in it in the order of the table, and what is not; `silent` say nothing."""

    text: str
    attributions: tuple[Said, ...]
    traps: tuple[Trap, ...]
    silent: tuple[str, ...]


def load_gold(name: str) -> Gold:
    """Read `data/NAME.marked`."""
    return parse_gold((DATA / f"{name}.marked").read_text(encoding="utf-8"))


def parse_gold(marked: str) -> Gold:
    """Read marks and table; offsets come from the marks alone.

    Raises:
        ValueError: A mark is broken or unknown, a saying lacks its line, its cue or its content, or has two cues.
    """
    body, line, table = marked.partition("====\n")
    if not line:
        raise ValueError("no line ==== ends the article")
    text, marks = _strip(body)
    parts: dict[tuple[str, str], list[Range]] = {}
    traps = []
    for head, place in marks:
        if part := _PART.fullmatch(head):
            for number in part["numbers"].split(","):
                parts.setdefault((number, part["role"]), []).append(place)
        elif head in TRAPS:
            traps.append(Trap(head, place))
        else:
            raise ValueError(f"unknown mark {head!r}")
    lines = table.splitlines()
    silent = tuple(line.removeprefix("silent = ") for line in lines if line.startswith("silent = "))
    said = tuple(_said(line, parts) for line in lines if not line.startswith("silent = "))
    if parts:
        raise ValueError(f"no line, or more marks than one for: {sorted(parts)}")
    return Gold(text, said, tuple(traps), silent)


def _strip(body: str) -> tuple[str, list[tuple[str, Range]]]:
    """Take the marks out of a text; also gives the head and the range of each, in order."""
    pieces, marks, end, length = [], [], 0, 0
    for mark in _MARK.finditer(body):
        before, words = body[end : mark.start()], mark["words"]
        pieces += [before, words]
        start = length + len(before)
        length = start + len(words)
        marks.append((mark["head"], Range(start, length)))
        end = mark.end()
    text = "".join([*pieces, body[end:]])
    if left := re.search(r"[{}|].{0,30}", text):
        raise ValueError(f"a broken mark at {left[0]!r}")
    return text, marks


def _said(line: str, parts: dict[tuple[str, str], list[Range]]) -> Said:
    """Make the saying of a line of the table; takes its marks out of `parts`."""
    told = _LINE.fullmatch(line)
    if told is None:
        raise ValueError(f"no line of the table: {line!r}")
    source, cue, content = (parts.pop((told["number"], role), []) for role in "scq")
    if len(source) > 1 or len(cue) != 1 or not content:
        raise ValueError(f"saying {told['number']} needs one cue, content, and no second source")
    return Said(
        source[0] if source else None,
        cue[0],
        tuple(content),
        None if told["speaker"] == "?" else told["speaker"],
        _ATTRIBUTIONS[told["how"]],
        frozenset(told["shows"].split(", ")),
    )


def write_jsonl(path: Path) -> None:
    """Write a line for each article: PolNeAR's fields, with speakers, attributions and the ranges of the traps."""
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in _records())
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def _records() -> Iterator[dict[str, object]]:
    for name in NAMES:
        gold = load_gold(name)
        attributions = [
            {
                "source": _pairs(*([said.source] if said.source else [])),
                "cue": _pairs(said.cue),
                "content": _pairs(*said.content),
                "speaker": said.speaker,
                "attribution": said.attribution,
            }
            for said in gold.attributions
        ]
        traps = _pairs(*(trap.range for trap in gold.traps))
        yield {"id": name, "text": gold.text, "attributions": attributions, "traps": traps}


def _pairs(*ranges: Range) -> list[list[int]]:
    return [[one.start, one.end] for one in ranges]
