"""The properties of tasks: what each takes, and what it changes.

A statement is read alone first (names, kinds of values, warehouses and integrations that must exist); then
the values are weighed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from snowdome.catalog import parameters as session_parameters
from snowdome.catalog.model import NotificationIntegration, Task, Warehouse
from snowdome.catalog.parameters import OBJECT, SESSION, invalid_value
from snowdome.clock import DAY, SECOND
from snowdome.context import Context
from snowdome.errors import SnowflakeError, object_not_found
from snowdome.sql import ast
from snowdome.sql.cursor import duplicate_property
from snowdome.sql.staging import object_name, referred
from snowdome.statements.properties import invalid_property, invalid_property_value
from snowdome.tasks import configs, limits
from snowdome.tasks.schedules import interval, parse, refused

POLICIES = ("NO_OVERLAP", "ALLOW_CHILD_OVERLAP", "ALLOW_ALL_OVERLAP")
_TEXTS = ("CONFIG", "SCHEDULE", "TARGET_COMPLETION_INTERVAL", "COMMENT")
_NAMES = ("WAREHOUSE", "SUCCESS_INTEGRATION", "ERROR_INTEGRATION", "FINALIZE")
_OWN = (*_TEXTS, *_NAMES, "ALLOW_OVERLAPPING_EXECUTION", "OVERLAP_POLICY")


class Given:
    """A property as a statement gives it."""

    def __init__(self, written: ast.TaskProperty, context: Context) -> None:
        self.name = written.name
        self.written = written.written
        value = written.value
        if isinstance(value, (ast.Placeholder, ast.Variable)):
            value = str(referred(value, context))
        self.value = value
        self.context = context

    @property
    def is_text(self) -> bool:
        """Whether it is a string or a name."""
        return isinstance(self.value, (str, ast.Word, ast.Name))

    @property
    def text(self) -> str:
        """A string as it is, a name folded, TRUE and FALSE in lower case."""
        if isinstance(self.value, ast.Name):
            return object_name(self.value, self.context).name
        if isinstance(self.value, ast.Word):
            return self.value.text[1:-1] if self.value.text.startswith('"') else self.value.upper
        if isinstance(self.value, list):
            return "TOK_CONSTANT_LIST"
        return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)

    def wrong(self) -> SnowflakeError:
        """001008: a value of the wrong kind, as it was written."""
        shown = "TOK_CONSTANT_LIST" if isinstance(self.value, list) else self.written
        return invalid_value(self.name, shown)


def given(properties: Sequence[ast.TaskProperty], context: Context) -> list[Given]:
    """The properties of a statement, read alone."""
    spelled = [p.spelling for p in properties]
    for index, one in enumerate(spelled):
        if one in spelled[:index]:
            raise duplicate_property(one)
    found = [Given(p, context) for p in properties]
    for each in found:
        _check_kind(each, context)
    return found


def _check_kind(each: Given, context: Context) -> None:
    if each.name in _OWN and isinstance(each.value, list):
        if each.name == "COMMENT":
            raise invalid_value("comment", each.written.strip("()"))
        raise SnowflakeError("001420", "22023", f"Invalid value specified for property '{each.name}'")
    if each.name == "ALLOW_OVERLAPPING_EXECUTION":
        if not isinstance(each.value, bool):
            raise each.wrong()
    elif each.name in _TEXTS or each.name in _NAMES:
        if not each.is_text:
            raise each.wrong()
        _check_there(each, context)
    elif each.name not in _OWN:
        _check_parameter(each)


def _check_there(each: Given, context: Context) -> None:
    snapshot = context.catalog.snapshot
    if each.name == "WAREHOUSE" and snapshot.get(Warehouse, 0, each.text) is None:
        raise SnowflakeError("091083", "02000", f"Nonexistent warehouse {each.text} was specified.")
    if each.name.endswith("_INTEGRATION") and snapshot.get(NotificationIntegration, 0, each.text) is None:
        raise object_not_found("Integration", each.text)


def _check_parameter(each: Given) -> None:
    kind = parameter_type(each.name)
    if kind is None:
        raise invalid_property(each.name, "TASK")
    fits = {
        "NUMBER": isinstance(each.value, (int, Decimal)) and not isinstance(each.value, bool),
        "BOOLEAN": isinstance(each.value, bool),
        "STRING": each.is_text or isinstance(each.value, list),
    }
    if not fits[kind] or isinstance(each.value, Decimal):
        raise each.wrong()


def parameter_type(name: str) -> str | None:
    """NUMBER, BOOLEAN or STRING; None if no task has such a parameter."""
    if name in limits.PARAMETERS:
        return limits.PARAMETERS[name].type
    found = session_parameters.PARAMETERS.get(name)
    return found.type if found is not None and found.scope in (SESSION, OBJECT) else None


# -- values ---------------------------------------------------------------------------------------


def applied(task: Task, found: Sequence[Given]) -> Task:
    """``task`` with the values; FINALIZE is not among them (see ``task_graphs``)."""
    for each in found:
        if each.name != "FINALIZE":
            task = replace(task, **_fields(task, each))
    _check_overlap(found)
    _check_serverless(task, {each.name for each in found})
    return task


def _fields(task: Task, each: Given) -> dict[str, Any]:
    rule = _RULES.get(each.name)
    if rule is not None:
        return rule(each)
    return {"parameters": {**task.parameters, each.name: _parameter(each)}}


def _schedule(each: Given) -> dict[str, Any]:
    parse(each.text)
    return {"schedule": each.text}


def _config(each: Given) -> dict[str, Any]:
    configs.parse(each.text)
    return {"config": each.text}


def _completion(each: Given) -> dict[str, Any]:
    length = interval(each.text)
    if length is None or not 10 * SECOND <= length <= DAY:
        raise invalid_value(each.name, each.text)
    return {"completion_interval": each.text}


def _policy(each: Given) -> dict[str, Any]:
    if not each.is_text or each.text not in POLICIES:
        raise invalid_property_value(each.name, each.text)
    return {"overlap": each.text}


def _overlapping(each: Given) -> dict[str, Any]:
    return {"overlap": "ALLOW_CHILD_OVERLAP" if each.value is True else "NO_OVERLAP"}


_RULES: dict[str, Callable[[Given], dict[str, Any]]] = {
    "WAREHOUSE": lambda each: {"warehouse": each.text},
    "SCHEDULE": _schedule,
    "COMMENT": lambda each: {"comment": each.text},
    "CONFIG": _config,
    "TARGET_COMPLETION_INTERVAL": _completion,
    "OVERLAP_POLICY": _policy,
    "ALLOW_OVERLAPPING_EXECUTION": _overlapping,
    "ERROR_INTEGRATION": lambda each: {"error_integration": each.text},
    "SUCCESS_INTEGRATION": lambda each: {"success_integration": each.text},
}

_LEVELS = {
    "LOG_LEVEL": ("log level", ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "OFF")),
    "TRACE_LEVEL": ("trace level", ("ALWAYS", "ON_EVENT", "PROPAGATE", "OFF")),
}


def _parameter(each: Given) -> str:
    """The value of a parameter as it is kept."""
    if each.name in limits.PARAMETERS:
        return _task_parameter(each)
    if each.name == "SEARCH_PATH":
        raise _unsupported("SEARCH_PATH")
    if each.name == "AUTOCOMMIT" and each.value is False:
        raise _unsupported("AUTOCOMMIT = false")
    if each.name in _LEVELS:
        label, allowed = _LEVELS[each.name]
        word = each.value.text if isinstance(each.value, ast.Word) else each.text
        if word.upper() not in allowed:
            raise refused(f"Invalid value for {label}. Allowed values are {','.join(allowed)}.")
        return word
    if each.name == "STATEMENT_TIMEOUT_IN_SECONDS" and not 0 <= int(each.text) <= 604_800:
        text = f"parameter value out of range: {each.text}. Must be between 0 and 604,800."
        raise SnowflakeError("001008", "22023", f"SQL compilation error: \n{text}")
    session_parameters.coerce(each.name, each.text)
    return each.text


def _unsupported(what: str) -> SnowflakeError:
    return refused(f"The parameter {what} is not supported with Tasks. Remove the parameter and try again.")


def _task_parameter(each: Given) -> str:
    found = limits.PARAMETERS[each.name]
    if found.low is None:
        if limits.size_rank(each.text) is None:
            raise invalid_value(each.name, each.text)
    elif not found.low <= int(each.text) <= found.high:
        raise invalid_value(each.name, each.text)
    return each.text


def _check_overlap(found: Sequence[Given]) -> None:
    by_name = {each.name: each for each in found}
    if {"OVERLAP_POLICY", "ALLOW_OVERLAPPING_EXECUTION"} <= by_name.keys():
        meant = _overlapping(by_name["ALLOW_OVERLAPPING_EXECUTION"])["overlap"]
        if meant != by_name["OVERLAP_POLICY"].text:
            text = "Cannot specify ALLOW_OVERLAPPING_EXECUTION and OVERLAP_POLICY to different values"
            raise refused(f"{text} in the same command.")


_SIZES = (
    "USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE",
    "SERVERLESS_TASK_MAX_STATEMENT_SIZE",
    "SERVERLESS_TASK_MIN_STATEMENT_SIZE",
)


def _check_serverless(task: Task, names: set[str]) -> None:
    if task.warehouse is not None:
        for name in _SIZES:
            if name in task.parameters and names & {name, "WAREHOUSE"}:
                raise refused(f"Cannot set {name} on a non-serverless task.")
        if task.completion_interval and names & {"TARGET_COMPLETION_INTERVAL", "WAREHOUSE"}:
            text = "TARGET_COMPLETION_INTERVAL is only allowed for serverless Tasks."
            raise SnowflakeError("091857", "42601", text)
    if names & set(_SIZES):
        _check_sizes(*(task.parameters.get(name) for name in _SIZES))


def _check_sizes(initial: str | None, most: str | None, least: str | None) -> None:
    rank = limits.size_rank
    if least is None:
        return
    if most is not None and (rank(least) or 0) > (rank(most) or 0):
        text = f"cannot be greater than SERVERLESS_TASK_MAX_STATEMENT_SIZE ({most})."
        raise refused(f"SERVERLESS_TASK_MIN_STATEMENT_SIZE ({least}) {text}")
    if initial is not None and (rank(initial) or 0) < (rank(least) or 0):
        text = f"cannot be less than SERVERLESS_TASK_MIN_STATEMENT_SIZE ({least})."
        raise refused(f"USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE ({initial}) {text}")


# -- UNSET ----------------------------------------------------------------------------------------

_CLEARED: dict[str, dict[str, Any]] = {
    "WAREHOUSE": {"warehouse": None},
    "SCHEDULE": {"schedule": None},
    "COMMENT": {"comment": ""},
    "CONFIG": {"config": None},
    "TARGET_COMPLETION_INTERVAL": {"completion_interval": None},
    "OVERLAP_POLICY": {"overlap": "NO_OVERLAP"},
    "ALLOW_OVERLAPPING_EXECUTION": {"overlap": "NO_OVERLAP"},
    "ERROR_INTEGRATION": {"error_integration": None},
    "SUCCESS_INTEGRATION": {"success_integration": None},
    "FINALIZE": {"finalizes": None},
}


def cleared(task: Task, names: Sequence[str]) -> Task:
    """``task`` with the properties as they are when nobody sets them."""
    for index, name in enumerate(names):
        if name in names[:index]:
            raise duplicate_property(name)
    for name in (n.upper() for n in names):
        if name in _CLEARED:
            task = replace(task, **_CLEARED[name])
        elif parameter_type(name) is None:
            raise invalid_property(name, "TASK")
        else:
            task = replace(task, parameters={k: v for k, v in task.parameters.items() if k != name})
    return task
