"""What can go wrong with a disk, a program or a clock, done for real."""

import multiprocessing
import os
import random
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import faulty
import pytest
from fakes import SaidReader, WordEncoder, flip_byte, make_entry, make_old_library, put, read_only
from faulty import LAYOUT, town

from rag.errors import LibraryError, RagError, ReadOnlyLibraryError
from rag.index import PassageIndex, index_problems
from rag.store import FILE, SqliteStore

KILLS = 50
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["faulty"])


def begin(program: Callable[..., None], *arguments: Any) -> tuple[Any, Any]:
    """Start a program in a process of its own, and return it with what it tells."""
    told, tells = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=program, args=(*arguments, tells))
    process.start()
    tells.close()
    return process, told


def all_told(told: Any) -> list[tuple[str, str]]:
    """All that a program had told when it ended."""
    messages = []
    while True:
        try:
            messages.append(told.recv())
        except (EOFError, OSError):
            return messages


def open_index(store: SqliteStore) -> PassageIndex:
    return PassageIndex(store, LAYOUT, compact_passages=1000)


def all_is_well(folder: Path) -> set[str]:
    """Check everything in a library, and return the ids of its articles."""
    store = SqliteStore(folder, encoder="words@1")
    index = open_index(store)
    assert list(store.problems()) == []
    assert list(index_problems(store, LAYOUT)) == []
    held = {one.id for one in store.summaries().values()}
    found = store.passages(ranked.key for ranked in index.holding("rained", 10**6))
    assert {one.article for one in found.values()} == set(store.article_keys())
    assert len(found) == len(index.holding("rained", 10**6))
    store.close()
    return held


def test_a_program_that_is_killed_at_any_moment_loses_nothing_it_has_told(tmp_path: Path) -> None:
    rng, wanted, built = random.Random(0), set[str](), False
    for kill in range(KILLS):
        process, told = begin(faulty.work, tmp_path, kill + 1)
        assert told.recv()[0] == "begun"
        time.sleep(rng.uniform(0, 0.25))
        process.kill()
        process.join()
        maybe = set()
        for what, name in all_told(told):
            if what == "added":
                wanted.add(name)
            elif what == "removing":
                maybe.add(name)
            elif what == "removed":
                wanted.discard(name)
                maybe.discard(name)
        held = all_is_well(tmp_path)
        assert wanted - maybe <= held
        # what was being added when it was killed is there wholly, or not at all
        assert len(held - wanted) <= 5
        built |= (tmp_path / "CURRENT").exists()
        wanted = held
    assert built
    assert len(wanted) > KILLS


def test_several_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    SqliteStore(tmp_path, encoder="words@1").close()
    programs = [begin(faulty.add, tmp_path, first, 15) for first in (0, 100, 200)]
    for process, told in programs:
        assert all_told(told) == [("done", "")]
        process.join()
    assert len(all_is_well(tmp_path)) == 45


