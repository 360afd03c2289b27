"""COPY INTO a table."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from snowdome.catalog.model import DynamicTable, Table, TableColumn
from snowdome.catalog.model import Relation as StoredRelation
from snowdome.catalog.names import ObjectName, quote
from snowdome.context import Context
from snowdome.engine import interrupts
from snowdome.errors import SnowflakeError, compilation_error, invalid_identifier, object_not_found
from snowdome.result import COPY, Result, rows_result, status_result
from snowdome.sql import ast, staging
from snowdome.sql.query_parser import parse_tree
from snowdome.stages import location
from snowdome.stages.formats import Format
from snowdome.stages.location import Location, matching
from snowdome.stages.storage import StagedFile
from snowdome.statements.dml import start_implicit_transaction
from snowdome.statements.loading import history, rejects, transformations
from snowdome.statements.loading.history import Outcome
from snowdome.statements.loading.loader import Loader
from snowdome.statements.loading.options import CopyOptions, check_match, read_options, returned_rows
from snowdome.statements.loading.rows import Job
from snowdome.statements.loading.validation import ERRORS, errors_of, first_rows
from snowdome.statements.registry import handles
from snowdome.types import TEXT, Column, fixed

_COUNT = fixed(38, 0)
_RESULT = (
    Column("file", TEXT), Column("status", TEXT), Column("rows_parsed", _COUNT),
    Column("rows_loaded", _COUNT), Column("error_limit", _COUNT), Column("errors_seen", _COUNT),
    Column("first_error", TEXT), Column("first_error_line", _COUNT), Column("first_error_character", _COUNT),
    Column("first_error_column_name", TEXT),
)  # fmt: skip
_DOCUMENTS = ("JSON", "PARQUET", "AVRO", "ORC", "XML")


def _columns(statement: ast.CopyIntoTable, context: Context) -> tuple[Column, ...]:
    job, _, options = _prepared(statement, context)
    if not options.validation:
        return _RESULT
    loaded = tuple(Column(c.name, c.type, c.nullable) for c in job.columns)
    return ERRORS if returned_rows(options.validation) is None else loaded


@handles(ast.CopyIntoTable, describe=_columns)
def copy_into_table(statement: ast.CopyIntoTable, context: Context) -> Result:
    """Load staged files; one row for each."""
    start_implicit_transaction(context)
    job, place, options = _prepared(statement, context)
    loader = Loader(job, place, options)
    files, absent = _chosen(place, options, context)
    if options.validation:
        return _validated(loader, files, absent)
    if absent and options.on_error.kind == "ABORT_STATEMENT":
        raise rejects.missing(place, absent[0])
    skipped: list[StagedFile] = []
    if options.force:
        done = loader.load(_within_size(files, options.size_limit))
    else:
        with interrupts.holding(context.services.stages.turn(job.table.id, place.area)):
            done, skipped = _load_new(loader, files, context)
    if options.purge:
        _purge(place, [f for f, outcome in done if outcome.status == "LOADED"], context)
    named = [_skipped(place, f) for f in skipped] if options.files else []
    missed = [_missed(place, name) for name in absent]
    return _result([*(o for _, o in done), *named, *missed], options)


def _load_new(
    loader: Loader, files: list[StagedFile], context: Context
) -> tuple[list[tuple[StagedFile, Outcome]], list[StagedFile]]:
    """Load the files that were not loaded before; what came of them, and those that were."""
    skipped = _loaded_before(loader.job, loader.place, files, context)
    wanted = _within_size([f for f in files if f not in skipped], loader.options.size_limit)
    return loader.load(wanted), skipped


def _result(outcomes: list[Outcome], options: CopyOptions) -> Result:
    if not outcomes:
        return status_result("Copy executed with 0 files processed.", COPY)
    shown = [o for o in outcomes if not (options.failed_only and o.status == "LOADED")]
    made = rows_result(_RESULT, [o.row() for o in shown], COPY, as_json=True)
    stats = {"numRowsInserted": sum(o.loaded for o in outcomes)}
    return replace(made, stats=stats)


def _purge(place: Location, files: list[StagedFile], context: Context) -> None:
    for file in files:
        context.services.stages.remove(place.area, file)


# -- what to load, and into what ----------------------------------------------------------------


def _prepared(statement: ast.CopyIntoTable, context: Context) -> tuple[Job, Location, CopyOptions]:
    table = _table(statement.table, context)
    given = dict(statement.options)
    described = given.pop("FILE_FORMAT", None)
    query = statement.source if isinstance(statement.source, ast.Fragment) else None
    place = _place(statement.source, table, context)
    options = read_options(given, context, place)
    format_ = staging.file_format(described, context, place.stage)
    check_match(options, format_.type, format_.flag("PARSE_HEADER"), transformed=query is not None)
    columns = _listed(table, statement.columns)
    _check_format(format_, options, columns, transformed=query is not None)
    inner = context if query is None else staging.inside(context, query)
    counted = (
        query is None
        and not statement.columns
        and options.match == "NONE"
        and format_.flag("ERROR_ON_COLUMN_COUNT_MISMATCH")
    )
    text = query.text if query is not None else None
    job = Job(inner, table, columns, format_, options.truncate, options.match, text, place, counted)
    return job, place, options


def _table(written: ast.Name, context: Context) -> Table:
    name = staging.object_name(written, context)
    found = context.session.find(StoredRelation, name)
    if found is None:
        raise object_not_found("Table", str(context.session.full_name(name)))
    if not isinstance(found, Table) or isinstance(found, DynamicTable):
        text = f"Invalid object type: '{quote(found.name)}' is not a table; COPY loads tables only."
        raise compilation_error("002203", "42601", text)
    return found


def _listed(table: Table, names: tuple[str, ...]) -> tuple[TableColumn, ...]:
    """The columns that the statement lists; all that take values if it lists none."""
    if not names:
        return tuple(c for c in table.columns if c.computed is None)
    by_name = {c.name: c for c in table.columns}
    for index, name in enumerate(names):
        if name not in by_name:
            raise invalid_identifier(quote(name), 1, 0)
        if name in names[:index]:
            raise compilation_error("002025", "42S21", f"duplicate column name '{name}'")
    return tuple(by_name[n] for n in names)


def _place(source: ast.Written | ast.Fragment | None, table: Table, context: Context) -> Location:
    stages = context.services.stages
    if source is None:
        name = ObjectName((table.name,))
        return Location(f"@%{name}", stages.of_entity(table.id), table=table)
    if not isinstance(source, ast.Fragment):
        return staging.resolve(source, context)
    tree = parse_tree(source.text)
    item = transformations.checked(tree)
    text = str(item.this) if isinstance(item, exp.Literal) else item.name
    return location.resolve(text, context.session, stages)


def _check_format(
    format_: Format, options: CopyOptions, columns: tuple[TableColumn, ...], *, transformed: bool
) -> None:
    if format_.flag("PARSE_HEADER") and options.match == "NONE":
        text = "PARSE_HEADER is only allowed for CSV INFER_SCHEMA and MATCH_BY_COLUMN_NAME"
        raise compilation_error("002240", "22023", text)
    if transformed or options.match != "NONE" or format_.type not in _DOCUMENTS:
        return
    if len(columns) != 1 or not columns[0].type.is_semi_structured:
        text = (
            f"{format_.type} file format can produce one and only one column of type variant, object, or "
            "array. Load data into separate columns using the MATCH_BY_COLUMN_NAME copy option or copy with "
            "transformation."
        )
        raise compilation_error("001757", "42601", text)


def _chosen(place: Location, options: CopyOptions, context: Context) -> tuple[list[StagedFile], list[str]]:
    """The files to load, and the names of those that FILES names but the stage does not hold."""
    stages = context.services.stages
    if not options.files:
        return matching(place.files(stages), options.pattern, place), []
    found = {name: stages.file(place.area, place.continued(name)) for name in options.files}
    return list({f.name: f for f in found.values() if f}.values()), [n for n, f in found.items() if f is None]


def _loaded_before(job: Job, place: Location, files: list[StagedFile], context: Context) -> list[StagedFile]:
    with context.session.cursor() as cursor:
        before = history.loaded_before(job.table.id, place, context.catalog.clock.now(), cursor)
    return [f for f in files if (f.name, f.size, f.modified) in before]


def _within_size(files: list[StagedFile], limit: int | None) -> list[StagedFile]:
    """The files up to the one with which their size exceeds ``limit``, bytes."""
    total = 0
    for count, file in enumerate(files, 1):
        total += file.size
        if limit is not None and total > limit:
            return files[:count]
    return files


def _skipped(place: Location, file: StagedFile) -> Outcome:
    return Outcome(place.shown_name(file), "LOAD_SKIPPED", 0, 0, None, 1, "File was loaded before.")


def _missed(place: Location, name: str) -> Outcome:
    error = rejects.missing_in_detail(place, name)
    return Outcome(place.shown + place.continued(name), "LOAD_FAILED", 0, 0, 1, 1, error.message)


# -- VALIDATION_MODE ----------------------------------------------------------------------------


def _validated(loader: Loader, files: list[StagedFile], absent: list[str]) -> Result:
    count = returned_rows(loader.options.validation)
    if count is not None:
        if absent:
            raise rejects.missing(loader.place, absent[0])
        return first_rows(loader, files, count)
    errors: list[tuple[str, SnowflakeError]] = [
        (loader.place.continued(name), rejects.missing_in_detail(loader.place, name)) for name in absent
    ]
    return errors_of(loader, files, errors)
