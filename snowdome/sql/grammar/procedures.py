"""CREATE and ALTER PROCEDURE, CALL, and procedures that live for one CALL."""

from __future__ import annotations

from dataclasses import replace

from snowdome.errors import not_supported
from snowdome.sql import ast, lexer
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import common
from snowdome.sql.grammar.functions import CLAUSES, Clauses, Making, argument, clauses, flag
from snowdome.sql.grammar.registry import Head, alters, creates


@creates("PROCEDURE")
def create_procedure(cursor: Cursor, head: Head) -> ast.CreateProcedure:
    """CREATE [TEMPORARY] [SECURE] PROCEDURE name(arguments) RETURNS … EXECUTE AS … AS '…'."""
    head.only(cursor, "TEMP", "TEMPORARY", "VOLATILE", "SECURE")
    guarded = common.if_not_exists(cursor, head)
    name = cursor.name()
    made = _procedure(cursor, name)
    return replace(
        made, replace=head.replace, if_not_exists=guarded, secure=head.has("SECURE"), temporary=head.temporary
    )


def _procedure(cursor: Cursor, name: ast.Name, last: str = "") -> ast.CreateProcedure:
    """What follows the name, up to the word ``last`` or the end."""
    arguments = tuple(cursor.list_of(lambda: _argument(cursor)))
    making = Making()
    clauses(cursor, making, _CLAUSES, last)
    return ast.CreateProcedure(name=name, arguments=arguments, **making.fields)


def _argument(cursor: Cursor) -> ast.ArgumentDef:
    """``[IN] name type``; the mode may be a name itself."""
    if cursor.peek(1).kind in (lexer.WORD, lexer.QUOTED) and cursor.peek(2).kind == lexer.WORD:
        mode = cursor.accept_any("IN", "INPUT", "OUT", "OUTPUT")
        if mode in ("OUT", "OUTPUT"):
            raise not_supported("output arguments of a procedure")
    return argument(cursor)


def _returns(cursor: Cursor, found: Making) -> None:
    CLAUSES["RETURNS",][1](cursor, found)
    if "columns" in found.fields and cursor.accept("NOT", "NULL"):
        found.set(not_null=True)


def _execute_as(cursor: Cursor, found: Making) -> None:
    word = cursor.expect_any("OWNER", "CALLER", "RESTRICTED")
    if word == "RESTRICTED":
        cursor.expect("CALLER")
        word = "RESTRICTED CALLER"
    found.set(execute_as=word)


def _body(cursor: Cursor, found: Making) -> None:
    """A quoted body, or a scripting block as it is."""
    if cursor.peek().kind in (lexer.STRING, lexer.DOLLAR):
        CLAUSES["AS",][1](cursor, found)
        return
    if not cursor.at_any("BEGIN", "DECLARE"):
        raise cursor.unexpected()
    block = cursor.rest()
    found.set(body=block.text, body_start=block.start)


_CLAUSES: Clauses = {
    **{words: entry for words, entry in CLAUSES.items() if words != ("MEMOIZABLE",)},
    ("RETURNS",): ("returns", _returns),
    ("EXECUTE", "AS"): ("rights", _execute_as),
    ("COPY", "GRANTS"): ("grants", flag("copy_grants")),
    ("AS",): ("body", _body),
}


@alters("PROCEDURE")
def alter_procedure(cursor: Cursor) -> ast.Statement:
    """ALTER PROCEDURE name(types): RENAME TO, EXECUTE AS, SET | UNSET COMMENT or SECURE."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    arguments = common.argument_types(cursor)
    return ast.AlterObject(
        kind="PROCEDURE", if_exists=exists, name=name, arguments=arguments, action=_action(cursor)
    )


def _action(cursor: Cursor) -> ast.Action:
    if cursor.accept("EXECUTE", "AS"):
        rights = Making()
        _execute_as(cursor, rights)
        return ast.Verb(f"EXECUTE AS {rights.fields['execute_as']}")
    if cursor.at_any("SET", "UNSET") and cursor.peek(1).upper == "SECURE":
        return ast.Verb(f"{cursor.next().upper} {cursor.next().upper}")
    return common.action(cursor)


def call(cursor: Cursor) -> ast.Call:
    """``name(arguments) [INTO :variable]`` behind CALL."""
    name = cursor.name()
    arguments = cursor.parenthesised()
    into = cursor.next().text if cursor.accept("INTO") else None
    return ast.Call(name=name, arguments=arguments, into=into)


def anonymous(cursor: Cursor) -> ast.CallAnonymous:
    """``name AS PROCEDURE (arguments) RETURNS … [, | WITH …] CALL name(…)`` behind WITH."""
    name = cursor.name()
    cursor.expect("AS", "PROCEDURE")
    made = _procedure(cursor, name, "CALL")
    start, bound = cursor.peek().start, cursor.bound
    cursor.expect("CALL")
    called = call(cursor)
    text = cursor.source[start : cursor.tokens[cursor.index - 1].end]
    return ast.CallAnonymous(procedure=made, call=replace(called, text=text, start=start, bound_before=bound))
