"""Column definitions and constraints of CREATE TABLE and ALTER TABLE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from snowdome.errors import SnowflakeError, not_supported
from snowdome.sql import ast, lexer, typenames
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import common
from snowdome.sql.reserved import COLUMN_RESERVED

_CLAUSES = frozenset(
    (
        "DEFAULT", "AUTOINCREMENT", "IDENTITY", "AS", "GENERATED", "COLLATE", "COMMENT", "CONSTRAINT",
        "PRIMARY", "UNIQUE", "REFERENCES", "FOREIGN", "WITH", "TAG", "MASKING", "CHECK", "NOT", "NULL",
        "PROJECTION",
    )
)  # fmt: skip


def column(cursor: Cursor) -> ast.ColumnDef:
    """[IF NOT EXISTS] name [type] clauses in any order."""
    guarded = cursor.accept("IF", "NOT", "EXISTS")
    start = cursor.peek().start
    found = _Column(ast.ColumnDef(cursor.identifier(COLUMN_RESERVED), None, start, if_not_exists=guarded))
    if not (cursor.at_end or cursor.at_any(",", ")") or cursor.peek().upper in _CLAUSES):
        found.set(type=typenames.read(cursor))
    while cursor.peek().upper in _CLAUSES:
        _clause(cursor, found)
    return found.definition


@dataclass
class _Column:
    """A column definition in the making."""

    definition: ast.ColumnDef
    filled: bool = field(default=False)  # has a DEFAULT or AUTOINCREMENT

    def set(self, **changes: Any) -> None:
        self.definition = replace(self.definition, **changes)

    def fill(self) -> None:
        """Note a DEFAULT or AUTOINCREMENT; 001412 for a second one."""
        if self.filled:
            text = (
                "SQL compilation error: \nMultiple DEFAULT or AUTOINCREMENT expressions declared for column "
                f"{self.definition.name}."
            )
            raise SnowflakeError("001412", "42601", text)
        self.filled = True


def _clause(cursor: Cursor, found: _Column) -> None:
    if common.at_tags(cursor):
        found.set(tags=(*found.definition.tags, *common.tags(cursor)))
        return
    if (constraint := inline_constraint(cursor)) is not None:
        found.set(constraints=(*found.definition.constraints, constraint))
        return
    token = cursor.next()
    reader = _READERS.get(token.upper)
    if reader is None:
        raise cursor.unexpected(token)
    reader(cursor, found)


def _not_null(cursor: Cursor, found: _Column) -> None:
    cursor.expect("NULL")
    found.set(nullable=False)


def _null(cursor: Cursor, found: _Column) -> None:
    """NULL after NOT NULL changes nothing; alone it says what is so anyway."""


def _default(cursor: Cursor, found: _Column) -> None:
    found.fill()
    found.set(default=expression(cursor))


def expression(cursor: Cursor) -> ast.Fragment:
    """An expression, up to a comma, a closing parenthesis or the next clause."""
    first = cursor.index
    while cursor.index == first or not _ends_expression(cursor):
        if cursor.at_end or cursor.at_any(",", ")"):
            raise cursor.unexpected()
        cursor.skip()
    last, cursor.index = cursor.index, first
    fragment = cursor.slice(first, last)
    cursor.index = last
    return fragment


def _ends_expression(cursor: Cursor) -> bool:
    word = cursor.peek().upper
    if cursor.at_end or word in (",", ")"):
        return True
    if word == "NULL" and cursor.peek(-1).upper in ("IS", "NOT"):
        return False
    return word in _CLAUSES and (word != "NOT" or cursor.peek(1).upper == "NULL")


def _identity(cursor: Cursor, found: _Column) -> None:
    found.fill()
    start, step = 1, 1
    ordered: bool | None = None
    if cursor.at("("):
        start, step = (*cursor.list_of(cursor.integer), 1, 1)[:2]
    while word := cursor.accept_any("START", "INCREMENT", "ORDER", "NOORDER"):
        if word in ("ORDER", "NOORDER"):
            ordered = word == "ORDER"
            continue
        cursor.accept_any("WITH", "BY")
        cursor.accept("=")
        value = cursor.integer()
        start, step = (value, step) if word == "START" else (start, value)
    found.set(identity=ast.Identity(start, step, ordered))


def _computed(cursor: Cursor, found: _Column) -> None:
    found.set(computed=cursor.parenthesised())


def _generated(cursor: Cursor, found: _Column) -> None:
    cursor.accept("ALWAYS")
    cursor.expect("AS")
    _computed(cursor, found)


def _collate(cursor: Cursor, found: _Column) -> None:
    found.set(collation=cursor.string())


def _comment(cursor: Cursor, found: _Column) -> None:
    found.set(comment=cursor.string())


def _policy(cursor: Cursor, found: _Column) -> None:
    cursor.accept_any("MASKING", "PROJECTION")
    cursor.expect("POLICY")
    raise not_supported("masking and projection policies")


def _check(cursor: Cursor, found: _Column) -> None:
    raise not_supported("CHECK constraints")


_READERS: dict[str, Callable[[Cursor, _Column], None]] = {
    "NOT": _not_null,
    "NULL": _null,
    "DEFAULT": _default,
    "AUTOINCREMENT": _identity,
    "IDENTITY": _identity,
    "AS": _computed,
    "GENERATED": _generated,
    "COLLATE": _collate,
    "COMMENT": _comment,
    "MASKING": _policy,
    "PROJECTION": _policy,
    "WITH": _policy,
    "CHECK": _check,
}


# -- constraints ----------------------------------------------------------------------------------


def inline_constraint(cursor: Cursor) -> ast.ConstraintDef | None:
    """[CONSTRAINT name] PRIMARY KEY | UNIQUE | [FOREIGN KEY] REFERENCES …, if one comes next."""
    if not cursor.at_any("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "REFERENCES"):
        return None
    name = cursor.identifier() if cursor.accept("CONSTRAINT") else None
    if cursor.accept("PRIMARY", "KEY"):
        found = ast.ConstraintDef("PRIMARY KEY", name)
    elif cursor.accept("UNIQUE"):
        found = ast.ConstraintDef("UNIQUE", name)
    else:
        cursor.accept("FOREIGN", "KEY")
        found = _references(cursor, ast.ConstraintDef("FOREIGN KEY", name))
    return _constraint_properties(cursor, found)


def at_constraint(cursor: Cursor) -> bool:
    """Whether an out-of-line constraint comes next."""
    starts = (("CONSTRAINT",), ("PRIMARY", "KEY"), ("UNIQUE",), ("FOREIGN", "KEY"), ("CHECK",))
    return any(cursor.at(*words) for words in starts)


def constraint(cursor: Cursor) -> ast.ConstraintDef:
    """[CONSTRAINT name] PRIMARY KEY (…) | UNIQUE (…) | FOREIGN KEY (…) REFERENCES …"""
    name = cursor.identifier() if cursor.accept("CONSTRAINT") else None
    if cursor.at("CHECK"):
        raise not_supported("CHECK constraints")
    if cursor.accept("FOREIGN", "KEY"):
        columns = common.column_names(cursor)
        found = _references(cursor, ast.ConstraintDef("FOREIGN KEY", name, columns))
    else:
        kind = "UNIQUE" if cursor.accept("UNIQUE") else "PRIMARY KEY"
        if kind == "PRIMARY KEY":
            cursor.expect("PRIMARY", "KEY")
        found = ast.ConstraintDef(kind, name, common.column_names(cursor))
    return _constraint_properties(cursor, found)


def _references(cursor: Cursor, found: ast.ConstraintDef) -> ast.ConstraintDef:
    cursor.expect("REFERENCES")
    table = cursor.name()
    columns = common.column_names(cursor) if cursor.at("(") else ()
    return replace(found, referenced=table, referenced_columns=columns)


_FLAGS = frozenset(
    (
        "ENFORCED", "DEFERRABLE", "ENABLE", "DISABLE", "VALIDATE", "NOVALIDATE", "RELY", "NORELY",
        "INITIALLY", "MATCH", "ON", "COMMENT", "NOT",
    )
)  # fmt: skip


def _constraint_properties(cursor: Cursor, found: ast.ConstraintDef) -> ast.ConstraintDef:
    while cursor.peek().upper in _FLAGS and not cursor.at("NOT", "NULL"):
        if cursor.at("COMMENT") and not found.columns:
            break  # an inline constraint's column's comment
        word = cursor.next().upper
        if word == "NOT":
            cursor.expect_any("ENFORCED", "DEFERRABLE")
        elif word == "INITIALLY":
            cursor.expect_any("DEFERRED", "IMMEDIATE")
        elif word == "MATCH":
            cursor.expect_any("FULL", "SIMPLE", "PARTIAL")
        elif word == "ON":
            found = replace(found, actions=_referential_action(cursor) or found.actions)
        elif word in ("RELY", "NORELY"):
            found = replace(found, rely=word == "RELY")
        elif word == "COMMENT":
            found = replace(found, comment=cursor.string())
    return found


def _referential_action(cursor: Cursor) -> bool:
    cursor.expect_any("UPDATE", "DELETE")
    if cursor.accept("NO", "ACTION"):
        return False
    if cursor.accept("SET"):
        cursor.expect_any("NULL", "DEFAULT")
    else:
        cursor.expect_any("CASCADE", "RESTRICT")
    return True


def constraint_flags(cursor: Cursor) -> bool | None:
    """The properties of ALTER CONSTRAINT: whether RELY, or None where it is not mentioned."""
    rely: bool | None = None
    while not cursor.at_end:
        word = cursor.expect_any("RELY", "NORELY", "ENFORCED", "NOT")
        if word == "NOT":
            cursor.expect("ENFORCED")
        elif word != "ENFORCED":
            rely = word == "RELY"
    return rely


def at_word(cursor: Cursor) -> bool:
    """Whether an identifier comes next."""
    return cursor.peek().kind in (lexer.WORD, lexer.QUOTED)
