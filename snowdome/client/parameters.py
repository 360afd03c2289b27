"""``connection()``: the parameters of the account that the lessons run on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from snowdome.client import local
from snowdome.client.project import find_in_project

FILE_NAME = "connection.json"
VARIABLE = "SNOWDOME_CONNECTION"
PATHS = ("private_key_file", "token_file_path")


class ConnectionFileError(Exception):
    """A connection file cannot be used; the message names the file and what to change."""


def connection() -> dict[str, Any]:
    """Parameters for ``Session.builder.configs(...)``: those of your own account, else of the local one.

    Your own: the JSON file that the environment variable SNOWDOME_CONNECTION names, else a
    ``connection.json`` in the working directory or above it, up to the project's folder. Whatever the
    client understands may stand in it. Without such a file the local account answers; it is started if
    it is not running, and where a proxy is set, NO_PROXY of this process gets its address and HTTPS_PROXY is
    taken out, for snowflake.core does not look at NO_PROXY. Raises ConnectionFileError for a file that cannot
    be used, StateError if the local account does not start.
    """
    file = connection_file()
    if file is not None:
        return read(file)
    account = local.account()
    account.start()
    return account.parameters()


def connection_file() -> Path | None:
    """The file that ``connection()`` reads, or None for the local account."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    return find_in_project(FILE_NAME)


def read(file: Path) -> dict[str, Any]:
    """The parameters in ``file``; relative paths in it count from its folder."""
    parameters = _parsed(file)
    for name, value in parameters.items():
        if isinstance(value, str) and value.startswith("<") and value.endswith(">"):
            raise ConnectionFileError(f"{file}: '{name}' still has its placeholder {value}. Fill it in.")
    for name in PATHS:
        if isinstance(parameters.get(name), str):
            parameters[name] = str(file.parent / Path(parameters[name]).expanduser())
    return parameters


def _parsed(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))  # some editors put a mark before it
    except OSError as error:
        raise ConnectionFileError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ConnectionFileError(f"{file} is not valid JSON: {error}.") from error
    if not isinstance(content, dict):
        raise ConnectionFileError(f"{file} must hold one JSON object, with at least account and user.")
    if "account" not in content and "connection_name" not in content:
        raise ConnectionFileError(f"{file} names no 'account' (nor a 'connection_name').")
    return content
