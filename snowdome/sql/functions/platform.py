"""SYSTEM$ functions by which the machine learning client asks what the account can do."""

from __future__ import annotations

from snowdome.sql.functions.context import constant
from snowdome.sql.functions.registry import scalar
from snowdome.sql.typed import Call, Typed
from snowdome.types import TEXT


@scalar("SYSTEM$ML_PLATFORM_CAPABILITIES")
def capabilities(call: Call) -> Typed:
    """The features of model registries that the account has, as a JSON object."""
    call.env.volatile()
    return constant(call.env.perform(call.name, call.args)).with_type(TEXT)
