"""PUT, GET, LIST, REMOVE, COPY INTO and COPY FILES."""

from __future__ import annotations

from snowdome.errors import SnowflakeError
from snowdome.sql import ast, lexer
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar.registry import statement


def location(cursor: Cursor) -> ast.Written:
    """``@stage/path``, an URL or a path, bare or in quotes; or a reference to one."""
    token = cursor.peek()
    if token.kind == lexer.LOCATION:
        return cursor.next().text
    if token.kind in (lexer.STRING, lexer.DOLLAR):
        return cursor.string()
    reference = cursor.reference()
    if reference is None:
        raise cursor.unexpected()
    return reference


@statement("PUT")
def put(cursor: Cursor) -> ast.Put:
    """PUT file://path @location options"""
    return ast.Put(source=location(cursor), target=location(cursor), options=cursor.options())


@statement("GET")
def get(cursor: Cursor) -> ast.Get:
    """GET @location file://directory options"""
    return ast.Get(source=location(cursor), target=location(cursor), options=cursor.options())


@statement("LIST")
@statement("LS")
def list_files(cursor: Cursor) -> ast.ListFiles:
    """LIST @location [PATTERN = '…']"""
    return ast.ListFiles(location=location(cursor), options=cursor.options())


@statement("REMOVE")
@statement("RM")
def remove_files(cursor: Cursor) -> ast.RemoveFiles:
    """REMOVE @location [PATTERN = '…']"""
    return ast.RemoveFiles(location=location(cursor), options=cursor.options())


@statement("COPY", "FILES")
def copy_files(cursor: Cursor) -> ast.CopyFiles:
    """COPY FILES INTO @location FROM @location | (query) options"""
    cursor.expect("INTO")
    target = location(cursor)
    cursor.expect("FROM")
    source = cursor.parenthesised() if cursor.at("(") else location(cursor)
    return ast.CopyFiles(target=target, source=source, options=cursor.options())


# -- COPY INTO ----------------------------------------------------------------------------------


@statement("COPY", "INTO")
def copy_into(cursor: Cursor) -> ast.CopyIntoTable | ast.CopyIntoLocation:
    """COPY INTO table [(columns)] [FROM …] options, or COPY INTO @location FROM … options"""
    if cursor.peek().kind in (lexer.LOCATION, lexer.STRING, lexer.PLACEHOLDER):
        return _unload(cursor)
    table = cursor.name()
    columns = tuple(cursor.list_of(lambda: cursor.identifier(frozenset()))) if cursor.at("(") else ()
    source = _load_source(cursor) if cursor.accept("FROM") else None
    options = cursor.options({"ON_ERROR": _on_error}, _conflict)
    return ast.CopyIntoTable(table=table, columns=columns, source=source, options=options)


def _load_source(cursor: Cursor) -> ast.Written | ast.Fragment:
    if not cursor.at("("):
        return location(cursor)
    if cursor.peek(1).kind in (lexer.LOCATION, lexer.STRING) and cursor.peek(2).upper == ")":
        return cursor.list_of(lambda: location(cursor))[0]
    return cursor.parenthesised()


def _on_error(cursor: Cursor) -> ast.Value:
    """A word that may end in a percent sign, or a string."""
    value = cursor.scalar()
    if isinstance(value, ast.Word) and cursor.accept("%"):
        return ast.Word(value.text + "%")
    return value


def _conflict(name: str) -> SnowflakeError:
    text = f"SQL compilation error: conflicting values for copy option '{name}'\n"
    return SnowflakeError("002060", "42601", text)


_AFTER_PARTITION = (
    "FILE_FORMAT", "HEADER", "OVERWRITE", "SINGLE", "MAX_FILE_SIZE", "INCLUDE_QUERY_ID", "DETAILED_OUTPUT",
    "VALIDATION_MODE", "STORAGE_INTEGRATION", "CREDENTIALS", "ENCRYPTION",
)  # fmt: skip


def _unload(cursor: Cursor) -> ast.CopyIntoLocation:
    target = location(cursor)
    cursor.expect("FROM")
    source: ast.Name | ast.Fragment = cursor.parenthesised() if cursor.at("(") else cursor.name()
    partition: ast.Fragment | None = None
    options: ast.Options = {}
    while not cursor.at_end:
        if cursor.accept("PARTITION", "BY"):
            partition = cursor.until(*_AFTER_PARTITION)
        elif cursor.at("HEADER") and cursor.peek(1).upper != "=":
            cursor.next()
            options["HEADER"] = True
        elif cursor.at_option():
            _add(options, cursor.options(duplicate=_conflict))
        else:
            raise cursor.unexpected()
    return ast.CopyIntoLocation(location=target, source=source, partition_by=partition, options=options)


def _add(options: ast.Options, more: ast.Options) -> None:
    for name, value in more.items():
        if name in options:
            raise _conflict(name)
        options[name] = value
