"""SQLite: the truth about articles, sentences, passages and vectors (KEEP); knows nothing of search.

Every change is one transaction and one line in `changes`, so an index elsewhere can tell what it has missed.
Keys are never used twice, and all passages of an article have adjacent keys.
"""

from rag.store.rows import Change, Entry, Keys, PassageRow, StoredPassage
from rag.store.store import FILE, FORMAT, Store

__all__ = ["FILE", "FORMAT", "Change", "Entry", "Keys", "PassageRow", "Store", "StoredPassage"]
