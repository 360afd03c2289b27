"""Statements about objects of any kind: drop, show, describe, comment, rename, properties, tags, grants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from snowdome.sql.ast import models, services
from snowdome.sql.ast.base import Fragment, Name, Options, Statement
from snowdome.types import DataType

Tags: TypeAlias = "tuple[tuple[Name, str], ...]"


@dataclass(frozen=True, kw_only=True)
class Create(Statement):
    """What every CREATE has; ``kind`` is in the subclass's name or field."""

    name: Name
    replace: bool = False
    if_not_exists: bool = False
    tags: Tags = ()


@dataclass(frozen=True, kw_only=True)
class CreateObject(Create):
    """CREATE of a kind that has only properties: DATABASE, SCHEMA, WAREHOUSE, ROLE, USER, FILE FORMAT,
    STAGE, SEQUENCE, TAG. ``clone`` is CLONE's source."""

    kind: str
    options: Options = field(default_factory=dict)
    transient: bool = False
    temporary: bool = False
    managed_access: bool = False
    clone: Name | None = None


@dataclass(frozen=True, kw_only=True)
class Drop(Statement):
    """DROP kind name; ``arguments`` are a function's."""

    kind: str
    name: Name
    if_exists: bool = False
    restrict: bool = False
    arguments: tuple[DataType, ...] | None = None


@dataclass(frozen=True)
class Rename:
    """RENAME TO name."""

    to: Name


@dataclass(frozen=True)
class SetOptions:
    """SET name = value …"""

    options: Options


@dataclass(frozen=True)
class UnsetOptions:
    """UNSET name, …"""

    names: tuple[str, ...]


@dataclass(frozen=True)
class SetTags:
    """SET TAG name = 'value', …; of a column if one is named."""

    tags: Tags
    column: str | None = None


@dataclass(frozen=True)
class UnsetTags:
    """UNSET TAG name, …; of a column if one is named."""

    names: tuple[Name, ...]
    column: str | None = None


@dataclass(frozen=True)
class SwapWith:
    """SWAP WITH name."""

    name: Name


@dataclass(frozen=True)
class Verb:
    """An action that has no more to it than its words: SUSPEND, RESUME, SET SECURE, REFRESH, …"""

    words: str


@dataclass(frozen=True)
class AllowedValues:
    """ADD | DROP ALLOWED_VALUES of a tag; ``None`` for UNSET ALLOWED_VALUES."""

    add: bool
    values: tuple[str, ...] | None


Action: TypeAlias = (
    "Rename | SetOptions | UnsetOptions | SetTags | UnsetTags | SwapWith | Verb | AllowedValues"
    " | models.ModelAction | services.StopAll | services.NewSpecification"
)


@dataclass(frozen=True, kw_only=True)
class AlterObject(Statement):
    """ALTER kind name action; ``name`` is None where the current warehouse is meant."""

    kind: str
    name: Name | None
    action: Action
    if_exists: bool = False
    arguments: tuple[DataType, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Comment(Statement):
    """COMMENT [IF EXISTS] ON kind name IS '…'; for COLUMN the name ends with the column."""

    kind: str
    name: Name
    comment: str
    if_exists: bool = False
    arguments: tuple[DataType, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Describe(Statement):
    """DESCRIBE kind name."""

    kind: str
    name: Name
    arguments: tuple[DataType, ...] | None = None
    stage_properties: bool = False


@dataclass(frozen=True, kw_only=True)
class DescribeResult(Statement):
    """DESCRIBE RESULT 'id', or an expression that gives the id."""

    query_id: str | Fragment


@dataclass(frozen=True)
class Scope:
    """IN kind [name [VERSION v]] of a SHOW: ACCOUNT, DATABASE, SCHEMA, TABLE, …; empty kind for a bare name."""

    kind: str
    name: Name | None = None
    version: str | None = None


@dataclass(frozen=True, kw_only=True)
class Show(Statement):
    """SHOW kind with its modifiers; ``kind`` is the plural as written, in upper case."""

    kind: str
    terse: bool = False
    history: bool = False
    like: str | None = None
    scope: Scope | None = None
    starts_with: str | None = None
    limit: int | None = None
    after: str | None = None
    root_only: bool = False  # of tasks
    as_resource: bool = False  # in JSON, as the REST API answers


@dataclass(frozen=True, kw_only=True)
class ShowGrants(Statement):
    """SHOW GRANTS: ``relation`` is ON, TO, OF or empty; ``kind`` and ``name`` what follows it."""

    relation: str = ""
    kind: str = ""
    name: Name | None = None
    future: bool = False
    arguments: tuple[DataType, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Grant(Statement):
    """GRANT or REVOKE. ``privileges`` is ("ROLE",) for GRANT ROLE; ``on_many`` is ALL or FUTURE."""

    revoke: bool
    privileges: tuple[str, ...]
    on_kind: str = ""
    on_name: Name | None = None
    on_many: str = ""
    in_kind: str = ""
    to_kind: str = "ROLE"
    to_name: Name | None = None
    grant_option: bool = False
    arguments: tuple[DataType, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Truncate(Statement):
    """TRUNCATE [TABLE] [IF EXISTS] name."""

    name: Name
    if_exists: bool = False
