"""Making the shipped models anew; nothing here is needed to ask a question.

The order is encoder, scorer, evidence: each learns from what those before it say. Topics can be made any time after the
encoder, languages at any time.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.compare import TOPICS_FILE
from rag.embed import BUNDLED_FOLDER, load_encoder
from rag.evidence import FILE, FOREIGN_FILE
from rag.scorer import FOLDER, Scorer
from rag.settings import BUNDLED_ENCODER, MULTILINGUAL_ENCODER, Settings

if TYPE_CHECKING:
    from rag.train.pools import Case
    from rag.train.teacher import Teacher


def make_encoder(data: Path, work: Path, settings: Settings, *, seed: int = 0) -> dict[str, Any]:
    """Train and write the bundled encoder anew from `data/train`, and return what it learnt from.

    Args:
        data: The folder that holds `train`.
        work: A folder for states and the log; a run that was interrupted goes on from what is there.
        settings: For the teacher.
        seed: Draws the batches.

    Raises:
        UnreadableFileError: A data file is missing.
        MissingPackageError: The packages of the extra `train`, or the teacher, are not installed.
    """
    from rag.train.encoder import train_encoder

    general = _general(_for_scorer(data))
    loss = train_encoder(general, _teacher(general, work, settings), BUNDLED_FOLDER, work, seed=seed)
    return {"folder": str(BUNDLED_FOLDER), "questions": len(general), "loss": round(loss, 3)}


def make_scorer(data: Path, work: Path, settings: Settings, *, seed: int = 0) -> dict[str, Any]:
    """Train and write the scorer anew from `data/train`, and return what it learnt from.

    Args:
        data: The folder that holds `train`.
        work: A folder for states and the log; a run that was interrupted goes on from what is there.
        settings: For the encoder that finds hard negatives.
        seed: Draws the windows and orders them.

    Raises:
        UnreadableFileError: A data file is missing.
        MissingPackageError: The packages of the extra `train`, or the teacher, are not installed.
    """
    from rag.train.accounts import account_windows
    from rag.train.scorer import train_scorer
    from rag.train.windows import ACCOUNTS, GENERAL, Cutter, Elsewhere, make_windows, with_likes

    encoder, rng = load_encoder(settings), random.Random(seed)
    cases = _for_scorer(data)
    general = _general(cases)
    teacher = _teacher(general, work, settings)
    elsewhere = Elsewhere(encoder, general)
    cutter = Cutter(encoder, rng)
    windows = [
        with_likes(window, teacher)
        for name in cases
        for window in make_windows(name, cases[name], elsewhere if name in GENERAL else None, cutter, rng)
    ]
    windows += account_windows(general, ACCOUNTS, rng)
    loss = train_scorer(windows, FOLDER, work, seed=seed)
    questions = sum(map(len, cases.values()))
    return {"folder": str(FOLDER), "questions": questions, "windows": len(windows), "loss": round(loss, 3)}


def make_evidence(data: Path, settings: Settings, *, seed: int = 0) -> dict[str, Any]:
    """Fit and write the models of `rag.evidence` anew from `data/train`, and return them with their figures.

    Raises:
        UnreadableFileError: A data file is missing.
        MissingPackageError: The packages of the extra `train` are not installed.
    """
    from rag.train.evidence import train_evidence

    fitted = train_evidence(
        data / "train", data / "dev", load_encoder(settings), Scorer(threads=settings.threads), seed=seed
    )
    FILE.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    return fitted


def make_languages(data: Path, settings: Settings) -> dict[str, Any]:
    """Fit and write the models for questions in another language from `data/dev`, and return them with their figures.

    Raises:
        UnreadableFileError: A data file is missing.
        MissingPackageError: The multilingual encoder, or scipy, is not installed.
    """
    from rag.train.foreign import train_foreign

    multilingual, bundled = (
        load_encoder(replace(settings, encoder=name)) for name in (MULTILINGUAL_ENCODER, BUNDLED_ENCODER)
    )
    fitted = train_foreign(data / "dev", multilingual, bundled)
    FOREIGN_FILE.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    return fitted


def make_topics(data: Path, settings: Settings, *, seed: int = 0) -> dict[str, Any]:
    """Fit and write the model that tells what is said on a topic from `data/train`, and return it with its figures.

    Raises:
        UnreadableFileError: A data file is missing.
        MissingPackageError: scipy is not installed.
    """
    from rag.train.topics import train_topics

    fitted = train_topics(data / "train", load_encoder(replace(settings, encoder=BUNDLED_ENCODER)), seed=seed)
    TOPICS_FILE.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    return fitted


def _for_scorer(data: Path) -> dict[str, list[Case]]:
    """The questions of each file that the encoder and the scorer may learn from."""
    from rag.evaluate.cases import part_of
    from rag.train.pools import plain_cases
    from rag.train.windows import PASSES

    files = {name: plain_cases(data / "train" / f"{name}.jsonl") for name in PASSES}
    return {name: [case for case in cases if part_of(case.paragraph) == "scorer"] for name, cases in files.items()}


def _general(cases: Mapping[str, Sequence[Case]]) -> list[Case]:
    from rag.train.windows import GENERAL

    return [case for name in GENERAL for case in cases[name]]


def _teacher(cases: Sequence[Case], work: Path, settings: Settings) -> Teacher:
    from rag.train.teacher import Teacher

    larger = load_encoder(replace(settings, encoder=MULTILINGUAL_ENCODER))
    return Teacher(larger, (case.question for case in cases), (text for c in cases for text in c.texts), work)
