"""The nouns of the program, as frozen records that prove themselves when they are made.

Offsets are 0-based, half-open, in characters of the article's stored text. This folder knows what must hold
for every record; it does not know where records come from or how they are shown.
"""

from rag.records.article import Article, ArticleSummary, Block, Kind, Passage, Range, Sentence
from rag.records.reply import (
    Abstention,
    Answer,
    Comparison,
    Figures,
    Hit,
    Place,
    Quote,
    RankedSentence,
    Reason,
    Reply,
    Side,
    Stance,
    StanceLabel,
    Strength,
    Topic,
)
from rag.records.speech import Attribution, Speaker, Statement

__all__ = [
    "Abstention",
    "Answer",
    "Article",
    "ArticleSummary",
    "Attribution",
    "Block",
    "Comparison",
    "Figures",
    "Hit",
    "Kind",
    "Passage",
    "Place",
    "Quote",
    "Range",
    "RankedSentence",
    "Reason",
    "Reply",
    "Sentence",
    "Side",
    "Speaker",
    "Stance",
    "StanceLabel",
    "Statement",
    "Strength",
    "Topic",
]
