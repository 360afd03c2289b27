"""Sequences, streams, notification integrations, and what the account lists as empty."""

from __future__ import annotations

from typing import Any

import pytest
from snowflake.core import Root
from snowflake.core.alert import Alert, CronSchedule, MinutesSchedule
from snowflake.core.dynamic_table import DownstreamLag, DynamicTable, DynamicTableColumn, UserDefinedLag
from snowflake.core.exceptions import NotFoundError
from snowflake.core.notification_integration import (
    NotificationEmail,
    NotificationHook,
    NotificationIntegration,
    NotificationQueueAwsSnsOutbound,
    NotificationQueueGcpPubsubInbound,
    NotificationWebhook,
)
from snowflake.core.schema import SchemaResource
from snowflake.core.sequence import Sequence
from snowflake.core.stream import Stream, StreamSourceTable, StreamSourceView

from tests.rest.test_tasks import eventually

# -- sequences ------------------------------------------------------------------------------------


def test_sequences(place: SchemaResource, run: Any) -> None:
    sequence = place.sequences.create(Sequence(name="seq", start=5, increment=2, comment="it's"))
    run("SELECT seq.NEXTVAL")
    found = sequence.fetch()
    assert (found.name, found.start, found.increment, found.comment) == ("SEQ", 5, 2, "it's")
    sequence.rename("seq_2")
    assert [s.name for s in place.sequences.iter(like="seq%")] == ["SEQ_2"]
    assert run("SELECT seq_2.NEXTVAL") == [(7,)]
    place.sequences["seq_2"].drop()
    with pytest.raises(NotFoundError):
        place.sequences["seq_2"].fetch()


# -- streams --------------------------------------------------------------------------------------


def test_a_stream_on_a_table(place: SchemaResource, run: Any) -> None:
    run('CREATE TABLE "source t" (a INT)')
    source = StreamSourceTable(name='"source t"', append_only=True)
    stream = place.streams.create(Stream(name="s", stream_source=source, comment="c"))
    found = stream.fetch()
    assert (found.name, found.table_name, found.mode, found.stale) == (
        "S",
        '"source t"',
        "APPEND_ONLY",
        False,
    )
    assert (found.stream_source.name, found.stream_source.append_only) == ('"source t"', True)
    assert (found.stream_source.database_name, found.stream_source.schema_name) == ("REST_TESTS", place.name)
    run('INSERT INTO "source t" VALUES (1)')
    assert run("SELECT a FROM s") == [(1,)]
    assert [s.name for s in place.streams.iter(like="s")] == ["S"]
    stream.drop()
    with pytest.raises(NotFoundError):
        stream.fetch()


def test_a_stream_on_a_view_of_another_schema(root: Root, place: SchemaResource, run: Any) -> None:
    run("CREATE TABLE base (a INT)")
    run("CREATE VIEW seen AS SELECT * FROM base")
    run("CREATE SCHEMA IF NOT EXISTS REST_TESTS.elsewhere")
    source = StreamSourceView(name="seen", schema_name=place.name)
    other = root.databases["rest_tests"].schemas["elsewhere"]
    found = other.streams.create(Stream(name="on_view", stream_source=source)).fetch()
    assert isinstance(found.stream_source, StreamSourceView)
    assert (found.stream_source.name, found.stream_source.schema_name) == ("SEEN", place.name)


def test_streams_that_cannot_be(place: SchemaResource) -> None:
    with pytest.raises(NotFoundError):
        place.streams.create(Stream(name="x", stream_source=StreamSourceTable(name="nope")))


# -- dynamic tables -------------------------------------------------------------------------------


def test_dynamic_tables(place: SchemaResource, run: Any) -> None:
    run("CREATE TABLE facts AS SELECT 1 AS a")
    given = DynamicTable(
        name="dyn", target_lag=UserDefinedLag(seconds=120), warehouse="compute_wh", refresh_mode="FULL",
        query="SELECT a AS x FROM facts -- AS y", comment="it's",
        columns=[DynamicTableColumn(name="x", comment="c")],
    )  # fmt: skip
    dynamic = place.dynamic_tables.create(given)
    found = dynamic.fetch()
    assert (found.name, found.comment, found.warehouse) == ("DYN", "it's", "COMPUTE_WH")
    assert (found.target_lag, found.refresh_mode) == (UserDefinedLag(seconds=120), "FULL")
    assert found.query.startswith("SELECT a AS x FROM facts")
    assert [(c.name, c.datatype, c.comment) for c in found.columns] == [("X", "NUMBER(1,0)", "c")]
    below = DynamicTable(
        name="dyn_2", target_lag=DownstreamLag(), warehouse="compute_wh", query="SELECT x FROM dyn"
    )
    assert place.dynamic_tables.create(below).fetch().target_lag == DownstreamLag()
    assert [t.name for t in place.dynamic_tables.iter(like="dyn%")] == ["DYN", "DYN_2"]
    assert "DYN" not in [t.name for t in place.tables.iter()]


