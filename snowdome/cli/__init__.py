"""The command line: one module a command, each a thin reader of options over the modules below."""

from __future__ import annotations

import importlib

import click

from snowdome.client.parameters import ConnectionFileError
from snowdome.state import StateError
from snowdome.version import __version__

# The module of each command.
COMMANDS = {
    "app": "app",
    "connection": "connection",
    "doctor": "doctor",
    "down": "lifecycle",
    "lab": "lab",
    "outbox": "outbox",
    "reset": "lifecycle",
    "run": "run",
    "sql": "sql",
    "status": "lifecycle",
    "tick": "tick",
    "up": "lifecycle",
}


class Commands(click.Group):
    """Imports a command's module when the command is asked for: the others' would take longer than most do."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"snowdome.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="snowdome")
def commands() -> None:
    """The local account that the lessons run on, and the lessons."""


def main() -> None:
    """Run the command line; what a user can mend is told in a sentence, with exit code 1."""
    try:
        commands(standalone_mode=True)
    except (StateError, ConnectionFileError) as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(1) from None
