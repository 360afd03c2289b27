"""SHOW STREAMLITS, SHOW VERSIONS IN STREAMLIT, DESCRIBE STREAMLIT."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from snowdome.catalog.versioned import AppVersion, Streamlit
from snowdome.context import Context
from snowdome.errors import SnowflakeError
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements import ddl
from snowdome.statements.ddl import KINDS
from snowdome.statements.describe import describes
from snowdome.statements.showing import Row, common, lists, objects, true
from snowdome.statements.streamlits import imports_text
from snowdome.types import TEXT, Column

_PACKAGES = "python==3.11.*,snowflake-snowpark-python,streamlit"


@lists(
    "STREAMLITS",
    "created_on name database_name schema_name title comment owner query_warehouse url_id owner_role_type"
    " idle_auto_shutdown_time_seconds scheduled_tasks artifact_repositories",
    terse="created_on name kind database_name schema_name title url_id", limit=True,
)  # fmt: skip
def streamlits(show: ast.Show, context: Context) -> Sequence[Row]:
    return [
        {
            **common(place, app), "kind": "Streamlit", "title": app.title or None,
            "comment": app.comment or None, "query_warehouse": app.query_warehouse or None,
            "url_id": app.url_id, "artifact_repositories": "[]",
        }
        for place, app in objects(show, context, Streamlit) if isinstance(app, Streamlit)
    ]  # fmt: skip


# -- versions -------------------------------------------------------------------------------------


@lists(
    "VERSIONS IN STREAMLIT",
    "created_on name alias location_uri is_default is_live is_first is_last comment source_location_uri"
    " git_commit_hash",
    limit=True,
)
def versions(show: ast.Show, context: Context) -> Sequence[Row]:
    assert show.scope is not None
    assert show.scope.name is not None
    name = object_name(show.scope.name, context)
    app = ddl.require(context, KINDS["STREAMLIT"], name)
    assert isinstance(app, Streamlit)
    if app.root_location:
        raise SnowflakeError("099108", "22000", "Attached stage not exists.")
    live = (app.live,) if app.live is not None else ()
    return [_version(context, app, v) for v in (*live, *reversed(app.committed))]


def _version(context: Context, app: Streamlit, version: AppVersion) -> Row:
    there = app.committed
    last = version == there[-1]
    return {
        "created_on": version.created_on, "name": None if version.live else version.name,
        "alias": version.alias or None, "location_uri": location(context, app, version),
        "is_default": true(last), "is_live": true(version.live), "is_first": true(version == there[0]),
        "is_last": true(last), "comment": version.comment or None,
        "source_location_uri": version.source or None,
    }  # fmt: skip


def location(context: Context, app: Streamlit, version: AppVersion) -> str:
    """Where a version's files are, as LIST, GET and COPY FILES take it."""
    return f"snow://streamlit/{ddl.place_name(context, app)}/versions/{version.name.lower()}/"


# -- DESCRIBE -------------------------------------------------------------------------------------

_OF_VERSION = ("name", "alias", "location_uri", "source_location_uri", "git_commit_hash")
_ACCESS = ("import_urls", "external_access_integrations", "external_access_secrets")
_VERSIONED = (
    "title", "main_file", "query_warehouse", "url_id", "default_packages", "user_packages", *_ACCESS,
    "compute_pool", "runtime_name", "name", "comment", "default_version",
    *(f"default_version_{n}" for n in _OF_VERSION), *(f"last_version_{n}" for n in _OF_VERSION),
    "live_version_location_uri",
)  # fmt: skip
_ROOTED = (
    "name", "title", "root_location", "main_file", "query_warehouse", "url_id", "default_packages",
    "user_packages", *_ACCESS,
)  # fmt: skip


def _columns(statement: ast.Describe, context: Context) -> tuple[Column, ...]:
    app = ddl.require(context, KINDS["STREAMLIT"], object_name(statement.name, context))
    names = _ROOTED if isinstance(app, Streamlit) and app.root_location else _VERSIONED
    return tuple(Column(n, TEXT) for n in names)


@describes("STREAMLIT", _columns)
def describe(context: Context, app: Streamlit) -> list[tuple[Any, ...]]:
    """One row; an app with a root location has fewer columns."""
    cells: dict[str, Any] = {
        "name": app.name, "title": app.title or None, "main_file": app.main_file, "comment": app.comment or None,
        "query_warehouse": app.query_warehouse or None, "url_id": app.url_id, "default_packages": _PACKAGES,
        "user_packages": "", "import_urls": imports_text(app), "external_access_integrations": "[]",
        "external_access_secrets": "{}", "root_location": app.root_location, "runtime_name": app.runtime,
        "default_version": "LAST",
    }  # fmt: skip
    if app.root_location:
        return [tuple(cells.get(name) for name in _ROOTED)]
    last = _of_version(context, app, app.committed[-1])
    cells |= {f"{which}_version_{n}": last[n] for which in ("default", "last") for n in _OF_VERSION}
    if app.live is not None:
        cells["live_version_location_uri"] = location(context, app, app.live)
    return [tuple(cells.get(name) for name in _VERSIONED)]


def _of_version(context: Context, app: Streamlit, version: AppVersion) -> dict[str, str | None]:
    return {
        "name": version.name, "alias": version.alias or None, "location_uri": location(context, app, version),
        "source_location_uri": version.source or None, "git_commit_hash": None,
    }  # fmt: skip
