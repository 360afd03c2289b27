"""``doctor``: what on this machine would keep the account or its clients from working."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click
import requests.utils
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rich.text import Text

from snowdome.cli.connection import connections_file
from snowdome.cli.options import console, state_option
from snowdome.client import local, parameters

Verdict = Literal["ok", "note", "bad"]
STYLES: dict[Verdict, str] = {"ok": "green", "note": "yellow", "bad": "bold red"}
PYTHONS = ((3, 10), (3, 14))
ENOUGH_DISK, SCARCE_DISK = 2 * 1024**3, 200 * 1024**2  # bytes: room for comfort; less than the lessons take
CHECKS: list[Callable[[local.LocalAccount], Iterator[Finding]]] = []


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: what was looked at, how it is, and in words what to do."""

    subject: str
    verdict: Verdict
    words: str


@click.command()
@state_option
def doctor(state: Path | None) -> None:
    """Look for what keeps the account or its clients from working; exit code 1 if something does."""
    account = local.account(state)
    findings = [finding for check in CHECKS for finding in check(account)]
    out = console()
    for finding in findings:
        mark = Text(f"{finding.verdict:<4}  ", style=STYLES[finding.verdict])
        out.print(mark + Text(f"{finding.subject:<12}  ", style="bold") + Text(finding.words))
    if any(finding.verdict == "bad" for finding in findings):
        raise SystemExit(1)


def check(
    function: Callable[[local.LocalAccount], Iterator[Finding]],
) -> Callable[[local.LocalAccount], Iterator[Finding]]:
    """Register a check; they run in the order in which they stand here."""
    CHECKS.append(function)
    return function


@check
def python(account: local.LocalAccount) -> Iterator[Finding]:
    """The interpreter's version."""
    low, high = PYTHONS
    words = f"{sys.version.split()[0]} at {sys.executable}"
    if low <= sys.version_info[:2] < high:
        yield Finding("python", "ok", words)
    else:
        yield Finding(
            "python", "bad", f"{words}: Python {low[0]}.{low[1]} to {high[0]}.{high[1] - 1} is needed."
        )


@check
def packages(account: local.LocalAccount) -> Iterator[Finding]:
    """Versions that clash: what the clients and this package require against what is installed."""
    clashes = list(_clashes())
    for words in clashes:
        yield Finding("packages", "bad", words)
    if not clashes:
        yield Finding("packages", "ok", "the clients and everything they need fit together")


def _clashes() -> Iterator[str]:
    """A sentence for each requirement that is not met, of this package and all that it installs."""
    waiting, seen = ["snowdome"], set()
    while waiting:
        name = waiting.pop()
        for requirement in _requirements(name):
            needed = canonicalize_name(requirement.name)
            try:
                version = importlib.metadata.version(needed)
            except importlib.metadata.PackageNotFoundError:
                yield f"{name} needs {requirement}, which is not installed. Install it again: make setup"
                continue
            if not requirement.specifier.contains(version, prereleases=True):
                yield f"{name} needs {requirement}, but {version} is installed. Put it right: make setup"
            if needed not in seen:
                seen.add(needed)
                waiting.append(needed)


def _requirements(name: str) -> Iterator[Requirement]:
    for text in importlib.metadata.requires(name) or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement


@check
def port(account: local.LocalAccount) -> Iterator[Finding]:
    """Whether the server runs and answers, else whether the usual port is free."""
    if account.state.owned():
        yield _answer(account)
        return
    last = account.state.last_server()
    usual = last.port if last else local.DEFAULT_PORT
    if local.is_free(usual):
        yield Finding("server", "ok", f"not running; port {usual} is free")
    else:
        yield Finding("server", "note", f"not running; port {usual} is taken, it will choose another one")


def _answer(account: local.LocalAccount) -> Finding:
    import snowflake.connector  # slow to import, and only this needs it
    from snowflake.connector.errors import Error

    info = account.state.running()
    if info is None:
        return Finding("server", "note", "still starting")
    began = time.monotonic()
    try:
        snowflake.connector.connect(**account.parameters(), login_timeout=10).close()
    except Error as error:
        return Finding("server", "bad", f"process {info.pid}, port {info.port}, no login: {error}")
    took = (time.monotonic() - began) * 1000
    return Finding(
        "server", "ok", f"running on {local.HOST}:{info.port}, process {info.pid}, login in {took:.0f} ms"
    )


@check
def proxies(account: local.LocalAccount) -> Iterator[Finding]:
    """Proxies that would swallow what clients send to 127.0.0.1."""
    url = f"http://{local.HOST}:{local.DEFAULT_PORT}/"
    proxy = requests.utils.get_environ_proxies(url, no_proxy=None)
    named = sorted({name for name in os.environ if name.lower() in local.PROXIES and os.environ[name]})
    if proxy:
        whose = ", ".join(named) or "system settings"
        words = f"clients would go through {next(iter(proxy.values()))} ({whose}). "
        yield Finding(
            "proxies", "note", f"{words}snowdome.connection() helps itself; others need NO_PROXY={local.HOST}"
        )
    elif core := [name for name in named if name in local.CORE_PROXIES]:
        words = f"snowflake.core would go through {core[0]}, whatever NO_PROXY says. "
        yield Finding("proxies", "note", f"{words}snowdome.connection() helps itself; others must unset it")
    elif named:
        yield Finding("proxies", "ok", f"{', '.join(named)}: not used for {local.HOST}")
    else:
        yield Finding("proxies", "ok", "none")


@check
def connection_file(account: local.LocalAccount) -> Iterator[Finding]:
    """Which account ``snowdome.connection()`` leads to."""
    file = parameters.connection_file()
    if file is None:
        yield Finding("connection", "ok", "the local account (there is no connection.json)")
        return
    try:
        found = parameters.read(file)
    except parameters.ConnectionFileError as error:
        yield Finding("connection", "bad", str(error))
        return
    yield Finding(
        "connection", "ok", f"account {found.get('account') or found['connection_name']}, from {file}"
    )
    yield from _open_to_others(file)


@check
def connections_toml(account: local.LocalAccount) -> Iterator[Finding]:
    """The clients' own file of connections."""
    file = connections_file()
    if file.exists():
        yield from _open_to_others(file)


def _open_to_others(file: Path) -> Iterator[Finding]:
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Finding("connection", "note", f"other users of this machine can read {file}: chmod 600 it")


@check
def state_directory(account: local.LocalAccount) -> Iterator[Finding]:
    """Whether the state directory can be written and its password is the owner's alone."""
    path = account.state.path
    nearest = next(folder for folder in (path, *path.parents) if folder.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        yield Finding(
            "state", "bad", f"{nearest} cannot be written. Choose another with --state or {local.VARIABLE}."
        )
    elif account.state.exists() and account.state.password_mode() & 0o077:
        yield Finding(
            "state", "bad", f"other users can read the password in {path}: chmod 600 {path}/password"
        )
    else:
        yield Finding("state", "ok", str(path) + ("" if account.state.exists() else " (not made yet)"))
    free = shutil.disk_usage(nearest).free
    verdict: Verdict = "ok" if free >= ENOUGH_DISK else "note" if free >= SCARCE_DISK else "bad"
    yield Finding("disk", verdict, f"{free / 1024**3:.1f} GB free for {path}")
