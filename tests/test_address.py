from pathlib import Path

import pytest

from rag.address import Address, local_folder, read_address, read_location
from rag.errors import SettingError


@pytest.mark.parametrize(
    ("text", "uri", "name", "place"),
    [
        ("milvus://db.example:19530/news", "http://db.example:19530", "news", "milvus://db.example:19530/news"),
        ("milvus://db.example/news", "http://db.example:19530", "news", "milvus://db.example:19530/news"),
        ("milvus+https://db.example:443/n_1", "https://db.example:443", "n_1", "milvus+https://db.example:443/n_1"),
        ("milvus://[::1]:19530/news", "http://[::1]:19530", "news", "milvus://[::1]:19530/news"),
        ("milvus:///data/lib.db", "/data/lib.db", "rag", "milvus:///data/lib.db"),
    ],
)
def test_an_address_says_where_a_library_is(text: str, uri: str, name: str, place: str) -> None:
    address = read_location(text)
    assert isinstance(address, Address)
    assert (address.uri, address.name, address.place, address.token) == (uri, name, place, "")


def test_a_password_is_read_and_never_shown() -> None:
    address = read_address("milvus://ann:p%40ss%2Fw@db.example:19530/news")
    assert address.token == "ann:p@ss/w"
    assert "p@ss" not in repr(address) + address.place
    assert "p%40ss" not in repr(address) + address.place


@pytest.mark.parametrize(
    "text",
    [
        "milvus://ann:secret@/news",
        "milvus://ann:secret@host",
        "milvus://ann:secret@host/two/parts",
        "milvus://ann:secret@host:port/news",
        "milvus://ann:secret@host/1news",
        "milvus:///no/file",
        "milvus+https:///a/file.db",
        "milvus://ann:secret@host/news?x=1",
    ],
)
def test_what_is_no_address_is_refused_without_the_password(text: str) -> None:
    with pytest.raises(SettingError, match="milvus://") as caught:
        read_address(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["index", "/a/folder", "milvus", "milvus:/x", "./milvus:x", "http://host/x"])
def test_anything_else_is_a_folder(text: str) -> None:
    assert read_location(text) == Path(text)


def test_what_a_program_keeps_to_itself_is_in_the_folder_of_the_library() -> None:
    assert local_folder(Path("index")) == Path("index")


def test_what_a_program_keeps_to_itself_for_milvus_is_in_a_folder_of_its_own(tmp_path: Path) -> None:
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    one, other = (local_folder(read_address(f"milvus://ann:secret@host/{name}"), environment) for name in ("a", "b"))
    assert one.parent == other.parent == tmp_path / "ask-the-article"
    assert one.name.startswith("host-19530-a-")
    assert one != other
    assert one == local_folder(read_address("milvus://host:19530/a"), environment)
