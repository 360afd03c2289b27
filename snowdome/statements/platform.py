"""What the account answers when the machine learning client opens a registry."""

from __future__ import annotations

import json
from collections.abc import Sequence

from snowdome.context import Context
from snowdome.statements.system_functions import acts

# What is left out is off, or as the client thinks it was before it could be asked.
_CAPABILITIES = {"ENABLE_MODEL_METHOD_SIGNATURE_PARAMETERS": True}


@acts("SYSTEM$ML_PLATFORM_CAPABILITIES")
def capabilities(context: Context, arguments: Sequence[object]) -> str:
    """The features that the account has. Who asks will run models: what they need is imported meanwhile."""
    context.services.python.models.warm_up()
    return json.dumps(_CAPABILITIES)
