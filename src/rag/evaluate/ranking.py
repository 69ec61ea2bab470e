"""Suite `ranking`: are the sentences that answer above the others?

Only questions with sentences of both sorts are measured. Equal scores are put in several random orders, and the
mean of these counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from rag.embed import Encoder
from rag.evaluate.baselines import Shared
from rag.evaluate.bootstrap import Draws, estimate_mean
from rag.evaluate.cases import LabelledCase
from rag.evaluate.judge import Judge
from rag.evaluate.metrics import average_precision, precision_at_1, reciprocal_rank
from rag.evaluate.progress import watch
from rag.evaluate.report import Figures, Findings
from rag.evidence import Numbers

METRICS = {"MAP": average_precision, "MRR": reciprocal_rank, "P@1": precision_at_1}
ORDERS = 10
"""Random orders that equal scores are put in."""

Score: TypeAlias = Callable[[str, Sequence[str]], Numbers]
"""A question and sentences in document order -> a score for each, shape (sentences,)."""


def evaluate_ranking(cases: Sequence[LabelledCase], judge: Judge, encoder: Encoder, draws: Draws) -> Findings:
    """Return MAP, MRR and P@1 of the judge, of the judge without neighbours, and of three baselines."""
    mixed = [case for case in cases if case.mixed]
    shared = Shared([case.texts for case in mixed], encoder)
    systems: dict[str, Score] = {
        "ours": lambda question, texts: judge(question, texts).scores,
        "ours, without neighbours": lambda question, texts: judge(question, texts, apart=True).scores,
        "bm25": lambda question, texts: shared.scores("bm25", question, texts),
        "cosine": lambda question, texts: shared.scores("cosine", question, texts),
        "first sentence": lambda question, texts: -np.arange(len(texts), dtype=np.float64),
    }
    figures = {name: rank_figures(mixed, score, draws, label=name) for name, score in systems.items()}
    return Findings(len(mixed), figures, left_out={"labels are all the same": len(cases) - len(mixed)})


def rank_figures(cases: Sequence[LabelledCase], score: Score, draws: Draws, *, label: str) -> Figures:
    """Return the figures of one system; `label` stands beside the progress bar."""
    values: dict[str, list[list[float]]] = {name: [] for name in METRICS}
    for number, case in enumerate(watch(cases, label)):
        rng = np.random.default_rng([draws.seed, number])
        orders = [rng.permutation(len(case.texts)) for _ in range(ORDERS)]
        scores = score(case.question, case.texts)
        for name, metric in METRICS.items():
            values[name].append([float(np.mean([metric(scores, case.labels, ties) for ties in orders]))])
    return {name: estimate_mean(parts, draws) for name, parts in values.items()}
