"""Users."""

from __future__ import annotations

from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.registry import post, put
from snowdome.server.rest.resource import ACCOUNT, Clauses, Resource, created, listed
from snowdome.server.rest.rows import Row, said, whole, yes
from snowdome.server.rest.settings import create_or_alter
from snowdome.server.rest.sqltext import (
    Property,
    assignments,
    flag,
    literal,
    name,
    number,
    object_sql,
    properties,
    shown_name,
    text,
)
from snowdome.server.rest.sqltext import (
    listed as in_parentheses,
)


def _secondary(body: Body, key: str) -> str | None:
    """ALL or NONE as the list that SQL takes."""
    value = body.text(key)
    if value is None:
        return None
    return in_parentheses([] if value.upper() == "NONE" else [literal(value)])


_TEXTS = (
    "login_name display_name first_name middle_name last_name email rsa_public_key rsa_public_key_2"
    " comment type network_policy"
)
_NAMES = "default_warehouse default_namespace default_role"
_SETTINGS = (
    *properties(text, f"password {_TEXTS}"),
    *properties(name, _NAMES),
    *properties(flag, "must_change_password disabled"),
    *properties(number, "days_to_expiry mins_to_unlock mins_to_bypass_mfa"),
    Property("default_secondary_roles", "DEFAULT_SECONDARY_ROLES", _secondary),
)
_IGNORED = ("name", "snowflake_lock", "snowflake_support", "custom_landing_page_url_flush_next_ui_load")


def _answer(call: Call, row: Row) -> Answer:
    shown = (key for key in f"{_TEXTS} {_NAMES}".split() if key in row)
    return {
        **{key: said(row[key]) for key in shown},
        "name": shown_name(row["name"]),
        "created_on": row["created_on"],
        "comment": row["comment"] or "",
        "owner": shown_name(row["owner"]) if row["owner"] else None,
        "default_secondary_roles": "ALL" if "ALL" in (row["default_secondary_roles"] or "") else "NONE",
        "last_successful_login": row["last_success_login"],
        "expires_at": row["expires_at_time"],
        "locked_until": row["locked_until_time"],
        "ext_authn_uid": said(row["ext_authn_uid"]),
        **{key: whole(row[key]) for key in ("days_to_expiry", "mins_to_unlock", "mins_to_bypass_mfa")},
        **{
            key: yes(row[key])
            for key in ("must_change_password", "disabled", "has_password", "has_rsa_public_key",
                        "ext_authn_duo", "snowflake_lock")
        },
    }  # fmt: skip


def _detail(call: Call, row: Row) -> Answer:
    """DESCRIBE USER knows the middle name as well."""
    described = {r["property"]: r["value"] for r in call.rows(f"DESCRIBE USER {object_sql(row['name'])}")}
    return {**_answer(call, row), "middle_name": said(described.get("MIDDLE_NAME"))}


USERS = Resource("users", "USER", "USERS", ACCOUNT, _answer, _detail)

listed(USERS)


def _clauses(body: Body) -> Clauses:
    found = Clauses(assignments(body, _SETTINGS))
    body.finish(*_IGNORED)
    return found


@post(USERS.collection)
def create(call: Call) -> Status:
    """CREATE USER."""
    return created("USER", call, _clauses(call.fields()))


@put(USERS.one)
def create_or_alter_user(call: Call) -> Status:
    """As CREATE OR ALTER USER does."""
    return create_or_alter(USERS, call, _clauses(call.fields()), _SETTINGS)
