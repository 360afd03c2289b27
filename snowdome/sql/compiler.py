"""The compiler's doors: a query or an expression as text, with its context, to engine SQL."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from snowdome.context import Context
from snowdome.errors import no_columns
from snowdome.result import Result
from snowdome.sql import casts
from snowdome.sql.binder import (
    alert_history,
    calls,
    copy_history,
    directory,
    dynamic_tables,
    experiments,
    file_urls,
    history,
    infer_schema,
    literals,
    names,
    notification_history,
    operators,
    presigned,
    select,
    setops,
    tag_references,
    task_history,
)
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.scope import Scope
from snowdome.sql.casts import cast
from snowdome.sql.functions import registry as functions
from snowdome.sql.query_parser import parse_expression, parse_tree
from snowdome.sql.typed import Typed
from snowdome.types import Column, DataType

# imported for the rules they register
RULES = (
    alert_history, calls, copy_history, directory,
    dynamic_tables, experiments, file_urls, history, infer_schema, literals, names, notification_history,
    operators, presigned, select, setops, tag_references, task_history,
)  # fmt: skip

functions.load_all()
casts.load_all()


@dataclass(frozen=True)
class Compiled:
    """Engine SQL whose output columns are c1, c2, … in the engine layout; ``tables`` must be registered
    with the cursor before it runs."""

    sql: str
    columns: tuple[Column, ...]
    tables: dict[str, pa.Table] = field(default_factory=dict)
    streams: dict[int, bool] = field(default_factory=dict)  # that it reads: see Binder


def _key(text: str, context: Context) -> tuple[object, ...]:
    s = context.session
    parameters = tuple(sorted((k, str(v)) for k, v in s.settings.items() if k != "QUERY_TAG"))
    return (text, s.database, s.schema, s.catalog.snapshot.version, s.temporary.version, parameters)


def compile_query(
    text: str, context: Context, place: tuple[str, str] | None = None, *, defining: bool = False
) -> Compiled:
    """Compile a query. ``place`` is the database and schema to resolve names in, if not the session's;
    ``defining`` says that it is a view's, which is not run. One of no columns can only be described, as Snowpark
    does with ``SELECT * FROM dual`` before it selects from it."""
    cache, key = context.session.compiled, _key(text, context)
    found: Compiled | None = cache.get(key) if place is None and not context.bindings else None
    if found is not None:
        return found
    binder = Binder(context, text)
    binder.place, binder.defining = place, defining
    relation = binder.query(parse_tree(text))
    if not relation.columns and (context.actions or defining):
        raise no_columns()
    compiled = Compiled(relation.sql, relation.columns, binder.tables, binder.streams)
    if place is None and not defining and binder.cacheable and relation.columns:
        cache.put(key, compiled)
    return compiled


def bind_expression(text: str, context: Context, place: tuple[str, str] | None = None) -> Typed:
    """Bind a scalar expression that uses no columns, such as a DEFAULT."""
    binder = Binder(context, text)
    binder.place = place
    return binder.expression(parse_expression(text), Scope())


def compile_expression(text: str, context: Context, target: DataType | None = None) -> str:
    """Engine SQL of a scalar expression without columns, as ``target`` if given."""
    binder = Binder(context, text)
    typed = binder.expression(parse_expression(text), Scope())
    return cast(typed, target, binder).sql if target is not None else typed.sql


def run_query(compiled: Compiled, context: Context) -> Result:
    """Run a compiled query where the session's statements run."""
    with context.session.cursor() as cursor:
        for name, table in compiled.tables.items():
            cursor.register(name, table)
        try:
            table = cursor.sql(compiled.sql).to_arrow_table()  # execute() would copy the rows once more
        finally:
            for name in compiled.tables:
                cursor.unregister(name)
    return Result(compiled.columns, table)
