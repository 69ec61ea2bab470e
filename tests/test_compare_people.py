import pytest

from rag.compare import is_country, whom
from rag.compare.countries import country_forms, of_country
from rag.compare.people import Voice
from rag.records import Speaker


def voice(name: str, role: str = "", *, mentions: str = "", heading: str = "") -> Voice:
    return Voice(Speaker(name, role or None), " | ".join([name, role, mentions]), heading)


KNOWN = [
    voice("Hossein Abdollahian", "Iranian Foreign Minister"),
    voice("Jeyhun Bayramov", "Azerbaijani Foreign Minister"),
    voice("Sevinj Huseynova", "Azerbaijani MP from the ruling party"),
    voice("Tehran"),
    voice("Vladimir Sazhin", "Iranologist", mentions="the expert"),
    voice("Irina Fedorova", "employee of the Institute of Oriental Studies of the Russian Academy of Sciences"),
    voice("Law enforcement officials"),
    voice("Experts"),
    voice("Marta Oly", "pensioner", heading="What the experts say"),
]


def names(party: str) -> list[str]:
    return [speaker.name for speaker in whom([party], KNOWN).order]


@pytest.mark.parametrize("party", ["Sazhin", "sazhin", "Vladimir Sazhin", "Sazhin's", "Sashin", "Iranologist Sazhin"])
def test_a_person_is_meant_by_name(party: str) -> None:
    assert names(party) == ["Vladimir Sazhin"]


@pytest.mark.parametrize("party", ["the Iranian foreign minister", "Minister Abdollahian"])
def test_a_person_is_meant_by_role(party: str) -> None:
    assert names(party) == ["Hossein Abdollahian"]


def test_a_role_in_the_plural_means_all_who_have_it() -> None:
    assert names("the two foreign ministers") == ["Hossein Abdollahian", "Jeyhun Bayramov"]


def test_a_country_means_those_whom_name_or_role_ties_to_it() -> None:
    assert names("Iran") == ["Hossein Abdollahian", "Tehran"]
    assert names("Azerbaijan") == ["Jeyhun Bayramov", "Sevinj Huseynova"]


def test_a_scholar_speaks_for_no_country() -> None:
    assert names("Russia") == []


def test_experts_are_known_by_role_by_mention_and_by_the_heading_they_stand_under() -> None:
    assert names("the experts") == ["Vladimir Sazhin", "Irina Fedorova", "Experts", "Marta Oly"]


def test_officials_are_known_by_their_offices() -> None:
    assert names("officials") == [
        "Hossein Abdollahian",
        "Jeyhun Bayramov",
        "Sevinj Huseynova",
        "Law enforcement officials",
    ]


def test_a_group_of_a_country_is_both() -> None:
    assert names("Azerbaijani politicians") == ["Jeyhun Bayramov", "Sevinj Huseynova"]


def test_everybody_is_nobody_in_particular() -> None:
    for party in ("they", "both sides", "the two countries", "people"):
        assert (whom([party], KNOWN).order, whom([party], KNOWN).unknown) == ((), ())


def test_an_unknown_name_is_told_and_never_replaced() -> None:
    meant = whom(["Sazhin", "Emmanuel Macron"], KNOWN)
    assert [speaker.name for speaker in meant.order] == ["Vladimir Sazhin"]
    assert meant.unknown == ("Emmanuel Macron",)


def test_what_a_mention_denies_is_no_role() -> None:
    from compare_fakes import spoken_in, states

    from rag.articles import read_text
    from rag.compare import voices

    article = read_text("One\n\nTom Halden, no relation of the minister, said all is well.\n")
    said = states(article, "Tom Halden", "all is well", source="Tom Halden, no relation of the minister")
    assert whom(["the minister"], voices(spoken_in(article, [said]))).order == ()


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("the Iranian minister", "Iran"),
        ("officials in Tehran", "Iran"),
        ("a Dutch farmer", "Netherlands"),
        ("the US president", "United States"),
        ("the U.S. government", "America"),
        ("Indian farmers", "India"),
        ("South Korean experts", "South Korea"),
    ],
)
def test_a_country_is_known_by_its_people_and_its_capital(text: str, country: str) -> None:
    assert of_country(text, country_forms(country))


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("an Iraqi minister", "Iran"),
        ("one of us", "United States"),
        ("Indiana", "India"),
        ("the Austrian", "Australia"),
    ],
)
def test_countries_are_not_taken_for_each_other(text: str, country: str) -> None:
    assert not of_country(text, country_forms(country))


def test_a_person_is_no_country() -> None:
    assert is_country("the Iranian") is False or country_forms("Iranian")
    assert not is_country("Sazhin")
