"""SHOW STREAMS; DESCRIBE STREAM gives the same cells."""

from __future__ import annotations

from collections.abc import Sequence

from snowdome.catalog import changes
from snowdome.catalog.model import Database, DynamicTable, Schema, Stream
from snowdome.context import Context
from snowdome.sql import ast
from snowdome.sql.binder.streams import bases, entity
from snowdome.statements.ddl import place_name
from snowdome.statements.showing import LISTINGS, Place, Row, common, lists, objects, true

# A stream here keeps its changes until they are read; on Snowflake it may go stale after so long.
_KEPT = 14 * 86_400 * 10**9
_GONE = "No privilege or table dropped"


@lists(
    "STREAMS",
    "created_on name database_name schema_name owner comment table_name source_type base_tables type stale mode"
    " stale_after invalid_reason owner_role_type",
    terse="created_on name kind database_name schema_name tableOn", starts_with=True, limit=True,
)  # fmt: skip
def streams(show: ast.Show, context: Context) -> Sequence[Row]:
    return [
        stream_row(context, place, s) for place, s in objects(show, context, Stream) if isinstance(s, Stream)
    ]


def stream_row(context: Context, place: Place, stream: Stream) -> Row:
    """The cells of SHOW STREAMS."""
    tables, source = bases(context.session, stream), entity(context.session, stream.source)
    name = str(place_name(context, source)) if tables is not None and source is not None else _GONE
    with context.session.cursor() as cursor:
        _, moved = changes.offset(cursor, stream.id)
    return {
        **common(place, stream), "table_name": name, "tableOn": name, "kind": "DELTA", "type": "DELTA",
        "source_type": "View" if stream.on_view else "Dynamic Table" if isinstance(source, DynamicTable) else "Table",
        "base_tables": _GONE if tables is None else ", ".join(str(place_name(context, t)) for t in tables),
        "stale": true(tables is None), "mode": "APPEND_ONLY" if stream.append_only else "DEFAULT",
        "stale_after": moved + _KEPT, "invalid_reason": "N/A",
    }  # fmt: skip


def described(context: Context, stream: Stream) -> list[tuple[object, ...]]:
    """The one row of DESCRIBE STREAM."""
    schema = context.catalog.snapshot.by_id[stream.parent]
    database = context.catalog.snapshot.by_id[schema.parent]
    assert isinstance(schema, Schema)
    assert isinstance(database, Database)
    row = stream_row(context, Place(database, schema), stream)
    return [tuple(row.get(c.name) for c in LISTINGS["STREAMS"].columns)]
