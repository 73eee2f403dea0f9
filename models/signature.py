"""Signature of an artefact: only holders of a key can make a model that a service with that key will load."""

import hashlib
import hmac
import os
from pathlib import Path

SIGNATURE = "manifest.sig"
KEY, KEY_FILE = "STATEMENTS_MODEL_KEY", "STATEMENTS_MODEL_KEY_FILE"
MIN_KEY_BYTES = 32  # as long as the digest; a shorter key could be guessed


def key_from_environment() -> bytes | None:
    """The key in ``STATEMENTS_MODEL_KEY`` or in the file ``STATEMENTS_MODEL_KEY_FILE`` names; None if neither is set.

    Raises:
        ValueError: If both are set, or the key is too short.
        OSError: If the file cannot be read.
    """
    given = [name for name in (KEY, KEY_FILE) if name in os.environ]
    if not given:
        return None
    if len(given) > 1:
        raise ValueError(f"give {KEY} or {KEY_FILE}, not both")
    name, value = given[0], os.environ[given[0]]
    key = Path(value).read_bytes().strip() if name == KEY_FILE else value.encode()
    if len(key) < MIN_KEY_BYTES:
        raise ValueError(f"{name}: a key has at least {MIN_KEY_BYTES} bytes")
    return key


def sign(manifest: Path, key: bytes) -> Path:
    """Write the signature of a manifest, and so of every file it vouches for, beside it; return its path."""
    path = manifest.with_name(SIGNATURE)
    path.write_text(_signature(manifest, key) + "\n", encoding="ascii")
    return path


def is_signed(manifest: Path, key: bytes) -> bool:
    """Whether a signature made with this key lies beside the manifest."""
    path = manifest.with_name(SIGNATURE)
    return path.is_file() and hmac.compare_digest(path.read_bytes().strip(), _signature(manifest, key).encode())


def _signature(manifest: Path, key: bytes) -> str:
    return hmac.new(key, manifest.read_bytes(), hashlib.sha256).hexdigest()
