"""CREATE MODEL and ALTER MODEL."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from snowdome.catalog.model import Entity
from snowdome.catalog.names import ObjectName
from snowdome.catalog.services import of_model
from snowdome.catalog.versioned import SYSTEM_ALIASES, Model, ModelVersion
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, object_exists, object_not_found
from snowdome.python import packages
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.staging import given, object_name, resolve
from snowdome.stages.storage import Area
from snowdome.statements import ddl, manifests, properties, tags
from snowdome.statements.ddl import KINDS, Kind, Target
from snowdome.statements.granted import Changes
from snowdome.statements.objects import action
from snowdome.statements.properties import plain
from snowdome.statements.registry import handles

properties.defines("MODEL")
_FIRST = "V1"  # a version that nobody named


@dataclass(frozen=True)
class _Written:
    """A version whose files are written, in a directory that still has to be moved into place."""

    version: ModelVersion
    folder: Path


@handles(ast.CreateModel)
def create_model(statement: ast.CreateModel, context: Context) -> Result:
    """CREATE MODEL … WITH VERSION … FROM …"""
    name = object_name(statement.name, context)
    if statement.if_not_exists and ddl.find(context, KINDS["MODEL"], name) is not None:
        return ddl.exists_already(name.name)
    context.session.require_schema(name)
    if not statement.replace and ddl.find(context, KINDS["MODEL"], name) is not None:
        raise object_exists(name.name)
    written = _write(statement.version or _FIRST, statement.source, context)

    def build(unit: Changes, target: Target) -> Entity:
        version = replace(written.version, id=unit.new_id())
        default = "" if version.live else version.name
        made = Model(**target.fields(unit), versions=(version,), default=default)
        made = tags.tagged(
            properties.applied(made, "MODEL", statement.options, context), statement.tags, context
        )
        _place(written, context.services.stages.of_version(made.id, version.id))
        return made

    return _discarding(written, lambda: ddl.create(context, KINDS["MODEL"], name, statement, build))


def _discarding(written: _Written, run: Callable[[], Result]) -> Result:
    """``run()``; what was written and not moved into place is deleted."""
    try:
        result = run()
    finally:
        shutil.rmtree(written.folder, ignore_errors=True)
    return result


def _place(written: _Written, area: Area) -> None:
    area.directory.parent.mkdir(parents=True, exist_ok=True)
    written.folder.rename(area.directory)


# -- versions -------------------------------------------------------------------------------------


def _write(name: str, source: ast.ModelSource, context: Context) -> _Written:
    """A new version: its files copied to a directory of their own, its manifest read and checked."""
    folder = context.services.stages.scratch_directory()
    try:
        version = _filled(name, source, folder, context)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _Written(replace(version, created_on=context.catalog.clock.now()), folder)


def _filled(name: str, source: ast.ModelSource, folder: Path, context: Context) -> ModelVersion:
    check_version_name(name)
    if source.model is not None:
        model = _require(context, object_name(source.model, context))
        copied = version_of(model, source.version or "DEFAULT")
        shutil.copytree(_area(context, model, copied).directory, folder, dirs_exist_ok=True)
        return replace(copied, name=name, aliases=())
    if source.location is None:
        return ModelVersion(id=0, name=name, live=True)
    _copy_staged(source.location, folder, context)
    return described(ModelVersion(id=0, name=name), folder, context)


def described(version: ModelVersion, folder: Path, context: Context) -> ModelVersion:
    """``version`` as the manifest in ``folder`` describes it; its packages must be installed here."""
    manifest = manifests.read(folder)
    packages.check(manifest.packages)
    context.services.python.models.warm_up()
    return replace(
        version,
        live=False,
        methods=manifest.methods,
        packages=manifest.packages,
        python=manifest.python,
        platforms=manifest.platforms,
        user_data=manifest.user_data,
        attributes=manifest.attributes,
        sources=manifest.sources,
    )


def _copy_staged(location: ast.Written, folder: Path, context: Context) -> None:
    place = resolve(location, context)
    below = place.path.rstrip("/") + "/" if place.path else ""
    for file in context.services.stages.files(place.area, below):
        target = folder / PurePosixPath(file.name[len(below) :])
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, target)


def check_version_name(name: str) -> None:
    """001007: a version cannot be called like a system alias."""
    if name.upper() in SYSTEM_ALIASES:
        raise _invalid_name(name)


def _invalid_name(name: str) -> SnowflakeError:
    text = f"invalid value [{name}] for parameter 'version name': {', '.join(SYSTEM_ALIASES)} are reserved."
    return compilation_error("001007", "22023", text)


def version_of(model: Model, name: str) -> ModelVersion:
    """The version called ``name`` (or by that alias); 002003 if there is none."""
    found = model.version(name)
    if found is None:
        raise object_not_found("Version", name)
    return found


def _require(context: Context, name: ObjectName) -> Model:
    found = ddl.require(context, KINDS["MODEL"], name)
    assert isinstance(found, Model)
    return found


def _area(context: Context, model: Model, version: ModelVersion) -> Area:
    return context.services.stages.of_version(model.id, version.id)


# -- ALTER MODEL ----------------------------------------------------------------------------------


@action("MODEL", ast.AddVersion)
def add_version(context: Context, kind: Kind, model: Model, what: ast.AddVersion) -> None:
    """ADD VERSION."""
    _check_free(model, what.version)
    written = _write(what.version, what.source, context)

    def run() -> Result:
        with context.catalog.unit() as unit:
            now = _now(context, model)
            _check_free(now, what.version)
            version = replace(written.version, id=unit.new_id())
            unit.put(
                replace(now, versions=(*now.versions, version), default=now.default or _default(version))
            )
            _place(written, _area(context, now, version))
        return ddl.done()

    _discarding(written, run)


def _default(version: ModelVersion) -> str:
    return "" if version.live else version.name


def _now(context: Context, model: Model) -> Model:
    """The model as it is when a writer's turn has come; 002003 if it was dropped since."""
    found = context.catalog.snapshot.by_id.get(model.id)
    if not isinstance(found, Model):
        raise object_not_found("Model", model.name)
    return found


