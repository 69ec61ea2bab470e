"""A quote is copied with who says it and a reference in the style of a manual."""

from __future__ import annotations

from datetime import date

import pytest
from replies import HOSTILE, TURNS, article, in_reference, quote

from rag.errors import UnknownStyleError
from rag.formats import STYLES, Style, quote_with_source, reference
from rag.formats.dates import day_of, parts_of
from rag.formats.people import Name, name_of
from rag.formats.styles import in_marks
from rag.records import Attribution, Speaker

ADDRESS = "https://example.org/a?b=1&c=2"


@pytest.mark.parametrize(
    ("style", "wanted"),
    [
        ("chicago", "Lee, Ann M. “Trains.” May 9, 2023. https://example.org/a?b=1&c=2."),
        ("apa", "Lee, A. M. (2023, May 9). Trains. https://example.org/a?b=1&c=2"),
        ("mla", "Lee, Ann M. “Trains.” 9 May 2023, https://example.org/a?b=1&c=2."),
    ],
)
def test_a_reference_is_in_its_style(style: Style, wanted: str) -> None:
    assert reference(article(authors=("Ann M. Lee",), published="2023-05-09", source=ADDRESS), style) == wanted


@pytest.mark.parametrize(
    ("style", "wanted"),
    [
        ("chicago", "“Trains.” Izvestia, 9.5.2023, p. 2."),
        ("apa", "Trains (p. 2). (9.5.2023). Izvestia."),
        ("mla", "“Trains.” Izvestia, 9.5.2023, p. 2."),
    ],
)
def test_without_an_author_the_title_comes_first_and_a_date_in_doubt_stays_as_it_is(style: Style, wanted: str) -> None:
    assert reference(article(published="9.5.2023", source="Izvestia"), style, page=2) == wanted


@pytest.mark.parametrize(
    ("style", "published", "wanted"),
    [
        ("chicago", "May 2023", "“Trains.” Izvestia, May 2023."),
        ("apa", "May 2023", "Trains. (2023, May). Izvestia."),
        ("mla", "2023-05", "“Trains.” Izvestia, May 2023."),
        ("chicago", "2023", "“Trains.” Izvestia, 2023."),
        ("apa", "2023", "Trains. (2023). Izvestia."),
        ("mla", "2023", "“Trains.” Izvestia, 2023."),
    ],
)
def test_a_date_without_a_day_gets_none(style: Style, published: str, wanted: str) -> None:
    assert reference(article(published=published, source="Izvestia"), style) == wanted


@pytest.mark.parametrize(
    ("style", "wanted"),
    [
        ("chicago", "van den Berg, Jan, Ann Lee, and BBC Monitoring. “Will trains grow?”"),
        ("apa", "van den Berg, J., Lee, A., & BBC Monitoring. (n.d.). Will trains grow?"),
        ("mla", "van den Berg, Jan, et al. “Will trains grow?”"),
    ],
)
def test_several_authors_are_joined_and_a_question_gets_no_full_stop(style: Style, wanted: str) -> None:
    authors = ("Jan van den Berg", "Ann Lee", "BBC Monitoring")
    assert reference(article(title="Will trains grow?", authors=authors), style) == wanted


@pytest.mark.parametrize("style", STYLES)
def test_marks_in_a_title_alternate_where_the_style_has_marks_around_it(style: Style) -> None:
    shown = reference(article(title="Trains: “fine”"), style)
    assert shown == ("Trains: “fine”. (n.d.)." if style == "apa" else "“Trains: ‘fine’.”")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("words", [*HOSTILE, '<span class="nocase">a</span> b', "  "])
def test_a_reference_to_hostile_words_is_one_line_of_plain_text_that_holds_them(words: str, style: Style) -> None:
    shown = reference(article(title=words, authors=(words,), published=words, source=words), style)
    assert shown == " ".join(shown.split())
    assert in_reference(words) in shown


