"""``lab``: the lessons in JupyterLab."""

from __future__ import annotations

import importlib.util
import os
import sys

import click

from snowdome.cli.run import lessons_directory
from snowdome.client.parameters import connection


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def lab(options: tuple[str, ...]) -> None:
    """Open the lessons in JupyterLab; OPTIONS are JupyterLab's own, such as --no-browser."""
    folder = lessons_directory()
    if importlib.util.find_spec("jupyterlab") is None:
        raise click.ClickException(
            "JupyterLab is not installed. Install it with: pip install 'snowdome[lessons]'"
        )
    connection()  # the account answers before the first cell asks
    # In a container one is root, which JupyterLab refuses unasked; what it serves is for this computer, by a token.
    root = ["--allow-root"] if os.geteuid() == 0 else []
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *root, *options, str(folder)])
