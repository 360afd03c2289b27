"""Dynamic tables are refreshed on the account's clock, as their lags ask."""

from __future__ import annotations

from collections.abc import Sequence

from snowdome.account.by_itself import ByItself, full_name
from snowdome.catalog import refreshes
from snowdome.catalog.catalog import Catalog
from snowdome.catalog.model import DynamicTable
from snowdome.catalog.refreshes import State
from snowdome.clock import SECOND
from snowdome.context import Context
from snowdome.engine.database import Database
from snowdome.result import Result, status_result
from snowdome.scheduler import Ran
from snowdome.statements import refresh_graph as graph
from snowdome.statements import refreshing

_CLIENT = "Snowdome refresh"


class Refresher:
    """Implements ``snowdome.scheduler.Schedulable``."""

    poll = 60.0

    def __init__(self, catalog: Catalog, engine: Database, runner: ByItself) -> None:
        self._catalog = catalog
        self._engine = engine
        self._runner = runner

    def next_due(self, now: int) -> int | None:
        """When the first table is due: its lag after the data that it has, or after it was last tried."""
        return min((due for _, due in self._dues()), default=None)

    def _dues(self) -> list[tuple[DynamicTable, int]]:
        snapshot = self._catalog.snapshot
        tables = [t for t in graph.dynamic_tables(snapshot) if _is_scheduled(t)]
        if not tables:
            return []
        with self._engine.cursor() as cursor:
            states = refreshes.states(cursor)
        found = []
        for table in tables:
            state = states.get(table.id) or State(table.id)
            lag = graph.lag_seconds(table.target_lag) or 0
            last = max(state.data_timestamp, state.attempted) or table.created_on
            found.append((table, last + lag * SECOND))
        return found

    def run(self, due: int, wait: bool) -> Sequence[Ran]:
        """Refresh the tables that are due, and first what they read, all with the data of one moment."""
        wanted = [table for table, moment in self._dues() if moment <= due]
        if not wanted:
            return []
        snapshot = self._catalog.snapshot
        names = {t.id: full_name(snapshot, t) for t in graph.dynamic_tables(snapshot)}
        pipeline = graph.upstream(snapshot, wanted, suspended=False)
        outcomes: list[refreshing.Outcome] = []
        # The moment is the planned one, so that lags add up to the same times however long refreshes take.
        now = self._catalog.clock.now()
        moment = due if wait or now - due < SECOND else now

        def action(context: Context) -> Result:
            outcomes[:] = refreshing.refresh(context, pipeline, refreshing.SCHEDULED, moment)
            failed = next((o.error for o in outcomes if o.error is not None), None)
            if failed is not None:
                raise failed
            return status_result("Statement executed successfully.")

        first = wanted[0]
        text = f"ALTER DYNAMIC TABLE {', '.join(names[t.id] for t in wanted)} REFRESH"
        with self._runner.session(first.owner, first.warehouse, first.context, _CLIENT) as session:
            self._runner.run(session, text, "REFRESH_DYNAMIC_TABLES", action)
        return [_told(outcome, names, due) for outcome in outcomes]


def _is_scheduled(table: DynamicTable) -> bool:
    return not table.suspended and table.scheduler != "DISABLE" and table.target_lag != graph.DOWNSTREAM


def _told(outcome: refreshing.Outcome, names: dict[int, str], due: int) -> Ran:
    detail = outcome.error.message if outcome.error is not None else outcome.action or ""
    return Ran("DYNAMIC TABLE", names[outcome.table.id], due, outcome.state, detail)
