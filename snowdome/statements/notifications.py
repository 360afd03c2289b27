"""Notification integrations: what each type of them needs, CREATE, ALTER, SHOW and DESCRIBE."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from snowdome.catalog.model import Entity, NotificationIntegration
from snowdome.catalog.parameters import invalid_value
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.staging import given, object_name
from snowdome.stages.formats import Given
from snowdome.statements import ddl, properties, tags
from snowdome.statements.creation import creates
from snowdome.statements.ddl import KINDS, Kind, Target
from snowdome.statements.describe import describes
from snowdome.statements.granted import Changes
from snowdome.statements.objects import action
from snowdome.statements.properties import plain
from snowdome.statements.showing import Row, columns, lists, matches, true
from snowdome.types import TEXT, Column

Reader = Callable[[str, ast.Value, Context], str]

KIND = KINDS["INTEGRATION"]
INBOUND = "INBOUND"
OUTBOUND = "OUTBOUND"


# -- properties -----------------------------------------------------------------------------------


def _text(name: str, value: ast.Value, context: Context) -> str:
    found = given(value, context)
    if not isinstance(found, str):
        raise invalid_value(name, plain(found))
    return found


def _flag(name: str, value: ast.Value, context: Context) -> str:
    found = plain(given(value, context)).upper()
    if found not in ("TRUE", "FALSE"):
        raise invalid_value(name, found)
    return found.lower()


_ADDRESS = re.compile(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+")


def is_address(text: str) -> bool:
    """Whether ``text`` has the form of an e-mail address."""
    return _ADDRESS.fullmatch(text) is not None


def _addresses(name: str, value: ast.Value, context: Context) -> str:
    """E-mail addresses; here every one is as good as verified, since no mail leaves the machine."""
    found = given(value, context)
    listed: Sequence[Given] = found if isinstance(found, list) else [found]
    texts = [v.strip() if isinstance(v, str) else "" for v in listed]
    bad = [i for i, text in enumerate(texts, 1) if not is_address(text)]
    if bad:
        raise not_validated(bad)
    return ",".join(texts)


def not_validated(indexes: Sequence[int]) -> SnowflakeError:
    """394209: the addresses at these places (from 1) cannot be written to."""
    text = (
        f"Email recipients in the given list at indexes {list(indexes)} are not allowed. Either these email "
        "addresses are not yet validated or do not belong to any user in the current account."
    )
    return SnowflakeError("394209", "22023", text)


def _subject(name: str, value: ast.Value, context: Context) -> str:
    found = _text(name, value, context)
    if len(found) > 256:
        raise invalid_value(name, found)
    return found


_WEBHOOKS = (
    r"https://hooks\.slack\.com/services/.+",
    r"https://[^/]+\.logic\.azure\.com/workflows/.+",
    r"https://default[^/]+\.environment\.api\.powerplatform\.com/powerautomate/.+",
    r"https://events\.pagerduty\.com/v2/enqueue",
    r"https://api-private\.atlassian\.com/automation/webhooks/jira/.+",
    r"https://[^/]+\.service-now\.com/.+",
)


def _webhook_url(name: str, value: ast.Value, context: Context) -> str:
    found = _text(name, value, context)
    if not any(re.fullmatch(pattern, found) for pattern in _WEBHOOKS):
        raise invalid_value(name, found)
    return found


def _headers(name: str, value: ast.Value, context: Context) -> str:
    if not isinstance(value, dict):
        raise invalid_value(name, plain(given(value, context)))
    return json.dumps({key: _text(name, one, context) for key, one in value.items()})


def _secret(name: str, value: ast.Value, context: Context) -> str:
    raise not_supported("secrets (WEBHOOK_SECRET)")


@dataclass(frozen=True)
class Type:
    """A type of integration: the properties it must have and those it may have, how each is read, and those
    that UNSET may name."""

    direction: str
    required: Mapping[str, Reader]
    optional: Mapping[str, Reader] = field(default_factory=dict)
    unset: tuple[str, ...] = ()

    @property
    def readers(self) -> dict[str, Reader]:
        return {**self.required, **self.optional}


TYPES: dict[str, Type] = {
    "EMAIL": Type(
        OUTBOUND, {},
        {"ALLOWED_RECIPIENTS": _addresses, "DEFAULT_RECIPIENTS": _addresses, "DEFAULT_SUBJECT": _subject},
        ("ALLOWED_RECIPIENTS", "DEFAULT_RECIPIENTS", "DEFAULT_SUBJECT", "COMMENT"),
    ),
    "WEBHOOK": Type(
        OUTBOUND, {"WEBHOOK_URL": _webhook_url},
        {"WEBHOOK_SECRET": _secret, "WEBHOOK_BODY_TEMPLATE": _text, "WEBHOOK_HEADERS": _headers},
        ("WEBHOOK_SECRET", "WEBHOOK_BODY_TEMPLATE", "WEBHOOK_HEADERS", "COMMENT"),
    ),
    "QUEUE - AWS_SNS": Type(OUTBOUND, {"AWS_SNS_TOPIC_ARN": _text, "AWS_SNS_ROLE_ARN": _text}),
    "QUEUE - GCP_PUBSUB": Type(OUTBOUND, {"GCP_PUBSUB_TOPIC_NAME": _text}),
    "QUEUE - AZURE_EVENT_GRID": Type(
        OUTBOUND, {"AZURE_EVENT_GRID_TOPIC_ENDPOINT": _text, "AZURE_TENANT_ID": _text}
    ),
    "QUEUE - AZURE_STORAGE_QUEUE": Type(
        INBOUND, {"AZURE_STORAGE_QUEUE_PRIMARY_URI": _text, "AZURE_TENANT_ID": _text},
        {"USE_PRIVATELINK_ENDPOINT": _flag},
    ),
}  # fmt: skip
_GCP_INBOUND = Type(INBOUND, {"GCP_PUBSUB_SUBSCRIPTION_NAME": _text})
_COMMON = ("TYPE", "ENABLED", "COMMENT", "DIRECTION", "NOTIFICATION_PROVIDER")


def type_of(integration: NotificationIntegration) -> Type:
    """What the integration's type takes."""
    inbound_gcp = integration.type == "QUEUE - GCP_PUBSUB" and integration.direction == INBOUND
    return _GCP_INBOUND if inbound_gcp else TYPES[integration.type]


