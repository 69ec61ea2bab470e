"""FAISS and tantivy over some passages; knows neither articles nor SQLite.

A segment answers two questions: which passages are nearest to a vector, and which hold these words.
"""

from rag.segment.dense import Layout, Sample
from rag.segment.scope import Scope
from rag.segment.segment import Segment, build_segment, extend_segment, load_segment
from rag.segment.words import Terms, stems_of, terms_of

__all__ = [
    "Layout",
    "Sample",
    "Scope",
    "Segment",
    "Terms",
    "build_segment",
    "extend_segment",
    "load_segment",
    "stems_of",
    "terms_of",
]
