"""How addresses are fetched, and which never are."""

from __future__ import annotations

import gzip
import ssl
import time
from http.server import BaseHTTPRequestHandler

import httpcore
import pytest
from sites import PUBLIC, Internet, Site, answer, internet, moved

from rag.articles import Limits, Metadata, read_address
from rag.articles.addresses import USER_AGENT, Fetched, fetch
from rag.articles.dialing import Network
from rag.articles.public import is_public, is_refused
from rag.errors import EmptyTextError, FetchError, ReadStoppedError, RefusedAddressError
from rag.records import Article

TEXT = b"Rain in Baku\n\nHeavy rain closed four streets in Baku on Monday.\n"
RAIN = answer(TEXT, kind="text/plain")


def fetched(address: str, pages: dict[str, Site], limits: Limits | None = None, **names: list[list[str]]) -> Fetched:
    with internet(pages) as net:
        net.names.update({name.replace("_", "."): list(answers) for name, answers in names.items()})
        return fetch(address, network=net.network, limits=limits or Limits())


def refusal(address: str, pages: dict[str, Site] | None = None, **names: list[list[str]]) -> str:
    with pytest.raises(RefusedAddressError) as error:
        fetched(address, pages or {}, None, **names)
    return error.value.cause


def failure(address: str, pages: dict[str, Site], limits: Limits | None = None) -> str:
    with pytest.raises(FetchError) as error:
        fetched(address, pages, limits)
    return error.value.cause


# What comes back


def test_a_page_is_fetched_from_exactly_the_address_that_was_looked_up() -> None:
    with internet({"news.example/rain?a=1": RAIN}) as net:
        got = fetch("http://news.example/rain?a=1#part", network=net.network)
    assert got == Fetched("http://news.example/rain?a=1", ".txt", TEXT)
    assert (net.looked_up, net.dialled) == (["news.example"], [(PUBLIC, 80)])


def test_who_asks_is_said_honestly_and_nothing_else_is() -> None:
    with internet({"news.example/": answer(b"x", Set_Cookie="a=1"), "news.example/a": moved("/")}) as net:
        fetch("http://news.example/a", network=net.network)
    told = {name for request in net.requests for name in request}
    assert told == {"path", "host", "user-agent", "accept", "accept-encoding", "connection"}
    assert {request["user-agent"] for request in net.requests} == {USER_AGENT}


def test_an_environment_with_a_proxy_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert fetched("http://news.example/", {"news.example/": RAIN}).data == TEXT


@pytest.mark.parametrize(
    ("kind", "path", "suffix"),
    [
        ("text/html; charset=utf-8", "/", ".html"),
        ("application/xhtml+xml", "/", ".html"),
        ("TEXT/PLAIN", "/", ".txt"),
        ("application/pdf", "/a", ".pdf"),
        ("application/octet-stream", "/a.pdf", ".pdf"),
    ],
)
def test_the_kind_of_content_tells_the_reader(kind: str, path: str, suffix: str) -> None:
    assert fetched(f"http://news.example{path}", {f"news.example{path}": answer(b"x", kind=kind)}).suffix == suffix


@pytest.mark.parametrize("kind", ["image/png", "application/json", "application/octet-stream", "", None])
def test_other_kinds_of_content_are_not_taken(kind: str | None) -> None:
    cause = failure("http://news.example/", {"news.example/": answer(b"x", kind=kind)})
    assert cause.endswith("not a web page, text, PDF or Word file")


def test_packed_content_is_unpacked() -> None:
    page = answer(gzip.compress(TEXT), kind="text/plain", Content_Encoding="gzip")
    assert fetched("http://news.example/", {"news.example/": page}).data == TEXT


def test_the_encoding_that_the_site_tells_is_heard() -> None:
    page = answer("Привет".encode("koi8-r"), kind='text/plain; charset="KOI8-R"')
    assert fetched("http://news.example/", {"news.example/": page}).data.decode("utf-8-sig") == "Привет"


def test_the_source_of_an_article_is_where_it_came_from_in_the_end() -> None:
    with internet({"news.example/old": moved("http://www.news.example/new"), "www.news.example/new": RAIN}) as net:
        article = read_address("http://news.example/old", max_bytes=1_000, network=net.network)
        given = read_address(
            "http://news.example/old", max_bytes=1_000, given=Metadata(source="Paper"), network=net.network
        )
    assert (article.title, article.text) == ("Rain in Baku", TEXT.decode())
    assert (article.source, given.source) == ("http://www.news.example/new", "Paper")


def test_an_empty_page_is_told_by_its_address() -> None:
    def read(net: Internet) -> Article:
        return read_address("http://news.example/", max_bytes=1_000, network=net.network)

    with internet({"news.example/": answer(b"  ", kind="text/plain")}) as net, pytest.raises(EmptyTextError) as error:
        read(net)
    assert str(error.value).startswith("http://news.example/ is empty.")


