"""Files and pasted text become articles: bytes -> characters -> blocks of a known kind.

This file knows encodings and which reader takes which kind of file. It does not know sentences, where articles
are kept, or any format that needs more than decoding; those add a reader to `READERS`.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from rag.articles.bylines import DATE, is_byline, people
from rag.articles.files import file_size, load_bytes
from rag.articles.layout import LIST_MARKER, Piece, bare_heading, find_kinds, find_pieces
from rag.articles.metadata import UNKNOWN, Metadata, is_broken, merge, read_side_file, tidy
from rag.errors import EmptyTextError, NotTextError, TooLargeError, UnsupportedFormatError
from rag.records import Article, Block, Kind

MADE_TITLE = 80  # characters of a title that is made of the first words
LONGEST_SLUG = 40  # characters
HASH_DIGITS = 12  # hexadecimal, of an id: among a million texts of one name two collide once in 500 libraries
MOST_CONTROLS = 0.05  # share of control characters above which characters are not text


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader makes of a file: its text and what the format itself says about it."""

    text: str
    metadata: Metadata = UNKNOWN


Reader: TypeAlias = Callable[[bytes, str], Page]
"""The bytes of a file and its name for messages -> its page; raises a `ReadError`."""


def read_file(path: Path, *, max_bytes: int, given: Metadata = UNKNOWN) -> Article:
    """Read an article from a file, with what `NAME.json` beside it says.

    What is `given` wins over the side file's `title`, `authors`, `published`, `source` and `note`, and these
    win over what the text says. Other fields of the side file are ignored.

    Raises:
        UnreadableFileError: The file or its side file is missing, refused or not a file, or the side file is damaged.
        UnsupportedFormatError: No reader knows the suffix.
        TooLargeError: The file has more than `max_bytes` bytes; told before it is read.
        NotTextError: The bytes are not text.
        EmptyTextError: There is nothing but white space.
    """
    file_size(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnsupportedFormatError(path.name, SUFFIXES)
    page = reader(load_bytes(path, max_bytes=max_bytes), path.name)
    known = merge(merge(given, read_side_file(path)), page.metadata)
    return _make_article(path.name, page.text, known, stem=path.stem)


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
    return _make_article(name, text, metadata, stem=None)


def _read_plain(data: bytes, name: str) -> Page:
    return Page(decode(data, name))


READERS: Mapping[str, Reader] = {".txt": _read_plain, ".md": _read_plain, ".markdown": _read_plain}
SUFFIXES = tuple(sorted(READERS))
"""The endings of the files that can be read, small and with their dot."""

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


def decode(data: bytes, name: str) -> str:
    """Decode bytes by their byte order mark, as UTF-8, or in the most plausible old encoding.

    The byte order mark is dropped; nothing else is changed.

    Raises:
        NotTextError: No encoding fits.
    """
    mark, encoding = next(((mark, encoding) for mark, encoding in _BOMS if data.startswith(mark)), (b"", "utf-8"))
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        if mark or b"\x00" in data:
            raise NotTextError(name) from error
    return _decode_old(data, name)


def _decode_old(data: bytes, name: str) -> str:
    from charset_normalizer import from_bytes

    matches = from_bytes(data)
    best = matches.best()
    if best is None:
        raise NotTextError(name)
    equals = [match for match in matches if (match.chaos, match.coherence) == (best.chaos, best.coherence)]
    is_western = any("cp1252" in match.could_be_from_charset for match in equals)
    return data.decode("cp1252" if is_western else best.encoding)


def _check_text(text: str, name: str) -> None:
    controls = sum(unicodedata.category(char) == "Cc" and not char.isspace() for char in text)
    if is_broken(text) or controls > MOST_CONTROLS * len(text):
        raise NotTextError(name)
    if not any(char.isprintable() and not char.isspace() for char in text):
        raise EmptyTextError(name)


def _make_article(name: str, text: str, metadata: Metadata, *, stem: str | None) -> Article:
    _check_text(text, name)
    known = tidy(metadata, name)
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
