"""Scoped addresses of staged files, and ``SnowflakeFile`` opening them. The latter inside a worker."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Find = Callable[[str], str]  # where a file lies that is named @stage/path
MODULE = "snowflake.snowpark.files"
_SCOPED = re.compile(r"https://[^/]+/api/files/[0-9a-f-]{36}/1/([\w=-]+)\Z")


def address(account: str, query_id: str) -> str:
    """What a scoped address begins with; its rest is the file's path, as base64 for addresses."""
    return f"https://{account.lower()}.snowflakecomputing.com/api/files/{query_id}/1/"


def not_scoped(url: str) -> ValueError:
    """Only scoped addresses may be opened, unless a handler says that it opens its owner's files."""
    return ValueError(f"The address {url} is not scoped. Use BUILD_SCOPED_FILE_URL.")


def path_of(url: str) -> str:
    """The file of a scoped address; ValueError for any other address, FileNotFoundError if it is gone."""
    found = _SCOPED.match(url)
    if found is None:
        raise not_scoped(url)
    path = Path(base64.urlsafe_b64decode(found[1]).decode())
    if not path.is_file() or ".." in path.parts:
        raise FileNotFoundError(f"The file at {url} does not exist.")
    return str(path)


def teach(module: Any, find: Find) -> None:
    """Let the client's ``SnowflakeFile``, which knows local files, read scoped addresses, and files by their names
    on stages, where ``find`` knows them."""
    opened = module.SnowflakeFile.__init__

    def initialise(
        self: Any, location: str, mode: str = "r", is_owner_file: bool = False,
        *, require_scoped_url: bool = True, **more: Any,
    ) -> None:  # fmt: skip
        if location.startswith("https://"):
            location = path_of(location)
        elif location.startswith(("@", "snow://")):
            if require_scoped_url and not is_owner_file:
                raise not_scoped(location)
            location = find(location)
        opened(self, location, mode, is_owner_file, require_scoped_url=require_scoped_url, **more)

    module.SnowflakeFile.__init__ = initialise
