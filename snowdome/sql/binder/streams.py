"""Reading a stream: the net difference of its source between two points, with three columns of metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from snowdome.catalog import changes
from snowdome.catalog.changes import ROW, Reading
from snowdome.catalog.model import Entity, Stream, Table, View
from snowdome.catalog.names import literal
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.session import Session
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.scope import Relation
from snowdome.sql.binder.trackable import has_joins, with_row_ids
from snowdome.sql.functions.registry import scalar
from snowdome.sql.names import parse_name
from snowdome.sql.query_parser import parse_tree
from snowdome.sql.typed import Call, Typed
from snowdome.types import BOOLEAN, TEXT, Column, text

METADATA = (
    Column("METADATA$ACTION", text(6), False),
    Column("METADATA$ISUPDATE", BOOLEAN, False),
    Column("METADATA$ROW_ID", text(40), False),
)


def entity(session: Session, entity_id: int) -> Entity | None:
    """The object with this id, temporary ones first."""
    return session.temporary.by_id.get(entity_id) or session.catalog.snapshot.by_id.get(entity_id)


def bases(session: Session, stream: Stream) -> list[Table] | None:
    """The tables whose changes a stream reads; None if one of them, or the view, is gone."""
    found = [t for b in stream.bases if isinstance(t := entity(session, b), Table)]
    whole = len(found) == len(stream.bases) and entity(session, stream.source) is not None
    return found if whole else None


def dropped(stream: Stream, place: tuple[int, int]) -> SnowflakeError:
    """091901: what the stream reads is gone; ``place`` is line (from 1) and position (from 0)."""
    line, position = place
    told = f"dropped, cannot read from stream '{stream.name}' in line {line} position {position}"
    return SnowflakeError("091901", "01000", f"Base table '{stream.source_name}' {told}")


def _untracked(table: Table) -> SnowflakeError:
    """091930: changes of the table were not kept."""
    told = f"Change tracking is not enabled or has been missing for the time range requested on table '{table.name}'."
    return SnowflakeError("091930", "01000", f"SQL compilation error: {told}")


def bind_stream(binder: Binder, stream: Stream, place: tuple[int, int] = (1, 0)) -> Relation:
    """The changes that ``stream`` shows; a statement that writes will move the stream."""
    binder.volatile()
    tables, source = bases(binder.session, stream), entity(binder.session, stream.source)
    if tables is None:
        raise dropped(stream, place)
    reading = _reading(binder, stream, tables)
    binder.streams[stream.id] = reading.initial
    if isinstance(source, View):
        return _of_view(binder, stream, source, tables, reading)
    table = tables[0]
    names = [c.storage for c in table.columns]
    columns = tuple(Column(c.name, c.type, c.nullable) for c in table.columns)
    return Relation(_of_table(table, names, stream, reading), (*columns, *METADATA))


def _reading(binder: Binder, stream: Stream, tables: Sequence[Table]) -> Reading:
    """How the statement reads the stream: all statements of a transaction read it as the first one does."""
    transaction = binder.session.transaction
    with binder.session.cursor() as cursor:
        initial, _ = changes.offset(cursor, stream.id)
        tracked = changes.sources(cursor, stream.id)
    for table in tables:
        if table.id not in tracked or not table.history:
            raise _untracked(table)
    return Reading(stream.id, initial, tuple(transaction.versions) if transaction is not None else ())


# -- tables ---------------------------------------------------------------------------------------


def _of_table(table: Table, names: Sequence[str], stream: Stream, reading: Reading) -> str:
    shown = ", ".join((*names, _identity(table)))
    if reading.initial:
        return _insertions(f"SELECT {shown} FROM ({changes.as_of(table, reading, offset=True)})", names)
    if stream.append_only:
        return _insertions(f"SELECT {shown} FROM ({changes.inserted(table, reading)})", names)
    new = f"SELECT {shown} FROM ({changes.appeared(table, reading)})"
    old = f"SELECT {shown} FROM ({changes.disappeared(table, reading)})"
    return _difference(new, old, names)


def _identity(table: Table) -> str:
    """What a row is known by among the rows of all tables."""
    return f"concat('{table.id}.', {ROW}) AS {ROW}"


def _metadata(action: str, updated: str) -> str:
    return f"'{action}', {updated}, sha1({ROW})"


def _insertions(rows: str, names: Sequence[str]) -> str:
    return _numbered(
        f"SELECT {', '.join(names)}, {_metadata('INSERT', 'FALSE')} FROM ({rows}) AS n", len(names)
    )


def _difference(new: str, old: str, names: Sequence[str]) -> str:
    """The rows of ``new`` and not of ``old`` as insertions, the others as deletions. The two rows of an id are
    an update, or nothing if they are equal."""
    same = " AND ".join((f"n.{ROW} = o.{ROW}", *(f"n.{c} IS NOT DISTINCT FROM o.{c}" for c in names)))
    shown = ", ".join(names)
    sides = [
        f"SELECT {shown}, {_metadata(action, f'{ROW} IN (SELECT {ROW} FROM {other})')} FROM {mine} "
        f"WHERE NOT EXISTS (SELECT 1 FROM {other} WHERE {same})"
        for action, mine, other in (("INSERT", "n", "o"), ("DELETE", "o", "n"))
    ]
    ctes = f"WITH n AS MATERIALIZED ({new}), o AS MATERIALIZED ({old}) "
    return _numbered(ctes + " UNION ALL ".join(sides), len(names))


def _numbered(query: str, count: int) -> str:
    names = ", ".join(f"c{i}" for i in range(1, count + len(METADATA) + 1))
    return f"SELECT * FROM ({query}) AS changes({names})"


# -- views ----------------------------------------------------------------------------------------


def _of_view(
    binder: Binder, stream: Stream, view: View, tables: Sequence[Table], reading: Reading
) -> Relation:
    """The view is bound over its tables as they were at each point; its rows are known by those they come of."""
    joined = has_joins(binder, view)
    at_offset = {t.id: changes.as_of(t, reading, offset=True) for t in tables}
    if reading.initial:
        rows, columns = _bound(binder, view, tables, at_offset)
        query = _insertions(rows, _names(columns))
    elif stream.append_only and not joined:
        inserted = {t.id: changes.inserted(t, reading) for t in tables}
        rows, columns = _bound(binder, view, tables, inserted)
        query = _insertions(rows, _names(columns))
    else:
        now = {t.id: changes.as_of(t, reading, offset=False) for t in tables}
        new, columns = _bound(binder, view, tables, now)
        old, _ = _bound(binder, view, tables, at_offset)
        query = _difference(new, old, _names(columns))
        if stream.append_only:
            last = len(columns)
            query = f"SELECT * FROM ({query}) WHERE c{last + 1} = 'INSERT' AND NOT c{last + 2}"
    return Relation(query, (*columns, *METADATA))


def _names(columns: Sequence[Column]) -> list[str]:
    return [f"c{i}" for i in range(1, len(columns) + 1)]


def _bound(
    binder: Binder, view: View, tables: Sequence[Table], states: dict[int, str]
) -> tuple[str, tuple[Column, ...]]:
    """The view's query over tables as ``states`` gives them: c1, c2, … and the id of each row."""
    before = binder.states
    binder.states = {}
    for table in tables:
        stored = ", ".join(c.storage for c in table.columns)
        binder.states[table.id] = f"SELECT {stored}, {_identity(table)} FROM ({states[table.id]})"
    try:
        with binder.inside(view.context, f"View '{view.name}'"):
            relation = binder.query(with_row_ids(parse_tree(view.query)), None)
    finally:
        binder.states = before
    shown = _names(relation.columns[:-1])
    columns = tuple(
        Column(v.name, c.type, c.nullable) for v, c in zip(view.columns, relation.columns[:-1], strict=True)
    )
    return f"SELECT {', '.join(shown)}, c{len(shown) + 1} AS {ROW} FROM ({relation.sql})", columns


