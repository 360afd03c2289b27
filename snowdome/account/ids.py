"""Query ids: UUID text that sorts by time, beginning with 01 as Snowflake's do."""

from __future__ import annotations

import secrets
import threading
import time


class QueryIds:
    """Hands out ids; each sorts behind all that came before it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> str:
        """A new id: 01, the time in microseconds as 14 hex digits, 16 random ones."""
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() // 1000)
            stamp = self._last
        digits = f"01{stamp:014x}{secrets.token_hex(8)}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
