"""Speakers and a topic -> what they say, side by side (REPLY); knows no storage and loads no encoder."""

from rag.compare.asked import Compared, comparison_asked
from rag.compare.heard import Heard, Measures, Wanted
from rag.compare.people import Meant, is_country, is_group, voices, whom
from rag.compare.relevance import (
    SPEAKER_FEATURES,
    TOPIC_FEATURES,
    TOPICS_FILE,
    TopicModel,
    load_topic_model,
    topic_values,
)
from rag.compare.side_by_side import compare
from rag.compare.spoken import Spoken, one_name_each
from rag.compare.told import Told, words_asked

__all__ = [
    "SPEAKER_FEATURES",
    "TOPICS_FILE",
    "TOPIC_FEATURES",
    "Compared",
    "Heard",
    "Meant",
    "Measures",
    "Spoken",
    "Told",
    "TopicModel",
    "Wanted",
    "compare",
    "comparison_asked",
    "is_country",
    "is_group",
    "load_topic_model",
    "one_name_each",
    "topic_values",
    "voices",
    "whom",
    "words_asked",
]
