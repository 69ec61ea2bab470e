"""Parquet files of prepared articles -> what a library is to keep, every article proven again."""

from __future__ import annotations

from pathlib import Path

from rag.embed import Encoder
from rag.errors import NoShardsError, ShardMismatchError
from rag.ingest.parquet import SUFFIX, Facts, read_facts


def shard_files(folder: Path) -> list[Path]:
    """Return the files of prepared articles in a folder, by name.

    Raises:
        NoShardsError: There are none.
    """
    files = sorted(folder.glob(f"*{SUFFIX}"))
    if not files:
        raise NoShardsError(folder)
    return files


def fitting_facts(path: Path, encoder: Encoder) -> Facts:
    """Return what a file tells about itself when its vectors are those of an encoder.

    Statements of another reader than this program's fit: a library keeps with them who read them, and reads them anew.

    Raises:
        ShardMismatchError: Another encoder made its vectors.
        DamagedShardError: It is not whole, or not one of ours.
        MissingPackageError: pyarrow is not installed.
    """
    facts = read_facts(path)
    if facts.origin.encoder != encoder.identity:
        raise ShardMismatchError(path, "encoder", facts.origin.encoder, encoder.identity)
    if facts.origin.dimensions != encoder.dimensions:
        raise ShardMismatchError(path, "dimensions", facts.origin.dimensions, encoder.dimensions)
    return facts
