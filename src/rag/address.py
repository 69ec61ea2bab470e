"""What `--index` says -> where a library is: a folder, or a name in Milvus; opens nothing."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import SplitResult, unquote, urlsplit

from rag.errors import SettingError, shorten

_SCHEMES = {"milvus": "http", "milvus+https": "https"}
_PORT = 19_530
_IN_A_FILE = "rag"
"""Name of the library in a file, which holds one."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_WANTED = "milvus://[USER:PASSWORD@]HOST:PORT/NAME, milvus+https://... or milvus:///ABSOLUTE/PATH/FILE.db"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a library is.

    Attributes:
        uri: Of the server as its client wants it, or the path of a file.
        name: Of the library there; its collections begin with it.
        place: The address in words for people, without a password.
        token: Name and password, empty for none.
        text: What `--index` said, with the password.
    """

    uri: str
    name: str
    place: str
    token: str = field(default="", repr=False)
    text: str = field(default="", repr=False, compare=False)

    def __str__(self) -> str:
        return self.place

    @property
    def file(self) -> Path | None:
        """The file of Milvus Lite, None for a server."""
        return None if self.uri.startswith("http") else Path(self.uri)


Location: TypeAlias = Path | Address
"""Where a library is."""


def read_location(text: str) -> Location:
    """Return where a library is: in Milvus, or in a folder.

    Raises:
        SettingError: It begins as an address in Milvus and is none; no password is in the message.
    """
    scheme, mark, _ = text.partition("://")
    return read_address(text) if mark and scheme in _SCHEMES else Path(text)


def local_folder(location: Location, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for what a program keeps to itself, like the last reply: the library's own, when it has one."""
    if isinstance(location, Path):
        return location
    state = Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    name = re.sub(r"[^A-Za-z0-9]+", "-", location.place.partition("://")[2]).strip("-")
    return state / "ask-the-article" / f"{name[-60:]}-{hashlib.sha256(location.place.encode()).hexdigest()[:8]}"


def read_address(text: str) -> Address:
    """Return where a library is.

    Raises:
        SettingError: The address is none; no password is in the message.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port or _PORT
    except ValueError:
        raise _wrong(text) from None
    if parts.scheme not in _SCHEMES or parts.query or parts.fragment:
        raise _wrong(text)
    if not parts.netloc:
        return _in_a_file(parts, text)
    name = parts.path.strip("/")
    if not host or not _NAME.fullmatch(name):
        raise _wrong(text)
    shown = f"[{host}]" if ":" in host else host
    token = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
    place = f"{parts.scheme}://{shown}:{port}/{name}"
    return Address(f"{_SCHEMES[parts.scheme]}://{shown}:{port}", name, place, token, text)


def _in_a_file(parts: SplitResult, text: str) -> Address:
    path = unquote(parts.path)
    if parts.scheme != "milvus" or not path.endswith(".db") or path == "/.db":
        raise _wrong(text)
    return Address(path, _IN_A_FILE, f"milvus://{path}", text=text)


def _wrong(text: str) -> SettingError:
    return SettingError("index", shorten(re.sub(r"//[^/]*@", "//", text)), _WANTED)
