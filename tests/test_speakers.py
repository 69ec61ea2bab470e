"""Who says what, construction by construction: the words of source, cue and content, read with the real model."""

import pytest
from saying import Told, read, told

pytestmark = pytest.mark.models

SHUT = "that the harbour is shut"


def low(cue: str, *said: str, source: str = "Ann Low") -> list[Told]:
    """Ann Low says something, and nobody else does."""
    return [Told("Ann Low", source, cue, said)]


def attributions(text: str) -> list[str]:
    return [one.attribution for one in read(text)]


# Clauses


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Low said that the harbour is shut.", low("said", SHUT)),
        ("The harbour is shut, Ann Low said on Monday.", low("said", "The harbour is shut")),
        ("The harbour is shut, said Ann Low.", low("said", "The harbour is shut")),
        ("The documents, Ann Low noted, are lost.", low("noted", "The documents", "are lost.")),
        ("Ann Low told the council that the harbour is shut.", low("told", SHUT)),
        ("Ann Low promised to reopen the harbour.", low("promised", "to reopen the harbour")),
        ("Ann Low is convinced that the harbour is shut.", low("is convinced", SHUT)),
        ("Ann Low sees three reasons why it is shut.", low("sees", "three reasons why it is shut")),
        ("Ann Low puts it more sharply: the harbour is shut.", low("puts", "the harbour is shut.")),
        ("Ann Low said Ben Roe lied about the harbour.", low("said", "Ben Roe lied about the harbour")),
    ],
)
def test_a_verb_tells_who_says_what(text: str, expected: list[Told]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("According to Ann Low, the harbour is shut.", low("According to", "the harbour is shut.")),
        ("The harbour is shut, according to Ann Low.", low("according to", "The harbour is shut")),
        ("In the view of Ann Low, the harbour is shut.", low("In the view", "the harbour is shut.")),
        ("In Ann Low’s opinion, the harbour is shut.", low("In Ann Low’s opinion", "the harbour is shut.")),
    ],
)
def test_a_phrase_tells_who_says_the_sentence(text: str, expected: list[Told]) -> None:
    assert told(text) == expected


def test_a_passive_report_has_who_reports_as_its_source() -> None:
    text = "It was reported by the Ministry of Transport that the harbour is shut."
    assert told(text) == [Told("Ministry of Transport", "the Ministry of Transport", "was reported by", (SHUT,))]


def test_who_is_said_to_do_something_is_part_of_what_is_said() -> None:
    text = "The ferry is said by port officials to have entered the channel at twice the permitted speed."
    said = ("The ferry", "to have entered the channel at twice the permitted speed")
    assert told(text) == [Told("Port officials", "port officials", "is said by", said)]


def test_who_was_quoted_as_saying_something_says_it() -> None:
    assert told("Ann Low was quoted as saying that the harbour is shut.") == low("saying", SHUT)


def test_two_verbs_share_a_subject() -> None:
    text = "Ann Low admitted that she was late, but denied that anyone had died."
    assert told(text) == low("admitted", "that she was late") + low("denied", "that anyone had died")


def test_a_participle_shares_the_subject_of_its_verb() -> None:
    text = "Ann Low argued that the harbour is shut, saying that nothing moves."
    assert told(text) == low("argued", SHUT) + low("saying", "that nothing moves")


def test_what_is_told_of_the_speaker_belongs_to_the_source() -> None:
    text = "Ann Low, who leads the union, believes that the harbour is shut."
    assert told(text) == low("believes", SHUT, source="Ann Low, who leads the union,")


def test_what_a_relative_clause_says_is_said_by_whom_it_hangs_on() -> None:
    text = "Pilot Ben Roe, who said that it rained, left."
    (one,) = read(text)
    assert told(text) == [Told("Ben Roe", "who", "said", ("that it rained",))]
    assert one.resolved_from is not None and text[one.resolved_from.start : one.resolved_from.end] == "Pilot Ben Roe"


