"""Files, sent bytes and pasted text become articles: bytes -> page -> blocks of a known kind.

This file knows what wins over what, and the names of articles. It does not know formats, sentences, or where
articles are kept; a new format adds a reader to `READERS`.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.articles.apart import read_apart
from rag.articles.bylines import DATE, is_byline, people
from rag.articles.decoding import decode
from rag.articles.files import file_size, load_bytes
from rag.articles.layout import LIST_MARKER, Piece, bare_heading, find_kinds, find_pieces, pieces_of
from rag.articles.limits import LIMITS, Limits
from rag.articles.metadata import UNKNOWN, Metadata, is_broken, merge, read_side_file, tidy
from rag.articles.page import Page
from rag.articles.readers import PLAIN, READERS, SUFFIXES
from rag.errors import EmptyTextError, NotTextError, TooLargeError, UnsupportedFormatError, shorten
from rag.records import Article, Block, Kind

if TYPE_CHECKING:
    from rag.articles.dialing import Network

MADE_TITLE = 80  # characters of a title that is made of the first words
LONGEST_SLUG = 40  # characters
HASH_DIGITS = 12  # hexadecimal, of an id: among a million texts of one name two collide once in 500 libraries
MOST_CONTROLS = 0.05  # share of control characters above which characters are not text


def read_file(path: Path, *, max_bytes: int, given: Metadata = UNKNOWN, limits: Limits = LIMITS) -> Article:
    """Read an article from a file, with what `NAME.json` beside it says.

    What is `given` wins over the side file's `title`, `authors`, `published`, `source` and `note`, these win over
    what the format says about the article, and this wins over what the text says. Other fields of the side file
    are ignored.

    Args:
        path: The file; its ending tells its kind.
        max_bytes: Most bytes of the text, and so of a plain file.
        given: What is known about the article.
        limits: What reading may cost.

    Raises:
        UnreadableFileError: The file or its side file is missing, refused or not a file, or the side file is damaged.
        UnsupportedFormatError: No reader knows the suffix.
        TooLargeError: The file has more bytes than its kind may have; told before it is read.
        EmptyTextError: There is nothing but white space.
        ReadError: The bytes are not what the suffix says, or what is in them cannot be read; see `rag.errors`.
    """
    file_size(path)
    suffix = _known_suffix(path.name)
    most, setting = _largest(suffix, max_bytes, limits)
    data = load_bytes(path, max_bytes=most, setting=setting)
    name = shorten(path.name)
    page = _read_page(data, name, suffix, max_bytes=max_bytes, limits=limits)
    known = merge(merge(given, read_side_file(path)), page.metadata)
    return _make_article(name, page, known, stem=path.stem)


def read_upload(
    data: bytes, *, name: str, max_bytes: int, given: Metadata = UNKNOWN, limits: Limits = LIMITS
) -> Article:
    """Make an article of the bytes of a file that somebody sends, as `read_file` does.

    Args:
        data: The bytes.
        name: What the sender calls the file: a label, whose ending tells the kind. It is never used as a path.
        max_bytes: Most bytes of the text, and so of a plain file.
        given: What is known about the article.
        limits: What reading may cost.

    Raises:
        UnsupportedFormatError: No reader knows the ending of the name.
        TooLargeError: There are more bytes than a file of its kind may have.
        EmptyTextError: There is nothing but white space.
        ReadError: The bytes are not what the name says, or what is in them cannot be read; see `rag.errors`.
    """
    label = shorten(re.split(r"[/\\]", name.strip())[-1]) or "the file"
    suffix = _known_suffix(label)
    most, setting = _largest(suffix, max_bytes, limits)
    if len(data) > most:
        raise TooLargeError(label, len(data), most, setting=setting)
    page = _read_page(data, label, suffix, max_bytes=max_bytes, limits=limits)
    return _make_article(label, page, merge(given, page.metadata), stem=label[: -len(suffix)])


def read_address(
    address: str,
    *,
    max_bytes: int,
    given: Metadata = UNKNOWN,
    limits: Limits = LIMITS,
    network: Network | None = None,
) -> Article:
    """Fetch a public address and make an article of what it gives, as `read_upload` does.

    The article's source is the address that gave it in the end, unless one is `given`.

    Args:
        address: The http or https address of a web page, a text, a PDF or a Word file.
        max_bytes: Most bytes of the text.
        given: What is known about the article.
        limits: What fetching and reading may cost.
        network: How names are looked up and addresses dialled; as the system does when left out.

    Raises:
        RefusedAddressError: It is no public address of a web page, or leads to one that is none.
        FetchError: The site cannot be reached, answers with an error, or sends too much or another kind of content.
        ReadError: What it gives cannot be read; see `rag.errors`.
    """
    from rag.articles.addresses import fetch
    from rag.articles.dialing import INTERNET

    fetched = fetch(address, limits=limits, network=network or INTERNET)
    name = shorten(address)
    page = _read_page(fetched.data, name, fetched.suffix, max_bytes=max_bytes, limits=limits)
    known = merge(merge(given, Metadata(source=fetched.address)), page.metadata)
    return _make_article(name, page, known, stem=None)


def read_bytes(data: bytes, *, name: str, max_bytes: int, given: Metadata = UNKNOWN) -> Article:
    """Make an article of the bytes of a plain text that is in no file, as `read_text` does.

    Raises:
        TooLargeError: There are more than `max_bytes` bytes.
        NotTextError: The bytes are not text.
        EmptyTextError: There is nothing but white space.
    """
    if len(data) > max_bytes:
        raise TooLargeError(name, len(data), max_bytes)
    return read_text(decode(data, name), name=name, metadata=given)


def read_text(text: str, *, name: str = "pasted text", metadata: Metadata = UNKNOWN) -> Article:
    """Make an article of a text, kept exactly as it is.

    The title is the given one, else the first Markdown heading of level 1, else the first line if it looks
    like a headline, else the first words. Authors and date are the given ones, else those of the byline.

    Args:
        text: The whole text.
        name: What messages call it.
        metadata: What is known about it.

    Raises:
        NotTextError: It holds NUL or lone surrogates, or too many control characters.
        EmptyTextError: There is nothing but white space.
    """
    return _make_article(name, Page(text), metadata, stem=None)


def _known_suffix(name: str) -> str:
    suffix = Path(name).suffix.lower()
    if suffix not in READERS:
        raise UnsupportedFormatError(name, SUFFIXES)
    return suffix


def _largest(suffix: str, max_bytes: int, limits: Limits) -> tuple[int, str]:
    """Tell how many bytes a file of a kind may have, and the setting that says so."""
    return (max_bytes, "max_article_bytes") if suffix in PLAIN else (limits.file_bytes, "max_file_bytes")


def _read_page(data: bytes, name: str, suffix: str, *, max_bytes: int, limits: Limits) -> Page:
    if not data:
        raise EmptyTextError(name)
    if suffix in PLAIN:
        return READERS[suffix](data, name)
    return read_apart(data, name, suffix, max_bytes=max_bytes, limits=limits)


def _check_text(text: str, name: str) -> None:
    controls = sum(unicodedata.category(char) == "Cc" and not char.isspace() for char in text)
    if is_broken(text) or controls > MOST_CONTROLS * len(text):
        raise NotTextError(name)
    if not any(char.isprintable() and not char.isspace() for char in text):
        raise EmptyTextError(name)


def _make_article(name: str, page: Page, metadata: Metadata, *, stem: str | None) -> Article:
    text = page.text
    _check_text(text, name)
    known = tidy(metadata, name)
    if page.blocks:
        pieces, kinds = pieces_of(text, page.blocks), [block.kind for block in page.blocks]
    else:
        pieces = find_pieces(text)
        kinds = find_kinds(pieces, known.title)
    known = merge(known, _told(pieces, kinds))
    title = known.title or _first_words(pieces)
    digest = hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS]
    blocks = tuple(Block(piece.range, kind) for piece, kind in zip(pieces, kinds, strict=True))
    return Article(
        f"{_slug(stem or title)}-{digest}",
        text,
        title,
        blocks,
        known.authors,
        known.published,
        known.source,
        known.note,
        page.pages,
    )


def _slug(words: str) -> str:
    ascii_words = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_words.lower()).strip("-")
    return slug[:LONGEST_SLUG].strip("-") or "article"


def _told(pieces: Sequence[Piece], kinds: Sequence[Kind]) -> Metadata:
    """Find what the title and the bylines at the top say."""
    title = next((bare_heading(piece.text) for piece, kind in zip(pieces, kinds, strict=True) if kind == "title"), None)
    bylines = [
        piece.text for piece, kind in zip(pieces, kinds, strict=True) if kind == "byline" and is_byline(piece.text)
    ]
    dates = (DATE.search(byline) for byline in bylines)
    return Metadata(
        title=title,
        authors=tuple(dict.fromkeys(author for byline in bylines for author in people(byline))),
        published=next((date[0] for date in dates if date), None),
    )


def _first_words(pieces: Sequence[Piece]) -> str:
    first = next((piece for piece in pieces if any(map(str.isalnum, piece.text))), pieces[0])
    words = bare_heading(LIST_MARKER.sub("", first.text[: 4 * MADE_TITLE], count=1))
    shortened = textwrap.shorten(words, MADE_TITLE, placeholder="…")
    return shortened if shortened != "…" else words[: MADE_TITLE - 1] + "…"
