"""``tick``: moves the local account's clock forward."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.table import Table
from rich.text import Text

from snowdome import clock
from snowdome.cli.options import console, state_option
from snowdome.client import local

_STYLES = {"SUCCEEDED": "green", "FAILED": "red", "FAILED_AND_AUTO_SUSPENDED": "red", "CANCELLED": "yellow"}


@click.command()
@click.argument("duration")
@state_option
def tick(duration: str, state: Path | None) -> None:
    """Move the local account's clock forward, by 3m, 1h30m or 2d.

    Tasks, refreshes and alerts that become due on the way run in order, each at its own time; the table
    tells what ran.
    """
    try:
        clock.duration(duration)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="DURATION") from None
    account = local.account(state)
    account.start()
    _print(_moved(account.parameters(), duration))


def _moved(parameters: dict[str, Any], duration: str) -> dict[str, Any]:
    import snowflake.connector  # slow to import, and only this needs it

    try:
        with snowflake.connector.connect(**parameters) as connection:
            row = connection.cursor().execute("SELECT SYSTEM$SNOWDOME_TICK(%s)", (duration,)).fetchone()
    except snowflake.connector.errors.Error as error:
        raise click.ClickException(str(error)) from error
    told: dict[str, Any] = json.loads(row[0])
    return told


def _print(told: dict[str, Any]) -> None:
    out = console()
    if told["ran"]:
        table = Table("due", "what", "state", "detail", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for row in told["ran"]:
            state = Text(row["state"], style=_STYLES.get(row["state"], ""))
            table.add_row(row["due"][:19], f"{row['kind'].lower()} {row['name']}", state, Text(row["detail"]))
        out.print(table)
    count = len(told["ran"])
    what = "Nothing was due." if not count else f"{count} run{'' if count == 1 else 's'}."
    out.print(Text(f"{what} It is {told['now'][:19]} in the account now."))
