"""SHOW COLUMNS, and SHOW … KEYS."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from snowdome.catalog.model import Constraint, Relation, Table, TableColumn
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, object_not_found
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements.describe import identity_text
from snowdome.statements.describe_types import descriptor
from snowdome.statements.showing import Place, Row, lists, objects, relation_named, true


@lists(
    "COLUMNS",
    "table_name schema_name column_name data_type null? default kind expression comment database_name"
    " autoincrement schema_evolution_record write_default",
    name="column_name",
)
def columns(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_column(place, r, c) for place, r in relations(show, context) for c in r.columns]


def _column(place: Place, relation: Relation, column: TableColumn) -> Row:
    shown = json.dumps(descriptor(column.type, column.nullable), separators=(",", ":"))
    return {
        "table_name": relation.name,
        "schema_name": place.schema.name,
        "column_name": column.name,
        "data_type": shown,
        "null?": "true" if column.nullable else "NOT_NULL",
        "default": column.default or "",
        "kind": "COLUMN",
        "expression": column.computed or "",
        "comment": column.comment or "",
        "database_name": place.database.name,
        "autoincrement": identity_text(column) or "",
    }


def relations(show: ast.Show, context: Context) -> list[tuple[Place, Relation]]:
    """The tables and views that IN names, or holds."""
    scope = show.scope
    if scope is None or scope.kind in ("ACCOUNT", "DATABASE", "SCHEMA"):
        _check_schema(scope, context)
        return [(place, r) for place, r in objects(show, context, Relation) if isinstance(r, Relation)]
    assert scope.name is not None
    name = object_name(scope.name, context)
    kind = "View" if scope.kind == "VIEW" else "Table"
    if kind == "View" and len(name.parts) < 3:
        raise full_path(name.name)
    found = relation_named(context, name)
    if found is None:
        raise object_not_found(kind, str(name))
    return [found]


def _check_schema(scope: ast.Scope | None, context: Context) -> None:
    if scope is not None and scope.kind == "SCHEMA" and scope.name is not None:
        name = object_name(scope.name, context)
        if len(name.parts) < 2:
            raise full_path(name.name)


def full_path(name: str) -> SnowflakeError:
    """001511: the name must say the database as well."""
    text = f"Must specify the full search path starting from database for {name}"
    return compilation_error("001511", "22023", text)


# -- keys -----------------------------------------------------------------------------------------


def _constraints(show: ast.Show, context: Context, kind: str) -> Iterator[tuple[Place, Table, Constraint]]:
    named = show.scope is not None and show.scope.kind in ("TABLE", "")
    found = relations(show, context) if named else objects(show, context, Table)
    for place, table in found:
        if isinstance(table, Table):
            yield from ((place, table, c) for c in table.constraints if c.kind == kind)


_KEYS = (
    "created_on database_name schema_name table_name column_name key_sequence constraint_name rely comment"
)


def _keys(show: ast.Show, context: Context, kind: str) -> Sequence[Row]:
    return [
        {
            "created_on": table.created_on,
            "database_name": place.database.name,
            "schema_name": place.schema.name,
            "table_name": table.name,
            "column_name": column,
            "key_sequence": i,
            "constraint_name": c.name,
            "rely": true(c.rely),
            "comment": c.comment or None,
        }
        for place, table, c in _constraints(show, context, kind)
        for i, column in enumerate(c.columns, 1)
    ]


@lists("PRIMARY KEYS", _KEYS, name="column_name")
def primary_keys(show: ast.Show, context: Context) -> Sequence[Row]:
    return _keys(show, context, "PRIMARY KEY")


@lists("UNIQUE KEYS", _KEYS, name="column_name")
def unique_keys(show: ast.Show, context: Context) -> Sequence[Row]:
    return _keys(show, context, "UNIQUE")


_REFERENCES = (
    "created_on pk_database_name pk_schema_name pk_table_name pk_column_name fk_database_name fk_schema_name"
    " fk_table_name fk_column_name key_sequence update_rule delete_rule fk_name pk_name deferrability rely"
    " comment"
)


@lists("IMPORTED KEYS", _REFERENCES, name="fk_column_name")
def imported_keys(show: ast.Show, context: Context) -> Sequence[Row]:
    """The foreign keys of the tables in scope."""
    found = _constraints(show, context, "FOREIGN KEY")
    return [row for place, table, c in found for row in _references(context, place, table, c)]


@lists("EXPORTED KEYS", _REFERENCES, name="fk_column_name")
def exported_keys(show: ast.Show, context: Context) -> Sequence[Row]:
    """The foreign keys that refer to the tables in scope."""
    named = show.scope is not None and show.scope.kind in ("TABLE", "")
    wanted = relations(show, context) if named else objects(show, context, Table)
    names = {(p.database.name, p.schema.name, t.name) for p, t in wanted}
    everywhere = ast.Show(kind=show.kind, scope=ast.Scope("ACCOUNT"))
    found = _constraints(everywhere, context, "FOREIGN KEY")
    return [
        row
        for place, table, c in found
        if c.referenced_table in names
        for row in _references(context, place, table, c)
    ]


def _references(context: Context, place: Place, table: Table, constraint: Constraint) -> list[Row]:
    database, schema, name = constraint.referenced_table
    key = referenced_key(context, constraint)
    to = constraint.referenced_columns or (key.columns if key is not None else constraint.columns)
    return [
        {
            "created_on": table.created_on,
            "pk_database_name": database,
            "pk_schema_name": schema,
            "pk_table_name": name,
            "pk_column_name": pk,
            "fk_database_name": place.database.name,
            "fk_schema_name": place.schema.name,
            "fk_table_name": table.name,
            "fk_column_name": fk,
            "key_sequence": i,
            "update_rule": "NO ACTION",
            "delete_rule": "NO ACTION",
            "fk_name": constraint.name,
            "pk_name": key.name if key is not None else None,
            "deferrability": "NOT DEFERRABLE",
            "rely": true(constraint.rely),
            "comment": constraint.comment or None,
        }
        for i, (fk, pk) in enumerate(zip(constraint.columns, to, strict=False), 1)
    ]


def referenced_key(context: Context, constraint: Constraint) -> Constraint | None:
    """The PRIMARY KEY or UNIQUE constraint that a foreign key refers to."""
    table = context.session.find(Table, ObjectName(constraint.referenced_table))
    keys = [c for c in table.constraints if c.kind != "FOREIGN KEY"] if table is not None else []
    matching = [
        c for c in keys if not constraint.referenced_columns or c.columns == constraint.referenced_columns
    ]
    return next(iter(sorted(matching, key=lambda c: c.kind)), None)