def missing(names: Sequence[str]) -> SnowflakeError:
    """002029: options that the statement must have."""
    return compilation_error("002029", "42601", f"Missing option(s): [{', '.join(names)}].")


# -- CREATE and ALTER -----------------------------------------------------------------------------


@creates("INTEGRATION")
def create_integration(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE [OR REPLACE] NOTIFICATION INTEGRATION."""

    def build(unit: Changes, target: Target) -> Entity:
        type_, direction = _type(statement.options, context)
        made = NotificationIntegration(**target.fields(unit), type=type_, direction=direction)
        made = _with(made, statement.options, context)
        absent = [name for name in type_of(made).required if name not in made.properties]
        if absent:
            raise missing(absent)
        return tags.tagged(made, statement.tags, context)

    return ddl.create(context, KIND, object_name(statement.name, context), statement, build)


def _type(options: ast.Options, context: Context) -> tuple[str, str]:
    """The integration's type and direction."""
    if "TYPE" not in options:
        raise missing(["TYPE"])
    word = plain(given(options["TYPE"], context)).upper()
    if word != "QUEUE":
        if word not in TYPES or word.startswith("QUEUE"):
            raise invalid_value("Integration Type", word)
        return word, OUTBOUND
    if "NOTIFICATION_PROVIDER" not in options:
        raise missing(["NOTIFICATION_PROVIDER"])
    provider = plain(given(options["NOTIFICATION_PROVIDER"], context)).upper()
    provider = {"AWS_SQS": "AWS_SNS"}.get(provider, provider)
    name = f"QUEUE - {provider}"
    if name not in TYPES:
        raise invalid_value("Integration Type", name)
    return name, _direction(name, options, context)


def _direction(type_: str, options: ast.Options, context: Context) -> str:
    default = INBOUND if "GCP_PUBSUB_SUBSCRIPTION_NAME" in options else TYPES[type_].direction
    found = plain(given(options.get("DIRECTION", default), context)).upper()
    both = type_ == "QUEUE - GCP_PUBSUB" and found in (INBOUND, OUTBOUND)
    if not both and found != TYPES[type_].direction:
        raise properties.invalid_property_value("Direction", found)
    return found


def _with(entity: NotificationIntegration, options: ast.Options, context: Context) -> NotificationIntegration:
    """The integration with what ``options`` set; 001420 for a property that its type has not."""
    readers = type_of(entity).readers
    kept = dict(entity.properties)
    for name, value in options.items():
        if name == "ENABLED":
            entity = replace(entity, enabled=_flag(name, value, context) == "true")
        elif name == "COMMENT":
            entity = replace(entity, comment=_text(name, value, context))
        elif name in readers:
            kept[name] = readers[name](name, value, context)
        elif name not in _COMMON:
            raise properties.invalid_property(name, "INTEGRATION")
    _check_template(kept)
    return replace(entity, properties=kept)


def _check_template(kept: Mapping[str, str]) -> None:
    """A template of the body needs a header that says what it is."""
    headers = json.loads(kept.get("WEBHOOK_HEADERS", "{}"))
    if "WEBHOOK_BODY_TEMPLATE" in kept and "CONTENT-TYPE" not in {name.upper() for name in headers}:
        raise missing(["WEBHOOK_HEADERS"])


@action("INTEGRATION", ast.SetOptions)
def set_options(context: Context, kind: Kind, entity: Any, what: ast.SetOptions) -> None:
    """SET properties; the type stays."""
    for name in ("TYPE", "DIRECTION", "NOTIFICATION_PROVIDER"):
        if name in what.options:
            raise properties.invalid_property(name, "INTEGRATION")
    ddl.update(context, entity, _with(entity, what.options, context))


@action("INTEGRATION", ast.UnsetOptions)
def unset_options(context: Context, kind: Kind, entity: Any, what: ast.UnsetOptions) -> None:
    """UNSET properties: of e-mail and webhook integrations only."""
    allowed = type_of(entity).unset
    if not allowed:
        raise SnowflakeError("000002", "0A000", "Unsupported feature 'UNSET'.")
    for name in what.names:
        if name not in allowed:
            raise properties.invalid_property(name, "INTEGRATION")
    kept = {k: v for k, v in entity.properties.items() if k not in what.names}
    _check_template(kept)
    comment = "" if "COMMENT" in what.names else entity.comment
    ddl.update(context, entity, replace(entity, properties=kept, comment=comment))


# -- SHOW and DESCRIBE ----------------------------------------------------------------------------

_SHOWN = "name type category enabled comment created_on"


@lists("INTEGRATIONS", _SHOWN)
def integrations(show: ast.Show, context: Context) -> Sequence[Row]:
    return _rows(show, context)


@lists("NOTIFICATION INTEGRATIONS", columns(f"{_SHOWN} direction"))
def notification_integrations(show: ast.Show, context: Context) -> Sequence[Row]:
    return _rows(show, context)


def _rows(show: ast.Show, context: Context) -> list[Row]:
    found = context.catalog.snapshot.children(NotificationIntegration, 0)
    return [_row(i) for i in found if matches(i.name, show.like)]


def _row(entity: NotificationIntegration) -> Row:
    return {
        "name": entity.name, "type": entity.type, "category": "NOTIFICATION",
        "enabled": true(entity.enabled), "comment": entity.comment or None, "created_on": entity.created_on,
        "direction": entity.direction,
    }  # fmt: skip


_PROPERTIES = tuple(
    Column(n, TEXT) for n in ("property", "property_type", "property_value", "property_default")
)
_LISTS = ("ALLOWED_RECIPIENTS", "DEFAULT_RECIPIENTS")


@describes("INTEGRATION", _PROPERTIES)
def describe_integration(context: Context, entity: Any) -> list[tuple[Any, ...]]:
    """One row a property of the integration's type."""
    rows: list[tuple[Any, ...]] = [("ENABLED", "Boolean", true(entity.enabled), "false")]
    if entity.type.startswith("QUEUE"):
        provider = entity.type.removeprefix("QUEUE - ")
        rows.append(("NOTIFICATION_PROVIDER", "String", provider, ""))
    rows.append(("DIRECTION", "String", entity.direction, INBOUND))
    for name in type_of(entity).readers:
        kind, default = ("List", "[]") if name in _LISTS else ("String", "")
        rows.append((name, kind, entity.properties.get(name, ""), default))
    return [*rows, ("COMMENT", "String", entity.comment, "")]
