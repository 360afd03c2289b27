"""Sort keys: Snowflake's place for NULLs, written out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.operators import order_key
from snowdome.sql.binder.scope import Scope


def order_by(binder: Binder, keys: Sequence[exp.Expr], scope: Scope) -> str:
    """``ORDER BY …`` over bound keys; empty without keys."""
    parts = [order_item(order_key(binder.expression(k.this, scope)), k) for k in keys]
    return f"ORDER BY {', '.join(parts)}" if parts else ""


def order_item(sql: str, key: exp.Expr) -> str:
    """One sort key: NULLs are the largest values unless NULLS FIRST or LAST says otherwise."""
    descending = bool(key.args.get("desc"))
    nulls_first = bool(key.args.get("nulls_first"))
    return f"{sql} {'DESC' if descending else 'ASC'} NULLS {'FIRST' if nulls_first else 'LAST'}"


def window_order(binder: Binder, window: exp.Window, scope: Scope) -> str:
    """`` ORDER BY …`` of OVER, for an ordered aggregate; empty without one."""
    order = window.args.get("order")
    return f" {order_by(binder, order.expressions, scope)}" if order is not None else ""
