"""``up``, ``down``, ``status`` and ``reset``: the server's life."""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from snowdome.cli.options import state_option
from snowdome.client import local

NOT_RUNNING = 3  # exit code of `status`, as service managers have it


def mounts(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """``URL=DIR`` of each --mount, the folder absolute."""
    found = {}
    for text in given:
        url, equals, folder = text.rpartition("=")
        if not equals or "://" not in url:
            raise click.BadParameter(
                f"'{text}' is not URL=DIR, such as s3://bucket/path=data.", context, option
            )
        if not Path(folder).expanduser().is_dir():
            raise click.BadParameter(f"There is no folder '{folder}'.", context, option)
        found[url] = str(Path(folder).expanduser().absolute())
    return found


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), help="TCP port on 127.0.0.1; the last one used otherwise."
)
@click.option(
    "--mount",
    "mounted",
    multiple=True,
    metavar="URL=DIR",
    callback=mounts,
    help="Let stages at URL (s3://bucket/path) read the files in DIR. May be repeated.",
)
@state_option
def up(port: int | None, mounted: dict[str, str], state: Path | None) -> None:
    """Start the local account in the background, and say where it is."""
    account = local.account(state)
    running = account.state.running() is not None
    info = account.start(port, mounted)
    click.echo(f"The account is {'already ' if running else ''}running on {local.HOST}:{info.port}.")
    click.echo(f"  state     {account.state.path}")
    click.echo(f"  process   {info.pid}")
    for url, folder in info.mounts.items():
        click.echo(f"  mount     {url} = {folder}")
    click.echo("Connect with what 'snowdome connection' prints; stop it with 'snowdome down'.")


@click.command()
@state_option
def down(state: Path | None) -> None:
    """Stop the local account. What was committed stays."""
    stopped = local.account(state).stop()
    click.echo("The account is stopped." if stopped else "The account was not running.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@state_option
def status(as_json: bool, state: Path | None) -> None:
    """Say whether the local account runs, and where. Exit code 3 if it does not."""
    facts = describe(local.account(state))
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    elif facts["running"]:
        click.echo(f"The account is running on {facts['host']}:{facts['port']} (process {facts['pid']}).")
        click.echo(f"  state     {facts['state']}")
        click.echo(f"  since     {facts['started']}")
        click.echo(f"  version   {facts['version']}")
        for url, folder in facts["mounts"].items():
            click.echo(f"  mount     {url} = {folder}")
    else:
        click.echo(f"The account in {facts['state']} is not running. Start it with 'snowdome up'.")
    if not facts["running"]:
        raise SystemExit(NOT_RUNNING)


def describe(account: local.LocalAccount) -> dict[str, Any]:
    """What ``status`` tells."""
    info = account.state.running()
    facts: dict[str, Any] = {"running": info is not None, "state": str(account.state.path)}
    if info:
        started = (
            datetime.fromtimestamp(info.started, timezone.utc).astimezone().isoformat(timespec="seconds")
        )
        facts |= {"host": local.HOST, "port": info.port, "pid": info.pid, "started": started}
        facts |= {"version": info.version, "mounts": info.mounts}
    return facts


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@state_option
def reset(yes: bool, state: Path | None) -> None:
    """Delete everything in the local account. It is started again if it was running."""
    account = local.account(state)
    if not account.state.exists():
        raise click.ClickException(f"There is no account in {account.state.path}.")
    if not yes:
        click.confirm(f"Delete everything in the account in {account.state.path}?", abort=True)
    info = account.state.running()
    began = time.monotonic()
    account.reset()
    click.echo(f"The account is empty again ({time.monotonic() - began:.1f} s).")
    if info:
        port = account.start(info.port, info.mounts).port
        click.echo(f"It is running on {local.HOST}:{port}.")
