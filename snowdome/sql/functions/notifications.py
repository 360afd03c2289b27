"""SYSTEM$SEND_EMAIL, SYSTEM$SEND_SNOWFLAKE_NOTIFICATION, and what builds the latter's arguments."""

from __future__ import annotations

from snowdome.sql.functions.context import constant
from snowdome.sql.functions.registry import scalar
from snowdome.sql.typed import Call, Typed
from snowdome.types import BOOLEAN, TEXT

_PLACE = "SNOWFLAKE.NOTIFICATION"


@scalar("SYSTEM$SEND_EMAIL", args="text, text, text, text, text?")
def send_email(call: Call) -> Typed:
    """Send an e-mail, which goes into the outbox."""
    call.env.volatile()
    call.env.perform(call.name, call.args)
    return Typed("TRUE", BOOLEAN, False, True)


@scalar("SYSTEM$SEND_SNOWFLAKE_NOTIFICATION", args="any, any")
def send_notification(call: Call) -> Typed:
    """Send messages through integrations; they go into the outbox."""
    call.env.volatile()
    return constant(call.env.perform(call.name, call.args)).with_type(TEXT)


def _message(name: str, content_type: str) -> None:
    def rule(call: Call) -> Typed:
        return call.result(f"CAST(json_object('{content_type}', {call[0].sql}) AS VARCHAR)", TEXT)

    scalar(f"{_PLACE}.{name}", args="text")(rule)


_message("TEXT_PLAIN", "text/plain")
_message("TEXT_HTML", "text/html")
_message("APPLICATION_JSON", "application/json")


@scalar(f"{_PLACE}.INTEGRATION", args="text")
def integration(call: Call) -> Typed:
    """``{"name":{}}``."""
    return call.result(f"CAST(json_object({call[0].sql}, CAST('{{}}' AS JSON)) AS VARCHAR)", TEXT)


_OPTIONS = ("subject", "toAddress", "ccAddress", "bccAddress")


@scalar(f"{_PLACE}.EMAIL_INTEGRATION_CONFIG", args="text, text, array?, array?, array?")
def email_integration_config(call: Call) -> Typed:
    """``{"name":{"subject":…,"toAddress":[…]}}``; what is NULL is left out."""
    pairs = [f"'subject', {call[1].sql}"]
    pairs += [f"'{key}', CAST({a.sql} AS JSON)" for key, a in zip(_OPTIONS[1:], call.args[2:], strict=False)]
    options = f"json_merge_patch('{{}}', json_object({', '.join(pairs)}))"  # a patch drops nulls
    return call.result(f"CAST(json_object({call[0].sql}, {options}) AS VARCHAR)", TEXT, False)


@scalar(f"{_PLACE}.SANITIZE_WEBHOOK_CONTENT", args="text")
def sanitize_webhook_content(call: Call) -> Typed:
    """The text without the placeholder of secrets."""
    return call.result(f"replace({call[0].sql}, 'SNOWFLAKE_WEBHOOK_SECRET', 'REDACTED')", TEXT)
