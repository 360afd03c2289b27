"""CREATE STREAM, and how a table's changes begin to be kept for it."""

from __future__ import annotations

from dataclasses import replace

from snowdome.catalog import changes, refreshes
from snowdome.catalog.model import DynamicTable, Entity, Stream, Table, View
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, invalid_identifier, not_supported
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.streams import bases
from snowdome.sql.binder.trackable import base_tables
from snowdome.sql.names import parse_name
from snowdome.sql.staging import given, object_name
from snowdome.statements import ddl, properties, tags, tracking
from snowdome.statements.ddl import KINDS, Kind, Target
from snowdome.statements.granted import Changes
from snowdome.statements.objects import action
from snowdome.statements.registry import handles

KIND = KINDS["STREAM"]

properties.defines("STREAM")

_FLAGS = ("APPEND_ONLY", "INSERT_ONLY", "SHOW_INITIAL_ROWS")


@handles(ast.CreateStream)
def create_stream(statement: ast.CreateStream, context: Context) -> Result:
    """CREATE [OR REPLACE] STREAM … ON TABLE | VIEW | DYNAMIC TABLE, or … CLONE."""
    if statement.clone is not None:
        return _clone(statement, context)
    if statement.kind not in ("TABLE", "VIEW", "DYNAMIC TABLE"):
        raise not_supported(f"CREATE STREAM … ON {statement.kind}")
    flags, options = _options(statement, context)
    assert statement.source is not None
    source = ddl.require(context, KINDS[statement.kind], object_name(statement.source, context))
    if flags["INSERT_ONLY"]:
        raise _insert_only(source)
    if isinstance(source, DynamicTable):
        _check_dynamic(source, flags["APPEND_ONLY"])
    start = _start(statement, context)
    tables = [source] if isinstance(source, Table) else _behind(source, context)
    ids = [t.id for t in tables]
    ddl.commit_first(context)
    _track_temporary(context, tables)

    def build(unit: Changes, target: Target) -> Entity:
        made = Stream(
            **target.fields(unit), source=source.id, source_name=str(ddl.place_name(context, source)),
            on_view=isinstance(source, View), bases=tuple(ids), append_only=flags["APPEND_ONLY"],
        )  # fmt: skip
        made = properties.applied(made, "STREAM", options, context)
        _track(context, unit, source, ids)
        _place(context, unit, made, start, flags["SHOW_INITIAL_ROWS"])
        return tags.tagged(made, statement.tags, context)

    return ddl.create(context, KIND, object_name(statement.name, context), statement, build)


def _options(statement: ast.CreateStream, context: Context) -> tuple[dict[str, bool], ast.Options]:
    """The flags, and the other options."""
    flags = dict.fromkeys(_FLAGS, False)
    for name in _FLAGS:
        if name in statement.options:
            value = properties.plain(given(statement.options[name], context)).upper()
            if value not in ("TRUE", "FALSE"):
                raise properties.invalid_property_value(name, value)
            flags[name] = value == "TRUE"
    return flags, {n: v for n, v in statement.options.items() if n not in _FLAGS}


def _insert_only(source: Entity) -> SnowflakeError:
    """INSERT_ONLY is for external tables."""
    text = (
        "Streams of type INSERT_ONLY can only be created on external tables or Iceberg tables with an external "
        "catalog integration."
    )
    if isinstance(source, View):
        text = "SQL compilation error:\nChange tracking of type INSERT_ONLY is not supported on views."
    return SnowflakeError("002718", "0A000", text)


def _check_dynamic(source: DynamicTable, append_only: bool) -> None:
    """Only changes of all kinds can be read, and only of a table that is refreshed incrementally."""
    if append_only:
        text = "Change tracking of type APPEND_ONLY is not supported on dynamic tables."
    elif source.refresh_mode != refreshes.INCREMENTAL:
        text = f"Change tracking is not supported on dynamic tables with refresh mode {source.refresh_mode}."
    else:
        return
    raise SnowflakeError("002718", "0A000", f"SQL compilation error:\n{text}")


