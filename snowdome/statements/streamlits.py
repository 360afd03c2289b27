"""Streamlit apps as objects: CREATE STREAMLIT, ALTER STREAMLIT. The account keeps their files and does not run them."""

from __future__ import annotations

import base64
import json
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from snowdome.catalog.model import Entity, Warehouse
from snowdome.catalog.versioned import LIVE, AppVersion, Streamlit
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, not_supported, object_not_found
from snowdome.result import Result, status_result
from snowdome.sql import ast
from snowdome.sql.names import parse_name
from snowdome.sql.staging import given, object_name, resolve, text_of
from snowdome.stages.formats import Given
from snowdome.stages.location import Location
from snowdome.statements import ddl, properties, tags
from snowdome.statements.ddl import KINDS, Kind, Target
from snowdome.statements.granted import Changes
from snowdome.statements.objects import action
from snowdome.statements.properties import Property, invalid_property, invalid_property_value, plain
from snowdome.statements.registry import handles

MAIN_FILE = "streamlit_app.py"
RUNTIME = "SYSTEM$WAREHOUSE_RUNTIME"
_RUNTIMES = (RUNTIME, *(f"SYSTEM$ST_WAREHOUSE_RUNTIME_PY3_{minor}" for minor in (9, 10, 11)))
_DEFAULT_APP = 'import streamlit as st\n\nst.title("A new app")\nst.write("Its file is streamlit_app.py.")\n'


# -- properties -----------------------------------------------------------------------------------


def _runtime(name: str, value: Given) -> properties.Fields:
    runtime = plain(value).upper()
    if "CONTAINER" in runtime:
        raise not_supported(f"{name} = {plain(value)}")
    if runtime not in _RUNTIMES:
        raise invalid_property_value(name, plain(value))
    return {"runtime": runtime}


def _imports(name: str, value: Given) -> properties.Fields:
    return {"imports": tuple(plain(v) for v in value) if isinstance(value, list) else (plain(value),)}


def _folded(name: str, value: Given) -> properties.Fields:
    """An object's name: what is not in quotes is upper case."""
    return {"query_warehouse": value if isinstance(value, str) else plain(value).upper()}


properties.defines(
    "STREAMLIT",
    TITLE=properties.text("title"),
    MAIN_FILE=Property(lambda name, value: {"main_file": plain(value)}),
    ROOT_LOCATION=Property(lambda name, value: {"root_location": plain(value)}),
    QUERY_WAREHOUSE=Property(_folded, {"query_warehouse": ""}),
    RUNTIME_NAME=Property(_runtime),
    COMPUTE_POOL=properties.later("of Streamlit apps"),
    IMPORTS=Property(_imports),
    EXTERNAL_ACCESS_INTEGRATIONS=properties.later("of Streamlit apps"),
    SECRETS=properties.later("of Streamlit apps"),
)


def _applied(app: Streamlit, options: ast.Options, context: Context) -> Streamlit:
    made = properties.applied(app, "STREAMLIT", options, context)
    if "QUERY_WAREHOUSE" in options:
        _require_warehouse(context, made.query_warehouse)
    if "ROOT_LOCATION" in options:
        resolve(made.root_location, context)
    return made


def _require_warehouse(context: Context, name: str) -> None:
    if context.catalog.snapshot.get(Warehouse, 0, name) is None:
        raise _no_access("warehouse", name, "USAGE")


def _no_access(kind: str, name: str, privilege: str) -> SnowflakeError:
    text = (
        f"The specified {kind} {name} does not exist or the current role does not have access. "
        f"Owner of the Streamlit must have at least {privilege} on the specified {kind}."
    )
    return SnowflakeError("002003", "02000", text)


# -- CREATE ---------------------------------------------------------------------------------------


