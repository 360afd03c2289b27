"""What the condition and the action of an alert may ask about its run: SNOWFLAKE.ALERT.…"""

from __future__ import annotations

from snowdome.catalog.alert_runs import Running
from snowdome.errors import SnowflakeError
from snowdome.sql.functions.context import constant
from snowdome.sql.functions.registry import scalar
from snowdome.sql.typed import Call, Typed
from snowdome.types import LTZ


def _running(call: Call) -> Running:
    call.env.volatile()
    found = call.env.session.alert
    if found is None:
        raise SnowflakeError("091400", "22023", f"Function {call.name} must be called from within an alert.")
    assert isinstance(found, Running)
    return found


def _time(moment: int | None) -> Typed:
    return Typed(
        "CAST(NULL AS HUGEINT)" if moment is None else f"CAST({moment} AS HUGEINT)", LTZ, moment is None
    )


@scalar("SNOWFLAKE.ALERT.SCHEDULED_TIME")
def scheduled_time(call: Call) -> Typed:
    """When the run was scheduled."""
    return _time(_running(call).scheduled)


@scalar("SNOWFLAKE.ALERT.LAST_SUCCESSFUL_SCHEDULED_TIME")
def last_successful_scheduled_time(call: Call) -> Typed:
    """When the run before whose condition did not fail was scheduled; NULL if there was none."""
    return _time(_running(call).last)


@scalar("SNOWFLAKE.ALERT.GET_CONDITION_QUERY_UUID")
def condition_query_id(call: Call) -> Typed:
    """The query id of the condition, for its action."""
    return constant(_running(call).condition_query_id)
