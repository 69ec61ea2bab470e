"""Who says each sentence -> the words that name them; reads sentences that are in no library."""

from __future__ import annotations

from collections.abc import Sequence

from rag.evidence.pool import stems_of
from rag.records import Article, Block, Range, Sentence, Statement
from rag.speakers import StatementReader, whose_words


def voice_of(statement: Statement | None) -> frozenset[str]:
    """Return the stems of the name and the role of who makes a statement; none when nobody is proven to."""
    if statement is None or statement.speaker is None:
        return frozenset()
    return stems_of(f"{statement.speaker.name} {statement.speaker.role or ''}")


def read_voices(texts: Sequence[str], reader: StatementReader) -> list[frozenset[str]]:
    """Return for each of some consecutive sentences the stems of who says it."""
    text, sentences = "", list[Sentence]()
    for number, words in enumerate(texts):
        if words:
            sentences.append(Sentence(number, Range(len(text), len(text) + len(words)), 0, "body"))
        text += f"{words} "
    if not sentences:
        return [frozenset()] * len(texts)
    article = Article("", text, "", (Block(Range(sentences[0].range.start, sentences[-1].range.end), "body"),))
    said = whose_words(text, sentences, reader.read(article, sentences))
    return [voice_of(said.get(number)) for number in range(len(texts))]
