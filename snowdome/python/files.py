"""Scoped addresses of staged files, and ``SnowflakeFile`` opening them. The latter inside a worker."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

MODULE = "snowflake.snowpark.files"
_SCOPED = re.compile(r"https://[^/]+/api/files/[0-9a-f-]{36}/1/([\w=-]+)\Z")


def address(account: str, query_id: str) -> str:
    """What a scoped address begins with; its rest is the file's path, as base64 for addresses."""
    return f"https://{account.lower()}.snowflakecomputing.com/api/files/{query_id}/1/"


def path_of(url: str) -> str:
    """The file of a scoped address; ValueError for any other address, FileNotFoundError if it is gone."""
    found = _SCOPED.match(url)
    if found is None:
        raise ValueError(f"The address {url} is not scoped. Use BUILD_SCOPED_FILE_URL.")
    path = Path(base64.urlsafe_b64decode(found[1]).decode())
    if not path.is_file() or ".." in path.parts:
        raise FileNotFoundError(f"The file at {url} does not exist.")
    return str(path)


def teach(module: Any) -> None:
    """Let the client's ``SnowflakeFile``, which knows local files, read scoped addresses."""
    opened = module.SnowflakeFile.__init__

    def initialise(self: Any, file_location: str, *args: Any, **kwargs: Any) -> None:
        scoped = file_location.startswith("https://")
        opened(self, path_of(file_location) if scoped else file_location, *args, **kwargs)

    module.SnowflakeFile.__init__ = initialise
