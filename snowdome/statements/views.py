"""CREATE VIEW, ALTER VIEW."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from sqlglot import exp

from snowdome.catalog.model import Entity, TableColumn, View
from snowdome.catalog.names import quote
from snowdome.context import Context
from snowdome.errors import compilation_error
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.binder.ctes import mentions
from snowdome.sql.compiler import compile_query
from snowdome.sql.query_parser import parse_tree
from snowdome.sql.staging import object_name
from snowdome.statements import ddl, objects, properties, tags
from snowdome.statements import table_columns as parts
from snowdome.statements.ddl import KINDS, Kind, Target
from snowdome.statements.fragments import in_place
from snowdome.statements.granted import Changes
from snowdome.statements.nullability import reported
from snowdome.statements.objects import action
from snowdome.statements.registry import handles
from snowdome.types import TEXT, Column

KIND = KINDS["VIEW"]

properties.defines("VIEW", CHANGE_TRACKING=properties.flag("change_tracking"))


@handles(ast.CreateView)
def create_view(statement: ast.CreateView, context: Context) -> Result:
    """CREATE [OR REPLACE] [SECURE] [TEMPORARY] [RECURSIVE] VIEW; its query must compile."""
    name = object_name(statement.name, context)
    database, schema = context.session.require_schema(name)
    place = (database.name, schema.name)
    if context.bindings:
        raise compilation_error("002210", "42601", "Bind variables not allowed in view and UDF definitions.")
    query = in_place(statement, statement.query)
    query = _recursive(statement, query, name.parts[-1]) if statement.recursive else query
    compiled = compile_query(query, context, place, defining=True)

    def build(unit: Changes, target: Target) -> Entity:
        view = View(
            **target.fields(unit), columns=_columns(statement, compiled.columns), text=statement.text,
            query=query.strip(), context=place, secure=statement.secure, recursive=statement.recursive,
            temporary=statement.temporary,
        )  # fmt: skip
        parts.check_names(view.columns)
        view = properties.applied(view, "VIEW", statement.options, context)
        return tags.tagged(view, statement.tags, context)

    return ddl.create(context, KIND, name, statement, build, temporary=statement.temporary)


def _recursive(statement: ast.CreateView, query: str, name: str) -> str:
    """``query`` WITH RECURSIVE under the view's name, if it reads itself; it stays in its place."""
    tree = parse_tree(query).unnest()
    if not isinstance(tree, exp.Union) or not mentions(tree, name):
        return query
    columns = ", ".join(quote(c.name) for c in statement.columns)
    head = f"WITH RECURSIVE {quote(name)}{f' ({columns})' if columns else ''} AS ("
    padding = " " * (statement.query.start - statement.start - len(head))
    return f"{padding}{head}{statement.query.text.rstrip()}\n) SELECT * FROM {quote(name)}"


def _columns(statement: ast.CreateView, given: tuple[Column, ...]) -> tuple[TableColumn, ...]:
    """The query's columns under the names of the column list."""
    found = [
        TableColumn(name=c.name, type=TEXT if c.type.kind == "NULL" else c.type, nullable=c.nullable)
        for c in reported(statement.query.text, given)
    ]
    if not statement.columns:
        parts.require_names(statement.query.text)
        return tuple(found)
    if len(statement.columns) != len(found):
        raise compilation_error("002026", "42601", "Invalid column definition list")
    pairs = zip(found, statement.columns, strict=True)
    return tuple(replace(c, name=n.name, comment=n.comment) for c, n in pairs)


@handles(ast.AlterView)
def alter_view(statement: ast.AlterView, context: Context) -> Result:
    """ALTER VIEW [IF EXISTS] name action; a column's comment and tags are the view's own."""
    generic = ast.AlterObject(
        kind="VIEW",
        name=statement.name,
        action=cast(ast.Action, statement.action),
        if_exists=statement.if_exists,
    )
    return objects.alter(generic, context)


@action("VIEW", ast.AlterColumns)
def alter_view_columns(context: Context, kind: Kind, view: Any, what: ast.AlterColumns) -> None:
    """ALTER COLUMN … COMMENT."""
    comments = {c.name: c.comment for c in what.changes if c.what in ("COMMENT", "UNSET COMMENT")}
    if len(comments) != len(what.changes):
        raise compilation_error("001003", "42000", "Only a comment can be changed on a view's column.")
    columns = tuple(replace(c, comment=comments[c.name]) if c.name in comments else c for c in view.columns)
    ddl.update(context, view, replace(view, columns=columns))
