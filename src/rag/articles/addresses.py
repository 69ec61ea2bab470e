"""The address of a web page -> its bytes, from the public internet alone, and never more than asked for.

This file knows HTTP: which addresses, redirects, kinds of content and sizes are taken. Which machines are public is
in `public`, how they are dialled in `dialing`, and what the bytes mean in the readers.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import httpcore
import httpx

from rag.articles.dialing import INTERNET, Clock, Network, PublicBackend
from rag.articles.limits import LIMITS, Limits
from rag.articles.public import PORTS, is_refused
from rag.errors import FetchError, RefusedAddressError
from rag.version import VERSION

MOST_REDIRECTS = 3
LONGEST_ADDRESS = 2_000  # characters

USER_AGENT = f"ask-the-article/{VERSION} (reads one page when a person asks for it)"

SUFFIX_OF: Mapping[str, str] = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
"""The kinds of content that are taken, and as what."""

_UNNAMED = frozenset({"application/octet-stream", "binary/octet-stream"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PIECE = 65_536  # bytes


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: its bytes, their kind as the ending of a file, and where they came from in the end."""

    address: str
    suffix: str
    data: bytes


def fetch(address: str, *, limits: Limits = LIMITS, network: Network = INTERNET) -> Fetched:
    """Return what a public address gives; asks for nothing else, keeps no cookies and says who asks.

    Args:
        address: An http or https address.
        limits: Most bytes, as received and unpacked, and the time of the whole fetch.
        network: How names are looked up and addresses dialled.

    Raises:
        RefusedAddressError: It is no public address of a web page, or leads to one that is none.
        FetchError: The site cannot be reached, answers with an error, or sends too much or another kind of content.
        ReadStoppedError: It was cancelled.
    """
    clock = Clock(address, limits)
    url = _checked(address, address)
    context = httpx.create_ssl_context(trust_env=False)
    for _ in range(MOST_REDIRECTS + 1):
        backend = PublicBackend(network, clock)
        with httpcore.ConnectionPool(ssl_context=context, network_backend=backend) as pool:
            answer = _ask(pool, url, clock)
        if isinstance(answer, Fetched):
            return answer
        url = answer
    raise FetchError(address, f"it leads on to other addresses more than {MOST_REDIRECTS} times")


def _checked(asked: str, told: str) -> httpx.URL:
    """Return an address when it may be asked; `asked` is what messages name."""
    if len(told) > LONGEST_ADDRESS:
        raise RefusedAddressError(asked, f"it is longer than {LONGEST_ADDRESS:,} characters")
    try:
        url = httpx.URL(told.strip()).copy_with(fragment=None)
        host, port = url.raw_host.decode("ascii"), url.port
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise RefusedAddressError(asked, "it is not written like an address") from error
    if url.scheme not in ("http", "https") or not host:
        raise RefusedAddressError(asked, "it does not begin with http:// or https:// and the name of a site")
    if url.userinfo:
        raise RefusedAddressError(asked, "it holds a user name or a password")
    if port is not None and port not in PORTS:
        raise RefusedAddressError(asked, f"it asks for port {port}; only 80 and 443 are asked")
    if is_refused(host):
        raise RefusedAddressError(asked, f"{host} is not a public address")
    return url


def _ask(pool: httpcore.ConnectionPool, url: httpx.URL, clock: Clock) -> Fetched | httpx.URL:
    """Return what a site sends, or where it sends on to."""
    headers = [
        (b"Host", url.netloc),
        (b"User-Agent", USER_AGENT.encode()),
        (b"Accept", ", ".join(SUFFIX_OF).encode()),
        (b"Accept-Encoding", b"gzip"),
        (b"Connection", b"close"),
    ]
    target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    try:
        with pool.stream("GET", target, headers=headers) as response:
            told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            if response.status in _REDIRECTS and told.get("location"):
                return _next(url, told["location"], clock)
            if response.status != 200:
                raise FetchError(clock.address, f"the site answers with status {response.status}")
            suffix = _suffix(url, told.get("content-type", ""), clock)
            data = b"".join(_unpacked(response.iter_stream(), told, clock))
    except httpcore.TimeoutException as error:
        raise FetchError(clock.address, f"it takes more than {clock.limits.seconds:g} seconds") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error) as error:
        raise FetchError(clock.address, f"the connection broke off ({error})") from error
    return Fetched(str(url), suffix, _with_encoding(data, suffix, told.get("content-type", "")))


def _next(url: httpx.URL, location: str, clock: Clock) -> httpx.URL:
    try:
        told = str(url.join(location))
    except (httpx.InvalidURL, ValueError) as error:
        raise RefusedAddressError(clock.address, "it leads on to what is not written like an address") from error
    return _checked(clock.address, told)


def _suffix(url: httpx.URL, content_type: str, clock: Clock) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    by_name = PurePosixPath(url.path).suffix.lower()
    if kind in _UNNAMED and by_name in (".pdf", ".docx"):
        return by_name
    if kind not in SUFFIX_OF:
        what = f"content of the kind {kind[:80]!r}" if kind else "content of an unknown kind"
        raise FetchError(clock.address, f"it gives {what}, not a web page, text, PDF or Word file")
    return SUFFIX_OF[kind]


def _unpacked(pieces: Iterator[bytes], told: Mapping[str, str], clock: Clock) -> Iterator[bytes]:
    """Yield the content in pieces, unpacked, for as long as neither form is larger than it may be."""
    packing = told.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip", ""):
        raise FetchError(clock.address, f"the site packs it in a way that was not asked for ({packing[:40]})")
    most = clock.limits.file_bytes
    declared = told.get("content-length", "")
    if declared.isdigit() and len(declared) < 20 and int(declared) > most:
        raise FetchError(clock.address, f"it has more than {most:,} bytes")
    gunzip = zlib.decompressobj(wbits=31) if "gzip" in packing else None
    received = unpacked = 0
    for piece in pieces:
        clock.left()
        received += len(piece)
        for part in _gunzip(gunzip, piece) if gunzip else (piece,):
            unpacked += len(part)
            if max(received, unpacked) > most:
                raise FetchError(clock.address, f"it has more than {most:,} bytes")
            yield part
    if gunzip and not gunzip.eof:
        raise FetchError(clock.address, "the site broke off in the middle")


def _gunzip(gunzip: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
    while piece and not gunzip.eof:
        yield gunzip.decompress(piece, _PIECE)
        piece = gunzip.unconsumed_tail


def _with_encoding(data: bytes, suffix: str, content_type: str) -> bytes:
    """Return a text in UTF-8 when the site says how it is encoded and it is in another way."""
    if suffix not in (".html", ".txt", ".md"):
        return data
    parameters = (one.partition("=") for one in content_type.split(";")[1:])
    label = next((value.strip(" \"'") for name, _, value in parameters if name.strip().lower() == "charset"), "")
    try:
        data.decode()
    except UnicodeDecodeError:
        try:
            return b"\xef\xbb\xbf" + data.decode(label).encode()
        except (LookupError, UnicodeError, ValueError):  # said wrongly, or not at all
            return data
    return data
