"""Many articles -> the store: prepared side by side on all cores, kept in their order, some in each transaction."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from rag.errors import RagError
from rag.records import Article
from rag.store import Entry, Store, text_sha256

_TOGETHER = 50
"""Articles that are kept in one transaction at most."""
_REMEMBERED = 1_000
"""Texts that came last; fewer than so many are coming at a time, and the store knows those before."""
_SECONDS = 1.0
"""How long an article that is prepared waits for others, about."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article to add; `file` is the sha256 of the file it was read from, when it was one."""

    article: Article
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of an article.

    Attributes:
        article: Which one.
        known: The id of the article that has the same text and was there already.
        failed: Why it cannot be added, in a sentence.
    """

    article: Article
    known: str | None = None
    failed: str | None = None


def add_all(
    arrivals: Iterable[Arrival], store: Store, prepare: Callable[[Article], Entry], *, workers: int
) -> Iterator[Added]:
    """Add articles, and yield what became of each, in their order, once it is on disk.

    When it is stopped, all that were yielded are kept, and what was prepared by then; adding the same again goes on.

    Args:
        arrivals: What to add; the next one is asked for while those before are prepared.
        store: Where they are kept.
        prepare: Cuts, embeds and reads an article.
        workers: Articles that are prepared at a time.

    Raises:
        LibraryError: They cannot be stored.
    """
    coming: deque[Future[Added | Entry]] = deque()
    ready: list[Added | Entry] = []
    texts: dict[str, str] = {}  # ids by text, of articles that are coming
    kept_at = time.monotonic()
    with ThreadPoolExecutor(workers, thread_name_prefix="preparing") as pool:
        try:
            for arrival in arrivals:
                text = text_sha256(arrival.article)
                known = texts.get(text) or store.same_text(arrival.article)
                texts.setdefault(text, arrival.article.id)
                if len(texts) > _REMEMBERED:
                    del texts[next(iter(texts))]
                coming.append(pool.submit(_prepared, arrival, known, prepare))
                while coming and (len(coming) > 2 * workers or coming[0].done()):
                    ready.append(coming.popleft().result())
                if len(ready) >= _TOGETHER or time.monotonic() - kept_at > _SECONDS:
                    yield from _kept(ready, store)
                    ready, kept_at = [], time.monotonic()
            while coming:
                ready.append(coming.popleft().result())
        finally:
            ready += [one.result() for one in coming if not one.cancel()]  # those at work are nearly done
            added = _kept(ready, store)
        yield from added


def _prepared(arrival: Arrival, known: str | None, prepare: Callable[[Article], Entry]) -> Added | Entry:
    article = arrival.article
    if known is not None:
        return Added(article, known=known)
    try:
        return replace(prepare(article), file=arrival.file)
    except RagError as error:
        return Added(article, failed=str(error))
    except Exception as error:  # a defect that one article shows must not stop the others
        log.debug("%s: a defect", article.title, exc_info=True)
        return Added(article, failed=f"{article.title}: {type(error).__name__} while it was read. Please report it.")


def _kept(ready: Iterable[Added | Entry], store: Store) -> list[Added]:
    """Keep what is prepared, and return what became of everything."""
    ready = list(ready)
    store.add_all(one for one in ready if isinstance(one, Entry))
    return [Added(one.article) if isinstance(one, Entry) else one for one in ready]
