"""Steps with stand-ins for the models, loaded by name also in other processes."""

import json
import os
import sqlite3
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fakes import SaidReader, WordEncoder

from rag.embed import Vectors
from rag.errors import ModelError
from rag.ingest import Files, Report, Shard, Step
from rag.settings import Settings
from rag.store import FILE

TABLES = ("texts", "sentences", "passages", "pages", "readings", "statements")


class SlowEncoder(WordEncoder):
    """The same vectors, a while later."""

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        time.sleep(0.25)
        return super().encode(texts, as_question=as_question)


class StuckEncoder(WordEncoder):
    """The same vectors, but for a text with `stop` in it: it says that it got there, and is not done in an hour."""

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        if any("stop" in text for text in texts):
            print("stuck", flush=True)
            time.sleep(3_600)
        return super().encode(texts, as_question=as_question)


def load_words(settings: Settings) -> Step:
    return Step(settings, WordEncoder(), SaidReader())


def load_slow_words(settings: Settings) -> Step:
    """Writes a line of its process and its node, on Ray, to the file $LOADS."""
    import ray

    with Path(os.environ["LOADS"]).open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()} {ray.get_runtime_context().get_node_id()}\n")
    return Step(settings, SlowEncoder(), SaidReader())


def load_nothing(settings: Settings) -> Step:
    raise ModelError(Path("encoder.onnx"), "cannot be read")


def make_all(shards: Sequence[Shard], out: Path) -> list[Report]:
    step = load_words(Settings())
    return [step.make(shard, out) for shard in shards]


def write_lines(path: Path, *lines: object) -> Path:
    path.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in lines), encoding="utf-8")
    return path


def kept(folder: Path) -> dict[str, Any]:
    """All that a library keeps of each article, by its id, but the keys, when it was added, and the seal of those."""
    db = sqlite3.connect(folder / FILE)
    db.row_factory = sqlite3.Row
    found = {}
    for article in map(dict, db.execute("SELECT * FROM articles").fetchall()):
        key = article["key"]
        article = {name: value for name, value in article.items() if name not in ("key", "added", "seal")}
        rows = {name: map(dict, db.execute(f"SELECT * FROM {name} WHERE article = ?", (key,))) for name in TABLES}
        found[article["id"]] = article | {
            name: sorted(json.dumps({k: v for k, v in row.items() if k not in ("key", "article")}, default=bytes.hex)
                         for row in listed)
            for name, listed in rows.items()
        }  # fmt: skip
    db.close()
    return found


if __name__ == "__main__":  # FOLDER OUT: gets stuck in the middle of a shard
    folder, out = map(Path, sys.argv[1:])
    Step(Settings(), StuckEncoder(), SaidReader()).make(Files(tuple(sorted(folder.iterdir()))), out)
