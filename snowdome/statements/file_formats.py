"""Named file formats: CREATE and ALTER, and how they are shown."""

from __future__ import annotations

import json
from dataclasses import replace

from snowdome.catalog.model import Entity, FileFormat
from snowdome.context import Context
from snowdome.errors import compilation_error
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.staging import given, object_name
from snowdome.stages import formats
from snowdome.stages.formats import TYPES, Given
from snowdome.statements import ddl, properties
from snowdome.statements.creation import creates
from snowdome.statements.ddl import KINDS, Kind, Target
from snowdome.statements.granted import Changes
from snowdome.statements.objects import action
from snowdome.statements.properties import plain

properties.defines("FILE FORMAT")


@creates("FILE FORMAT")
def create_file_format(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE FILE FORMAT; CSV where no TYPE is given."""

    def build(unit: Changes, target: Target) -> Entity:
        options = {name: given(value, context) for name, value in statement.options.items()}
        comment = plain(options.pop("COMMENT", ""))
        kind = formats.read_type(options.pop("TYPE", "CSV"))
        return FileFormat(
            **target.fields(unit), type=kind, comment=comment, temporary=statement.temporary,
            options=formats.read_options(kind, options),
        )  # fmt: skip

    name = object_name(statement.name, context)
    return ddl.create(context, KINDS["FILE FORMAT"], name, statement, build, statement.temporary)


@action("FILE FORMAT", ast.SetOptions)
def set_options(context: Context, kind: Kind, entity: FileFormat, what: ast.SetOptions) -> None:
    """ALTER FILE FORMAT … SET: any option but the type."""
    options: dict[str, Given] = {name: given(value, context) for name, value in what.options.items()}
    if "TYPE" in options:
        raise compilation_error("002198", "22023", "File format type cannot be changed.")
    comment = plain(options.pop("COMMENT", entity.comment))
    more = formats.read_options(entity.type, options)
    ddl.update(context, entity, replace(entity, comment=comment, options={**entity.options, **more}))


# -- shown ----------------------------------------------------------------------------------------


def option_rows(kind: str, options: dict[str, str]) -> list[tuple[str, str, str, str]]:
    """Property, type, value and default of every option of a format, as DESCRIBE lists them."""
    rows = [("TYPE", "String", kind, "CSV")]
    for name, option in TYPES[kind].items():
        value = options.get(name, option.default)
        rows.append((name, option.kind, _shown(option.kind, value), _shown(option.kind, option.default)))
    return rows


def _shown(kind: str, value: str) -> str:
    if kind == "Boolean":
        return value.lower()
    if kind == "List":
        return "[" + ", ".join(_escaped(v) for v in json.loads(value or "[]")) + "]"
    return _escaped(value)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def shown_options(entity: FileFormat) -> dict[str, object]:
    """SHOW FILE FORMATS' options, for JSON."""
    found: dict[str, object] = {"TYPE": entity.type}
    for name, option in TYPES[entity.type].items():
        found[name] = _json(option.kind, entity.options.get(name, option.default))
    return found


def _json(kind: str, value: str) -> object:
    if kind == "Boolean":
        return value == "TRUE"
    if kind == "Integer":
        return int(value or 0)
    if kind == "List":
        return json.loads(value or "[]")
    return value or None
