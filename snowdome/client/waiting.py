"""``wait()``: lets the account's time pass."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from snowdome.client import local

if TYPE_CHECKING:
    from snowflake.snowpark import Session


def wait(session: Session, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
    """Let time pass in the account of ``session``, so that what is due in it can happen.

    The local account's clock is moved forward, and what falls due on the way (tasks, refreshes, alerts) runs in
    order and to its end before this returns. Another account's clock cannot be moved: there it sleeps. Raises
    ValueError for a time that is not positive.
    """
    seconds = timedelta(minutes=minutes, hours=hours, days=days).total_seconds()
    if seconds <= 0:
        raise ValueError("Say how long: minutes, hours or days, more than none.")
    if session.connection.host == local.HOST:
        session.sql("SELECT SYSTEM$SNOWDOME_TICK(?)", [f"{seconds:.3f} seconds"]).collect()
    else:
        time.sleep(seconds)
