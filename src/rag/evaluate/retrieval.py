"""Suite `retrieval`: is what answers among the first passages and sentences, of all texts of the file?"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rag.articles import Metadata, read_text
from rag.embed import Encoder
from rag.errors import ReadError
from rag.evaluate.baselines import Baseline, Bm25, Cosine
from rag.evaluate.bootstrap import Draws, estimate_mean
from rag.evaluate.cases import PlaceCase
from rag.evaluate.metrics import ranking
from rag.evaluate.progress import watch
from rag.evaluate.report import Figures, Findings
from rag.library import Library
from rag.records import Article, Passage, Range, Sentence
from rag.retrieve import fuse

_DEPTH = 100
"""Sentences of a baseline's ranking that are looked at."""
_PASSAGES = 10
"""Passages of a ranking that are looked at."""
_RRF = 60
"""Constant of reciprocal rank fusion, as published (Cormack, Clarke and Buettcher, SIGIR 2009)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Location:
    """A range of an article, which is named by its id."""

    article: str
    range: Range


@dataclass(frozen=True, slots=True)
class Ranked:
    """What a system finds for a question: passages and sentences, each best first."""

    passages: Sequence[Location]
    sentences: Sequence[Location]


System: TypeAlias = Callable[[str], Ranked]


@dataclass(frozen=True, slots=True)
class _Kept:
    """An article of the library, cut as the library cuts it."""

    article: Article
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]


def evaluate_retrieval(cases: Sequence[PlaceCase], library: Library, encoder: Encoder, draws: Draws) -> Findings:
    """Return recall and reciprocal rank of passages, and recall of sentences.

    `recall@k`: a passage that overlaps the answer is among the first k. `MRR`: 1 / the rank of the first such passage,
    0 behind the tenth. `sentence@k`: the sentence that holds the answer's first character is among the first k.
    Baselines rank sentences, and with them the passages they stand in.

    Args:
        cases: The questions; every text among them becomes an article.
        library: An empty one, with the encoder.
        encoder: For the baseline of nearest sentences.
        draws: For the intervals.
    """
    kept = _add_all(list({case.context: case for case in cases}.values()), library, encoder)
    used = [case for case in cases if case.context in kept and case.answers]
    systems = {"ours": _ours(library), **_baselines(list(kept.values()), encoder)}
    figures = {
        name: place_figures(used, {context: one.article.id for context, one in kept.items()}, system, draws, label=name)
        for name, system in systems.items()
    }
    return Findings(len(used), figures, left_out={"no answer, or a text that is no article": len(cases) - len(used)})


def place_figures(
    cases: Sequence[PlaceCase], ids: dict[str, str], system: System, draws: Draws, *, label: str
) -> Figures:
    """Return the figures of one system.

    Args:
        cases: Questions that have an answer.
        ids: Text of a case to the id of its article.
        system: What is measured.
        draws: For the intervals.
        label: Stands beside the progress bar.
    """
    passages, sentences = [], []
    for case in watch(cases, label):
        found, article = system(case.question), ids[case.context]
        starts = [Range(answer.start, answer.start + 1) for answer in case.answers]
        passages.append(first_rank(found.passages[:_PASSAGES], article, case.answers))
        sentences.append(first_rank(found.sentences, article, starts))
    values = {f"recall@{k}": [float(0 < rank <= k) for rank in passages] for k in (1, 5, 10)}
    values["MRR"] = [1 / rank if rank else 0.0 for rank in passages]
    values |= {f"sentence@{k}": [float(0 < rank <= k) for rank in sentences] for k in (1, 3)}
    return {name: estimate_mean([[value] for value in column], draws) for name, column in values.items()}


def first_rank(places: Iterable[Location], article: str, wanted: Sequence[Range]) -> int:
    """Return the rank, from 1, of the first place that overlaps something wanted of an article; 0 when none does."""
    for rank, place in enumerate(places, start=1):
        mine = place.range
        if place.article == article and any(mine.start < one.end and one.start < mine.end for one in wanted):
            return rank
    return 0


def _add_all(cases: Sequence[PlaceCase], library: Library, encoder: Encoder) -> dict[str, _Kept]:
    """Every text that became an article, by its text; an article keeps its text as it is, so places hold."""
    from rag.split import passages

    limit, kept = min(library.settings.passage_tokens, encoder.max_tokens), {}
    for case in watch(cases, "adding"):
        try:
            article = read_text(case.context, name=f"text of {case.id}", metadata=Metadata(title=case.title or None))
        except ReadError as error:
            log.warning("left out: %s", error)
            continue
        library.add(article)
        cut = library.sentences(article.id)
        runs = passages(article, cut, count_tokens=encoder.count_tokens, max_tokens=limit)
        kept[case.context] = _Kept(article, cut, runs)
    library.settle()
    return kept


def _ours(library: Library) -> System:
    def find(question: str) -> Ranked:
        hits = library.search(question, k=_PASSAGES)
        return Ranked(
            [Location(hit.article.id, hit.passage.range) for hit in hits],
            [Location(one.article.id, one.range) for one in library.rank(question)],
        )

    return find


def _baselines(kept: Sequence[_Kept], encoder: Encoder) -> dict[str, System]:
    rows = [(one, sentence) for one in kept for sentence in one.sentences if sentence.kind == "body"]
    texts = [one.article.text[sentence.range.start : sentence.range.end] for one, sentence in rows]
    bm25, cosine = Bm25(texts), Cosine(texts, encoder)

    def system(rank: Callable[[str], list[int]]) -> System:
        def find(question: str) -> Ranked:
            best = [rows[row] for row in rank(question)]
            passages = [Location(one.article.id, _passage_of(one, sentence)) for one, sentence in best]
            return Ranked(
                list(dict.fromkeys(passages)),
                [Location(one.article.id, sentence.range) for one, sentence in best],
            )

        return find

    def fused(question: str) -> list[int]:
        return [ranked.key for ranked in fuse([_best(bm25, question), _best(cosine, question)], k=_RRF)]

    return {
        "bm25": system(lambda question: _best(bm25, question)),
        "cosine": system(lambda question: _best(cosine, question)),
        "bm25 + cosine": system(fused),
    }


def _best(baseline: Baseline, question: str) -> list[int]:
    """The rows of the first sentences; those that have nothing in common with the question are not ranked."""
    scores = baseline.scores(question)
    return [int(row) for row in ranking(scores)[:_DEPTH] if scores[row] > 0]


def _passage_of(kept: _Kept, sentence: Sentence) -> Range:
    """The passage that a sentence begins in."""
    return next(passage.range for passage in kept.passages if passage.first <= sentence.number <= passage.last)
