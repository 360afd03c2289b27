"""The parameters of tasks: defaults and limits."""

from __future__ import annotations

from dataclasses import dataclass

from snowdome.catalog.model import Task


@dataclass(frozen=True)
class Parameter:
    """One parameter of tasks; numbers have limits, sizes have none."""

    name: str
    default: str
    description: str
    low: int | None = None
    high: int = 2**31 - 1
    root_only: bool = False

    @property
    def type(self) -> str:
        return "STRING" if self.low is None else "NUMBER"


_P = Parameter
PARAMETERS: dict[str, Parameter] = {
    p.name: p
    for p in (
        _P("SERVERLESS_TASK_MAX_STATEMENT_SIZE", "X2LARGE", "Largest size a serverless task may use."),
        _P("SERVERLESS_TASK_MIN_STATEMENT_SIZE", "XSMALL", "Smallest size a serverless task uses."),
        _P("SUSPEND_TASK_AFTER_NUM_FAILURES", "10",
           "Failed runs in a row after which the graph's root is suspended; 0 for never.", 0, root_only=True),
        _P("TASK_AUTO_RETRY_ATTEMPTS", "0", "How often a failed run of the graph is tried again.", 0, 30, True),
        _P("USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE", "Medium", "Size of a serverless task's first run."),
        _P("USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS", "30",
           "Seconds between two triggered runs, at least.", 10, 604_800),
        _P("USER_TASK_TIMEOUT_MS", "3600000", "Milliseconds that a run may take; 0 for the most.",
           0, 604_800_000),
    )
}  # fmt: skip

SIZES = (
    "XSMALL",
    "SMALL",
    "MEDIUM",
    "LARGE",
    "XLARGE",
    "XXLARGE",
    "XXXLARGE",
    "X4LARGE",
    "X5LARGE",
    "X6LARGE",
)
_OTHER_SPELLINGS = {"X-SMALL": "XSMALL", "X-LARGE": "XLARGE", "2X-LARGE": "XXLARGE", "X2LARGE": "XXLARGE",
                    "3X-LARGE": "XXXLARGE", "X3LARGE": "XXXLARGE", "4X-LARGE": "X4LARGE",
                    "5X-LARGE": "X5LARGE", "6X-LARGE": "X6LARGE"}  # fmt: skip


def size_rank(text: str) -> int | None:
    """The place of a warehouse size among the sizes; None if it is none."""
    word = _OTHER_SPELLINGS.get(text.upper(), text.upper())
    return SIZES.index(word) if word in SIZES else None


def value(task: Task, name: str) -> str:
    """The parameter as the task sets it, else its default."""
    return task.parameters.get(name, PARAMETERS[name].default)


def number(task: Task, name: str) -> int:
    """The parameter as a number."""
    return int(value(task, name))
