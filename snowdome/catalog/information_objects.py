"""INFORMATION_SCHEMA's views of constraints, sequences, stages, file formats and functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from snowdome.catalog.information_schema import (
    DATA_TYPES,
    Row,
    Viewer,
    defines,
    objects,
    times,
    type_cells,
    yes,
)
from snowdome.catalog.model import (
    Constraint,
    Database,
    FileFormat,
    Function,
    Procedure,
    Routine,
    Schema,
    Stage,
    Table,
)
from snowdome.catalog.model import Sequence as SequenceEntity
from snowdome.catalog.numbering import next_value
from snowdome.types import NUMBER

# -- constraints ----------------------------------------------------------------------------------


def _constraints(viewer: Viewer, database: Database) -> Iterator[tuple[Schema, Table, Constraint]]:
    for schema, table in objects(viewer, database, Table):
        for constraint in table.constraints:
            yield schema, table, constraint


@defines(
    "TABLE_CONSTRAINTS",
    "CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME TABLE_CATALOG TABLE_SCHEMA TABLE_NAME"
    " CONSTRAINT_TYPE IS_DEFERRABLE INITIALLY_DEFERRED ENFORCED COMMENT CREATED LAST_ALTERED RELY",
)
def table_constraints(viewer: Viewer, database: Database) -> Sequence[Row]:
    return [
        {
            **times(table),
            "CONSTRAINT_CATALOG": database.name,
            "CONSTRAINT_SCHEMA": schema.name,
            "CONSTRAINT_NAME": c.name,
            "TABLE_CATALOG": database.name,
            "TABLE_SCHEMA": schema.name,
            "TABLE_NAME": table.name,
            "CONSTRAINT_TYPE": c.kind,
            "IS_DEFERRABLE": "NO",
            "INITIALLY_DEFERRED": "YES",
            "ENFORCED": "NO",
            "COMMENT": c.comment or None,
            "RELY": yes(c.rely),
        }
        for schema, table, c in _constraints(viewer, database)
    ]


@defines(
    "REFERENTIAL_CONSTRAINTS",
    "CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME UNIQUE_CONSTRAINT_CATALOG UNIQUE_CONSTRAINT_SCHEMA"
    " UNIQUE_CONSTRAINT_NAME MATCH_OPTION UPDATE_RULE DELETE_RULE COMMENT CREATED LAST_ALTERED",
)
def referential_constraints(viewer: Viewer, database: Database) -> Sequence[Row]:
    return [
        {
            **times(table),
            "CONSTRAINT_CATALOG": database.name,
            "CONSTRAINT_SCHEMA": schema.name,
            "CONSTRAINT_NAME": c.name,
            "UNIQUE_CONSTRAINT_CATALOG": c.referenced_table[0],
            "UNIQUE_CONSTRAINT_SCHEMA": c.referenced_table[1],
            "UNIQUE_CONSTRAINT_NAME": _referenced_key(viewer, c),
            "MATCH_OPTION": "FULL",
            "UPDATE_RULE": "NO ACTION",
            "DELETE_RULE": "NO ACTION",
            "COMMENT": c.comment or None,
        }
        for schema, table, c in _constraints(viewer, database)
        if c.kind == "FOREIGN KEY" and len(c.referenced_table) == 3
    ]


def _referenced_key(viewer: Viewer, constraint: Constraint) -> str | None:
    snapshot = viewer.catalog.snapshot
    database, schema, name = constraint.referenced_table
    holder = snapshot.get(Database, 0, database)
    place = snapshot.get(Schema, holder.id, schema) if holder is not None else None
    table = snapshot.get(Table, place.id, name) if place is not None else None
    keys = [c for c in table.constraints if c.kind != "FOREIGN KEY"] if table is not None else []
    wanted = constraint.referenced_columns
    return next(
        (c.name for c in sorted(keys, key=lambda c: c.kind) if not wanted or c.columns == wanted), None
    )


# -- sequences, stages, file formats, functions ---------------------------------------------------


@defines(
    "SEQUENCES",
    "SEQUENCE_CATALOG SEQUENCE_SCHEMA SEQUENCE_NAME SEQUENCE_OWNER DATA_TYPE NUMERIC_PRECISION"
    " NUMERIC_PRECISION_RADIX NUMERIC_SCALE START_VALUE MINIMUM_VALUE MAXIMUM_VALUE NEXT_VALUE INCREMENT"
    " CYCLE_OPTION CREATED LAST_ALTERED ORDERED COMMENT",
)
def sequences(viewer: Viewer, database: Database) -> Sequence[Row]:
    return [
        {
            **times(s),
            **type_cells(NUMBER),
            "SEQUENCE_CATALOG": database.name,
            "SEQUENCE_SCHEMA": schema.name,
            "SEQUENCE_NAME": s.name,
            "SEQUENCE_OWNER": s.owner,
            "START_VALUE": str(s.start),
            "MINIMUM_VALUE": str(-(2**63)),
            "MAXIMUM_VALUE": str(2**63 - 1),
            "NEXT_VALUE": str(_next(viewer, s)),
            "INCREMENT": str(s.increment),
            "CYCLE_OPTION": "NO",
            "ORDERED": yes(s.ordered),
        }
        for schema, s in objects(viewer, database, SequenceEntity)
    ]


def _next(viewer: Viewer, sequence: SequenceEntity) -> int:
    with viewer.cursor() as cursor:
        return next_value(cursor, sequence.storage, sequence.start, sequence.increment)


@defines(
    "STAGES",
    "STAGE_CATALOG STAGE_SCHEMA STAGE_NAME STAGE_URL STAGE_REGION STAGE_TYPE STAGE_OWNER COMMENT CREATED"
    " LAST_ALTERED",
)
def stages(viewer: Viewer, database: Database) -> Sequence[Row]:
    return [
        {
            **times(s),
            "STAGE_CATALOG": database.name,
            "STAGE_SCHEMA": schema.name,
            "STAGE_NAME": s.name,
            "STAGE_URL": s.url,
            "STAGE_TYPE": "External Named" if s.url else "Internal Named",
            "STAGE_OWNER": s.owner,
        }
        for schema, s in objects(viewer, database, Stage)
    ]


_FORMAT = (
    "RECORD_DELIMITER FIELD_DELIMITER SKIP_HEADER DATE_FORMAT TIME_FORMAT TIMESTAMP_FORMAT BINARY_FORMAT"
    " ESCAPE ESCAPE_UNENCLOSED_FIELD TRIM_SPACE FIELD_OPTIONALLY_ENCLOSED_BY NULL_IF COMPRESSION"
    " ERROR_ON_COLUMN_COUNT_MISMATCH"
)


@defines(
    "FILE_FORMATS",
    "FILE_FORMAT_CATALOG FILE_FORMAT_SCHEMA FILE_FORMAT_NAME FILE_FORMAT_OWNER FILE_FORMAT_TYPE"
    f" {_FORMAT} CREATED LAST_ALTERED COMMENT",
)
def file_formats(viewer: Viewer, database: Database) -> Sequence[Row]:
    return [
        {
            **{name: _option(f, name) for name in _FORMAT.split()},
            **times(f),
            "FILE_FORMAT_CATALOG": database.name,
            "FILE_FORMAT_SCHEMA": schema.name,
            "FILE_FORMAT_NAME": f.name,
            "FILE_FORMAT_OWNER": f.owner,
            "FILE_FORMAT_TYPE": f.type,
        }
        for schema, f in objects(viewer, database, FileFormat)
    ]


def _option(entity: FileFormat, name: str) -> object:
    value = entity.options.get(name)
    return int(value) if value is not None and name == "SKIP_HEADER" else value


@defines(
    "FUNCTIONS",
    "FUNCTION_CATALOG FUNCTION_SCHEMA FUNCTION_NAME FUNCTION_OWNER ARGUMENT_SIGNATURE DATA_TYPE"
    " CHARACTER_MAXIMUM_LENGTH CHARACTER_OCTET_LENGTH NUMERIC_PRECISION NUMERIC_PRECISION_RADIX NUMERIC_SCALE"
    " FUNCTION_LANGUAGE FUNCTION_DEFINITION VOLATILITY IS_NULL_CALL IS_SECURE CREATED LAST_ALTERED COMMENT"
    " IS_EXTERNAL API_INTEGRATION CONTEXT_HEADERS MAX_BATCH_ROWS COMPRESSION PACKAGES RUNTIME_VERSION"
    " INSTALLED_PACKAGES IS_MEMOIZABLE",
)
def functions(viewer: Viewer, database: Database) -> Sequence[Row]:
    return [_function(database, schema, f) for schema, f in objects(viewer, database, Function)]


def _signature(routine: Routine) -> str:
    shown = ", ".join(f"{a.name} {DATA_TYPES.get(a.type.kind, a.type.kind)}" for a in routine.arguments)
    return f"({shown})".replace(" TEXT", " VARCHAR")


def _function(database: Database, schema: Schema, function: Function) -> Row:
    returns = {"DATA_TYPE": "TABLE"} if function.returns is None else type_cells(function.returns)
    return {
        **times(function),
        **returns,
        "FUNCTION_CATALOG": database.name,
        "FUNCTION_SCHEMA": schema.name,
        "FUNCTION_NAME": function.name,
        "FUNCTION_OWNER": function.owner,
        "ARGUMENT_SIGNATURE": _signature(function),
        "FUNCTION_LANGUAGE": function.language,
        "FUNCTION_DEFINITION": function.body,
        "VOLATILITY": "VOLATILE" if function.volatile else "IMMUTABLE",
        "IS_NULL_CALL": yes(not function.strict),
        "IS_SECURE": yes(function.secure),
        "IS_EXTERNAL": "NO",
        "IS_MEMOIZABLE": yes(function.memoizable),
    }


@defines(
    "PROCEDURES",
    "PROCEDURE_CATALOG PROCEDURE_SCHEMA PROCEDURE_NAME PROCEDURE_OWNER ARGUMENT_SIGNATURE DATA_TYPE"
    " CHARACTER_MAXIMUM_LENGTH CHARACTER_OCTET_LENGTH NUMERIC_PRECISION NUMERIC_PRECISION_RADIX NUMERIC_SCALE"
    " PROCEDURE_LANGUAGE PROCEDURE_DEFINITION CREATED LAST_ALTERED COMMENT",
)
def procedures(viewer: Viewer, database: Database) -> Sequence[Row]:
    return [_procedure(database, schema, p) for schema, p in objects(viewer, database, Procedure)]


def _procedure(database: Database, schema: Schema, procedure: Procedure) -> Row:
    returns = {"DATA_TYPE": "TABLE"} if procedure.returns is None else type_cells(procedure.returns)
    return {
        **times(procedure),
        **returns,
        "PROCEDURE_CATALOG": database.name,
        "PROCEDURE_SCHEMA": schema.name,
        "PROCEDURE_NAME": procedure.name,
        "PROCEDURE_OWNER": procedure.owner,
        "ARGUMENT_SIGNATURE": _signature(procedure),
        "PROCEDURE_LANGUAGE": procedure.language,
        "PROCEDURE_DEFINITION": procedure.body,
    }
