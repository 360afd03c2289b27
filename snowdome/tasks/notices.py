"""What integrations are told of runs: the messages that Snowflake puts into a queue."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone

from snowdome.tasks.history import History
from snowdome.tasks.host import Host
from snowdome.tasks.records import GraphRun, TaskRun, Version

ACCOUNT = "SNOWDOME"


def failed(host: Host, history: History, run: TaskRun) -> None:
    """Tell the root's ERROR_INTEGRATION that a task failed."""
    graph = history.graphs[run.graph]
    version = history.version_of(graph)
    integration = version.root_task.error_integration
    if integration is None:
        return
    message = {
        **_times(run.scheduled, run.started, run.ended), "runId": str(graph.run_id),
        "queryId": run.query_id, "errorCode": run.error_code, "errorMessage": run.error_message,
    }  # fmt: skip
    host.notify(integration, _payload("USER_TASK_FAILED", version, run.name, run.task, message, run.ended))


def succeeded(host: Host, history: History, graph: GraphRun) -> None:
    """Tell the root's SUCCESS_INTEGRATION that the whole graph succeeded."""
    version = history.version_of(graph)
    integration = version.root_task.success_integration
    if integration is None:
        return
    root = version.root_task
    run = next((r for r in history.runs_of(graph.id) if r.name == root.name), None)
    message = {
        **_times(graph.scheduled, graph.started, graph.ended), "runId": str(graph.run_id),
        "queryId": run.query_id if run else None,
    }  # fmt: skip
    host.notify(
        integration, _payload("USER_TASK_SUCCEEDED", version, root.name, root.id, message, graph.ended)
    )


def _payload(
    kind: str, version: Version, name: str, task: int, message: dict[str, object], moment: int
) -> dict[str, object]:
    return {
        "version": "1.0",
        "messageId": str(uuid.uuid4()),
        "messageType": kind,
        "timestamp": _text(moment),
        "accountName": ACCOUNT,
        "taskName": version.full_name(name),
        "taskId": task_uuid(task),
        "rootTaskName": version.full_name(version.root_task.name),
        "rootTaskId": task_uuid(version.root),
        "messages": [message],
    }


def task_uuid(task: int) -> str:
    """The identifier that listings and histories show of a task."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"snowdome task {task}"))


def _times(scheduled: int, started: int, ended: int) -> dict[str, object]:
    named = (("scheduledTime", scheduled), ("queryStartTime", started), ("completedTime", ended))
    return {name: _text(moment) if moment else None for name, moment in named}


def _text(moment: int) -> str:
    stamp = datetime.fromtimestamp(moment // 1_000_000_000, timezone.utc)
    return f"{stamp:%Y-%m-%dT%H:%M:%S}.{moment // 1_000_000 % 1000:03d}Z"
