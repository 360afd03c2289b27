"""SYSTEM$ functions. Those that act do so through ``Environment.perform`` (see
``snowdome.statements.system_functions``), once, when the statement runs and not when it is described."""

from __future__ import annotations

import json

from snowdome.sql.functions.context import constant
from snowdome.sql.functions.registry import scalar
from snowdome.sql.typed import Call, Typed
from snowdome.types import BOOLEAN, TEXT, DataType

_ACTING = {
    "SYSTEM$CANCEL_QUERY": "text",
    "SYSTEM$CANCEL_ALL_QUERIES": "any",
    "SYSTEM$ABORT_SESSION": "any",
    "SYSTEM$WAIT": "number, text?",
    "SYSTEM$SET_RETURN_VALUE": "text",
    "SYSTEM$GET_PREDECESSOR_RETURN_VALUE": "text?",
    "SYSTEM$GET_TASK_GRAPH_CONFIG": "text?",
    "SYSTEM$CURRENT_USER_TASK_NAME": "",
    "SYSTEM$TASK_RUNTIME_INFO": "text",
    "SYSTEM$TASK_DEPENDENTS_ENABLE": "text",
    "SYSTEM$USER_TASK_CANCEL_ONGOING_EXECUTIONS": "text",
    "SYSTEM$SNOWDOME_TICK": "text",
}


def _act(call: Call) -> Typed:
    call.env.volatile()
    return constant(call.env.perform(call.name, call.args)).with_type(TEXT)


for _name, _args in _ACTING.items():
    scalar(_name, args=_args)(_act)

_STORAGE = {
    "BOOLEAN": "SB1",
    "DATE": "SB4",
    "REAL": "DOUBLE",
    "TIME": "SB8",
    "TIMESTAMP_LTZ": "SB16",
    "TIMESTAMP_NTZ": "SB16",
    "TIMESTAMP_TZ": "SB16",
}
_WIDTHS = ((2, "SB1"), (4, "SB2"), (9, "SB4"), (18, "SB8"), (38, "SB16"))  # decimal digits -> storage


@scalar("SYSTEM$TYPEOF", args="any")
def system_typeof(call: Call) -> Typed:
    """The type and its storage, such as ``NUMBER(38,0)[SB16]``."""
    type_ = call[0].type
    name = "NULL" if type_.kind == "NULL" else str(type_)
    return constant(f"{name}[{_storage(type_)}]").with_type(TEXT)


def _storage(type_: DataType) -> str:
    if type_.kind == "FIXED":
        return next(storage for digits, storage in _WIDTHS if type_.p <= digits)
    if (type_.is_timestamp or type_.kind == "TIME") and type_.scale is not None:
        small = {"TIME": 4, "TIMESTAMP_NTZ": 7, "TIMESTAMP_LTZ": 7}.get(type_.kind, -1)
        if type_.scale <= small:
            return "SB4" if type_.kind == "TIME" else "SB8"
    return _STORAGE.get(type_.kind, "LOB")


@scalar("SYSTEM$GET_DEFAULT_PYTHON_ARTIFACT_REPOSITORY", args="text, text?, text?")
def default_artifact_repository(call: Call) -> Typed:
    """NULL: Python packages come from where they always did."""
    return constant(None).with_type(TEXT)


@scalar("SYSTEM$ARE_ANACONDA_TERMS_ACKNOWLEDGED")
def anaconda_terms(call: Call) -> Typed:
    """True: nobody is asked for terms."""
    return Typed("TRUE", BOOLEAN, False, True)


# The client library that asks for its versions here; an empty one means that any will do.
_PYTHON_API = {
    "clientId": "PyCore",
    "minimumSupportedVersion": "",
    "minimumNearingEndOfSupportVersion": "",
    "recommendedVersion": "",
}


@scalar("SYSTEM$CLIENT_VERSION_INFO")
def client_version_info(call: Call) -> Typed:
    """Which versions of clients the account supports, as JSON text."""
    return constant(json.dumps([_PYTHON_API], separators=(",", ":"))).with_type(TEXT)
