"""CREATE and ALTER of tables and views, CREATE of functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from snowdome.sql.ast.base import Fragment, Name, Options, Statement
from snowdome.sql.ast.objects import Action, Create, Tags
from snowdome.types import DataType


@dataclass(frozen=True)
class Identity:
    """IDENTITY or AUTOINCREMENT; ``ordered`` is None where neither ORDER nor NOORDER is given."""

    start: int = 1
    step: int = 1
    ordered: bool | None = None


@dataclass(frozen=True)
class ConstraintDef:
    """PRIMARY KEY, UNIQUE or FOREIGN KEY; ``columns`` is empty while it belongs to a column.

    ``actions`` says that ON DELETE or ON UPDATE asks for more than NO ACTION.
    """

    kind: str
    name: str | None = None
    columns: tuple[str, ...] = ()
    referenced: Name | None = None
    referenced_columns: tuple[str, ...] = ()
    rely: bool = False
    actions: bool = False
    comment: str = ""


@dataclass(frozen=True)
class ColumnDef:
    """One column of CREATE TABLE or ADD COLUMN; ``type`` is None where CTAS infers it.

    A type TIMESTAMP is not yet mapped (see ``snowdome.sql.typenames.mapped``).
    """

    name: str
    type: DataType | None
    start: int
    nullable: bool = True
    default: Fragment | None = None
    identity: Identity | None = None
    computed: Fragment | None = None
    comment: str | None = None
    collation: str | None = None
    constraints: tuple[ConstraintDef, ...] = ()
    tags: Tags = ()
    if_not_exists: bool = False


@dataclass(frozen=True, kw_only=True)
class CreateTable(Create):
    """CREATE TABLE with columns, USING TEMPLATE query, AS query, LIKE or CLONE; ``persistence`` is
    PERMANENT, TRANSIENT or TEMPORARY."""

    persistence: str = "PERMANENT"
    columns: tuple[ColumnDef, ...] = ()
    constraints: tuple[ConstraintDef, ...] = ()
    options: Options = field(default_factory=dict)
    cluster_by: Fragment | None = None
    template: Fragment | None = None
    query: Fragment | None = None
    like: Name | None = None
    clone: Name | None = None
    copy_grants: bool = False


@dataclass(frozen=True)
class ViewColumn:
    """One name of a view's column list."""

    name: str
    comment: str | None = None


@dataclass(frozen=True, kw_only=True)
class CreateView(Create):
    """CREATE VIEW."""

    query: Fragment
    columns: tuple[ViewColumn, ...] = ()
    options: Options = field(default_factory=dict)
    secure: bool = False
    recursive: bool = False
    temporary: bool = False
    copy_grants: bool = False


@dataclass(frozen=True)
class AddColumns:
    """ADD [COLUMN] …"""

    columns: tuple[ColumnDef, ...]


@dataclass(frozen=True)
class DropColumns:
    """DROP [COLUMN] [IF EXISTS] name, …"""

    names: tuple[str, ...]
    if_exists: bool = False


@dataclass(frozen=True)
class RenameColumn:
    """RENAME COLUMN name TO name."""

    name: str
    to: str


@dataclass(frozen=True)
class AlterColumn:
    """One change of one column; ``what`` is TYPE, SET NOT NULL, DROP NOT NULL, SET DEFAULT, DROP DEFAULT,
    COMMENT or UNSET COMMENT. ``start`` is the column name's offset."""

    name: str
    what: str
    start: int
    type: DataType | None = None
    default: Fragment | None = None
    comment: str | None = None


@dataclass(frozen=True)
class AlterColumns:
    """ALTER | MODIFY [COLUMN] …, several at once."""

    changes: tuple[AlterColumn, ...]


@dataclass(frozen=True)
class AddConstraint:
    """ADD [CONSTRAINT name] PRIMARY KEY | UNIQUE | FOREIGN KEY …"""

    constraint: ConstraintDef


@dataclass(frozen=True)
class DropConstraint:
    """DROP CONSTRAINT name, or PRIMARY KEY, UNIQUE (…), FOREIGN KEY (…)."""

    kind: str
    name: str | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class RenameConstraint:
    """RENAME CONSTRAINT name TO name."""

    name: str
    to: str


@dataclass(frozen=True)
class AlterConstraint:
    """ALTER CONSTRAINT name …; ``rely`` is None where it is not mentioned."""

    name: str
    rely: bool | None


@dataclass(frozen=True)
class ClusterBy:
    """CLUSTER BY (…); None for DROP CLUSTERING KEY."""

    keys: Fragment | None


TableAction: TypeAlias = (
    "Action | AddColumns | DropColumns | RenameColumn | AlterColumns | AddConstraint | DropConstraint"
    " | RenameConstraint | AlterConstraint | ClusterBy"
)


@dataclass(frozen=True, kw_only=True)
class AlterTable(Statement):
    """ALTER TABLE name action."""

    name: Name
    action: TableAction
    if_exists: bool = False


@dataclass(frozen=True, kw_only=True)
class AlterView(Statement):
    """ALTER VIEW name action."""

    name: Name
    action: TableAction
    if_exists: bool = False


@dataclass(frozen=True)
class ArgumentDef:
    """An argument of a function; ``default`` is its DEFAULT expression."""

    name: str
    type: DataType
    default: Fragment | None = None


@dataclass(frozen=True, kw_only=True)
class CreateFunction(Create):
    """CREATE FUNCTION: ``returns`` is a scalar's type, ``columns`` a table function's; ``options`` are the
    ``NAME = value`` properties (COMMENT, HANDLER, PACKAGES, …)."""

    arguments: tuple[ArgumentDef, ...]
    language: str = "SQL"
    returns: DataType | None = None
    columns: tuple[tuple[str, DataType], ...] | None = None
    body: str | None = None
    body_start: int = 0
    not_null: bool = False
    secure: bool = False
    temporary: bool = False
    aggregate: bool = False
    strict: bool = False
    volatile: bool | None = None  # None if no clause says
    memoizable: bool = False
    options: Options = field(default_factory=dict)