@pytest.mark.parametrize(
    "text",
    [
        "Ann Low did not say whether the harbour is shut.",
        "If asked, Ann Low would say that the harbour is shut.",
        "Ann Low might believe that the harbour is shut.",
        "Nobody said that the harbour is shut.",
        "Ann Low found herself in the harbour.",
        "Ann Low put it in a letter.",
        "The harbour is shut.",
    ],
)
def test_what_nobody_said_is_no_statement(text: str) -> None:
    assert told(text) == []


# Quotations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“The harbour is shut,” said Ann Low.", ["“The harbour is shut,”"]),
        ("Ann Low said: “The harbour is shut.”", ["“The harbour is shut.”"]),
        ("“The harbour,” Ann Low said, “is shut.”", ["“The harbour,”", "“is shut.”"]),
        ("“What now?” said Ann Low.", ["“What now?”"]),
        ("«We wait», Ann Low said.", ["«We wait»"]),
        ("„We wait“, Ann Low said.", ["„We wait“"]),
        ('"We wait", Ann Low said.', ['"We wait"']),
        ('«We wait", Ann Low said.', ['«We wait"']),
        ("“He told me, ‘Stay,’ and I stayed,” said Ann Low.", ["“He told me, ‘Stay,’ and I stayed,”"]),
        ("We wait all summer,” Ann Low said.", ["We wait all summer,”"]),
        ("“We wait. “And then we go,” Ann Low said.", ["“We wait.", "“And then we go,”"]),
        ("“Never.” Ann Low said: “Not here.”", ["“Never.”", "“Not here.”"]),
        ("“We wait,” Ann Low said. “Nothing moves. It rains.”", ["“We wait,”", "“Nothing moves. It rains.”"]),
    ],
)
def test_a_quotation_belongs_to_the_cue_beside_it(text: str, expected: list[str]) -> None:
    assert told(text) == low("said", *expected)
    assert attributions(text) == ["direct"]


def test_a_quotation_inside_of_a_report_makes_it_mixed() -> None:
    assert told("Ann Low said the harbour “will stay shut.”") == low("said", "the harbour “will stay shut.”")
    assert attributions("Ann Low said the harbour “will stay shut.”") == ["mixed"]


def test_marks_inside_of_what_is_said_belong_to_it() -> None:
    text = "Ann Low called the plan for the harbour “a disaster for us all.”"
    assert told(text) == low("called", "the plan for the harbour “a disaster for us all.”")
    assert attributions(text) == ["mixed"]


def test_what_a_name_with_a_colon_announces_in_marks_is_direct() -> None:
    text = "Ann Low: “We wait all summer”.\n\nIt rained in the town all day long and in the night."
    assert (told(text), attributions(text)) == (low(":", "“We wait all summer”."), ["direct"])


@pytest.mark.parametrize(
    "text", ["The ferry “Halcyon Dawn” sank, Ann Low said.", "Ann Low said that the “Halcyon Dawn” sank."]
)
def test_a_name_in_marks_is_no_speech(text: str) -> None:
    assert attributions(text) == ["indirect"]


def test_marks_that_nobody_speaks_beside_are_no_statement() -> None:
    assert told("The so-called “temporary” wall broke.") == []
    assert told("The band played “Homeward, Homeward,” and then “Go.”") == []


def test_who_speaks_between_dashes_inside_of_the_marks_is_found() -> None:
    text = '"We hand over the keys in spring, - promises director of the works Ann Low, - and not a day later."'
    said = ('"We hand over the keys in spring,', 'and not a day later."')
    assert told(text) == low("promises", *said, source="director of the works Ann Low")


# Paragraphs


def test_paragraphs_that_are_nothing_but_quotations_go_on() -> None:
    text = "“We wait,” Ann Low said.\n\n“We wait all summer.”\n\n“And then we go.”\n\nIt rained."
    assert told(text) == low("said", "“We wait,”", "“We wait all summer.”", "“And then we go.”")


