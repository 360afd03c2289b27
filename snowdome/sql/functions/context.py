"""Context functions: who asks, where, with which role, in which statement."""

from __future__ import annotations

import json
from collections.abc import Callable

from snowdome.catalog.model import Grant, Role, User
from snowdome.catalog.names import literal
from snowdome.errors import not_supported
from snowdome.session import Session
from snowdome.sql.functions.registry import scalar
from snowdome.sql.typed import Call, Environment, Typed
from snowdome.types import ARRAY, BOOLEAN, TEXT, DataType, text

VERSION = "10.5.0"
ORGANIZATION = "SNOWDOME"
REGION = "AWS_US_WEST_2"


def constant(value: str | None, type_: DataType = TEXT) -> Typed:
    """A text known while compiling, or NULL."""
    if value is None:
        return Typed("CAST(NULL AS VARCHAR)", type_, True, None)
    return Typed(literal(value), text(len(value)) if type_ == TEXT else type_, False, value)


def _transaction(env: Environment) -> str | None:
    transaction = env.session.transaction
    return str(transaction.id) if transaction is not None else None


def _last_transaction(env: Environment) -> str | None:
    last = env.session.last_transaction
    return str(last) if last is not None else None


def _schemas(env: Environment) -> str:
    session = env.session
    place = [f"{session.database}.{session.schema}"] if session.database and session.schema else []
    return json.dumps(place)


def role_names(session: Session) -> list[str]:
    """Every role of the account: users are not kept from any."""
    return sorted(role.name for role in session.catalog.snapshot.children(Role, 0))


def roles_in_session(session: Session) -> set[str]:
    """The current role and those it has through memberships; PUBLIC comes with every role."""
    grants = [g for g in session.catalog.snapshot.all(Grant) if g.on_kind == g.to_kind == "ROLE"]
    found, pending = {"PUBLIC"}, [session.role] if session.role else []
    while pending:
        holder = pending.pop()
        found.add(holder)
        pending += [g.on_name for g in grants if g.to_name == holder and g.on_name not in found]
    return found


_VALUES: dict[str, Callable[[Environment], str | None]] = {
    "CURRENT_ACCOUNT": lambda env: env.account,
    "CURRENT_ACCOUNT_NAME": lambda env: env.account,
    "CURRENT_AVAILABLE_ROLES": lambda env: json.dumps(role_names(env.session), separators=(",", ":")),
    "CURRENT_CLIENT": lambda env: env.session.client,
    "CURRENT_DATABASE": lambda env: env.session.database,
    "CURRENT_IP_ADDRESS": lambda env: "127.0.0.1",
    "CURRENT_ORGANIZATION_NAME": lambda env: ORGANIZATION,
    "CURRENT_REGION": lambda env: REGION,
    "CURRENT_ROLE": lambda env: env.session.role,
    "CURRENT_ROLE_TYPE": lambda env: "ROLE" if env.session.role else None,
    "CURRENT_SCHEMA": lambda env: env.session.schema,
    "CURRENT_SCHEMAS": _schemas,
    "CURRENT_SECONDARY_ROLES": lambda env: '{"roles":"","value":"ALL"}',
    "CURRENT_SESSION": lambda env: str(env.session.id),
    "CURRENT_STATEMENT": lambda env: env.source,
    "CURRENT_TRANSACTION": _transaction,
    "CURRENT_USER": lambda env: env.session.user,
    "CURRENT_VERSION": lambda env: VERSION,
    "CURRENT_WAREHOUSE": lambda env: env.session.warehouse,
    "INVOKER_ROLE": lambda env: env.session.role,
    "INVOKER_SHARE": lambda env: None,
    "LAST_TRANSACTION": _last_transaction,
    "SYSTEM$RETURN_CURRENT_ORG_NAME": lambda env: ORGANIZATION,  # which the Snowflake CLI makes addresses of
}


def _register(name: str, value: Callable[[Environment], str | None]) -> None:
    def rule(call: Call) -> Typed:
        call.env.volatile()
        return constant(value(call.env)).with_type(TEXT)

    scalar(name)(rule)


for _name, _value in _VALUES.items():
    _register(_name, _value)


@scalar("LAST_QUERY_ID", args="int?")
def last_query_id(call: Call) -> Typed:
    """The id of an earlier statement of the session: -1, the default, is the last one, 1 the first."""
    call.env.volatile()
    position = call[0].literal if len(call) else -1
    if not isinstance(position, int):
        raise not_supported("LAST_QUERY_ID of an expression")
    ids = call.env.session.query_ids
    index = position - 1 if position > 0 else len(ids) + position
    return constant(ids[index] if 0 <= index < len(ids) else None).with_type(TEXT)


@scalar("IS_ROLE_IN_SESSION", args="text")
def is_role_in_session(call: Call) -> Typed:
    """Whether the role is the current one or belongs to it."""
    call.env.volatile()
    names = ", ".join(literal(name) for name in sorted(roles_in_session(call.env.session)))
    return call.result(f"({call[0].sql} IN ({names}))", BOOLEAN)


@scalar("ALL_USER_NAMES")
def all_user_names(call: Call) -> Typed:
    """The names of the account's users."""
    call.env.volatile()
    session = call.env.session
    names = {user.name for user in session.catalog.snapshot.children(User, 0)} | {session.user}
    shown = json.dumps(sorted(names), ensure_ascii=False, separators=(",", ":"))
    return call.result(f"CAST({literal(shown)} AS JSON)", ARRAY, False)


@scalar("GETVARIABLE", args="text")
def get_variable(call: Call) -> Typed:
    """The text of a session variable, by its name as SHOW VARIABLES has it; NULL if there is none."""
    call.env.volatile()
    value = call.env.session.variables.get(call.constant_text(0))
    return constant(None if value is None else str(getattr(value, "value", value))).with_type(TEXT)
