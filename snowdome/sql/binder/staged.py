"""Staged files as FROM items.

Only what the query names is read: ``$1``, ``$2``, …, the METADATA$ columns, and of Parquet files the
columns that paths such as ``$1:"A"`` name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import duckdb
from sqlglot import exp

from snowdome.catalog.names import literal
from snowdome.errors import compilation_error, no_columns
from snowdome.sql import staging
from snowdome.sql.binder.core import Binder, fold
from snowdome.sql.binder.scope import BoundColumn, Scope, Source
from snowdome.sql.casts import cast
from snowdome.sql.functions.semistructured import get_path
from snowdome.sql.typed import Typed
from snowdome.stages import location
from snowdome.stages.csv_files import CsvFile, csv_file
from snowdome.stages.documents import document_file, holds_documents
from snowdome.stages.exact import csv_copy, document_copy
from snowdome.stages.location import Choice, Location, matching
from snowdome.stages.parquet_files import NativeColumn, ParquetFile
from snowdome.stages.storage import StagedFile, Stages
from snowdome.stages.tabular import as_parquet
from snowdome.types import LTZ, NTZ, NUMBER, TEXT, VARIANT, DataType, engine_type

METADATA: dict[str, DataType] = {
    "METADATA$FILENAME": TEXT,
    "METADATA$FILE_ROW_NUMBER": NUMBER,
    "METADATA$FILE_CONTENT_KEY": TEXT,
    "METADATA$FILE_LAST_MODIFIED": NTZ,
    "METADATA$START_SCAN_TIME": LTZ,
}

_QUOTED_POSITION = re.compile(r"\$[1-9]\d*")
_NUMBER = "\ufdd0row"  # of a record, where only some are read; no column of a file is called so


@dataclass
class Wanted:
    """What a query names of its staged files: positions, metadata, and keys of ``$1`` at once."""

    positions: set[int] = field(default_factory=set)
    metadata: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)

    @property
    def names(self) -> list[str]:
        """Every output column, in order."""
        visible = [f"${i}" for i in range(1, max(self.positions, default=0) + 1)]
        return [*visible, *(n for n in METADATA if n in self.metadata), *sorted(map(key_name, self.keys))]


def key_name(key: str) -> str:
    """The hidden column of ``$1:"key"``."""
    return f"$1:{key}"


def bind_stage(binder: Binder, node: exp.Table, scope: Scope) -> tuple[str, Source]:
    """``FROM @stage/path (FILE_FORMAT => …, PATTERN => …) alias``."""
    stages = binder.context.services.stages
    text = node.this.name if not isinstance(node.this, exp.Literal) else str(node.this.this)
    place = location.resolve(text, binder.session, stages)
    choice = binder.context.staged or _choice(binder, node, place, stages)
    wanted = _wanted(node)
    binder.volatile()
    reader = _Reader(binder, place, choice, wanted, stages)
    engine = binder.fresh()
    sql, types = reader.relation(choice.files)
    columns = [
        BoundColumn(name, types[name], True, f"{engine}.c{i}", not name[1:].isdigit())
        for i, name in enumerate(wanted.names, 1)
    ]
    alias = node.args.get("alias")
    names = (fold(alias.this),) if alias is not None and alias.this is not None else ()
    return f"({sql}) AS {engine}", Source(names, columns)


def native_path(node: exp.Expr, keys: tuple[str | int, ...], scope: Scope, binder: Binder) -> Typed | None:
    """``$1:"key"…`` of Parquet files from the file's own column; None where that is not to be had."""
    if not keys or not isinstance(keys[0], str) or not _is_first(node.this):
        return None
    found = [c for s in scope.frm.sources for c in s.column(key_name(keys[0]))]
    if len(found) != 1:
        return None
    native = found[0].typed()
    if len(keys) > 1:
        return get_path(cast(native, VARIANT, binder), keys[1:], binder)
    return native if isinstance(node.parent, exp.Cast) else cast(native, VARIANT, binder)


# -- what the query names -------------------------------------------------------------------------


def _is_first(node: exp.Expr) -> bool:
    inner = node.this if isinstance(node, exp.Column) else node
    return isinstance(inner, exp.Parameter) and inner.name == "1"


