"""Passages -> the sentences that answer (CHOOSE); knows no storage."""

from rag.evidence.choose import Selection, choose, count
from rag.evidence.features import FEATURES, GLANCE_FEATURES, QUESTION_FEATURES, SENTENCE_FEATURES
from rag.evidence.foreign import FOREIGN_FILE, ForeignModels, judge_foreign, load_foreign_models
from rag.evidence.judge import (
    SentenceScorer,
    Tools,
    Verdict,
    Windows,
    cut_windows,
    judge,
    judge_loose,
    load_tools,
    windows_to_read,
)
from rag.evidence.models import FILE, Logistic, Models, load_models
from rag.evidence.pool import FADE, NEARBY, Matches, Numbers, Pool, match_words, stems_of
from rag.evidence.told import asks_for_words
from rag.evidence.voices import read_voices, voice_of

__all__ = [
    "FADE",
    "FEATURES",
    "FILE",
    "FOREIGN_FILE",
    "GLANCE_FEATURES",
    "NEARBY",
    "QUESTION_FEATURES",
    "SENTENCE_FEATURES",
    "ForeignModels",
    "Logistic",
    "Matches",
    "Models",
    "Numbers",
    "Pool",
    "Selection",
    "SentenceScorer",
    "Tools",
    "Verdict",
    "Windows",
    "asks_for_words",
    "choose",
    "count",
    "cut_windows",
    "judge",
    "judge_foreign",
    "judge_loose",
    "load_foreign_models",
    "load_models",
    "load_tools",
    "match_words",
    "read_voices",
    "stems_of",
    "voice_of",
    "windows_to_read",
]
