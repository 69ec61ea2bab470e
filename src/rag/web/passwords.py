"""The file of names and passwords, in the form that `htpasswd -B` writes; knows bcrypt, nothing of requests.

It is read again when it changes. A file that breaks while the server runs leaves the names that were good before.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rag.errors import PasswordError, PasswordFileError, UnwritableFileError

_log = logging.getLogger(__name__)

COST = 12
"""Rounds of a new hash, as a power of 2: about 0.2 s for each try."""

MOST_COST = 15
"""Rounds of a hash that is accepted: about 2 s; more would let a log-in hold the machine."""

LONGEST = 72
"""Bytes of a password; bcrypt reads no more."""

SHORTEST = 8
"""Characters of a new password (NIST SP 800-63B)."""

NAMES = 10_000
"""Names in a file; more than that is no small team."""

_HASH = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}")
_NAME = re.compile(r"[^\x00-\x20:\x7f-\x9f]{1,64}")


def read_passwords(path: Path) -> dict[str, bytes]:
    """The hash of each name in a file.

    Raises:
        PasswordFileError: No such file, no names in it, or a line that is no name with a bcrypt hash.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise PasswordFileError(path, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise PasswordFileError(path, "it is not UTF-8 text") from error
    known: dict[str, bytes] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, digest = line.strip().partition(":")
        if not colon or not _NAME.fullmatch(name):
            raise PasswordFileError(path, "it is not name:hash", line=number)
        if name in known:
            raise PasswordFileError(path, "its name stands above already", line=number)
        match = _HASH.fullmatch(digest)
        if match is None:
            raise PasswordFileError(path, "its hash is not of the kind bcrypt ($2y$)", line=number)
        if not 4 <= int(match[1]) <= MOST_COST:
            raise PasswordFileError(path, f"its hash has a cost outside 4 to {MOST_COST}", line=number)
        known[name] = digest.encode("ascii")
    if not known:
        raise PasswordFileError(path, "it has no names")
    if len(known) > NAMES:
        raise PasswordFileError(path, f"it has more than {NAMES:,} names")
    return known


def write_password(path: Path, name: str, password: str) -> bool:
    """Put a name with a new password into a file, all or nothing; True when the name is new there.

    Raises:
        PasswordError: A name or password that cannot be one.
        PasswordFileError: What stands in the file already is no file of passwords.
        UnwritableFileError: The file cannot be written.
    """
    import bcrypt

    if not _NAME.fullmatch(name):
        raise PasswordError(f"name {name[:64]!r} cannot be used", "Choose up to 64 characters without spaces or colon.")
    if len(password) < SHORTEST:
        raise PasswordError("password is too short", f"Choose one of at least {SHORTEST} characters.")
    if len(password.encode("utf-8", "replace")) > LONGEST or not password.isprintable():
        raise PasswordError("password cannot be used", f"Choose one of at most {LONGEST} bytes, without line ends.")
    known = read_passwords(path) if path.is_file() and path.stat().st_size else {}
    new = name not in known
    known[name] = bcrypt.hashpw(password.encode("utf-8"), bcrypt.gensalt(COST))
    text = "".join(f"{one}:{digest.decode('ascii')}\n" for one, digest in known.items())
    try:
        handle, beside = tempfile.mkstemp(dir=path.resolve().parent, prefix=f".{path.name}.")  # made with mode 0600
        try:
            with open(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path.resolve())
        except OSError:
            os.unlink(beside)
            raise
    except OSError as error:
        raise UnwritableFileError(path, error.strerror or str(error)) from error
    return new


def fits(password: str, digest: bytes) -> bool:
    """Whether a password is the one of a hash; takes as long when it is not."""
    import bcrypt

    return bcrypt.checkpw(password.encode("utf-8", "replace")[:LONGEST], digest)


class Passwords:
    """The names of a file and their hashes, as the file has them now."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            PasswordFileError: It cannot be used.
        """
        self._path = path
        self._seen = _state(path)
        self._known: Mapping[str, bytes] = read_passwords(path)

    def hash_of(self, name: str) -> bytes | None:
        """The hash of a name, or None."""
        self._refresh()
        return self._known.get(name)

    def nobody(self) -> bytes:
        """A hash that no password fits and that takes as long to try as the slowest of the file."""
        slowest = max(self._known.values(), key=lambda digest: digest[4:6])
        return slowest[:7] + b"." * 53

    def _refresh(self) -> None:
        state = _state(self._path)
        if state == self._seen:
            return
        self._seen = state
        try:
            self._known = read_passwords(self._path)
        except PasswordFileError as error:
            _log.error("%s Until then the names that were good before can log in.", error)


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