def _wanted(node: exp.Table) -> Wanted:
    wanted = Wanted()
    select = node.find_ancestor(exp.Select)
    for found in select.find_all(exp.Parameter, exp.Column) if select is not None else ():
        if isinstance(found, exp.Column):
            name = found.name.upper()
            wanted.metadata.update({name} & METADATA.keys())
            if _QUOTED_POSITION.fullmatch(name):  # "$1", as Snowpark writes it
                wanted.positions.add(int(name[1:]))
        elif (
            isinstance(found, exp.Parameter)
            and isinstance(found.this, exp.Literal)
            and not found.this.is_string
        ):
            _want_position(found, wanted)
    if (
        select is not None
        and not wanted.positions
        and any(isinstance(e, exp.Star) for e in select.expressions)
    ):
        raise no_columns()
    return wanted


def _want_position(found: exp.Parameter, wanted: Wanted) -> None:
    holder = found.parent if isinstance(found.parent, exp.Column) else found
    path = holder.parent
    steps = (
        path.expression.expressions[1:] if isinstance(path, exp.JSONExtract) and path.this is holder else ()
    )
    if found.name == "1" and steps and isinstance(steps[0], exp.JSONPathKey):
        wanted.keys.add(str(steps[0].this))
    else:
        wanted.positions.add(int(found.name))


def _choice(binder: Binder, node: exp.Table, place: Location, stages: Stages) -> Choice:
    given = node.args.get("format")
    if given is None:
        format_ = staging.file_format(None, binder.context, place.stage)
    else:
        format_ = staging.named(given.name, binder.context)
    if format_.flag("PARSE_HEADER"):
        text = "PARSE_HEADER is only allowed for CSV INFER_SCHEMA and MATCH_BY_COLUMN_NAME"
        raise compilation_error("002240", "22023", text)
    pattern = node.args.get("pattern")
    files = matching(place.files(stages), pattern.name if pattern is not None else "", place)
    return Choice(tuple(files), format_)


# -- reading --------------------------------------------------------------------------------------


