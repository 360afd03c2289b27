"""Statements about tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from snowdome.sql.ast.base import Fragment, Name, Statement, Value
from snowdome.sql.ast.objects import Create, SetTags, UnsetTags


@dataclass(frozen=True)
class TaskProperty:
    """``name = value``: the ``name`` as spelled, the value, and its source text."""

    spelling: str
    value: Value | Name
    written: str

    @property
    def name(self) -> str:
        return self.spelling.upper()


@dataclass(frozen=True, kw_only=True)
class CreateTask(Create):
    """CREATE [OR REPLACE | OR ALTER] TASK; ``condition`` is source text."""

    or_alter: bool = False
    clone: Name | None = None
    properties: tuple[TaskProperty, ...] = ()
    after: tuple[Name, ...] = ()
    execute_as: str | None = None
    condition: str | None = None
    body: Fragment | None = None


@dataclass(frozen=True)
class TaskVerb:
    """RESUME, SUSPEND, REMOVE WHEN or UNSET EXECUTE AS USER."""

    words: str


@dataclass(frozen=True)
class SetTask:
    """SET name = value …, EXECUTE AS USER name."""

    properties: tuple[TaskProperty, ...]
    execute_as: str | None = None


@dataclass(frozen=True)
class UnsetTask:
    """UNSET name, …; names as spelled."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Predecessors:
    """ADD AFTER or REMOVE AFTER names."""

    add: bool
    names: tuple[Name, ...]


@dataclass(frozen=True)
class ModifyTask:
    """MODIFY AS body, or MODIFY WHEN condition."""

    body: Fragment | None = None
    condition: str | None = None


TaskAction: TypeAlias = "TaskVerb | SetTask | UnsetTask | Predecessors | ModifyTask | SetTags | UnsetTags"


@dataclass(frozen=True, kw_only=True)
class AlterTask(Statement):
    """ALTER TASK name action."""

    name: Name
    action: TaskAction
    if_exists: bool = False


@dataclass(frozen=True, kw_only=True)
class ExecuteTask(Statement):
    """EXECUTE TASK name; ``retry`` is LAST or GROUP (``group`` says which) or empty."""

    name: Name
    config: Value = None
    wait: bool = False
    retry: str = ""
    group: Value = None


@dataclass(frozen=True, kw_only=True)
class DropTask(Statement):
    """DROP TASK [IF EXISTS] name."""

    name: Name
    if_exists: bool = False


@dataclass(frozen=True, kw_only=True)
class DescribeTask(Statement):
    """DESCRIBE TASK name."""

    name: Name
