"""One pure step: a shard of articles -> a Parquet file of all that the library keeps of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.embed import Encoder, load_encoder
from rag.errors import ChangedInputError, DamagedShardError, OffsetError
from rag.ingest.parquet import FORMAT, SUFFIX, Facts, Made, Origin, Skipped, read_facts, write
from rag.ingest.reading import input_sums, outcomes
from rag.ingest.shards import Files, Shard
from rag.library import Preparing
from rag.records import Article
from rag.settings import Settings
from rag.speakers import StatementReader
from rag.version import VERSION


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a shard.

    Attributes:
        file: The name of its file; None when it was not written.
        inputs: Articles that might have been in it.
        articles: Those that are.
        skipped: A line for each that is not.
        new: Whether it was made now, or was there already.
    """

    file: str | None
    inputs: int
    articles: int
    skipped: tuple[str, ...]
    new: bool


def report_from_json(line: str) -> Report:
    """Return the report whose fields a line of JSON holds."""
    fields = json.loads(line)
    return Report(**fields | {"skipped": tuple(fields["skipped"])})


class Step:
    """Owns the loaded models. Equal shards and settings give equal file names and bytes, wherever they are made."""

    def __init__(self, settings: Settings, encoder: Encoder, reader: StatementReader) -> None:
        self._settings, self._reader = settings, reader
        self._origin = Origin(encoder.identity, encoder.dimensions)
        self._preparing = Preparing(settings, encoder, reader)

    def name(self, shard: Shard) -> str:
        """Return the name of a shard's file: the sha256 of all that its bytes depend on."""
        made_by = [FORMAT, VERSION, self._origin.encoder, self._reader.identity]
        numbers = [self._settings.passage_tokens, self._settings.max_article_bytes, self._settings.max_file_bytes]
        known = json.dumps([made_by, numbers, input_sums(shard)])
        return hashlib.sha256(known.encode()).hexdigest() + SUFFIX

    def make(self, shard: Shard, out: Path) -> Report:
        """Write the file of a shard unless it is there and whole; an input that is no article is named and skipped.

        Raises:
            UnwritableFileError: The folder cannot be written.
            MissingPackageError: A package is not installed.
        """
        path = out / self.name(shard)
        facts = _facts(path)
        new = facts is None
        if facts is None:
            try:
                facts = write(path, self._made(shard, path.name), self._origin)
            except ChangedInputError as error:
                return Report(None, shard.count, 0, (str(error),), new=False)
        skipped = tuple(f"{_place(shard, one.number)}: {one.cause}" for one in facts.skipped)
        return Report(path.name, shard.count, facts.articles, skipped, new)

    def _made(self, shard: Shard, name: str) -> Iterator[Made]:
        """Every entry and every reason for none, and an error at the end if anything was not as the name says."""
        for number, outcome in enumerate(outcomes(shard, self._settings)):
            if not isinstance(outcome, Article):
                yield Skipped(number, str(outcome))
                continue
            try:
                entry = self._preparing.entry(outcome)
            except OffsetError as error:
                yield Skipped(number, str(error))
            else:
                yield entry
        if self.name(shard) != name:
            raise ChangedInputError(_place(shard, 0))


def load_step(settings: Settings) -> Step:
    """Load the models that the settings name.

    Raises:
        ModelError: Weights that are missing or altered.
        MissingPackageError: The encoder needs a package that is not installed.
    """
    return Step(settings, load_encoder(settings), StatementReader())


def _facts(path: Path) -> Facts | None:
    """What a file tells that is there and whole; None when it is to be made."""
    try:
        return read_facts(path) if path.exists() else None
    except DamagedShardError:
        return None


def _place(shard: Shard, number: int) -> Path:
    return shard.paths[number] if isinstance(shard, Files) else shard.path
