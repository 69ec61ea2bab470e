"""Suite `answers`: do replies of a library hold the evidence, little else, and nothing when nothing answers?

A quote meets an alternative of the evidence when they share at least half of the shorter of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from rag.embed import Encoder
from rag.errors import DataError
from rag.evaluate.baselines import Baseline, Bm25, Cosine
from rag.evaluate.bootstrap import Draws, estimate_mean
from rag.evaluate.cases import AnswerCase
from rag.evaluate.metrics import ranking
from rag.evaluate.progress import watch
from rag.evaluate.rated import Cited, Told, mark_rated, miss_of_rated, overlap, still_there
from rag.evaluate.report import Figures, Findings
from rag.library import Library
from rag.records import Abstention, Article, Quote, Range

METRICS = (
    *("verbatim", "recall", "precision", "focus", "answered", "refused", "speakers", "withdrawn", "added", "length"),
)
"""`verbatim`: quotes that are the characters of the article. `recall`: things that were found. `precision`:
quotes that meet some evidence. `focus`: quoted characters that lie in evidence. `answered`: answerable questions not
refused. `refused`: unanswerable questions refused. `speakers`: named speakers that have a quote. `length`: quotes
an answer. Of what readers said: `withdrawn`, quotes called wrong that do not come back; `added`, replies in which
something was missing that quote something else now."""

_QUOTED = 3
"""Sentences that a baseline quotes."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The article that answers a question, and where: every inner tuple is one thing to find, any of it will do."""

    article: str
    groups: tuple[tuple[Range, ...], ...]

    @property
    def places(self) -> list[Range]:
        """All places, of whatever group."""
        return [place for group in self.groups for place in group]


System: TypeAlias = Callable[[AnswerCase, Evidence | None], Told]
Marks: TypeAlias = Mapping[str, Sequence[float]]
"""What one question adds to each metric: a value for each thing that was looked at, perhaps none."""


def evaluate_answers(
    cases: Sequence[AnswerCase], library: Library, encoder: Encoder, draws: Draws, *, path: Path
) -> Findings:
    """Return the figures of a library's replies, of baselines told the article, and of each kind of question.

    Args:
        cases: The questions.
        library: Holds the articles that they are about.
        encoder: For the baseline of nearest sentences.
        draws: For the intervals.
        path: Names the file of the questions in messages.

    Raises:
        DataError: The evidence of a question stands in no article of the library.
    """
    articles = [library.article(summary.id) for summary in library.articles()]
    given, cases = len(cases), still_there(cases, articles, path)
    gold = any(case.rated is None for case in cases)
    evidence = [find_evidence(case, articles, path) for case in cases]
    systems: dict[str, System] = {
        "ours": lambda case, _: _ask(library, case),
        **(_baselines(library, encoder) if gold else {}),
    }
    told = {
        name: [system(case, proof) for case, proof in watch(list(zip(cases, evidence, strict=True)), name)]
        for name, system in systems.items()
    }
    marks = {name: [mark(*row) for row in zip(cases, evidence, replies, strict=True)] for name, replies in told.items()}
    kinds = sorted({case.kind for case in cases})
    of_kind = {kind: [m for case, m in zip(cases, marks["ours"], strict=True) if case.kind == kind] for kind in kinds}
    misses = [miss(*row) for row in zip(cases, evidence, told["ours"], strict=True)]
    return Findings(
        len(cases),
        {name: mark_figures(rows, draws) for name, rows in marks.items()},
        kinds={f"{kind} ({len(rows)})": mark_figures(rows, draws) for kind, rows in of_kind.items()},
        misses=tuple(filter(None, misses)),
        left_out={"rated when the articles were others": given - len(cases)} if given > len(cases) else {},
    )


def find_evidence(case: AnswerCase, articles: Iterable[Article], path: Path) -> Evidence | None:
    """Return where the evidence of a question stands first, in the first article that holds all of it; None without.

    Raises:
        DataError: No article holds all of it.
    """
    if not case.evidence:
        return None
    for article in articles:
        starts = [[(article.text.find(words), len(words)) for words in group] for group in case.evidence]
        if all(start >= 0 for group in starts for start, _ in group):
            groups = tuple(tuple(Range(start, start + length) for start, length in group) for group in starts)
            return Evidence(article.id, groups)
    cause = f"the evidence of question {case.id} stands in no article of the library"
    raise DataError(path, cause, "Add its article with: rag add FILE, or choose another library with --index.")


