"""A library that needs no model: it quotes the sentences that share a word with the question."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rag.errors import UnknownArticleError, UnreadableFileError
from rag.records import (
    Abstention,
    Answer,
    Article,
    ArticleSummary,
    Attribution,
    Block,
    Comparison,
    Figures,
    Kind,
    Quote,
    Range,
    Reply,
    Sentence,
    Side,
    Speaker,
    Stance,
    StanceLabel,
    Statement,
    Topic,
)

if TYPE_CHECKING:
    from fastapi import APIRouter
    from starlette.types import ASGIApp

    from rag.library import Library
    from rag.web.options import WebOptions

_NAME = r"[A-Z]\w+(?: [A-Z]\w+)*"
_SAID = re.compile(rf"(?:[Ss]aid|According to) ({_NAME})|({_NAME}),? said")
_UNNAMED = re.compile(r"([Aa] source|one official) said")
_STANCES: dict[str, StanceLabel] = {"doubt": "doubt", "welcome": "support", "reject": "rejection"}
_ROLE = "a speaker of the article"


def article_of(
    article_id: str,
    lines: Sequence[tuple[Kind, str]],
    *,
    between: str = "\n\n",
    published: str | None = None,
    source: str | None = None,
) -> Article:
    """An article whose blocks are `lines`, joined by `between`; the first line is its title."""
    text, blocks = "", []
    for position, (kind, words) in enumerate(lines):
        text += between * (position > 0)
        blocks.append(Block(Range(len(text), len(text) + len(words)), kind))
        text += words
    return Article(article_id, text, lines[0][1], tuple(blocks), published=published, source=source)


def sentences_of(article: Article) -> tuple[Sentence, ...]:
    """Sentences that end at `. ` in a body, and whole blocks elsewhere; a leading bullet stays outside."""
    found: list[Sentence] = []
    for position, block in enumerate(article.blocks):
        words = article.text[block.range.start : block.range.end]
        pattern = r"(?s)[^•\s].*?(?:\.(?=\s)|$)" if block.kind == "body" else r"(?s).+"
        for match in re.finditer(pattern, words):
            where = Range(block.range.start + match.start(), block.range.start + match.end())
            found.append(Sentence(len(found), where, position, block.kind))
    return tuple(found)


@dataclass
class FakeLibrary:
    """Articles in memory; `asked` records the questions with the earlier ones they came with.

    `limited` records the only articles that each question was put to, none for all of them.
    `compared` records the topics with their speakers and articles, `listed` whose statements were asked for.
    """

    shelf: dict[str, Article]
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    limited: list[tuple[str, ...]] = field(default_factory=list)
    compared: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    folder: Path = Path()
    hold: threading.Event | None = None

    @property
    def version(self) -> str:
        return "0badcafe.1"

    def articles(self) -> list[ArticleSummary]:
        return [
            ArticleSummary(one.id, one.title, one.authors, one.published, None, len(one.text), 1, 1, 0, "")
            for one in self.shelf.values()
        ]

    def article(self, article_id: str) -> Article:
        if article_id not in self.shelf:
            raise UnknownArticleError(article_id)
        return self.shelf[article_id]

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        return sentences_of(self.article(article_id))

    def ask(
        self, question: str, *, after: Sequence[str] = (), articles: Sequence[str] = (), max_quotes: int | None = None
    ) -> Reply:
        """Quotes with a word of the question; `slow` waits for `hold`, `refuse` is refused, `nothing` abstains.

        A question that begins with `Compare` gives a comparison.
        """
        self.asked.append((question, tuple(after)))
        self.limited.append(tuple(articles))
        if question.startswith("Compare "):
            return self.compare(question.removeprefix("Compare "))
        self._behave(question)
        words = _words(question)
        quotes: list[Quote] = []
        for article in [self.shelf[one] for one in articles or self.shelf]:
            for sentence in sentences_of(article):
                text = article.text[sentence.range.start : sentence.range.end]
                if sentence.kind == "body" and words & set(re.findall(r"\w+", text.lower())):
                    quotes.append(self._quote(len(quotes) + 1, article, sentence))
        if "nothing" in question or not quotes:
            message = "The article does not say. Its nearest sentences speak of something else."
            return Abstention(question, "not_answered", message, tuple(quotes[:2]), 0.2, 12.0)
        return Answer(question, tuple(quotes), 0.9, 41.2)

    def compare(
        self, topic: str = "", *, speakers: Sequence[str] = (), articles: Sequence[str] = ()
    ) -> Comparison | Abstention:
        """What everybody says with a word of the topic; without one, by the headings that it stands under."""
        self.compared.append((topic, tuple(speakers), tuple(articles)))
        self._behave(topic)
        found: dict[str, list[tuple[Article, Sentence, str]]] = {}
        known: dict[str, Speaker] = {}
        for article_id in articles or self.shelf:
            heading = ""
            article = self.article(article_id)
            for sentence in sentences_of(article):
                text = article.text[sentence.range.start : sentence.range.end]
                heading = text if sentence.kind == "heading" else heading
                said = _SAID.search(text) if sentence.kind == "body" else None
                if said is None or (speakers and (said.group(1) or said.group(2)) not in speakers):
                    continue
                name = said.group(1) or said.group(2)
                known[name] = Speaker(name, _ROLE)
                if not topic or _words(topic) & set(re.findall(r"\w+", text.lower())):
                    found.setdefault(name, []).append((article, sentence, heading))
        if not found:
            return Abstention(topic, "not_mentioned", "Nobody in <the> articles speaks of this.", (), 0.1, 12.0)
        return self._comparison(topic, found, tuple(known[name] for name in known if name not in found))

    def _comparison(
        self, topic: str, found: dict[str, list[tuple[Article, Sentence, str]]], silent: tuple[Speaker, ...]
    ) -> Comparison:
        quotes: list[Quote] = []
        sides: list[Side] = []
        topics: dict[str, list[int]] = {}
        for name, places in found.items():
            numbers, stances = [], []
            for article, sentence, heading in places:
                quote = self._quote(len(quotes) + 1, article, sentence)
                quotes.append(quote)
                numbers.append(quote.number)
                if topic or heading:
                    topics.setdefault(topic or heading, []).append(quote.number)
                for word, label in _STANCES.items():
                    at = quote.text.find(word)
                    if at >= 0:
                        cue = Range(quote.range.start + at, quote.range.start + at + len(word))
                        stances.append(Stance(label, quote.number, cue))
            sides.append(Side(Speaker(name, _ROLE), tuple(numbers), tuple(stances)))
        figures = {quote.number: re.findall(r"\d+ ?%", quote.text) for quote in quotes}
        numbers_told = tuple(dict.fromkeys(one for told in figures.values() for one in told))
        differing = (Figures(tuple(n for n, told in figures.items() if told), numbers_told),)
        return Comparison(
            topic,
            topic or None,
            tuple(quotes),
            tuple(sides),
            tuple(Topic(one, tuple(numbers)) for one, numbers in topics.items()),
            silent,
            differing if len(numbers_told) > 1 else (),
            0.9,
            41.2,
        )

    def statements(self, article_id: str) -> tuple[Statement, ...]:
        """What is said around "said" in every sentence; a source and an official have no names."""
        self.listed.append(article_id)
        article = self.article(article_id)
        found: list[Statement] = []
        for sentence in sentences_of(article):
            text = article.text[sentence.range.start : sentence.range.end]
            said = _SAID.search(text) or _UNNAMED.search(text)
            if said is None or sentence.kind != "body":
                continue
            start = sentence.range.start
            group = 1 if said.group(1) else 2
            named = said.re is _SAID
            around = [(0, len(text[: said.start()].rstrip())), (said.end(), len(text))]
            content = tuple(Range(start + a, start + b) for a, b in around if len(text[a:b].strip(" .,”")) > 2)
            found.append(
                Statement(
                    "direct" if "“" in text else "indirect",
                    Range(start + said.start(group), start + said.end(group)),
                    Range(start + said.start(), start + said.end()),
                    content,
                    Speaker(said.group(group), _ROLE) if named else None,
                )
            )
        return tuple(found)

    def _behave(self, question: str) -> None:
        if "refuse" in question:
            raise UnreadableFileError("<b>This</b>", "it is not welcome")
        if "break" in question:
            raise RuntimeError("a defect")
        if "slow" in question and self.hold is not None:
            self.hold.wait(20)

    def _quote(self, number: int, article: Article, sentence: Sentence) -> Quote:
        text = article.text[sentence.range.start : sentence.range.end]
        same = [one for one in sentences_of(article) if one.block == sentence.block and one.number < sentence.number]
        context = same[-1].range if same and text.startswith(("The", "In ")) else None
        said = _SAID.search(text)
        if said is None:
            return Quote(number, article, sentence.number, sentence.range, text, 0.9, sentence.range, context)
        cue = Range(sentence.range.start + said.start(), sentence.range.start + said.end())
        who = Speaker(said.group(1) or said.group(2), _ROLE)
        how: Attribution = "direct" if "“" in text else "indirect"
        return Quote(
            number, article, sentence.number, sentence.range, text, 0.9, sentence.range, context, who, how, cue
        )


@contextmanager
def serving(
    fake: FakeLibrary, options: WebOptions | None = None, *, routers: Sequence[APIRouter] = ()
) -> Iterator[str]:
    """The page over `fake` on a free local port; gives its address, and stops it at the end."""
    from rag.web.options import WebOptions
    from rag.web.server import build_app

    with running(build_app(as_library(fake), routers=routers, options=options or WebOptions())) as address:
        yield address


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """An application on a free local port; gives its address, and stops it at the end."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    server.config.timeout_graceful_shutdown = 1
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def _words(question: str) -> set[str]:
    return {word for word in re.findall(r"\w+", question.lower()) if len(word) > 3}


