"""Roles and users: recorded and shown; nothing is forbidden to anybody."""

from __future__ import annotations

from dataclasses import replace

from snowdome.catalog.model import Entity, Role, User
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.names import parse_name
from snowdome.sql.staging import object_name
from snowdome.stages.formats import Bare, Given
from snowdome.statements import ddl, properties, tags
from snowdome.statements.creation import creates
from snowdome.statements.ddl import KINDS, Kind, Target
from snowdome.statements.granted import Changes
from snowdome.statements.objects import action
from snowdome.statements.properties import Fields, Property, plain

properties.defines("ROLE")


@creates("ROLE")
def create_role(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE ROLE."""

    def build(unit: Changes, target: Target) -> Entity:
        made = tags.tagged(Role(**target.fields(unit)), statement.tags, context)
        return properties.applied(made, "ROLE", statement.options, context)

    return ddl.create(context, KINDS["ROLE"], object_name(statement.name, context), statement, build)


# -- users ----------------------------------------------------------------------------------------

# In DESCRIBE USER's order: property, default, description.
USER_PROPERTIES: tuple[tuple[str, str, str], ...] = (
    ("NAME", "null", "Name"),
    ("COMMENT", "null", "Comment of the user"),
    ("DISPLAY_NAME", "null", "Name that is shown for the user"),
    ("TYPE", "null", "PERSON, SERVICE or LEGACY_SERVICE"),
    ("LOGIN_NAME", "null", "Name that the user logs in with"),
    ("FIRST_NAME", "null", "First name"),
    ("MIDDLE_NAME", "null", "Middle name"),
    ("LAST_NAME", "null", "Last name"),
    ("EMAIL", "null", "Email address"),
    ("PASSWORD", "null", "Whether there is a password"),
    ("MUST_CHANGE_PASSWORD", "false", "Whether the password must be changed at the next login"),
    ("DISABLED", "false", "Whether the user cannot log in"),
    ("SNOWFLAKE_LOCK", "false", "Whether the service has locked the user"),
    ("SNOWFLAKE_SUPPORT", "false", "Whether support staff may use the account as this user"),
    ("DAYS_TO_EXPIRY", "null", "Days until the user can no longer log in"),
    ("MINS_TO_UNLOCK", "null", "Minutes until the user can log in again"),
    ("DEFAULT_WAREHOUSE", "null", "Warehouse of new sessions"),
    ("DEFAULT_NAMESPACE", "null", "Database and schema of new sessions"),
    ("DEFAULT_ROLE", "null", "Role of new sessions"),
    ("DEFAULT_SECONDARY_ROLES", '["ALL"]', "Secondary roles of new sessions"),
    ("EXT_AUTHN_DUO", "false", "Whether Duo is used for logins"),
    ("EXT_AUTHN_UID", "null", "Id with the external identity provider"),
    ("HAS_MFA", "false", "Whether a second factor is enrolled"),
    ("MINS_TO_BYPASS_MFA", "null", "Minutes for which no second factor is asked for"),
    ("MINS_TO_BYPASS_NETWORK_POLICY", "null", "Minutes for which network policies do not apply"),
    ("RSA_PUBLIC_KEY", "null", "Public key of key-pair logins"),
    ("RSA_PUBLIC_KEY_FP", "null", "Fingerprint of the public key"),
    ("RSA_PUBLIC_KEY_LAST_SET_TIME", "null", "When the public key was set"),
    ("RSA_PUBLIC_KEY_2", "null", "Second public key of key-pair logins"),
    ("RSA_PUBLIC_KEY_2_FP", "null", "Fingerprint of the second public key"),
    ("RSA_PUBLIC_KEY_2_LAST_SET_TIME", "null", "When the second public key was set"),
    ("PASSWORD_LAST_SET_TIME", "null", "When the password was set"),
    ("CUSTOM_LANDING_PAGE_URL", "null", "Page that the user lands on"),
    ("CUSTOM_LANDING_PAGE_URL_FLUSH_NEXT_UI_LOAD", "false", "Whether that page is reloaded"),
    ("HAS_PAT", "false", "Whether there is an access token"),
    ("HAS_WORKLOAD_IDENTITY", "false", "Whether a workload identity is set"),
    ("IS_FROM_ORGANIZATION_USER", "false", "Whether the user comes from the organization"),
    ("NETWORK_POLICY", "null", "Network policy of the user"),
    ("MINS_TO_BYPASS_SESSION_POLICY", "null", "Minutes for which session policies do not apply"),
    ("SESSION_POLICY", "null", "Session policy of the user"),
    ("PASSWORD_POLICY", "null", "Password policy of the user"),
    ("AUTHENTICATION_POLICY", "null", "Authentication policy of the user"),
    ("ALLOWED_INTERFACES", '["ALL"]', "Interfaces the user may use"),
    ("LOCK_DETAILS", "null", "Why the user is locked"),
)
_PERSONAL = ("FIRST_NAME", "MIDDLE_NAME", "LAST_NAME", "MUST_CHANGE_PASSWORD", "PASSWORD")
_TYPES = ("PERSON", "SERVICE", "LEGACY_SERVICE")


def _text(name: str, value: Given) -> Fields:
    return {name: plain(value)}


def _upper(name: str, value: Given) -> Fields:
    return {name: plain(value).upper()}


def _name(name: str, value: Given) -> Fields:
    return {name: ".".join(parse_name(plain(value))) if isinstance(value, Bare) else plain(value)}


def _flag(name: str, value: Given) -> Fields:
    word = plain(value).upper()
    if word not in ("TRUE", "FALSE"):
        raise properties.invalid_property_value(name, plain(value))
    return {name: word.lower()}


def _type(name: str, value: Given) -> Fields:
    word = plain(value).upper()
    if word not in _TYPES:
        raise properties.invalid_property_value(name, plain(value))
    return {name: word}


def _secret(name: str, value: Given) -> Fields:
    return {name: "********"}  # any password of the account's opens it; users' own are not kept


def _roles(name: str, value: Given) -> Fields:
    listed = value if isinstance(value, list) else [value]
    return {name: "[" + ", ".join(f'"{plain(v).upper()}"' for v in listed) + "]"}


_READERS: dict[str, properties.Reader] = {
    **dict.fromkeys(("DISPLAY_NAME", "FIRST_NAME", "MIDDLE_NAME", "LAST_NAME", "EMAIL"), _text),
    **dict.fromkeys(("DAYS_TO_EXPIRY", "MINS_TO_UNLOCK", "MINS_TO_BYPASS_MFA", "NETWORK_POLICY"), _text),
    **dict.fromkeys(("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2", "EXT_AUTHN_UID"), _text),
    **dict.fromkeys(("MUST_CHANGE_PASSWORD", "DISABLED", "EXT_AUTHN_DUO"), _flag),
    **dict.fromkeys(("DEFAULT_WAREHOUSE", "DEFAULT_NAMESPACE", "DEFAULT_ROLE"), _name),
    "LOGIN_NAME": _upper,
    "PASSWORD": _secret,
    "TYPE": _type,
    "DEFAULT_SECONDARY_ROLES": _roles,
}
properties.defines("USER", **{name: Property(read, kept=True) for name, read in _READERS.items()})


@creates("USER")
def create_user(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE USER."""
    name = object_name(statement.name, context)

    def build(unit: Changes, target: Target) -> Entity:
        named = {"LOGIN_NAME": name.name, "DISPLAY_NAME": name.name}
        made = tags.tagged(User(**target.fields(unit), properties=named), statement.tags, context)
        made = properties.applied(made, "USER", statement.options, context)
        _check_service(made, statement.options)
        return made

    return ddl.create(context, KINDS["USER"], name, statement, build)


@action("USER", ast.SetOptions)
def set_user(context: Context, kind: Kind, user: User, what: ast.SetOptions) -> None:
    """ALTER USER … SET properties."""
    changed = properties.applied(user, "USER", what.options, context)
    _check_service(changed, what.options)
    ddl.update(context, user, changed)


@action("USER", ast.UnsetOptions)
def unset_user(context: Context, kind: Kind, user: User, what: ast.UnsetOptions) -> None:
    """ALTER USER … UNSET properties; a login name goes back to the user's name."""
    changed = properties.cleared(user, "USER", what.names)
    if "LOGIN_NAME" in what.names:
        changed = replace(changed, properties={**changed.properties, "LOGIN_NAME": changed.name})
    ddl.update(context, user, changed)


def _check_service(user: User, options: ast.Options) -> None:
    """What belongs to a person cannot be set on a service."""
    if user.properties.get("TYPE") != "SERVICE":
        return
    for name in options:
        if name in _PERSONAL:
            raise SnowflakeError(
                "003559", "22023", f"SQL execution error: Cannot set {name} on users with TYPE=SERVICE."
            )


def require_role(context: Context, name: str) -> Role:
    """The role called ``name``; 002003 if there is none."""
    found = context.catalog.snapshot.get(Role, 0, name)
    if found is None:
        raise compilation_error("002003", "02000", f"Role '{name}' does not exist or not authorized.")
    return found
