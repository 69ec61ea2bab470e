"""Shards of articles become Parquet files, and those what a library keeps."""

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from fakes import SaidReader, WordEncoder, WordScorer, flip_byte, make_entry
from ingest_fakes import kept, load_words, make_all, write_lines

from rag.articles import read_file
from rag.embed import Vectors
from rag.errors import (
    DamagedShardError,
    MissingPackageError,
    NoShardsError,
    OffsetError,
    ShardMismatchError,
    UnwritableFileError,
)
from rag.ingest import (
    Files,
    Report,
    Size,
    Step,
    fitting_facts,
    plan,
    read_entries,
    read_facts,
    shard_files,
)
from rag.ingest.rows import entry_of, row_of
from rag.library import Arrival, Library
from rag.records import Article, Range, Sentence, Speaker, Statement
from rag.settings import Settings
from rag.store import Reading

RAIN = "Rain in Baku\n\nBy Jane Doe\n\nAli said it rained. The mayor said “It did.” Two streets were closed.\n"
SNOW = "Snow in Ganja\n\nIt snowed on Sunday. \U0001f328 Schools were closed.\r\n"
SUN = "Sun in Sheki\n\nLeyla said the sun shone. Nobody disagreed.\n"


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Three articles, one with a file beside it that says more."""
    folder = tmp_path / "news"
    folder.mkdir()
    for name, text in (("a-rain", RAIN), ("b-snow", SNOW), ("c-sun", SUN)):
        (folder / f"{name}.txt").write_bytes(text.encode())
    (folder / "b-snow.json").write_text('{"published": "2024-01-02", "source": "The Paper"}', encoding="utf-8")
    return folder


def files(folder: Path) -> Files:
    return Files(tuple(sorted(folder.glob("*.txt"))))


def open_words(folder: Path) -> Library:
    return Library(folder, Settings(), encoder=WordEncoder(), scorer=WordScorer(), reader=SaidReader())


def load(out: Path, library: Library) -> int:
    return sum(library.add_prepared(read_entries(path)) for path in shard_files(out))


class OtherEncoder(WordEncoder):
    identity = "words@2"


class NoEncoder(WordEncoder):
    """Is the encoder that made the vectors, and makes no more."""

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        raise AssertionError("nothing is to be embedded")


# One step


def test_what_is_loaded_is_exactly_what_adding_the_same_files_keeps(news: Path, tmp_path: Path) -> None:
    make_all(list(plan([news], Size(articles=2))), tmp_path / "out")
    with open_words(tmp_path / "one") as added, open_words(tmp_path / "other") as loaded:
        for path in files(news).paths:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            list(added.add_all([Arrival(read_file(path, max_bytes=5_000_000), sha256)]))
        assert load(tmp_path / "out", loaded) == 3
        loaded.refresh()
        assert list(loaded.verify()) == []
    assert len(kept(tmp_path / "one")) == 3
    assert kept(tmp_path / "other") == kept(tmp_path / "one")


def test_pages_roles_and_resolved_names_come_back(tmp_path: Path) -> None:
    entry = make_entry(RAIN, reader=SaidReader())
    assert entry.reading is not None
    one = replace(entry.reading.statements[0], speaker=Speaker("Ali", "a man"), resolved_from=Range(0, 4))
    whole = replace(entry, article=replace(entry.article, pages=(0, 14)), reading=Reading("said@1", (one,)))
    back = entry_of(row_of(whole), WordEncoder.dimensions)
    assert (back.article, back.sentences, back.passages, back.reading) == (
        whole.article,
        whole.sentences,
        whole.passages,
        whole.reading,
    )
    unread = replace(whole, reading=None)
    assert entry_of(row_of(unread), WordEncoder.dimensions).reading is None


def test_the_same_shard_elsewhere_gives_the_same_name_and_bytes(news: Path, tmp_path: Path) -> None:
    [first] = make_all([files(news)], tmp_path / "one")
    moved = news.rename(tmp_path / "moved")
    [second] = make_all([files(moved)], tmp_path / "other")
    assert first == Report(first.file, 3, 3, (), new=True)
    assert second.file == first.file
    name = str(first.file)
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_what_is_there_is_not_made_again(news: Path, tmp_path: Path) -> None:
    [first] = make_all([files(news)], tmp_path)
    again = Step(Settings(), NoEncoder(), SaidReader()).make(files(news), tmp_path)
    assert again == Report(first.file, 3, 3, (), new=False)


@pytest.mark.parametrize("change", ["text", "side file", "encoder", "reader", "passages"])
def test_all_that_the_bytes_depend_on_gives_another_name(news: Path, tmp_path: Path, change: str) -> None:
    class OtherReader(SaidReader):
        identity = "said@2"

    [before] = make_all([files(news)], tmp_path)
    if change == "text":
        (news / "c-sun.txt").write_text(f"{SUN}More.\n", encoding="utf-8")
    if change == "side file":
        (news / "c-sun.json").write_text('{"title": "Sun"}', encoding="utf-8")
    settings = Settings(passage_tokens=64) if change == "passages" else Settings()
    encoder = OtherEncoder() if change == "encoder" else WordEncoder()
    reader = OtherReader() if change == "reader" else SaidReader()
    after = Step(settings, encoder, reader).make(files(news), tmp_path)
    assert after.new
    assert after.file != before.file


def test_threads_do_not_change_the_name(news: Path, tmp_path: Path) -> None:
    first, second = (load_words(Settings(threads=threads)).make(files(news), tmp_path) for threads in (1, 2))
    assert (second.file, second.new) == (first.file, False)


def test_a_bad_file_is_named_and_skipped_and_named_again_when_the_shard_is_there(news: Path, tmp_path: Path) -> None:
    (news / "b-bad.txt").write_bytes(b"\x00\x01" * 99)
    shard = Files((*files(news).paths, news / "gone.txt"))
    for new in (True, False):
        [report] = make_all([shard], tmp_path / "out")
        assert (report.inputs, report.articles, report.new) == (5, 3, new)
        assert [line.split(". ")[0] for line in report.skipped] == [
            f"{news / 'b-bad.txt'}: b-bad.txt holds binary data, not text",
            f"{news / 'gone.txt'}: gone.txt cannot be read: No such file or directory",
        ]


def test_lines_that_went_after_planning_are_told_and_no_file_is_made(tmp_path: Path) -> None:
    lines = write_lines(tmp_path / "a.jsonl", {"text": "Rain."}, {"text": "Snow."})
    shards = list(plan([lines], Size()))
    write_lines(lines, {"text": "Rain."})
    [report] = make_all(shards, tmp_path / "out")
    assert report == Report(
        None, 2, 0, (f"{lines}, or what is read with it, changed meanwhile. Run the same command again.",), new=False
    )
    assert list((tmp_path / "out").glob("*.parquet")) == []


def test_a_file_that_changes_while_it_is_read_makes_no_file_under_its_old_name(news: Path, tmp_path: Path) -> None:
    class Meddling(WordEncoder):
        def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
            (news / "a-rain.txt").write_text("Other words.\n", encoding="utf-8")
            return super().encode(texts, as_question=as_question)

    report = Step(Settings(), Meddling(), SaidReader()).make(files(news), tmp_path / "out")
    assert (report.file, report.articles) == (None, 0)
    assert list((tmp_path / "out").glob("*.parquet")) == []


def test_a_defect_that_one_article_shows_does_not_stop_the_others(news: Path, tmp_path: Path) -> None:
    class Defect(SaidReader):
        def read(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Statement, ...]:
            if "Snow" in article.title:
                raise KeyError(article.title)
            return super().read(article, sentences)

    report = Step(Settings(), WordEncoder(), Defect()).make(files(news), tmp_path)
    told = f"{news / 'b-snow.txt'}: Snow in Ganja: KeyError while it was read. Please report it."
    assert report == Report(report.file, 3, 2, (told,), new=True)


def test_a_model_that_is_not_there_stops_and_leaves_no_file(news: Path, tmp_path: Path) -> None:
    class NoModel(SaidReader):
        def read(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Statement, ...]:
            raise ModuleNotFoundError("No module named 'grammar'")

    with pytest.raises(ModuleNotFoundError):
        Step(Settings(), WordEncoder(), NoModel()).make(files(news), tmp_path)
    assert list(tmp_path.rglob("*.parquet*")) == []


def test_an_article_of_five_million_bytes_is_kept_whole(tmp_path: Path) -> None:
    text = ("Rain fell in Baku on Monday. " + "It did so for long, " * 48 + "in all of its streets.\n\n") * 4_900
    (tmp_path / "long.txt").write_text(text, encoding="utf-8")
    (tmp_path / "short.txt").write_text(SUN, encoding="utf-8")
    [report] = make_all([files(tmp_path)], tmp_path / "out")
    first, second = read_entries(tmp_path / "out" / str(report.file))
    assert (len(first.article.text), len(first.sentences), second.article.text) == (4_963_700, 9_800, SUN)


def test_a_folder_that_cannot_be_made_is_told(news: Path) -> None:
    with pytest.raises(UnwritableFileError, match="cannot be written: Not a directory"):
        make_all([files(news)], news / "a-rain.txt")


# Interruption


def test_a_killed_step_leaves_no_half_file_and_the_next_run_completes_and_sweeps(news: Path, tmp_path: Path) -> None:
    (news / "b-stop.txt").write_text("Here it will stop.\n", encoding="utf-8")
    (news / "b-snow.json").unlink()
    out = tmp_path / "out"
    child = Path(__file__).with_name("ingest_fakes.py")
    with subprocess.Popen([sys.executable, child, news, out], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "stuck\n"
        process.kill()
    assert process.returncode == -9
    assert list(out.glob("*.parquet")) == []
    assert len(list((out / ".parts").iterdir())) == 1
    [report] = make_all([files(news)], out)
    assert (report.articles, report.new) == (4, True)
    assert [path.name for path in shard_files(out)] == [report.file]
    assert list((out / ".parts").iterdir()) == []


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_made_again(news: Path, tmp_path: Path, share: float) -> None:
    [first] = make_all([files(news)], tmp_path)
    path = tmp_path / str(first.file)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    [again] = make_all([files(news)], tmp_path)
    assert (again.new, path.read_bytes()) == (True, whole)


# Loading


def test_loading_again_adds_nothing(news: Path, tmp_path: Path) -> None:
    make_all([files(news), Files(files(news).paths[:1])], tmp_path / "out")
    with open_words(tmp_path / "library") as library:
        assert load(tmp_path / "out", library) == 3
        assert load(tmp_path / "out", library) == 0


def test_a_folder_without_prepared_articles_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoShardsError, match="Make them with: rag ingest PATH --out"):
        shard_files(tmp_path)


def test_vectors_of_another_encoder_are_refused(news: Path, tmp_path: Path) -> None:
    Step(Settings(), OtherEncoder(), SaidReader()).make(files(news), tmp_path / "out")
    [path] = shard_files(tmp_path / "out")
    with pytest.raises(ShardMismatchError, match=r"made with encoder='words@2', but the library has 'words@1'"):
        fitting_facts(path, WordEncoder())


def test_vectors_of_another_length_are_refused(news: Path, tmp_path: Path) -> None:
    class Short(WordEncoder):
        dimensions = 32

    make_all([files(news)], tmp_path / "out")
    [path] = shard_files(tmp_path / "out")
    with pytest.raises(ShardMismatchError, match="made with dimensions=64, but the library has 32"):
        fitting_facts(path, Short())


def test_whatever_byte_is_flipped_nothing_else_is_read_than_what_was_made(news: Path, tmp_path: Path) -> None:
    [report] = make_all([files(news)], tmp_path)
    path = tmp_path / str(report.file)
    whole, made = path.read_bytes(), [entry.sha256() for entry in read_entries(path)]
    noticed = 0
    for at in range(0, len(whole), 31):
        path.write_bytes(whole)
        flip_byte(path, at)
        try:
            assert [entry.sha256() for entry in read_entries(path)] == made
        except DamagedShardError as error:
            noticed += 1
            assert str(error).endswith(f"with the paths it was made of: rag ingest PATH --out {tmp_path}")
    assert noticed > len(range(0, len(whole), 31)) / 3


@pytest.mark.parametrize(
    ("name", "data"), [("empty", b""), ("text", b"no Parquet at all"), ("cut", b"PAR1 and nothing more")]
)
def test_what_is_no_parquet_file_is_damaged(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / f"{name}.parquet"
    path.write_bytes(data)
    with pytest.raises(DamagedShardError, match=f"{name}.parquet is damaged: "):
        read_facts(path)


def test_a_parquet_file_of_somebody_else_is_none_of_ours(tmp_path: Path) -> None:
    pyarrow.parquet.write_table(pyarrow.table({"text": ["Rain."]}), tmp_path / "other.parquet")
    with pytest.raises(DamagedShardError, match="it was not written by this program, or by another version of it"):
        read_facts(tmp_path / "other.parquet")


@pytest.mark.parametrize(
    ("column", "value", "cause"),
    [
        ("text", RAIN.replace("Ali", "Eli"), "it is not as it was made"),
        ("text", RAIN[:20], "do not hold the quoted text"),
        ("sentence_vectors", b"\0" * 128, "128 bytes are not 5 vectors of 64 numbers"),
        ("sentence_vectors", b"\x00\x7c" * 320, "a vector holds what is no number"),
        ("sentence_vectors", b"\0" * 640, "it is not as it was made"),
        ("sentences", [{"start": 0, "end": 12, "block": 9, "kind": "title"}], "a sentence stands in no block"),
        (
            "sentences",
            [{"start": 0, "end": 14, "block": 0, "kind": "title"}],
            "a sentence does not stand where it says",
        ),
        ("passages", [{"start": 0, "end": 12, "first": 0, "last": 9}], "made of sentences that are not there"),
        ("passages", [{"start": 0, "end": 40, "first": 0, "last": 0}], "does not stand where its sentences do"),
        ("statements", [], "who said what is not as it was read"),
    ],
)
def test_a_row_that_was_altered_is_refused(column: str, value: object, cause: str) -> None:
    row = row_of(make_entry(RAIN, reader=SaidReader()))
    assert row[column] != value
    with pytest.raises((ValueError, OffsetError), match=cause):
        entry_of({**row, column: value}, WordEncoder.dimensions)


def test_without_pyarrow_the_install_line_is_told(news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingPackageError, match=r"Install it with: pip install 'ask-the-article\[ingest\]'"):
        make_all([files(news)], tmp_path)
