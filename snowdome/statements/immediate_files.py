"""EXECUTE IMMEDIATE FROM: the statements of a staged file, one after another."""

from __future__ import annotations

import posixpath

from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.result import Result
from snowdome.sql import lexer
from snowdome.sql.ast.scripting import ExecuteFile
from snowdome.sql.grammar import parse
from snowdome.sql.staging import resolve
from snowdome.stages.location import Location
from snowdome.stages.storage import StagedFile
from snowdome.statements.registry import handles
from snowdome.statements.staged_texts import staged_file

_TEMPLATE = ("--!jinja", "{#- !jinja")
_DEEPEST = 5  # files inside each other, as Snowflake has it


@handles(ExecuteFile)
def execute_file(statement: ExecuteFile, context: Context) -> Result:
    """EXECUTE IMMEDIATE FROM; the result is the last statement's."""
    if not _is_location(statement.source):
        text = f"Relative file references like '{statement.source}' cannot be used in"
        raise SnowflakeError("001503", "42601", f"{text} top-level EXECUTE IMMEDIATE calls.")
    return _run(resolve(statement.source, context), context, 1)


def _is_location(source: str) -> bool:
    return source.startswith("@") or "://" in source


def _run(location: Location, context: Context, depth: int) -> Result:
    if depth > _DEEPEST:
        raise compilation_error(
            "001502", "42601", f"EXECUTE IMMEDIATE FROM is nested more than {_DEEPEST} deep."
        )
    file = staged_file(location, context)
    text = file.path.read_text(encoding="utf-8", errors="replace")
    if text.lstrip().lower().startswith(_TEMPLATE):
        raise not_supported("EXECUTE IMMEDIATE FROM a template")
    result = None
    for statement in parse(text):
        try:
            if isinstance(statement, ExecuteFile) and not _is_location(statement.source):
                result = _run(_beside(location, statement.source, context), context, depth + 1)
            else:
                result = context.services.run(context.session, statement.text)
        except SnowflakeError as error:
            raise _uncaught(error, file, *lexer.place(text, statement.start)) from error
    if result is None:
        raise compilation_error("000900", "42601", "Empty SQL statement.")
    return result


def _beside(location: Location, path: str, context: Context) -> Location:
    """The location of a path in a file: from the stage's root if it starts with a slash, else from the file."""
    root = location.text[: -len(location.path)].rstrip("/")
    folder = "/" if path.startswith("/") else posixpath.dirname(f"/{location.path}")
    return resolve(root + posixpath.normpath(posixpath.join(folder, path)), context)


def _uncaught(error: SnowflakeError, file: StagedFile, line: int, position: int) -> SnowflakeError:
    head = f"Uncaught exception of type 'STATEMENT_ERROR' in file {file.name}"
    return SnowflakeError(
        error.code, error.sqlstate, f"{head} on line {line} at position {position}:\n{error.message}"
    )
