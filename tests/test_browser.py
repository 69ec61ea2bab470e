"""The page in a real browser: what a reader sees, follows, copies and comes back from."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import CONTRAST, Watched, healthy, inside, light_and_dark
from playwright.sync_api import expect
from web_fakes import FakeLibrary, article_of, sentences_of, serving

from rag.records import Article

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue sums up its timings with two options that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated:DeprecationWarning"),
]

ROOT = Path(__file__).parents[1]
NASTY = [
    "<script>window.hacked=1</script> <img src=x onerror='window.hacked=1'>",
    "${window.hacked=1} `${alert(1)}`",
    "{{x}} {{#each y}}{{this}}{{/each}}",
    "**bold** _it_ [link](javascript:alert(1)) ![p](http://192.0.2.1/p.png)",
    "$$x^2$$ and \\(y\\)",
    "```mermaid\ngraph TD; A-->B\n```",
    "👩‍👩‍👧 e\u0301 \U0001f1e6\U0001f1ff",
    "one\r\ntwo\rthree\n\n\tfour",
    "&amp; &lt; &#65; <br> </span></div>",
    '__i18n__{"key": "common.submit"}',
    "\\u00 \\x <http://192.0.2.1/>",
    "two  spaces and \u202e reversed",
    "<video src='http://192.0.2.1/v.mp4'></video><a href='http://192.0.2.1/'>a</a>",
]


@pytest.fixture(scope="module")
def library() -> FakeLibrary:
    filler = " ".join(f"Filler number {number} stands here." for number in range(60))
    long = article_of(
        "long",
        [
            ("title", "A long article"),
            ("byline", "By Somebody"),
            ("body", "Early zebra sentence. " + filler),
            ("heading", "Why is it long"),
            ("body", "• The late zebra sentence. Ann Lee said a zebra came."),
            ("body", f"{filler} It is long."),
        ],
    )
    nasty = article_of(
        "nasty",
        [("title", f"Nasty {NASTY[0]}"), *(("body", f"Nasty {words} end.") for words in NASTY)],
        between="\r\n \t\r\n",
    )
    return FakeLibrary({"long": long, "nasty": nasty})


@pytest.fixture(scope="module")
def address(library: FakeLibrary) -> Iterator[str]:
    with serving(library) as address:
        yield address


def quoted_sentence(article: Article, words: str) -> str:
    number = next(
        sentence.number
        for sentence in sentences_of(article)
        if article.text[sentence.range.start : sentence.range.end] == words
    )
    return f"s-{article.id}-{number}"


def test_a_citation_brings_its_sentence_into_view_without_a_request(
    visit: Callable[..., Watched], library: FakeLibrary
) -> None:
    watched = visit()
    page = watched.page
    watched.ask("zebra?")
    target = quoted_sentence(library.shelf["long"], "The late zebra sentence.")
    assert not inside(page, f"#{target}", "#panel .shelf")
    watched.requests.clear()

    page.locator("a.cite").nth(1).click()

    assert inside(page, f"#{target}", "#panel .shelf")
    assert page.locator("#panel [aria-current]").evaluate_all("all => all.map(one => one.id)") == [target]
    assert page.evaluate("document.activeElement.id") == target
    assert page.locator(f"#{target}").evaluate("one => one.textContent") == "The late zebra sentence."
    assert page.evaluate("[scrollX, scrollY, document.querySelector('.gradio-container').scrollTop]") == [0, 0, 0]
    assert watched.requests == []


def test_escape_returns_to_the_citation(visit: Callable[..., Watched]) -> None:
    watched = visit()
    watched.ask("zebra?")
    watched.page.locator("a.cite").nth(1).focus()
    watched.page.keyboard.press("Enter")
    assert watched.page.evaluate("document.activeElement.className") == "s"
    watched.page.keyboard.press("Escape")
    assert watched.page.locator("a.cite").nth(1).evaluate("link => link === document.activeElement")


def test_the_mark_outlives_the_next_reply(visit: Callable[..., Watched], library: FakeLibrary) -> None:
    watched = visit()
    watched.ask("zebra?")
    watched.page.locator("a.cite").nth(1).click()
    watched.ask("early?")
    target = quoted_sentence(library.shelf["long"], "The late zebra sentence.")
    expect(watched.page.locator(f"#{target}")).to_have_attribute("aria-current", "true")


def test_a_citation_of_another_article_shows_that_article(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("zebra mermaid?")
    expect(page.locator("#panel .article:visible")).to_have_attribute("data-article", "long")
    watched.requests.clear()
    page.locator("a.cite[href^='#s-nasty-']").first.click()
    expect(page.locator("#panel .article:visible")).to_have_attribute("data-article", "nasty")
    expect(page.locator("#panel select")).to_have_value("nasty")
    assert inside(page, "#panel [aria-current]", "#panel .shelf")
    assert watched.requests == []


def test_the_select_loads_an_article_that_is_not_open(visit: Callable[..., Watched]) -> None:
    watched = visit()
    watched.page.locator("#panel select").select_option("nasty")
    expect(watched.page.locator("#panel .article:visible")).to_have_attribute("data-article", "nasty")
    watched.page.locator("#panel select").select_option("long")
    expect(watched.page.locator("#panel .article:visible")).to_have_attribute("data-article", "long")


def test_nasty_text_is_shown_exactly_everywhere(visit: Callable[..., Watched], library: FakeLibrary) -> None:
    watched = visit()
    page = watched.page
    watched.ask("Nasty?")
    article = library.shelf["nasty"]
    page.wait_for_function("document.querySelector('#panel [data-article=nasty] .text')")
    text = "document.querySelector('#panel [data-article=nasty] .text').textContent"
    assert page.evaluate(text) == article.text
    words = page.locator("#chat .words").evaluate_all("all => all.map(one => one.textContent)")
    assert words == [f"Nasty {one} end." for one in NASTY]
    assert page.locator("#chat .from").first.evaluate("one => one.textContent") == article.title
    assert page.evaluate("window.hacked === undefined")
    assert (
        page.locator("#chat :is(img, video, script, svg.flowchart, .katex), #panel :is(img, video, script)").count()
        == 0
    )


@pytest.mark.parametrize("question", NASTY)
def test_a_nasty_question_is_shown_exactly(visit: Callable[..., Watched], question: str) -> None:
    watched = visit()
    watched.ask(question)
    typed = re.sub(r"\r\n?", "\n", question)  # a text field turns every line end into one character
    assert watched.page.locator("#chat .question").evaluate("one => one.textContent") == typed
    assert watched.page.evaluate("window.hacked === undefined")


def test_shift_enter_breaks_the_line_and_enter_sends(visit: Callable[..., Watched]) -> None:
    watched = visit()
    box = watched.page.locator("#question textarea")
    box.press_sequentially("zebra")
    box.press("Shift+Enter")
    box.press_sequentially("one")
    assert box.input_value() == "zebra\none"
    box.press("Enter")
    question = watched.page.locator("#chat .question")
    expect(question).to_have_count(1)
    assert question.evaluate("one => one.textContent") == "zebra\none"
    expect(box).to_have_value("")


def test_an_empty_question_is_not_sent(visit: Callable[..., Watched], library: FakeLibrary) -> None:
    watched = visit()
    before = len(library.asked)
    watched.page.locator("#question textarea").fill("  ")
    watched.page.locator("#ask").click()
    watched.ask("zebra?")
    assert len(library.asked) == before + 1


def test_a_refused_question_and_an_abstention_are_calm_replies(visit: Callable[..., Watched]) -> None:
    watched = visit()
    watched.ask("refuse this")
    refusal = "<b>This</b> cannot be read: it is not welcome. Choose it again."
    expect(watched.page.locator("#chat .failure .message")).to_have_text(refusal)
    watched.ask("nothing about a zebra?")
    expect(watched.page.locator("#chat .abstention .label")).to_have_text("Nearest, not an answer")
    watched.page.locator("#chat .nearest a.cite").first.click()
    assert inside(watched.page, "#panel [aria-current]", "#panel .shelf")


def test_a_defect_is_told_calmly_and_the_chat_goes_on(visit: Callable[..., Watched]) -> None:
    watched = visit()
    watched.ask("break this")
    expect(watched.page.locator("#chat .failure")).to_contain_text("could not be answered just now")
    assert watched.page.get_by_text("a defect").count() == 0
    watched.ask("early?")
    expect(watched.page.locator("#chat .answer")).to_have_count(1)


def test_a_second_question_is_answered_while_the_first_still_runs(
    visit: Callable[..., Watched], library: FakeLibrary
) -> None:
    library.hold = threading.Event()
    watched = visit()
    watched.page.locator("#question textarea").fill("slow zebra?")
    watched.page.locator("#question textarea").press("Enter")
    expect(watched.page.locator("#chat .waiting")).to_have_count(1)
    watched.ask("early?")
    expect(watched.page.locator("#chat .waiting")).to_have_count(1)
    library.hold.set()
    expect(watched.page.locator("#chat .waiting")).to_have_count(0)
    assert watched.page.locator("#chat .question").all_inner_texts() == ["slow zebra?", "early?"]
    assert watched.page.locator("#chat .answer").count() == 2


def test_sessions_see_nothing_of_each_other(visit: Callable[..., Watched], library: FakeLibrary) -> None:
    one, other = visit(), visit()
    one.ask("zebra?")
    other.ask("early?")
    one.ask("late?")
    assert library.asked[-1] == ("late?", ("zebra?",))
    assert other.page.locator("#chat .question").all_inner_texts() == ["early?"]


def test_an_example_asks_itself_and_a_new_chat_brings_it_back(visit: Callable[..., Watched]) -> None:
    watched = visit()
    example = watched.page.locator("#examples .example").first
    expect(example).to_have_text("Why is it long?")
    example.click()
    expect(watched.page.locator("#chat .question")).to_have_text("Why is it long?")
    expect(watched.page.locator("#chat .reply:not(.waiting)")).to_have_count(1)
    expect(example).to_be_hidden()
    watched.page.locator("#new").click()
    expect(watched.page.locator("#chat .question")).to_have_count(0)
    expect(example).to_be_visible()


def test_a_copied_reply_is_its_quotes_as_text(visit: Callable[..., Watched]) -> None:
    watched = visit()
    watched.ask("early?")
    watched.page.locator("#chat a.copy").click()
    expect(watched.page.locator("#chat a.copy")).to_have_text("Copied")
    assert watched.page.evaluate("navigator.clipboard.readText()") == "[1] Early zebra sentence.\n    A long article"


def test_a_reply_is_spoken_once_in_whole_sentences(visit: Callable[..., Watched]) -> None:
    watched = visit()
    watched.ask("early?")
    spoken = watched.page.locator("#said [role=status]")
    expect(spoken).to_have_text("Reply 1. The reply has 1 quote. Quote 1: Early zebra sentence.")
    expect(watched.page.locator("#chat [role=log]")).to_have_attribute("aria-live", "off")
    assert watched.page.locator("#chat [aria-label*='<']").count() == 0


def test_the_skip_link_leads_to_the_question(visit: Callable[..., Watched]) -> None:
    page = visit().page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1280, 1920])
def test_nothing_scrolls_sideways(visit: Callable[..., Watched], width: int) -> None:
    watched = visit(width, 844)
    watched.ask("zebra mermaid?")
    widths = """() => [document.documentElement, ...document.querySelectorAll('#top, #desk, #chat [role=log], .shelf')]
        .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.id || box.className || box.tagName)"""
    assert watched.page.evaluate(widths) == []
    watched.page.locator("a.cite").first.click()
    assert watched.page.evaluate(widths) == []


def test_on_a_phone_a_citation_shows_the_article_and_the_way_back(visit: Callable[..., Watched]) -> None:
    watched = visit(390, 844)
    page = watched.page
    watched.ask("zebra?")
    expect(page.locator("#panel .shelf")).to_be_hidden()
    watched.requests.clear()
    page.locator("a.cite").nth(1).click()
    expect(page.locator("#panel .shelf")).to_be_visible()
    assert inside(page, "#panel [aria-current]", "#panel .shelf")
    page.locator(".back").click()
    expect(page.locator("#chat .answer")).to_be_visible()
    assert page.locator("a.cite").nth(1).evaluate("link => link === document.activeElement")
    page.locator(".view[data-to=article]").click()
    expect(page.locator("#panel .shelf")).to_be_visible()
    assert watched.requests == []


def test_text_stands_out_from_its_ground(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("zebra?")
    watched.ask("nothing about a zebra?")
    page.locator("a.cite").nth(1).click()
    shown = (
        "#chat .question, .words, .from, .chip, .go, .label, .summary, .copy, .message, .name, #ask, #new, .brand p,"
    )
    shown += "#panel .s, #panel .byline, #panel .heading, #panel .pick span"
    assert light_and_dark(page, lambda page: page.evaluate(CONTRAST, shown)) == []


def test_dark_mode_is_dark(visit: Callable[..., Watched], tmp_path: Path) -> None:
    page = visit(dark=True).page
    page.screenshot(path=tmp_path / "dark.png")
    grounds = page.evaluate(
        "['#top', '#reading', '#composer'].map(q => getComputedStyle(document.querySelector(q)).backgroundColor)"
    )
    for ground in grounds:
        assert sum(int(part) for part in re.findall(r"\d+", ground)[:3]) < 150


def test_the_program_itself_answers_in_the_browser(visit: Callable[..., Watched]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port)}
    program = subprocess.Popen([sys.executable, ROOT / "app.py"], env=environment, cwd=ROOT)
    try:
        assert healthy(address, program) == {"ok": True, "articles": 1}
        watched = visit(at=address)
        page = watched.page
        stored = page.locator("#panel .text").evaluate("one => one.textContent")
        watched.ask("What did the Iranian Foreign Minister say after the talks in Baku?")
        assert page.locator("#chat .words").count() >= 1
        watched.requests.clear()
        for position in range(page.locator("a.cite").count()):
            page.locator("a.cite").nth(position).click()
            marked = page.locator("#panel [aria-current]").evaluate("one => one.textContent")
            quoted = page.locator("#chat .words").nth(position).evaluate("one => one.textContent")
            assert quoted in stored
            assert quoted in marked or marked in quoted
            assert inside(page, "#panel [aria-current]", "#panel .shelf")
        assert watched.requests == []

        page.locator(".view[data-to=compare]").click()
        page.locator(".go-compare").click()
        page.locator("#result .compared").wait_for()
        assert page.locator("#result .quotes thead th").count() > 2
        page.locator("#result a.cite").first.click()
        assert page.locator("#panel [aria-current]").get_attribute("data-compared") == "1"
        page.locator(".view[data-to=voices]").click()
        page.locator("#statements .voices").wait_for()
        page.locator("#statements summary").first.click()
        page.locator("#statements a.cite:visible").first.click()
        words = "[...CSS.highlights.get('said')].map(range => range.toString())"
        statement = page.locator("#statements .statement").first.locator(".said")
        assert page.evaluate(words) == statement.evaluate_all("all => all.map(one => one.textContent)")
    finally:
        program.terminate()
        program.wait(20)
