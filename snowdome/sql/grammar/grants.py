"""GRANT and REVOKE."""

from __future__ import annotations

from dataclasses import replace

from snowdome.errors import not_supported
from snowdome.sql import ast, lexer
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import common
from snowdome.sql.grammar.listings import kind_words
from snowdome.sql.grammar.registry import statement

# The words that a privilege begins with; those of one kind of object are not told from another's.
_PRIVILEGES = frozenset({
    "ADD", "ALL", "APPLY", "APPLYBUDGET", "ATTACH", "AUDIT", "BIND", "CANCEL", "CREATE", "DATABASE",
    "DELETE", "EVOLVE", "EXECUTE", "FAILOVER", "IMPORT", "IMPORTED", "INSERT", "LISTING", "MANAGE",
    "MODIFY", "MONITOR", "OPERATE", "OVERRIDE", "OWNERSHIP", "PROVISION", "PURCHASE", "READ", "REBUILD",
    "REFERENCES", "REFERENCE_USAGE", "REPLICATE", "RESOLVE", "SELECT", "TRUNCATE", "UPDATE", "USAGE",
    "USE", "USE_ANY_ROLE", "VIEW", "WRITE",
})  # fmt: skip


@statement("GRANT")
def grant(cursor: Cursor) -> ast.Grant:
    """GRANT ROLE …, or GRANT privileges ON …, TO …"""
    found = _what(cursor, revoke=False)
    cursor.expect("TO")
    found = _grantee(cursor, found)
    if cursor.accept_any("COPY", "REVOKE"):
        cursor.expect("CURRENT", "GRANTS")
    if cursor.accept("WITH", "GRANT", "OPTION"):
        found = replace(found, grant_option=True)
    return found


@statement("REVOKE")
def revoke(cursor: Cursor) -> ast.Grant:
    """REVOKE [GRANT OPTION FOR] …, FROM …"""
    option_only = cursor.accept("GRANT", "OPTION", "FOR")
    found = replace(_what(cursor, revoke=True), grant_option=option_only)
    cursor.expect("FROM")
    found = _grantee(cursor, found)
    cursor.accept_any("CASCADE", "RESTRICT")
    return found


def _what(cursor: Cursor, revoke: bool) -> ast.Grant:
    if cursor.at("DATABASE", "ROLE") or cursor.at("APPLICATION", "ROLE"):
        raise not_supported(f"{cursor.peek().upper} roles")
    if cursor.at("SERVICE", "ROLE"):
        raise not_supported("SERVICE roles: every role may ask every service")
    if cursor.accept("ROLE"):
        return ast.Grant(revoke=revoke, privileges=("ROLE",), on_kind="ROLE", on_name=cursor.name())
    privileges = tuple(cursor.comma_list(lambda: _privilege(cursor)))
    cursor.expect("ON")
    return _on(cursor, ast.Grant(revoke=revoke, privileges=privileges))


def _privilege(cursor: Cursor) -> str:
    words = []
    if cursor.peek().upper not in _PRIVILEGES:
        raise cursor.unexpected()
    while not cursor.at_any(",", "ON", "TO", "FROM"):
        if cursor.peek().kind != lexer.WORD:
            raise cursor.unexpected()
        words.append(cursor.next().upper)
    if not words:
        raise cursor.unexpected()
    text = " ".join(words)
    return "ALL" if text == "ALL PRIVILEGES" else text


def _on(cursor: Cursor, found: ast.Grant) -> ast.Grant:
    if cursor.accept("ACCOUNT"):
        return replace(found, on_kind="ACCOUNT")
    if many := cursor.accept_any("ALL", "FUTURE"):
        kind = _plural(cursor)
        cursor.expect("IN")
        place = cursor.expect_any("SCHEMA", "DATABASE")
        return replace(found, on_many=many, on_kind=kind, in_kind=place, on_name=cursor.name())
    kind = kind_words(cursor)
    found = replace(found, on_kind=kind, on_name=cursor.name())
    if kind in ("FUNCTION", "PROCEDURE"):
        found = replace(found, arguments=common.argument_types(cursor))
    return found


def _plural(cursor: Cursor) -> str:
    words = []
    while not cursor.at("IN"):
        if cursor.peek().kind != lexer.WORD:
            raise cursor.unexpected()
        words.append(cursor.next().upper)
    text = " ".join(words)
    return text[:-3] + "Y" if text.endswith("IES") else text.removesuffix("S")


def _grantee(cursor: Cursor, found: ast.Grant) -> ast.Grant:
    if cursor.at("SHARE") or cursor.at("DATABASE", "ROLE") or cursor.at("APPLICATION"):
        raise not_supported(f"grants to a {cursor.peek().upper.lower()}")
    kind = "ROLE"
    if cursor.at_any("ROLE", "USER") and cursor.peek(1).kind in (lexer.WORD, lexer.QUOTED):
        kind = cursor.next().upper
    return replace(found, to_kind=kind, to_name=cursor.name())