@handles(ast.CreateStreamlit)
def create_streamlit(statement: ast.CreateStreamlit, context: Context) -> Result:
    """CREATE STREAMLIT: its first version is a copy of the files at FROM, else a default app."""
    name = object_name(statement.name, context)
    files = None if "ROOT_LOCATION" in statement.options else _copied(statement.source, context)

    def build(unit: Changes, target: Target) -> Entity:
        app = Streamlit(**target.fields(unit), main_file=MAIN_FILE, runtime=RUNTIME, url_id=_url_id())
        app = tags.tagged(_applied(app, statement.options, context), statement.tags, context)
        return app if files is None else _with_version(app, AppVersion(id=0, name=""), files, unit, context)

    return _discarding(files, lambda: ddl.create(context, KINDS["STREAMLIT"], name, statement, build))


def _url_id() -> str:
    """Sixteen capitals and digits, as apps have them in their addresses."""
    return base64.b32encode(secrets.token_bytes(10)).decode("ascii")


@dataclass(frozen=True)
class _Files:
    """A version's files, in a directory that still has to be moved into place; ``source`` is where they were."""

    folder: Path
    source: str = ""


def _copied(source: ast.Written | None, context: Context) -> _Files:
    """The files of a new version: those at ``source``, or a default app."""
    stages = context.services.stages
    if source is None:
        folder = stages.scratch_directory()
        (folder / MAIN_FILE).write_text(_DEFAULT_APP, encoding="utf-8")
        return _Files(folder)
    text = text_of(source, context)
    if not text.startswith(("@", "snow://")):
        raise compilation_error("001025", "22023", f"invalid URL prefix found in: '{text}'")
    place = _place(source, text, context)
    if place.is_external:
        raise compilation_error("001025", "22023", f"invalid URL prefix found in: '{place.shown}'")
    folder = stages.scratch_directory()
    below = place.path.rstrip("/") + "/" if place.path else ""
    for file in stages.files(place.area, below):
        target = folder / PurePosixPath(file.name[len(below) :])
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, target)
    return _Files(folder, text)


def _place(source: ast.Written, text: str, context: Context) -> Location:
    """The location of a named stage or of a version's files; Snowflake's own words if there is none."""
    try:
        place = resolve(source, context)
    except SnowflakeError as error:
        if error.code != "002003" or not text.startswith("@"):
            raise
        raise _no_access("stage", parse_name(text[1:].partition("/")[0])[-1], "READ") from error
    if place.stage is None and text.startswith("@"):
        raise _no_access("stage", text[1:].partition("/")[0], "READ")
    return place


def _discarding(files: _Files | None, run: Callable[[], Result]) -> Result:
    """``run()``; what was written and not moved into place is deleted."""
    try:
        return run()
    finally:
        if files is not None:
            shutil.rmtree(files.folder, ignore_errors=True)


def _with_version(
    app: Streamlit, version: AppVersion, files: _Files, unit: Changes, context: Context
) -> Streamlit:
    """``app`` with one more version, its files moved into place; a committed one is numbered."""
    name = LIVE if version.live else f"VERSION${len(app.committed) + 1}"
    made = replace(
        version, id=unit.new_id(), name=name, source=files.source, created_on=context.catalog.clock.now()
    )
    area = context.services.stages.of_version(app.id, made.id)
    area.directory.parent.mkdir(parents=True, exist_ok=True)
    files.folder.rename(area.directory)
    return replace(app, versions=(*app.versions, made))


# -- ALTER … SET ----------------------------------------------------------------------------------


@action("STREAMLIT", ast.SetOptions)
def set_options(context: Context, kind: Kind, app: Streamlit, what: ast.SetOptions) -> None:
    """ALTER STREAMLIT … SET."""
    if "ROOT_LOCATION" in what.options and not app.root_location:
        raise invalid_property("ROOT_LOCATION", "STREAMLIT")
    ddl.update(context, app, _applied(app, what.options, context))


# -- versions -------------------------------------------------------------------------------------


@handles(ast.AlterStreamlitVersions)
def alter_versions(statement: ast.AlterStreamlitVersions, context: Context) -> Result:
    """ALTER STREAMLIT … ADD LIVE VERSION FROM LAST, ADD VERSION, COMMIT, ABORT."""
    ddl.commit_first(context)
    app = ddl.require(context, KINDS["STREAMLIT"], object_name(statement.name, context))
    assert isinstance(app, Streamlit)
    if app.root_location:
        raise SnowflakeError("099108", "22000", "Attached stage not exists.")
    return _VERBS[statement.verb](statement, context, app)


