"""A library in Milvus: articles, passages and the search over them, shared by as many programs as there are (KEEP).

The same client speaks to a file of Milvus Lite, to one server, and to a cluster. Nothing else of the program knows it.
"""

from rag.milvus.collections import library_exists
from rag.milvus.index import MilvusIndex
from rag.milvus.store import MilvusStore

__all__ = ["MilvusIndex", "MilvusStore", "library_exists"]
