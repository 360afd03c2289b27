"""SHOW MODELS, SHOW VERSIONS IN MODEL, SHOW FUNCTIONS IN MODEL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from snowdome.catalog.names import ObjectName
from snowdome.catalog.services import of_model
from snowdome.catalog.versioned import Method, Model, ModelVersion
from snowdome.context import Context
from snowdome.errors import object_not_found
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements import ddl, manifests
from snowdome.statements.ddl import KINDS
from snowdome.statements.describe_types import bare_name
from snowdome.statements.models import version_of
from snowdome.statements.showing import NUMBER, Place, Row, common, lists, objects, true, yes

_LANGUAGE = "PYTHON"


@lists(
    "MODELS",
    "created_on name model_type database_name schema_name comment owner default_version_name versions aliases",
    starts_with=True, limit=True,
)  # fmt: skip
def models(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_model(place, m) for place, m in objects(show, context, Model) if isinstance(m, Model)]


def _model(place: Place, model: Model) -> Row:
    aliases = {alias: v.name for v in model.versions for alias in model.aliases(v)}
    return {
        **common(place, model), "model_type": "USER_MODEL", "default_version_name": model.default or None,
        "versions": json.dumps([v.name for v in model.versions]), "aliases": json.dumps(aliases),
    }  # fmt: skip


def _named(show: ast.Show, context: Context) -> tuple[Place, Model]:
    """The model of IN MODEL, and where it is."""
    assert show.scope is not None
    assert show.scope.name is not None
    name = object_name(show.scope.name, context)
    place = Place(*context.session.require_schema(name))
    found = ddl.find(context, KINDS["MODEL"], name)
    if not isinstance(found, Model):
        full = ObjectName((place.database.name, place.schema.name, name.name))
        raise object_not_found("Model", str(full))
    return place, found


@lists(
    "VERSIONS IN MODEL",
    "created_on name aliases comment database_name schema_name model_name is_default_version functions"
    " metadata user_data model_attributes size environment runnable_in inference_services model_spec",
    size=NUMBER,
)
def versions(show: ast.Show, context: Context) -> Sequence[Row]:
    place, model = _named(show, context)
    return [_version(context, place, model, v) for v in model.versions]


def _version(context: Context, place: Place, model: Model, version: ModelVersion) -> Row:
    stages = context.services.stages
    area = stages.of_version(model.id, version.id)
    return {
        "created_on": version.created_on, "name": version.name, "aliases": json.dumps(model.aliases(version)),
        "comment": version.comment, "database_name": place.database.name, "schema_name": place.schema.name,
        "model_name": model.name, "is_default_version": true(model.default == version.name),
        "functions": json.dumps([m.name for m in version.methods]), "metadata": version.metadata,
        "user_data": version.user_data, "model_attributes": version.attributes,
        "size": sum(f.size for f in stages.files(area)), "environment": _environment(version),
        "runnable_in": json.dumps(version.platforms), "inference_services": _services(context, model, version),
        "model_spec": _specification(area.directory),
    }  # fmt: skip


def _services(context: Context, model: Model, version: ModelVersion) -> str:
    """The full names of the services of the version, as JSON."""
    found = of_model(context.catalog.snapshot, model.id, version.id)
    return json.dumps(sorted(str(ddl.place_name(context, s)) for s in found))


def _environment(version: ModelVersion) -> str:
    """The packages that the version was checked to need, as JSON."""
    return json.dumps({"default": {"packages": version.packages}})


def _specification(folder: Path) -> str | None:
    try:
        return (folder / manifests.SPECIFICATION).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


@lists(
    "FUNCTIONS IN MODEL",
    "created_on name version_name min_num_arguments max_num_arguments arguments return_type description"
    " language is_table_function",
)
def functions(show: ast.Show, context: Context) -> Sequence[Row]:
    _, model = _named(show, context)
    assert show.scope is not None
    version = version_of(model, show.scope.version or "DEFAULT")
    return [_function(version, m) for m in version.methods]


def _function(version: ModelVersion, method: Method) -> Row:
    taken = ", ".join(bare_name(a.type) for a in method.arguments)
    return {
        "created_on": version.created_on, "name": method.name, "version_name": version.name,
        "min_num_arguments": sum(1 for a in method.arguments if a.default is None),
        "max_num_arguments": len(method.arguments),
        "arguments": f"{method.name}({taken}) RETURN {_returned(method)}",
        "return_type": _returned(method), "description": "user-defined function", "language": _LANGUAGE,
        "is_table_function": yes(method.is_table),
    }  # fmt: skip


def _returned(method: Method) -> str:
    if method.returns is not None:
        return bare_name(method.returns)
    return "TABLE (" + ", ".join(f"{name} {bare_name(t)}" for name, t in method.columns) + ")"
