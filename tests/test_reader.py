import random
from pathlib import Path
from shutil import copytree

import pytest
from fakes import flip_byte

from rag.embed import BUNDLED_FOLDER, load_tokenizer
from rag.errors import ModelError
from rag.reader import FOLDER, MAX_TOKENS, Reader, pair_ids
from rag.train.reader import Pair, train_reader

pytestmark = pytest.mark.models

QUESTION = "How many streets did the rain close?"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(threads=1)


def test_the_sentence_that_answers_reads_best(reader: Reader) -> None:
    sentences = ["Heavy rain closed four streets on Monday.", "The mayor likes streets.", "Snow fell in Ganja."]
    logits = reader.read(QUESTION, sentences, ["", "", ""])
    assert logits.argmax() == 0


def test_a_logit_does_not_depend_on_the_other_sentences(reader: Reader) -> None:
    sentences, before = ["Four streets were closed.", "It rained. " * 60, ""], ["It rained.", "", "Snow."]
    together = reader.read(QUESTION, sentences, before)
    assert together.tolist() == [reader.read(QUESTION, [s], [b])[0] for s, b in zip(sentences, before, strict=True)]


def test_no_sentences_give_no_logits(reader: Reader) -> None:
    assert reader.read(QUESTION, [], []).shape == (0,)


def test_a_pair_shows_question_sentence_before_and_sentence() -> None:
    tokenizer = load_tokenizer(BUNDLED_FOLDER / "tokenizer.json")
    pair = pair_ids(tokenizer, "who?", "it rained.", "anna.")
    assert tokenizer.decode(pair.ids, skip_special_tokens=False) == "[CLS] who? [SEP] it rained. [SEP] anna. [SEP]"
    assert pair.kinds == [0] * 8 + [1] * 3


def test_a_long_pair_keeps_the_end_of_the_question_and_fits() -> None:
    tokenizer = load_tokenizer(BUNDLED_FOLDER / "tokenizer.json")
    pair = pair_ids(tokenizer, "a " * 99 + "who?", "b " * 99 + "end", "c " * 200)
    assert len(pair.ids) == len(pair.kinds) == MAX_TOKENS
    assert "who? [SEP]" in tokenizer.decode(pair.ids, skip_special_tokens=False)
    assert "b end [SEP] c c" in tokenizer.decode(pair.ids, skip_special_tokens=False)


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    copytree(FOLDER, tmp_path / "reader")
    flip_byte(tmp_path / "reader" / "reader.onnx")
    with pytest.raises(ModelError, match="is not the file that was measured"):
        Reader(tmp_path / "reader", threads=1)


def test_training_writes_a_reader_that_can_be_loaded(tmp_path: Path) -> None:
    pairs = [Pair(f"Where is town {n}?", "", f"Town {n} is near.", n % 2 == 0) for n in range(8)]
    loss = train_reader(pairs, tmp_path, seed=0)
    assert 0 < loss < 2
    assert Reader(tmp_path, threads=1).read("Where?", ["Near."], [""]).shape == (1,)


def test_training_with_one_seed_gives_one_reader(tmp_path: Path) -> None:
    pairs = [Pair(f"Where is town {n}?", "", f"Town {n} is near.", n % 2 == 0) for n in range(4)]
    random.seed(1)
    train_reader(pairs, tmp_path / "a", seed=0)
    random.seed(2)
    train_reader(pairs, tmp_path / "b", seed=0)
    assert (tmp_path / "a" / "reader.onnx").read_bytes() == (tmp_path / "b" / "reader.onnx").read_bytes()
