"""Hostile texts in a real browser: as questions, messages, quotes, speakers, roles, titles, dates and articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
from browsing import Watched
from hostile import PAYLOADS
from playwright.sync_api import Page, expect
from web_fakes import FakeLibrary, article_of, sentences_of, serving

from rag.records import Abstention, Answer, Quote, Range, Reply, Speaker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated:DeprecationWarning"),
]

QUOTED = "quote everything"
AT_ONCE = 80


@dataclass
class HostileLibrary(FakeLibrary):
    """Quotes all articles to one question, and refuses every other one with the question as its message."""

    def ask(
        self, question: str, *, after: Sequence[str] = (), articles: Sequence[str] = (), max_quotes: int | None = None
    ) -> Reply:
        if question != QUOTED:
            return Abstention(question, "not_answered", question, (), 0.1, 1.0)
        quotes = [self._hostile(number) for number in range(1, len(PAYLOADS) + 1)]
        return Answer(question, tuple(quotes), 0.9, 1.0)

    def _hostile(self, number: int) -> Quote:
        words, article = PAYLOADS[number - 1], self.shelf[f"a{number}"]
        start = article.text.index("\n\n") + 2
        place = Range(start, len(article.text))
        text = article.text[start:]
        who = Speaker(words, role=words)
        return Quote(
            number, article, 1, place, text, 0.9, place, Range(0, start - 2), who, "direct", place, strength="direct"
        )


def shelf() -> Iterator[FakeLibrary]:
    whole = article_of("whole", [("title", "All of them"), *(("body", words) for words in PAYLOADS)])
    parts = [
        article_of(f"a{number}", [("title", words), ("body", words)], published=words)
        for number, words in enumerate(PAYLOADS, start=1)
    ]
    yield HostileLibrary({one.id: one for one in (whole, *parts)})


@pytest.fixture(scope="module")
def library() -> FakeLibrary:
    return next(shelf())


@pytest.fixture(scope="module")
def address(library: FakeLibrary) -> Iterator[str]:
    with serving(library) as address:
        yield address


def texts(page: Page, selector: str) -> list[str]:
    found: list[str] = page.locator(selector).evaluate_all("all => all.map(one => one.textContent)")
    return found


def made_of_data(page: Page) -> list[str]:
    """Elements that only data could have made, and whether a script of it ran."""
    kinds = "script, img, iframe, object, embed, video, audio, form, base, meta, link, template, marquee, math"
    found: list[str] = page.evaluate(
        "kinds => [...document.querySelectorAll('#chat, #panel')].flatMap(one => [...one.querySelectorAll(kinds)])"
        ".map(one => one.outerHTML.slice(0, 200)).concat(window.hacked ? ['a script'] : [])",
        kinds,
    )
    return found


def test_there_are_more_than_two_hundred_and_none_twice() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) > 200


def test_quotes_speakers_titles_and_dates_are_shown_as_they_are(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask(QUOTED)
    expect(page.locator("#chat .quote")).to_have_count(len(PAYLOADS))
    assert texts(page, "#chat .quote .words") == list(PAYLOADS)
    assert texts(page, "#chat .quote .aside") == list(PAYLOADS)
    assert texts(page, "#chat .quote .name") == list(PAYLOADS)
    assert texts(page, "#chat .quote .role") == list(PAYLOADS)
    assert texts(page, "#chat .quote .from") == [f"{words} · {words}" for words in PAYLOADS]
    assert made_of_data(page) == []


def test_questions_and_messages_are_shown_as_they_are(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    for first in range(0, len(PAYLOADS), AT_ONCE):
        batch = list(PAYLOADS[first : first + AT_ONCE])
        for detail in ({"do": "restore", "turns": [{"question": words} for words in batch]}, {"do": "unfold"}):
            page.evaluate(
                "detail => document.querySelector('#acting i').dispatchEvent("
                "new CustomEvent('act', {bubbles: true, detail}))",
                detail,
            )
            expect(page.locator("#chat .question").last).to_have_text(batch[-1], use_inner_text=False)
            expect(page.locator("#chat .reply.waiting")).to_have_count(0)
        expect(page.locator("#chat .reply.abstention")).to_have_count(len(batch))
        assert texts(page, "#chat .question") == batch
        assert texts(page, "#chat p.message") == batch
        assert made_of_data(page) == []


def test_an_article_is_shown_as_it_is(visit: Callable[..., Watched], library: FakeLibrary) -> None:
    page = visit().page
    article = library.shelf["whole"]
    shown = page.locator("#panel .article[data-article=whole] .text")
    assert shown.evaluate("one => one.textContent") == article.text
    assert page.locator("#panel .article[data-article=whole] .s").count() == len(sentences_of(article))
    assert made_of_data(page) == []


def test_a_chat_with_a_hostile_title_is_listed_as_it_is(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask(PAYLOADS[0])
    page.locator(".chats-open").click()
    assert texts(page, "#chats li .open") == [PAYLOADS[0]]
    assert page.evaluate("document.querySelectorAll('#chats script').length") == 0
