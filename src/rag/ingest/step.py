"""One pure step: a shard of articles -> a Parquet file of all that the library keeps of them."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from rag.embed import Encoder, load_encoder
from rag.errors import ChangedInputError, DamagedShardError, OffsetError, RagError
from rag.ingest.parquet import FORMAT, SUFFIX, Facts, Made, Origin, Skipped, read_facts, write
from rag.ingest.reading import Source, outcomes, sources
from rag.ingest.shards import Files, Shard
from rag.library import Preparing
from rag.records import Article
from rag.settings import Settings
from rag.speakers import StatementReader
from rag.version import VERSION

log = logging.getLogger(__name__)


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

    def make(self, shard: Shard, out: Path) -> Report:
        """Write the file of a shard unless it is there and whole; an input that is no article is named and skipped.

        Raises:
            UnwritableFileError: The folder cannot be written.
            ModelError: A model cannot be used.
            MissingPackageError: A package is not installed.
        """
        read = sources(shard)
        path = out / self._name(read)
        facts = _facts(path)
        new = facts is None
        if facts is None:
            try:
                facts = write(path, self._made(shard, read), self._origin)
            except ChangedInputError as error:
                return Report(None, shard.count, 0, (str(error),), new=False)
        skipped = tuple(f"{_place(shard, one.number)}: {one.cause}" for one in facts.skipped)
        return Report(path.name, shard.count, facts.articles, skipped, new)

    def _name(self, read: Sequence[Source]) -> str:
        """The name of a file: the sha256 of all that its bytes depend on."""
        made_by = [FORMAT, VERSION, self._origin.encoder, self._reader.identity]
        numbers = [self._settings.passage_tokens, self._settings.max_article_bytes, self._settings.max_file_bytes]
        known = json.dumps([made_by, numbers, [astuple(one) for one in read]])
        return hashlib.sha256(known.encode()).hexdigest() + SUFFIX

    def _made(self, shard: Shard, read: Sequence[Source]) -> Iterator[Made]:
        """Every entry and every reason for none, and an error at the end if anything was not as the name says."""
        for number, outcome in enumerate(outcomes(shard, self._settings)):
            if isinstance(outcome, Article):
                yield self._entry(number, outcome, read[number].sha256 if isinstance(shard, Files) else None)
            else:
                yield Skipped(number, str(outcome))
        if sources(shard) != read:
            raise ChangedInputError(_place(shard, 0))

    def _entry(self, number: int, article: Article, file: str | None) -> Made:
        try:
            return replace(self._preparing.entry(article), file=file)
        except OffsetError as error:
            return Skipped(number, str(error))
        except (RagError, ImportError, OSError, MemoryError):
            raise  # of this machine, not of the article
        except Exception as error:  # a defect that one article shows must not stop the others
            log.debug("%s: a defect", article.title, exc_info=True)
            return Skipped(number, f"{article.title}: {type(error).__name__} while it was read. Please report it.")


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