def _now(context: Context, app: Streamlit) -> Streamlit:
    """The app as it is when a writer's turn has come; 002003 if it was dropped since."""
    found = context.catalog.snapshot.by_id.get(app.id)
    if not isinstance(found, Streamlit):
        raise object_not_found("Streamlit", app.name)
    return found


def _written_comment(statement: ast.AlterStreamlitVersions, context: Context) -> str:
    value = given(statement.options.get("COMMENT", ""), context)
    if isinstance(value, (bool, int)):
        raise compilation_error("001007", "22023", f"invalid value [{plain(value)}] for parameter 'COMMENT'")
    return plain(value)


def _check_closed(app: Streamlit) -> None:
    if app.live is not None:
        raise SnowflakeError("099106", "22000", "There is already a live version. Please commit it first.")


def _require_live(app: Streamlit) -> AppVersion:
    if app.live is None:
        raise SnowflakeError("099107", "22000", "Live version is not found.")
    return app.live


def _taken(alias: str) -> str:
    return f"There is already a version exists with alias {alias}."


def _check_alias(app: Streamlit, alias: str) -> None:
    if alias and app.version(alias) is not None:
        raise SnowflakeError("099110", "22000", _taken(alias))


def _said(what: str, alias: str, done: str) -> Result:
    return status_result(" ".join(w for w in (what, alias, "successfully", done) if w) + ".")


def _add_live(statement: ast.AlterStreamlitVersions, context: Context, app: Streamlit) -> Result:
    _check_closed(app)
    last = app.committed[-1]
    folder = context.services.stages.scratch_directory()
    area = context.services.stages.of_version(app.id, last.id)
    shutil.copytree(area.directory, folder, dirs_exist_ok=True)
    files = _Files(folder, last.source)
    comment = _written_comment(statement, context)

    def run() -> Result:
        with context.catalog.unit() as unit:
            now = _now(context, app)
            _check_closed(now)
            _check_alias(now, statement.alias)
            version = AppVersion(id=0, name=LIVE, live=True, alias=statement.alias, comment=comment)
            unit.put(_with_version(now, version, files, unit, context))
        return _said("Live version", statement.alias, "created")

    return _discarding(files, run)


def _add(statement: ast.AlterStreamlitVersions, context: Context, app: Streamlit) -> Result:
    _check_closed(app)
    if statement.if_not_exists and statement.alias and app.version(statement.alias) is not None:
        return status_result(_taken(statement.alias))
    _check_alias(app, statement.alias)
    comment = _written_comment(statement, context)
    files = _copied(statement.source, context)

    def run() -> Result:
        with context.catalog.unit() as unit:
            now = _now(context, app)
            _check_closed(now)
            _check_alias(now, statement.alias)
            version = AppVersion(id=0, name="", alias=statement.alias, comment=comment)
            unit.put(_with_version(now, version, files, unit, context))
        return _said("Version", statement.alias, "created")

    return _discarding(files, run)


def _commit(statement: ast.AlterStreamlitVersions, context: Context, app: Streamlit) -> Result:
    comment = _written_comment(statement, context)
    with context.catalog.unit() as unit:
        now = _now(context, app)
        live = _require_live(now)
        done = replace(live, live=False, name=f"VERSION${len(now.committed) + 1}", comment=comment)
        unit.put(replace(now, versions=(*now.committed, done)))
    return _said("Live version", live.alias, "committed")


def _abort(statement: ast.AlterStreamlitVersions, context: Context, app: Streamlit) -> Result:
    with context.catalog.unit() as unit:
        now = _now(context, app)
        live = _require_live(now)
        unit.put(replace(now, versions=now.committed))
    context.services.stages.forget_version(app.id, live.id)
    return _said("Live version", live.alias, "aborted")


_VERBS = {"ADD LIVE": _add_live, "ADD": _add, "COMMIT": _commit, "ABORT": _abort}


def imports_text(app: Streamlit) -> str:
    """The imports as DESCRIBE shows them."""
    return json.dumps(list(app.imports))
