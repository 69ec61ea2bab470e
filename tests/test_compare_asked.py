import pytest

from rag.compare import Compared, comparison_asked


@pytest.mark.parametrize(
    ("question", "topic", "parties"),
    [
        ("Compare what the experts say about the reconciliation.", "the reconciliation", ("the experts",)),
        ("Compare the opinions of Berg and Kim on the bridge.", "the bridge", ("Berg", "Kim")),
        ("Compare Berg's and Kim's views on steel", "steel", ("Berg", "Kim")),
        ("compare the positions of Iran and Azerbaijan", "", ("Iran", "Azerbaijan")),
        ("Compare the opinions on the bridge", "the bridge", ()),
        ("What is the difference between Berg’s and Kim’s view?", "", ("Berg", "Kim")),
        ("What are the differences in opinion about the bridge?", "the bridge", ()),
        ("Who is for the bridge and who is against it?", "the bridge", ()),
        ("Who supports and who opposes the bridge?", "the bridge", ()),
        ("who is for it, who against", "", ()),
        ("Who says what about steel?", "steel", ()),
        ("Please contrast how Berg and Kim see the bridge", "the bridge", ("Berg", "Kim")),
    ],
)
def test_a_question_that_compares_views_is_one(question: str, topic: str, parties: tuple[str, ...]) -> None:
    found = comparison_asked(question)
    assert found is not None
    assert found.form == "views"
    assert (found.topic.strip("\0"), found.parties) == (topic, parties)


@pytest.mark.parametrize(
    ("question", "form", "topic", "parties"),
    [
        ("How do Iran and Azerbaijan differ on the attack?", "sides", "the attack", ("Iran", "Azerbaijan")),
        ("Berg versus Kim on the bridge", "sides", "the bridge", ("Berg", "Kim")),
        ("Berg vs. Kim", "sides", "", ("Berg", "Kim")),
        ("On which points do they differ?", "sides", "", ("they",)),
        ("What do the experts disagree about?", "sides", "", ("the experts",)),
        ("Do Berg and Kim agree about steel?", "sides", "steel", ("Berg", "Kim")),
        ("Does Berg agree with Kim about steel?", "sides", "steel", ("Berg", "Kim")),
        ("What do the experts think about steel?", "told", "steel", ("the experts",)),
        ("What did the two foreign ministers say?", "told", "", ("the two foreign ministers",)),
        ("How do officials see the future?", "told", "the future", ("officials",)),
        ("Compare Berg and Kim on steel", "things", "steel", ("Berg", "Kim")),
        ("compare prices in 2019 and 2020", "things", "", ("prices in 2019", "2020")),
    ],
)
def test_whether_people_are_compared_hangs_on_the_articles(
    question: str, form: str, topic: str, parties: tuple[str, ...]
) -> None:
    found = comparison_asked(question)
    assert found is not None
    assert (found.form, found.topic, found.parties) == (form, topic, parties)


@pytest.mark.parametrize(
    "question",
    [
        "What does Berg think?",
        "What did Berg say about the bridge?",
        "What did the Iranian foreign minister say about borders?",
        "What is the opinion of Anna Berg?",
        "Who said that the bridge is safe?",
        "Why do people leave the town?",
        "What did Iran and Azerbaijan agree on?",
        "Which railway line did the states agree to build in May?",
        "How do I bake bread?",
        "What came out of the talks?",
        "What did they make?",
        "What do they say about the design?",
        "What does Berg disagree with?",
        "Who ruled in the case of Texas v. White?",
        "",
    ],
)
def test_other_questions_do_not_compare(question: str) -> None:
    assert comparison_asked(question) is None


def test_a_name_goes_beside_those_compared_before() -> None:
    found = comparison_asked("And Ek?", ["Compare the views of Berg and Kim on steel"])
    assert found == Compared("views", "steel", ("Ek",), joined=("Berg", "Kim"))


def test_another_topic_keeps_those_compared_before() -> None:
    found = comparison_asked("And on the ferry?", ["Compare the views of Berg and Kim on steel"])
    assert found == Compared("views", "the ferry", ("Berg", "Kim"))


def test_they_are_those_of_the_question_before() -> None:
    found = comparison_asked("On which points do they differ?", ["What do the experts say about steel?"])
    assert found == Compared("views", "steel", ("the experts",))


def test_it_is_the_topic_of_the_question_before() -> None:
    for before in ("What did Berg say about the bridge?", "What is the bridge?"):
        found = comparison_asked("Who is for it and who is against it?", [before])
        assert found == Compared("views", "the bridge")


def test_a_chain_of_questions_is_followed_back() -> None:
    chain = ["Compare what the experts say about steel", "On which points do they differ?"]
    assert comparison_asked("And the officials?", chain) == Compared(
        "views", "steel", ("the officials",), joined=("the experts",)
    )


def test_they_after_an_ordinary_question_are_anybody() -> None:
    assert comparison_asked("What do they say?", ["Who lives in the town?"]) is None
    assert comparison_asked("What do they say?", ["Compare Berg and Kim on steel"]) == Compared(
        "views", "steel", ("Berg", "Kim")
    )


def test_a_name_after_an_ordinary_question_does_not_compare() -> None:
    assert comparison_asked("What about Kim?", ["What does Berg think?"]) is None


def test_an_ordinary_question_after_a_comparison_stays_one() -> None:
    assert comparison_asked("How many were injured?", ["Compare what the experts say about steel"]) is None
