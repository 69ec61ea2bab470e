"""The index over all passages of a library file: generations of files, and what changed since in memory.

All of it can be made from the store again, without embedding.
"""

from rag.index.check import index_problems
from rag.index.passages import PassageIndex, index_layout

__all__ = ["PassageIndex", "index_layout", "index_problems"]
