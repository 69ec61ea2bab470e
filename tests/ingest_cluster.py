"""Ray, in a process of its own, as it leaves threads and sockets behind in one.

`two-nodes FOLDER OUT`: two nodes prepare articles, and the second is killed in the middle. `here FOLDER OUT`: a cluster
of this machine alone does, and what it listens on is read; then workers without a model fail to. Prints JSON.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

from ingest_fakes import load_nothing, load_slow_words

from rag.errors import WorkerError
from rag.ingest import Report, Size, Workers, plan, run_on_ray
from rag.ingest.on_ray import StepLoader
from rag.settings import Settings


def two_nodes(folder: Path, out: Path) -> dict[str, Any]:
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0" * 64}
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # listens on 127.0.0.1 alone
    from ray.cluster_utils import Cluster

    node: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 100_000_000, "include_dashboard": False}
    cluster: Any = Cluster(initialize_head=True, head_node_args=node)
    second = cluster.add_node(**node)
    reports: list[Report] = []
    killed_after: int | None = None
    try:
        for report in run(folder, out, Workers(cluster.address, 2)):
            reports.append(report)
            if killed_after is None and len(reports) >= 4 and len(nodes_that_loaded()) == 2:
                cluster.remove_node(second, allow_graceful=False)
                killed_after = len(list(out.glob("*.parquet")))
    finally:
        cluster.shutdown()
    return {"killed_after": killed_after, "reports": [asdict(report) for report in reports]}


def here(folder: Path, out: Path) -> dict[str, Any]:
    os.environ["MARK"] = "ours"
    listened: set[str] = set()
    reports = []
    for report in run(folder, out, Workers(most=1)):
        reports.append(asdict(report))
        listened |= set(listening())
    failure = ""
    try:
        list(run(folder, out, Workers(most=1), load=load_nothing))
    except WorkerError as error:
        failure = str(error)
    return {"listening": sorted(listened), "reports": reports, "failure": failure}


def run(folder: Path, out: Path, workers: Workers, load: StepLoader = load_slow_words) -> Iterator[Report]:
    return run_on_ray(list(plan([folder], Size(articles=2))), out, Settings(), workers=workers, load=load)


def nodes_that_loaded() -> set[str]:
    return {line.split()[1] for line in Path(os.environ["LOADS"]).read_text(encoding="utf-8").splitlines()}


def listening() -> Iterator[str]:
    """The addresses on which processes listen that this one has started."""
    sockets = {file for process in Path("/proc").glob("[0-9]*") for file in open_files(process)}
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                words = bytes.fromhex(fields[1].split(":")[0])
                data = b"".join(words[at : at + 4][::-1] for at in range(0, len(words), 4))
                address = IPv4Address(data) if len(data) == 4 else IPv6Address(data).ipv4_mapped or IPv6Address(data)
                yield str(address)


def open_files(process: Path) -> Iterator[str]:
    """What a process has open, when it is this one or was started by it; files may go while they are looked at."""
    with suppress(OSError):
        if process.name == str(os.getpid()) or b"\0MARK=ours\0" in b"\0" + (process / "environ").read_bytes():
            for number in (process / "fd").iterdir():
                with suppress(OSError):
                    yield os.readlink(number)


if __name__ == "__main__":
    mode, folder, out = sys.argv[1:]
    print(json.dumps({"two-nodes": two_nodes, "here": here}[mode](Path(folder), Path(out))))
