import numpy as np
import pytest
from fakes import SaidReader, WordEncoder

from rag.articles import read_text
from rag.library.preparing import Preparing, is_part, passage_vectors
from rag.records import Passage, Range, Sentence
from rag.settings import Settings


def sentence(number: int, start: int, end: int) -> Sentence:
    return Sentence(number, Range(start, end), 0, "body")


SENTENCES = (sentence(0, 0, 3), sentence(1, 4, 5), sentence(2, 6, 16))
VECTORS = np.array([[1, 0], [0, 1], [0, 1]], np.float32)


def test_the_vector_of_a_passage_is_the_mean_of_its_sentences_by_their_length() -> None:
    passages = (Passage(Range(0, 5), 0, 1), Passage(Range(6, 16), 2, 2))
    wanted = np.array([[3 / 10**0.5, 1 / 10**0.5], [0, 1]], np.float32)
    np.testing.assert_allclose(passage_vectors(SENTENCES, VECTORS, passages), wanted, atol=1e-6)


def test_opposite_sentences_make_no_number_that_is_none() -> None:
    opposite = np.array([[1, 0], [-1, 0]], np.float32)
    two = (sentence(0, 0, 1), sentence(1, 2, 3))
    assert passage_vectors(two, opposite, (Passage(Range(0, 3), 0, 1),)).tolist() == [[0, 0]]


@pytest.mark.parametrize(("place", "part"), [(Range(6, 16), False), (Range(6, 10), True), (Range(10, 16), True)])
def test_a_passage_that_is_less_than_a_sentence_is_a_part(place: Range, part: bool) -> None:
    assert is_part(Passage(place, 2, 2), SENTENCES) is part


def test_each_part_of_a_long_sentence_has_a_vector_of_its_own() -> None:
    article = read_text("Towns\n\n" + " ".join(f"town{n}" for n in range(60)) + ".\n")
    entry = Preparing(Settings(passage_tokens=16), WordEncoder(), SaidReader()).entry(article)
    parts = [row for row, one in enumerate(entry.passages) if is_part(one, entry.sentences)]
    texts = [article.text[entry.passages[row].range.start : entry.passages[row].range.end] for row in parts]
    assert len(parts) > 3
    np.testing.assert_allclose(entry.passage_vectors[parts], WordEncoder().encode(texts), atol=1e-6)
