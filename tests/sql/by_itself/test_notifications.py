"""Notification integrations, sending, the outbox, as Snowflake documents them; nothing leaves the machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from snowdome.cli import commands
from snowdome.client import local

SNS = (
    "CREATE NOTIFICATION INTEGRATION {} ENABLED = TRUE DIRECTION = OUTBOUND TYPE = QUEUE"
    " NOTIFICATION_PROVIDER = AWS_SNS AWS_SNS_TOPIC_ARN = 'arn:aws:sns:us-east-2:123456789012:MyTopic'"
    " AWS_SNS_ROLE_ARN = 'arn:aws:iam::000000000001:/role/test'"
)


@pytest.fixture
def clean(place: Any) -> Iterator[Any]:
    """The test's schema; integrations are dropped after the test."""
    yield place
    for row in place.named("SHOW INTEGRATIONS"):
        place.run(f"DROP INTEGRATION {row['name']}")


def mail(name: str = "mail", more: str = "") -> str:
    """CREATE NOTIFICATION INTEGRATION for e-mails."""
    return f"CREATE NOTIFICATION INTEGRATION {name} TYPE = EMAIL ENABLED = TRUE {more}"


def test_e_mail_integrations_are_described(clean: Any) -> None:
    sql = mail(more="ALLOWED_RECIPIENTS = ('ada@example.com', 'bob@example.com') COMMENT = 'c'")
    assert clean.value(sql) == "Integration MAIL successfully created."
    assert clean.rows("DESCRIBE NOTIFICATION INTEGRATION mail") == [
        ("ENABLED", "Boolean", "true", "false"), ("DIRECTION", "String", "OUTBOUND", "INBOUND"),
        ("ALLOWED_RECIPIENTS", "List", "ada@example.com,bob@example.com", "[]"),
        ("DEFAULT_RECIPIENTS", "List", "", "[]"), ("DEFAULT_SUBJECT", "String", "", ""),
        ("COMMENT", "String", "c", ""),
    ]  # fmt: skip
    clean.run(
        "ALTER NOTIFICATION INTEGRATION mail SET ENABLED = FALSE ALLOWED_RECIPIENTS = ('eve@example.com')"
    )
    clean.run("ALTER NOTIFICATION INTEGRATION mail UNSET COMMENT")
    found = {row[0]: row[2] for row in clean.rows("DESC INTEGRATION mail")}
    assert (found["ENABLED"], found["ALLOWED_RECIPIENTS"], found["COMMENT"]) == (
        "false",
        "eve@example.com",
        "",
    )


def test_queues_are_described_and_not_unset(clean: Any) -> None:
    clean.run(SNS.format("q"))
    rows = clean.rows("DESCRIBE NOTIFICATION INTEGRATION q")
    for row in (
        ("NOTIFICATION_PROVIDER", "String", "AWS_SNS", ""), ("DIRECTION", "String", "OUTBOUND", "INBOUND"),
        ("AWS_SNS_TOPIC_ARN", "String", "arn:aws:sns:us-east-2:123456789012:MyTopic", ""),
    ):  # fmt: skip
        assert row in rows
    assert clean.fails("ALTER NOTIFICATION INTEGRATION q UNSET COMMENT")[0] == "000002"


def test_show(clean: Any) -> None:
    clean.run(mail(), SNS.format("q"))
    assert clean.columns("SHOW NOTIFICATION INTEGRATIONS") == [
        "name", "type", "category", "enabled", "comment", "created_on", "direction",
    ]  # fmt: skip
    found = {
        r["name"]: (r["type"], r["category"], r["direction"])
        for r in clean.named("SHOW NOTIFICATION INTEGRATIONS")
    }
    assert found == {
        "MAIL": ("EMAIL", "NOTIFICATION", "OUTBOUND"), "Q": ("QUEUE - AWS_SNS", "NOTIFICATION", "OUTBOUND"),
    }  # fmt: skip
    assert [r["name"] for r in clean.named("SHOW INTEGRATIONS LIKE 'ma%'")] == ["MAIL"]


