"""``app``: one of the course's Streamlit apps in a browser."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import click

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


@click.command(context_settings={"ignore_unknown_options": True}, options_metavar="")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[NAME] [OPTIONS]...")
def app(arguments: tuple[str, ...]) -> None:
    """Open revenue_prediction, the app of lesson 04, or NAME: experiment_viewer is the one of lesson 10.

    OPTIONS are Streamlit's own, such as --server.port=8600.
    """
    named = bool(arguments) and not arguments[0].startswith("-")
    file = find(arguments[0] if named else FIRST)
    if importlib.util.find_spec("streamlit") is None:
        raise click.ClickException("Streamlit is not installed. Install it with: pip install 'snowdome[apps]'")
    connection()  # the account answers before the page asks
    options = (*OPTIONS, *arguments[named:])
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(file), *options])


def find(name: str) -> Path:
    """The file of the app called ``name``."""
    folder = project_directory() / "app"
    there = {file.stem: file for file in sorted(folder.glob("*.py"))}
    if not there:
        raise click.ClickException(f"There is no app in {folder}. Go to the project's folder first.")
    if name not in there:
        raise click.ClickException(f"There is no app called {name!r}. There are: {', '.join(there)}.")
    return there[name]
