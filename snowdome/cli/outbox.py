"""``outbox``: the notifications that the local account would have sent."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from snowdome.cli.options import console, state_option
from snowdome.client import local
from snowdome.outbox import Message, Outbox


@click.command()
@click.option("--last", type=click.IntRange(min=1), help="Only that many of the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON, one a line.")
@state_option
def outbox(last: int | None, as_json: bool, state: Path | None) -> None:
    """Show the e-mails, webhook calls and queue messages of the account; nothing ever leaves the machine.

    Each is also a file in the directory outbox of the state directory.
    """
    box = Outbox(local.account(state).state.outbox)
    messages = box.messages()
    shown = messages[-last:] if last else messages
    if as_json:
        for message in shown:
            click.echo(json.dumps(asdict(message), ensure_ascii=False))
        return
    out = console()
    for message in shown:
        _print(out, message)
    count = len(messages)
    click.echo(f"{count} message{'' if count == 1 else 's'} in {box.directory}")


def _print(out: Console, message: Message) -> None:
    when = message.time.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    to = ", ".join(message.recipients) or message.target
    out.print(Text(f"{when}  {message.kind} through {message.integration}", style="bold"))
    for label, text in (("To", to), ("Cc", ", ".join(message.cc)), ("Bcc", ", ".join(message.bcc)),
                        ("Subject", message.subject)):  # fmt: skip
        if text:
            out.print(Text(f"{label}: {text}"))
    body = message.body
    if message.payload is not None:
        body = json.dumps(message.payload, indent=2, ensure_ascii=False)
    out.print(Text(f"\n{body}\n"))