@pytest.mark.parametrize(
    ("sql", "code", "message"),
    [
        (mail(more="ALLOWED_RECIPIENTS = ('ada@example.com', 'nobody')"), "394209",
         "Email recipients in the given list at indexes [2] are not allowed. Either these email addresses are not"
         " yet validated or do not belong to any user in the current account."),
        ("CREATE NOTIFICATION INTEGRATION x TYPE = FAX ENABLED = TRUE", "001008",
         "SQL compilation error:\ninvalid value [FAX] for parameter 'Integration Type'"),
        (mail(more="WEBHOOK_URL = 'https://hooks.slack.com/services/x'"), "001420",
         "SQL compilation error:\ninvalid property 'WEBHOOK_URL' for 'INTEGRATION'"),
        ("CREATE NOTIFICATION INTEGRATION x TYPE = WEBHOOK ENABLED = TRUE", "002029",
         "SQL compilation error:\nMissing option(s): [WEBHOOK_URL]."),
        ("CREATE NOTIFICATION INTEGRATION x TYPE = WEBHOOK ENABLED = TRUE"
         " WEBHOOK_URL = 'https://hooks.slack.com/services/SNOWFLAKE_WEBHOOK_SECRET' WEBHOOK_SECRET = s", "000002",
         "Unsupported feature: not supported by the local account: secrets (WEBHOOK_SECRET)."),
        ("DROP NOTIFICATION INTEGRATION x", "002003",
         "SQL compilation error:\nIntegration 'X' does not exist or not authorized."),
        ("CALL SYSTEM$SEND_EMAIL('x', 'ada@example.com', 's', 'b')", "002003",
         "SQL compilation error:\nIntegration 'X' does not exist or not authorized."),
    ],
)  # fmt: skip
def test_refusals(clean: Any, sql: str, code: str, message: str) -> None:
    found = clean.fails(sql)
    assert (found[0], found[2]) == (code, message)
    assert clean.messages() == []


def test_send_email(clean: Any) -> None:
    clean.run(mail(more="ALLOWED_RECIPIENTS = ('ada@example.com', 'bob@example.com')"))
    sql = "CALL SYSTEM$SEND_EMAIL('mail', 'ada@example.com, bob@example.com', 'Hello', '<p>Hi</p>', 'text/html')"
    assert clean.columns(sql) == ["SYSTEM$SEND_EMAIL"]
    [message] = clean.messages()
    expected = {
        "integration": "MAIL", "kind": "EMAIL", "recipients": ["ada@example.com", "bob@example.com"],
        "subject": "Hello", "body": "<p>Hi</p>", "content_type": "text/html", "source": "STORED_PROCEDURE",
    }  # fmt: skip
    assert {name: message[name] for name in expected} == expected
    refused = clean.fails("CALL SYSTEM$SEND_EMAIL('mail', 'eve@example.com', 'Hello', 'Hi')")[2]
    assert (
        refused
        == "Following email address(es) are not allowed by the email integration MAIL: [eve@example.com]"
    )


def test_describing_sends_nothing(clean: Any) -> None:
    clean.run(mail())
    clean.connection.cursor().describe("CALL SYSTEM$SEND_EMAIL('mail', 'ada@example.com', 's', 'b')")
    assert clean.messages() == []


def test_builders_of_notifications(clean: Any) -> None:
    [found] = clean.rows(
        "SELECT SNOWFLAKE.NOTIFICATION.TEXT_PLAIN('a \"b\"'), SNOWFLAKE.NOTIFICATION.TEXT_HTML('<p>'),"
        " SNOWFLAKE.NOTIFICATION.INTEGRATION('my_queue_int'),"
        " SNOWFLAKE.NOTIFICATION.EMAIL_INTEGRATION_CONFIG('i', 's', ARRAY_CONSTRUCT('a@b.org'), NULL, NULL),"
        " SNOWFLAKE.NOTIFICATION.SANITIZE_WEBHOOK_CONTENT('x SNOWFLAKE_WEBHOOK_SECRET')"
    )
    assert [json.loads(text) for text in found[:4]] == [
        {"text/plain": 'a "b"'}, {"text/html": "<p>"}, {"my_queue_int": {}},
        {"i": {"subject": "s", "toAddress": ["a@b.org"]}},
    ]  # fmt: skip
    assert found[4] == "x REDACTED"


