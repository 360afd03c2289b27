"""COMMENT ON."""

from __future__ import annotations

from dataclasses import replace

from snowdome.catalog.model import Relation, Table
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.errors import not_supported, object_not_found
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements import ddl
from snowdome.statements.ddl import KINDS
from snowdome.statements.registry import handles


@handles(ast.Comment)
def comment(statement: ast.Comment, context: Context) -> Result:
    """COMMENT [IF EXISTS] ON kind name IS '…'."""
    ddl.commit_first(context)
    if statement.kind == "COLUMN":
        return _on_column(statement, context)
    kind = KINDS.get(statement.kind)
    if kind is None:
        raise not_supported(f"COMMENT ON {statement.kind}")
    name = object_name(statement.name, context)
    if statement.if_exists and ddl.find(context, kind, name, statement.arguments) is None:
        return ddl.done()
    entity = ddl.require(context, kind, name, statement.arguments)
    ddl.update(context, entity, replace(entity, comment=statement.comment))
    return ddl.done()


def _on_column(statement: ast.Comment, context: Context) -> Result:
    parts = object_name(statement.name, context).parts
    table, column = ObjectName(parts[:-1]), parts[-1]
    if len(parts) < 2:
        raise object_not_found("Object", str(ObjectName(parts)))
    found = context.session.find(Relation, table)
    known = found is not None and any(c.name == column for c in found.columns)
    if statement.if_exists and not known:
        return ddl.done()
    if found is None:
        raise object_not_found("Table", str(context.session.full_name(table)))
    if not isinstance(found, Table):
        raise ddl.wrong_kind(found, KINDS["TABLE"])
    if not known:
        raise object_not_found("Object", str(ObjectName((column,))))
    columns = tuple(replace(c, comment=statement.comment) if c.name == column else c for c in found.columns)
    ddl.update(context, found, replace(found, columns=columns))
    return ddl.done()