def test_dynamic_tables_are_refreshed_suspended_and_resumed(place: SchemaResource, run: Any) -> None:
    run("CREATE TABLE more AS SELECT 1 AS a")
    given = DynamicTable(
        name="fresh",
        target_lag=UserDefinedLag(seconds=86400),
        warehouse="compute_wh",
        query="SELECT a FROM more",
    )
    dynamic = place.dynamic_tables.create(given)
    run("INSERT INTO more VALUES (2)")
    dynamic.refresh()
    assert run("SELECT COUNT(*) FROM fresh") == [(2,)]
    dynamic.suspend()
    assert dynamic.fetch().scheduling_state == "SUSPENDED"
    dynamic.resume()
    assert dynamic.fetch().scheduling_state == "RUNNING"
    dynamic.drop()
    with pytest.raises(NotFoundError):
        dynamic.fetch()


# -- alerts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "schedule", [MinutesSchedule(minutes=5), CronSchedule(cron_expr="0 9 * * SUN", timezone="UTC")]
)
def test_alerts(place: SchemaResource, run: Any, schedule: Any) -> None:
    run("CREATE OR REPLACE TABLE outbox (a INT)")
    given = Alert(
        name="alarm", schedule=schedule, warehouse="compute_wh", comment="it's",
        condition="SELECT 1 -- always", action="INSERT INTO outbox VALUES (1)",
    )  # fmt: skip
    alert = place.alerts.create(given)
    found = alert.fetch()
    assert (found.name, found.comment, found.warehouse, found.state) == (
        "ALARM",
        "it's",
        "COMPUTE_WH",
        "suspended",
    )
    assert found.schedule.to_dict() == schedule.to_dict()
    assert (found.condition.split(" --")[0], found.action) == ("SELECT 1", "INSERT INTO outbox VALUES (1)")
    assert [a.name for a in place.alerts.iter(like="alarm")] == ["ALARM"]
    alert.execute()
    eventually(lambda: run("SELECT * FROM outbox"))
    alert.drop()
    with pytest.raises(NotFoundError):
        alert.fetch()


# -- notification integrations --------------------------------------------------------------------


@pytest.mark.parametrize(
    "hook",
    [
        NotificationEmail(
            allowed_recipients=["a@b.ch", "c@d.ch"], default_recipients=["a@b.ch"], default_subject="it's"
        ),
        NotificationQueueAwsSnsOutbound(aws_sns_topic_arn="arn:t", aws_sns_role_arn="arn:r"),
        NotificationQueueGcpPubsubInbound(gcp_pubsub_subscription_name="s"),
        NotificationWebhook(
            webhook_url="https://hooks.slack.com/services/x",
            webhook_body_template='{"text": "SNOWFLAKE_WEBHOOK_MESSAGE"}',
            webhook_headers={"Content-Type": "application/json"},
        ),
    ],
    ids=["email", "sns", "pubsub", "webhook"],
)
def test_integrations(root: Root, hook: NotificationHook) -> None:
    given = NotificationIntegration(name="rest_hook", notification_hook=hook, comment="c", enabled=False)
    integration = root.notification_integrations.create(given)
    found = integration.fetch()
    assert (found.name, found.enabled, found.comment) == ("REST_HOOK", False, "c")
    told = found.notification_hook.to_dict()
    sent = {key: value for key, value in hook.to_dict().items() if value is not None}
    assert {key: told[key] for key in sent} == sent
    assert [i.name for i in root.notification_integrations.iter(like="rest%")] == ["REST_HOOK"]
    integration.drop()
    with pytest.raises(NotFoundError):
        integration.drop()