# Refused addresses


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1",
        "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2001::1", "2001:0:7f00:1::",
        "2600::5efe:7f00:1", "2600::200:5efe:a00:1", "100::1", "", "localhost", "127.1", "0x7f000001",
    ],
)  # fmt: skip
def test_no_other_address_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "::ffff:8.8.8.8", "2002:808:808::1", "64:ff9b::808:808"],
)
def test_public_addresses_are_public_whatever_wraps_them(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("host", "refused"),
    [
        ("2130706433", True),
        ("134744072", True),
        ("0x7f.1", True),
        ("0x7f000001", True),
        ("0177.0.0.1", True),
        ("127.1", True),
        ("8.8.8.8.", True),
        ("news.0x", True),
        ("10.0.0.1", True),
        ("::1", True),
        ("8.8.8.8", False),
        ("2606:4700:4700::1111", False),
        ("news.example", False),
        ("4news.example1", False),
    ],
)
def test_a_host_that_is_a_number_must_be_a_plain_public_address(host: str, refused: bool) -> None:
    assert is_refused(host) is refused


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "169.254.169.254", "10.1.1.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "::ffff:127.0.0.1",
        "2002:7f00::1", "64:ff9b::7f00:1",
    ],
)  # fmt: skip
def test_a_name_that_means_a_private_machine_is_refused(address: str) -> None:
    assert refusal("http://news.example/", news_example=[[address]]) == (
        f"news.example is {address}, which is not a public address"
    )


def test_every_address_of_a_name_must_be_public_and_none_is_dialled_else() -> None:
    with internet({"news.example/": RAIN}) as net:
        net.names["news.example"] = [[PUBLIC, "10.0.0.1"]]
        with pytest.raises(RefusedAddressError):
            fetch("http://news.example/", network=net.network)
    assert net.dialled == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[2002:7f00::1]", "[64:ff9b::7f00:1]", "2130706433", "0x7f.1",
        "017700000001", "127.1", "134744072",
    ],
)  # fmt: skip
def test_a_private_or_odd_number_as_the_host_is_refused(host: str) -> None:
    assert refusal(f"http://{host}/") == f"{host.strip('[]')} is not a public address"


@pytest.mark.parametrize(
    ("address", "cause"),
    [
        ("ftp://news.example/", "it does not begin with http:// or https:// and the name of a site"),
        ("file:///etc/passwd", "it does not begin with http:// or https:// and the name of a site"),
        ("news.example", "it does not begin with http:// or https:// and the name of a site"),
        ("http://", "it does not begin with http:// or https:// and the name of a site"),
        ("http://news.example:8080/", "it asks for port 8080; only 80 and 443 are asked"),
        ("http://news.example:22/", "it asks for port 22; only 80 and 443 are asked"),
        ("http://jane:secret@news.example/", "it holds a user name or a password"),
        ("http://news.example@127.0.0.1/", "it holds a user name or a password"),
        ("http://news.example:x/", "it is not written like an address"),
        ("http://0177.0.0.1/", "it is not written like an address"),
        ("http://news\n.example/", "it is not written like an address"),
        ("http://news.example/" + "a" * 2_000, "it is longer than 2,000 characters"),
    ],
)
def test_what_is_no_address_of_a_page_is_refused(address: str, cause: str) -> None:
    assert refusal(address) == cause


@pytest.mark.parametrize(
    ("to", "cause"),
    [
        ("http://127.0.0.1/", "127.0.0.1"),
        ("http://inside.example/", "inside.example is 10.0.0.1"),
        ("//inside.example/", "inside.example is 10.0.0.1"),
        ("file:///etc/passwd", "it does not begin with http"),
        ("http://a:b@news.example/", "it holds a user name"),
        ("http://news.example:8080/", "it asks for port 8080"),
        ("https://[::1]/", "::1"),
    ],
)
def test_an_address_that_leads_on_is_checked_anew(to: str, cause: str) -> None:
    assert cause in refusal("http://news.example/", {"news.example/": moved(to)}, inside_example=[["10.0.0.1"]])


def test_a_name_that_means_another_machine_a_moment_later_is_not_asked_again() -> None:
    with internet({"news.example/": RAIN}) as net:
        net.names["news.example"] = [[PUBLIC], ["127.0.0.1"]]
        assert fetch("http://news.example/", network=net.network).data == TEXT
    assert (net.looked_up, net.dialled) == (["news.example"], [(PUBLIC, 80)])


def test_a_name_that_turns_private_between_two_steps_is_refused() -> None:
    cause = refusal("http://news.example/", {"news.example/": moved("/b")}, news_example=[[PUBLIC], ["127.0.0.1"]])
    assert cause == "news.example is 127.0.0.1, which is not a public address"


