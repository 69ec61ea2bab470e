"""Comparisons and statements become HTML that shows every character, and the views keep to their session."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from test_web_render import NASTY, read
from web_fakes import FakeLibrary, article_of, as_library, debate, sentences_of

from rag.formats import SILENCE, comparison_csv, comparison_markdown
from rag.records import (
    Abstention,
    Answer,
    Comparison,
    Quote,
    Range,
    Side,
    Speaker,
    Stance,
    Statement,
    Topic,
)
from rag.web.chat import answer_waiting, messages
from rag.web.comparing import SILENT_SHOWN, columns_of, compared_html
from rag.web.conversation import Conversation
from rag.web.gate import Gate
from rag.web.panel import panel_of
from rag.web.quotes import place, quote_html
from rag.web.render import reply_html, spoken
from rag.web.statements import OPEN_AT_FIRST, offered_html, statements_html
from rag.web.views import (
    Wanted,
    compare_into,
    offered_of,
    result_of,
    statements_of,
    take_from_chat,
    wanted,
    words_of,
)


def compared(topic: str = "", **limits: tuple[str, ...]) -> Comparison:
    reply = debate().compare(topic, **limits)
    assert isinstance(reply, Comparison)
    return reply


def silent(comparison: Comparison, *names: str) -> Comparison:
    return Comparison(
        "t",
        "t",
        comparison.quotes,
        comparison.sides,
        comparison.topics,
        tuple(Speaker(name) for name in names),
        (),
        0.9,
        1.0,
    )


def hostile(text: str) -> Comparison:
    """A comparison in which every word that data may hold is `text`."""
    article = article_of("x", [("title", text), ("body", text)], published=text)
    where = Range(len(text) + 2, len(article.text))
    speaker = Speaker(text, text)
    quote = Quote(1, article, 1, where, text, 0.9, where, speaker=speaker, attribution="mixed", cue=where)
    side = Side(speaker, (1,), (Stance("doubt", 1, where),))
    return Comparison(text, text, (quote,), (side,), (Topic(text, (1,)),), (speaker,), (), 0.9, 1.0)


@pytest.mark.parametrize("text", NASTY)
def test_a_comparison_shows_hostile_text_and_makes_no_element_of_it(text: str) -> None:
    comparison = hostile(text)
    for show in (reply_html, compared_html):
        html = show(comparison)
        assert read(html).tags == read(show(hostile("Words"))).tags
        assert read(html, "words").inside == text
        assert read(html, "proof").inside == text
        assert read(html, "name").inside == text * 2
        assert read(html, "role").inside == text * 2


@pytest.mark.parametrize("text", NASTY)
def test_statements_show_hostile_text_and_make_no_element_of_it(text: str) -> None:
    where = Range(len(text) + 2, 2 * len(text) + 2)
    said = (
        Statement("direct", where, where, (where,), Speaker(text, text)),
        Statement("mixed", where, where, (where,)),
    )
    article = article_of("x", [("title", text), ("body", text)])
    html = statements_html(article, sentences_of(article), said)
    assert (read(html, "said").inside, read(html, "mention").inside) == (text * 2, text)
    calm = article_of("x", [("title", "Words"), ("body", "Words")])
    spot = Range(7, 12)
    plain = (Statement("direct", spot, spot, (spot,), Speaker("A", "b")), Statement("mixed", spot, spot, (spot,)))
    assert read(html).tags == read(statements_html(calm, sentences_of(calm), plain)).tags


@pytest.mark.parametrize("text", NASTY)
def test_an_offered_speaker_is_sent_back_as_named(text: str) -> None:
    html = offered_html([Speaker(text)], scope=text)
    value = re.search(r'value="([^"]*)"', html)
    assert value is not None
    assert unescape(value.group(1)) == text


def test_a_reply_that_compares_goes_speaker_by_speaker() -> None:
    html = reply_html(compared("trains"))
    assert read(html, "topic").inside == "Who says what on: trains"
    assert read(html, "speaker").inside == ("Ann Lee, a speaker of the articleBob Marsh, a speaker of the article")
    assert read(html, "chip").inside == "123"
    assert read(html, "who").inside == ""


def test_a_stance_is_shown_with_its_words_and_only_where_there_is_one() -> None:
    comparison = compared("trains")
    html = reply_html(comparison)
    assert read(html, "stances").inside == "Doubt doubtSupport welcomeRejection reject"
    cue = comparison.sides[0].stances[0].cue
    assert f'class="cite stance" href="#s-trains-3!{cue.start}:{cue.end}"' in html
    assert "stance" not in reply_html(compared("sink"))


def test_silence_is_named_and_is_no_opinion() -> None:
    comparison = compared("trains")
    for html in (reply_html(comparison), compared_html(comparison)):
        text = read(html, "silent").inside
        assert text.startswith("Nothing found fromCem Oz, a speaker of the articleDee Fox")
        assert text.endswith(SILENCE)
    assert "silent" not in reply_html(silent(comparison))


def test_many_silent_speakers_are_counted_in_the_chat_and_all_named_in_the_view() -> None:
    comparison = silent(compared("trains"), *(f"Name {number}" for number in range(SILENT_SHOWN + 2)))
    assert "and 2 more" in reply_html(comparison)
    assert f"Name {SILENT_SHOWN + 1}" not in reply_html(comparison)
    assert f"Name {SILENT_SHOWN + 1}" in compared_html(comparison)
    assert f"Name {SILENT_SHOWN - 1} and 2 more." in spoken(comparison)


def test_differing_figures_lead_to_their_quotes() -> None:
    html = reply_html(compared("trains"))
    assert read(html, "number").inside == "13%20%"
    assert read(html, "where").inside == "in quote 1, Ann Lee; quote 3, Bob Marsh"


def test_title_and_date_stand_at_each_quote_when_several_articles_are_quoted() -> None:
    html = reply_html(compared("trains"))
    assert read(html, "origin").inside == "From 2 articles"
    assert read(html, "from").inside == ("Trains for the valley · 2024-05-01" * 2 + "Boats & <b>more</b> · 1 June 2024")


def test_title_and_date_of_a_single_article_stand_once() -> None:
    html = reply_html(compared("trains", articles=("trains",)))
    assert read(html, "origin").inside == "From Trains for the valley · 2024-05-01"
    assert read(html, "from").inside == ""


def test_a_comparison_is_spoken_in_whole_sentences() -> None:
    words = spoken(compared("trains"))
    assert words.startswith("The reply compares 3 quotes of 2 speakers. Quote 1, by Ann Lee, with words of doubt: Ann")
    assert "Figures differ in quotes 1 and 3: 13%, 20%." in words
    assert words.endswith(f"Nothing found from Cem Oz, Dee Fox. {SILENCE}")


def test_the_table_has_a_column_for_each_topic_and_one_for_the_rest() -> None:
    comparison = compared()
    names = [column.name for column in columns_of(comparison)]
    assert names == ["The price of trains", "And the boats", "Anything else"]
    cells = re.findall(r'<td id="cell-(\d-\d)".*?</td>', compared_html(comparison), re.DOTALL)
    assert cells == [f"{row}-{column}" for row in range(4) for column in range(3)]
    assert {int(number) for number in read(compared_html(comparison), "chip").inside} == {1, 2, 3, 4, 5, 6}


def test_a_cell_without_a_quote_says_so() -> None:
    html = compared_html(compared())
    (cell,) = re.findall(r'<td id="cell-2-0".*?</td>', html)
    assert read(cell, "none").inside == "Nothing found"


def test_every_number_of_the_picture_leads_to_its_cell_and_says_what_it_counts() -> None:
    html = compared_html(compared())
    links = re.findall(r'class="jump" href="#(cell-\d-\d)" tabindex="(-?\d)" title="([^"]*)"[^>]*>(\d+)<', html)
    assert len(links) == 12
    assert links[0] == ("cell-0-0", "0", "Ann Lee, The price of trains: 14 words in 1 quote", "14")
    assert links[2] == ("cell-0-2", "-1", "Ann Lee, Anything else: 0 words in 0 quotes", "0")
    assert all(f'id="{cell}"' in html for cell, *_ in links)


def test_the_buttons_hold_the_files() -> None:
    comparison = compared()
    texts = [unescape(text) for text in re.findall(r'data-text="([^"]*)"', compared_html(comparison))]
    assert texts == [comparison_markdown(comparison), comparison_csv(comparison)]


def test_a_quote_link_names_the_words_that_prove_its_speaker() -> None:
    quote = compared("trains").quotes[0]
    assert quote.cue is not None
    assert f'href="#s-trains-3!{quote.cue.start}:{quote.cue.end}"' in quote_html(quote)


def test_places_count_as_scripts_do() -> None:
    article = article_of("a", [("title", "👩‍👩‍👧"), ("body", "Words.")])
    start = article.text.index("Words")
    assert place(article, 1, said=(Range(start, start + 5),), proof=(Range(0, 1), Range(1, 2))) == (
        f"#s-a-1@{start + 3}:{start + 8}!0:2,2:3"
    )


def test_statements_stand_by_speaker_most_first_and_the_unnamed_last() -> None:
    library = debate()
    html = statements_of(as_library(library), "trains")
    names = re.findall(r'<details class="([^"]*)" data-name="([^"]*)"( open)?>', html)
    assert names == [
        ("voice", "Ann Lee", " open"),
        ("voice", "Bob Marsh", " open"),
        ("voice", "Cem Oz", " open"),
        ("voice unnamed", "A source", " open"),
    ]
    assert read(html, "count").inside == "2 statements1 statement1 statement1 statement"
    assert "Not named in the article" in html
    assert read(html, "mention").inside == "A source"


def test_a_statement_shows_its_words_how_they_are_given_and_where_they_stand() -> None:
    library = debate()
    article = library.shelf["trains"]
    html = statements_of(as_library(library), "trains")
    one = next(one for one in library.statements("trains") if one.attribution == "direct")
    assert f'<span class="said">{article.text[one.content[0].start : one.content[0].end]}</span>' in html
    assert "In quotation marks" in html
    content = f"{one.content[0].start}:{one.content[0].end}"
    proof = f"{one.cue.start}:{one.cue.end},{one.source.start}:{one.source.end}"
    assert f'href="#s-trains-5@{content}!{proof}"' in html


def test_several_ranges_are_shown_apart() -> None:
    article = article_of("a", [("title", "T"), ("body", "“Yes,” said Ann, “and no.”")])
    one = Statement("direct", Range(15, 18), Range(10, 14), (Range(3, 9), Range(20, 29)), Speaker("Ann"))
    html = statements_html(article, sentences_of(article), (one,))
    assert read(html, "words").inside == "“Yes,” … “and no.”"
    assert 'href="#s-a-1@3:9,20:29!10:14,15:18"' in html


def test_an_article_without_speakers_says_so() -> None:
    article = article_of("a", [("title", "T"), ("body", "It rained.")])
    assert "Nobody is quoted or reported" in statements_html(article, sentences_of(article), ())


def test_an_article_in_another_language_is_told_as_not_read() -> None:
    article = article_of("ru", [("title", "Переговоры"), ("body", "Министр сказал, что отношения улучшатся.")])
    assert "and this one is in Russian" in statements_html(article, sentences_of(article), ())


def test_many_speakers_are_folded_and_can_be_filtered() -> None:
    article = article_of("a", [("title", "T"), ("body", "Words.")])
    where = Range(3, 8)
    many = [Statement("direct", where, where, (where,), Speaker(f"Name {n}")) for n in range(OPEN_AT_FIRST + 1)]
    html = statements_html(article, sentences_of(article), many)
    assert " open>" not in html
    assert '<input type="search"' in html


def test_one_name_is_one_speaker_with_the_first_role_given() -> None:
    article = article_of("a", [("title", "T"), ("body", "Words.")])
    where = Range(3, 8)
    said = [Statement("direct", where, where, (where,), Speaker("Ann", role)) for role in (None, "chair", "member")]
    html = statements_html(article, sentences_of(article), said)
    assert (read(html, "role").inside, read(html, "count").inside) == ("chair", "3 statements")


def test_what_a_browser_sends_is_checked() -> None:
    assert wanted({"topic": " t ", "speakers": ["A", 1, None], "articles": ["a1", 2, "b"]}) == Wanted(
        "t", ("A",), ("a1", "b")
    )
    assert wanted({"topic": 5, "speakers": "A", "articles": "a"}) == Wanted("")
    assert wanted(None) == wanted([]) == wanted("t") == Wanted("")
    assert wanted({"topic": "a\ud800"}).topic == "a\ufffd"


def test_a_comparison_stands_beside_the_chat_and_marks_its_own_quotes() -> None:
    library, conversation = debate(), Conversation()
    compare_into(as_library(library), conversation, Wanted("boats", ("Cem Oz",), ("trains",)), Gate())
    assert library.compared == [("boats", ("Cem Oz",), ("trains",))]
    assert words_of(conversation) == "1 quote of 1 speaker, in a table."
    marks = json.loads(panel_of(as_library(library), conversation)["marks"])
    assert (marks["compare"], marks["chat"]) == ([["trains", 9, 1]], [])
    assert messages(conversation) == []


def test_the_comparison_that_was_asked_for_last_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    library, conversation = debate(), Conversation()
    earlier = library.compare

    def overtaken(topic: str = "", **limits: tuple[str, ...]) -> Comparison | Abstention:
        if topic == "boats":
            assert compare_into(as_library(library), conversation, Wanted("trains"), Gate())
        return earlier(topic, **limits)

    monkeypatch.setattr(library, "compare", overtaken)
    assert not compare_into(as_library(library), conversation, Wanted("boats"), Gate())
    assert "Who says what on: trains" in result_of(conversation)


def test_a_comparison_in_the_chat_marks_its_quotes() -> None:
    library, conversation = debate(), Conversation()
    conversation.add("Compare sink")
    answer_waiting(as_library(library), conversation)
    marks = json.loads(panel_of(as_library(library), conversation)["marks"])
    assert [number for _, _, number in marks["chat"]] == [1]
    assert marks["compare"] == []


def test_a_comparison_of_the_chat_is_shown_as_a_table() -> None:
    library, conversation = debate(), Conversation()
    for question in ("trains?", "Compare trains"):
        conversation.add(question)
        answer_waiting(as_library(library), conversation)
    for number in (0, 1, 3, -1, "2", None):
        take_from_chat(conversation, number)
        assert conversation.compared is None
    take_from_chat(conversation, 2)
    assert "Who says what on: trains" in result_of(conversation)
    assert isinstance(conversation.turns[0].reply, Answer)


@pytest.mark.parametrize(
    ("topic", "message"),
    [
        ("refuse this", "<b>This</b> cannot be read: it is not welcome. Choose it again."),
        ("unheard", "Nobody in <the> articles speaks of this."),
    ],
)
def test_a_comparison_that_is_not_there_is_told(topic: str, message: str) -> None:
    conversation = Conversation()
    compare_into(as_library(debate()), conversation, Wanted(topic), Gate())
    assert read(result_of(conversation), "message").inside == message
    assert words_of(conversation) == message


def test_an_article_that_is_gone_is_told() -> None:
    library, conversation = as_library(debate()), Conversation()
    compare_into(library, conversation, Wanted("", (), ("<gone>",)), Gate())
    for html in (
        result_of(conversation),
        statements_of(library, "<gone>"),
        offered_of(library, conversation, ("<gone>",)),
    ):
        assert "This article is not there any more." in html


def test_articles_that_are_gone_are_left_out_of_many() -> None:
    library, conversation = debate(), Conversation()
    compare_into(as_library(library), conversation, Wanted("boats", (), ("boats", "<gone>")), Gate())
    assert library.compared == [("boats", (), ("boats",))]
    assert 'data-scope="boats &lt;gone&gt;"' in offered_of(as_library(library), conversation, ("boats", "<gone>"))


def test_speakers_are_offered_by_name_those_of_one_article_or_all() -> None:
    library, conversation = as_library(debate()), Conversation()
    names = re.compile(r'value="([^"]*)"')
    assert names.findall(offered_of(library, conversation, ("boats",))) == ["Bob Marsh", "Dee Fox"]
    assert names.findall(offered_of(library, conversation)) == ["Ann Lee", "Bob Marsh", "Cem Oz", "Dee Fox"]
    assert "No speakers" in offered_of(as_library(FakeLibrary({})), conversation)
    compare_into(library, conversation, Wanted("trains"), Gate())
    assert len(names.findall(offered_of(library, conversation))) == 4
