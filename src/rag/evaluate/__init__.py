"""Labelled questions and texts -> metrics with n and 95 % intervals, beside named baselines in the same run.

Nothing is loaded by importing this; `rag.evaluate.metrics` can be used alone.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from rag.address import Location
from rag.errors import DataError
from rag.evaluate.bootstrap import Draws
from rag.evaluate.report import Findings, Report, report_shape, report_table, write_section
from rag.settings import Settings

__all__ = ["SUITES", "Draws", "Report", "report_shape", "report_table", "run_suite", "write_section"]

SUITES = ("answers", "attribution", "ranking", "refusal", "retrieval")


def run_suite(
    suite: str, data: Path, index: Location, settings: Settings, draws: Draws, *, held_out: bool = False
) -> Report:
    """Run one suite on a file of questions and return what it measured.

    Args:
        suite: One of `SUITES`.
        data: The questions, or texts with what is said in them, as JSON lines.
        index: Where the library is that `answers` asks.
        settings: For the models and the library.
        draws: For the order of ties and the intervals.
        held_out: Whether `data` is a file that the models learnt from, and `ranking` and `refusal` are to take only
            its questions on paragraphs that none has learnt from.

    Raises:
        UnreadableFileError: The file cannot be read.
        DataError: The file, or a line of it, cannot be used.
        LibraryError: The library cannot be used.
        ModelError: Weights are missing or altered.
        MissingPackageError: The packages of the extra `evaluate` are not installed.
    """
    if held_out and suite not in ("ranking", "refusal"):
        raise DataError(data, f"the suite {suite} knows no held-out questions", "Leave out --held-out.")
    match suite:
        case "answers":
            findings = _answers(data, index, settings, draws)
        case "attribution":
            findings = _attribution(data, draws)
        case "retrieval":
            findings = _retrieval(data, settings, draws)
        case _:
            findings = _pools(suite, data, settings, draws, held_out=held_out)
    return Report(suite, data, draws, findings)


def _answers(data: Path, index: Location, settings: Settings, draws: Draws) -> Findings:
    from rag.evaluate.answers import evaluate_answers
    from rag.evaluate.baselines import load_plain_encoder
    from rag.evaluate.cases import answer_cases
    from rag.library import open_library

    cases = answer_cases(data)
    with open_library(index, settings) as library:
        return evaluate_answers(cases, library, load_plain_encoder(), draws, path=data)


def _attribution(data: Path, draws: Draws) -> Findings:
    from rag.evaluate.attribution import evaluate_attribution
    from rag.evaluate.cases import attribution_cases
    from rag.evaluate.quotations import read_quotations
    from rag.speakers import StatementReader

    systems = {"ours": StatementReader().read, "name, verb, quotation": read_quotations}
    return evaluate_attribution(attribution_cases(data), systems, draws)


def _pools(suite: str, data: Path, settings: Settings, draws: Draws, *, held_out: bool) -> Findings:
    from rag.evaluate.baselines import load_plain_encoder
    from rag.evaluate.cases import labelled_cases, part_of
    from rag.evaluate.judge import load_judge
    from rag.evaluate.ranking import evaluate_ranking
    from rag.evaluate.refusal import evaluate_refusal

    evaluate = {"ranking": evaluate_ranking, "refusal": evaluate_refusal}[suite]
    cases = [case for case in labelled_cases(data) if not held_out or part_of(case.texts) == "judging"]
    if not cases:
        raise DataError(data, "it holds no question that was held out", "Leave out --held-out.")
    return evaluate(cases, load_judge(settings), load_plain_encoder(), draws)


def _retrieval(data: Path, settings: Settings, draws: Draws) -> Findings:
    from rag.embed import load_encoder
    from rag.evaluate.baselines import load_plain_encoder
    from rag.evaluate.cases import place_cases
    from rag.evaluate.retrieval import evaluate_retrieval
    from rag.library import Library

    cases, encoder = place_cases(data), load_encoder(settings)
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder), settings, encoder=encoder) as library:
        return evaluate_retrieval(cases, library, load_plain_encoder(), draws)
