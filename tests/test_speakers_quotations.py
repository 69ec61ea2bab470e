"""Quotation marks, in good typesetting or bad; grammar plays no part."""

import pytest

from rag.records import Range
from rag.speakers.quotations import Quotation, find_quotations, is_label, meeting


def found(text: str) -> list[str]:
    return [text[one.range.start : one.range.end] for one in find_quotations(text, Range(0, len(text)))]


def closed(text: str) -> list[bool]:
    return [one.closed for one in find_quotations(text, Range(0, len(text)))]


def labelled(text: str) -> bool:
    return is_label(text, Quotation(Range(0, len(text)), closed=True))


@pytest.mark.parametrize(
    "marked",
    ["“We wait.”", '"We wait."', "«We wait.»", "»We wait.«", "„We wait.“", "„We wait.”", "‘We wait.’", "‹We wait.›"],
)
def test_every_pair_of_marks_holds_a_quotation(marked: str) -> None:
    assert found(f"She said: {marked}") == [marked]
    assert closed(f"She said: {marked}") == [True]


@pytest.mark.parametrize("marked", ["``We wait.''", "''We wait.''"])
def test_marks_of_typewriters_hold_a_quotation(marked: str) -> None:
    assert found(f"{marked} she said") == [marked]


@pytest.mark.parametrize("marked", ['«We wait."', '“We wait."', '"We wait.”', '„We wait."', "«We wait.”"])
def test_marks_that_do_not_match_hold_a_quotation(marked: str) -> None:
    assert found(f"{marked} she said.") == [marked]


def test_several_quotations_come_in_order() -> None:
    assert found("“One,” she said, “two.” Then “three”.") == ["“One,”", "“two.”", "“three”"]


def test_what_stands_inside_another_quotation_is_part_of_it() -> None:
    assert found("“He said, ‘Stay,’ and I stayed,” she said.") == ["“He said, ‘Stay,’ and I stayed,”"]
    assert found("“They call it «the wall» here,” she said.") == ["“They call it «the wall» here,”"]


def test_apostrophes_are_no_quotation_marks() -> None:
    assert found("It’s the dockers’ wall, and they don't like the '90s.") == []


def test_apostrophes_close_no_single_marks() -> None:
    assert found("‘It isn’t ours,’ she said.") == ["‘It isn’t ours,’"]


def test_inches_open_no_quotation() -> None:
    assert found('A 12" pipe and a 6" pipe.') == []


def test_a_mark_that_is_never_closed_holds_to_the_end_of_the_paragraph() -> None:
    text = "She said: “We wait. And then"
    assert (found(text), closed(text)) == (["“We wait. And then"], [False])


def test_a_mark_that_is_never_closed_ends_where_another_opens() -> None:
    text = "“We wait. “And then we go.”"
    assert (found(text), closed(text)) == (["“We wait.", "“And then we go.”"], [False, True])


def test_a_closing_mark_that_nothing_opened_takes_its_sentence() -> None:
    text = "It rained. We shall wait,” she said."
    assert (found(text), closed(text)) == (["We shall wait,”"], [False])


def test_a_closing_mark_that_nothing_opened_and_no_stop_ends_is_not_looked_at() -> None:
    assert found("The so-called wall” was built in May.") == []


def test_a_single_mark_that_is_never_closed_is_an_apostrophe() -> None:
    assert found("In the summer of ‘68 it rained.") == []


def test_only_the_paragraph_is_looked_at() -> None:
    text = "“One” and “two” and “three”"
    assert find_quotations(text, Range(6, 15)) == [Quotation(Range(10, 15), closed=True)]


def test_who_speaks_between_dashes_is_no_part_of_the_quotation() -> None:
    text = '"Never, - promises Tarn, - and nowhere."'
    first, second = find_quotations(text, Range(0, len(text)))
    assert [text[one.range.start : one.range.end] for one in (first, second)] == ['"Never,', 'and nowhere."']
    assert first.aside is not None and text[first.aside.start : first.aside.end] == "promises Tarn"
    assert second.aside is None


def test_who_speaks_behind_a_dash_ends_a_quotation_that_is_not_closed() -> None:
    assert found("«We have time, — said Tarn.") == ["«We have time,"]


def test_what_somebody_thinks_of_between_dashes_is_part_of_the_quotation() -> None:
    text = '"Never, - and I mean it, - and nowhere."'
    assert found(text) == [text]


def test_who_speaks_is_found_after_other_words_between_dashes() -> None:
    text = '"Never, - not once, - said Tarn, - and nowhere."'
    assert found(text) == ['"Never, - not once,', 'and nowhere."']


@pytest.mark.parametrize("text", ["", "   ", "“", "”", '"', "“”", "''", "‘", "»«", "\x00“\x00"])
def test_marks_alone_do_no_harm(text: str) -> None:
    assert all(text[one.range.start : one.range.end] for one in find_quotations(text, Range(0, max(1, len(text)))))


@pytest.mark.parametrize(
    "label", ["“Halcyon Dawn”", "“Voice of Orlun”", '"Clean Bank"', "«Komet-4»", "“The Drowned Coast,”"]
)
def test_a_name_or_title_in_marks_is_a_label(label: str) -> None:
    assert labelled(label)


@pytest.mark.parametrize("speech", ["“We wait”", "“Never!”", "“Peace.”", "“long overdue”", "“…”"])
def test_speech_in_marks_is_no_label(speech: str) -> None:
    assert not labelled(speech)


def test_quotations_that_share_characters_with_a_range_are_found() -> None:
    one, two, three = (Quotation(Range(n, n + 5), closed=True) for n in (0, 10, 20))
    every = [one, two, three]
    assert meeting(every, Range(5, 10)) == []
    assert meeting(every, Range(4, 11)) == [one, two]
    assert meeting(every, Range(12, 13)) == [two]
    assert meeting(every, Range(24, 99)) == [three]
    assert meeting([], Range(0, 1)) == []
