import pytest

from rag.errors import QuestionError
from rag.question import leans, understand, wanted_by, with_names


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Who wrote the article?", "author"),
        ("What is the title of this article?", "title"),
        ("Why did they leave?", "reason"),
        ("What are the reasons for the war?", "reason"),
        ("How many were hurt?", "number"),
        ("how long is the railway", "number"),
        ("What is the population of Baku?", "number"),
        ("What was the total number of guests?", "number"),
        ("When did it begin?", "time"),
        ("Which year was it?", "time"),
        ("Where do they meet?", "place"),
        ("Who said that?", "person"),
        ("According to Sazhin, who gains?", "person"),
        ("By whom was it built?", "person"),
        ("It was built by who?", "person"),
        ("What is the name of the guard who died?", "name"),
        ("What was her first name?", "name"),
        ("What weapon did the man who died carry?", "fact"),
        ("Which river freezes when it snows?", "fact"),
        ("What bridge stands where they met?", "fact"),
        ("What did Aliyev say?", "account"),
        ("Compare the experts.", "account"),
        ("What about Fedorova?", "account"),
        ("Which countries are named?", "account"),
        ("What weapons does it buy?", "account"),
        ("Which river is it?", "fact"),
        ("Which river separates them?", "fact"),
        ("What does it cost?", "fact"),
        ("trade turnover 2022", "fact"),
    ],
)
def test_the_question_words_say_what_is_wanted(text: str, wanted: str) -> None:
    assert wanted_by(text) == wanted


def test_a_question_without_history_is_searched_as_it_stands() -> None:
    question = understand("How many were injured?")
    assert (question.text, question.weights) == ("How many were injured?", (1.0,))


def test_a_follow_up_is_searched_with_the_question_before_it_at_half_weight() -> None:
    question = understand("How many were injured?", ["What happened at the embassy in Tehran?"])
    assert question.text == "What happened at the embassy in Tehran? How many were injured?"
    assert [(word.stem, weight) for word, weight in zip(question.words, question.weights, strict=True)] == [
        ("injur", 1.0),
        ("embassi", 0.5),
        ("tehran", 0.5),
    ]


@pytest.mark.parametrize(
    ("before", "asked", "text"),
    [
        ("What does Sazhin think of the war?", "What about Fedorova?", "What does Fedorova think of the war?"),
        ("What does Vladimir Sazhin think?", "And Irina Fedorova?", "What does Irina Fedorova think?"),
        ("What was the turnover in 2022?", "And in 2021?", "What was the turnover in 2021?"),
        ("What does Sazhin think about it?", "And what did Areshev say?", "And what did Areshev say about it?"),
        ("What happened in Baku?", "What about the army?", "What happened in Baku? What about the army?"),
    ],
)  # fmt: skip
def test_what_only_names_another_thing_is_asked_as_the_question_before(before: str, asked: str, text: str) -> None:
    assert understand(asked, [before]).text == text


def test_of_things_named_one_after_the_other_the_last_is_meant() -> None:
    chat = ["What did Putin say about gas?", "What about trade?", "And tourism?"]
    assert understand("What about oil?", chat).text == "What did Putin say about gas? What about oil?"
    assert understand("What about Aliyev?", chat).text == "What did Aliyev say about gas? And tourism?"
    assert understand("What about oil?", ["What about trade?"] * 50).text == "What about oil?"


@pytest.mark.parametrize(
    ("asked", "only_names", "spoken_of"),
    [
        ("What does Sazhin think?", True, set()),
        ("What about Fedorova?", True, set()),
        ("What did Putin say about Iran?", False, {"iran"}),
        ("What did Putin say about the war?", False, set()),
        ("What happened on Monday in Baku?", True, set()),
        ("Who spoke about Iran?", False, set()),
    ],
)
def test_names_that_are_spoken_of_are_told_from_those_who_speak(
    asked: str, only_names: bool, spoken_of: set[str]
) -> None:
    question = understand(asked)
    assert (question.only_names, question.names_spoken_of) == (only_names, frozenset(spoken_of))


def test_the_name_before_is_not_looked_for_when_there_is_a_new_one() -> None:
    question = understand("What about Fedorova?", ["What does Sazhin think about the warming?"])
    assert ([word.stem for word in question.words], question.wanted) == (["fedorova", "warm"], "account")


def test_the_year_before_is_not_looked_for_when_there_is_a_new_one() -> None:
    question = understand("And in 2021?", ["What was the turnover in 2022?"])
    assert ([word.stem for word in question.words], question.wanted) == (["2021", "turnov"], "fact")


def test_a_chain_of_follow_ups_reaches_back_to_its_topic() -> None:
    question = understand("Why?", ["What happened at the embassy?", "How many were injured?"])
    assert question.text == "What happened at the embassy? How many were injured? Why?"


def test_a_new_topic_leaves_the_conversation_behind() -> None:
    question = understand("What does Iran export to Azerbaijan?", ["What happened at the embassy in Tehran?"])
    assert question.text == "What does Iran export to Azerbaijan?"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("And then?", True),
        ("Did he say why?", True),
        ("How many were injured?", True),
        ("What else?", True),
        ("Is Baku near?", False),
        ("What happened at the embassy?", False),
        ("Why was the embassy closed?", False),
    ],
)
def test_leaning_is_told_by_openings_pronouns_and_brevity(text: str, wanted: bool) -> None:
    assert leans(text) is wanted


def test_a_question_typed_in_capitals_is_read_in_small_letters() -> None:
    question = understand("WHO VISITED BAKU?", ["WHAT HAPPENED IN BAKU?"])
    assert question.asked == "WHO VISITED BAKU?"
    assert [(word.text, word.name) for word in question.words] == [("visited", False), ("baku", False)]


def test_names_typed_small_are_known_by_how_the_texts_write_them() -> None:
    texts = ["Then Anna left with the rain.", "A storm hit Rain Street."]
    question = with_names(understand("did anna like rain and snow"), texts)
    assert [(word.text, word.name) for word in question.words] == [
        ("anna", True),
        ("like", False),
        ("rain", False),
        ("snow", False),
    ]


def test_names_typed_as_names_are_left_as_they_are() -> None:
    question = understand("Did Anna meet boris?")
    assert with_names(question, ["Then Boris left."]) == question


@pytest.mark.parametrize("text", ["", "   \n", "?!…", "🙂"])
def test_a_question_without_words_is_refused(text: str) -> None:
    with pytest.raises(QuestionError, match=r"The question is empty\. Type what you want to know, in words\."):
        understand(text)


def test_a_question_may_have_as_many_characters_as_the_limit_and_no_more() -> None:
    assert understand("a" * 10, max_characters=10).asked == "a" * 10
    with pytest.raises(QuestionError, match="has 11 characters; at most 10 can be read"):
        understand("a" * 11, max_characters=10)
