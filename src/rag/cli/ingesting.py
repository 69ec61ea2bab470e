"""The commands that prepare many articles anywhere, and load them: each takes its options and returns its exit code."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.cli.show import say, show, wrong
from rag.errors import DamagedShardError
from rag.settings import load_settings

if TYPE_CHECKING:
    from rag.embed import Encoder
    from rag.ingest import Facts, Report, Shard

_EVERY = 10.0
"""Seconds between two lines of progress where a line cannot be written over."""


def ingest(options: argparse.Namespace) -> int:
    """Prepare articles; what cannot be one is named and skipped."""
    from rag.ingest import Size, plan

    if options.workers is not None and options.ray is None:
        return wrong("--workers N is for --ray; without it, one program works in as many threads as the settings say")
    shards = list(plan(options.path, Size(articles=options.shard_articles)))
    watched = Watched(sum(shard.count for shard in shards))
    articles = skipped = 0
    for report in _reports(options, shards):
        for line in report.skipped:
            watched.say(f"skipped: {line}")
        articles += report.articles
        skipped += report.inputs - report.articles
        watched.tell(report.inputs, worked=report.new)
    watched.end()
    shape = {"articles": articles, "skipped": skipped, "files": len(shards), "out": str(options.out)}
    hint = f", in {options.out}; load them with: rag load {options.out}" if articles else ""
    show(options, shape, f"prepared: {articles:,} articles{hint}")
    return 1 if skipped and not articles else 0


def load(options: argparse.Namespace) -> int:
    """Load prepared articles; a damaged file is named and skipped, and one of another encoder refuses all."""
    from rag.ingest import read_entries, shard_files
    from rag.library import open_library

    files = shard_files(options.folder)
    with open_library(options.index, load_settings(), create=True) as library:
        sound = _sound(files, library.encoder)
        damaged, before = len(files) - len(sound), library.count()
        watched = Watched(sum(facts.articles for facts in sound.values()))
        for path, facts in sound.items():
            try:
                library.add_prepared(read_entries(path))
            except DamagedShardError as error:
                watched.say(f"skipped: {error}")
                damaged += 1
            watched.tell(facts.articles, worked=True)
        watched.end()
        library.settle()
        added = library.count() - before
    shape = {"articles": added, "files": len(files), "damaged": damaged}
    show(options, shape, f"loaded: {added:,} articles")
    if not damaged and (there := watched.total - added):
        say(f"{there:,} texts were in the library already")
    return 1 if damaged else 0


def _reports(options: argparse.Namespace, shards: list[Shard]) -> Iterator[Report]:
    from rag.ingest import Workers, load_step, run_on_ray

    settings = load_settings()
    if options.ray is not None:
        return run_on_ray(shards, options.out, settings, workers=Workers(options.ray, options.workers))
    return map(partial(load_step(settings).make, out=options.out), shards)


def _sound(files: Iterable[Path], encoder: Encoder) -> dict[Path, Facts]:
    """What files tell that can be loaded; a damaged one is named."""
    from rag.ingest import fitting_facts

    sound = {}
    for path in files:
        try:
            sound[path] = fitting_facts(path, encoder)
        except DamagedShardError as error:
            say(f"skipped: {error}")
    return sound


class Watched:
    """A line on stderr of how far the work is: written over on a terminal, else one now and then and one at the end."""

    def __init__(self, total: int) -> None:
        self.total, self._done, self._worked = total, 0, 0
        self._began = self._told = time.monotonic()
        self._over = sys.stderr.isatty()

    def tell(self, articles: int, *, worked: bool) -> None:
        """Hear that so many articles are done, now, or were done before (then they say nothing about speed)."""
        self._done += articles
        self._worked += articles if worked else 0
        if self._over:
            print(f"\r\x1b[Krag: {self._line()}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self._told >= _EVERY:
            say(self._line())
            self._told = time.monotonic()

    def say(self, message: str) -> None:
        """Print a message between two lines of progress."""
        if self._over:
            print("\r\x1b[K", end="", file=sys.stderr)
        say(message)

    def end(self) -> None:
        """Tell the last state."""
        self.say(self._line())

    def _line(self) -> str:
        rate = self._worked / max(time.monotonic() - self._began, 1e-9)
        left = f", {_span((self.total - self._done) / rate)} left" if rate and self._done < self.total else ""
        speed = f", {rate:,.1f} a second" if rate else ""
        return f"{self._done:,} of {self.total:,} articles{speed}{left}"


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