def mark(case: AnswerCase, evidence: Evidence | None, told: Told) -> Marks:
    """Return what the reply to one question adds to each metric."""
    if case.rated is not None:
        return mark_rated(case.rated, told)
    if evidence is None:
        return {"refused": [float(told is None)]}
    cited = told or ()
    found = [float(any(_meets(one, evidence, group) for one in cited)) for group in evidence.groups]
    names = [one.speaker for one in cited if one.speaker]
    marks = {
        "answered": [float(told is not None)],
        "recall": [sum(found) / len(found)],
        "speakers": [float(any(same_name(wanted, name) for name in names)) for wanted in case.speakers],
    }
    if cited:
        good = [_meets(one, evidence, evidence.places) for one in cited]
        marks |= {
            "verbatim": [float(one.verbatim) for one in cited],
            "precision": [sum(good) / len(good)],
            "focus": [_focus(cited, evidence)],
            "length": [float(len(cited))],
        }
    return marks


def mark_figures(marks: Sequence[Marks], draws: Draws) -> Figures:
    """Return the mean of every metric that some question adds to, in the order of `METRICS`."""
    parts = {name: [one.get(name, ()) for one in marks] for name in METRICS}
    return {name: estimate_mean(values, draws) for name, values in parts.items() if any(values)}


def miss(case: AnswerCase, evidence: Evidence | None, told: Told) -> str | None:
    """Return a line about a reply that is not as it should be, None when it is."""
    if case.rated is not None:
        return miss_of_rated(case, case.rated, told)
    if evidence is None:
        return f"{case.id} answered: {case.question}" if told is not None else None
    if told is None:
        return f"{case.id} refused: {case.question}"
    if all(any(_meets(one, evidence, group) for one in told) for group in evidence.groups):
        return None
    return f"{case.id} missed: {case.question}"


def same_name(a: str, b: str) -> bool:
    """Return whether two names may mean the same person: the last words are alike."""
    first, second = a.lower().split(), b.lower().split()
    return bool(first and second) and first[-1] == second[-1]


def _meets(cited: Cited, evidence: Evidence, places: Iterable[Range]) -> bool:
    return cited.article == evidence.article and any(overlap(cited.range, place) for place in places)


def _focus(cited: Iterable[Cited], evidence: Evidence) -> float:
    quoted = {(one.article, at) for one in cited for at in range(one.range.start, one.range.end)}
    wanted = {(evidence.article, at) for place in evidence.places for at in range(place.start, place.end)}
    return len(quoted & wanted) / len(quoted)


def _ask(library: Library, case: AnswerCase) -> Told:
    reply = library.ask(case.question, after=case.history, articles=case.articles)
    return None if isinstance(reply, Abstention) else tuple(map(_cited, reply.quotes))


def _cited(quote: Quote) -> Cited:
    verbatim = quote.article.text[quote.range.start : quote.range.end] == quote.text
    return Cited(quote.article.id, quote.range, verbatim, quote.speaker.name if quote.speaker else None)


def _baselines(library: Library, encoder: Encoder) -> dict[str, System]:
    """Systems that quote sentences of the right article for every question, so they never refuse."""

    @cache
    def places(article: str) -> list[Range]:
        return [sentence.range for sentence in library.sentences(article) if sentence.kind == "body"]

    @cache
    def baseline(name: str, article: str) -> Baseline:
        text = library.article(article).text
        texts = [text[place.start : place.end] for place in places(article)]
        return Bm25(texts) if name == "bm25" else Cosine(texts, encoder)

    def best(name: str) -> System:
        def quote_best(case: AnswerCase, evidence: Evidence | None) -> Told:
            if evidence is None:
                return ()
            rows = ranking(baseline(name, evidence.article).scores(case.question))[:_QUOTED]
            return tuple(Cited(evidence.article, places(evidence.article)[row]) for row in rows)

        return quote_best

    def quote_first(_: AnswerCase, evidence: Evidence | None) -> Told:
        return tuple(Cited(evidence.article, place) for place in places(evidence.article)[:1]) if evidence else ()

    return {"bm25": best("bm25"), "cosine": best("cosine"), "first sentence": quote_first}
