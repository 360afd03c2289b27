"""Snowdome: a course on Snowflake and the embedded account it runs on."""

from __future__ import annotations

from snowdome.client.parameters import connection
from snowdome.client.waiting import wait
from snowdome.version import __version__

__all__ = ["__version__", "connection", "wait"]
