"""Snowflake Scripting: from tokens to the nodes of ``snowdome.sql.ast.scripting``."""

from __future__ import annotations

from collections.abc import Callable

from snowdome.errors import SnowflakeError, not_supported
from snowdome.sql import lexer, typenames
from snowdome.sql.ast import scripting as nodes
from snowdome.sql.ast.base import Fragment
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import registry
from snowdome.sql.grammar.scripting_sql import (
    at_dynamic,
    embedded,
    expression,
    expressions,
    rows,
    rows_or_none,
    target,
    targets,
)

_TRANSACTION = frozenset({"TRANSACTION", "WORK", "NAME", ";", ""})
_FIRST_NUMBER, _LAST_NUMBER = -20999, -20000  # of exceptions, both excluded


def at_block(cursor: Cursor) -> bool:
    """Whether a block begins here, and not a transaction."""
    following = cursor.peek(1)
    starts_transaction = following.upper in _TRANSACTION and following.kind in (
        lexer.EOF, lexer.WORD, lexer.OP,
    )  # fmt: skip
    return cursor.at("DECLARE") or (cursor.at("BEGIN") and not starts_transaction)


def anonymous_block(cursor: Cursor) -> nodes.AnonymousBlock:
    """The block at the cursor; a semicolon may follow it."""
    start = cursor.peek().start
    block = _block(cursor)
    cursor.accept(";")
    return nodes.AnonymousBlock(block=block, source=cursor.source, origin=_origin(cursor.source, start))


def _origin(source: str, start: int) -> int:
    """Where places are counted from: what was sent for its first statement, itself for a later one."""
    only_blanks = len(lexer.tokenize(source[:start])) == 1
    return 0 if only_blanks else start


def parse_block(text: str) -> nodes.AnonymousBlock:
    """The block that ``text`` is; 001003 if it is none."""
    cursor = Cursor(text, lexer.tokenize(text))
    if not at_block(cursor):
        raise cursor.unexpected()
    block = anonymous_block(cursor)
    cursor.finish()
    return block


def read_block(cursor: Cursor) -> Fragment:
    """The block or statement that fills the rest of the statement at the cursor, as text; it must parse."""
    first = cursor.index
    if at_block(cursor):
        anonymous_block(cursor)
    else:
        registry.statement.require(cursor)(cursor)
    cursor.finish()
    return cursor.slice(first, cursor.index)


# -- blocks -------------------------------------------------------------------------------------


def _block(cursor: Cursor) -> nodes.Block:
    start = cursor.peek().start
    declarations: list[nodes.Declaration] = []
    if cursor.accept("DECLARE"):
        while not cursor.at("BEGIN"):
            declarations.append(_declared(cursor))
    cursor.expect("BEGIN")
    statements = _statements(cursor, "EXCEPTION", "END")
    handlers = tuple(_handlers(cursor)) if cursor.accept("EXCEPTION") else ()
    cursor.expect("END")
    return nodes.Block(
        start=start, declarations=tuple(declarations), statements=statements,
        handlers=handlers, label=_label(cursor),
    )  # fmt: skip


def _label(cursor: Cursor) -> str | None:
    at_end = cursor.at_end or cursor.at(";")
    return None if at_end else cursor.identifier()


def _statements(cursor: Cursor, *ends: str) -> tuple[nodes.Node, ...]:
    """Statements up to one of ``ends``, each with its semicolon; empty ones are left out."""
    found: list[nodes.Node] = []
    while not cursor.at_any(*ends) or cursor.peek(1).upper == ":=":
        if cursor.accept(";"):
            continue
        found.append(_statement(cursor))
        cursor.expect(";")
    return tuple(found)


def _statement(cursor: Cursor) -> nodes.Node:
    token = cursor.peek()
    if token.kind in (lexer.WORD, lexer.QUOTED) and cursor.peek(1).upper == ":=":
        return _assign(cursor)
    if at_block(cursor):
        return _block(cursor)
    reader = _READERS.get(token.upper)
    if reader is None or (token.upper == "EXECUTE" and not at_dynamic(cursor)):
        return nodes.Sql(start=token.start, statement=embedded(cursor))
    return reader(cursor)


def _handlers(cursor: Cursor) -> list[nodes.Handler]:
    found = []
    while not cursor.at("END"):
        start = cursor.peek().start
        cursor.expect("WHEN")
        names = [target(cursor)]
        while cursor.accept("OR"):
            names.append(target(cursor))
        resumes = cursor.accept_any("EXIT", "CONTINUE") == "CONTINUE"
        cursor.expect("THEN")
        statements = _statements(cursor, "WHEN", "END")
        found.append(nodes.Handler(start=start, names=tuple(names), statements=statements, resumes=resumes))
    return found


# -- declarations -------------------------------------------------------------------------------


def _declared(cursor: Cursor) -> nodes.Declaration:
    found = _declaration(cursor)
    cursor.expect(";")
    return found


