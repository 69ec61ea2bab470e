"""Sentences -> who said what (WHO): statements with the words that prove them, and the people who make them."""

from rag.speakers.reader import StatementReader
from rag.speakers.said import spoken_sentences, whose_words

__all__ = ["StatementReader", "spoken_sentences", "whose_words"]
