"""What whoever runs the server may choose; knows how it is written, not what it does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import SettingError

_BASE_PATH = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+")
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_YES, _NO = ("1", "yes", "true"), ("", "0", "no", "false")


@dataclass(frozen=True, slots=True)
class WebOptions:
    """How the web application behaves.

    Attributes:
        read_only: Nobody can add, rename or remove articles through the web.
        max_articles: Articles that the library may hold; no limit when left out.
        base_path: The path below which everything is reached, like `/news`; empty at the root of a host.
        auth: File of names and passwords; everybody may come in when left out.
        log_questions: The log holds the questions that are asked too.
        names: Host names to answer to, besides the address that is listened on.
        proxies: Addresses of proxies that are believed when they say who is asking and whether it is https.
    """

    read_only: bool = False
    max_articles: int | None = None
    base_path: str = ""
    auth: Path | None = None
    log_questions: bool = False
    names: Sequence[str] = ()
    proxies: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.max_articles is not None and self.max_articles < 1:
            raise SettingError("max-articles", self.max_articles, "a whole number of at least 1")
        if self.base_path and not _BASE_PATH.fullmatch(self.base_path):
            raise SettingError("base-path", self.base_path, "a path like /news, without a slash at its end")
        for name in (*self.names, *self.proxies):
            if not _HOST.fullmatch(name):
                raise SettingError("site or proxy", name, "a host name or an address, without scheme or path")


def options_of(environment: Mapping[str, str]) -> WebOptions:
    """Return the options that variables give.

    Args:
        environment: `RAG_AUTH`, `RAG_BASE_PATH`, `RAG_MAX_ARTICLES`, `RAG_READ_ONLY`, `RAG_LOG_QUESTIONS`, and
            `RAG_SITE` and `RAG_PROXY` with commas between several.

    Raises:
        SettingError: A value that cannot be used.
    """
    auth, most = environment.get("RAG_AUTH"), environment.get("RAG_MAX_ARTICLES")
    return WebOptions(
        read_only=_flag(environment, "RAG_READ_ONLY"),
        max_articles=_count(most) if most else None,
        base_path=environment.get("RAG_BASE_PATH", "").rstrip("/"),
        auth=Path(auth) if auth else None,
        log_questions=_flag(environment, "RAG_LOG_QUESTIONS"),
        names=_several(environment.get("RAG_SITE", "")),
        proxies=_several(environment.get("RAG_PROXY", "")),
    )


def _flag(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name, "").strip().lower()
    if value not in (*_YES, *_NO):
        raise SettingError(name, value, "1 or 0")
    return value in _YES


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise SettingError("RAG_MAX_ARTICLES", value, "a whole number of at least 1")
    return int(value)


def _several(value: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in value.split(",") if one.strip())