# -- functions ------------------------------------------------------------------------------------


def _named(call: Call) -> tuple[Binder, Stream]:
    """The stream that the function's argument names."""
    binder = call.env
    assert isinstance(binder, Binder)
    binder.volatile()
    given = call[0].literal
    found = None
    if isinstance(given, str):
        found = binder.session.find(Stream, binder.object_name(parse_name(given)))
    if found is None:
        shown = literal(str(given)) if given is not None else "null"
        raise compilation_error(
            "001044", "42P13",
            f"Invalid value [{shown}] for function '{call.name}', parameter 1: must be a valid stream name",
        )  # fmt: skip
    return binder, found


def _quietly(binder: Binder, stream: Stream) -> Relation:
    """The stream's changes, for a look that does not move it."""
    moved = dict(binder.streams)
    relation = bind_stream(binder, stream)
    binder.streams.clear()
    binder.streams.update(moved)
    return relation


@scalar("SYSTEM$STREAM_HAS_DATA", args="text")
def has_data(call: Call) -> Typed:
    """Whether the stream has changes to show; one on a view, whether a table behind the view has changed."""
    binder, stream = _named(call)
    relation = _quietly(binder, stream)
    tests = [f"SELECT 1 FROM ({relation.sql})"]
    if stream.on_view:
        tests = list(_table_changes(binder, stream))
    return Typed(" OR ".join(f"EXISTS ({t})" for t in tests).join("()"), BOOLEAN, False)


def _table_changes(binder: Binder, stream: Stream) -> Iterator[str]:
    tables = bases(binder.session, stream) or []
    reading = _reading(binder, stream, tables)
    for table in tables:
        if reading.initial:
            yield f"SELECT 1 FROM ({changes.as_of(table, reading, offset=True)})"
        yield changes.pending(reading, table.id)


@scalar("SYSTEM$STREAM_GET_TABLE_TIMESTAMP", args="text")
def table_timestamp(call: Call) -> Typed:
    """Where the stream's offset is, as nanoseconds since 1970 in text."""
    binder, stream = _named(call)
    if bases(binder.session, stream) is None:
        raise dropped(stream, (1, 0))
    with binder.session.cursor() as cursor:
        _, moved = changes.offset(cursor, stream.id)
    return Typed(f"'{moved}'", TEXT, False)
