"""The command that adds articles: files, folders, addresses and pasted text, with a bar that tells the time left."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.cli.show import say, show
from rag.disk import sha256_of
from rag.errors import ReadError
from rag.settings import load_settings

if TYPE_CHECKING:
    from rag.articles import Metadata
    from rag.library import Arrival, Library
    from rag.records import Article
    from rag.settings import Settings

_NAMED = 20
"""Articles that are in the library already, of which each is named; of more only the number is told."""

_MANY = 20
"""Articles from which it pays to start processes for them."""


@dataclass
class _Tally:
    """What became of everything so far."""

    added: int = 0
    failed: int = 0
    known: list[str] = field(default_factory=list)


def add(options: argparse.Namespace) -> int:
    """Add articles; what cannot be one is named and skipped."""
    from rag.articles import Metadata
    from rag.library import open_library

    given = Metadata(
        title=options.title,
        authors=tuple(options.author or ()),
        published=options.published,
        source=options.source,
    )
    names, tally = list(_sources(options.path)), _Tally()
    with open_library(options.index, load_settings(), create=True) as library, _bar(names) as bar:
        try:
            for one in library.add_all(_arrivals(names, given, library, tally, bar), apart=len(names) >= _MANY):
                if one.failed is not None:
                    _skip(tally, bar, one.failed)
                elif one.known is not None:
                    tally.known.append(f"{one.article.title} is in the library already, as {one.known}")
                else:
                    tally.added += 1
                    bar.clear()
                    line = f"{one.article.id}\t{one.article.title}"
                    show(options, {"id": one.article.id, "title": one.article.title}, line)
        except KeyboardInterrupt:
            bar.clear()
            count = library.count()
            there = f"{count:,} article{' is' if count == 1 else 's are'} in the library"
            say(f"stopped: {there}. The same command goes on where it stopped.")
            return 1
        finally:
            _tell_known(tally)
        bar.set_description_str("writing the index")
        if tally.added:
            library.settle()
    return 1 if tally.failed and not (tally.added or tally.known) else 0


def _arrivals(names: Sequence[str], given: Metadata, library: Library, tally: _Tally, bar: Any) -> Iterator[Arrival]:
    """Read one after the other; what cannot be read is named, what was read before is passed over."""
    from rag.library import Arrival

    for name in names:
        try:
            file = _checksum(name)
            known = library.article_of_file(file) if file is not None else None
            if known is not None:
                tally.known.append(f"{name} is in the library already, as {known}")
            else:
                yield Arrival(_read(name, given, library.settings), file)
        except ReadError as error:
            _skip(tally, bar, str(error))
        bar.update()


def _skip(tally: _Tally, bar: Any, why: str) -> None:
    tally.failed += 1
    bar.clear()
    say(f"skipped: {why}")


def _tell_known(tally: _Tally) -> None:
    if len(tally.known) > _NAMED:
        say(f"skipped: {len(tally.known):,} that are in the library already")
    else:
        for line in tally.known:
            say(f"skipped: {line}")


@contextmanager
def _bar(names: Sequence[str]) -> Iterator[Any]:
    """A bar on stderr with the rate and the time left; not for a single article, nor where stderr is no terminal."""
    from tqdm import tqdm

    with tqdm(total=len(names), unit=" articles", desc="adding", leave=False, disable=len(names) < 2 or None) as bar:
        yield bar


def _sources(paths: Sequence[str]) -> Iterator[str]:
    """The files of every folder in the list, in order; everything else as it stands."""
    from rag.articles import article_files

    for path in paths:
        if path != "-" and not _is_address(path) and Path(path).is_dir():
            yield from map(str, article_files(Path(path)))
        else:
            yield path


def _checksum(name: str) -> str | None:
    """The sha256 of a plain file; None of what is none, or cannot be read, which reading it will say."""
    if name == "-" or _is_address(name):
        return None
    try:
        return sha256_of(Path(name)) if Path(name).is_file() else None
    except (OSError, ValueError):
        return None


def _read(name: str, given: Metadata, settings: Settings) -> Article:
    from rag.articles import Limits, read_address, read_bytes, read_file

    most, limits = settings.max_article_bytes, Limits(file_bytes=settings.max_file_bytes)
    if name == "-":
        return read_bytes(sys.stdin.buffer.read(most + 1), name="pasted text", given=given, max_bytes=most)
    if _is_address(name):
        return read_address(name, max_bytes=most, given=given, limits=limits)
    return read_file(Path(name), max_bytes=most, given=given, limits=limits)


def _is_address(name: str) -> bool:
    return re.match(r"[a-z][a-z0-9+.-]*://", name, re.IGNORECASE) is not None
