"""Column references and paths into semi-structured values."""

from __future__ import annotations

import re

from sqlglot import exp

from snowdome.catalog.model import Sequence
from snowdome.catalog.names import literal, quote
from snowdome.errors import compilation_error, invalid_identifier, located_error
from snowdome.sql.binder import staged
from snowdome.sql.binder.core import Binder, binds, fold, position
from snowdome.sql.binder.echo import qualified
from snowdome.sql.binder.literals import positional
from snowdome.sql.binder.scope import BoundColumn, Scope
from snowdome.sql.functions import semistructured
from snowdome.sql.typed import Typed
from snowdome.types import NUMBER

_POSITION = re.compile(r"\$[1-9]\d*\Z")


@binds(exp.Column)
def bind_column(binder: Binder, node: exp.Column, scope: Scope) -> Typed:
    if (known := node.meta.get("typed")) is not None:  # a variable of a scripting block
        assert isinstance(known, Typed)
        return known
    qualifier = tuple(fold(p) for p in node.parts[:-1])
    if isinstance(node.this, exp.Parameter):
        return positional(binder, int(node.this.this.this), qualifier, scope)
    if isinstance(node.this, exp.Star):
        raise located_error("002079", "42601", "'*' is not allowed here.", *position(binder, node))
    name = fold(node.this)
    return (
        _resolve(binder, node, qualifier, name, scope)
        or _sequence_value(binder, qualifier, name)
        or _path_from_column(binder, node, scope)
        or _quoted_position(binder, qualifier, name, scope)
        or _fail(binder, node)
    )


@binds(exp.Identifier)
def bind_identifier(binder: Binder, node: exp.Identifier, scope: Scope) -> Typed:
    """Bare identifiers stand for lambda parameters."""
    return bind_column(binder, exp.Column(this=node.copy()), scope)


def _resolve(
    binder: Binder, node: exp.Expr, qualifier: tuple[str, ...], name: str, scope: Scope
) -> Typed | None:
    """The first meaning of a name, from the innermost scope out."""
    inner: Scope | None = scope
    while inner is not None:
        found = _resolve_here(binder, node, qualifier, name, inner)
        if found is not None:
            return found
        inner = inner.parent
    return None


def _resolve_here(
    binder: Binder, node: exp.Expr, qualifier: tuple[str, ...], name: str, scope: Scope
) -> Typed | None:
    if not qualifier and name in scope.parameters:
        return scope.parameters[name]
    if scope.aliases_first and not qualifier and (typed := _alias(binder, name, scope)) is not None:
        return typed
    columns = scope.frm.find(qualifier, name)
    if len(columns) > 1:
        shown = ".".join(quote(p) for p in (*qualifier, name))
        raise compilation_error("002028", "42601", f"ambiguous column name '{shown}'")
    if columns:
        return _use(binder, node, columns[0], qualifier, scope)
    return None if qualifier else _alias(binder, name, scope)


def _use(
    binder: Binder, node: exp.Expr, column: BoundColumn, qualifier: tuple[str, ...], scope: Scope
) -> Typed:
    if scope.grouping is not None and column.sql not in scope.grouping.keys:
        shown = qualified(qualifier, column.name, scope)
        scope.grouping.strays.append((shown, *position(binder, node)))
    return column.typed()


def _alias(binder: Binder, name: str, scope: Scope) -> Typed | None:
    """A select alias used as a name: the expression again (unless it is being bound right now)."""
    if name not in scope.aliases or name in scope.resolving:
        return None
    before, scope.resolving = scope.resolving, (*scope.resolving, name)
    first, scope.aliases_first = scope.aliases_first, False
    try:
        return binder.expression(scope.aliases[name], scope)
    finally:
        scope.resolving, scope.aliases_first = before, first


def _sequence_value(binder: Binder, qualifier: tuple[str, ...], name: str) -> Typed | None:
    """``sequence.NEXTVAL``."""
    if name != "NEXTVAL" or not qualifier:
        return None
    found = binder.session.find(Sequence, binder.object_name(qualifier))
    if found is None:
        return None
    binder.volatile()
    return Typed(f"CAST(nextval({literal(found.storage)}) AS DECIMAL(38,0))", NUMBER, False)


def _path_from_column(binder: Binder, node: exp.Column, scope: Scope) -> Typed | None:
    """``a.b`` where ``a`` is a semi-structured column and not a table: Snowflake's dot path into objects."""
    parts = list(node.parts)
    if len(parts) < 2:
        return None
    base = _resolve(binder, node, (), fold(parts[0]), scope)
    if base is None or not base.type.is_semi_structured:
        return None
    return semistructured.get_path(
        base, tuple(p.name if p.args.get("quoted") else p.name.upper() for p in parts[1:]), binder
    )


def _quoted_position(binder: Binder, qualifier: tuple[str, ...], name: str, scope: Scope) -> Typed | None:
    """``"$4"`` in quotes is a position too, where no column is called so."""
    return positional(binder, int(name[1:]), qualifier, scope) if _POSITION.match(name) else None


def _fail(binder: Binder, node: exp.Column) -> Typed:
    shown = ".".join(quote(fold(p)) for p in node.parts)
    raise invalid_identifier(shown, *position(binder, node))


@binds(exp.JSONExtract)
def bind_path(binder: Binder, node: exp.JSONExtract, scope: Scope) -> Typed:
    """``v:a.b[0]``."""
    keys = tuple(_path_part(p) for p in node.expression.expressions[1:])
    if (native := staged.native_path(node, keys, scope, binder)) is not None:
        return native
    return semistructured.get_path(binder.expression(node.this, scope), keys, binder)


def _path_part(part: exp.Expr) -> str | int:
    if isinstance(part, exp.JSONPathSubscript):
        return part.this if isinstance(part.this, int) else str(part.this)
    return str(part.this)


@binds(exp.Bracket)
def bind_bracket(binder: Binder, node: exp.Bracket, scope: Scope) -> Typed:
    """``v['key']``, ``v[0]``, ``v[expression]``."""
    value = binder.expression(node.this, scope)
    offset = node.args.get("offset") or 0
    index = binder.expression(node.expressions[0], scope)
    if isinstance(index.literal, str):
        return semistructured.get_path(value, (index.literal,), binder)
    if index.is_literal and index.type.kind == "FIXED" and index.literal is not None:
        return semistructured.get_path(value, (int(str(index.literal)) - offset,), binder)
    return semistructured.get_path(value, (index,), binder)