def test_a_quotation_that_is_not_closed_goes_on_in_the_next_paragraph() -> None:
    text = "Ann Low said: “We wait.\n\n“We wait all summer.\n\n“And then we go.” It rained."
    assert told(text) == low("said", "“We wait.", "“We wait all summer.", "“And then we go.”")


def test_a_colon_announces_the_next_paragraph() -> None:
    text = "Ann Low put it in a letter, and she said:\n\n“We wait. We wait all summer.”"
    assert told(text) == [Told("Ann Low", "she", "said", ("“We wait. We wait all summer.”",))]


def test_the_next_paragraph_has_a_speaker_of_its_own() -> None:
    text = "“We wait,” said Ann Low.\n\n“We go,” said Ben Roe."
    assert told(text) == [*low("said", "“We wait,”"), Told("Ben Roe", "Ben Roe", "said", ("“We go,”",))]


def test_the_next_paragraph_does_not_go_on_when_words_stand_outside_of_its_marks() -> None:
    text = (
        "“We wait for the divers to tell us that all of the wall is sound,” said Ann Low.\n\n"
        "“We go out tonight whether or not the divers have told us that the wall is sound,” it said on a wall."
    )
    assert low("said", "“We wait for the divers to tell us that all of the wall is sound,”")[0] in told(text)


def test_a_dashed_paragraph_is_said_by_who_closes_it() -> None:
    text = (
        "Hydrologist Ann Low believes that the sides do not quarrel.\n\n"
        "– The river knows no borders. First of all one must drain the quarry, the expert emphasizes.\n\nIt rained."
    )
    words = "The river knows no borders. First of all one must drain the quarry"
    assert told(text)[1:] == low("emphasizes", words, source="the expert")


def test_a_dashed_paragraph_without_a_cue_is_said_by_who_spoke_before() -> None:
    text = "Engineer Ann Low puts it more sharply.\n\n— We laid this in frost. I signed it.\n\nIt rained."
    assert [one.said for one in told(text)] == [("We laid this in frost. I signed it.",)]


def test_bullets_behind_a_colon_are_said_by_who_announces_them() -> None:
    text = "Dr. Ann Low sees two reasons why it broke:\n\n• The wall was old.\n\n• Nobody has looked.\n\nIt rained."
    said = ("two reasons why it broke", "The wall was old.", "Nobody has looked.")
    assert told(text) == low("sees", *said, source="Dr. Ann Low")


def test_a_list_that_nobody_announces_is_no_statement() -> None:
    assert told("Three things were missing:\n\n- a map;\n\n- a lamp.") == []


def test_below_a_heading_of_voices_a_paragraph_is_all_its_speakers() -> None:
    text = (
        "The town\n\nIt rained.\n\nWhat the experts say\n\n"
        "Analyst Ann Low believes that the sides agree. Each needs the other.\n\nWhat comes next\n\nIt rains."
    )
    assert told(text) == low("believes", "that the sides agree", "Each needs the other.", source="Analyst Ann Low")


def test_turns_of_a_transcript_are_said_by_who_opens_them() -> None:
    text = "An evening\n\nLOW: Good evening. It is late.\n\nROE: Why did you come?\n\nLOW: To talk."
    assert [(one.source, one.said) for one in told(text)] == [
        ("LOW", ("Good evening. It is late.",)),
        ("ROE", ("Why did you come?",)),
        ("LOW", ("To talk.",)),
    ]


def test_a_headline_is_said_by_who_opens_it() -> None:
    text = "Low: We will win\n\nIt rained in Kessmar. Minister Ann Low came to the council."
    assert told(text) == low(":", "We will win", source="Low")


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("KESSMAR, Veldoria — The harbour is shut, Ann Low said.", "Ann Low"),
        ("The harbour is shut, Ann Low  said.", "Ann Low"),
        ("The harbour is shut, Ann Low (R-Ohio) said.", "Ann Low (R-Ohio)"),
    ],
)
def test_datelines_spaces_and_parties_are_passed_over(text: str, source: str) -> None:
    (one,) = told(text)
    assert (one.who, one.cue, one.said) == ("Ann Low", "said", ("The harbour is shut",))
