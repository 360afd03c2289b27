"""Names in statements to names of objects, and units of DDL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from snowdome.catalog.catalog import Unit
from snowdome.catalog.names import ObjectName
from snowdome.errors import compilation_error
from snowdome.session import TemporaryUnit
from snowdome.sql import ast
from snowdome.sql.names import parse_name
from snowdome.statements.registry import Context


def object_name(name: ast.Name, context: Context) -> ObjectName:
    """The name as written; the one inside IDENTIFIER(?) or IDENTIFIER($v) is looked up."""
    if name.reference is None:
        return ObjectName(name.parts)
    return ObjectName(parse_name(referenced_text(name.reference, context)))


def referenced_text(reference: ast.Placeholder | ast.Variable, context: Context) -> str:
    """The text bound to a placeholder or held by a session variable."""
    if isinstance(reference, ast.Variable):
        value = context.session.variables.get(reference.name)
        if value is None:
            raise compilation_error("002211", "02000", f"Session variable '${reference.name}' does not exist")
        return str(value)
    binding = context.bindings.get(reference.key)
    if binding is None or not isinstance(binding.value, str):
        raise compilation_error("002049", "42601", f"Bind variable :{reference.key} not set.")
    return binding.value


@contextmanager
def ddl(context: Context, *, temporary: bool = False) -> Iterator[Unit | TemporaryUnit]:
    """A unit of DDL: commits the open transaction first, unless the request says that it must not."""
    if not (temporary and context.keeps_transaction):
        context.session.commit()
    if temporary:
        with context.session.temporary_unit() as mine:
            yield mine
    else:
        with context.catalog.unit() as unit:
            yield unit
