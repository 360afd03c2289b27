"""The objects of an account, one frozen dataclass a kind.

``space`` is the name space: two objects of one space and one parent cannot share a key. ``parent`` is
the id of the schema or database the object is in, 0 for the account's own objects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from snowdome.types import DataType


@dataclass(frozen=True, kw_only=True)
class Entity:
    """What every object has. ``created_on`` and ``altered_on`` are nanoseconds UTC; ``id`` never changes."""

    space: ClassVar[str]
    kind_name: ClassVar[str]  # as messages word it: Table, View, File format

    id: int
    name: str
    parent: int = 0
    owner: str = "ACCOUNTADMIN"
    comment: str = ""
    created_on: int = 0
    altered_on: int = 0
    tags: dict[str, str] = field(default_factory=dict)  # by the tag's id

    @property
    def key(self) -> str:
        """What makes the object unique in its space and parent."""
        return self.name


@dataclass(frozen=True, kw_only=True)
class Database(Entity):
    space = "DATABASE"
    kind_name = "Database"
    transient: bool = False
    retention_days: int = 1


@dataclass(frozen=True, kw_only=True)
class Schema(Entity):
    space = "SCHEMA"
    kind_name = "Schema"
    transient: bool = False
    managed_access: bool = False
    retention_days: int = 1


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """A column of a table or view. ``storage`` is its name in the engine's table; ``default`` and
    ``computed`` are Snowflake SQL; ``sequence`` is the engine's sequence of an IDENTITY column."""

    name: str
    type: DataType
    nullable: bool = True
    storage: str = ""
    default: str | None = None
    sequence: str | None = None
    identity: tuple[int, int] | None = None  # start, step
    ordered: bool = False
    computed: str | None = None
    comment: str | None = None
    collation: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """PRIMARY KEY, UNIQUE or FOREIGN KEY: recorded and shown, not enforced (as on Snowflake)."""

    kind: str
    name: str
    columns: tuple[str, ...]
    referenced_table: tuple[str, ...] = ()
    referenced_columns: tuple[str, ...] = ()
    comment: str = ""
    rely: bool = False


