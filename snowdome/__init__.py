"""Snowdome: a course on Snowflake and the embedded account it runs on."""

from __future__ import annotations

from snowdome.client.parameters import connection

__all__ = ["__version__", "connection"]
__version__ = "0.1.0"
