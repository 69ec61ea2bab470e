"""The same step on the workers of Ray: on the cores of this machine, or of a cluster whose nodes share the folders."""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from rag.errors import ClusterError, MissingPackageError, RagError, WorkerError
from rag.ingest.shards import Shard, from_json, to_json
from rag.ingest.step import Report, Step, load_step, report_from_json
from rag.settings import Settings

HERE = "local"
"""The address of a cluster that is started on this machine, for this run only."""
_STORE_BYTES = 100_000_000
"""Memory for what passes between workers: names and reports, as articles and vectors pass through files."""
_ANSWER_SECONDS = 5.0

StepLoader: TypeAlias = Callable[[Settings], Step]


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Workers:
    """A cluster, and how many of its processors work at most; all when None."""

    address: str = HERE
    most: int | None = None


def run_on_ray(
    shards: Sequence[Shard], out: Path, settings: Settings, *, workers: Workers, load: StepLoader = load_step
) -> Iterator[Report]:
    """Yield a report for every shard as soon as it is done, in any order.

    A shard whose worker or node dies is done by another one. Every node must have this package, and see the articles
    and the folder under the same paths.

    Args:
        shards: What to prepare.
        out: Where the files go.
        settings: Of every worker, but that each computes in one thread.
        workers: Where and how many.
        load: Loads the models, once a worker; a function of a module that can be imported there.

    Raises:
        ClusterError: There is no such cluster, or its nodes do not share the folder.
        WorkerError: A worker could not do its work, for a reason that holds for all of them.
        MissingPackageError: Ray is not installed.
    """
    if not shards:
        return
    if workers.address != HERE:
        _check_address(workers.address)
    with _ray_data(workers) as data:
        rows = [{"shard": to_json(shard)} for shard in shards]
        given = {"out": str(out.absolute()), "settings": replace(settings, threads=1), "load": load}
        # tasks, not actors: an actor of a lost node waits for a place with its shards, a task goes elsewhere
        reports = data.from_items(rows, override_num_blocks=len(rows)).map(
            _make, fn_kwargs=given, num_cpus=1, compute=data.TaskPoolStrategy(workers.most)
        )
        for row in reports.iter_rows():
            if row["failed"]:
                raise WorkerError(row["failed"])
            report = report_from_json(row["report"])
            if report.file and not (out / report.file).exists():
                raise ClusterError(workers.address, f"{out / report.file} was written on another node and is not here")
            yield report


def _make(row: dict[str, str], *, out: str, settings: Settings, load: StepLoader) -> dict[str, str]:
    """One shard, on a worker."""
    try:
        report = _loaded(load, settings).make(from_json(row["shard"]), Path(out))
    except RagError as error:  # its class may not come back from another process
        return {"report": "", "failed": str(error)}
    return {"report": json.dumps(asdict(report)), "failed": ""}


@cache
def _loaded(load: StepLoader, settings: Settings) -> Step:
    """The models of this worker, which does many shards."""
    return load(settings)


@contextmanager
def _ray_data(workers: Workers) -> Iterator[Any]:
    """Ray's module for data, connected; the cluster that was started for it is stopped at the end."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # it would report to its makers
    here = workers.address == HERE
    if here:
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # its name for: listen on 127.0.0.1 alone
        os.environ["RAY_AUTH_MODE"] = "token"  # so that nobody else on this machine hands it work
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingPackageError("'ask-the-article[ray]'", "Preparing articles with --ray") from error
    alone: dict[str, Any] = {"num_cpus": workers.most, "object_store_memory": _STORE_BYTES, "include_dashboard": False}
    try:
        ray.init(workers.address, log_to_driver=False, logging_level=logging.ERROR, **(alone if here else {}))
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise ClusterError(workers.address, str(error).splitlines()[0].rstrip(".")) from error
    try:
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # it logs what it raises too
        told = ray.data.DataContext.get_current()
        told.enable_progress_bars = told.print_on_execution_start = False
        yield ray.data
    except ray.exceptions.RayError as error:
        log.info("Ray says", exc_info=error)
        raise WorkerError(str(error).strip().splitlines()[-1]) from error
    finally:
        ray.shutdown()


def _check_address(address: str) -> None:
    """Find out at once whether something listens there; Ray itself tries for two minutes."""
    host, _, port = address.rpartition(":")
    if host and port.isdigit():
        try:
            socket.create_connection((host, int(port)), timeout=_ANSWER_SECONDS).close()
        except OSError as error:
            raise ClusterError(address, error.strerror or str(error)) from error
