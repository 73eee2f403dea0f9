"""API keys: how they are written down, told apart and replaced while the service runs.

A key is 256 random bits, so a plain SHA-256 of it gives nothing away; only that digest is kept, as `name:digest`.
"""

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

_ENTRY = re.compile(r"(?P<name>[\w.-]+):(?P<digest>[0-9a-f]{64})", re.ASCII)
_log = logging.getLogger(__name__)


class Key(NamedTuple):
    """What is kept of a key: its holder's name and its SHA-256 in hexadecimal."""

    name: str
    digest: str


def generate(name: str) -> tuple[str, Key]:
    """Make a new key: the secret its holder sends, and what to keep of it.

    Raises:
        ValueError: If the name cannot stand in an entry.
    """
    secret = secrets.token_urlsafe(32)
    digest = _digest(secret)
    if not _ENTRY.fullmatch(f"{name}:{digest}"):
        raise ValueError("a key's name is made of letters, digits, dots, dashes and underscores")
    return secret, Key(name, digest)


def parse(entries: Iterable[str]) -> list[Key]:
    """Read `name:digest` entries; several may bear one name, as while a key is replaced.

    Raises:
        ValueError: If an entry is malformed, or there is none. It is not quoted, for it may hold a key by mistake.
    """
    keys = []
    for number, entry in enumerate(entries, 1):
        match = _ENTRY.fullmatch(entry.strip())
        if not match:
            raise ValueError(f"entry {number} is not name:digest, with a SHA-256 of 64 small hexadecimal digits")
        keys.append(Key(**match.groupdict()))
    if not keys:
        raise ValueError("holds no key")
    return keys


def read(path: Path) -> list[Key]:
    """Read a file of one entry a line; blank lines and lines that begin with # are left out.

    Raises:
        ValueError: As `parse` does.
        OSError: If it cannot be read.
    """
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return parse(line for line in lines if line and not line.startswith("#"))


class Keyring:
    """The keys in force: those given, and those of a file that is read anew when it changes.

    Args:
        entries: `name:digest` each.
        path: The file; None for none.

    Raises:
        ValueError, OSError: As `read` does.
    """

    def __init__(self, entries: Sequence[str], path: Path | None) -> None:
        self._given = parse(entries) if entries else []
        self._path = path
        self._stamp = _stamp(path) if path else None
        self._read = read(path) if path else []

    def __bool__(self) -> bool:
        """Whether any key is in force, and thus needed."""
        return bool(self._given or self._read)

    def holder(self, secret: str) -> str | None:
        """Name of the key; None if it is not in force. Takes as long for a wrong key as for any right one."""
        self._refresh()
        digest = _digest(secret)
        found = None
        for key in (*self._given, *self._read):
            if hmac.compare_digest(key.digest, digest):
                found = key.name
        return found

    def _refresh(self) -> None:
        if not self._path or (stamp := _stamp(self._path)) == self._stamp:
            return
        self._stamp = stamp  # before reading: a change in between is then read at the next request
        try:
            self._read = read(self._path)
            _log.info("API keys read anew from %s: %d", self._path, len(self._read))
        except (OSError, ValueError) as error:
            _log.error("API keys kept as they were, for %s cannot be used: %s", self._path, error)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _stamp(path: Path) -> tuple[int, ...] | None:
    """What differs when the file does; None while it is missing."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
