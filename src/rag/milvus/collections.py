"""The collections of a library: made when it is new, opened when it is not, and replaced generation by generation."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict

from rag.address import Address
from rag.errors import DamagedLibraryError, IndexMismatchError
from rag.milvus.schema import FACTS, FORMAT, NOWHERE, TEXT, About, Names
from rag.milvus.server import Field, Server

_KEY = Field("key", "INT64", {})
_NOWHERE = Field("nowhere", "FLOAT_VECTOR", {"dim": len(NOWHERE)})


def library_name(name: str) -> str:
    """Return the name of the collection that tells what a library is."""
    return f"{name}_library"


def library_exists(address: Address) -> bool:
    """Tell whether a library was begun at an address.

    Raises:
        MissingPackageError: The client of Milvus is not installed.
        LibraryError: It cannot be reached.
    """
    if address.file is not None and not address.file.exists():
        return False
    server = Server(address)
    try:
        return server.has(library_name(address.name))
    finally:
        server.close()


def begin(server: Server, encoder: str, dimensions: int) -> About:
    """Return what a library is, after making it when it is new, and opening its collections.

    Raises:
        DamagedLibraryError: What is there tells no library.
        IndexMismatchError: It has another format.
    """
    name = server.address.name
    if server.has(library_name(name)):
        server.open(library_name(name))
        about = read_about(server)
        if about is not None:
            open_all(server, about)
            return about
    server.create(library_name(name), [_KEY, _text("facts"), _NOWHERE])
    about = About(secrets.token_hex(4), encoder, dimensions, server.ranks_words())
    make(server, about)
    server.open(library_name(name), *_all(about.names(name)))
    switch(server, about)
    return read_about(server) or about  # another program may have just begun it too


def read_about(server: Server) -> About | None:
    """Return what a library is, None when it was never begun to the end.

    Raises:
        DamagedLibraryError: What is there tells no library.
        IndexMismatchError: It has another format.
    """
    place = server.address.place
    rows = server.of_keys(library_name(server.address.name), [FACTS], ["facts"])
    if not rows:
        return None
    try:
        values = json.loads(rows[0]["facts"])
        found = str(values["format"])
        if found != FORMAT:
            raise IndexMismatchError(place, "format", found, FORMAT)
        return About(**values)
    except (ValueError, KeyError, TypeError) as error:
        step = "Choose another name for the library with --index."
        raise DamagedLibraryError(place, "it was not written by this program", step) from error


def make(server: Server, about: About) -> None:
    """Make the collections of a generation."""
    names = about.names(server.address.name)
    row = [
        _text("id"),
        _text("facts"),
        _text("operation"),
        _text("reader"),
        _text("file"),
        *map(_number, ("changed", "added")),
    ]
    server.create(names.articles, [_KEY, *row, _NOWHERE])
    server.create(names.parts, [_KEY, *map(_number, ("article", "written")), _text("data"), _NOWHERE])
    places = map(_number, ("article", "written", "first", "last", "first_sentence", "last_sentence"))
    dense = Field("dense", "FLOAT_VECTOR", {"dim": about.dimensions})
    fields = [_KEY, *places, _text("published"), _text("source"), dense]
    if about.words:
        # stems come parted by spaces; no more is asked of the server, as servers differ in what they know
        fields.append(_text("words", enable_analyzer=True, analyzer_params={"tokenizer": "standard"}))
    server.create(names.passages, fields, words="words" if about.words else None)


def open_all(server: Server, about: About) -> None:
    """Open the collections of a generation."""
    server.open(*_all(about.names(server.address.name)))


def switch(server: Server, about: About) -> None:
    """Put a generation in use, in one write."""
    row = {"key": FACTS, "facts": json.dumps(asdict(about)), "nowhere": NOWHERE}
    server.put(library_name(server.address.name), [row])


def drop(server: Server, about: About) -> None:
    """Remove the collections of a generation that is not in use."""
    for collection in _all(about.names(server.address.name)):
        if server.has(collection):
            server.drop(collection)


def _all(names: Names) -> tuple[str, str, str]:
    return names.articles, names.parts, names.passages


def _text(name: str, **more: object) -> Field:
    return Field(name, "VARCHAR", {"max_length": TEXT, **more})


def _number(name: str) -> Field:
    return Field(name, "INT64", {})
