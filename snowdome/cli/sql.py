"""``sql``: runs statements and shows their results as tables."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich import box
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from snowdome.cli.options import console, state_option
from snowdome.cli.script import ScriptStatement, statements
from snowdome.client import local
from snowdome.client.parameters import connection
from snowdome.errors import SnowflakeError

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection
    from snowflake.connector.cursor import SnowflakeCursor

NUMERIC = frozenset({0, 1})  # the connector's type codes of FIXED and REAL


@click.command()
@click.argument("text", required=False)
@click.option(
    "-f",
    "--file",
    type=click.File(encoding="utf-8-sig"),
    help="Run a script instead; - reads it from the input.",
)
@click.option(
    "--rows",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    help="Rows to show of each result; 0 shows all.",
)
@click.option("--database", help="Current database to begin with.")
@click.option("--schema", help="Current schema to begin with.")
@state_option
def sql(
    text: str | None, file: Any, rows: int, database: str | None, schema: str | None, state: Path | None
) -> None:
    """Run SQL, statement by statement, on the account that the lessons use; with --state, on that local one.

    Stops at the first error, says its line and statement, and ends with exit code 1.
    """
    if (text is None) == (file is None):
        raise click.UsageError("Give either a statement or a script with -f.")
    script, where = (text, "statement") if text is not None else (_read(file), file.name)
    parameters = {**_parameters(state), "database": database, "schema": schema}
    with _connect({name: value for name, value in parameters.items() if value is not None}) as session:
        if not run_script(session, script, where, rows):
            raise SystemExit(1)


def _read(file: Any) -> str:
    try:
        content: str = file.read()
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is not text in UTF-8: {error}.") from error
    return content


def _parameters(state: Path | None) -> dict[str, Any]:
    if state is None:
        return connection()
    account = local.account(state)
    account.start()
    return account.parameters()


def _connect(parameters: dict[str, Any]) -> SnowflakeConnection:
    import snowflake.connector  # slow to import, and only this needs it

    try:
        return snowflake.connector.connect(**parameters)
    except snowflake.connector.errors.Error as error:
        raise click.ClickException(str(error)) from error


def run_script(session: SnowflakeConnection, script: str, where: str, rows: int) -> bool:
    """Run a script's statements and print each result; False at the first error, which is printed as well."""
    out = console()
    try:
        found = list(statements(script))
    except SnowflakeError as error:
        click.echo(f"{where}: {error.message}", err=True)
        return False
    for statement in found:
        if len(found) > 1:
            out.print(
                Syntax(statement.text, "sql", theme="ansi_dark", background_color="default", word_wrap=True)
            )
        if not run_statement(session, statement, where, out, rows):
            return False
    return True


def run_statement(
    session: SnowflakeConnection, statement: ScriptStatement, where: str, out: Console, rows: int
) -> bool:
    """Run one statement and print its result, or the error and where it stands."""
    from snowflake.connector.errors import Error

    began = time.monotonic()
    with session.cursor() as cursor:
        try:
            cursor.execute(statement.text)
            shown = cursor.fetchmany(rows) if rows else cursor.fetchall()
        except Error as error:
            _report(statement, where, str(error))
            return False
        _print_result(out, cursor, shown, rows, time.monotonic() - began)
    return True


def _report(statement: ScriptStatement, where: str, message: str) -> None:
    errors = console(errors=True)
    errors.print(Text(f"{where}, line {statement.line}:", style="bold red"))
    errors.print(Text(statement.text, style="dim"))
    errors.print(Text(message, style="red"))


def _print_result(
    out: Console, cursor: SnowflakeCursor, rows: Sequence[Any], limit: int, seconds: float
) -> None:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in cursor.description or ():
        table.add_column(Text(column.name), justify="right" if column.type_code in NUMERIC else "left")
    for row in rows:
        table.add_row(*map(_cell, row))
    out.print(table)
    total = len(rows) if not limit or len(rows) < limit else max(len(rows), cursor.rowcount or 0)
    more = f", {len(rows)} shown" if len(rows) < total else ""
    out.print(Text(f"{total} row{'' if total == 1 else 's'}{more} · {seconds:.2f} s\n", style="dim"))


def _cell(value: object) -> Text:
    if value is None:
        return Text("NULL", style="dim")
    if isinstance(value, (bytes, bytearray)):
        return Text(value.hex().upper())
    if isinstance(value, bool):
        return Text(str(value).upper())
    return Text(str(value))