def _behind(source: Entity, context: Context) -> list[Table]:
    assert isinstance(source, View)
    return base_tables(Binder(context), source)


def _start(statement: ast.CreateStream, context: Context) -> Stream | None:
    """The stream at whose offset the new one starts; time travel is refused."""
    point = statement.start_point
    if point is None:
        return None
    if point.kind != "STREAM":
        raise not_supported(
            f"CREATE STREAM … {'BEFORE' if point.before else 'AT'} ({point.kind} => …) (time travel)"
        )
    if isinstance(point.value, ast.Word):
        raise invalid_identifier(point.value.upper, 1, statement.text.find(point.value.text))
    name = given(point.value, context)
    if name is None:
        raise SnowflakeError(
            "002203", "22023", "Time travel AT(STREAM => _) expected a stream name, got NULL."
        )
    found = context.session.find(Stream, ObjectName(parse_name(str(name))))
    if found is None:
        raise SnowflakeError("002003", "02000", f"Stream '{name}' not found.")
    return found


# -- tracking -------------------------------------------------------------------------------------


def _track(context: Context, unit: Changes, source: Entity, ids: list[int]) -> None:
    """Keep what changes in the tables from now on."""
    for each in ids:
        table = context.catalog.snapshot.by_id.get(each)
        if isinstance(table, Table):
            tracking.start(unit, table)
        elif each not in context.session.temporary.by_id:
            raise compilation_error("002003", "42S02", "Table does not exist or not authorized.")
    view = context.catalog.snapshot.by_id.get(source.id)
    if isinstance(view, View) and not view.change_tracking:
        unit.put(replace(view, change_tracking=True))


def _track_temporary(context: Context, tables: list[Table]) -> None:
    mine = [t for t in tables if context.session.is_temporary(t) and not t.history]
    if mine:
        with context.session.temporary_unit() as unit:
            for table in mine:
                tracking.start(unit, table)


def _place(context: Context, unit: Changes, made: Stream, start: Stream | None, initial: bool) -> None:
    """Give the stream its offset."""
    if start is None:
        changes.place(unit.cursor, made.id, made.bases, initial, context.catalog.clock.now())
        return
    if not set(made.bases) <= set(start.bases):
        raise not_supported("CREATE STREAM … AT (STREAM => …) of a stream on other tables (time travel)")
    changes.copy_offset(unit.cursor, made.id, start.id, made.bases, initial=initial)


# -- clones ---------------------------------------------------------------------------------------


def _clone(statement: ast.CreateStream, context: Context) -> Result:
    """CREATE STREAM … CLONE: with the offset of the original."""
    assert statement.clone is not None
    source = ddl.require(context, KIND, object_name(statement.clone, context))
    assert isinstance(source, Stream)

    def build(unit: Changes, target: Target) -> Entity:
        made = replace(source, **target.fields(unit), created_on=0)
        if bases(context.session, source) is not None:
            changes.copy_offset(unit.cursor, made.id, source.id, source.bases)
        return tags.tagged(made, statement.tags, context)

    return ddl.create(context, KIND, object_name(statement.name, context), statement, build)


# -- ALTER TABLE … CHANGE_TRACKING = FALSE --------------------------------------------------------


@action("TABLE", ast.SetOptions)
def set_options(context: Context, kind: Kind, table: Table, what: ast.SetOptions) -> None:
    """SET of properties; without change tracking the changes kept for streams are dropped."""
    _update(context, table, properties.applied(table, kind.word, what.options, context))


@action("TABLE", ast.UnsetOptions)
def unset_options(context: Context, kind: Kind, table: Table, what: ast.UnsetOptions) -> None:
    """UNSET of properties, CHANGE_TRACKING like its SET to FALSE."""
    _update(context, table, properties.cleared(table, kind.word, what.names))


def _update(context: Context, table: Table, changed: Table) -> None:
    with ddl.changes(context, context.session.is_temporary(table)) as unit:
        if changed.history and not changed.change_tracking:
            changes.stop(unit.cursor, table)
            changes.lose(unit.cursor, table.id)
            changed = replace(changed, history="")
        unit.put(changed)
