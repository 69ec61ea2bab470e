"""Who is meant by the mention of a speaker: names, pronouns, descriptions, institutions; nobody without proof."""

import pytest
from saying import read, speakers, words

pytestmark = pytest.mark.models


def last(text: str) -> str | None:
    """Return who says the last thing in a text."""
    return speakers(text)[-1]


def proof(text: str) -> str | None:
    """Return the mention that names who says the last thing."""
    place = read(text)[-1].resolved_from
    return words(text, place) if place is not None else None


# Names


@pytest.mark.parametrize("short", ["Low", "Ann", "A. Low", "Ann Low", "Ms. Low", "Minister Low", "Ann Lów"])
def test_a_part_or_spelling_of_a_name_means_who_has_it(short: str) -> None:
    assert last(f"Minister Ann Low came to the council. {short} said that it rained.") == "Ann Low"


def test_the_mention_that_names_the_speaker_in_full_is_the_proof() -> None:
    assert proof("Minister Ann Low came. Low said that it rained.") == "Ann Low"
    assert proof("Minister Ann Low said that it rained.") is None


def test_a_name_that_is_spelled_otherwise_is_the_same() -> None:
    text = "Engineer Sergei Maltsev came to the dam. Engineer Sergey Maltzev said that it rained."
    assert last(text) == "Sergei Maltsev"
    assert last("Colonel Idris Al-Hadid came to the harbour. Al Hadid said that it rained.") == "Idris Al-Hadid"


def test_small_words_of_a_name_are_part_of_it() -> None:
    assert last("Mayor Ann Low came. Mayor Ben Low said that it rained.") == "Ben Low"
    assert last("Mayor Ann Gore came. Senator Al Gore said that it rained.") == "Al Gore"


def test_a_surname_that_differs_in_its_first_letter_is_another() -> None:
    assert last("Mayor Ann Miller came. Mayor Hiller said that it rained.") == "Hiller"


def test_a_surname_may_come_before_the_full_name() -> None:
    assert last("Low said that it rained. Ann Low came later.") == "Ann Low"


def test_a_surname_that_two_people_have_means_nobody() -> None:
    text = "Mr. Tomas Halden met Mrs. Maria Halden. The Haldens smiled. Halden said that it rained."
    assert last(text) is None


def test_a_title_tells_two_people_of_one_surname_apart() -> None:
    text = "Mr. Tomas Halden met Mrs. Maria Halden. {} Halden said that it rained."
    assert last(text.format("Mrs.")) == "Maria Halden"
    assert last(text.format("Mr.")) == "Tomas Halden"


@pytest.mark.parametrize(
    ("mention", "role"),
    [
        ("Belmor’s president, Dauren Iskak,", "Belmor’s president"),
        ("Dauren Iskak, president of Belmor,", "president of Belmor"),
        ("Dauren Iskak, a senator from the ruling party,", "senator from the ruling party"),
        ("Dauren Iskak, president of what is left of Belmor,", "president"),
        ("President Dauren Iskak", "President"),
        ("Dauren Iskak", None),
    ],
)
def test_a_speaker_has_the_role_that_the_article_gives(mention: str, role: str | None) -> None:
    (one,) = read(f"{mention} said that it rained.")
    assert one.speaker is not None
    assert (one.speaker.name, one.speaker.role) == ("Dauren Iskak", role)


def test_two_who_speak_together_are_nobody_in_particular() -> None:
    assert last("Ann Low and Ben Roe said that it rained.") is None


def test_who_names_another_speaks_himself() -> None:
    assert speakers("Ann Low said that Ben Roe lied about the harbour.") == ["Ann Low"]


