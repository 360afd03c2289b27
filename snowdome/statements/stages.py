"""Named stages as objects: CREATE and ALTER. What is done with their files is in ``files`` and ``copy``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from snowdome.catalog.model import Entity, FileFormat, Stage
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, object_not_found
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.names import parse_name
from snowdome.sql.staging import given, object_name
from snowdome.stages import formats
from snowdome.statements import ddl, properties, tags
from snowdome.statements.creation import creates
from snowdome.statements.ddl import KINDS, Kind, Target
from snowdome.statements.granted import Changes
from snowdome.statements.objects import action
from snowdome.statements.properties import invalid_property, plain

_INTERNAL_ENCRYPTION = ("SNOWFLAKE_FULL", "SNOWFLAKE_SSE")
_CLOUDS = ("s3", "s3gov", "s3china", "s3compat", "gcs", "azure")
_COPY_OPTIONS = frozenset(
    (
        "ON_ERROR", "SIZE_LIMIT", "PURGE", "RETURN_FAILED_ONLY", "MATCH_BY_COLUMN_NAME", "ENFORCE_LENGTH",
        "TRUNCATECOLUMNS", "FORCE",
    )
)  # fmt: skip


@creates("STAGE")
def create_stage(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE STAGE."""
    name = object_name(statement.name, context)

    def build(unit: Changes, target: Target) -> Entity:
        made = Stage(**target.fields(unit), temporary=statement.temporary)
        made = applied(made, statement.options, context)
        _check_place(made, statement.options)
        return tags.tagged(made, statement.tags, context)

    return ddl.create(context, KINDS["STAGE"], name, statement, build, statement.temporary)


def _check_place(stage: Stage, options: ast.Options) -> None:
    """Credentials need a URL; an internal stage's encryption is Snowflake's own."""
    if stage.url:
        return
    if "CREDENTIALS" in options or "STORAGE_INTEGRATION" in options:
        raise compilation_error("001424", "22023", f"invalid stage ({stage.name}): location not specified")
    if stage.encryption and stage.encryption not in _INTERNAL_ENCRYPTION:
        text = "Cannot set URL, credentials, or encryption key of an internal or temporary stage."
        raise compilation_error("002197", "22023", text)


def applied(stage: Stage, options: ast.Options, context: Context) -> Stage:
    """``stage`` with these properties."""
    for name, value in options.items():
        reader = _READERS.get(name)
        if reader is None:
            raise invalid_property(name, "STAGE")
        stage = replace(stage, **reader(stage, value, context))
    return stage


def _url(stage: Stage, value: ast.Value, context: Context) -> dict[str, Any]:
    text = plain(given(value, context))
    found = re.match(r"(\w+)://(.*)", text)
    if found is None or (found[1] == "file" and not found[2].startswith("/")):
        raise compilation_error("001024", "22023", f"invalid URL: {text}")
    if found[1].lower() not in _CLOUDS:
        raise compilation_error("001025", "22023", f"invalid URL prefix found in: '{text}'")
    return {"url": text}


def _file_format(stage: Stage, value: ast.Value, context: Context) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {"file_format": {}}
    options = {name: given(v, context) for name, v in value.items()}
    if "FORMAT_NAME" in options:
        name = ObjectName(parse_name(plain(options["FORMAT_NAME"])))
        if context.session.find(FileFormat, name) is None:
            raise object_not_found("File format", str(context.session.full_name(name)))
        return {"file_format": {"FORMAT_NAME": str(context.session.full_name(name))}}
    kind = formats.read_type(options.pop("TYPE", "CSV"))
    return {"file_format": {"TYPE": kind, **formats.read_options(kind, options)}}


def _copy_options(stage: Stage, value: ast.Value, context: Context) -> dict[str, Any]:
    found = {name: plain(given(v, context)) for name, v in value.items()} if isinstance(value, dict) else {}
    for name in found:
        if name not in _COPY_OPTIONS:
            raise formats.invalid_parameter(name)
    return {"copy_options": {name: text.upper() for name, text in found.items()}}


def _directory(stage: Stage, value: ast.Value, context: Context) -> dict[str, Any]:
    options = value if isinstance(value, dict) else {}
    return {"directory": options.get("ENABLE") is True}


def _encryption(stage: Stage, value: ast.Value, context: Context) -> dict[str, Any]:
    options = value if isinstance(value, dict) else {}
    return {"encryption": plain(given(options.get("TYPE", ""), context)).upper()}


def _comment(stage: Stage, value: ast.Value, context: Context) -> dict[str, Any]:
    return {"comment": plain(given(value, context))}


def _integration(stage: Stage, value: ast.Value, context: Context) -> dict[str, Any]:
    return {"storage_integration": plain(given(value, context)).upper()}


def _unkept(stage: Stage, value: ast.Value, context: Context) -> dict[str, Any]:
    """Credentials are not needed here, and secrets are not kept."""
    return {}


_READERS = {
    "URL": _url,
    "FILE_FORMAT": _file_format,
    "COPY_OPTIONS": _copy_options,
    "DIRECTORY": _directory,
    "ENCRYPTION": _encryption,
    "COMMENT": _comment,
    "STORAGE_INTEGRATION": _integration,
    "CREDENTIALS": _unkept,
    "USE_PRIVATELINK_ENDPOINT": _unkept,
}
properties.defines("STAGE")


@action("STAGE", ast.SetOptions)
def set_options(context: Context, kind: Kind, stage: Stage, what: ast.SetOptions) -> None:
    """ALTER STAGE … SET."""
    if not stage.url and ("URL" in what.options or "CREDENTIALS" in what.options):
        text = "Cannot set URL, credentials, or encryption key of an internal or temporary stage."
        raise compilation_error("002197", "22023", text)
    ddl.update(context, stage, applied(stage, what.options, context))


@action("STAGE", ast.UnsetOptions)
def unset_options(context: Context, kind: Kind, stage: Stage, what: ast.UnsetOptions) -> None:
    """ALTER STAGE … UNSET: Snowflake has none."""
    raise SnowflakeError("000002", "0A000", "Unsupported feature 'UNSET'.")
