"""SQLite: the truth about articles, sentences, passages, vectors and who said what (KEEP); knows nothing of search.

Every article that comes or goes is one transaction and one line in `changes`, so an index elsewhere can tell what it
has missed; reading anew who said what changes nothing of that. Keys are never used twice, and all passages of an
article have adjacent keys.
"""

from rag.store.backup import back_up, restore
from rag.store.format import FORMAT
from rag.store.kept import FILE
from rag.store.readings import Reading
from rag.store.rows import RESTORED, Change, Entry, Keys, PassageRows, StoredPassage, text_sha256
from rag.store.seam import Store
from rag.store.store import SqliteStore

__all__ = [
    "FILE",
    "FORMAT",
    "RESTORED",
    "Change",
    "Entry",
    "Keys",
    "PassageRows",
    "Reading",
    "SqliteStore",
    "Store",
    "StoredPassage",
    "back_up",
    "restore",
    "text_sha256",
]
