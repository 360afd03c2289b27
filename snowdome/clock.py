"""The account's time: the machine's, and what it was moved forward by."""

from __future__ import annotations

import re
import threading
import time

SECOND = 1_000_000_000  # nanoseconds
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock:
    """Nanoseconds UTC of the account. It runs with the machine's clock and can only be moved forward."""

    def __init__(self, offset: int = 0) -> None:
        self._lock = threading.Lock()
        self._offset = offset

    @property
    def offset(self) -> int:
        """How many nanoseconds it is ahead of the machine's clock."""
        return self._offset

    def now(self) -> int:
        """The account's time, in nanoseconds UTC."""
        return time.time_ns() + self._offset

    def advance_to(self, moment: int) -> int:
        """Be at ``moment`` (nanoseconds UTC) or later; the new offset."""
        with self._lock:
            self._offset = max(self._offset, moment - time.time_ns())
            return self._offset


_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*,?", re.I)
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), SECOND),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), HOUR),
    **dict.fromkeys(("d", "day", "days"), DAY),
    **dict.fromkeys(("w", "week", "weeks"), 7 * DAY),
}


def duration(text: str) -> int:
    """The nanoseconds that ``3m``, ``1h30m``, ``2 days`` or ``90 seconds`` say; ValueError for other text."""
    total, end = 0.0, 0
    while end < len(text):
        part = _PART.match(text, end)
        if part is None or part[2].lower() not in _UNITS:
            break
        total += float(part[1]) * _UNITS[part[2].lower()]
        end = part.end()
    if not end or text[end:].strip():
        raise ValueError(f"'{text}' is not a duration such as 3m, 1h30m or '2 days'")
    return round(total)
