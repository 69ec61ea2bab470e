"""Many articles -> Parquet files of all that a library keeps of them, made anywhere, and those -> a library.

The work is cut into shards; one pure step makes the file of a shard, in a plain loop or on the workers of Ray. A file
is named by the sha256 of all that it depends on, so that what is there is not made again.
"""

from rag.ingest.load import fitting_facts, shard_files
from rag.ingest.on_ray import HERE, Workers, run_on_ray
from rag.ingest.parquet import Facts, Origin, Skipped, read_entries, read_facts
from rag.ingest.shards import Files, Lines, Shard, Size, plan
from rag.ingest.step import Report, Step, load_step

__all__ = [
    "HERE",
    "Facts",
    "Files",
    "Lines",
    "Origin",
    "Report",
    "Shard",
    "Size",
    "Skipped",
    "Step",
    "Workers",
    "fitting_facts",
    "load_step",
    "plan",
    "read_entries",
    "read_facts",
    "run_on_ray",
    "shard_files",
]
