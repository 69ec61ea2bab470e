import numpy as np
import pytest
from fakes import words_of

from rag.answer import Candidate, Scope, about_article, abstain, answer, leans_back
from rag.articles import Metadata, read_text
from rag.evidence import Selection, Verdict
from rag.question import understand
from rag.records import Abstention, Reply
from rag.split import sentences

TEXT = "Rain in Baku\n\nBy Jane Doe\n\nThe mayor came back. He closed two streets. Snow fell in Ganja.\n"


def make_candidates(text: str = TEXT) -> list[Candidate]:
    article = read_text(text)
    cut = sentences(article)
    return [Candidate(article, cut, one, one.range) for one in cut if one.kind == "body"]


def verdict(*scores: float, uncovered: tuple[str, ...] = ()) -> Verdict:
    words = tuple(word for word in understand("what of " + " ".join(uncovered)).words)
    return Verdict(np.array(scores), 0.7, True, words)


def quoted(reply: Reply) -> list[str]:
    return [quote.text for quote in (reply.nearest if isinstance(reply, Abstention) else reply.quotes)]


def test_an_answer_numbers_its_quotes_in_reading_order() -> None:
    reply = answer(understand("What happened?"), make_candidates(), verdict(0.5, 0.1, 0.6), Selection((0, 2)))
    assert [(q.number, q.text, q.score) for q in reply.quotes] == [
        (1, "The mayor came back.", 0.5),
        (2, "Snow fell in Ganja.", 0.6),
    ]
    assert (reply.question, reply.confidence) == ("What happened?", 0.7)


def test_a_fact_that_is_said_again_is_quoted_once_with_the_other_place() -> None:
    candidates = make_candidates("Rain\n\nIt rained in Baku. Snow fell. Rain fell in Baku.\n")
    reply = answer(understand("Where did it rain?"), candidates, verdict(0.9, 0, 0.8), Selection((0,), {0: (2,)}))
    assert [words_of(place.article, place.range) for place in reply.quotes[0].also] == ["Rain fell in Baku."]
    assert reply.quotes[0].also[0].sentence == candidates[2].sentence.number


def test_a_sentence_that_leans_carries_the_one_before_as_context() -> None:
    candidates = make_candidates()
    reply = answer(understand("Which streets?"), candidates, verdict(0, 0.9, 0), Selection((1,)))
    quote = reply.quotes[0]
    assert quote.context is not None
    assert (quote.text, words_of(quote.article, quote.context)) == ("He closed two streets.", "The mayor came back.")


def test_a_context_that_is_quoted_itself_is_not_shown_twice() -> None:
    reply = answer(understand("What happened?"), make_candidates(), verdict(0.5, 0.5, 0), Selection((0, 1)))
    assert [quote.context for quote in reply.quotes] == [None, None]


@pytest.mark.parametrize(
    ("text", "before", "wanted"),
    [
        ("He said so.", "Aliyev came.", True),
        ("In addition, it rained.", "It was cold.", True),
        ("It is so,” he said.", "“We are strong.", True),
        ("“All is so,” he said.", "“We are strong.", False),
        ("Aliyev came.", "He left.", False),
        ("Hebrew is spoken.", "“All is well.”", False),
    ],
)
def test_leaning_is_told_by_pronouns_links_and_open_quotations(text: str, before: str, wanted: bool) -> None:
    assert leans_back(text, before) is wanted


def test_a_name_that_stands_nowhere_is_told_as_not_mentioned() -> None:
    scope = Scope(1, understand("what of Putin").words)
    reply = abstain(understand("What did Putin say?"), make_candidates(), verdict(0.1, 0.2, 0.3), scope)
    assert (reply.reason, reply.message) == ("not_mentioned", "The article does not mention “Putin”.")


def test_a_year_that_stands_nowhere_is_told_as_not_mentioned() -> None:
    question = understand("How much did the trade turnover grow in 2019?")
    scope = Scope(1, tuple(word for word in question.words if word.year))
    reply = abstain(question, make_candidates(), verdict(0.1, 0.2, 0.3), scope)
    assert (reply.reason, reply.message) == ("not_mentioned", "The article does not mention “2019”.")


def test_several_articles_are_spoken_of_together() -> None:
    scope = Scope(3, understand("what of Putin").words)
    reply = abstain(understand("What did Putin say?"), make_candidates(), verdict(0.1, 0.2, 0.3), scope)
    assert reply.message == "The 3 articles do not mention “Putin”."


def test_words_that_all_stand_there_are_told_as_not_answered() -> None:
    reply = abstain(understand("Which street in Ganja?"), make_candidates(), verdict(0.1, 0.2, 0.3), Scope(1, ()))
    assert (reply.reason, reply.message) == (
        "not_answered",
        "The article touches on this, but no sentence was found that answers it.",
    )


def test_an_abstention_shows_the_three_nearest_in_reading_order() -> None:
    candidates = make_candidates("Rain\n\nOne rained. Two rained. Three rained. Four rained.\n")
    reply = abstain(understand("Who rained?"), candidates, verdict(0.4, 0.1, 0.2, 0.3), Scope(1, ()))
    assert quoted(reply) == ["One rained.", "Three rained.", "Four rained."]


def test_the_author_and_the_title_are_quoted_when_asked_for() -> None:
    article = read_text(TEXT)
    pairs = [(article, sentences(article))]
    assert quoted(about_article(understand("Who wrote the article?"), pairs)) == ["By Jane Doe"]
    assert quoted(about_article(understand("What is the title of the article?"), pairs)) == ["Rain in Baku"]


def test_an_author_that_the_text_does_not_name_is_not_made_up() -> None:
    article = read_text("It rained. It snowed.", metadata=Metadata(title="Weather", authors=("Jane Doe",)))
    reply = about_article(understand("Who wrote the article?"), [(article, sentences(article))])
    assert isinstance(reply, Abstention)
    assert reply.reason == "not_answered"