def test_one_notification_for_several_integrations(clean: Any) -> None:
    clean.run(
        mail(more="DEFAULT_RECIPIENTS = ('ada@example.com') DEFAULT_SUBJECT = 'News'"),
        SNS.format("q"),
        "CREATE NOTIFICATION INTEGRATION hook TYPE = WEBHOOK ENABLED = TRUE"
        " WEBHOOK_URL = 'https://hooks.slack.com/services/x' WEBHOOK_HEADERS = ('Content-Type' = 'application/json')"
        ' WEBHOOK_BODY_TEMPLATE = \'{"text": "SNOWFLAKE_WEBHOOK_MESSAGE"}\'',
    )
    clean.run("""CALL SYSTEM$SEND_SNOWFLAKE_NOTIFICATION(
        ARRAY_CONSTRUCT(SNOWFLAKE.NOTIFICATION.TEXT_PLAIN('hello'), SNOWFLAKE.NOTIFICATION.TEXT_HTML('<p>hello</p>')),
        ARRAY_CONSTRUCT(SNOWFLAKE.NOTIFICATION.INTEGRATION('mail'), SNOWFLAKE.NOTIFICATION.INTEGRATION('hook')))""")
    clean.run("""CALL SYSTEM$SEND_SNOWFLAKE_NOTIFICATION(
        SNOWFLAKE.NOTIFICATION.APPLICATION_JSON('{"a": 1}'), SNOWFLAKE.NOTIFICATION.INTEGRATION('q'))""")
    first, second, third = clean.messages()
    assert (first["recipients"], first["subject"], first["body"]) == (
        ["ada@example.com"],
        "News",
        "<p>hello</p>",
    )
    assert (second["target"], second["body"]) == ("https://hooks.slack.com/services/x", '{"text": "hello"}')
    assert (third["target"], third["payload"]) == ("arn:aws:sns:us-east-2:123456789012:MyTopic", {"a": 1})


def test_a_disabled_integration_sends_nothing(clean: Any) -> None:
    clean.run(mail(), "ALTER INTEGRATION mail SET ENABLED = FALSE")
    clean.fails("CALL SYSTEM$SEND_EMAIL('mail', 'ada@example.com', 's', 'b')")
    assert clean.messages() == []


def test_history(clean: Any) -> None:
    clean.run(mail("hist"), "CALL SYSTEM$SEND_EMAIL('hist', 'ada@example.com', 's', 'b')")
    source = "TABLE(LAB.INFORMATION_SCHEMA.NOTIFICATION_HISTORY(INTEGRATION_NAME => 'hist'))"
    assert clean.columns(f"SELECT * FROM {source}") == [
        "CREATED",
        "PROCESSED",
        "MESSAGE_SOURCE",
        "INTEGRATION_NAME",
        "STATUS",
        "ERROR_MESSAGE",
        "ID",
        "ATTEMPT",
        "MESSAGE_SOURCE_INFO",
    ]
    query = f"SELECT message_source, status, attempt, message_source_info:query_id IS NOT NULL FROM {source}"
    assert clean.rows(query) == [("STORED_PROCEDURE", "SUCCESS", 1, True)]


def test_the_outbox_is_shown(clean: Any, lab: local.LocalAccount) -> None:
    clean.run(mail(), "CALL SYSTEM$SEND_EMAIL('mail', 'ada@example.com', 'A subject', 'A body')")
    shown = CliRunner().invoke(commands, ["outbox", "--state", str(lab.state.path), "--last", "1"])
    assert shown.exit_code == 0
    for text in ("EMAIL through MAIL", "To: ada@example.com", "Subject: A subject", "A body"):
        assert text in shown.output
    lines = (
        CliRunner().invoke(commands, ["outbox", "--state", str(lab.state.path), "--json"]).output.splitlines()
    )
    assert json.loads(lines[-1])["subject"] == "A subject"
