"""``connection``: how other clients reach the local account."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import click
import tomlkit
from tomlkit.exceptions import TOMLKitError

from snowdome.cli.options import state_option
from snowdome.client import local


@click.command()
@click.option("--write", is_flag=True, help="Add them to the clients' connections.toml as well.")
@click.option("--name", default="snowdome", show_default=True, help="What the entry is called.")
@state_option
def connection(write: bool, name: str, state: Path | None) -> None:
    """Print the local account's connection parameters as JSON; it is started if it is not running."""
    account = local.account(state)
    account.start()
    parameters = account.parameters()
    if write:
        file = connections_file()
        write_entry(file, name, parameters)
        click.echo(f"Wrote [{name}] into {file}.", err=True)
    click.echo(json.dumps(parameters, indent=2))


def connections_file() -> Path:
    """The file in which Snowflake's clients look connections up by name."""
    from snowflake.connector.constants import CONNECTIONS_FILE  # slow to import, and only this needs it

    return Path(CONNECTIONS_FILE)


def write_entry(file: Path, name: str, parameters: dict[str, Any]) -> None:
    """Put an entry into a connections file, leaving the rest of it as it is, comments included."""
    try:
        document = tomlkit.parse(file.read_text(encoding="utf-8")) if file.exists() else tomlkit.document()
    except (OSError, TOMLKitError) as error:
        raise click.ClickException(f"{file} is left as it was, it cannot be read: {error}") from error
    entry = tomlkit.table()
    entry.update(parameters)
    document[name] = entry
    _replace(file.resolve(), tomlkit.dumps(document))


def _replace(file: Path, text: str) -> None:
    # Written beside it and moved into place: no moment leaves half a file. Readable by its owner only.
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".connections-")
    with os.fdopen(handle, "w", encoding="utf-8") as written:
        written.write(text)
    os.replace(name, file)
