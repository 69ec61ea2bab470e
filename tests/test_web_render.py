"""Records become HTML that shows every character and runs none."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from web_fakes import sentences_of, weather

from rag.records import Abstention, Answer, Article, Quote, Range, Sentence, Speaker
from rag.web.quotes import quote_html, verbatim
from rag.web.render import failure_html, question_html, reply_html, spoken

NASTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "${alert(1)} `${document.title}`",
    "{{x}} {{#each y}}{{this}}{{/each}}",
    "**bold** _it_ # not a heading",
    "[link](javascript:alert(1))",
    "$$x^2$$ \\(y\\)",
    "```mermaid\ngraph TD; A-->B\n```",
    "👩‍👩‍👧 e\u0301 \U0001f1e6\U0001f1ff",
    "a\r\nb\rc\n\n\td",
    "&amp; &lt; &#65; &nbsp",
    "\"double\" 'single' </span></div>",
    "__i18n__{'key': 'x'}",
    "\\u00 \\x \\",
    "  two  spaces  ",
    "مرحبا \u202e reversed",
]


class Reader(HTMLParser):
    """Collects text content, the tags, and the text of the elements that carry a wanted class or id."""

    VOID = frozenset({"br", "img", "input", "hr", "meta", "link"})

    def __init__(self, wanted: str = "") -> None:
        super().__init__(convert_charrefs=True)
        self.wanted, self.open, self.tags = wanted, [False], list[str]()
        self.text, self.inside = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = {name: value or "" for name, value in attrs}
        hit = bool(self.wanted) and (self.wanted in values.get("class", "").split() or values.get("id") == self.wanted)
        if tag not in self.VOID:
            self.open.append(self.open[-1] or hit)

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        self.inside += data if self.open[-1] else ""


def read(html: str, wanted: str = "") -> Reader:
    reader = Reader(wanted)
    reader.feed(html)
    reader.close()
    assert reader.open == [False], "every element is closed"
    return reader


def quote_of(article: Article, sentence: Sentence, *, number: int = 1, context: Range | None = None) -> Quote:
    text = article.text[sentence.range.start : sentence.range.end]
    return Quote(number, article, sentence.number, sentence.range, text, 0.9, sentence.range, context)


@pytest.fixture
def story() -> Article:
    return weather()


@pytest.mark.parametrize("text", NASTY)
def test_escaped_text_reads_back_exactly_and_holds_no_element(text: str) -> None:
    reader = read(f"<i>{verbatim(text)}</i>")
    assert (reader.text, reader.tags) == (text, ["i"])


@pytest.mark.parametrize("text", NASTY)
def test_escaped_text_has_no_raw_white_space_that_a_chat_could_tidy(text: str) -> None:
    assert not set("\t\r\n") & set(verbatim(text))


def test_a_nul_is_shown_as_the_replacement_character() -> None:
    assert verbatim("a\0b") == "a\ufffdb"


def test_a_quote_links_to_its_sentence_and_shows_its_exact_words(story: Article) -> None:
    sentences = sentences_of(story)
    html = quote_html(quote_of(story, sentences[3], number=2))
    assert '<a class="cite" href="#s-a1-3"' in html
    assert read(html, "words").inside == "Then it snowed."
    assert read(html, "chip").inside == "2"
    assert read(html, "from").inside == "A title"


@pytest.mark.parametrize(("neighbour", "label"), [(2, "Before it"), (5, "After it")])
def test_context_is_labelled_and_never_part_of_the_words(story: Article, neighbour: int, label: str) -> None:
    sentences = sentences_of(story)
    html = quote_html(quote_of(story, sentences[3], context=sentences[neighbour].range))
    assert read(html, "words").inside == "Then it snowed."
    assert read(html, "tag").inside == f"{label}, not quoted"
    before = html.index('class="context"') < html.index('class="words"')
    assert before == (label == "Before it")


def test_a_speaker_is_named_with_the_role_and_whether_the_words_are_reported(story: Article) -> None:
    where = sentences_of(story)[2].range
    quote = Quote(
        1, story, 2, where, "First it rained.", 0.9, where, None, Speaker("Bo <i>", "a <b>witness"), "indirect", where
    )
    assert read(quote_html(quote), "who").inside == "Bo <i>, a <b>witness (reported)"


def test_an_abstention_says_why_and_labels_what_comes_near(story: Article) -> None:
    sentences = sentences_of(story)
    reply = Abstention("q", "not_answered", "It <does> not say.", (quote_of(story, sentences[2]),), 0.1, 12.0)
    html = reply_html(reply)
    assert read(html, "message").inside == "It <does> not say."
    assert read(html, "label").inside == "Nearest, not an answer"
    assert read(html, "nearest").inside.startswith("Nearest, not an answer1")
    assert spoken(reply) == "It <does> not say. 1 quote comes near, without answering."


def test_an_abstention_with_nothing_near_shows_no_empty_list() -> None:
    reply = Abstention("q", "not_mentioned", "Nothing here.", (), 0.0, 3.0)
    assert "nearest" not in reply_html(reply)
    assert spoken(reply) == "Nothing here."


def test_an_answer_is_spoken_in_whole_sentences(story: Article) -> None:
    reply = Answer("q", (quote_of(story, sentences_of(story)[2]),), 0.9, 40.0)
    assert spoken(reply) == "The reply has 1 quote. Quote 1: First it rained."


def test_quotes_keep_the_order_of_the_reply(story: Article) -> None:
    sentences = sentences_of(story)
    reply = Answer("q", tuple(quote_of(story, sentences[n], number=n - 1) for n in (2, 3)), 0.9, 40.0)
    assert read(reply_html(reply), "chip").inside == "12"


def test_questions_and_messages_are_escaped() -> None:
    assert read(question_html("<b>?\n</b>"), "question").inside == "<b>?\n</b>"
    assert read(failure_html("<b>"), "message").inside == "<b>"