def weather() -> Article:
    """A short article with a block of every usual kind, one of them with a bullet."""
    return article_of(
        "a1",
        [
            ("title", "A title"),
            ("byline", "By Somebody"),
            ("body", "First it rained. Then it snowed."),
            ("heading", "And then"),
            ("body", "• The sun came out. It stayed."),
        ],
    )


def debate() -> FakeLibrary:
    """Two articles in which four people and a source speak of trains and boats, with doubt, support and figures."""
    trains = article_of(
        "trains",
        [
            ("title", "Trains for the valley"),
            ("byline", "By Somebody"),
            ("heading", "The price of trains"),
            ("body", "Ann Lee said trains will grow by 13% and doubt is out of place. It was a long day."),
            ("body", "“I welcome the trains,” said Bob Marsh. A source said the trains are late."),
            ("heading", "And the boats"),
            ("body", "According to Ann Lee boats are slow. Cem Oz said that boats sink."),
        ],
        published="2024-05-01",
    )
    boats = article_of(
        "boats",
        [
            ("title", "Boats & <b>more</b>"),
            ("body", "👩‍👩‍👧 Bob Marsh said trains grow by 20% and we reject boats. Dee Fox said nothing of either."),
        ],
        published="1 June 2024",
    )
    return FakeLibrary({"trains": trains, "boats": boats})


def as_library(fake: FakeLibrary) -> Library:
    """The fake, under the name that the page's functions ask for."""
    return cast("Library", fake)
