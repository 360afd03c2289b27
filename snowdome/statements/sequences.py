"""CREATE SEQUENCE, ALTER SEQUENCE."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from snowdome.catalog.model import Entity, Sequence
from snowdome.catalog.numbering import next_value
from snowdome.context import Context
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements import cloning, ddl, properties
from snowdome.statements.creation import creates
from snowdome.statements.ddl import KINDS, Kind, Target
from snowdome.statements.granted import Changes
from snowdome.statements.objects import action

KIND = KINDS["SEQUENCE"]

properties.defines("SEQUENCE")


@creates("SEQUENCE")
def create_sequence(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE SEQUENCE [START] [INCREMENT] [ORDER | NOORDER]."""
    options = dict(statement.options)
    start = _integer(options.pop("START", 1))
    increment = _integer(options.pop("INCREMENT", 1))
    ordered = bool(options.pop("ORDER", False))
    if increment == 0:
        raise properties.invalid_property_value("SEQUENCE_INCREMENT", 0)
    source = cloning.source(context, KIND, statement.clone)

    def build(unit: Changes, target: Target) -> Entity:
        made = Sequence(**target.fields(unit), start=start, increment=increment, ordered=ordered)
        made = replace(made, storage=ddl.storage_name(made.id, made.name))
        if isinstance(source, Sequence):
            made = replace(made, start=source.start, increment=source.increment, ordered=source.ordered)
            cloning.copy_sequence(unit, source.storage, made.storage, made.start, made.increment)
        else:
            cloning.create_sequence(unit, made.storage, start, increment)
        return properties.applied(made, "SEQUENCE", options, context)

    return ddl.create(context, KIND, object_name(statement.name, context), statement, build)


def _integer(value: ast.Value) -> int:
    return int(str(value.text if isinstance(value, ast.Word) else value))


@action("SEQUENCE", ast.SetOptions)
def set_options(context: Context, kind: Kind, sequence: Any, what: ast.SetOptions) -> None:
    """SET INCREMENT: from the next value on; SET COMMENT, ORDER, NOORDER."""
    options = dict(what.options)
    increment = _integer(options.pop("INCREMENT", sequence.increment))
    ordered = bool(options.pop("ORDER", sequence.ordered))
    changed = properties.applied(
        replace(sequence, increment=increment, ordered=ordered), "SEQUENCE", options, context
    )
    with ddl.changes(context, False) as unit:
        if increment != sequence.increment:
            following = next_value(unit.cursor, sequence.storage, sequence.start, sequence.increment)
            if following != sequence.start:  # otherwise it has given none yet
                following += increment - sequence.increment
            storage = ddl.storage_name(sequence.id, sequence.name, f"_{unit.new_id()}")
            cloning.create_sequence(unit, storage, following, increment)
            unit.sql(f"DROP SEQUENCE {sequence.storage}")
            changed = replace(changed, storage=storage)
        unit.put(changed)
