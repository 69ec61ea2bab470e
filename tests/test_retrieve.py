from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rag.retrieve import fuse

rankings = st.lists(st.lists(st.integers(0, 20), unique=True, max_size=10), max_size=3)


def test_a_passage_in_both_rankings_beats_the_first_of_one() -> None:
    assert [ranked.key for ranked in fuse([[1, 2], [3, 2]], k=60)] == [2, 1, 3]


def test_the_score_is_the_sum_of_reciprocal_ranks() -> None:
    assert {ranked.key: ranked.score for ranked in fuse([[7, 8], [8]], k=1)} == {8: 1 / 3 + 1 / 2, 7: 1 / 2}


def test_nothing_is_fused_from_nothing() -> None:
    assert fuse([], k=60) == []


@given(rankings)
def test_every_key_comes_out_once_and_scores_fall(given: list[list[int]]) -> None:
    fused = fuse(given, k=60)
    assert sorted(ranked.key for ranked in fused) == sorted({key for ranking in given for key in ranking})
    assert all(a.score >= b.score for a, b in pairwise(fused))
