"""Every number that can be changed, with its unit and reason; knows nothing of what the numbers do.

Settings come from the defaults, then a TOML file (`$RAG_SETTINGS`, else `./rag.toml` when it is there), then
environment variables `RAG_<NAME>`. They are read once, at the edge of the program.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from rag.errors import SettingError

BUNDLED_ENCODER = "minilm"
MULTILINGUAL_ENCODER = "multilingual"

Balance: TypeAlias = Literal["strict", "balanced", "eager"]
"""How sure an answer must be; the shares of answerable questions let through are fitted by `rag train evidence`."""
BALANCES: tuple[Balance, ...] = get_args(Balance)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one run.

    Attributes:
        encoder: `minilm` is the bundled model, `multilingual` multilingual-e5-small; anything else is a
            sentence-transformers name or path.
        threads: Threads of the encoder; more than there are cores slows it down.
        passage_tokens: Longest passage, in tokens of the encoder. MiniLM was trained on 128.
        max_article_bytes: Largest article. A long book has about 2 million.
        max_file_bytes: Largest file that is no plain text: pictures and fonts around a text of at most
            `max_article_bytes`.
        max_question_characters: Longest question. A paragraph of instructions is not a question.
        max_quotes: Most quotes in a reply; more are no longer a summary.
        search_depth: Passages taken from each of the two rankings before they are fused.
        read_passages: Fused passages whose sentences are looked at for an answer.
        read_windows: Windows of those sentences that the scorer reads at first; most of the time of a reply.
        read_most_windows: Windows that it reads in all when nothing in those answers, and for questions whose answer
            stands in several places: views, reasons, lists.
        foreign_sentences: Sentences, of all articles that are asked, up to which a question in another language is
            compared with them; the first such question takes about 20 ms for each.
        compared_articles: Articles whose speakers are compared at most, those found first for the topic: more than
            anybody reads side by side.
        balance: `strict` rather refuses than quotes what does not answer, `eager` the other way round.
        rrf_k: Constant of reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009).
        compact_passages: Passages up to which the index on disk is built anew at every change; in a larger library
            so many, and a hundredth of the index, may wait in memory.
        flat_passages: Passages up to which a question's vector is compared with every passage's: 7 ms for 100,000.
        probed_percent: Share of the lists of like passages that are looked through when there are more: the fewer, the
            faster, and the more is missed (`rag bench growth` measures both).
    """

    encoder: str = BUNDLED_ENCODER
    threads: int = min(2, os.cpu_count() or 1)
    passage_tokens: int = 128
    max_article_bytes: int = 5_000_000
    max_file_bytes: int = 25_000_000
    max_question_characters: int = 1_000
    max_quotes: int = 6
    search_depth: int = 40
    read_passages: int = 16
    read_windows: int = 4
    read_most_windows: int = 6
    foreign_sentences: int = 300
    compared_articles: int = 30
    balance: Balance = "balanced"
    rrf_k: int = 60
    compact_passages: int = 1_000
    flat_passages: int = 100_000
    probed_percent: int = 20

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and value < 1:
                raise SettingError(field.name, value, "a whole number of at least 1")
        if self.passage_tokens < 16:
            raise SettingError("passage_tokens", self.passage_tokens, "at least 16")
        if self.probed_percent > 100:
            raise SettingError("probed_percent", self.probed_percent, "at most 100")
        if self.balance not in BALANCES:
            raise SettingError("balance", self.balance, f"one of {', '.join(BALANCES)}")
        if not self.encoder:
            own = f"{BUNDLED_ENCODER!r}, {MULTILINGUAL_ENCODER!r}"
            raise SettingError("encoder", self.encoder, f"{own}, or a model's name or path")


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings that the file and the environment give.

    Raises:
        SettingError: A file that is not TOML, an unknown name in it, or a value of the wrong kind.
    """
    named = environment.get("RAG_SETTINGS")
    path = Path(named or "rag.toml")
    values: dict[str, Any] = {}
    if named or path.is_file():
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingError("RAG_SETTINGS", str(path), f"a readable TOML file ({error})") from error
    known = {field.name: type(getattr(Settings(), field.name)) for field in fields(Settings)}
    values |= {name: environment[f"RAG_{name.upper()}"] for name in known if f"RAG_{name.upper()}" in environment}
    for name, value in values.items():
        if name not in known:
            raise SettingError(name, value, f"one of {', '.join(sorted(known))}")
        values[name] = _convert(name, value, known[name])
    return Settings(**values)


def _convert(name: str, value: object, kind: type) -> object:
    try:
        return value if type(value) is kind else kind(str(value))
    except ValueError:
        raise SettingError(name, value, f"a {kind.__name__}") from None
