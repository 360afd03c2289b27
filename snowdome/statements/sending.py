"""SYSTEM$SEND_EMAIL and SYSTEM$SEND_SNOWFLAKE_NOTIFICATION: messages into the outbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from snowdome.catalog.model import NotificationIntegration
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, object_not_found
from snowdome.outbox import EMAIL, QUEUE, WEBHOOK
from snowdome.sql.names import parse_name
from snowdome.statements.notifications import OUTBOUND, is_address, not_validated

Content: TypeAlias = "tuple[str, str]"  # content type, text

PLAIN = "text/plain"
HTML = "text/html"
JSON = "application/json"
DEFAULT_SUBJECT = "Snowflake Email Notification"


def integration(context: Context, written: str) -> NotificationIntegration:
    """The enabled integration called ``written``, which is read as an identifier is."""
    name = ObjectName(parse_name(written)).name
    found = context.catalog.snapshot.get(NotificationIntegration, 0, name)
    if found is None:
        raise object_not_found("Integration", str(ObjectName((name,))))
    if not found.enabled:
        raise _refused(f"Integration '{found.name}' is not enabled.")
    if found.direction != OUTBOUND:
        raise _refused(f"Integration '{found.name}' does not send notifications: its direction is INBOUND.")
    return found


def _refused(text: str) -> SnowflakeError:
    """394209: the notification cannot be sent."""
    return SnowflakeError("394209", "22023", text)


# -- e-mail ---------------------------------------------------------------------------------------


def send_email(context: Context, arguments: Sequence[object]) -> str:
    """SYSTEM$SEND_EMAIL(integration, addresses, subject, content [, mime type])."""
    texts = ["" if a is None else str(a) for a in arguments]
    name, addresses, subject, body = texts[:4]
    content_type = texts[4].lower() if len(texts) > 4 else PLAIN
    if content_type not in (PLAIN, HTML):
        raise _refused(f"Unsupported mime type '{texts[4]}': it is 'text/plain' or 'text/html'.")
    found = integration(context, name)
    if found.type != EMAIL:
        raise _refused(f"Integration '{found.name}' is not an email notification integration.")
    recipients = [a.strip() for a in addresses.split(",") if a.strip()]
    if not recipients and not found.properties.get("DEFAULT_RECIPIENTS"):
        raise _refused("Email recipients cannot be empty.")
    for what, text in (("subject", subject), ("content", body)):
        if not text:
            raise _refused(f"Email {what} cannot be empty.")
    _mail(context, found, {"toAddress": recipients, "subject": subject}, (content_type, body))
    return "TRUE"


def _mail(
    context: Context, found: NotificationIntegration, options: Mapping[str, Any], content: Content
) -> None:
    """One e-mail; what ``options`` leaves out comes from the integration."""
    default = _listed(found.properties.get("DEFAULT_RECIPIENTS", ""))
    to = tuple(options.get("toAddress") or ()) or default
    cc, bcc = (tuple(options.get(key) or ()) for key in ("ccAddress", "bccAddress"))
    if not to and not cc and not bcc:
        raise _refused(f"No recipients: integration '{found.name}' has no DEFAULT_RECIPIENTS.")
    _check_addresses(found, (*to, *cc, *bcc))
    subject = options.get("subject") or found.properties.get("DEFAULT_SUBJECT") or DEFAULT_SUBJECT
    if len(subject) > 256:
        raise _refused("Email subject cannot exceed 256 characters.")
    context.services.outbox.send(
        found.name, EMAIL, subject, content[1], recipients=to, cc=cc, bcc=bcc, content_type=content[0],
        source_info={"query_id": context.query_id},
    )  # fmt: skip


def _check_addresses(found: NotificationIntegration, addresses: Sequence[str]) -> None:
    bad = [i for i, address in enumerate(addresses, 1) if not is_address(str(address))]
    if bad:
        raise not_validated(bad)
    allowed = {a.lower() for a in _listed(found.properties.get("ALLOWED_RECIPIENTS", ""))}
    others = [a for a in addresses if allowed and a.lower() not in allowed]
    if others:
        text = "Following email address(es) are not allowed by the email integration"
        raise _refused(f"{text} {found.name}: [{', '.join(others)}]")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


# -- any notification -----------------------------------------------------------------------------


def send_notification(context: Context, arguments: Sequence[object]) -> str:
    """SYSTEM$SEND_SNOWFLAKE_NOTIFICATION(messages, integration configurations)."""
    contents = [_content(text) for text in _items(arguments[0])]
    targets = [
        (integration(context, name), options)
        for text in _items(arguments[1])
        for name, options in _object(text).items()
    ]
    if not contents or not targets:
        raise _refused("A notification needs a message and an integration.")
    for found, options in targets:
        _SENDERS[found.type.partition(" ")[0]](context, found, options, contents)
    return "Enqueued notifications."


def _items(argument: object) -> list[object]:
    """One JSON text or object, or an array of them."""
    value = _parsed(argument)
    return value if isinstance(value, list) else [value]


def _parsed(value: object) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise _not_json(value) from None


def _not_json(value: object) -> SnowflakeError:
    return compilation_error("100069", "22P02", f"Error parsing JSON: {str(value)[:100]}")


def _object(value: object) -> dict[str, Any]:
    found = _parsed(value)
    if not isinstance(found, dict):
        raise _not_json(value)
    return found


def _content(value: object) -> Content:
    found = _object(value)
    if len(found) != 1 or next(iter(found)) not in (PLAIN, HTML, JSON):
        raise _refused(f"Invalid message: its type is one of '{PLAIN}', '{HTML}' and '{JSON}'.")
    [(kind, text)] = found.items()
    return kind, text if isinstance(text, str) else json.dumps(text)


def _chosen(found: NotificationIntegration, contents: list[Content], kinds: Sequence[str]) -> Content:
    """The message of the type that suits the integration best."""
    for kind in kinds:
        for content in contents:
            if content[0] == kind:
                return content
    raise _refused(f"Integration '{found.name}' takes no message of type '{contents[0][0]}'.")


def _to_mail(
    context: Context, found: NotificationIntegration, options: Mapping[str, Any], contents: list[Content]
) -> None:
    _mail(context, found, options or {}, _chosen(found, contents, (HTML, PLAIN)))


def _to_webhook(
    context: Context, found: NotificationIntegration, options: Mapping[str, Any], contents: list[Content]
) -> None:
    kind, text = _chosen(found, contents, (JSON, PLAIN))
    kept = found.properties
    template = kept.get("WEBHOOK_BODY_TEMPLATE")
    body = template.replace("SNOWFLAKE_WEBHOOK_MESSAGE", text) if template else text
    headers = json.loads(kept.get("WEBHOOK_HEADERS", "{}"))
    context.services.outbox.send(
        found.name, WEBHOOK, "", body, target=kept["WEBHOOK_URL"], headers=headers, content_type=kind,
        source_info={"query_id": context.query_id},
    )  # fmt: skip


_QUEUES = ("AWS_SNS_TOPIC_ARN", "GCP_PUBSUB_TOPIC_NAME", "AZURE_EVENT_GRID_TOPIC_ENDPOINT")


def queue_address(found: NotificationIntegration) -> str:
    """The topic to which a QUEUE integration sends."""
    return next((found.properties[name] for name in _QUEUES if name in found.properties), "")


def _to_queue(
    context: Context, found: NotificationIntegration, options: Mapping[str, Any], contents: list[Content]
) -> None:
    kind, text = _chosen(found, contents, (JSON, PLAIN))
    context.services.outbox.send(
        found.name, QUEUE, "", text, target=queue_address(found), content_type=kind,
        payload=_parsed(text) if kind == JSON else None, source_info={"query_id": context.query_id},
    )  # fmt: skip


_SENDERS: dict[str, Callable[[Context, NotificationIntegration, Mapping[str, Any], list[Content]], None]] = {
    EMAIL: _to_mail,
    WEBHOOK: _to_webhook,
    QUEUE: _to_queue,
}
