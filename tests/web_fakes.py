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

from rag.errors import QuestionError, UnknownArticleError
from rag.records import (
    Abstention,
    Answer,
    Article,
    ArticleSummary,
    Attribution,
    Block,
    Kind,
    Quote,
    Range,
    Reply,
    Sentence,
    Speaker,
)

if TYPE_CHECKING:
    from rag.library import Library


def article_of(article_id: str, lines: Sequence[tuple[Kind, str]], *, between: str = "\n\n") -> Article:
    """An article whose blocks are `lines`, joined by `between`; the first line is its title."""
    text, blocks = "", []
    for position, (kind, words) in enumerate(lines):
        text += between * (position > 0)
        blocks.append(Block(Range(len(text), len(text) + len(words)), kind))
        text += words
    return Article(article_id, text, lines[0][1], tuple(blocks))


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
    """Articles in memory; `asked` records the questions with the earlier ones they came with."""

    shelf: dict[str, Article]
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    folder: Path = Path()
    hold: threading.Event | None = None

    def articles(self) -> list[ArticleSummary]:
        return [
            ArticleSummary(one.id, one.title, one.authors, None, None, len(one.text), 1, 1, 0)
            for one in self.shelf.values()
        ]

    def article(self, article_id: str) -> Article:
        if article_id not in self.shelf:
            raise UnknownArticleError(article_id)
        return self.shelf[article_id]

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        return sentences_of(self.article(article_id))

    def ask(self, question: str, *, after: Sequence[str] = (), **_: object) -> Reply:
        """Quotes with a word of the question; `slow` waits for `hold`, `refuse` is refused, `nothing` abstains."""
        self.asked.append((question, tuple(after)))
        if "refuse" in question:
            raise QuestionError("is not welcome", "Ask <b>another</b>.")
        if "break" in question:
            raise RuntimeError("a defect")
        if "slow" in question and self.hold is not None:
            self.hold.wait(20)
        words = {word for word in re.findall(r"\w+", question.lower()) if len(word) > 3}
        quotes: list[Quote] = []
        for article in self.shelf.values():
            for sentence in sentences_of(article):
                text = article.text[sentence.range.start : sentence.range.end]
                if sentence.kind == "body" and words & set(re.findall(r"\w+", text.lower())):
                    quotes.append(self._quote(len(quotes) + 1, article, sentence))
        if "nothing" in question or not quotes:
            message = "The article does not say. Its nearest sentences speak of something else."
            return Abstention(question, "not_answered", message, tuple(quotes[:2]), 0.2, 12.0)
        return Answer(question, tuple(quotes), 0.9, 41.2)

    def _quote(self, number: int, article: Article, sentence: Sentence) -> Quote:
        text = article.text[sentence.range.start : sentence.range.end]
        same = [one for one in sentences_of(article) if one.block == sentence.block and one.number < sentence.number]
        context = same[-1].range if same and text.startswith(("The", "In ")) else None
        said = re.search(r"(?:[Ss]aid|According to) ([A-Z]\w+(?: [A-Z]\w+)*)|([A-Z]\w+(?: [A-Z]\w+)*),? said", text)
        if said is None:
            return Quote(number, article, sentence.number, sentence.range, text, 0.9, sentence.range, context)
        cue = Range(sentence.range.start + said.start(), sentence.range.start + said.end())
        who = Speaker(said.group(1) or said.group(2), "a speaker of the article")
        how: Attribution = "direct" if "“" in text else "indirect"
        return Quote(
            number, article, sentence.number, sentence.range, text, 0.9, sentence.range, context, who, how, cue
        )


@contextmanager
def serving(fake: FakeLibrary) -> Iterator[str]:
    """The page over `fake` on a free local port; gives its address, and stops it at the end."""
    import uvicorn

    from rag.web.server import build_app

    server = uvicorn.Server(uvicorn.Config(build_app(as_library(fake)), port=0, log_config=None, access_log=False))
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


def as_library(fake: FakeLibrary) -> Library:
    """The fake, under the name that the page's functions ask for."""
    return cast("Library", fake)
