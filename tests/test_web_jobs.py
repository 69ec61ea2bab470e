"""Adding in the background: in order, told step by step, cancelled, bounded, and ended with the server."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from api_fakes import READERS, ShelfLibrary, two_articles
from fakes import SaidReader, WordEncoder, WordScorer
from web_fakes import article_of, as_library, debate

from rag.articles import read_text
from rag.articles.metadata import UNKNOWN
from rag.errors import BusyError, NotTextError, ReadStoppedError
from rag.library import Library
from rag.records import Article
from rag.settings import Settings
from rag.web import jobs as jobs_module
from rag.web.jobs import Item, Job, Jobs
from rag.web.listing import Wanted, listed
from rag.web.removed import KEPT_ARTICLES, KEPT_CHARACTERS, Removed
from rag.web.sources import IN_MEMORY, Source, known, pasted, uploaded

SETTINGS = Settings()


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def shelf() -> ShelfLibrary:
    return two_articles(hold=threading.Event())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(shelf: ShelfLibrary, clock: Clock) -> Iterator[Jobs]:
    made = Jobs(as_library(shelf), clock=clock)
    yield made
    assert shelf.hold is not None
    shelf.hold.set()
    made.close()


def text(words: str) -> Source:
    return pasted(words, UNKNOWN, SETTINGS)


def stages(job: Job | None) -> list[str]:
    assert job is not None
    return [item.stage for item in job.items]


def finished(jobs: Jobs, job: Job) -> Job:
    """The job when a later one is done, and so this one too."""
    jobs.run([])
    found = jobs.look(job.id)
    assert found is not None
    assert found.done
    return found


def test_things_are_added_in_their_order(jobs: Jobs, shelf: ShelfLibrary) -> None:
    job = jobs.run([text("One."), text("Two."), text("Three.")])
    assert (job.done, stages(job), [item.share for item in job.items]) == (True, ["added"] * 3, [1.0] * 3)
    assert [one.title for one in shelf.shelf.values()][2:] == ["One.", "Two.", "Three."]
    assert [item.article for item in job.items] == list(shelf.shelf)[2:]


def test_the_index_is_brought_up_to_date_once_a_job_that_added_something(jobs: Jobs, shelf: ShelfLibrary) -> None:
    jobs.run([text("One."), text("Two.")])
    jobs.run([text("One.")])
    assert shelf.refreshed == 1


def test_the_same_text_twice_in_a_job_is_added_once(jobs: Jobs) -> None:
    job = jobs.run([text("One."), text("One.")])
    assert stages(job) == ["added", "known"]
    assert (job.items[1].article, job.items[1].title) == (job.items[0].article, "One.")


def test_one_bad_thing_does_not_stop_the_others(jobs: Jobs) -> None:
    job = jobs.run([text("\x00"), text("Two.")])
    assert stages(job) == ["failed", "added"]
    assert isinstance(job.items[0].error, NotTextError)


def test_a_defect_does_not_stop_the_others_and_tells_nothing(jobs: Jobs, shelf: ShelfLibrary) -> None:
    shelf.fails = RuntimeError("secret")
    job = jobs.run([text("One."), text("Two.")])
    assert stages(job) == ["failed", "added"]
    assert job.items[0].error is None


def test_progress_is_told_while_an_article_is_added(jobs: Jobs, shelf: ShelfLibrary) -> None:
    shelf.steps = (0.5,)
    begun = jobs.begin([text("A slow one"), text("Two.")])
    assert (begun.done, stages(begun)[1]) == (False, "waiting")
    assert shelf.adding.wait(20)
    now = jobs.look(begun.id)
    assert now is not None
    at_work, waiting = now.items
    assert (at_work.stage, at_work.title, round(at_work.share, 3)) == ("adding", "A slow one", 0.625)
    assert waiting == Item("pasted text")


def test_what_waits_is_cancelled_at_once_and_what_is_at_work_ends_by_itself(jobs: Jobs, shelf: ShelfLibrary) -> None:
    begun = jobs.begin([text("One."), text("A slow one"), text("Three.")])
    assert shelf.adding.wait(20)
    assert stages(jobs.cancel(begun.id)) == ["added", "adding", "cancelled"]
    assert shelf.hold is not None
    shelf.hold.set()
    assert stages(finished(jobs, begun)) == ["added", "cancelled", "cancelled"]
    assert [one.title for one in shelf.shelf.values()][2:] == ["One."]


def test_reading_a_file_can_be_cancelled(jobs: Jobs) -> None:
    begun = jobs.begin([uploaded(io.BytesIO(b"wait"), "a.txt", SETTINGS, readers=READERS)])
    jobs.cancel(begun.id)
    assert stages(finished(jobs, begun)) == ["cancelled"]


def test_a_job_is_its_owners_alone(jobs: Jobs) -> None:
    job = jobs.run([text("One.")], owner="ann")
    assert jobs.look(job.id, owner="bob") is None
    assert jobs.look(job.id) is None
    assert jobs.cancel(job.id, owner="bob") is None
    assert jobs.look(job.id, owner="ann") == job


def test_a_job_is_forgotten_after_an_hour(jobs: Jobs, clock: Clock) -> None:
    job = jobs.run([text("One.")])
    clock.now = jobs_module.KEPT_SECONDS
    assert jobs.look(job.id) == job
    clock.now += 1
    assert jobs.look(job.id) is None


def test_only_the_last_jobs_are_kept(jobs: Jobs) -> None:
    first, *_, last = [jobs.run([]) for _ in range(jobs_module.KEPT_JOBS + 1)]
    assert (jobs.look(first.id), jobs.look(last.id)) == (None, last)


def test_more_jobs_than_may_wait_are_told_to_come_back(jobs: Jobs) -> None:
    for _ in range(jobs_module.WAITING_JOBS):
        jobs.begin([text("A slow one")])
    with pytest.raises(BusyError, match="Try again in 5 seconds"):
        jobs.begin([text("One.")])


def test_more_bytes_than_may_wait_are_refused_and_given_back(jobs: Jobs) -> None:
    closed: list[str] = []
    half = jobs_module.HELD_BYTES // 2 + 1

    def large(name: str) -> Source:
        return Source(name, lambda cancelled: read_text("A slow one"), held=half, close=lambda: closed.append(name))

    jobs.begin([large("first")])
    with pytest.raises(BusyError):
        jobs.begin([large("second")])
    assert closed == ["second"]


def test_bytes_are_given_back_when_they_are_read(jobs: Jobs) -> None:
    closed: list[str] = []
    most = jobs_module.HELD_BYTES
    for name in ("first", "second"):
        jobs.run([Source(name, lambda cancelled: read_text("One."), held=most, close=lambda: closed.append("x"))])
    assert closed == ["x", "x"]


def test_nothing_is_taken_and_nobody_waits_once_it_is_closed(jobs: Jobs, shelf: ShelfLibrary) -> None:
    begun = jobs.begin([text("A slow one"), text("Two.")])
    assert shelf.adding.wait(20)
    closing = threading.Thread(target=jobs.close)
    closing.start()
    while not jobs._closing.is_set():
        threading.Event().wait(0.001)
    assert shelf.hold is not None
    shelf.hold.set()
    closing.join(20)
    found = jobs.look(begun.id)
    assert (found is not None and found.done, stages(found)) == (True, ["cancelled", "cancelled"])
    with pytest.raises(BusyError):
        jobs.begin([text("One.")])


def test_jobs_that_were_never_used_close_at_once(shelf: ShelfLibrary) -> None:
    Jobs(as_library(shelf)).close()


def test_many_threads_add_each_text_once(jobs: Jobs, shelf: ShelfLibrary) -> None:
    added: list[str] = []

    def add(number: int) -> None:
        added.extend(stages(jobs.run([text(f"Text {one}.") for one in (number % 4, 4)])))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (added.count("added"), added.count("known"), len(shelf.shelf)) == (5, 11, 7)


# What is added


@pytest.mark.parametrize("size", [IN_MEMORY - 1, IN_MEMORY + 1])
def test_a_file_is_read_as_it_was_sent_wherever_it_waits(size: int) -> None:
    source = uploaded(io.BytesIO(b"a" * size), "a.txt", SETTINGS, readers=READERS)
    assert (len(source.read(lambda: False).text), source.held) == (size, size)
    source.close()


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/a.txt", "a.txt"),
        ("C:\\docs\\a.txt", "a.txt"),
        ("", "the file"),
        ("a\x00\x1b.txt", "a\\u0000\\u001b.txt"),
    ],
)
def test_the_name_of_a_file_is_a_label(name: str, label: str) -> None:
    source = uploaded(io.BytesIO(b"Words."), name, SETTINGS, readers=READERS)
    assert source.name == label
    source.close()


# What was removed


def article(words: str) -> Article:
    return read_text(words)


def test_the_oldest_removed_articles_are_let_go() -> None:
    removed = Removed()
    articles = [article(f"Text {number}.") for number in range(KEPT_ARTICLES + 1)]
    removed.keep(articles)
    assert removed.find(articles[0].id) is None
    assert removed.find(articles[1].id) == articles[1]


def test_removed_articles_cost_no_more_than_they_may() -> None:
    removed = Removed()
    sizes = (KEPT_CHARACTERS // 2, KEPT_CHARACTERS // 2, 1)
    large = [article_of(str(number), [("body", "x" * size)]) for number, size in enumerate(sizes)]
    removed.keep(large)
    assert [removed.find(one.id) is not None for one in large] == [False, True, True]


def test_removed_articles_are_let_go_after_an_hour() -> None:
    clock = Clock()
    removed = Removed(clock=clock)
    one = article("One.")
    removed.keep([one])
    clock.now = 3_600.0
    assert removed.find(one.id) == one
    clock.now = 3_600.1
    assert removed.find(one.id) is None


def test_an_article_that_is_kept_is_added_as_it_was(jobs: Jobs, shelf: ShelfLibrary) -> None:
    one = article("One.\r\n")
    assert stages(jobs.run([known(one)])) == ["added"]
    assert shelf.shelf[one.id] is one


# The list


def test_ties_stay_in_the_order_of_adding() -> None:
    summaries = debate().articles() * 2
    found = listed(summaries, Wanted(sort="characters", descending=True))
    assert [one.id for one in found.articles] == ["trains", "trains", "boats", "boats"]


# The library


LONG = read_text("Long\n\n" + "".join(f"Sentence number {number} is here.\n\n" for number in range(200)))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path, SETTINGS, encoder=WordEncoder(), scorer=WordScorer(), reader=SaidReader()) as library:
        yield library


def test_adding_tells_growing_shares_that_end_at_one(library: Library) -> None:
    shares: list[float] = []
    assert library.add(LONG, progress=shares.append)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len(shares) > 4
    assert shares == sorted(shares)


def test_adding_in_parts_keeps_the_same_vectors(library: Library, tmp_path: Path) -> None:
    library.add(LONG, progress=lambda share: None)
    with Library(
        tmp_path / "other", SETTINGS, encoder=WordEncoder(), scorer=WordScorer(), reader=SaidReader()
    ) as other:
        other.add(LONG)
        numbers = range(201)
        one, two = (each._store.sentence_vectors(1, numbers) for each in (library, other))
    assert one.shape == (201, 64)
    assert np.array_equal(one, two)


@pytest.mark.parametrize("after", [0, 1, 3])
def test_adding_that_is_cancelled_leaves_nothing_behind(library: Library, after: int) -> None:
    before = library.version
    asked = iter(range(100))
    with pytest.raises(ReadStoppedError):
        library.add(LONG, cancelled=lambda: next(asked) >= after)
    assert (library.articles(), library.version) == ([], before)
    assert library.add(LONG)
    library.refresh()
    assert list(library.verify()) == []
