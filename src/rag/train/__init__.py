"""Making the shipped models anew; nothing here is needed to ask a question.

The order is encoder, scorer, evidence: each learns from what those before it say. Languages can be made at any time.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.embed import BUNDLED_FOLDER, load_encoder
from rag.evidence import FILE, FOREIGN_FILE
from rag.scorer import FOLDER, Scorer
from rag.settings import BUNDLED_ENCODER, MULTILINGUAL_ENCODER, Settings


def make_encoder() -> dict[str, Any]:
    """Write the bundled encoder anew and return how near it is to its original."""
    from rag.export import export_encoder

    return {"folder": str(BUNDLED_FOLDER), "lowest cosine to the original": export_encoder(BUNDLED_FOLDER)}


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
    from rag.train.pools import for_scorer, plain_cases
    from rag.train.scorer import train_scorer
    from rag.train.teacher import Teacher
    from rag.train.windows import ACCOUNTS, GENERAL, PASSES, Cutter, Elsewhere, make_windows, with_likes

    encoder, rng = load_encoder(settings), random.Random(seed)
    cases = {name: list(filter(for_scorer, plain_cases(data / "train" / f"{name}.jsonl"))) for name in PASSES}
    general = [case for name in GENERAL for case in cases[name]]
    larger = load_encoder(replace(settings, encoder=MULTILINGUAL_ENCODER))
    teacher = Teacher(larger, (case.question for case in general), (text for c in general for text in c.texts), work)
    elsewhere = Elsewhere(encoder, general)
    cutter = Cutter(encoder, rng)
    windows = [
        with_likes(window, teacher)
        for name in PASSES
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
