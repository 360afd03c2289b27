"""SYSTEM$ functions by which the machine learning client asks what the account can do."""

from __future__ import annotations

import json

from snowdome.sql.functions.context import constant
from snowdome.sql.functions.registry import scalar
from snowdome.sql.typed import Call, Typed
from snowdome.types import TEXT

# What is left out is off, or as the client thinks it was before it could be asked.
_CAPABILITIES = {"ENABLE_MODEL_METHOD_SIGNATURE_PARAMETERS": True}


@scalar("SYSTEM$ML_PLATFORM_CAPABILITIES")
def capabilities(call: Call) -> Typed:
    """The features of model registries that the account has, as a JSON object."""
    return constant(json.dumps(_CAPABILITIES)).with_type(TEXT)
