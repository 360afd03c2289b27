"""Session parameters as replies carry them; clients act on them, and mind their JSON types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snowdome.session import Session

_READ_BY_CLIENTS = (
    "AUTOCOMMIT",
    "BINARY_OUTPUT_FORMAT",
    "CLIENT_MEMORY_LIMIT",
    "CLIENT_PREFETCH_THREADS",
    "CLIENT_RESULT_CHUNK_SIZE",
    "CLIENT_SESSION_KEEP_ALIVE",
    "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY",
    "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD",
    "CLIENT_TELEMETRY_ENABLED",
    "DATE_OUTPUT_FORMAT",
    "TIMESTAMP_LTZ_OUTPUT_FORMAT",
    "TIMESTAMP_NTZ_OUTPUT_FORMAT",
    "TIMESTAMP_OUTPUT_FORMAT",
    "TIMESTAMP_TZ_OUTPUT_FORMAT",
    "TIMEZONE",
    "TIME_OUTPUT_FORMAT",
)
# Not parameters that anybody sets: what the account tells its clients about itself.
_FACTS: dict[str, Any] = {
    "PYTHON_SNOWPARK_ENABLE_THREAD_SAFE_SESSION": True,
    "PYTHON_SNOWPARK_REDUCE_DESCRIBE_QUERY_ENABLED": True,
    "QUERY_CONTEXT_CACHE_SIZE": 5,
    "VARCHAR_AND_BINARY_MAX_SIZE_IN_RESULT": 16777216,
}


def parameters(session: Session, own: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
    """What clients read, which the statement may have set for itself (``own``), and what the session set."""
    values = {name: session.parameter(name) for name in _READ_BY_CLIENTS}
    values.update(_FACTS)
    values.update(session.parameters)
    values.update({name: value for name, value in (own or {}).items() if name in _READ_BY_CLIENTS})
    return [{"name": name, "value": value} for name, value in values.items()]