def _declaration(cursor: Cursor, let: lexer.Token | None = None) -> nodes.Declaration:
    """What DECLARE or LET declares; messages place it at the name, or at LET."""
    start = (let or cursor.peek()).start
    name = cursor.identifier()
    for words, reader in _DECLARATIONS.items():
        if not (let and words == ("EXCEPTION",)) and cursor.accept(*words):
            return reader(cursor, name, start)
    type_ = None if cursor.at(":=") or cursor.at("DEFAULT") else typenames.read(cursor)
    value = None
    if let or not cursor.at(";"):
        _assignment_sign(cursor)
        value = expression(cursor)
    return nodes.DeclareVariable(start=start, name=name, type=type_, value=value)


def _assignment_sign(cursor: Cursor) -> None:
    if cursor.accept_any(":=", "DEFAULT") is None:
        raise cursor.unexpected()


def _declare_cursor(cursor: Cursor, name: str, start: int) -> nodes.Declaration:
    query: nodes.Embedded | nodes.Target
    if cursor.peek(1).upper == ";":
        query = target(cursor)
    else:
        query = embedded(cursor)
    return nodes.DeclareCursor(start=start, name=name, query=query)


def _declare_resultset(cursor: Cursor, name: str, start: int) -> nodes.Declaration:
    if cursor.at(";"):
        return nodes.DeclareResultSet(start=start, name=name)
    _assignment_sign(cursor)
    awaited = not cursor.accept("ASYNC")
    return nodes.DeclareResultSet(start=start, name=name, rows=rows(cursor), awaited=awaited)


def _declare_exception(cursor: Cursor, name: str, start: int) -> nodes.Declaration:
    if not cursor.accept("("):
        return nodes.DeclareException(start=start, name=name)
    number = cursor.integer()
    cursor.expect(",")
    message = cursor.string()
    cursor.expect(")")
    if not _FIRST_NUMBER < number < _LAST_NUMBER:
        raise _invalid_number(cursor, number, start)
    return nodes.DeclareException(start=start, name=name, number=number, message=message)


def _invalid_number(cursor: Cursor, number: int, start: int) -> SnowflakeError:
    line, position = lexer.place(cursor.source, start)
    bounds = f"Must be between {_FIRST_NUMBER:,} and {_LAST_NUMBER:,}"
    text = f"error line {line} at position {position}\n Invalid error code '{number:,}'. {bounds}"
    return SnowflakeError("092228", "P0000", f"SQL compilation error: {text}")


def _declare_procedure(cursor: Cursor, name: str, start: int) -> nodes.Declaration:
    raise not_supported("nested procedures in Snowflake Scripting")


_DECLARATIONS: dict[tuple[str, ...], Callable[[Cursor, str, int], nodes.Declaration]] = {
    ("CURSOR", "FOR"): _declare_cursor,
    ("RESULTSET",): _declare_resultset,
    ("EXCEPTION",): _declare_exception,
    ("PROCEDURE",): _declare_procedure,
}


# -- statements ---------------------------------------------------------------------------------


def _let(cursor: Cursor) -> nodes.Node:
    return _declaration(cursor, cursor.next())


def _assign(cursor: Cursor) -> nodes.Node:
    start = cursor.peek().start
    name = nodes.Target(target(cursor).name, cursor.peek().start)  # messages place it at the sign
    cursor.expect(":=")
    awaited = not cursor.accept("ASYNC")
    if not cursor.at("("):
        return nodes.Assign(start=start, target=name, value=expression(cursor))
    first = cursor.index
    value = expression(cursor)
    whole = Cursor(cursor.source, cursor.tokens, 0)
    whole.index = first
    found = rows_or_none(whole)
    fits = found is not None and whole.index == cursor.index
    return nodes.Assign(start=start, target=name, value=value, rows=found if fits else None, awaited=awaited)


def _if(cursor: Cursor) -> nodes.Node:
    start = cursor.next().start
    branches = [_if_branch(cursor)]
    while cursor.accept_any("ELSEIF", "ELSIF"):
        branches.append(_if_branch(cursor))
    otherwise = _statements(cursor, "END") if cursor.accept("ELSE") else ()
    cursor.expect("END", "IF")
    return nodes.If(start=start, branches=tuple(branches), otherwise=otherwise)


def _if_branch(cursor: Cursor) -> nodes.Branch:
    condition = _condition(cursor, "THEN")
    cursor.expect("THEN")
    return nodes.Branch(condition, _statements(cursor, "ELSEIF", "ELSIF", "ELSE", "END"))


def _condition(cursor: Cursor, *ends: str) -> Fragment:
    """A condition, which stands in parentheses."""
    first = cursor.index
    cursor.expect("(")
    inside = expression(cursor)
    cursor.expect(")")
    if cursor.at_any(*ends):
        return inside
    cursor.index = first  # ``(a) AND (b)``
    return expression(cursor, *ends)


def _case(cursor: Cursor) -> nodes.Node:
    start = cursor.next().start
    subject = None if cursor.at("WHEN") else expression(cursor, "WHEN")
    branches = []
    while cursor.accept("WHEN"):
        condition = expression(cursor, "THEN")
        cursor.expect("THEN")
        branches.append(nodes.Branch(condition, _statements(cursor, "WHEN", "ELSE", "END")))
    if not branches:
        raise cursor.unexpected()
    otherwise = _statements(cursor, "END") if cursor.accept("ELSE") else None
    cursor.expect("END")
    cursor.accept("CASE")
    return nodes.Case(start=start, subject=subject, branches=tuple(branches), otherwise=otherwise)