@pytest.mark.parametrize("style", STYLES)
def test_nothing_in_a_reference_turns_the_writing_and_a_quote_stays_as_it_is(style: Style) -> None:
    name = f"Ann{TURNS} Lee"
    of = article(f"a{TURNS}b", title=f"{TURNS}Trains", authors=(name,), published=f"{TURNS}now", source=f"News{TURNS}")
    plain = article("ab", title="Trains", authors=("Ann Lee",), published="now", source="News")
    assert reference(of, style) == reference(plain, style)
    said, same = (quote(one, speaker=Speaker(name), attribution="direct") for one in (of, plain))
    assert "Ann Lee, quoted in" in quote_with_source(said, style)
    assert quote_with_source(said, style) == quote_with_source(same, style).replace("ab", f"a{TURNS}b", 1)


@pytest.mark.parametrize(
    ("attribution", "wanted"),
    [
        ("direct", "“Trains will grow.” — Ann, quoted in “Trains,” p. 2."),
        ("indirect", "“Trains will grow.” — Ann, reported in “Trains,” p. 2."),
        ("mixed", "“Trains will grow.” — Ann, partly quoted in “Trains,” p. 2."),
    ],
)
def test_who_says_it_is_named_with_how_the_words_reach_the_reader(attribution: Attribution, wanted: str) -> None:
    of = article("Before. Trains will grow. After.", pages=(0, 8))
    said = quote(of, "Trains will grow.", speaker=Speaker("Ann", "minister"), attribution=attribution)
    assert quote_with_source(said, "mla") == wanted.replace("“Trains,” p. 2.", "“Trains.” p. 2.")


def test_nobody_is_named_when_the_text_proves_no_speaker() -> None:
    assert quote_with_source(quote(article("Trains.")), "chicago") == "“Trains.” — “Trains.”"


def test_a_changed_title_changes_the_reference_of_the_same_article() -> None:
    assert reference(article(title="Old"), "mla") == "“Old.”"
    assert reference(article(title="New"), "mla") == "“New.”"


def test_an_unknown_style_is_named_with_those_that_are_known() -> None:
    with pytest.raises(UnknownStyleError, match=r"no style 'harvard'\. Choose one of chicago, apa, mla\."):
        reference(article(), "harvard")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Plain.", "“Plain.”"),
        ('He said "no" twice.', "“He said ‘no’ twice.”"),
        ("She: “a” and “b”", "“She: ‘a’ and ‘b’”"),
        ("“All of it,”", "“All of it,”"),
        ('"All of it"', "“All of it”"),
        ("“It goes on.", "“It goes on.”"),
        ("It ends.”", "“It ends.”"),
        ("It ends,” he said.", "“It ends,’ he said.”"),
        ("“It’s ‘odd’ and ‘don’t’ work,” he said.", "“‘It’s “odd” and “don’t” work,’ he said.”"),
        ("‘single’ stays", "“‘single’ stays”"),
        ("two\r\nlines", "“two lines”"),
        ("'single' stays", "“‘single’ stays”"),
        ("'All of it'", "“‘All of it’”"),
        ("“It's 'odd' and 'don't' work,” he said.", "“‘It's “odd” and “don't” work,’ he said.”"),
        ("\"'Go,' she told me,\" he said.", "“‘“Go,” she told me,’ he said.”"),
        ("She: \"I heard 'no'\" and left", "“She: ‘I heard “no”’ and left”"),
        ("\"All of 'it'\"", "“All of ‘it’”"),
        ("an 'odd' (and 'even') one", "“an ‘odd’ (and ‘even’) one”"),
    ],
)
def test_marks_inside_marks_alternate(words: str, wanted: str) -> None:
    assert in_marks(words) == wanted


@pytest.mark.parametrize(
    "words",
    [
        "It's the workers' day, and the bosses' too", "'Tis the workers' day", "rock 'n' roll, the '90s and the boys'",
        "Go get 'em, said the boys' boss", "5'10\" is 5' and 10", "’tis O'Brien’s Qur'an", "'It goes on, he said",
        "It ends,' he said", "the '68 students' revolt", "' '", "''",
    ],
)  # fmt: skip
def test_an_apostrophe_stays(words: str) -> None:
    assert in_marks(words) == f"“{words}”".replace('10"', "10’")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("He said “the 'old” days' end", "“He said ‘the 'old’ days' end”"),
        ("the 'old “days' end” now", "“the 'old ‘days' end’ now”"),
    ],
)
def test_single_marks_pair_within_the_same_double_marks_alone(words: str, wanted: str) -> None:
    assert in_marks(words) == wanted


