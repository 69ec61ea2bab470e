import json
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import DIMENSIONS, SaidReader, flip_byte, make_entry, make_old_library, read_only

from rag.errors import BackupError, NoLibraryError, ReadOnlyLibraryError, UnwritableFileError
from rag.index import PassageIndex, index_problems
from rag.library.shelf import Shelf
from rag.segment import Layout
from rag.store import FILE, SqliteStore, back_up, restore

RAIN = "Rain in Baku\n\nIt rained on Monday. Two streets were closed.\n"
SNOW = "Snow in Ganja\n\nIt snowed on Sunday. Schools were closed.\n"
LAYOUT = Layout(DIMENSIONS, flat=1000, percent=25)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "library", encoder="words@1")
    store.add(make_entry(RAIN, reader=SaidReader()))
    (tmp_path / "library" / "feedback.jsonl").write_text('{"verdict": "right"}\n')
    yield store
    store.close()


def ids(store: SqliteStore) -> list[str]:
    return [one.id for one in store.summaries().values()]


def test_a_backup_holds_all_of_a_library_at_one_moment(library: SqliteStore, tmp_path: Path) -> None:
    size = back_up(library.folder, tmp_path / "news.backup")
    library.add(make_entry(SNOW))
    restore(tmp_path / "news.backup", tmp_path / "other", replace=False)
    other = SqliteStore(tmp_path / "other", encoder="words@1")
    assert (size, ids(other)) == ((tmp_path / "news.backup").stat().st_size, ids(library)[:1])
    assert list(other.problems()) == []
    assert (tmp_path / "other" / "feedback.jsonl").read_text() == '{"verdict": "right"}\n'
    other.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["library", "news.backup", "other"]


def test_a_backup_is_whole_while_others_write(library: SqliteStore, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            library.add(make_entry(f"Town {number}\n\nIt rained in town {number}.\n"))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            back_up(library.folder, tmp_path / f"{number}.backup")
    finally:
        stop.set()
        writer.join()
    for number in range(5):
        restore(tmp_path / f"{number}.backup", tmp_path / str(number), replace=False)
        store = SqliteStore(tmp_path / str(number), encoder="words@1")
        assert list(store.problems()) == []
        store.close()


def test_a_library_that_is_open_elsewhere_sees_what_was_restored(library: SqliteStore, tmp_path: Path) -> None:
    back_up(library.folder, tmp_path / "news.backup")
    rain = library.article_keys()[0]
    library.remove([rain])
    library.add(make_entry(SNOW))
    reader = SqliteStore(library.folder, encoder="words@1")
    shelf, index = Shelf(reader), PassageIndex(reader, LAYOUT, compact_passages=1000)
    assert [one.title for one in shelf.summaries()] == ["Snow in Ganja"]
    restore(tmp_path / "news.backup", library.folder, replace=True)
    assert [one.title for one in shelf.summaries()] == ["Rain in Baku"]
    kept = shelf.take(rain)
    assert kept is not None
    assert kept.article.title == "Rain in Baku"
    assert len(index.holding("rained", 9)) == 1
    assert index.holding("snowed", 9) == []
    assert (list(reader.problems()), list(index_problems(reader, LAYOUT))) == ([], [])
    seen = reader.last_change()
    assert reader.add(make_entry(SNOW))
    assert reader.last_change() == seen + 1
    reader.close()


def test_an_index_from_before_a_restore_is_named_and_built_anew(library: SqliteStore, tmp_path: Path) -> None:
    back_up(library.folder, tmp_path / "news.backup")
    library.add(make_entry(SNOW))
    PassageIndex(library, LAYOUT, compact_passages=1000)
    restore(tmp_path / "news.backup", library.folder, replace=True)
    assert ["older than the backup" in line for line in index_problems(library, LAYOUT)] == [True]
    assert PassageIndex(library, LAYOUT, compact_passages=1000).holding("snowed", 9) == []
    assert list(index_problems(library, LAYOUT)) == []


def test_a_library_is_not_replaced_unasked(library: SqliteStore, tmp_path: Path) -> None:
    back_up(library.folder, tmp_path / "news.backup")
    library.add(make_entry(SNOW))
    with pytest.raises(BackupError, match="Choose another --index, or add --replace"):
        restore(tmp_path / "news.backup", library.folder, replace=False)
    assert library.count() == 2


def test_no_file_is_overwritten(library: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(UnwritableFileError, match="it is there already; choose another name"):
        back_up(library.folder, tmp_path / "precious.txt")
    assert (tmp_path / "precious.txt").read_text() == "mine"


def test_where_no_backup_can_be_written_nothing_is_left(library: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    with read_only(tmp_path / "full") as seen, pytest.raises(UnwritableFileError):
        back_up(library.folder, seen / "news.backup")
    assert list((tmp_path / "full").iterdir()) == []


def test_a_folder_without_a_library_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoLibraryError):
        back_up(tmp_path, tmp_path / "news.backup")


def test_a_backup_with_any_byte_changed_is_refused_and_changes_nothing(library: SqliteStore, tmp_path: Path) -> None:
    file = tmp_path / "news.backup"
    back_up(library.folder, file)
    size = file.stat().st_size
    for at in range(0, size, size // 40):
        flip_byte(file, at)
        try:
            restore(file, tmp_path / "other", replace=False)
        except BackupError:
            assert list((tmp_path / "other").glob("*")) == []
        else:  # a byte that says nothing about the content, such as a date
            store = SqliteStore(tmp_path / "other", encoder="words@1")
            assert (ids(store), list(store.problems())) == (ids(library), [])
            store.close()
            for path in (tmp_path / "other").iterdir():
                path.unlink()
        flip_byte(file, at)


@pytest.mark.parametrize("content", [b"", b"no zip", None])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "news.backup"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BackupError, match="rag backup FILE"):
        restore(file, tmp_path / "library", replace=False)


def test_a_zip_that_names_other_files_writes_none_of_them(library: SqliteStore, tmp_path: Path) -> None:
    back_up(library.folder, tmp_path / "news.backup")
    with zipfile.ZipFile(tmp_path / "news.backup") as good:
        members = {name: good.read(name) for name in good.namelist()}
    manifest = json.loads(members["MANIFEST.json"])
    manifest["files"]["../evil.txt"] = {"sha256": "0" * 64, "size": 4}
    with zipfile.ZipFile(tmp_path / "bad.backup", "w") as bad:
        for name, data in (members | {"MANIFEST.json": json.dumps(manifest).encode(), "../evil.txt": b"evil"}).items():
            bad.writestr(name, data)
    restore(tmp_path / "bad.backup", tmp_path / "other", replace=False)
    assert sorted(path.name for path in tmp_path.rglob("*evil*")) == []


def test_a_backup_of_a_format_before_is_brought_to_this_one(library: SqliteStore, tmp_path: Path) -> None:
    make_old_library(tmp_path / "old", SNOW)
    back_up(tmp_path / "old", tmp_path / "old.backup")
    restore(tmp_path / "old.backup", library.folder, replace=True)
    assert ([one.title for one in library.summaries().values()], list(library.problems())) == (["Snow in Ganja"], [])


def test_a_library_that_cannot_be_written_is_not_replaced(library: SqliteStore, tmp_path: Path) -> None:
    back_up(library.folder, tmp_path / "news.backup")
    library.close()
    with read_only(tmp_path / "library") as seen, pytest.raises(ReadOnlyLibraryError):
        restore(tmp_path / "news.backup", seen, replace=True)
    with sqlite3.connect(tmp_path / "library" / FILE) as db:
        assert db.execute("SELECT count(*) FROM articles").fetchone() == (1,)
    db.close()
