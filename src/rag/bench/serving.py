"""The server under many users: how long replies take, whether any goes astray, and whether memory grows.

Starts a real server in a process of its own, or asks one that runs. Every user has questions made of the library's
own sentences and asks them again and again in new conversations, so each reply is known from the time before.
"""

from __future__ import annotations

import os
import platform
import random
import re
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from time import monotonic, sleep
from typing import Any, Literal

from rag.address import Address, Location
from rag.bench.memory import megabytes
from rag.bench.users import ApiUser, MixedUpError, PageUser, Quoted, ServerError, User, page_config
from rag.errors import RagError, SettingError
from rag.library import open_library
from rag.settings import Settings

QUESTIONS_EACH = 5
"""Questions of a conversation; then the user begins a new one with the same."""

START_SECONDS = 120.0
"""Until a server must answer."""

_WORDS = re.compile(r"\w[\w'’-]*")


@dataclass(frozen=True, slots=True)
class Load:
    """How a server is loaded: by whom, for how long, on which way."""

    users: int = 50
    seconds: int = 60
    through: Literal["page", "api"] = "page"
    url: str | None = None


@dataclass(slots=True)
class _Tally:
    """What the users met, together."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    seconds: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    mixed_up: list[str] = field(default_factory=list)


class NoServerError(RagError):
    """The server that was to be measured does not answer."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"The server to measure does not answer: {cause}. Try it by itself: rag serve")
        self.cause = cause


def bench_serving(index: Location, settings: Settings, load: Load) -> dict[str, Any]:
    """Figures of a server under load.

    Args:
        index: The library that is asked; when `load` has an address, the one behind that address.
        settings: Of this library.
        load: Who asks, and how.

    Raises:
        NoServerError: The server does not start or answer.
        SettingError: The library has too few sentences for so many users.
    """
    scripts = _scripts(index, settings, load.users)
    with served(index, load.url) as (url, process):
        try:
            config = page_config(url) if load.through == "page" else {}
            users: list[User] = [
                PageUser(url, config) if load.through == "page" else ApiUser(url) for _ in range(load.users)
            ]
            users[0].begin(())
            users[0].ask(scripts[0][1][0])  # the models are loaded now
        except (OSError, HTTPException, ServerError, StopIteration, KeyError) as error:
            raise NoServerError(str(error) or type(error).__name__) from error
        tally, memory = _Tally(), [_memory(process)]
        end = monotonic() + load.seconds
        threads = [
            threading.Thread(target=_live, args=(user, script, end, tally), daemon=True)
            for user, script in zip(users, scripts, strict=True)
        ]
        for thread in threads:
            thread.start()
        sleep(load.seconds / 2)
        memory.append(_memory(process))
        for thread in threads:
            thread.join(max(0.0, end - monotonic()) + 90)
        elapsed = load.seconds + max(0.0, monotonic() - end)
        memory.append(_memory(process))
    return _figures(load, tally, elapsed, memory)


def _figures(load: Load, tally: _Tally, elapsed: float, memory: Sequence[float | None]) -> dict[str, Any]:
    taken = sorted(tally.seconds)
    figures: dict[str, Any] = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; "
        "users and server share them",
        "users": load.users,
        "through": load.through,
        "seconds": round(elapsed, 1),
        "replies": len(taken),
        "replies/s": round(len(taken) / elapsed, 1),
        "errors": len(tally.failed),
        "mixed-up replies": len(tally.mixed_up),
    }
    if len(taken) > 1:
        figures["ms p50"] = round(statistics.median(taken) * 1000)
        figures["ms p95"] = round(statistics.quantiles(taken, n=20, method="inclusive")[-1] * 1000)
        figures["ms max"] = round(taken[-1] * 1000)
    for when, held in zip(("start", "middle", "end"), memory, strict=True):
        if held is not None:
            figures[f"memory at the {when}, MB"] = held
    for name, cases in (("first error", tally.failed), ("first mix-up", tally.mixed_up)):
        if cases:
            figures[name] = cases[0]
    return figures


def _live(user: User, script: tuple[Sequence[str], Sequence[str]], end: float, tally: _Tally) -> None:
    """One user's minute: the same conversation again and again, each reply compared with that of the first time."""
    articles, questions = script
    known: dict[str, Quoted] = {}
    while monotonic() < end:
        try:
            user.begin(articles)
            for question in questions:
                if monotonic() >= end:
                    break
                began = monotonic()
                quoted = user.ask(question)
                took = monotonic() - began
                if known.setdefault(question, quoted) != quoted:
                    raise MixedUpError(f"{question!r} gave {known[question]}, then {quoted}")
                with tally.lock:
                    tally.seconds.append(took)
        except MixedUpError as error:
            with tally.lock:
                tally.mixed_up.append(str(error))
        except (OSError, HTTPException, ServerError, ValueError, KeyError, TypeError) as error:
            with tally.lock:
                tally.failed.append(f"{type(error).__name__}: {error}")
            sleep(0.2)
    user.close()


def _scripts(index: Location, settings: Settings, users: int) -> list[tuple[Sequence[str], Sequence[str]]]:
    """For each user the articles to ask (one of several, for every second user) and questions of nobody else."""
    with open_library(index, settings) as library:
        articles = [library.article(one.id) for one in library.articles()]
        cut = {
            article.id: [article.text[one.range.start : one.range.end] for one in library.sentences(article.id)]
            for article in articles
        }
    if not articles:
        raise SettingError("index", str(index), "a library with articles")
    rng = random.Random(0)
    scripts: list[tuple[Sequence[str], Sequence[str]]] = []
    taken: set[str] = set()
    for number in range(users):
        own = articles[number % len(articles)].id
        questions: list[str] = []
        for _ in range(10_000):
            words = _WORDS.findall(rng.choice(cut[own]))
            start = rng.randrange(max(1, len(words) - 4))
            question = f"What does the article say about {' '.join(words[start : start + 5])}?"
            if len(words) >= 5 and question not in taken:
                taken.add(question)
                questions.append(question)
            if len(questions) == QUESTIONS_EACH:
                break
        if len(questions) < QUESTIONS_EACH:
            raise SettingError("users", users, "fewer, for this library has too few sentences")
        scripts.append(((own,) if len(articles) > 1 and number % 2 else (), tuple(questions)))
    return scripts


@contextmanager
def served(index: Location, url: str | None) -> Iterator[tuple[str, int | None]]:
    """The address of a server, and its process when it was started here; it is stopped at the end."""
    if url is not None:
        yield url.rstrip("/"), None
        return
    command = [sys.executable, "-m", "rag.cli", "serve", "--host", "127.0.0.1", "--port", "0"]
    environment = os.environ | {"RAG_INDEX": index.text if isinstance(index, Address) else str(index)}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace"
    )
    said: list[str] = []
    found = threading.Event()

    def listen() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            if not found.is_set():
                said.append(line.strip())
                if "http://" in line:
                    found.set()
        found.set()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        found.wait(START_SECONDS)
        address = re.search(r"http://\S+", said[-1]) if said else None
        if address is None:
            raise NoServerError(said[-1] if said else "it said nothing")
        yield address[0], process.pid
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(15)
        listener.join(15)
        if process.stderr is not None:
            process.stderr.close()


def _memory(process: int | None) -> float | None:
    """Megabytes that a process holds; None where the system does not say."""
    held = megabytes(process, "VmRSS") if process is not None else None
    return round(held, 1) if held is not None else None
