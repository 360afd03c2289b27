"""The modules ``_snowflake`` and ``snowflake.telemetry`` that handlers may import."""

from __future__ import annotations

import json
import logging
import types
from collections.abc import Callable, Mapping
from typing import Any


def module() -> types.ModuleType:
    """A fresh ``_snowflake`` module."""
    made = types.ModuleType("_snowflake", "What Snowflake offers to handlers.")
    for function in (
        vectorized,
        udf_init_once,
        get_generic_secret_string,
        get_username_password,
        get_oauth_access_token,
        get_secret_type,
        get_cloud_provider_token,
        get_wif_token,
        cancel_query,
    ):
        setattr(made, function.__name__, function)
    return made


def vectorized(
    *, input: type, max_batch_size: int | None = None, flatten_object_input: bool = False
) -> Callable[[Any], Any]:
    """Mark a handler as taking pandas DataFrames, of at most ``max_batch_size`` rows; of an OBJECT's keys as
    columns, if it is to be flattened."""

    def mark(handler: Any) -> Any:
        handler._sf_vectorized_input = input
        handler._sf_flatten = flatten_object_input
        if max_batch_size is not None:
            handler._sf_max_batch_size = int(max_batch_size)
        return handler

    return mark


def udf_init_once(function: Any) -> Any:
    """Mark a function that prepares the handler; it runs when first called."""
    return function


def _no_secret(name: str) -> Any:
    raise ValueError(f"Secret '{name}' is not attached to this function: the local account has no secrets.")


def get_generic_secret_string(name: str) -> str:
    """A secret's text; there are none here."""
    return str(_no_secret(name))


def get_username_password(name: str) -> Any:
    """A secret's user name and password; there are none here."""
    return _no_secret(name)


def get_oauth_access_token(name: str) -> str:
    """A secret's token; there are none here."""
    return str(_no_secret(name))


def telemetry() -> types.ModuleType:
    """A fresh ``snowflake.telemetry`` module; events and attributes go to the log of the workers."""
    made = types.ModuleType("snowflake.telemetry", "Traces of handlers.")
    for function in (add_event, set_span_attribute):
        setattr(made, function.__name__, function)
    return made


def add_event(name: str, attributes: Mapping[str, object] | None = None) -> None:
    """Note that something happened."""
    logging.getLogger("snowflake.telemetry").warning("event %s %s", name, dict(attributes or {}))


def set_span_attribute(key: str, value: object) -> None:
    """Note a value about this call."""
    logging.getLogger("snowflake.telemetry").warning("attribute %s = %r", key, value)


def get_secret_type(name: str) -> str:
    """A secret's type; there are none here."""
    return str(_no_secret(name))


def get_cloud_provider_token(name: str) -> Any:
    """A secret's cloud token; there are none here."""
    return _no_secret(name)


def get_wif_token(name: str) -> str:
    """A workload identity's token; there are none here."""
    return str(_no_secret(name))


def cancel_query(query_id: str) -> str:
    """Cancel a query of this procedure's session; JSON text says whether that worked."""
    from snowflake.snowpark.context import get_active_session

    row = get_active_session().sql("SELECT SYSTEM$CANCEL_QUERY(?)", params=[query_id]).collect()[0]
    return json.dumps({"success": "terminated" in str(row[0]), "data": None, "message": str(row[0])})
