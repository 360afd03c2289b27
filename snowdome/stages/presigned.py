"""Addresses of staged files that carry their permission: a signature over the file and the time they end.

    <server>/presigned/<directory>/<seconds since 1970>/<signature>/<path>

The signature is the SHA-256 of a key and the path. The key belongs to one directory and one end, so the engine
can sign the paths of many rows without knowing the account's own key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from snowdome.stages.storage import Area, Stages

PREFIX = "/presigned"
_KEY = ".signing-key"


def _account_key(stages: Stages) -> bytes:
    """The account's own key, made when it is first needed."""
    path = stages.root / _KEY
    try:
        return path.read_bytes()
    except FileNotFoundError:
        stages.root.mkdir(parents=True, exist_ok=True)
    scratch = stages.scratch()
    scratch.write_bytes(secrets.token_bytes(32))
    try:
        os.link(scratch, path)  # fails if another statement was first: then its key counts
    except FileExistsError:
        pass
    finally:
        scratch.unlink(missing_ok=True)
    return path.read_bytes()


def address(stages: Stages, area: Area, end: int) -> tuple[str, str]:
    """What an address of the area's files begins with, and the key that signs their paths; it ends at ``end``,
    in seconds since 1970."""
    directory = base64.urlsafe_b64encode(str(area.directory).encode()).decode().rstrip("=")
    return f"{PREFIX}/{directory}/{end}", _path_key(stages, directory, str(end))


def _path_key(stages: Stages, directory: str, end: str) -> str:
    return hmac.new(_account_key(stages), f"{directory}/{end}".encode(), hashlib.sha256).hexdigest()


def signature_sql(key: str, path: str) -> str:
    """Engine SQL of the signature of ``path``, engine SQL itself."""
    return f"sha256('{key}' || {path})"


def file_of(stages: Stages, now: int, directory: str, end: str, signature: str, path: str) -> Path | None:
    """The file behind an address, None if it is not there; PermissionError if the signature is none of
    this account's, or its time is over at ``now``, in seconds since 1970."""
    key = _path_key(stages, directory, end)
    expected = hashlib.sha256((key + path).encode()).hexdigest()
    if not (hmac.compare_digest(expected, signature) and end.isdigit() and int(end) > now):
        raise PermissionError(path)
    folder = Path(base64.urlsafe_b64decode(directory + "=" * (-len(directory) % 4)).decode())
    found = stages.file(Area(folder, str(folder)), path)
    return found.path if found is not None else None
