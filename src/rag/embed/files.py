"""Where model files lie, how they are checked and opened; knows no text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.disk import sha256_of
from rag.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODELS = Path(__file__).parents[1] / "models"
BUNDLED_FOLDER = MODELS / "minilm"


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
        files = dict(manifest["files"])
    except OSError as error:
        raise ModelError(path, f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError) as error:
        raise ModelError(path, "is not a manifest") from error
    for name, wanted in files.items():
        check_file(folder / name, wanted)
    return manifest


def check_file(path: Path, sha256: str, *, next_step: str = "") -> None:
    """Prove that a file is the one that was measured.

    Raises:
        ModelError: It is missing, or its sha256 differs.
    """
    try:
        found = sha256_of(path)
    except OSError as error:
        raise ModelError(path, f"cannot be read ({error.strerror})", next_step) from error
    if found != sha256:
        raise ModelError(path, "is not the file that was measured (its sha256 differs)", next_step)
