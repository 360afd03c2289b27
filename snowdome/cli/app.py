"""``app``: the course's Streamlit app in a browser."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import click

from snowdome.client import local
from snowdome.client.parameters import connection
from snowdome.client.project import project_directory

FILE = Path("app", "revenue_prediction.py")
# Whoever opens the page acts in the account, so it is served to this computer only.
OPTIONS = (
    f"--server.address={local.HOST}",
    "--server.showEmailPrompt=false",
    "--browser.gatherUsageStats=false",
)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def app(options: tuple[str, ...]) -> None:
    """Open the app of lesson 04; OPTIONS are Streamlit's own, such as --server.port=8600."""
    file = project_directory() / FILE
    if not file.is_file():
        raise click.ClickException(f"There is no app in {file.parent}. Go to the project's folder first.")
    if importlib.util.find_spec("streamlit") is None:
        raise click.ClickException("Streamlit is not installed. Install it with: pip install 'snowdome[apps]'")
    connection()  # the account answers before the page asks
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(file), *OPTIONS, *options])
