import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from gold import CONSTRUCTIONS, NAMES, TRAPS, WORDINGS, Gold, Said, Trap, load_gold, parse_gold, write_jsonl

from rag.articles import read_text
from rag.records import Range, Speaker, Statement

MARKED = (
    "{1:q|“Go,”} {1:s|Ann Low} {1:c|said} on the {ship|“Tern”}. {1:q|“Now.”}\n====\n1 = Ann Low | direct | name after\n"
)

MARKS = '“”„«»"'


@pytest.fixture(params=NAMES)
def gold(request: pytest.FixtureRequest) -> Gold:
    return load_gold(request.param)


def all_gold() -> Iterator[Gold]:
    return map(load_gold, NAMES)


def ranges(said: Said) -> list[Range]:
    return [said.cue, *said.content, *([said.source] if said.source else [])]


def words(gold: Gold, place: Range | None) -> str:
    assert place is not None
    return gold.text[place.start : place.end]


def test_marks_give_the_text_and_the_ranges() -> None:
    said = Said(
        Range(6, 13), Range(14, 18), (Range(0, 5), Range(34, 40)), "Ann Low", "direct", frozenset({"name after"})
    )
    text = "“Go,” Ann Low said on the “Tern”. “Now.”\n"
    assert parse_gold(MARKED) == Gold(text, (said,), (Trap("ship", Range(26, 32)),), ())


def test_one_source_can_have_two_sayings() -> None:
    table = "1 = ? | indirect | she\n2 = ? | indirect | she\n"
    marked = "{1,2:s|She} {1:c|said} {1:q|yes}, {2:c|denied} {2:q|no}\n====\n" + table
    assert [said.source for said in parse_gold(marked).attributions] == [Range(0, 3), Range(0, 3)]


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("{1:c|said}", "{1:c|said", "broken mark"),
        ("{1:c|said}", "said", "needs one cue"),
        ("{1:c|said}", "{1:c|said} {1:c|and added}", "needs one cue"),
        ("{1:q|", "{2:q|", "needs one cue"),
        ("{1:c|said}", "{1:c|said} {2:c|said}", "no line"),
        ("{ship|", "{boat|", "unknown mark"),
        ("direct", "quoted", "no line of the table"),
        ("====", "", "ends the article"),
    ],
)
def test_broken_marks_are_refused(right: str, wrong: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_gold(MARKED.replace(right, wrong))


def test_ranges_begin_and_end_with_visible_characters_of_the_text(gold: Gold) -> None:
    every = [one for said in gold.attributions for one in ranges(said)] + [trap.range for trap in gold.traps]
    assert all(one.end <= len(gold.text) and words(gold, one) == words(gold, one).strip() for one in every)


def test_marked_ranges_do_not_overlap(gold: Gold) -> None:
    every = {one for said in gold.attributions for one in ranges(said)} | {trap.range for trap in gold.traps}
    assert all(before.end <= after.start for before, after in pairwise(sorted(every)))


def test_every_saying_is_a_statement_but_for_its_role(gold: Gold) -> None:
    for said in gold.attributions:
        assert said.source is not None
        speaker = Speaker(said.speaker) if said.speaker else None
        assert Statement(said.attribution, said.source, said.cue, said.content, speaker).content == said.content


def test_reading_keeps_the_text_and_no_content_crosses_a_paragraph(gold: Gold) -> None:
    article = read_text(gold.text)
    bodies = [block.range for block in article.blocks if block.kind == "body"]
    assert article.text == gold.text
    for one in (one for said in gold.attributions for one in ranges(said)):
        assert any(body.start <= one.start and one.end <= body.end for body in bodies), words(gold, one)


def test_every_construction_is_shown_at_least_twice() -> None:
    shown = Counter(tag for gold in all_gold() for said in gold.attributions for tag in said.shows)
    assert set(shown) == CONSTRUCTIONS
    assert {tag: n for tag, n in shown.items() if n < 2} == {}


def test_every_kind_of_trap_is_set_at_least_twice() -> None:
    shown = Counter(trap.kind for gold in all_gold() for trap in gold.traps)
    assert set(shown) == TRAPS
    assert {kind: n for kind, n in shown.items() if n < 2} == {}


@pytest.mark.parametrize("place", WORDINGS)
def test_a_construction_that_is_called_by_its_words_has_them(gold: Gold, place: str) -> None:
    for said in gold.attributions:
        here = words(gold, getattr(said, place)).lower()
        called = {tag for tag in WORDINGS[place] if re.fullmatch(tag.removesuffix("s") + "[ds]?", here)}
        assert said.shows.intersection(WORDINGS[place]) == called, here


def test_contents_have_quotation_marks_unless_they_are_indirect(gold: Gold) -> None:
    for said in gold.attributions:
        content = "".join(words(gold, one) for one in said.content)
        assert any(mark in content for mark in MARKS) == (said.attribution != "indirect"), content
        assert (content[0] in MARKS or content[-1] in MARKS) or said.attribution != "direct", content


def test_a_speaker_has_a_name_that_stands_in_the_text(gold: Gold) -> None:
    assert [said.speaker for said in gold.attributions if (said.speaker or "").lower() not in gold.text.lower()] == []


def test_every_quotation_mark_belongs_to_a_saying_or_a_trap(gold: Gold) -> None:
    every = [one for said in gold.attributions for one in said.content] + [trap.range for trap in gold.traps]
    marked = {at for one in every for at in range(one.start, one.end)}
    assert [gold.text[at : at + 30] for at, char in enumerate(gold.text) if char in MARKS and at not in marked] == []


def test_who_is_silent_is_mentioned_and_says_nothing(gold: Gold) -> None:
    assert gold.silent and all(name in gold.text for name in gold.silent)
    assert {said.speaker for said in gold.attributions}.isdisjoint(gold.silent)


def test_lines_have_the_same_ranges(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "gold.jsonl")
    records = [json.loads(line) for line in (tmp_path / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [record["id"] for record in records] == list(NAMES)
    for record, gold in zip(records, all_gold(), strict=True):
        assert record["text"] == gold.text
        assert record["traps"] == [[trap.range.start, trap.range.end] for trap in gold.traps]
        for line, said in zip(record["attributions"], gold.attributions, strict=True):
            assert line["content"] == [[one.start, one.end] for one in said.content]
            assert line["cue"] == [[said.cue.start, said.cue.end]]
            assert (line["speaker"], line["attribution"]) == (said.speaker, said.attribution)
