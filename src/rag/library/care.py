"""What keeps a library sound: finding what is not as it was made, and making it anew; knows no question."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from rag.errors import OffsetError
from rag.library.finding import Finder
from rag.library.preparing import Preparing
from rag.library.shelf import Shelf
from rag.library.storage import Storage

log = logging.getLogger(__name__)


class Care:
    """Checks and repairs a library. Safe to share between threads.

    Args:
        storage: Where the library is kept.
        preparing: Makes of a text what is kept of it.
        shelf: Forgets what was made anew.
        finder: Has the index.
        encoder: Identity of the encoder in use.
    """

    def __init__(self, storage: Storage, preparing: Preparing, shelf: Shelf, finder: Finder, *, encoder: str) -> None:
        self._storage, self._preparing, self._shelf, self._finder = storage, preparing, shelf, finder
        self._store, self._encoder = storage.store, encoder

    def unread(self) -> list[int]:
        """Return the keys of articles in which this reader has not read yet who said what."""
        return self._store.unread(self._preparing.reader)

    def read_anew(self, keys: Sequence[int]) -> None:
        """Read who said what in some articles; one that cannot be read is named and left as it is.

        Raises:
            ReadOnlyLibraryError: The folder cannot be written.
            LibraryBusyError: Another process is writing.
        """
        for key in keys:
            try:
                article = self._store.article(key)
                if article is not None:
                    self._store.keep_reading(key, self._preparing.reading(article, self._store.sentences(key)))
            except (OffsetError, ValueError) as error:
                named = self._store.summaries([key])
                log.warning("who said what in article %s is not read: %s", named[key].id if named else key, error)
        self._shelf.clear()

    def build(self) -> None:
        """Make anew what was altered, all of it when the encoder has changed, and build the index.

        Raises:
            ReadOnlyLibraryError: The folder cannot be written; what was there stays in use.
        """
        store = self._store
        if store.encoder != self._encoder:
            articles = (one for key in store.article_keys() if (one := store.article(key)))
            store.replace(map(self._preparing.entry, articles), encoder=self._encoder)
            self._shelf.clear()
        else:
            for key in store.broken():
                article = store.article(key)
                if article is not None:
                    store.exchange(key, self._preparing.entry(article))
            self.read_anew(sorted({*self.unread(), *store.misread()}))
        self._finder.index().build()

    def problems(self) -> Iterator[str]:
        """Yield a line for everything that is not as it was added or built; nothing when all is well."""
        stored = list(self._store.problems())
        yield from stored or self._storage.index_problems()
