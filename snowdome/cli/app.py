"""``app``: one of the course's Streamlit apps in a browser."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import click

from snowdome.cli.run import run
from snowdome.client import local
from snowdome.client.parameters import connection
from snowdome.client.project import project_directory

FIRST = "revenue_prediction"
# Whoever opens the page acts in the account, so it is served to this computer only.
OPTIONS = (
    f"--server.address={local.HOST}",
    "--server.showEmailPrompt=false",
    "--browser.gatherUsageStats=false",
)


# What an app shows, asked of the account, and the lessons that make it.
MADE_BY = {
    "revenue_prediction": ("SHOW USER FUNCTIONS LIKE 'PREDICT_ROI' IN ACCOUNT", ("00", "01", "02", "03")),
    "experiment_viewer": ("SHOW EXPERIMENTS IN ACCOUNT", ("05", "06", "07", "08")),
}


@click.command(context_settings={"ignore_unknown_options": True}, options_metavar="")
@click.option(
    "--prepare", is_flag=True, help="Run the lessons first that make what the app shows, if it is not there."
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[NAME] [OPTIONS]...")
@click.pass_context
def app(context: click.Context, prepare: bool, arguments: tuple[str, ...]) -> None:
    """Open revenue_prediction, the app of lesson 04, or NAME: experiment_viewer is the one of lesson 10.

    OPTIONS are Streamlit's own, such as --server.port=8600.
    """
    named = bool(arguments) and not arguments[0].startswith("-")
    file = find(arguments[0] if named else FIRST)
    if importlib.util.find_spec("streamlit") is None:
        raise click.ClickException(
            "Streamlit is not installed. Install it with: pip install 'snowdome[apps]'"
        )
    parameters = connection()  # the account answers before the page asks
    if prepare and not is_made(file.stem, parameters):
        click.echo(f"What {file.stem} shows is not there; running the lessons that make it.")
        context.invoke(run, lessons=MADE_BY[file.stem][1], output=None)
    options = (*OPTIONS, *arguments[named:])
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(file), *options])


def is_made(name: str, parameters: dict[str, Any]) -> bool:
    """Whether the account has what the app called ``name`` shows, as far as MADE_BY knows the app."""
    import snowflake.connector  # half a second that only this option needs

    if name not in MADE_BY:
        return True
    query, _ = MADE_BY[name]
    with snowflake.connector.connect(**parameters) as opened:
        return opened.cursor().execute(query).fetchone() is not None


def find(name: str) -> Path:
    """The file of the app called ``name``."""
    folder = project_directory() / "app"
    there = {file.stem: file for file in sorted(folder.glob("*.py"))}
    if not there:
        raise click.ClickException(f"There is no app in {folder}. Go to the project's folder first.")
    if name not in there:
        raise click.ClickException(f"There is no app called {name!r}. There are: {', '.join(there)}.")
    return there[name]