def _body(cursor: Cursor, word: str) -> tuple[tuple[nodes.Node, ...], str | None]:
    """DO … END word, or LOOP … END LOOP, with a label."""
    end = word if cursor.expect_any("DO", "LOOP") == "DO" else "LOOP"
    statements = _statements(cursor, "END")
    cursor.expect("END", end)
    return statements, _label(cursor)


def _for(cursor: Cursor) -> nodes.Node:
    start = cursor.next().start
    name = cursor.identifier()
    cursor.expect("IN")
    if cursor.peek(1).upper in ("DO", "LOOP"):
        source = target(cursor)
        statements, label = _body(cursor, "FOR")
        return nodes.ForRows(start=start, row=name, source=source, statements=statements, label=label)
    reverse = cursor.accept("REVERSE")
    low = expression(cursor, "TO")
    cursor.expect("TO")
    high = expression(cursor, "DO", "LOOP")
    statements, label = _body(cursor, "FOR")
    return nodes.ForCounter(
        start=start, counter=name, low=low, high=high, reverse=reverse, statements=statements, label=label
    )


def _while(cursor: Cursor) -> nodes.Node:
    start = cursor.next().start
    condition = _condition(cursor, "DO", "LOOP")
    statements, label = _body(cursor, "WHILE")
    return nodes.While(start=start, condition=condition, statements=statements, label=label)


def _repeat(cursor: Cursor) -> nodes.Node:
    start = cursor.next().start
    statements = _statements(cursor, "UNTIL")
    cursor.expect("UNTIL")
    condition = _condition(cursor, "END")
    cursor.expect("END", "REPEAT")
    return nodes.Repeat(start=start, condition=condition, statements=statements, label=_label(cursor))


def _loop(cursor: Cursor) -> nodes.Node:
    start = cursor.next().start
    statements = _statements(cursor, "END")
    cursor.expect("END", "LOOP")
    return nodes.Loop(start=start, statements=statements, label=_label(cursor))


def _jump(cursor: Cursor) -> nodes.Node:
    token = cursor.next()
    return nodes.Jump(
        start=token.start, continues=token.upper in ("CONTINUE", "ITERATE"), label=_label(cursor)
    )


def _return(cursor: Cursor) -> nodes.Node:
    start = cursor.next().start
    if cursor.at(";"):
        return nodes.Return(start=start)
    if not cursor.accept("TABLE", "("):
        return nodes.Return(start=start, value=expression(cursor))
    of_cursor = cursor.accept("RESULTSET_FROM_CURSOR", "(")
    name = target(cursor)
    cursor.expect(")")
    if of_cursor:
        cursor.expect(")")
    return nodes.Return(start=start, table=name, of_cursor=of_cursor)


def _null(cursor: Cursor) -> nodes.Node:
    return nodes.Null(start=cursor.next().start)


def _open(cursor: Cursor) -> nodes.Node:
    start = cursor.next().start
    name = target(cursor)
    using = expressions(cursor) if cursor.accept("USING") else ()
    return nodes.Open(start=start, cursor=name, using=using)


def _fetch(cursor: Cursor) -> nodes.Node:
    start = cursor.next().start
    name = target(cursor)
    cursor.expect("INTO")
    return nodes.Fetch(start=start, cursor=name, into=targets(cursor))


def _close(cursor: Cursor) -> nodes.Node:
    return nodes.Close(start=cursor.next().start, cursor=target(cursor))


def _raise(cursor: Cursor) -> nodes.Node:
    start = cursor.next().start
    return nodes.Raise(start=start, exception=None if cursor.at(";") else target(cursor))


def _execute(cursor: Cursor) -> nodes.Node:
    found = rows(cursor, parenthesised=False)
    assert isinstance(found, nodes.Dynamic)
    return nodes.ExecuteText(start=found.start, statement=found)


def _async(cursor: Cursor) -> nodes.Node:
    start = cursor.next().start
    return nodes.AsyncSql(start=start, statement=rows(cursor))


def _await(cursor: Cursor) -> nodes.Node:
    token = cursor.next()
    name = None if cursor.accept("ALL") else target(cursor)
    return nodes.Await(start=token.start, name=name, cancels=token.upper == "CANCEL")


_READERS: dict[str, Callable[[Cursor], nodes.Node]] = {
    "LET": _let, "IF": _if, "CASE": _case, "FOR": _for, "WHILE": _while, "REPEAT": _repeat, "LOOP": _loop,
    "BREAK": _jump, "EXIT": _jump, "CONTINUE": _jump, "ITERATE": _jump, "RETURN": _return, "NULL": _null,
    "OPEN": _open, "FETCH": _fetch, "CLOSE": _close, "RAISE": _raise, "EXECUTE": _execute, "ASYNC": _async,
    "AWAIT": _await, "CANCEL": _await,
}  # fmt: skip
