"""Datasets: the rows of a query kept as Parquet files, version by version."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from snowdome.catalog.model import Entity
from snowdome.catalog.names import ObjectName
from snowdome.catalog.versioned import Dataset, DatasetVersion
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.compiler import Compiled, compile_query
from snowdome.sql.staging import given, inside, object_name
from snowdome.stages import formats
from snowdome.stages.location import Location
from snowdome.stages.storage import Area
from snowdome.statements import ddl, properties, tags, unload
from snowdome.statements import table_columns as parts
from snowdome.statements.creation import creates
from snowdome.statements.ddl import KINDS, Target
from snowdome.statements.granted import Changes
from snowdome.statements.properties import plain
from snowdome.statements.registry import handles
from snowdome.types import Column, fixed

KIND = KINDS["DATASET"]
_FILE_SIZE = 32 << 20  # bytes, about
_WHOLE = fixed(18, 0)

properties.defines("DATASET")


@creates("DATASET")
def create_dataset(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE DATASET; it has no versions yet."""

    def build(unit: Changes, target: Target) -> Entity:
        made = properties.applied(Dataset(**target.fields(unit)), "DATASET", statement.options, context)
        return tags.tagged(made, statement.tags, context)

    return ddl.create(context, KIND, object_name(statement.name, context), statement, build)


@handles(ast.AddDatasetVersion)
def add_version(statement: ast.AddDatasetVersion, context: Context) -> Result:
    """ALTER DATASET … ADD VERSION: the rows are written to files that never change."""
    name = object_name(statement.name, context)
    ddl.commit_first(context)
    _check_free(_require(context, name), statement.version)
    version = _described(statement, context)
    compiled = _compiled(statement, context)
    folder = context.services.stages.scratch_directory()
    try:
        _write(compiled, statement.partition_by is not None, folder, context)
        with context.catalog.unit() as unit:
            now = _require(context, name)
            _check_free(now, version.name)
            made = replace(version, id=unit.new_id(), created_on=context.catalog.clock.now())
            unit.put(replace(now, versions=(*now.versions, made)))
            target = context.services.stages.of_version(now.id, made.id).directory
            target.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return ddl.done()


def _require(context: Context, name: ObjectName) -> Dataset:
    """The dataset called ``name``; 399019 if there is none."""
    found = ddl.find(context, KIND, name)
    if not isinstance(found, Dataset):
        context.session.require_schema(name)
        full = ddl.full_name(context, KIND, name)
        raise SnowflakeError("399019", "02000", f"Dataset '{full}' does not exist or not authorized.")
    return found


def _check_free(dataset: Dataset, version: str) -> None:
    """399020: a version of that name is there already."""
    if dataset.version(version) is not None:
        text = f"Dataset version '{version}' already exists in dataset '{dataset.name}'."
        raise SnowflakeError("399020", "42710", text)


def _described(statement: ast.AddDatasetVersion, context: Context) -> DatasetVersion:
    """The version as the statement describes it, still without files."""
    name = statement.version
    if not name or "/" in name or "\\" in name or "\0" in name or name in (".", ".."):
        raise compilation_error("001007", "22023", f"invalid value [{name}] for parameter 'version name'")
    found = {}
    for option, value in statement.options.items():
        if option not in ("COMMENT", "METADATA"):
            raise properties.invalid_property(option, "DATASET VERSION")
        found[option] = plain(given(value, context))
    metadata = found.get("METADATA", "{}")
    if not _is_object(metadata):
        raise properties.invalid_property_value("METADATA", metadata)
    session = context.session
    return DatasetVersion(
        id=0, name=name, comment=found.get("COMMENT", ""), metadata=metadata, query=statement.query.text,
        context=(session.database or "", session.schema or ""),
    )  # fmt: skip


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


# -- files ----------------------------------------------------------------------------------------


def _compiled(statement: ast.AddDatasetVersion, context: Context) -> Compiled:
    """The query; with PARTITION BY its expression is the last column."""
    text = statement.query.text
    if statement.partition_by is not None:
        text = f"SELECT *, TO_VARCHAR({statement.partition_by.text}) FROM ({text})"
    compiled = compile_query(text, inside(context, statement.query))
    parts.check_names(parts.from_query(compiled.columns))
    return replace(compiled, columns=tuple(_stored(c) for c in compiled.columns))


def _stored(column: Column) -> Column:
    """Whole numbers are stored in 64 bits, as readers for machine learning want them."""
    wide = column.type.kind == "FIXED" and column.type.s == 0
    return replace(column, type=_WHOLE) if wide else column


def _write(compiled: Compiled, partitioned: bool, folder: Path, context: Context) -> None:
    """Write the rows below ``folder``: ``data_0_0_0.snappy.parquet`` and so on, a directory a partition."""
    place = Location("", Area(folder, folder.name))
    format_ = formats.build({"TYPE": "PARQUET"})
    unload.write(unload.Plan(
        compiled, place, format_, single=False, overwrite=False, header=True, max_size=_FILE_SIZE,
        with_query_id=False, detailed=False, validation="", partitioned=partitioned,
    ), context)  # fmt: skip


# -- dropping a version -----------------------------------------------------------------------------


@handles(ast.DropDatasetVersion)
def drop_version(statement: ast.DropDatasetVersion, context: Context) -> Result:
    """ALTER DATASET … DROP VERSION; 399012 if there is none of that name."""
    name = object_name(statement.name, context)
    ddl.commit_first(context)
    with context.catalog.unit() as unit:
        dataset = _require(context, name)
        gone = dataset.version(statement.version)
        if gone is None:
            text = f"Dataset version '{statement.version}' does not exist in dataset '{dataset.name}'."
            raise SnowflakeError("399012", "02000", text)
        unit.put(replace(dataset, versions=tuple(v for v in dataset.versions if v is not gone)))
    context.services.stages.forget_version(dataset.id, gone.id)
    return ddl.done()