@dataclass(frozen=True, kw_only=True)
class Relation(Entity):
    """What a FROM clause can name."""

    space = "RELATION"
    columns: tuple[TableColumn, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Table(Relation):
    """A table; ``storage`` is the engine's table, in its schema ``data``; ``persistence`` is
    PERMANENT, TRANSIENT or TEMPORARY."""

    kind_name = "Table"
    storage: str = ""
    persistence: str = "PERMANENT"
    constraints: tuple[Constraint, ...] = ()
    cluster_by: str = ""
    clustering_suspended: bool = False
    change_tracking: bool = False
    retention_days: int = 1
    schema_evolution: bool = False
    next_column: int = 1
    history: str = ""  # the engine's table of earlier rows, while streams read changes (see ``changes``)


@dataclass(frozen=True, kw_only=True)
class DynamicTable(Table):
    """A table that the account fills from ``query``. ``text`` is the CREATE statement as sent, ``context`` the
    database and schema in which names of the query are resolved. ``refresh_mode`` is FULL or INCREMENTAL;
    ``suspended`` is why it is not refreshed by itself, empty while it is."""

    kind_name = "Dynamic table"
    text: str = ""
    query: str = ""
    context: tuple[str, str] = ("", "")
    target_lag: str = ""  # as given, or DOWNSTREAM
    warehouse: str = ""
    initialization_warehouse: str = ""
    configured_mode: str = "AUTO"
    refresh_mode: str = "FULL"
    refresh_mode_reason: str | None = None
    scheduler: str = ""  # ENABLE, DISABLE or not given
    initialized: bool = False
    declared: bool = False  # whether the statement lists the columns
    sources: tuple[int, ...] = ()  # ids of the tables, views and dynamic tables that the query reads
    suspended: str = ""
    suspended_on: int = 0
    resumed_on: int = 0


@dataclass(frozen=True, kw_only=True)
class View(Relation):
    """A view; ``text`` is the CREATE statement as sent, ``query`` its SELECT, ``context`` the database
    and schema in which names of the query are resolved."""

    kind_name = "View"
    text: str = ""
    query: str = ""
    context: tuple[str, str] = ("", "")
    secure: bool = False
    recursive: bool = False
    temporary: bool = False
    change_tracking: bool = False


@dataclass(frozen=True, kw_only=True)
class Stream(Entity):
    """A stream on the table or view with the id ``source``, called ``source_name`` when it was made; ``bases``
    are the ids of the tables whose changes it reads. Its offset is in the engine (see ``changes``)."""

    space = "RELATION"
    kind_name = "Stream"
    source: int = 0
    source_name: str = ""
    on_view: bool = False
    bases: tuple[int, ...] = ()
    append_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Sequence(Entity):
    """A sequence; ``storage`` is the engine's."""

    space = "SEQUENCE"
    kind_name = "Sequence"
    storage: str = ""
    start: int = 1
    increment: int = 1
    ordered: bool = False


@dataclass(frozen=True, kw_only=True)
class FileFormat(Entity):
    """A named file format; ``options`` are upper-case names with their normalised values as text."""

    space = "FILE_FORMAT"
    kind_name = "File format"
    type: str = "CSV"
    options: dict[str, str] = field(default_factory=dict)
    temporary: bool = False


@dataclass(frozen=True, kw_only=True)
class Stage(Entity):
    """A named stage. ``url`` is empty for an internal one; its files are in the directory named by the
    id. ``file_format``/``copy_options`` are option names to values."""

    space = "STAGE"
    kind_name = "Stage"
    url: str = ""
    directory: bool = False
    encryption: str = ""
    storage_integration: str = ""
    file_format: dict[str, str] = field(default_factory=dict)
    copy_options: dict[str, str] = field(default_factory=dict)
    temporary: bool = False


@dataclass(frozen=True, kw_only=True)
class Argument:
    """A parameter of a function or procedure."""

    name: str
    type: DataType
    default: str | None = None


@dataclass(frozen=True, kw_only=True)
class Routine(Entity):
    """What functions and procedures share; overloads differ by argument types. ``returns`` is a scalar's
    type, ``columns`` a table's; ``body`` is the text between the quotes."""

    language: str = "SQL"
    arguments: tuple[Argument, ...] = ()
    returns: DataType | None = None
    columns: tuple[tuple[str, DataType], ...] = ()
    body: str = ""
    context: tuple[str, str] = ("", "")
    secure: bool = False
    strict: bool = False
    not_null: bool = False
    temporary: bool = False
    options: dict[str, str] = field(default_factory=dict)

    @property
    def is_table(self) -> bool:
        return bool(self.columns)

    @property
    def key(self) -> str:
        return f"{self.name}({','.join(a.type.kind for a in self.arguments)})"


@dataclass(frozen=True, kw_only=True)
class Function(Routine):
    """A function, called in queries."""

    space = "FUNCTION"
    kind_name = "Function"
    volatile: bool = False
    memoizable: bool = False
    aggregate: bool = False


@dataclass(frozen=True, kw_only=True)
class Procedure(Routine):
    """A procedure, called by CALL. ``execute_as`` is OWNER, CALLER or RESTRICTED CALLER; ``returns`` is
    None for one that returns a table, whose ``columns`` may be left open."""

    space = "PROCEDURE"
    kind_name = "Procedure"
    execute_as: str = "OWNER"

    @property
    def is_table(self) -> bool:
        return self.returns is None


@dataclass(frozen=True, kw_only=True)
class Tag(Entity):
    space = "TAG"
    kind_name = "Tag"
    allowed_values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NotificationIntegration(Entity):
    """Where notifications go. ``type`` is EMAIL, WEBHOOK or ``QUEUE - provider``, ``direction`` OUTBOUND or
    INBOUND; ``properties`` are the type's own, lists joined by commas, headers as JSON."""

    space = "INTEGRATION"
    kind_name = "Integration"
    type: str = "EMAIL"
    enabled: bool = True
    direction: str = "OUTBOUND"
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Task(Entity):
    """A task. ``predecessors`` and ``finalizes`` name tasks of the same schema; ``parameters`` are those
    set on it, as text; ``version`` counts, on a root, the versions of its graph, and ``fingerprint`` tells
    whether the graph changed since the last one."""

    space = "TASK"
    kind_name = "Task"
    definition: str = ""
    warehouse: str | None = None
    schedule: str | None = None
    condition: str | None = None
    predecessors: tuple[str, ...] = ()
    finalizes: str | None = None
    config: str | None = None
    overlap: str = "NO_OVERLAP"
    parameters: dict[str, str] = field(default_factory=dict)
    error_integration: str | None = None
    success_integration: str | None = None
    completion_interval: str | None = None
    execute_as: str | None = None
    started: bool = False
    resumed_on: int = 0
    suspended_on: int = 0
    committed_on: int = 0
    suspended_reason: str | None = None
    created_by: str = ""
    version: int = 0
    fingerprint: str = ""


@dataclass(frozen=True, kw_only=True)
class Alert(Entity):
    """An alert: ``action`` runs when ``condition``, a query, gives a row; without ``warehouse`` it is
    serverless."""

    space = "ALERT"
    kind_name = "Alert"
    warehouse: str = ""
    schedule: str = ""
    condition: str = ""
    action: str = ""
    started: bool = False
    resumed_on: int = 0


@dataclass(frozen=True, kw_only=True)
class Warehouse(Entity):
    """A warehouse: only a name, a size and whether it is started; all run on this machine."""

    space = "WAREHOUSE"
    kind_name = "Warehouse"
    size: str = "X-Small"
    type: str = "STANDARD"
    suspended: bool = False
    auto_suspend: int | None = 600
    auto_resume: bool = True
    properties: dict[str, str] = field(default_factory=dict)
    resumed_on: int = 0
    updated_on: int = 0


@dataclass(frozen=True, kw_only=True)
class Role(Entity):
    space = "ROLE"
    kind_name = "Role"
    system: bool = False


@dataclass(frozen=True, kw_only=True)
class User(Entity):
    space = "USER"
    kind_name = "User"
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Grant(Entity):
    """A recorded privilege or role membership; not enforced."""

    space = "GRANT"
    kind_name = "Grant"
    privilege: str = ""
    on_kind: str = ""
    on_name: str = ""
    to_kind: str = ""
    to_name: str = ""
    grant_option: bool = False

    @property
    def key(self) -> str:
        return "|".join((self.privilege, self.on_kind, self.on_name, self.to_kind, self.to_name))


@dataclass(frozen=True, kw_only=True)
class Account(Entity):
    """The account itself: the parameters set at its level, as text."""

    space = "ACCOUNT"
    kind_name = "Account"
    parameters: dict[str, str] = field(default_factory=dict)


KINDS: dict[str, type[Entity]] = {
    k.__name__: k
    for k in (
        Account, Database, Schema, Table, View, Stream, Sequence, FileFormat, Stage, Function, Procedure, Tag,
        Warehouse, Role, User, Grant, NotificationIntegration, DynamicTable, Alert, Task,
    )
}  # fmt: skip