class _Reader:
    """Builds the query over staged files that gives what is wanted of them."""

    def __init__(
        self, binder: Binder, place: Location, chosen: Choice, wanted: Wanted, stages: Stages
    ) -> None:
        self.binder = binder
        self.place = place
        self.chosen = chosen
        self.format = chosen.format
        self.wanted = wanted
        self.stages = stages

    def relation(self, files: Iterable[StagedFile]) -> tuple[str, dict[str, DataType]]:
        """The query, its columns c1, c2, … in the order of ``wanted.names``, and their types by name."""
        if self.format.type == "CSV":
            return self._union([self._csv(f) for f in files], dict.fromkeys(self.wanted.names, TEXT))
        types = dict.fromkeys(self.wanted.names, VARIANT)
        if holds_documents(self.format):
            self.wanted.positions |= {1} if self.wanted.keys else set()
            self.wanted.keys.clear()
            return self._union([self._documents(f) for f in files], types)
        with self.binder.session.engine.cursor() as cursor:
            found = [(f, as_parquet(f, self.format, self.stages, cursor)) for f in files]
        natives = self._native_types([p for _, p in found])
        return self._union([self._parquet(f, p, natives) for f, p in found], types | natives)

    def _union(self, parts: list[str], types: dict[str, DataType]) -> tuple[str, dict[str, DataType]]:
        types = {name: METADATA.get(name) or types.get(name, VARIANT) for name in self.wanted.names}
        if parts:
            return " UNION ALL ".join(parts), types
        columns = [f"CAST(NULL AS {engine_type(t)}) AS c{i}" for i, t in enumerate(types.values(), 1)]
        return f"SELECT {', '.join(columns) or 'NULL AS c0'} WHERE false", types

    def _select(self, file: StagedFile, values: dict[str, str], source: str) -> str:
        metadata = self._metadata(file)
        if self.chosen.rows is not None or self.chosen.without:
            source = f"({self._some(source)})"
            metadata["METADATA$FILE_ROW_NUMBER"] = f'CAST("{_NUMBER}" AS DECIMAL(38,0))'
        columns = [f"{values.get(n) or metadata[n]} AS c{i}" for i, n in enumerate(self.wanted.names, 1)]
        return f"SELECT {', '.join(columns) or 'NULL AS c0'} FROM {source}"

    def _some(self, source: str) -> str:
        """Only the records of ``source`` that were chosen, numbered."""
        first, last = self.chosen.rows or (1, 1 << 62)
        without = f' AND "{_NUMBER}" NOT IN ({", ".join(map(str, self.chosen.without))})'
        return (
            f'SELECT * FROM (SELECT *, row_number() OVER () AS "{_NUMBER}" FROM {source})'
            f' WHERE "{_NUMBER}" BETWEEN {first} AND {last}{without if self.chosen.without else ""}'
        )

    def _metadata(self, file: StagedFile) -> dict[str, str]:
        makers: dict[str, Callable[[], str]] = {
            "METADATA$FILENAME": lambda: literal(self.place.key(file)),
            "METADATA$FILE_ROW_NUMBER": lambda: "CAST(row_number() OVER () AS DECIMAL(38,0))",
            "METADATA$FILE_CONTENT_KEY": lambda: literal(self.stages.digest(file)),
            "METADATA$FILE_LAST_MODIFIED": lambda: f"{file.modified // 10**9 * 10**9}::HUGEINT",
            "METADATA$START_SCAN_TIME": lambda: f"{self.binder.now}::HUGEINT",
        }
        return {name: makers[name]() for name in self.wanted.metadata}

    # -- CSV ------------------------------------------------------------------------------------

    def _csv(self, file: StagedFile) -> str:
        csv = csv_file(file, self.format, self.stages)
        count = max(self.wanted.positions, default=1)
        reader = csv.engine_reader(csv.width)
        if reader is not None and self._is_regular(csv, reader):
            fields = [csv.field(f"c{i}") for i in range(1, min(csv.width, count) + 1)]
        else:
            reader = f"read_parquet({literal(str(csv_copy(csv, count, self.stages)))})"
            fields = [f"c{i}" for i in range(1, count + 1)]
        fields += ["CAST(NULL AS VARCHAR)"] * (count - len(fields))
        return self._select(file, {f"${i}": sql for i, sql in enumerate(fields, 1)}, reader)

    def _is_regular(self, csv: CsvFile, reader: str) -> bool:
        """Whether the engine's reader finds as many fields in every record as in the first."""
        every = ", ".join(f"count(c{i})" for i in range(1, csv.width + 1))
        return self.stages.remembered(csv.file, reader, lambda: self._reads(every, reader))

    def _reads(self, what: str, reader: str) -> bool:
        with self.binder.session.engine.cursor() as cursor:
            try:
                cursor.execute(f"SELECT {what} FROM {reader}")
            except duckdb.InvalidInputException:
                return False
        return True

    # -- documents -------------------------------------------------------------------------------

    def _documents(self, file: StagedFile) -> str:
        source = document_file(file, self.format, self.stages)
        reader = source.engine_reader()
        if reader is not None and self.stages.remembered(
            file, reader, lambda: self._reads("count(json)", reader)
        ):
            return self._select(file, self._first(source.parsed("json")), reader)
        copy = f"read_parquet({literal(str(document_copy(source, self.stages)))})"
        return self._select(file, self._first("CAST(c1 AS JSON)"), copy)

    def _first(self, sql: str) -> dict[str, str]:
        others = {f"${i}": "CAST(NULL AS JSON)" for i in range(2, max(self.wanted.positions, default=1) + 1)}
        return {"$1": sql, **others}

    # -- Parquet --------------------------------------------------------------------------------

    def _native_types(self, files: list[ParquetFile]) -> dict[str, DataType]:
        """The type of each wanted key's column: that of the files if they agree, else VARIANT."""
        types: dict[str, DataType] = {}
        for key in self.wanted.keys:
            found = {c.type for f in files if (c := f.column(key)) is not None}
            types[key_name(key)] = found.pop() if len(found) == 1 else VARIANT
        return types

    def _parquet(self, file: StagedFile, parquet: ParquetFile, types: dict[str, DataType]) -> str:
        values = self._first(self._object(parquet)) if self.wanted.positions else {}
        for key in self.wanted.keys:
            values[key_name(key)] = self._key(parquet.column(key), types[key_name(key)])
        return self._select(file, values, parquet.source)

    def _key(self, column: NativeColumn | None, type_: DataType) -> str:
        if column is None:
            return f"CAST(NULL AS {engine_type(type_)})"
        value = Typed(column.sql, column.type)
        return value.sql if column.type == type_ else cast(value, type_, self.binder).sql

    def _object(self, parquet: ParquetFile) -> str:
        """A row as an OBJECT: its columns that are not NULL, by name."""
        members = []
        for column in sorted(parquet.columns, key=lambda c: c.name):
            key = literal('"' + column.name.replace("\\", "\\\\").replace('"', '\\"') + '":')
            members.append(f"{key} || {cast(Typed(column.sql, column.type), VARIANT, self.binder).sql}")
        return f"CAST('{{' || concat_ws(',', {', '.join(members)}) || '}}' AS JSON)"
