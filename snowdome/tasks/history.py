"""The runs of tasks, in the account's file and in memory.

Every change is a transaction of the engine: after a kill, the history is as it was at the last change.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict
from typing import Any

import duckdb

from snowdome.catalog import codec
from snowdome.clock import DAY
from snowdome.tasks.records import GraphRun, Record, TaskRun, Version

KEPT = 14 * DAY  # how long a graph's run can be retried, the longest that any of it is asked for
_DDL = """
CREATE TABLE IF NOT EXISTS catalog.task_versions (root BIGINT, number BIGINT, body VARCHAR);
CREATE TABLE IF NOT EXISTS catalog.graph_runs (id BIGINT, body VARCHAR);
CREATE TABLE IF NOT EXISTS catalog.task_runs (id BIGINT, graph BIGINT, body VARCHAR);
"""


class History:
    """Versions, graph runs and task runs. Reading needs no lock: records are frozen."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self.versions: dict[tuple[int, int], Version] = {}
        self.graphs: dict[int, GraphRun] = {}  # oldest first
        self._runs: defaultdict[int, dict[int, TaskRun]] = defaultdict(dict)  # by graph, oldest first
        connection.execute(_DDL)
        self._read()
        self._ids = itertools.count(max([0, *self.graphs, *(r for g in self._runs.values() for r in g)]) + 1)
        self._last_run_id = max((g.run_id for g in self.graphs.values()), default=0)

    def _read(self) -> None:
        for body in self._bodies("task_versions", "root, number"):
            self.note([codec.build(Version, body)])
        for body in self._bodies("graph_runs", "id"):
            self.note([codec.build(GraphRun, body)])
        for body in self._bodies("task_runs", "id"):
            self.note([codec.build(TaskRun, body)])

    def _bodies(self, table: str, order: str) -> list[dict[str, Any]]:
        rows = self._connection.execute(f"SELECT body FROM catalog.{table} ORDER BY {order}").fetchall()
        return [json.loads(body) for (body,) in rows]

    def new_id(self) -> int:
        """An id for a graph's or a task's run, larger than all before it."""
        return next(self._ids)

    def new_run_id(self, now: int) -> int:
        """RUN_ID: the milliseconds of ``now``, and more than any before."""
        with self._lock:
            self._last_run_id = max(self._last_run_id + 1, now // 1_000_000)
            return self._last_run_id

    # -- writing --------------------------------------------------------------------------------

    def save(self, *records: Record) -> None:
        """Add the records, or put them in place of those with their ids, in a transaction of their own."""
        with self._lock, closing(self._connection.cursor()) as cursor:
            cursor.execute("BEGIN")
            write(cursor, records)
            cursor.execute("COMMIT")
            self.note(records)

    def note(self, records: Iterable[Record]) -> None:
        """Remember records that are written already."""
        with self._lock:
            for record in records:
                if isinstance(record, Version):
                    self.versions[record.root, record.number] = record
                elif isinstance(record, GraphRun):
                    self.graphs[record.id] = record
                else:
                    self._runs[record.graph][record.id] = record

    def forget_before(self, moment: int, current: set[tuple[int, int]]) -> None:
        """Drop graph runs that ended before ``moment``, with their task runs, and the versions that they
        alone used; ``current`` ones stay, and the latest run of each of their roots: it says until when the
        root's schedule was followed."""
        with self._lock, closing(self._connection.cursor()) as cursor:
            roots = {root for root, _ in current}
            latest = {(g.root, g.origin): g.id for g in self.graphs.values() if g.root in roots}
            kept = set(latest.values())
            old = [g.id for g in self.graphs.values() if g.ended and g.ended < moment and g.id not in kept]
            if not old:
                return
            for graph in old:
                del self.graphs[graph]
                self._runs.pop(graph, None)
            used = {(g.root, g.version) for g in self.graphs.values()} | current
            unused = [key for key in self.versions if key not in used]
            for key in unused:
                del self.versions[key]
            cursor.execute("BEGIN")
            cursor.executemany("DELETE FROM catalog.graph_runs WHERE id = ?", [[g] for g in old])
            cursor.executemany("DELETE FROM catalog.task_runs WHERE graph = ?", [[g] for g in old])
            if unused:
                cursor.executemany("DELETE FROM catalog.task_versions WHERE root = ? AND number = ?", unused)
            cursor.execute("COMMIT")

    # -- reading --------------------------------------------------------------------------------

    def runs_of(self, graph: int) -> list[TaskRun]:
        """The task runs of a graph's run, oldest first."""
        with self._lock:
            return list(self._runs[graph].values()) if graph in self._runs else []

    def all_graphs(self, root: int | None = None) -> list[GraphRun]:
        """Graph runs, oldest first: of one root or all."""
        with self._lock:
            return [g for g in self.graphs.values() if root is None or g.root == root]

    def group(self, group: str) -> list[GraphRun]:
        """The attempts of one group, first one first."""
        return [g for g in self.all_graphs() if g.group == group]

    def version_of(self, graph: GraphRun) -> Version:
        """The version that a graph's run is of."""
        return self.versions[graph.root, graph.version]


def write(cursor: duckdb.DuckDBPyConnection, records: Iterable[Record]) -> None:
    """Write records in the cursor's transaction."""
    for record in records:
        table, keys = _place(record)
        where = " AND ".join(f"{k} = ?" for k in list(keys)[: 2 if isinstance(record, Version) else 1])
        values = list(keys.values())
        cursor.execute(f"DELETE FROM catalog.{table} WHERE {where}", values[: where.count("?")])
        marks = ", ".join("?" * (len(keys) + 1))
        cursor.execute(f"INSERT INTO catalog.{table} VALUES ({marks})", [*values, _body(record)])


def _place(record: Record) -> tuple[str, dict[str, int]]:
    if isinstance(record, Version):
        return "task_versions", {"root": record.root, "number": record.number}
    if isinstance(record, GraphRun):
        return "graph_runs", {"id": record.id}
    return "task_runs", {"id": record.id, "graph": record.graph}


def _body(record: Record) -> str:
    fields: dict[str, Any] = asdict(record)
    return json.dumps(fields, separators=(",", ":"))
