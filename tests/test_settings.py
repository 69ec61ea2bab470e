from pathlib import Path

import pytest

from rag.errors import SettingError
from rag.settings import Settings, load_settings


def test_without_file_and_environment_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings({}) == Settings()


def test_the_file_beats_the_defaults_and_the_environment_beats_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('encoder = "mine"\nmax_quotes = 3\n')
    settings = load_settings({"RAG_SETTINGS": str(path), "RAG_MAX_QUOTES": "4"})
    assert (settings.encoder, settings.max_quotes) == ("mine", 4)


def test_a_file_beside_the_program_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rag.toml").write_text("threads = 1\n")
    assert load_settings({}).threads == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("quotes = 3", "The setting quotes=3 cannot be used: it must be one of balance"),
        ('max_quotes = "many"', "it must be a int"),
        ("max_quotes = 0", "a whole number of at least 1"),
        ("passage_tokens = 8", "at least 16"),
        ('balance = "bold"', "one of strict, balanced, eager"),
        ("max_quotes = ", "a readable TOML file"),
        ("max_quotes = true", "it must be a int"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(SettingError, match=message):
        load_settings({"RAG_SETTINGS": str(path)})


def test_a_named_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="a readable TOML file"):
        load_settings({"RAG_SETTINGS": str(tmp_path / "none.toml")})
