"""The command line: one module a command, each a thin reader of options over the modules below."""

from __future__ import annotations

import click

from snowdome import __version__
from snowdome.cli.app import app
from snowdome.cli.connection import connection
from snowdome.cli.doctor import doctor
from snowdome.cli.lab import lab
from snowdome.cli.lifecycle import down, reset, status, up
from snowdome.cli.outbox import outbox
from snowdome.cli.run import run
from snowdome.cli.sql import sql
from snowdome.cli.tick import tick
from snowdome.client.parameters import ConnectionFileError
from snowdome.state import StateError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="snowdome")
def commands() -> None:
    """The local account that the lessons run on, and the lessons."""


for command in (up, down, status, connection, sql, run, lab, app, outbox, tick, reset, doctor):
    commands.add_command(command)


def main() -> None:
    """Run the command line; what a user can mend is told in a sentence, with exit code 1."""
    try:
        commands(standalone_mode=True)
    except (StateError, ConnectionFileError) as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(1) from None
