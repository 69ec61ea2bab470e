"""Texts -> unit vectors (MEAN); knows the models, not what is done with the vectors.

Two encoders stand behind one seam: the bundled all-MiniLM-L6-v2 on onnxruntime, and any
sentence-transformers model. Neither cuts a text off: one that is longer than the model's window is
encoded in windows, and its vector is their mean, weighted by length.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.errors import MissingPackageError, ModelError
from rag.settings import BUNDLED_ENCODER, Settings

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors: TypeAlias = NDArray[np.float32]
"""Unit vectors, shape (texts, dimensions), float32."""

Vector: TypeAlias = NDArray[np.float32]
"""One unit vector, shape (dimensions,), float32."""

MODELS = Path(__file__).parent / "models"
BUNDLED_FOLDER = MODELS / "minilm"

_MANY = 16
"""Texts from which it pays to open the model a second time."""


class Encoder(Protocol):
    """A model that turns texts into unit vectors, so that a dot product is the cosine."""

    @property
    def identity(self) -> str:
        """Name and revision of the weights; vectors of different identities are never compared."""

    @property
    def dimensions(self) -> int:
        """Numbers in a vector."""

    @property
    def max_tokens(self) -> int:
        """The longest text in tokens, special tokens included, that is encoded in one window."""

    def count_tokens(self, text: str) -> int:
        """Return the length of a text in tokens, special tokens included."""

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        """Return one unit vector a text, in order; models that tell questions from passages do."""


def load_encoder(settings: Settings) -> Encoder:
    """Load the encoder that the settings name.

    Raises:
        ModelError: The bundled weights are missing or altered, or the named model cannot be loaded.
        MissingPackageError: The named model needs sentence-transformers, which is not installed.
    """
    if settings.encoder == BUNDLED_ENCODER:
        return OnnxEncoder(BUNDLED_FOLDER, threads=settings.threads)
    return SentenceTransformerEncoder(settings.encoder)


class OnnxEncoder:
    """The bundled encoder: int8 weights on onnxruntime, without torch.

    The folder holds `encoder.onnx` (token ids and mask -> unit vectors), `tokenizer.json` and
    `manifest.json` with the sha256 of both; made by `rag train encoder`.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        manifest = check_files(folder)
        self._path, self._threads = folder / "encoder.onnx", threads
        self._session = load_session(self._path, threads=threads)
        self._tokenizer = load_tokenizer(folder / "tokenizer.json")
        self.max_tokens: int = manifest["max_tokens"]
        self.dimensions: int = manifest["dimensions"]
        self.identity: str = f"{manifest['name']}@{manifest['files']['encoder.onnx'][:16]}"

    def count_tokens(self, text: str) -> int:
        """Return the length of a text in tokens, special tokens included."""
        return len(self._tokenizer.encode(text).ids)

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        """Return one unit vector a text, shape (texts, dimensions)."""
        # Every text -> its windows of token ids, [CLS] and [SEP] around each.
        inner = self.max_tokens - 2
        windows: list[list[int]] = []
        owners: list[int] = []
        for owner, encoding in enumerate(self._tokenizer.encode_batch(list(texts))):
            first, *ids, last = encoding.ids
            for at in range(0, max(1, len(ids)), inner):
                windows.append([first, *ids[at : at + inner], last])
                owners.append(owner)
        vectors = np.zeros((len(windows), self.dimensions), np.float32)
        for row, vector in enumerate(self._run_all(windows)):
            vectors[row] = vector
        return _mean_of_windows(vectors, owners, [len(window) for window in windows])

    def _run_all(self, windows: Sequence[Sequence[int]]) -> Iterator[Vector]:
        """A few windows one after the other, each on all threads; many side by side, each on one thread."""
        if len(windows) < _MANY or self._threads == 1:
            yield from (_run(self._session, window) for window in windows)
            return
        session = load_session(self._path, threads=1)
        with ThreadPoolExecutor(self._threads) as pool:
            yield from pool.map(partial(_run, session), windows)


def _run(session: Any, window: Sequence[int]) -> Vector:
    """One text at a time: int8 scales its numbers to all of a batch, and a text's neighbours would change it."""
    ids = np.array([window], np.int64)  # (1, tokens)
    vector: Vector = session.run(["vectors"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
    return vector


class SentenceTransformerEncoder:
    """Any sentence-transformers model by name or path; on a GPU when there is one."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingPackageError("sentence-transformers", f"The encoder {name!r}") from error
        try:
            self._model = SentenceTransformer(name, local_files_only=True)
        except (OSError, ValueError) as error:
            raise ModelError(
                Path(name),
                "cannot be loaded from this machine",
                "Nothing is downloaded here: fetch it first, or give the path of its folder.",
            ) from error
        self.max_tokens = int(self._model.max_seq_length or 512)
        self.dimensions = int(self._model.get_embedding_dimension() or 0)
        self.identity = f"{name}@{self._revision()}"

    def count_tokens(self, text: str) -> int:
        """Return the length of a text in tokens, special tokens included."""
        return len(self._model.tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        """Return one unit vector a text, shape (texts, dimensions)."""
        windows: list[str] = []
        owners: list[int] = []
        for owner, text in enumerate(texts):
            for window in self._windows(text):
                windows.append(window)
                owners.append(owner)
        encode = self._model.encode_query if as_question else self._model.encode_document
        vectors = encode(windows, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)
        return _mean_of_windows(np.asarray(vectors, np.float32), owners, [len(window) for window in windows])

    def _windows(self, text: str) -> Iterator[str]:
        """Halve a text at white space until every piece fits the window; pieces keep every word."""
        if self.count_tokens(text) <= self.max_tokens or len(text) < 2:
            yield text
            return
        middle = text.find(" ", len(text) // 2)
        middle = middle if middle > 0 else len(text) // 2
        yield from self._windows(text[:middle])
        yield from self._windows(text[middle:])

    def _revision(self) -> str:
        model: Any = self._model[0]
        commit = getattr(model.auto_model.config, "_commit_hash", None)
        if commit:
            return str(commit)[:16]
        digest = hashlib.sha256()
        for name, value in self._model.state_dict().items():
            digest.update(name.encode())
            digest.update(value.detach().cpu().float().numpy().tobytes())
        return digest.hexdigest()[:16]


def load_session(path: Path, *, threads: int) -> Any:
    """Open an ONNX model on the processor."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # threads that go on spinning after a run would take the cores from the next model
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def load_tokenizer(path: Path) -> Tokenizer:
    """Read a tokenizer that neither pads nor cuts off."""
    from tokenizers import Tokenizer

    tokenizer: Tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def check_files(folder: Path) -> dict[str, Any]:
    """Return the manifest of a model folder after checking every file in it against its sha256.

    Raises:
        ModelError: A file is missing, or is not the one that was measured.
    """
    path = folder / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for name, wanted in manifest["files"].items():
            path = folder / name
            if hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
                raise ModelError(path, "is not the file that was measured (its sha256 differs)")
    except OSError as error:
        raise ModelError(path, f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError) as error:
        raise ModelError(path, "is not a manifest") from error
    return manifest


def _mean_of_windows(vectors: Vectors, owners: Sequence[int], weights: Sequence[int]) -> Vectors:
    """(windows, dimensions) -> (texts, dimensions): the weighted mean of each text's windows, unit length."""
    if len(vectors) == len(set(owners)):
        return vectors
    means = np.zeros((owners[-1] + 1, vectors.shape[1]), np.float32)
    np.add.at(means, list(owners), vectors * np.asarray(weights, np.float32)[:, None])
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return means
