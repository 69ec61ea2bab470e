"""How the program behaves as a library grows, beside other programs in the same run.

Every measurement is made in a process of its own. What fails, and a baseline that takes longer than there is patience,
is left out with the reason. Files are in the page cache, where filling has left them.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from rag.bench.adding import measure_adding
from rag.bench.fresh import NotMeasuredError, measure
from rag.bench.measures import Column, Growth, Measure, Plan, timed
from rag.bench.pieces import make_pool
from rag.bench.questions import Asked, make_questions
from rag.embed import load_encoder
from rag.errors import UnwritableFileError
from rag.settings import Settings

NEAREST = 10
"""Passages that are looked up, and the k of recall@k."""

LISTS = "lists of the index, 0 where it is exact"

QUESTIONS_EACH, LOOKUPS_EACH, STARTS, ASKINGS = 20, 100, 5, 2

_LISTS_FROM = 1_000
"""Passages from which vectors are in lists where real texts are compared, of which there are too few otherwise."""

Found = TypeVar("Found")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bench:
    """A plan with what is the same at every size: where the pool is, its pieces, the questions, and other settings."""

    plan: Plan
    pool: Path
    pieces: int
    asked: tuple[Asked, ...]
    looked_up: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)

    def fill(self, folder: str, passages: int) -> dict[str, Any]:
        """Fill a library in a fresh process and return what that took.

        Raises:
            NotMeasuredError: It failed.
        """
        plan = self.plan
        request = {
            "folder": folder,
            "data": str(plan.data),
            "pool": str(self.pool),
            "pieces": 2 * plan.paragraphs,
            "passages": passages,
            "seed": plan.seed,
        }
        return measure("fill", request, settings=self.settings)

    def fill_real(self, folder: str) -> dict[str, Any]:
        """Fill a library with all real articles of the data in a fresh process, and return what that took.

        Raises:
            NotMeasuredError: It failed.
        """
        return measure("fill_real", {"folder": folder, "data": str(self.plan.data)}, settings=self.settings)

    def look(self, system: str, folder: str) -> dict[str, Any]:
        """Look the questions up in a library in a fresh process, with ours (`look`) or a baseline.

        Raises:
            NotMeasuredError: It failed, or took longer than there is patience.
        """
        log.info("looking up: %s", system)
        request = {"folder": folder, "questions": list(self.looked_up), "k": NEAREST}
        if system == "look":
            return measure(system, request, settings=self.settings)
        return measure(system, request, patience=self.plan.patience, threads=1)


def prepare(plan: Plan, settings: Settings) -> Bench:
    """Make the pool where it is not there yet, and choose the questions.

    Raises:
        DataError: The data hold no text or no question, or a line cannot be used.
        UnwritableFileError: Nothing can be written into the folder to work in.
    """
    try:
        plan.work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableFileError(plan.work, error.strerror or str(error)) from error
    encoder = load_encoder(settings)
    revision = encoder.identity.rpartition("@")[2][:8]
    folder = plan.work / f"pool-{plan.paragraphs}-{revision}"
    pool = make_pool(plan.data, folder, 2 * plan.paragraphs, settings, encoder)
    asked = make_questions(pool, plan.data, QUESTIONS_EACH, seed=plan.seed)
    looked_up = make_questions(pool, plan.data, LOOKUPS_EACH, seed=plan.seed)
    return Bench(plan, folder, len(pool.pieces), tuple(asked), tuple(one.question for one in looked_up))


def bench_growth(plan: Plan, settings: Settings) -> Growth:
    """Measure adding, and a library of each size, as the plan says.

    Raises:
        DataError: The data hold no text or no question, or a line cannot be used.
        UnwritableFileError: Nothing can be written into the folder to work in.
    """
    bench = prepare(plan, settings)
    adding = tuple(measure_adding(plan, settings)) if plan.files else ()
    sizes = tuple(_sized(bench, passages) for passages in plan.sizes)
    return Growth(adding, sizes, bench.pieces, (len(bench.asked), len(bench.looked_up)))


def bench_real(plan: Plan, settings: Settings) -> Growth:
    """Measure a library of all real articles, and one of as many passages put together, both with vectors in lists.

    Raises:
        DataError: The data hold no text or no question, or a line cannot be used.
        UnwritableFileError: Nothing can be written into the folder to work in.
    """
    bench = replace(prepare(plan, settings), settings={"RAG_FLAT_PASSAGES": str(_LISTS_FROM)})
    real = _filled(bench, "real", bench.fill_real, ("look", "flat"))
    columns = [real]
    if real.passages:
        columns.append(_filled(bench, "put together", partial(bench.fill, passages=real.passages), ("look", "flat")))
    return Growth((), (), bench.pieces, (len(bench.asked), len(bench.looked_up)), tuple(columns))


def _sized(bench: Bench, passages: int) -> Column:
    systems = ("look", "flat", "bm25s", "txtai")
    column = _filled(bench, f"{passages:,}", partial(bench.fill, passages=passages), systems)
    return replace(column, name=f"{column.passages or passages:,}")


def _filled(bench: Bench, name: str, fill: Callable[[str], dict[str, Any]], systems: Sequence[str]) -> Column:
    """All that is measured of a library; of no passages when it could not be filled."""
    measures: dict[str, Measure] = {}
    left_out: dict[str, str] = {}
    with tempfile.TemporaryDirectory(dir=bench.plan.work) as folder:
        log.info("filling a library: %s", name)
        filled = _tried(left_out, "filling", partial(fill, folder))
        if filled is None:
            return Column(name, 0, measures, left_out)
        measures |= filled_measures(filled)
        for what, run in (("opening", _opened), ("asking", _replied)):
            log.info("%s it", what)
            measures |= _tried(left_out, what, partial(run, bench, folder)) or {}
        found = {system: _tried(left_out, system, partial(bench.look, system, folder)) for system in systems}
    return Column(name, int(filled["passages"]), measures | look_measures(found, int(filled["passages"])), left_out)


def _tried(left_out: dict[str, str], name: str, run: Callable[[], Found]) -> Found | None:
    try:
        return run()
    except NotMeasuredError as error:
        left_out[name] = str(error)
        log.warning("%s is left out: %s", name, error)
        return None


def filled_measures(filled: Mapping[str, Any]) -> dict[str, Measure]:
    """Return what filling a library took, on disk for each passage too."""
    n = int(filled["passages"])
    return {
        "articles": Measure(filled["articles"], n),
        "sentences": Measure(filled["sentences"], n),
        "library file, bytes a passage": Measure(filled["library"] / n, n),
        "index, bytes a passage": Measure(filled["index"] / n, n),
        **({"kept without embedding, passages/s": Measure(n / filled["adding"], n)} if "adding" in filled else {}),
        "index built, s": Measure(filled["building"], n),
        **({"building, peak memory, MB": Measure(filled["peak"], n)} if "peak" in filled else {}),
    }


def _opened(bench: Bench, folder: str) -> dict[str, Measure]:
    request = {"folder": folder, "questions": list(bench.looked_up[:1]), "k": NEAREST}
    starts = [measure("start", request, settings=bench.settings) for _ in range(STARTS)]
    names = {"start": "start to first passages, s", "opening": "of it opening, s", "first": "of it first look-up, s"}
    return {name: Measure(statistics.median(one[key] for one in starts), STARTS) for key, name in names.items()}


def _replied(bench: Bench, folder: str) -> dict[str, Measure]:
    """Replies in fresh processes; what else runs on a machine disturbs a question less in the faster of them."""
    request = {"folder": folder, "questions": [one.question for one in bench.asked]}
    rounds = [measure("ask", request, settings=bench.settings) for _ in range(ASKINGS)]
    replied, n = rounds[-1], len(bench.asked)
    taken = [min(seconds) for seconds in zip(*(one["seconds"] for one in rounds), strict=True)]
    by_kind: dict[str, list[float]] = {}
    for one, seconds in zip(bench.asked, taken, strict=True):
        by_kind.setdefault(one.kind, []).append(seconds)
    kinds = {f"of kind {kind}, ms p50": timed("", some)[", ms p50"] for kind, some in by_kind.items()}
    names = {"peak": "memory after the questions, peak, MB", "anonymous": "of it in no file, MB"}
    memory = {name: Measure(replied[key], n) for key, name in names.items() if key in replied}
    replies = {f"replies: {name}": Measure(count, n) for name, count in sorted(replied["kinds"].items())}
    return timed("question to reply", taken, worst=True) | kinds | replies | memory


def look_measures(found: Mapping[str, Mapping[str, Any] | None], passages: int) -> dict[str, Measure]:
    """Return times of look-ups, ours first, and the recall of ours; what was not measured is not there."""
    names = (
        ("look", "dense", "nearest passages, ours"),
        ("flat", "dense", "nearest passages, plain FAISS flat"),
        ("look", "words", "passages with words, ours"),
        ("bm25s", "words", "passages with words, bm25s"),
        ("look", "whole", "search as a whole, ours"),
        ("txtai", "whole", "search as a whole, txtai"),
    )
    measures: dict[str, Measure] = {}
    for system, key, name in names:
        one = found.get(system)
        if one is not None:
            measures |= timed(name, one[key])
    ours, exact = found.get("look"), found.get("flat")
    if ours is not None:
        measures[LISTS] = Measure(ours["lists"], passages)
    if ours is not None and exact is not None:
        measures[f"recall@{NEAREST} of exact"] = Measure(recall(ours["keys"], exact["keys"]), len(exact["keys"]))
    for system in ("bm25s", "txtai"):
        one = found.get(system)
        if one is not None:
            measures[f"index built, {system}, s"] = Measure(one["building"], passages)
            if "peak" in one:
                measures[f"peak memory, {system}, MB"] = Measure(one["peak"], passages)
    return measures


def recall(found: Sequence[Sequence[int]], exact: Sequence[Sequence[int]]) -> float:
    """Return the mean share of the exact keys that were found."""
    shares = [len(set(one) & set(wanted)) / len(wanted) for one, wanted in zip(found, exact, strict=True) if wanted]
    return statistics.mean(shares)
