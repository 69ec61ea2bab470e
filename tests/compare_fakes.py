"""Articles in which people speak, with statements as obvious as their words."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from fakes import WordEncoder, WordScorer

from rag.answer import Candidate
from rag.articles import read_text
from rag.compare import Spoken
from rag.library import Library
from rag.records import Article, Attribution, Range, Sentence, Speaker, Statement
from rag.settings import Settings
from rag.speakers import StatementReader, whose_words
from rag.split import sentences

FILLER = "Rain fell. Snow fell. Wind blew.\n\n"
"""What stands between paragraphs, so that none is read with the one before."""

BRIDGE = read_text(
    "A plan for the town\n\n"
    "Anna Berg, a minister, said the bridge is safe.\n\n"
    f"{FILLER}"
    "Boris Kim, an engineer, said the ferry sank twice.\n\n"
    f"{FILLER}"
    "Clara Diaz, a professor, doubted that the bridge holds.\n\n"
    f"{FILLER}"
    "Dora Ek, a professor, said the bridge needs steel.\n\n"
    f"{FILLER}"
    "Hail broke a window. Nobody spoke of it.\n"
)
TOWN = read_text(
    "A plan for the town\n\n"
    "Anna Berg said the bridge is safe.\n\n"
    f"{FILLER}"
    "Boris Kim said the ferry is slow.\n\n"
    f"{FILLER}"
    "Clara Diaz said the bridge needs steel.\n\n"
    f"{FILLER}"
    "Dora Ek said the ferry was cheap.\n"
)


def states(
    article: Article,
    name: str,
    content: str,
    *,
    role: str | None = None,
    cue: str = "said",
    source: str | None = None,
    attribution: Attribution = "indirect",
) -> Statement:
    """A statement whose content stands once in an article; its source and cue are the nearest ones before, or after."""
    at = article.text.index(content)
    spoken = Range(at, at + len(content))
    return Statement(
        attribution,
        _nearest(article.text, source or name, at),
        _nearest(article.text, cue, at),
        (spoken,),
        Speaker(name, role),
    )


def _nearest(text: str, words: str, at: int) -> Range:
    before = text.rfind(words, 0, at)
    start = before if before >= 0 else text.index(words, at)
    return Range(start, start + len(words))


BRIDGE_STATEMENTS = (
    states(BRIDGE, "Anna Berg", "the bridge is safe", role="minister"),
    states(BRIDGE, "Boris Kim", "the ferry sank twice", role="engineer"),
    states(BRIDGE, "Clara Diaz", "that the bridge holds", role="professor", cue="doubted"),
    states(BRIDGE, "Dora Ek", "the bridge needs steel", role="professor"),
)
TOWN_STATEMENTS = (
    states(TOWN, "Anna Berg", "the bridge is safe"),
    states(TOWN, "Boris Kim", "the ferry is slow"),
    states(TOWN, "Clara Diaz", "the bridge needs steel"),
    states(TOWN, "Dora Ek", "the ferry was cheap"),
)


def speak(monkeypatch: pytest.MonkeyPatch, said: Mapping[str, Sequence[Statement]]) -> None:
    """Let every library that is filled from now on read this in the articles, by their ids, and nothing else."""

    def read(_: StatementReader, article: Article, __: Sequence[Sentence]) -> tuple[Statement, ...]:
        return tuple(said.get(article.id, ()))

    monkeypatch.setattr(StatementReader, "read", read)


def open_with(folder: Path, *articles: Article) -> Library:
    """A library of some articles, in which texts that share words are near."""
    library = Library(folder, Settings(), encoder=WordEncoder(), scorer=WordScorer())
    for article in articles:
        library.add(article)
    return library


def spoken_in(article: Article, statements: Sequence[Statement], *, heading: str = "") -> list[Spoken]:
    """The sentences that the statements hold, as they are compared."""
    cut = sentences(article)
    found = []
    for number, statement in whose_words(article.text, cut, statements).items():
        assert statement.speaker is not None
        candidate = Candidate(article, cut, cut[number], cut[number].range, statement)
        found.append(Spoken(candidate, statement, statement.speaker, (), heading))
    return found