@pytest.mark.parametrize(
    "published",
    [
        "2023-05-09", "2023-05-09T10:30:00Z", "2023-05-09 10:30", "May 9, 2023", "May 9 2023", "9 May 2023",
        "9th May, 2023", "Tuesday, May 9, 2023", "Tue, 9 May 2023 10:30:00 GMT", "MAY 9, 2023 at 10:30 a.m. EDT",
        "9 мая 2023", "9. Mai 2023", "9 de mayo de 2023", " May  9,\n2023 ",
    ],
)  # fmt: skip
def test_a_full_date_is_a_day(published: str) -> None:
    assert day_of(published) == date(2023, 5, 9)


@pytest.mark.parametrize(
    "published",
    [
        None, "", "2023", "May 2023", "2023-05", "9.5.2023", "05/09/2023", "yesterday", "9 Foo 2023", "31 June 2023",
        "2023-13-01", "May 9, 23", "Updated May 9, 2023 and May 10, 2023", "Spring 2023", "13.13.2023",
    ],
)  # fmt: skip
def test_a_date_that_is_partial_or_in_doubt_is_none(published: str | None) -> None:
    assert day_of(published) is None


@pytest.mark.parametrize(
    ("published", "wanted"),
    [
        ("2023-05-09", (2023, 5, 9)), ("May 9, 2023", (2023, 5, 9)), ("2023-05", (2023, 5)), ("May 2023", (2023, 5)),
        ("Sept. 2023", (2023, 9)), ("MAY, 2023", (2023, 5)), (" 2023 ", (2023,)), ("2023-00", ()), ("2023-13", ()),
        ("Spring 2023", ()), ("9.5.2023", ()), ("31 June 2023", ()), ("0000", ()), ("23", ()), ("yesterday", ()),
        ("", ()), (None, ()),
    ],
)  # fmt: skip
def test_a_date_has_the_parts_that_are_given_and_no_others(published: str | None, wanted: tuple[int, ...]) -> None:
    assert parts_of(published) == wanted


@pytest.mark.parametrize(
    ("published", "wanted"),
    [("25.12.2023", date(2023, 12, 25)), ("12/25/2023", date(2023, 12, 25)), ("5.5.2023", date(2023, 5, 5))],
)
def test_numbers_that_can_be_one_day_only_are_that_day(published: str, wanted: date) -> None:
    assert day_of(published) == wanted


@pytest.mark.parametrize(
    ("author", "wanted"),
    [
        ("Ann Lee", Name("Lee", "Ann")),
        ("Ann M. O’Brien-Lee", Name("O’Brien-Lee", "Ann M.")),
        ("Lee, Ann M.", Name("Lee", "Ann M.")),
        ("Jan van den Berg", Name("Berg", "Jan", "van den")),
        ("van den Berg, Jan", Name("Berg", "Jan", "van den")),
        ("Mohammed bin Salman", Name("Salman", "Mohammed", "bin")),
        ("Martin King Jr.", Name("King", "Martin", "", "Jr.")),
        ("Martin King, Jr.", Name("King", "Martin", "", "Jr.")),
        ("José Díaz", Name("Díaz", "José")),
        ("ANN LEE", Name("LEE", "ANN")),
    ],
)
def test_the_name_of_a_person_has_parts(author: str, wanted: Name) -> None:
    assert name_of(author) == wanted


@pytest.mark.parametrize(
    "author",
    [
        "Reuters", "BBC Monitoring", "Associated Press", "The Guardian", "Ministry of Health", "Анна Ли", "李安",
        "staff writer", "Ann Lee and Bob Marsh",
        "Ann Lee, Reuters", "Lee, Ann, Dr.", "Agent 007 Bond", "ann@example.org", "Ann van",
    ],
)  # fmt: skip
def test_other_names_stay_whole(author: str) -> None:
    assert (name_of(author).whole, str(name_of(author))) == (True, author)
