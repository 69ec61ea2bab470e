"""The same files come from the workers of Ray, also when some of them die."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fakes import WordEncoder
from ingest_fakes import load_words, make_all

from rag.errors import ClusterError, MissingPackageError
from rag.ingest import Files, Shard, Size, Workers, plan, read_entries, run_on_ray, shard_files
from rag.settings import Settings
from rag.store import SqliteStore

SOURCE = Path(__file__).parents[1] / "src"


TEXTS = [f"News {number}\n\nAli said it rained {number} times. Nobody disagreed.\n" for number in range(40)]


def run(mode: str, folder: Path, out: Path) -> dict[str, Any]:
    """What Ray's process tells."""
    child = Path(__file__).with_name("ingest_cluster.py")
    known = {"PYTHONPATH": os.pathsep.join([str(SOURCE), str(child.parent)]), "LOADS": str(folder.parent / "loads")}
    command = [sys.executable, str(child), mode, str(folder), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | known, timeout=240)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def write_texts(folder: Path, count: int) -> None:
    folder.mkdir()
    for number, text in enumerate(TEXTS[:count]):
        (folder / f"{number:02}.txt").write_text(text, encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in shard_files(folder)}


def test_a_node_that_dies_in_the_middle_loses_no_article_and_doubles_none(tmp_path: Path) -> None:
    folder, out = tmp_path / "news", tmp_path / "out"
    write_texts(folder, 40)
    told = run("two-nodes", folder, out)
    assert told["killed_after"] in range(4, 20)
    assert [report["articles"] for report in told["reports"]] == [2] * 20
    loads = [line.split() for line in (tmp_path / "loads").read_text(encoding="utf-8").splitlines()]
    assert len({node for _, node in loads}) == 2
    assert len({process for process, _ in loads}) == len(loads) < 20

    make_all(list(plan([folder], Size(articles=2))), tmp_path / "plain")
    assert contents(out) == contents(tmp_path / "plain")
    store = SqliteStore(tmp_path / "library", encoder=WordEncoder.identity)
    added = [store.add_all(read_entries(path)) for path in shard_files(out)]
    kept = [store.article(key) for key in store.article_keys()]
    store.close()
    assert added == [2] * 20
    assert sorted(one.text for one in kept if one) == sorted(TEXTS)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells there who listens")
def test_a_cluster_of_this_machine_alone_listens_to_nobody_else_and_says_what_fails(tmp_path: Path) -> None:
    write_texts(tmp_path / "news", 4)
    told = run("here", tmp_path / "news", tmp_path / "out")
    assert told["listening"] == ["127.0.0.1"]
    assert [report["new"] for report in told["reports"]] == [True, True]
    assert told["failure"].startswith("A worker gave up: The model encoder.onnx cannot be read. ")
    make_all(list(plan([tmp_path / "news"], Size(articles=2))), tmp_path / "plain")
    assert contents(tmp_path / "out") == contents(tmp_path / "plain")


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:1"])
def test_a_cluster_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    shards: list[Shard] = [Files((tmp_path / "a.txt",))]
    with pytest.raises(ClusterError, match=f"The Ray cluster '{address}' cannot be used: .*ray status"):
        list(run_on_ray(shards, tmp_path / "out", Settings(), workers=Workers(address), load=load_words))


def test_without_ray_the_install_line_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USAGE_STATS_ENABLED", "ENABLE_WINDOWS_OR_OSX_CLUSTER", "AUTH_MODE", "AUTH_TOKEN"):
        monkeypatch.setenv(f"RAY_{name}", "")
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingPackageError, match=r"Install it with: pip install 'ask-the-article\[ray\]'"):
        list(run_on_ray([Files((tmp_path / "a.txt",))], tmp_path, Settings(), workers=Workers()))


def test_nothing_to_do_starts_no_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert list(run_on_ray([], tmp_path, Settings(), workers=Workers())) == []
