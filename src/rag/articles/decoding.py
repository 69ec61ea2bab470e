"""Bytes -> characters: by their byte order mark, as UTF-8, or in the most plausible old encoding.

This file knows encodings, not what the characters mean.
"""

from __future__ import annotations

from rag.errors import NotTextError

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
