"""Options that several commands share, and what they print with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

F = Callable[..., Any]


def state_option(function: F) -> F:
    """``--state DIR``: the state directory of the local account."""
    return click.option(
        "--state",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        help="State directory of the account; SNOWDOME_STATE or .snowdome in the project otherwise.",
    )(function)


def console(*, errors: bool = False) -> Console:
    """Where a command prints; lines are not broken when nobody reads them on a screen."""
    from rich.console import Console

    out = Console(stderr=errors, highlight=False)
    if not out.is_terminal:
        out = Console(stderr=errors, highlight=False, width=10_000)
    return out
