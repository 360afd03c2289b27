"""DIRECTORY(@stage) as a FROM item."""

from __future__ import annotations

from urllib.parse import quote as percent

import pyarrow as pa
from sqlglot import exp

from snowdome.catalog.model import Database, Schema, Stage
from snowdome.errors import compilation_error
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.scope import Relation
from snowdome.sql.binder.table_functions import TableCall, table_function
from snowdome.stages import directory, location
from snowdome.types import TEXT, TZ, Column, fixed

COLUMNS = (
    Column("RELATIVE_PATH", TEXT), Column("SIZE", fixed(38, 0)), Column("LAST_MODIFIED", TZ),
    Column("MD5", TEXT), Column("ETAG", TEXT), Column("FILE_URL", TEXT),
)  # fmt: skip
_MOMENT = pa.struct([("t", pa.decimal128(38, 0)), ("o", pa.int16())])
_TYPES = (pa.string(), pa.decimal128(38, 0), _MOMENT, pa.string(), pa.string(), pa.string())


@table_function("DIRECTORY")
def bind_directory(call: TableCall) -> Relation:
    """The files of a stage, as they were at its last REFRESH."""
    binder = call.binder
    stages = binder.context.services.stages
    place = location.resolve(written(call.arguments), binder.session, stages)
    if place.stage is None or not place.stage.directory:
        text = f"Stage '{place.text.lstrip('@')}' does not have a directory table enabled."
        raise compilation_error("002107", "0A000", text)
    url = stage_url(binder, place.stage)
    rows = [
        (e.path, e.size, {"t": e.modified // 10**9 * 10**9, "o": 0}, e.md5, e.md5, url + percent(e.path))
        for e in directory.entries(stages, place.stage.id)
    ]
    arrays = [pa.array([row[i] for row in rows], t) for i, t in enumerate(_TYPES)]
    table = pa.table(arrays, names=[f"c{i}" for i in range(1, len(_TYPES) + 1)])
    moment = "struct_pack(t := c3.t::HUGEINT, o := c3.o) AS c3"
    return Relation(f"SELECT * REPLACE ({moment}) FROM {binder.register(table)}", COLUMNS)


def written(arguments: tuple[exp.Expr, ...]) -> str:
    """The location as written: ``@a.b.c`` comes as a parameter with names behind it."""
    node = arguments[0] if len(arguments) == 1 else None
    if isinstance(node, exp.Literal) and node.is_string:
        return str(node.this)
    parts = list(node.flatten()) if isinstance(node, exp.Dot) else [node]
    if not isinstance(parts[0], exp.Parameter):
        raise compilation_error("001003", "42000", "One stage is needed.")
    names = [p.this if isinstance(p, exp.Parameter) else p for p in parts if p is not None]
    return "@" + ".".join(n.sql(dialect="snowflake") for n in names)


def stage_url(binder: Binder, stage: Stage) -> str:
    """Where files of the stage are on the account's host."""
    found = binder.session.catalog.snapshot.by_id.get(stage.parent)
    schema = found if isinstance(found, Schema) else None
    above = binder.session.catalog.snapshot.by_id.get(schema.parent) if schema else None
    database = above.name if isinstance(above, Database) else ""
    host = binder.context.services.name.lower()
    where = f"{database}/{schema.name if schema else ''}/{stage.name}"
    return f"https://{host}.snowflakecomputing.com/api/files/{where}/"
