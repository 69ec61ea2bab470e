"""Making the shipped models anew; nothing here is needed to ask a question.

The order is encoder, reader, evidence: each learns from what those before it say.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from rag.embed import BUNDLED_FOLDER, load_encoder
from rag.evidence import FILE
from rag.reader import FOLDER, Reader
from rag.settings import Settings


def make_encoder() -> dict[str, Any]:
    """Write the bundled encoder anew and return how near it is to its original."""
    from rag.export import export_encoder

    return {"folder": str(BUNDLED_FOLDER), "lowest cosine to the original": export_encoder(BUNDLED_FOLDER)}


def make_reader(data: Path, settings: Settings, *, seed: int = 0) -> dict[str, Any]:
    """Train and write the reader anew from `data/train`, and return what it learnt from.

    Raises:
        UnreadableFileError: A data file is missing.
        MissingPackageError: The packages of the extra `train` are not installed.
    """
    from rag.train.pools import CaseVectors, for_reader, load_cases
    from rag.train.reader import make_pairs, train_reader

    cases = [case for case in load_cases(data / "train", seed=seed) if for_reader(case)]
    pairs = make_pairs(cases, CaseVectors(load_encoder(settings), cases), random.Random(seed))
    loss = train_reader(pairs, FOLDER, seed=seed)
    return {"folder": str(FOLDER), "questions": len(cases), "pairs": len(pairs), "loss": round(loss, 3)}


def make_evidence(data: Path, settings: Settings, *, seed: int = 0) -> dict[str, Any]:
    """Fit and write the models of `rag.evidence` anew from `data/train`, and return them with their figures.

    Raises:
        UnreadableFileError: A data file is missing.
        MissingPackageError: The packages of the extra `train` are not installed.
    """
    from rag.train.evidence import train_evidence

    fitted = train_evidence(
        data / "train", data / "dev", load_encoder(settings), Reader(threads=settings.threads), seed=seed
    )
    FILE.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    return fitted