def _check_free(model: Model, name: str) -> None:
    """002002: the name is a version's, or an alias of one."""
    if model.version(name) is not None:
        raise object_exists(name)


def _change(
    context: Context, model: Model, name: str, change: Callable[[ModelVersion], ModelVersion]
) -> None:
    """Replace one version of ``model``."""
    with context.catalog.unit() as unit:
        now = _now(context, model)
        version = version_of(now, name)
        changed = change(version)
        unit.put(replace(now, versions=tuple(changed if v is version else v for v in now.versions)))


@action("MODEL", ast.DropVersion)
def drop_version(context: Context, kind: Kind, model: Model, what: ast.DropVersion) -> None:
    """DROP VERSION: any but the default one."""
    with context.catalog.unit() as unit:
        now = _now(context, model)
        gone = version_of(now, what.version)
        if gone.name == now.default:
            text = f"Cannot drop version '{gone.name}': it is the default version of model '{now.name}'."
            raise compilation_error("092824", "22023", text)
        for service in of_model(context.catalog.snapshot, now.id, gone.id):
            raise ddl.in_use(context, now, service, gone.name)
        unit.put(replace(now, versions=tuple(v for v in now.versions if v is not gone)))
    context.services.stages.forget_version(model.id, gone.id)
    context.services.python.models.forget(gone.id)


@action("MODEL", ast.ModifyVersion)
def modify_version(context: Context, kind: Kind, model: Model, what: ast.ModifyVersion) -> None:
    """MODIFY VERSION … SET COMMENT, METADATA."""
    fields: dict[str, Any] = {}
    for name, value in what.options.items():
        if name not in ("COMMENT", "METADATA"):
            raise properties.invalid_property(name, "MODEL VERSION")
        text = plain(given(value, context))
        fields[name.lower()] = text if name == "COMMENT" else _metadata(text)
    _change(context, model, what.version, lambda version: replace(version, **fields))


def _metadata(text: str) -> str:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise properties.invalid_property_value("METADATA", text)
    return json.dumps(found)


@action("MODEL", ast.SetAlias)
def set_alias(context: Context, kind: Kind, model: Model, what: ast.SetAlias) -> None:
    """VERSION … SET ALIAS = …, VERSION … UNSET ALIAS."""
    if what.alias is None:
        _change(context, model, what.version, lambda v: replace(v, aliases=_less(v, what.version)))
        return
    alias = what.alias
    check_version_name(alias)
    if any(v.name == alias for v in model.versions):
        raise object_exists(alias)
    taken = model.version(alias)
    if taken is not None and taken is not model.version(what.version):
        raise object_exists(alias)
    _change(context, model, what.version, lambda v: replace(v, aliases=(alias,)))


def _less(version: ModelVersion, named: str) -> tuple[str, ...]:
    """The aliases without ``named``; none if the version was named by its name."""
    return tuple(a for a in version.aliases if a != named) if named in version.aliases else ()


@action("MODEL", ast.CommitVersion)
def commit_version(context: Context, kind: Kind, model: Model, what: ast.CommitVersion) -> None:
    """COMMIT VERSION: its files are read and do not change any more; it and its model may be renamed."""
    live = version_of(model, what.version)
    if not live.live:
        raise compilation_error(
            "092825", "22023", f"Version '{live.name}' of model '{model.name}' is not live."
        )
    name = what.renamed or live.name
    check_version_name(name)
    done = replace(described(live, _area(context, model, live).directory, context), name=name)
    with context.catalog.unit() as unit:
        now = _now(context, model)
        others = [v for v in now.versions if v.id != live.id]
        if any(v.name == name or name in v.aliases for v in others):
            raise object_exists(name)
        to = _destination(context, now, what)
        unit.put(replace(
            now, versions=tuple(done if v.id == live.id else v for v in now.versions), default=now.default or name, **to
        ))  # fmt: skip


def _destination(context: Context, model: Model, what: ast.CommitVersion) -> dict[str, Any]:
    """Name and schema of a model that is renamed while a version is committed."""
    if what.model is None:
        return {}
    to = object_name(what.model, context)
    parent = ddl.parent_of(context, KINDS["MODEL"], to)
    taken = ddl.taken(context, KINDS["MODEL"], parent, to.name, False)
    if taken is not None and taken.id != model.id:
        raise object_exists(to.name)
    return {"name": to.name, "parent": parent}


@action("MODEL", ast.SetOptions)
def set_options(context: Context, kind: Kind, model: Model, what: ast.SetOptions) -> None:
    """SET COMMENT = …, SET DEFAULT_VERSION = …"""
    options = dict(what.options)
    wanted = options.pop("DEFAULT_VERSION", None)
    changed = properties.applied(model, "MODEL", options, context)
    if wanted is not None:
        version = version_of(model, _version_named(wanted, context))
        if version.live:
            raise compilation_error("092825", "22023", f"Version '{version.name}' is not committed.")
        changed = replace(changed, default=version.name)
    ddl.update(context, model, changed)


def _version_named(value: ast.Value, context: Context) -> str:
    """A version given as an identifier or as text."""
    if not isinstance(value, ast.Word):
        return plain(given(value, context))
    quoted = re.fullmatch(r'"((?:[^"]|"")+)"', value.text)
    return quoted[1].replace('""', '"') if quoted else value.upper
