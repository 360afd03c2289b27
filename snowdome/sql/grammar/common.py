"""Clauses that many statements share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.sql import ast, lexer, typenames
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar.registry import Head
from snowdome.types import DataType

T = TypeVar("T")


def if_exists(cursor: Cursor) -> bool:
    """IF EXISTS, if it comes next."""
    return cursor.accept("IF", "EXISTS")


def if_not_exists(cursor: Cursor, head: Head) -> bool:
    """IF NOT EXISTS, if it comes next; it and OR REPLACE exclude each other."""
    found = cursor.accept("IF", "NOT", "EXISTS")
    if found and head.replace:
        raise compilation_error("002014", "22023", "options IF NOT EXISTS and OR REPLACE are incompatible.")
    return found


def at_tags(cursor: Cursor) -> bool:
    """Whether [WITH] TAG ( comes next."""
    return cursor.at("TAG", "(") or cursor.at("WITH", "TAG")


def tags(cursor: Cursor) -> ast.Tags:
    """[WITH] TAG (name = 'value', …)."""
    cursor.accept("WITH")
    cursor.expect("TAG")
    return tuple(cursor.list_of(lambda: tag(cursor)))


def tag(cursor: Cursor) -> tuple[ast.Name, str]:
    """name = 'value'."""
    name = cursor.name()
    cursor.expect("=")
    return name, cursor.string()


def argument_types(cursor: Cursor) -> tuple[DataType, ...]:
    """The types in a function's signature, ``(INT, VARCHAR)``."""
    return tuple(cursor.list_of(lambda: typenames.read(cursor)))


def column_names(cursor: Cursor) -> tuple[str, ...]:
    """``(a, b)``."""
    return tuple(cursor.list_of(cursor.identifier))


def option_name(cursor: Cursor) -> str:
    """A property's name, which may be any word."""
    return cursor.identifier(frozenset())


def clone_source(cursor: Cursor) -> ast.Name:
    """What follows CLONE; time travel is refused."""
    name = cursor.name()
    if cursor.at_any("AT", "BEFORE"):
        raise not_supported("CLONE … AT | BEFORE (time travel)")
    return name


def action(cursor: Cursor) -> ast.Action:
    """RENAME TO, SWAP WITH, SET and UNSET of tags and properties."""
    word = cursor.expect_any("RENAME", "SWAP", "SET", "UNSET")
    return _ACTIONS[word](cursor)


def _rename(cursor: Cursor) -> ast.Action:
    cursor.expect("TO")
    return ast.Rename(cursor.name())


def _swap(cursor: Cursor) -> ast.Action:
    cursor.expect("WITH")
    return ast.SwapWith(cursor.name())


def _set(cursor: Cursor) -> ast.Action:
    if cursor.at("TAG") and cursor.peek(1).upper != "=":
        cursor.next()
        return ast.SetTags(tuple(cursor.comma_list(lambda: tag(cursor))))
    return ast.SetOptions(settings(cursor))


def settings(cursor: Cursor, duplicate: Callable[[str], SnowflakeError] | None = None) -> ast.Options:
    """``NAME = value …`` after SET, at least one; a name given twice keeps its last value unless
    ``duplicate`` makes an error of it."""
    found: ast.Options = {}
    if not cursor.at_option():
        raise cursor.unexpected()
    while cursor.at_option():
        name = cursor.peek().upper
        if duplicate is not None and name in found:
            raise duplicate(name)
        cursor.next()
        cursor.expect("=")
        found[name] = cursor.value()
        if cursor.at(",") and cursor.peek(2).upper == "=":
            cursor.next()
    return found


def _unset(cursor: Cursor) -> ast.Action:
    if cursor.at("TAG") and cursor.peek(1).kind in (lexer.WORD, lexer.QUOTED):
        cursor.next()
        return ast.UnsetTags(tuple(cursor.comma_list(cursor.name)))
    return ast.UnsetOptions(tuple(cursor.comma_list(lambda: option_name(cursor))))


_ACTIONS: dict[str, Callable[[Cursor], ast.Action]] = {
    "RENAME": _rename,
    "SWAP": _swap,
    "SET": _set,
    "UNSET": _unset,
}
