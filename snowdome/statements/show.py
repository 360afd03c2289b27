"""SHOW of databases, schemas and what is in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from snowdome.catalog.information_schema import row_counts
from snowdome.catalog.model import (
    Database,
    DynamicTable,
    Entity,
    FileFormat,
    Function,
    Relation,
    Schema,
    Stage,
    Table,
    Tag,
    View,
)
from snowdome.catalog.model import (
    Sequence as SequenceEntity,
)
from snowdome.catalog.numbering import next_value
from snowdome.context import Context
from snowdome.sql import ast
from snowdome.sql.functions import registry as builtin
from snowdome.statements import file_formats
from snowdome.statements.describe_types import argument_list
from snowdome.statements.showing import (
    TERSE,
    Place,
    Row,
    columns,
    common,
    in_schema,
    lists,
    objects,
    on,
    places,
    schemas_of,
    true,
    yes,
)

_TERSE = " ".join(TERSE)


# -- databases and schemas ------------------------------------------------------------------------


@lists(
    "DATABASES",
    "created_on name is_default is_current origin owner comment options retention_time kind owner_role_type"
    " object_visibility data_quality_monitoring_settings resharing_settings",
    terse=_TERSE, starts_with=True, limit=True,
)  # fmt: skip
def databases(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_database(context, d) for d in context.catalog.snapshot.children(Database, 0)]


def _database(context: Context, database: Database) -> Row:
    return {
        "created_on": database.created_on, "name": database.name, "is_default": "N",
        "is_current": yes(database.name == context.session.database), "origin": "", "owner": database.owner,
        "comment": database.comment, "options": "TRANSIENT" if database.transient else "",
        "retention_time": str(database.retention_days), "kind": "STANDARD", "owner_role_type": "ROLE",
    }  # fmt: skip


@lists(
    "SCHEMAS",
    "created_on name is_default is_current database_name owner comment options retention_time owner_role_type"
    " classification_profile_database classification_profile_schema classification_profile object_visibility"
    " is_nested",
    terse=_TERSE, starts_with=True, limit=True,
)  # fmt: skip
def schemas(show: ast.Show, context: Context) -> Sequence[Row]:
    rows: list[Row] = []
    for database in _schema_databases(show, context):
        rows += [_schema(context, database, place.schema) for place in schemas_of(context, database)]
    return rows


def _schema_databases(show: ast.Show, context: Context) -> list[Database]:
    """Without IN: the current database's schemas, else the account's."""
    session = context.session
    if (show.scope is None and session.database is None) or (
        show.scope is not None and show.scope.kind == "ACCOUNT"
    ):
        return context.catalog.snapshot.children(Database, 0)
    name = show.scope.name if show.scope is not None else None
    return [session.require_database(name.parts[-1] if name is not None else None)]


def _schema(context: Context, database: Database, schema: Schema) -> Row:
    options = ", ".join(
        w
        for w, there in (("TRANSIENT", schema.transient), ("MANAGED ACCESS", schema.managed_access))
        if there
    )
    return {
        "created_on": schema.created_on, "name": schema.name, "is_default": "N",
        "is_current": yes((database.name, schema.name) == (context.session.database, context.session.schema)),
        "database_name": database.name, "owner": schema.owner, "comment": schema.comment, "options": options,
        "retention_time": str(schema.retention_days), "owner_role_type": "ROLE" if schema.owner else "",
        "is_nested": "false",
    }  # fmt: skip


# -- tables and views -----------------------------------------------------------------------------


@lists(
    "TABLES",
    "created_on name database_name schema_name kind comment cluster_by rows bytes owner retention_time"
    " automatic_clustering change_tracking search_optimization search_optimization_progress"
    " search_optimization_bytes is_external enable_schema_evolution owner_role_type is_event is_hybrid"
    " is_iceberg is_dynamic is_immutable is_interactive row_timestamp error_logging",
    terse=_TERSE, starts_with=True, limit=True,
)  # fmt: skip
def tables(show: ast.Show, context: Context) -> Sequence[Row]:
    found = [
        (place, t)
        for place, t in objects(show, context, Table)
        if isinstance(t, Table) and type(t) in (Table, DynamicTable)
    ]
    counts = row_counts(context.session, [t for _, t in found])
    return [_table(place, t, counts[t.id]) for place, t in found if t.id in counts]


def _table(place: Place, table: Table, rows: int) -> Row:
    clustered = bool(table.cluster_by)
    return {
        **common(place, table),
        "kind": table.persistence if table.persistence != "PERMANENT" else "TABLE",
        "cluster_by": table.cluster_by, "rows": rows, "bytes": table_bytes(table, rows),
        "retention_time": str(table.retention_days),
        "automatic_clustering": on(clustered and not table.clustering_suspended),
        "change_tracking": on(table.change_tracking), "search_optimization": "OFF",
        "is_external": "N", "enable_schema_evolution": yes(table.schema_evolution), "is_event": "N",
        "is_hybrid": "N", "is_iceberg": "N", "is_dynamic": yes(isinstance(table, DynamicTable)),
        "is_immutable": "N", "is_interactive": "N",
        "row_timestamp": "OFF", "error_logging": "OFF",
    }  # fmt: skip


def table_bytes(table: Table, rows: int) -> int:
    """An estimate of the table's size: eight bytes a cell, in whole blocks of 512."""
    return -(-rows * len(table.columns) * 8 // 512) * 512


@lists(
    "VIEWS",
    "created_on name reserved database_name schema_name owner comment text is_secure is_materialized"
    " owner_role_type change_tracking",
    terse=_TERSE, starts_with=True, limit=True,
)  # fmt: skip
def views(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_view(place, v) for place, v in objects(show, context, View) if isinstance(v, View)]


def _view(place: Place, view: View) -> Row:
    return {
        **common(place, view), "kind": "VIEW", "reserved": "", "text": view.text,
        "is_secure": true(view.secure), "is_materialized": "false",
        "change_tracking": on(view.change_tracking),
    }  # fmt: skip


@lists(
    "OBJECTS",
    "created_on name database_name schema_name kind comment cluster_by rows bytes owner retention_time"
    " owner_role_type is_hybrid is_dynamic is_iceberg is_interactive",
    terse=_TERSE, starts_with=True, limit=True,
)  # fmt: skip
def all_relations(show: ast.Show, context: Context) -> Sequence[Row]:
    found = [(place, r) for place, r in objects(show, context, Relation) if isinstance(r, Relation)]
    counts = row_counts(context.session, [r for _, r in found])
    return [
        _object(place, r, counts.get(r.id))
        for place, r in found
        if r.id in counts or not isinstance(r, Table)
    ]


def _object(place: Place, relation: Relation, rows: int | None) -> Row:
    if isinstance(relation, Table):
        shown = _table(place, relation, rows or 0)
        return {**shown, "kind": "TEMPORARY" if relation.persistence == "TEMPORARY" else "TABLE"}
    return {**common(place, relation), "kind": "VIEW", "cluster_by": "", "retention_time": "1"}


# -- the other objects of a schema ----------------------------------------------------------------


LISTINGS_OF_SEQUENCE = columns(
    "name database_name schema_name next_value interval created_on owner comment owner_role_type ordered"
)


@lists("SEQUENCES", LISTINGS_OF_SEQUENCE)
def sequences(show: ast.Show, context: Context) -> Sequence[Row]:
    return [sequence_row(context, place, s) for place, s in objects(show, context, SequenceEntity)]


def sequence_row(context: Context, place: Place, entity: Entity) -> Row:
    """A sequence's cells; its next value is not taken."""
    assert isinstance(entity, SequenceEntity)
    with context.session.cursor() as cursor:
        value = next_value(cursor, entity.storage, entity.start, entity.increment)
    return {
        **common(place, entity),
        "next_value": value,
        "interval": entity.increment,
        "ordered": yes(entity.ordered),
    }


@lists(
    "STAGES",
    "created_on name database_name schema_name url has_credentials has_encryption_key owner comment region"
    " type cloud notification_channel storage_integration endpoint owner_role_type directory_enabled",
)
def stages(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_stage(place, s) for place, s in objects(show, context, Stage) if isinstance(s, Stage)]


def _stage(place: Place, stage: Stage) -> Row:
    temporary = " TEMPORARY" if stage.temporary else ""
    return {
        **common(place, stage), "url": stage.url, "has_credentials": "N", "has_encryption_key": "N",
        "type": ("EXTERNAL" if stage.url else "INTERNAL") + temporary,
        "cloud": {"s3": "AWS", "gcs": "GCP", "azure": "AZURE"}.get(stage.url.split(":")[0]),
        "storage_integration": stage.storage_integration or None, "directory_enabled": yes(stage.directory),
    }  # fmt: skip


@lists(
    "FILE FORMATS",
    "created_on name database_name schema_name type owner comment format_options owner_role_type",
)
def formats(show: ast.Show, context: Context) -> Sequence[Row]:
    found = objects(show, context, FileFormat)
    return [_format(place, f) for place, f in found if isinstance(f, FileFormat)]


def _format(place: Place, entity: FileFormat) -> Row:
    return {
        **common(place, entity), "type": entity.type,
        "format_options": json.dumps(file_formats.shown_options(entity), separators=(",", ":")),
    }  # fmt: skip


@lists(
    "TAGS",
    "created_on name database_name schema_name owner comment allowed_values owner_role_type propagate"
    " on_conflict multi_value",
    limit=True,
)
def tags(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_tag(place, t) for place, t in objects(show, context, Tag) if isinstance(t, Tag)]


def _tag(place: Place, tag: Tag) -> Row:
    allowed = json.dumps(list(tag.allowed_values), separators=(",", ":")) if tag.allowed_values else None
    return {**common(place, tag), "allowed_values": allowed, "propagate": "NONE", "multi_value": "false"}


# -- functions ------------------------------------------------------------------------------------

_FUNCTION = (
    "created_on name schema_name is_builtin is_aggregate is_ansi min_num_arguments max_num_arguments"
    " arguments description catalog_name is_table_function valid_for_clustering is_secure secrets"
    " external_access_integrations is_external_function language is_memoizable is_data_metric"
)


@lists("USER FUNCTIONS", _FUNCTION)
def user_functions(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_function(place, f) for place, f in objects(show, context, Function) if isinstance(f, Function)]


def _function(place: Place, function: Function) -> Row:
    required = sum(1 for a in function.arguments if a.default is None)
    return {
        **common(place, function), "is_builtin": "N", "is_aggregate": yes(function.aggregate), "is_ansi": "N",
        "min_num_arguments": required, "max_num_arguments": len(function.arguments),
        "arguments": argument_list(function), "description": function.comment or "user-defined function",
        "is_table_function": yes(function.is_table), "valid_for_clustering": "N",
        "is_secure": yes(function.secure), "is_external_function": "N", "language": function.language,
        "is_memoizable": yes(function.memoizable), "is_data_metric": "N",
    }  # fmt: skip


@lists("BUILTIN FUNCTIONS", _FUNCTION)
def builtin_functions(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_builtin(name) for name in sorted(builtin.FUNCTIONS)]


def _builtin(name: str) -> Row:
    return {
        "name": name, "schema_name": "", "is_builtin": "Y", "is_aggregate": "N", "is_ansi": "N",
        "arguments": f"{name}()", "description": "", "catalog_name": "", "is_table_function": "N",
        "valid_for_clustering": "N", "is_secure": "N", "is_external_function": "N", "language": "SQL",
        "is_memoizable": "N", "is_data_metric": "N",
    }  # fmt: skip


@lists("FUNCTIONS", _FUNCTION)
def all_functions(show: ast.Show, context: Context) -> Sequence[Row]:
    return [*builtin_functions(show, context), *user_functions(show, context)]


# -- kinds that cannot exist yet ------------------------------------------------------------------


def _none(show: ast.Show, context: Context) -> Sequence[Row]:
    """No statement can create one yet; the scope must exist all the same."""
    places(show, context)
    return []


_ABSENT: dict[str, str] = {
    "PIPES": "created_on name database_name schema_name definition owner notification_channel comment"
    " integration pattern error_integration owner_role_type invalid_reason kind is_snowflake_managed",
    "MATERIALIZED VIEWS": "created_on name database_name schema_name owner comment text is_secure",
    "MASKING POLICIES": "created_on name database_name schema_name kind owner comment",
    "ROW ACCESS POLICIES": "created_on name database_name schema_name kind owner comment",
}
for _kind, _names in _ABSENT.items():
    lists(_kind, _names)(_none)


def seen_in(context: Context, schema: Schema) -> list[Any]:
    """The tables and views of a schema as the session sees them."""
    return in_schema(context, schema, Relation)
