"""SYSTEM$ functions on services of models; what they do is in ``snowdome.statements``."""

from __future__ import annotations

from snowdome.sql.functions.context import constant
from snowdome.sql.functions.registry import scalar
from snowdome.sql.typed import Call, Typed
from snowdome.types import TEXT

_SIGNATURES = {
    "SYSTEM$DEPLOY_MODEL": "text",
    "SYSTEM$GET_SERVICE_STATUS": "text, number?",
    "SYSTEM$GET_SERVICE_LOGS": "text, any?, text?, number?",
}


def _act(call: Call) -> Typed:
    call.env.volatile()
    return constant(call.env.perform(call.name, call.args)).with_type(TEXT)


for _name, _args in _SIGNATURES.items():
    scalar(_name, args=_args)(_act)