def test_a_migration_that_is_killed_leaves_the_format_before_or_this_one(tmp_path: Path) -> None:
    make_old_library(tmp_path / "old", *map(town, range(60)))
    formats = set()
    for number in range(12):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "old", folder)
        process, told = begin(faulty.open_it, folder)
        assert told.recv()[0] == "begun"
        time.sleep(0.002 * number)
        process.kill()
        process.join()
        with sqlite3.connect(folder / FILE) as db:
            formats.add(db.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()[0])
        db.close()
        assert len(all_is_well(folder)) == 60
    assert formats <= {"1", "4"}


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """A folder on a disk of its own; only root can make one."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=4) as disk:
        store = SqliteStore(disk / "library", encoder="words@1")
        index = open_index(store)
        kept: list[str] = []
        with pytest.raises(ReadOnlyLibraryError, match="Free some space"):
            for number in range(10_000):
                entry = make_entry(town(number) * 20)
                store.add(entry)
                kept.append(entry.article.id)
                index.refresh()
        assert len(kept) > 10
        with pytest.raises(ReadOnlyLibraryError, match="Free some space"):
            while True:  # the last bytes too
                index.build()
                (disk / f"filler-{len(list(disk.iterdir()))}").write_bytes(b"x" * 100_000)
    # a disk that is as full as that when the program starts
    with small_disk(tmp_path / "other", megabytes=4) as disk:
        store = SqliteStore(disk / "library", encoder="words@1")
        kept = [entry.article.id for entry in map(make_entry, map(town, range(20))) if store.add(entry)]
        store.close()
        filler = disk / "filler"
        with pytest.raises(OSError, match="No space left"), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        store = SqliteStore(disk / "library", encoder="words@1")
        index = open_index(store)
        assert len(index.holding("rained", 999)) == 20
        with pytest.raises(ReadOnlyLibraryError):
            for number in range(100, 200):
                store.add(make_entry(town(number) * 20))
        assert {one.id for one in store.summaries().values()} >= set(kept)
        filler.unlink()
        assert store.add(make_entry(town(999)))
        index.build()
        store.close()
        assert all_is_well(disk / "library") >= set(kept)


def test_a_library_in_a_folder_that_cannot_be_written_is_searched_and_left_alone(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "library", encoder="words@1")
    store.add_all(make_entry(town(number)) for number in range(5))
    store.close()
    before = sorted((path.name, path.stat().st_size) for path in (tmp_path / "library").rglob("*"))
    with read_only(tmp_path / "library") as seen:
        store = SqliteStore(seen, encoder="words@1")
        index = open_index(store)
        assert len(index.holding("rained", 9)) == 5
        for change in (lambda: store.add(make_entry(town(9))), lambda: store.remove([1]), index.build):
            with pytest.raises(ReadOnlyLibraryError, match="Nothing was changed"):
                change()
        store.close()
    assert sorted((path.name, path.stat().st_size) for path in (tmp_path / "library").rglob("*")) == before


def truncate(path: Path) -> None:
    data = path.read_bytes()
    put(path, data[: len(data) // 2])


def empty(path: Path) -> None:
    put(path, b"")


@pytest.mark.parametrize("damage", [flip_byte, truncate, empty, Path.unlink])
def test_every_file_of_the_index_may_be_damaged(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    store = SqliteStore(tmp_path, encoder="words@1")
    store.add_all(make_entry(town(number)) for number in range(5))
    open_index(store)
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file() and "gen-" in str(path))
    for number in range(len(files) + 1):
        now = sorted(path for path in tmp_path.rglob("*") if path.is_file() and "gen-" in str(path))
        target = [*now, tmp_path / "CURRENT"][min(number, len(now))]
        if not target.stat().st_size or target.suffix == ".lock":
            continue
        damage(target)
        assert len(list(index_problems(store, LAYOUT))) == 1, target
        assert len(open_index(store).holding("rained", 9)) == 5
        assert list(index_problems(store, LAYOUT)) == [], target
    store.close()


def content(folder: Path) -> list[Any]:
    """All that a library file holds."""
    with sqlite3.connect(folder / FILE) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        names.remove("sqlite_sequence")  # its numbers must only be high enough
        rows = [(name, db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()) for name in names]
    db.close()
    return rows


def test_a_flipped_byte_anywhere_in_the_library_file_is_named_or_harmless(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "sound", encoder="words@1")
    store.add_all(make_entry(town(number), reader=SaidReader()) for number in range(20))
    store.add(make_entry("Talk\n\nAli said it rained. Leyla said “Not here.”\n", reader=SaidReader()))
    store.close()
    sound, size = content(tmp_path / "sound"), (tmp_path / "sound" / FILE).stat().st_size
    named = harmless = 0
    for at in random.Random(0).sample(range(size), 300):
        shutil.rmtree(tmp_path / "flipped", ignore_errors=True)
        shutil.copytree(tmp_path / "sound", tmp_path / "flipped")
        flip_byte(tmp_path / "flipped" / FILE, at)
        try:
            store = SqliteStore(tmp_path / "flipped", encoder="words@1")
            problems = list(store.problems())
            store.close()
        except LibraryError:
            named += 1
            continue
        if problems:
            named += 1
        else:
            assert content(tmp_path / "flipped") == sound, at
            harmless += 1
    assert named > 50
    assert harmless > 0  # a file has free space too


@pytest.mark.parametrize("damage", [truncate, lambda path: put(path, path.read_bytes()[:5000])])
def test_a_truncated_library_file_is_told(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    store = SqliteStore(tmp_path, encoder="words@1")
    store.add_all(make_entry(town(number)) for number in range(30))
    store.close()
    damage(tmp_path / FILE)
    with pytest.raises(RagError, match="is damaged"):
        store = SqliteStore(tmp_path, encoder="words@1")
        raise RagError("; ".join(f"is damaged: {line}" for line in store.problems()))


def test_a_clock_that_goes_back_changes_no_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Backwards(datetime):
        year_now = 2030

        @classmethod
        def now(cls, tz: Any = None) -> "Backwards":
            cls.year_now -= 1
            return cls(cls.year_now, 1, 1, tzinfo=UTC)

    monkeypatch.setattr("rag.store.rows.datetime", Backwards)
    store = SqliteStore(tmp_path, encoder="words@1")
    index = open_index(store)
    entries = [make_entry(town(number)) for number in range(4)]
    for entry in entries:
        store.add(entry)
        os.utime(tmp_path / "CURRENT", (0, 0))
        found = index.nearest(WordEncoder().encode([entry.article.text])[0], 1)
        assert store.passages([found[0].key])[found[0].key].article == store.key_of(entry.article.id)
    assert [one.id for one in store.summaries().values()] == [entry.article.id for entry in entries]
    assert [one.added[:4] for one in store.summaries().values()] == ["2029", "2028", "2027", "2026"]
    assert list(store.problems()) == []
    store.close()
