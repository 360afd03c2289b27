"""Staged files as FROM items."""

from __future__ import annotations

from sqlglot import exp

from snowdome.errors import not_supported
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.scope import Scope, Source


def bind_stage(binder: Binder, node: exp.Table, scope: Scope) -> tuple[str, Source]:
    """``FROM @stage/path (FILE_FORMAT => …, PATTERN => …) alias``."""
    raise not_supported("reading staged files in a query")