def test_three_steps_are_followed_and_no_fourth() -> None:
    pages = {f"news.example/{at}": moved(f"/{at + 1}") for at in range(4)}
    assert fetched("http://news.example/1", {**pages, "news.example/4": RAIN}).data == TEXT
    assert failure("http://news.example/0", {**pages, "news.example/4": RAIN}) == (
        "it leads on to other addresses more than 3 times"
    )


# Failures


@pytest.mark.parametrize("status", [204, 304, 401, 404, 500])
def test_the_status_of_a_page_that_is_none_is_told(status: int) -> None:
    page = answer(status=status)
    assert failure("http://news.example/", {"news.example/": page}) == f"the site answers with status {status}"


def test_more_bytes_than_allowed_are_not_received() -> None:
    assert fetched("http://news.example/", {"news.example/": answer(b"x" * 100)}, Limits(file_bytes=100)).data
    cause = failure("http://news.example/", {"news.example/": answer(b"x" * 101)}, Limits(file_bytes=100))
    assert cause == "it has more than 100 bytes"


def test_a_size_that_is_told_is_believed_before_a_byte_is_read() -> None:
    page = answer(b"", Content_Length="101")
    assert failure("http://news.example/", {"news.example/": page}, Limits(file_bytes=100)) == (
        "it has more than 100 bytes"
    )


def test_a_bomb_of_packed_content_is_not_unpacked() -> None:
    page = answer(gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")
    cause = failure("http://news.example/", {"news.example/": page}, Limits(file_bytes=1_000_000))
    assert cause == "it has more than 1,000,000 bytes"


@pytest.mark.parametrize("packing", ["br", "zstd", "gzip, gzip"])
def test_content_packed_in_another_way_is_not_taken(packing: str) -> None:
    page = answer(b"x", Content_Encoding=packing)
    assert "was not asked for" in failure("http://news.example/", {"news.example/": page})


@pytest.mark.parametrize("body", [gzip.compress(TEXT)[:-9], b"no gzip", b""])
def test_packed_content_that_breaks_off_is_told(body: bytes) -> None:
    page = answer(body, kind="text/plain", Content_Encoding="gzip")
    assert "broke off" in failure("http://news.example/", {"news.example/": page})


def _drip(handler: BaseHTTPRequestHandler) -> None:
    """Begin an answer and never end it."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(100):
        handler.wfile.write(b"X-%d: y\r\n" % number)
        time.sleep(0.05)


def test_one_deadline_ends_a_site_that_drips() -> None:
    cause = failure("http://news.example/", {"news.example/": _drip}, Limits(seconds=0.3))
    assert cause == "it takes more than 0.3 seconds"


def test_a_fetch_can_be_cancelled() -> None:
    looks = iter([False] * 6)
    with pytest.raises(ReadStoppedError):
        fetched("http://news.example/", {"news.example/": _drip}, Limits(cancelled=lambda: next(looks, True)))


def test_a_site_that_hangs_up_and_a_name_of_nobody_are_told() -> None:
    assert "broke off" in failure("http://news.example/", {"news.example/": lambda handler: None})
    with pytest.raises(FetchError) as error:
        fetched("http://nobody.example/", {}, nobody_example=[[]])
    assert error.value.cause == "no site is called nobody.example"


class Greeted(httpcore.NetworkStream):
    """A connection that ends when encryption begins, and keeps for whom it was."""

    def __init__(self) -> None:
        self.asked: list[tuple[str | None, bool, ssl.VerifyMode]] = []

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self.asked.append((server_hostname, ssl_context.check_hostname, ssl_context.verify_mode))
        raise httpcore.ConnectError("no certificate")

    def close(self) -> None:
        """Nothing is open."""


def test_an_encrypted_site_must_prove_its_name_though_its_address_is_dialled() -> None:
    stream = Greeted()
    dialled: list[tuple[str, int]] = []

    def dial(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        dialled.append((address, port))
        return stream

    with pytest.raises(FetchError, match="the connection broke off"):
        fetch("https://news.example/", network=Network(lambda host, port: [PUBLIC], dial))
    assert (dialled, stream.asked) == ([(PUBLIC, 443)], [("news.example", True, ssl.CERT_REQUIRED)])


def test_a_name_in_other_letters_is_looked_up_as_the_network_writes_it() -> None:
    with internet({"xn--bcher-kva.example/": RAIN}) as net:
        assert fetch("http://bücher.example/", network=net.network).address == "http://xn--bcher-kva.example/"
    assert net.looked_up == ["xn--bcher-kva.example"]


def test_the_next_address_is_dialled_when_one_does_not_answer() -> None:
    tried: list[str] = []

    def dial(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        tried.append(address)
        raise httpcore.ConnectError

    with pytest.raises(FetchError, match=r"news\.example cannot be reached"):
        fetch("http://news.example/", network=Network(lambda host, port: [PUBLIC, "8.8.8.8"], dial))
    assert tried == [PUBLIC, "8.8.8.8"]
