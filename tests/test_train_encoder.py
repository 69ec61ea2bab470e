"""The bundled encoder's training, on a handful of texts and a teacher that knows words alone."""

import random
from pathlib import Path

import numpy as np
import pytest
from fakes import WordEncoder

from rag.embed import OnnxEncoder, check_files
from rag.train.encoder import _STUDENT, _TEACHER, BATCH, _batches, _loss, train_encoder
from rag.train.pools import Case
from rag.train.teacher import Teacher

CASES = [
    Case("answerable", f"Where does Person{n} live?", texts, np.array([0.0, 1.0]), texts)
    for n in range(12)
    for texts in [(f"Rain fell on day {n}.", f"Person{n} lives in Town{n}.")]
]


@pytest.fixture
def teacher(tmp_path: Path) -> Teacher:
    texts = [text for case in CASES for text in case.texts]
    return Teacher(WordEncoder(), [case.question for case in CASES], texts, tmp_path / "work")


def test_a_teacher_tells_how_near_all_texts_are_to_each_other(teacher: Teacher) -> None:
    cosines = teacher.among([CASES[0].question], CASES[0].texts)
    assert cosines.shape == (3, 3)
    np.testing.assert_allclose(cosines, cosines.T)
    np.testing.assert_allclose(np.diag(cosines), 1, atol=1e-6)
    assert cosines[0, 2] > cosines[0, 1]


def test_the_nearest_sentences_come_nearest_first(tmp_path: Path) -> None:
    sentences = ["nothing else", "rain falls", "snow lies there"]
    teacher = Teacher(WordEncoder(), ["rain here", "snow there"], sentences, tmp_path)
    near = teacher.nearest(["rain here", "snow there"], 2)
    assert near == [["rain falls", "nothing else"], ["snow lies there", "nothing else"]]


def test_a_batch_holds_every_question_with_what_answers_it(teacher: Teacher) -> None:
    (batch,) = _batches(CASES, teacher, random.Random(0))
    assert len(CASES) <= BATCH
    assert sorted(batch.written) == sorted(case.question for case in CASES)
    assert {case.texts[1] for case in CASES} <= set(batch.sentences)
    assert len(set(batch.sentences)) == len(batch.sentences)


def test_nothing_is_to_be_learnt_from_likenesses_that_are_right() -> None:
    import torch

    vectors = torch.nn.functional.normalize(torch.randn(6, 4, generator=torch.Generator().manual_seed(0)), dim=-1)
    likenesses = vectors @ vectors.T
    assert float(_loss(vectors, likenesses * _TEACHER / _STUDENT, questions=2)) == pytest.approx(0, abs=1e-5)
    assert float(_loss(vectors, likenesses.flip(1), questions=2)) > 0.1


@pytest.mark.models
def test_training_writes_an_encoder_that_can_be_loaded(teacher: Teacher, tmp_path: Path) -> None:
    loss = train_encoder(CASES, teacher, tmp_path / "made", tmp_path / "work", seed=0)
    assert 0 < loss < 10
    check_files(tmp_path / "made")
    vectors = OnnxEncoder(tmp_path / "made", threads=1).encode(["Where is Anna?", "Anna is in Baku."])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert train_encoder(CASES, teacher, tmp_path / "again", tmp_path / "work", seed=0) == pytest.approx(loss)