# Pronouns


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Mr. Ben Roe came to the harbour. He said that it rained.", "Ben Roe"),
        ("Mr. Ben Roe came to the harbour. She said that it rained.", None),
        ("Ben Roe met Karl Berg at the harbour. He said that it rained.", None),
        ("Mr. Ben Roe met Mrs. Ann Low at the harbour. She said that it rained.", "Ann Low"),
        ("Ann Low notes the dry summer. According to her, the river is low.", "Ann Low"),
        ("It rained in the harbour. He said that it was cold.", None),
        ("The police said that it rained. It said that nobody was hurt.", "Police"),
        ("Harbour pilots said that it rained. They said that it was cold.", "Harbour pilots"),
        ("Residents of the villages came to the embassy. They said that it rained.", "Residents of the villages"),
        ("It rained in the harbour. They said that it was cold.", None),
    ],
)
def test_a_pronoun_means_the_only_one_it_can(text: str, speaker: str | None) -> None:
    assert last(text) == speaker


def test_a_pronoun_reaches_back_two_paragraphs_and_no_further() -> None:
    before, rain = "Mr. Ben Roe came to the harbour.", "\n\nIt rained in the harbour all day."
    assert last(f"{before}{rain}\n\nHe said that it was cold.") == "Ben Roe"
    assert last(f"{before}{rain}{rain}{rain}\n\nHe said that it was cold.") is None


def test_a_pronoun_does_not_mean_who_is_named_in_a_quotation_only() -> None:
    assert last("“We saw Ben Roe,” it said on the wall. He said that it rained.") is None


def test_i_means_the_one_author() -> None:
    text = "I think that it rained."
    assert speakers(text, authors=("Rhod Mackenzie",)) == ["Rhod Mackenzie"]
    assert speakers(text, authors=("Ann Low", "Ben Roe")) == [None]
    assert speakers(text) == [None]


# Descriptions


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Transport minister Ann Low came. The minister said that it rained.", "Ann Low"),
        ("Hydrologist Ann Low was at the dam. The expert said that it rained.", "Ann Low"),
        ("Spokeswoman Ann Low came. The spokeswoman said that it rained.", "Ann Low"),
        ("Pilot Ann Low came. The minister said that it rained.", None),
        ("Minister Ann Low met minister Ben Roe. The minister said that it rained.", None),
        ("The man said that it rained.", None),
        ("Spokeswoman Ann Low came. A woman said that it rained.", None),
        ("“I said no,” said his wife.", None),
    ],
)
def test_a_description_means_the_one_person_who_has_the_role(text: str, speaker: str | None) -> None:
    assert last(text) == speaker


def test_his_interlocutor_is_the_one_whom_he_met() -> None:
    text = (
        "President Ben Roe came to Kessmar, where he met with Ilham Sand. Roe said that it rained. "
        "His interlocutor said that it was dry."
    )
    assert speakers(text) == ["Ben Roe", "Ilham Sand"]


def test_her_colleague_is_the_other_one_of_the_sentence_before() -> None:
    assert last("Dr. Lena Orsk came with Jonas Weil. Her colleague believes that it rained.") == "Jonas Weil"
    assert last("Dr. Lena Orsk came. Her colleague believes that it rained.") is None


# Institutions and groups


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Sundmark believes that the chart was at fault.", "Sundmark"),
        ("The Ministry of Transport said that it rained.", "Ministry of Transport"),
        ("The police said that it rained.", "Police"),
        ("Law enforcement officials said that it rained.", "Law enforcement officials"),
        ("Experts say that it rained.", "Experts"),
        ("The agency Nordwire sent a dispatch. The agency said that it rained.", "Nordwire"),
        ("The agency Nordwire met the agency Karinform. The agency said that it rained.", None),
        ("The agency said that it rained.", None),
        ("The report shows that it rained.", None),
        ("A source close to the talks said that it rained.", None),
        ("One of them said that it rained.", None),
        ("Someone said that it rained.", None),
    ],
)
def test_institutions_and_groups_are_called_what_the_article_calls_them(text: str, speaker: str | None) -> None:
    assert last(text) == speaker


def test_an_institution_has_the_fullest_name_that_it_spoke_under() -> None:
    text = "The Belmor Port Authority said that it rained. The Port Authority said that it was cold."
    assert speakers(text) == ["Belmor Port Authority", "Belmor Port Authority"]
    assert proof(text) == "Belmor Port Authority"
