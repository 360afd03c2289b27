"""SHOW of warehouses, roles, users, grants, parameters, variables, transactions and locks."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

from snowdome.catalog.model import Grant, Role, User, Warehouse
from snowdome.catalog.names import ObjectName
from snowdome.catalog.parameters import OBJECT, PARAMETERS, SESSION, WAREHOUSE, Parameter
from snowdome.context import Context
from snowdome.result import SHOW, Result, rows_result
from snowdome.session import Session, SessionValue
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements import ddl, show_tasks
from snowdome.statements.ddl import KINDS
from snowdome.statements.registry import handles
from snowdome.statements.roles import require_role
from snowdome.statements.showing import Row, cells, columns, lists, true, yes
from snowdome.types import Column

# -- warehouses -----------------------------------------------------------------------------------


@lists(
    "WAREHOUSES",
    "name state type size min_cluster_count max_cluster_count started_clusters running queued is_default"
    " is_current auto_suspend auto_resume available provisioning quiescing other created_on resumed_on"
    " updated_on owner comment enable_query_acceleration query_acceleration_max_scale_factor"
    " resource_monitor actives pendings failed suspended uuid scaling_policy owner_role_type"
    " resource_constraint generation query_throughput_multiplier max_query_performance_level"
    " disabled_reasons tables",
)
def warehouses(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_warehouse(context, w) for w in context.catalog.snapshot.children(Warehouse, 0)]


def _warehouse(context: Context, warehouse: Warehouse) -> Row:
    kept = warehouse.properties
    log = context.services.query_log()
    running = sum(1 for r in log if _runs_in(r, warehouse) and r.id != context.query_id)
    started = 0 if warehouse.suspended else 1
    return {
        "name": warehouse.name,
        "state": "SUSPENDED" if warehouse.suspended else "STARTED",
        "type": warehouse.type,
        "size": warehouse.size,
        "min_cluster_count": int(kept.get("MIN_CLUSTER_COUNT", "1")),
        "max_cluster_count": int(kept.get("MAX_CLUSTER_COUNT", "1")),
        "started_clusters": started,
        "running": running,
        "queued": 0,
        "is_default": "N",
        "is_current": yes(warehouse.name == context.session.warehouse),
        "auto_suspend": warehouse.auto_suspend,
        "auto_resume": true(warehouse.auto_resume),
        "available": "" if warehouse.suspended else "100",
        "provisioning": "" if warehouse.suspended else "0",
        "quiescing": "" if warehouse.suspended else "0",
        "other": "" if warehouse.suspended else "0",
        "created_on": warehouse.created_on,
        "resumed_on": warehouse.resumed_on or warehouse.created_on,
        "updated_on": warehouse.updated_on or warehouse.created_on,
        "owner": warehouse.owner,
        "comment": warehouse.comment,
        "enable_query_acceleration": kept.get("ENABLE_QUERY_ACCELERATION", "FALSE").lower(),
        "query_acceleration_max_scale_factor": int(kept.get("QUERY_ACCELERATION_MAX_SCALE_FACTOR", "8")),
        "resource_monitor": kept.get("RESOURCE_MONITOR", "null"),
        "actives": started,
        "pendings": 0,
        "failed": 0,
        "suspended": 1 - started,
        "uuid": str(warehouse.id),
        "scaling_policy": kept.get("SCALING_POLICY", "STANDARD"),
        "owner_role_type": "ROLE",
        "resource_constraint": kept.get("RESOURCE_CONSTRAINT", "STANDARD_GEN_2"),
        "generation": kept.get("GENERATION", "2"),
    }


def _runs_in(record: Any, warehouse: Warehouse) -> bool:
    return bool(record.status == "RUNNING" and record.warehouse == warehouse.name)


# -- roles and users ------------------------------------------------------------------------------


@lists(
    "ROLES",
    "created_on name is_default is_current is_inherited assigned_to_users granted_to_roles granted_roles"
    " owner comment is_from_organization_user_group",
    terse="name is_default is_current is_inherited is_from_organization_user_group",
    starts_with=True, limit=True,
)  # fmt: skip
def roles(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_role(context, r) for r in context.catalog.snapshot.children(Role, 0)]


def _role(context: Context, role: Role) -> Row:
    members = [
        g for g in context.catalog.snapshot.all(Grant) if g.on_kind == "ROLE" and g.privilege == "USAGE"
    ]
    held = [g for g in members if g.on_name == role.name]
    return {
        "created_on": role.created_on, "name": role.name, "is_default": yes(role.name == "ACCOUNTADMIN"),
        "is_current": yes(role.name == context.session.role),
        "is_inherited": yes(role.name in _inherited(context, context.session.role or "")),
        "assigned_to_users": sum(1 for g in held if g.to_kind == "USER"),
        "granted_to_roles": sum(1 for g in held if g.to_kind == "ROLE"),
        "granted_roles": sum(1 for g in members if g.to_kind == "ROLE" and g.to_name == role.name),
        "owner": role.owner, "comment": role.comment, "is_from_organization_user_group": "N",
    }  # fmt: skip


def _inherited(context: Context, role: str) -> set[str]:
    """The roles that ``role`` has through memberships; PUBLIC comes with every role."""
    grants = [g for g in context.catalog.snapshot.all(Grant) if g.on_kind == "ROLE" and g.to_kind == "ROLE"]
    found: set[str] = set()
    pending = [role]
    while pending:
        holder = pending.pop()
        more = {g.on_name for g in grants if g.to_name == holder} - found
        found |= more
        pending += more
    return (found | {"PUBLIC"}) - {role}


_TERSE_USER = (
    "name created_on display_name first_name last_name email comment has_password has_rsa_public_key type"
    " has_mfa has_pat has_workload_identity is_from_organization_user"
)


@lists(
    "USERS",
    "name created_on login_name display_name first_name last_name email mins_to_unlock days_to_expiry"
    " comment disabled must_change_password snowflake_lock default_warehouse default_namespace default_role"
    " default_secondary_roles ext_authn_duo ext_authn_uid mins_to_bypass_mfa owner last_success_login"
    " expires_at_time locked_until_time has_password has_rsa_public_key type has_mfa has_pat"
    " has_workload_identity is_from_organization_user",
    terse=_TERSE_USER, starts_with=True, limit=True,
)  # fmt: skip
def users(show: ast.Show, context: Context) -> Sequence[Row]:
    found = {u.name: _user(u) for u in context.catalog.snapshot.children(User, 0)}
    me = context.session.user
    found.setdefault(
        me, {**_user(User(id=0, name=me)), "login_name": me, "display_name": me, "has_password": "true"}
    )
    return [found[name] for name in sorted(found)]


def _user(user: User) -> Row:
    kept = user.properties
    texts = (
        "LOGIN_NAME",
        "DISPLAY_NAME",
        "FIRST_NAME",
        "LAST_NAME",
        "EMAIL",
        "MINS_TO_UNLOCK",
        "DAYS_TO_EXPIRY",
        "DEFAULT_WAREHOUSE",
        "DEFAULT_NAMESPACE",
        "DEFAULT_ROLE",
        "EXT_AUTHN_UID",
        "MINS_TO_BYPASS_MFA",
    )
    return {
        **{name.lower(): kept.get(name, "") for name in texts},
        "name": user.name,
        "created_on": user.created_on,
        "comment": user.comment,
        "disabled": kept.get("DISABLED", "false"),
        "must_change_password": kept.get("MUST_CHANGE_PASSWORD", "false"),
        "snowflake_lock": "false",
        "default_secondary_roles": kept.get("DEFAULT_SECONDARY_ROLES", '["ALL"]'),
        "ext_authn_duo": kept.get("EXT_AUTHN_DUO", "false"),
        "owner": user.owner,
        "has_password": true("PASSWORD" in kept),
        "has_rsa_public_key": true("RSA_PUBLIC_KEY" in kept),
        "type": kept.get("TYPE", "PERSON"),
        "has_mfa": "false",
        "has_pat": "false",
        "has_workload_identity": "false",
        "is_from_organization_user": "false",
    }


# -- grants ---------------------------------------------------------------------------------------

_TO = "created_on privilege granted_on name granted_to grantee_name grant_option granted_by"
_ON = f"{_TO} granted_by_role_type"
_OF = "created_on role granted_to grantee_name granted_by"
_TO_USER = "created_on role granted_to grantee_name granted_by"
_BARE = "created_on privilege granted_on name role granted_to grantee_name grant_option granted_by"
_FUTURE = "created_on privilege grant_on name grant_to grantee_name grant_option"


def _grant_columns(statement: ast.ShowGrants, context: Context) -> tuple[Column, ...]:
    if statement.future:
        return columns(_FUTURE)
    if statement.relation == "TO" and statement.kind == "USER":
        return columns(_TO_USER)
    return columns({"ON": _ON, "TO": _TO, "OF": _OF, "": _BARE}[statement.relation])


@handles(ast.ShowGrants, describe=_grant_columns)
def show_grants(statement: ast.ShowGrants, context: Context) -> Result:
    """SHOW GRANTS, SHOW FUTURE GRANTS."""
    shown = _grant_columns(statement, context)
    rows = [_grant(g) for g in _chosen(statement, context)]
    return rows_result(shown, [cells(r, shown) for r in rows], SHOW)


def _grant(grant: Grant) -> Row:
    return {
        "created_on": grant.created_on,
        "privilege": grant.privilege,
        "granted_on": grant.on_kind.replace(" ", "_"),
        "grant_on": grant.on_kind.replace(" ", "_"),
        "name": grant.on_name,
        "role": grant.on_name,
        "granted_to": grant.to_kind,
        "grant_to": grant.to_kind,
        "grantee_name": grant.to_name,
        "grant_option": "true" if grant.grant_option else "false",
        "granted_by": grant.owner,
        "granted_by_role_type": "ROLE",
    }


def _chosen(statement: ast.ShowGrants, context: Context) -> list[Grant]:
    recorded = [g for g in context.catalog.snapshot.all(Grant) if ("<" in g.on_name) == statement.future]
    if statement.future:
        return _future(statement, context, recorded)
    if statement.relation == "ON":
        return _on_object(statement, context, recorded)
    name = object_name(statement.name, context).name if statement.name is not None else context.session.user
    if statement.relation == "OF":
        require_role(context, name)
        return [g for g in recorded if g.on_kind == "ROLE" and g.on_name == name]
    if statement.relation == "TO" and statement.kind != "USER":
        require_role(context, name)
        return [*(g for g in recorded if g.to_kind == "ROLE" and g.to_name == name), *_owned(context, name)]
    mine = [g for g in recorded if g.to_kind == "USER" and g.to_name == name]
    if name == context.session.user:
        is_granted = any(g.on_name == "ACCOUNTADMIN" for g in mine)
        return mine if is_granted else [_admin(context, name), *mine]
    ddl.require(context, KINDS["USER"], ObjectName((name,)))
    return mine


def _admin(context: Context, user: str) -> Grant:
    """Whoever logs in has the role that may do everything."""
    return Grant(
        id=0, name="ACCOUNTADMIN", owner="", privilege="USAGE", on_kind="ROLE", on_name="ACCOUNTADMIN",
        to_kind="USER", to_name=user, created_on=context.session.created_on,
    )  # fmt: skip


def _future(statement: ast.ShowGrants, context: Context, recorded: list[Grant]) -> list[Grant]:
    assert statement.name is not None
    name = object_name(statement.name, context)
    if statement.relation == "TO":
        return [g for g in recorded if g.to_name == name.name]
    place = ddl.place_name(context, ddl.require(context, KINDS[statement.kind], name))
    return [g for g in recorded if g.on_name.startswith(f"{place}.<")]


def _on_object(statement: ast.ShowGrants, context: Context, recorded: list[Grant]) -> list[Grant]:
    if statement.name is None:
        return [g for g in recorded if g.on_kind == "ACCOUNT"]
    name = object_name(statement.name, context)
    entity = ddl.require(context, KINDS[statement.kind], name, statement.arguments)
    full = str(ddl.place_name(context, entity))
    found = [g for g in recorded if g.on_name == full and g.on_kind == statement.kind]
    return [_ownership(context, entity, statement.kind), *found] if entity.owner else found


def _owned(context: Context, role: str) -> list[Grant]:
    """OWNERSHIP of everything that the role owns."""
    kinds = {k.entity: k.word for k in KINDS.values()}
    owned = [e for e in context.catalog.snapshot.by_id.values() if e.owner == role and type(e) in kinds]
    return [_ownership(context, e, kinds[type(e)]) for e in owned]


def _ownership(context: Context, entity: Any, kind: str) -> Grant:
    name = str(ddl.place_name(context, entity))
    return Grant(
        id=0,
        name=name,
        owner=entity.owner,
        privilege="OWNERSHIP",
        on_kind=kind,
        on_name=name,
        to_kind="ROLE",
        to_name=entity.owner,
        grant_option=True,
        created_on=entity.created_on,
    )


# -- parameters and variables ---------------------------------------------------------------------


@lists("PARAMETERS", "key value default level description type", name="key")
def parameters(show: ast.Show, context: Context) -> Sequence[Row]:
    scope = show.scope.kind if show.scope is not None else "SESSION"
    if scope == "WAREHOUSE":
        return _warehouse_parameters(show, context)
    if scope == "TASK":
        return show_tasks.parameters_of(show, context)
    if scope in ("DATABASE", "SCHEMA", "TABLE"):
        return _object_parameters(show, context, scope)
    chosen = [
        p for p in PARAMETERS.values() if p.scope == SESSION or (scope == "ACCOUNT" and p.scope == OBJECT)
    ]
    return [_parameter(context, p, scope) for p in sorted(chosen, key=lambda p: p.name)]


def _parameter(context: Context, parameter: Parameter, scope: str) -> Row:
    session = context.session
    value = session.parameter(parameter.name)
    level = "ACCOUNT" if value != parameter.default else ""
    if parameter.name in session.parameters and scope != "ACCOUNT":
        level = "SESSION"
    return _parameter_row(parameter, value, level)


def _parameter_row(parameter: Parameter, value: object, level: str) -> Row:
    return {
        "key": parameter.name, "value": _text(value), "default": _text(parameter.default), "level": level,
        "description": parameter.description, "type": parameter.type,
    }  # fmt: skip


def _text(value: object) -> str:
    return true(value) if isinstance(value, bool) else str(value)


def _warehouse_parameters(show: ast.Show, context: Context) -> Sequence[Row]:
    assert show.scope is not None
    assert show.scope.name is not None
    found = ddl.require(context, KINDS["WAREHOUSE"], object_name(show.scope.name, context))
    assert isinstance(found, Warehouse)
    names = ("MAX_CONCURRENCY_LEVEL", "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", "STATEMENT_TIMEOUT_IN_SECONDS")
    return [
        _parameter_row(
            PARAMETERS[n], found.properties.get(n, PARAMETERS[n].default), WAREHOUSE * (n in found.properties)
        )
        for n in names
    ]


def _object_parameters(show: ast.Show, context: Context, scope: str) -> Sequence[Row]:
    session = context.session
    name = show.scope.name if show.scope is not None else None
    if name is None:
        current = (session.database, session.schema) if scope == "SCHEMA" else (session.database,)
        name = ast.Name(tuple(p or "" for p in current))
    found = ddl.require(context, KINDS[scope], object_name(name, context))
    chosen = [p for p in PARAMETERS.values() if p.scope == OBJECT]
    days = getattr(found, "retention_days", 1)
    rows = [_parameter_row(p, p.default, "") for p in chosen]
    level = scope if days != 1 else ""
    return [
        {**r, "value": str(days), "level": level} if r["key"] == "DATA_RETENTION_TIME_IN_DAYS" else r
        for r in rows
    ]


@lists("VARIABLES", "session_id created_on updated_on name value type comment")
def variables(show: ast.Show, context: Context) -> Sequence[Row]:
    session = context.session
    return [_variable(session, name, session.variables[name]) for name in sorted(session.variables)]


def _variable(session: Session, name: str, value: object) -> Row:
    first, last = session.variable_times.get(name, (session.created_on, session.created_on))
    shown = None if value is None else true(value) if isinstance(value, bool) else str(value)
    return {
        "session_id": session.id, "created_on": first, "updated_on": last, "name": name, "value": shown,
        "type": _variable_type(value), "comment": "",
    }  # fmt: skip


def _variable_type(value: object) -> str:
    if isinstance(value, SessionValue):
        return value.type.kind.lower()
    names = {bool: "boolean", float: "real", str: "text", bytes: "binary"}
    return names.get(type(value), "fixed" if value is not None else "text")


# -- transactions ---------------------------------------------------------------------------------


@lists("TRANSACTIONS", "id user session name started_on state scope")
def transactions(show: ast.Show, context: Context) -> Sequence[Row]:
    account = show.scope is not None and show.scope.kind == "ACCOUNT"
    sessions = context.services.sessions() if account else [context.session]
    return [_transaction(s) for s in sessions if s.transaction is not None]


def _transaction(session: Session) -> Row:
    transaction = session.transaction
    assert transaction is not None
    digest = hashlib.md5(str((session.id, transaction.id)).encode(), usedforsecurity=False).digest()
    return {
        "id": transaction.id, "user": session.user, "session": session.id,
        "name": transaction.name or str(uuid.UUID(bytes=digest)), "started_on": transaction.id * 1_000_000,
        "state": "running", "scope": 0,
    }  # fmt: skip


_LOCK = "resource type transaction transaction_started_on status acquired_on query_id"


@lists("LOCKS", _LOCK, name="resource")
def locks(show: ast.Show, context: Context) -> Sequence[Row]:
    """Nothing is locked here: the engine lets the later of two conflicting transactions try again."""
    return []
