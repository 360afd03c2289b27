"""Notification integrations."""

from __future__ import annotations

import json
from typing import Any

from snowdome.errors import not_supported
from snowdome.server import edge
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.registry import post
from snowdome.server.rest.resource import ACCOUNT, Clauses, Resource, created, listed
from snowdome.server.rest.rows import Row, said, yes
from snowdome.server.rest.sqltext import (
    assignments,
    flag,
    joined,
    literal,
    object_sql,
    properties,
    shown_name,
    text,
)
from snowdome.server.rest.sqltext import listed as in_parentheses

_TEXTS = (
    "default_subject webhook_url webhook_body_template aws_sns_topic_arn aws_sns_role_arn"
    " azure_event_grid_topic_endpoint azure_storage_queue_primary_uri azure_tenant_id gcp_pubsub_topic_name"
    " gcp_pubsub_subscription_name"
)
_LISTS = ("allowed_recipients", "default_recipients")
_QUEUES = {
    "QUEUE_AWS_SNS_OUTBOUND": ("AWS_SNS", "OUTBOUND"),
    "QUEUE_AZURE_EVENT_GRID_OUTBOUND": ("AZURE_EVENT_GRID", "OUTBOUND"),
    "QUEUE_AZURE_EVENT_GRID_INBOUND": ("AZURE_STORAGE_QUEUE", "INBOUND"),
    "QUEUE_GCP_PUBSUB_OUTBOUND": ("GCP_PUBSUB", "OUTBOUND"),
    "QUEUE_GCP_PUBSUB_INBOUND": ("GCP_PUBSUB", "INBOUND"),
}
_READ_ONLY = (
    "sf_aws_iam_user_arn", "sf_aws_external_id", "azure_consent_url", "azure_multi_tenant_app_name",
    "gcp_pubsub_service_account",
)  # fmt: skip


def _answer(call: Call, row: Row) -> Answer:
    return {
        "name": shown_name(row["name"]),
        "created_on": row["created_on"],
        "enabled": yes(row["enabled"]),
        "comment": row["comment"] or "",
        "notification_hook": _hook(call, row),
    }


def _hook(call: Call, row: Row) -> Answer:
    rows = call.rows(f"DESCRIBE NOTIFICATION INTEGRATION {object_sql(row['name'])}")
    told = {r["property"].lower(): r["property_value"] for r in rows}
    hook: dict[str, Any] = {"type": _type(row), **{key: said(told.get(key)) for key in _TEXTS.split()}}
    for key in _LISTS:
        hook[key] = [a.strip() for a in (told.get(key) or "").split(",") if a.strip()]
    if headers := told.get("webhook_headers"):
        hook["webhook_headers"] = json.loads(headers)
    return hook


def _type(row: Row) -> str:
    """The type as REST calls it."""
    shown = (row["type"].removeprefix("QUEUE - "), row["direction"])
    return next((name for name, queue in _QUEUES.items() if queue == shown), row["type"])


INTEGRATIONS = Resource(
    "notification-integrations", "NOTIFICATION INTEGRATION", "NOTIFICATION INTEGRATIONS", ACCOUNT, _answer
)

listed(INTEGRATIONS)


@post(INTEGRATIONS.collection)
def create(call: Call) -> Status:
    """CREATE NOTIFICATION INTEGRATION."""
    body = call.fields()
    hook = body.object("notification_hook")
    if hook is None:
        raise edge.bad_request("notification_hook is missing")
    enabled = "" if "enabled" in body else "ENABLED = TRUE"
    tail = joined(
        _typed(hook.required("type")),
        assignments(body, (*properties(flag, "enabled"), *properties(text, "comment"))),
        enabled,
        assignments(hook, properties(text, _TEXTS)),
        *(_addresses(hook, key) for key in _LISTS),
        _webhook(hook),
    )
    hook.finish(*_READ_ONLY)
    body.finish("name")
    return created(INTEGRATIONS.word, call, Clauses(tail))


def _typed(kind: str) -> str:
    if kind in _QUEUES:
        provider, direction = _QUEUES[kind]
        return f"TYPE = QUEUE NOTIFICATION_PROVIDER = {provider} DIRECTION = {direction}"
    if kind not in ("EMAIL", "WEBHOOK"):
        raise edge.bad_request(f"{kind} is no type of notification integration")
    return f"TYPE = {kind}"


def _addresses(hook: Body, key: str) -> str:
    found = hook.texts(key)
    return f"{key.upper()} = {in_parentheses(literal(a) for a in found)}" if found else ""


def _webhook(hook: Body) -> str:
    if "webhook_secret" in hook:
        raise not_supported("secrets of webhooks")
    headers = hook.mapping("webhook_headers")
    pairs = (f"{literal(key)} = {literal(str(value))}" for key, value in headers.items())
    return f"WEBHOOK_HEADERS = {in_parentheses(pairs)}" if headers else ""
