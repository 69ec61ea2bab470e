"""Lines of JSON -> labelled questions; knows the formats, not what is measured with them.

Fields that a format does not name are ignored.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np

from rag.errors import DataError
from rag.evidence import Numbers
from rag.lines import read_objects, wanted
from rag.records import Range

Case = TypeVar("Case")

Part: TypeAlias = Literal["scorer", "fitting", "judging"]
"""What the questions on a paragraph are for: to train the scorer, to fit what weighs its word, to judge both."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AnswerCase:
    """A question to a library, and what its reply must hold.

    Attributes:
        id: Names the question.
        kind: What sort of question it is.
        question: The question.
        evidence: Every inner tuple is one thing to find; any of its alternatives will do. Empty: nothing answers.
        speakers: Names that must have a quote.
        history: Earlier questions of the conversation, oldest first.
    """

    id: str
    kind: str
    question: str
    evidence: tuple[tuple[str, ...], ...]
    speakers: tuple[str, ...]
    history: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PoolCase:
    """A question and sentences in document order, at least one."""

    id: str
    question: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelledCase:
    """A question, sentences in document order, and which of them answer: `labels`, 1 or 0, shape (texts,)."""

    id: str
    question: str
    texts: tuple[str, ...]
    labels: Numbers

    @property
    def answerable(self) -> bool:
        """Whether any sentence answers."""
        return bool(self.labels.any())

    @property
    def mixed(self) -> bool:
        """Whether some sentences answer and others do not, so that their order matters."""
        return self.answerable and not self.labels.all()


@dataclass(frozen=True, slots=True)
class PlaceCase:
    """A question, the text that answers it, and where in the text: `answers` is empty when nothing does."""

    id: str
    question: str
    title: str
    context: str
    answers: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Attributed:
    """Something that is said in a text: by whom (nobody when it is empty), the words that prove it, and what.

    `speaker` is the canonical name of the source, None when it is not given.
    """

    source: tuple[Range, ...]
    cue: tuple[Range, ...]
    content: tuple[Range, ...]
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class AttributionCase:
    """A text and everything that is said in it."""

    id: str
    text: str
    attributions: tuple[Attributed, ...]


def part_of(texts: Sequence[str]) -> Part:
    """Return what the questions on a paragraph are for: four in five are for the scorer, and three in fifty to judge.

    A shipped model has learnt from none of the last, so they tell what it is worth on new ones.
    """
    mark = zlib.crc32(" ".join(text for text in texts if text.strip()).encode())
    if mark % 5:
        return "scorer"
    return "judging" if mark // 5 % 10 < 3 else "fitting"


def answer_cases(path: Path) -> list[AnswerCase]:
    """Return the questions of a gold file, or those of readers' feedback whose evidence is known.

    A line of feedback that only says that something is missing or wrong has `"case": false` and is left out.

    Raises:
        UnreadableFileError: The file cannot be read.
        DataError: It holds no question, or a line is not one.
    """
    cases = _read(path, ("id", "kind", "question", "evidence"), _answer_case)
    known = [case for case in cases if case is not None]
    if len(known) < len(cases):
        left = len(cases) - len(known)
        log.warning("%d of %d lines say what is wrong, but not what is right, and are left out", left, len(cases))
    if not known:
        raise DataError(path, "no line knows the evidence", "Rate some replies as good, too.")
    return known


def labelled_cases(path: Path) -> list[LabelledCase]:
    """Return the questions of a file of labelled candidates.

    Raises:
        UnreadableFileError: The file cannot be read.
        DataError: It holds no question, or a line is not one.
    """
    return _read(path, ("id", "question", "candidates"), _labelled_case)


def pool_cases(path: Path) -> list[PoolCase]:
    """Return the questions of a file of candidates, labelled or not.

    Raises:
        UnreadableFileError: The file cannot be read.
        DataError: It holds no question, or a line is not one.
    """
    return _read(path, ("id", "question", "candidates"), _pool_case)


def place_cases(path: Path) -> list[PlaceCase]:
    """Return the questions of a file in the format of XQuAD.

    Raises:
        UnreadableFileError: The file cannot be read.
        DataError: It holds no question, or a line is not one; an answer that is not where it says is one case.
    """
    return _read(path, ("id", "context", "question", "answers", "starts"), _place_case)


def attribution_cases(path: Path) -> list[AttributionCase]:
    """Return the texts of a file in the format of PolNeAR, with what is said in them.

    Raises:
        UnreadableFileError: The file cannot be read.
        DataError: It holds no text, or a line is not one; a range outside its text is one case.
    """
    return _read(path, ("id", "text", "attributions"), _attribution_case)


def _read(path: Path, fields: tuple[str, ...], make: Callable[[dict[str, Any]], Case]) -> list[Case]:
    cases = []
    for number, value in read_objects(path, *fields):
        try:
            cases.append(make(value))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            cause = str(error) if type(error) is ValueError else "a field is not of its kind"
            raise DataError(path, cause, wanted(fields), line=number) from error
    if not cases:
        raise DataError(path, "it holds no question" if "question" in fields else "it holds no text", wanted(fields))
    return cases


def _answer_case(value: dict[str, Any]) -> AnswerCase | None:
    if value.get("case") is False:
        return None
    evidence = tuple(_texts(group) for group in value["evidence"])
    if not all(group and all(group) for group in evidence):
        raise ValueError("a group of its evidence is empty")
    return AnswerCase(
        id=str(value["id"]),
        kind=str(value["kind"]),
        question=_text(value["question"]),
        evidence=evidence,
        speakers=_texts(value.get("speakers", ())),
        history=_texts(value.get("history", ())),
    )


def _pool_case(value: dict[str, Any]) -> PoolCase:
    texts = _texts(candidate["text"] for candidate in value["candidates"])
    if not texts:
        raise ValueError("it has no candidates")
    return PoolCase(str(value["id"]), _text(value["question"]), texts)


def _labelled_case(value: dict[str, Any]) -> LabelledCase:
    pool = _pool_case(value)
    labels = np.array([float(float(candidate["label"]) > 0) for candidate in value["candidates"]])
    return LabelledCase(pool.id, pool.question, pool.texts, labels)


def _place_case(value: dict[str, Any]) -> PlaceCase:
    context, places = _text(value["context"]), []
    for answer, start in zip(_texts(value["answers"]), value["starts"], strict=True):
        if not answer or start < 0 or context[start : start + len(answer)] != answer:
            raise ValueError(f"the answer {answer[:40]!r} does not stand at {start}")
        places.append(Range(start, start + len(answer)))
    title = _text(value.get("title", "")).replace("_", " ")
    return PlaceCase(str(value["id"]), _text(value["question"]), title, context, tuple(places))


def _attribution_case(value: dict[str, Any]) -> AttributionCase:
    text = _text(value["text"])
    attributions = tuple(
        Attributed(
            source=_ranges(text, one["source"]),
            cue=_ranges(text, one["cue"]),
            content=_ranges(text, one["content"]),
            speaker=_text(one["speaker"]) if one.get("speaker") is not None else None,
        )
        for one in value["attributions"]
    )
    return AttributionCase(str(value["id"]), text, attributions)


def _ranges(text: str, pairs: Any) -> tuple[Range, ...]:
    ranges = tuple(Range(start, end) for start, end in pairs)
    for one in ranges:
        if one.end > len(text):
            raise ValueError(f"{one.start}..{one.end} lies outside its text")
    return ranges


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(map(_text, values))
