"""A session: who, where, with which parameters, in which transaction, and its temporary objects."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast

import duckdb

from snowdome.catalog import changes
from snowdome.catalog.catalog import Catalog, Snapshot, stamped
from snowdome.catalog.model import Account, Database, Entity, Relation, Schema, Stream, Table
from snowdome.catalog.names import ObjectName
from snowdome.catalog.parameters import coerce, effective
from snowdome.engine import interrupts
from snowdome.engine.database import Database as Engine
from snowdome.engine.replay import ReplayCursor
from snowdome.errors import SnowflakeError, not_supported, object_not_found
from snowdome.types import DataType

E = TypeVar("E", bound=Entity)
V = TypeVar("V")

INFORMATION_SCHEMA = "INFORMATION_SCHEMA"
_SCOPE = (
    "Stored procedure execution error: Modifying a transaction that has started at a different scope "
    "is not allowed."
)


@dataclass
class Transaction:
    """An open explicit transaction: its cursor, and how the temporary objects were before it.

    ``depth`` counts the procedures around its beginning; ``outer`` is what was open when a procedure
    began it, and goes on when it ends.
    """

    id: int
    cursor: ReplayCursor
    temporary_before: Snapshot
    name: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)
    depth: int = 0
    outer: Transaction | None = None
    versions: list[int] = field(default_factory=list)  # of its changes of tracked tables
    consumed: dict[int, bool] = field(default_factory=dict)  # streams to move; whether it read initial rows


class LruCache(Generic[V]):
    """A mapping that forgets what was used least recently beyond ``size`` entries. Thread-safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> V | None:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def put(self, key: Hashable, value: V) -> None:
        with self._lock:
            self._entries[key] = value
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)


@dataclass(frozen=True)
class SessionValue:
    """A variable's value that Python alone does not tell the type of: ``value`` in the engine layout, and
    its ``text`` as Snowflake prints it."""

    value: object
    type: DataType
    text: str

    def __str__(self) -> str:
        return self.text


@contextmanager
def _inside(transaction: Transaction) -> Iterator[duckdb.DuckDBPyConnection]:
    mark = transaction.cursor.mark()
    try:
        with interrupts.watched(transaction.cursor.raw):
            yield cast(duckdb.DuckDBPyConnection, transaction.cursor)  # it has the methods handlers use
    except BaseException:
        transaction.cursor.restore(mark)  # no longer watched: a cancellation must not interrupt it
        raise


_NONE: Mapping[str, object] = MappingProxyType({})
_OF_STATEMENT: ContextVar[Mapping[str, object]] = ContextVar("parameters of the statement", default=_NONE)


@contextmanager
def statement_parameters(values: Mapping[str, object]) -> Iterator[None]:
    """Parameters that hold for what this thread runs meanwhile, in place of its session's."""
    token = _OF_STATEMENT.set({**_OF_STATEMENT.get(), **values})
    try:
        yield
    finally:
        _OF_STATEMENT.reset(token)


class Session:
    """State of one login. Names resolve against its temporary objects first, then the catalog."""

    def __init__(self, session_id: int, user: str, engine: Engine, catalog: Catalog) -> None:
        self.id = session_id
        self.user = user
        self.client = ""  # name and version of the client application
        self.engine = engine
        self.catalog = catalog
        self.role: str | None = "ACCOUNTADMIN"
        self.warehouse: str | None = None
        self.database: str | None = None
        self.schema: str | None = None
        self.parameters: dict[str, object] = {}  # only those set in this session, upper-case names
        self.variables: dict[str, object] = {}  # SET variables, folded names; Python values or SessionValue
        self.variable_times: dict[str, tuple[int, int]] = {}  # when each was first and last set, ns UTC
        self.temporary = Snapshot()
        self.transaction: Transaction | None = None
        self.last_transaction: int | None = None  # the id of the last one that ended
        self.query_ids: list[str] = []  # finished statements, oldest first, for LAST_QUERY_ID
        self.created_on = catalog.clock.now()
        self.compiled: LruCache[Any] = LruCache(512)  # the compiler's
        self.closed = False
        self.alert: Any = None  # within an alert: what it knows of itself (catalog.alert_runs.Running)
        self.task: Any = None  # within a task's run: what it knows of itself (snowdome.tasks.records.Told)

    @property
    def settings(self) -> dict[str, object]:
        """The parameters that the statement which runs, or else the session, sets."""
        return {**self.parameters, **_OF_STATEMENT.get()}

    def parameter(self, name: str) -> object:
        """The parameter as the statement that runs, else this session, else the account sets it, else its
        default."""
        if name in (own := _OF_STATEMENT.get()):
            return own[name]
        account = self.catalog.snapshot.get(Account, 0, "ACCOUNT")
        texts = account.parameters if account is not None else {}
        if name in self.parameters or name not in texts:
            return effective(name, self.parameters)
        return coerce(name, texts[name])

    # -- names ----------------------------------------------------------------------------------

    def find_database(self, name: str) -> Database | None:
        return self.catalog.snapshot.get(Database, 0, name)

    def find_schema(self, database: str, schema: str) -> Schema | None:
        found = self.find_database(database)
        return self.catalog.snapshot.get(Schema, found.id, schema) if found else None

    def require_database(self, name: str | None) -> Database:
        """The database called ``name``, else the current one; 002003 or 090105 if there is none."""
        wanted = name or self.database
        if wanted is None:
            raise NoCurrentPlace("database")
        found = self.find_database(wanted)
        if found is None:
            raise object_not_found("Database", str(ObjectName((wanted,))))
        return found

    def require_schema(self, name: ObjectName) -> tuple[Database, Schema]:
        """Database and schema that hold ``name`` (its last part is not looked at)."""
        database = self.require_database(name.database)
        wanted = name.schema or self.schema
        if wanted is None:
            raise NoCurrentPlace("schema")
        found = self.catalog.snapshot.get(Schema, database.id, wanted)
        if found is None and database.name == "SNOWFLAKE":
            raise not_supported(f"schema SNOWFLAKE.{wanted}")
        if found is None:
            raise object_not_found("Schema", str(ObjectName((database.name, wanted))))
        return database, found

    def find(self, kind: type[E], name: ObjectName, key: str | None = None) -> E | None:
        """The schema-level object called ``name``, temporary ones first; None if there is none."""
        database = self.find_database(name.database or self.database or "")
        schema = name.schema or self.schema
        place = self.catalog.snapshot.get(Schema, database.id, schema) if database and schema else None
        if place is None:
            return None
        wanted = key or name.name
        if (shadow := self.temporary.by_place.get((kind.space, place.id), {}).get(wanted)) is not None:
            return shadow if isinstance(shadow, kind) else None
        return self.catalog.snapshot.get(kind, place.id, wanted)

    def full_name(self, name: ObjectName) -> ObjectName:
        """``name`` with the current database and schema filled in; 090105 where there is none."""
        database, schema = self.require_schema(name)
        return ObjectName((database.name, schema.name, name.name))

    def require_relation(self, name: ObjectName) -> Relation:
        """The table or view called ``name``; 002003 if there is none."""
        found = self.find(Relation, name)
        if found is None:
            raise object_not_found("Object", str(self._shown(name)))
        return found

    def _shown(self, name: ObjectName) -> ObjectName:
        return name

    def is_temporary(self, entity: Entity) -> bool:
        return entity.id in self.temporary.by_id

    # -- transactions and cursors ---------------------------------------------------------------

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The open transaction's cursor, or one of the statement's own that commits by itself."""
        while (transaction := self.transaction) is not None:
            with interrupts.holding(transaction.lock):
                if self.transaction is transaction:  # it may have ended while this statement waited
                    with _inside(transaction) as cursor:
                        yield cursor
                    return
        with self.engine.cursor() as cursor:
            yield cursor

    @contextmanager
    def atomic(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor whose statements take effect together: in the open transaction, or in one of their own."""
        with self.cursor() as cursor:
            if self.transaction is not None:
                yield cursor
                return
            cursor.execute("BEGIN")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                with suppress(duckdb.TransactionException):  # a failed COMMIT has rolled back already
                    cursor.execute("ROLLBACK")
                raise

    def begin(self, name: str = "") -> Transaction:
        """Open a transaction unless one is open; a procedure's is beside its caller's."""
        depth, outer = interrupts.depth(), self.transaction
        if outer is None or outer.depth < depth:
            cursor = ReplayCursor(self.engine.connection.cursor())
            self.transaction = Transaction(
                self.catalog.clock.now() // 1_000_000, cursor, self.temporary, name
            )
            self.transaction.depth, self.transaction.outer = depth, outer
            return self.transaction
        return outer

    def commit(self) -> None:
        """Commit the open transaction, if any; an error if it is not the procedure's that runs."""
        transaction = self._ending()
        if transaction is not None:
            with transaction.lock:
                for stream, initial in transaction.consumed.items():
                    reading = changes.Reading(stream, initial, tuple(transaction.versions))
                    changes.advance(transaction.cursor.raw, reading, self.catalog.clock.now())
                transaction.cursor.raw.execute("COMMIT")
                transaction.cursor.close()
            self.last_transaction = transaction.id
            self.prune(transaction.consumed)

    def _ending(self) -> Transaction | None:
        transaction = self.transaction
        if transaction is not None:
            if transaction.depth < interrupts.depth():
                raise SnowflakeError("090231", "22000", _SCOPE)
            self.transaction = transaction.outer
        return transaction

    def rollback(self) -> None:
        """Roll the open transaction back, if any, and forget temporary objects it made."""
        transaction = self._ending()
        if transaction is not None:
            with transaction.lock:
                transaction.cursor.raw.execute("ROLLBACK")
                transaction.cursor.close()
            self.temporary = transaction.temporary_before
            self.last_transaction = transaction.id

    def prune(self, streams: Iterable[int]) -> None:
        """Drop the history that no stream needs since ``streams`` moved; what cannot go now goes later."""
        found = [e for s in streams if isinstance(e := self.catalog.snapshot.by_id.get(s), Stream)]
        bases = [
            self.temporary.by_id.get(b) or self.catalog.snapshot.by_id.get(b) for s in found for b in s.bases
        ]
        tables = [b for b in bases if isinstance(b, Table) and b.history]
        if not tables:
            return
        with suppress(duckdb.Error), self.engine.cursor() as cursor:
            cursor.execute("BEGIN")
            changes.prune(cursor, tables)
            cursor.execute("COMMIT")

    # -- temporary objects ----------------------------------------------------------------------

    @contextmanager
    def temporary_unit(self) -> Iterator[TemporaryUnit]:
        """Like ``Catalog.unit`` for this session's temporary objects; part of the open transaction."""
        with self.atomic() as cursor:
            unit = TemporaryUnit(self.catalog, cursor)
            yield unit
        self.temporary = self.temporary.changed(list(unit.puts.values()), unit.deletes)


class TemporaryUnit:
    """A change to a session's temporary objects; same methods as ``snowdome.catalog.catalog.Unit``."""

    def __init__(self, catalog: Catalog, cursor: duckdb.DuckDBPyConnection) -> None:
        self._catalog = catalog
        self.cursor = cursor
        self.puts: dict[int, Entity] = {}
        self.deletes: list[int] = []

    def new_id(self) -> int:
        return self._catalog.new_id()

    def sql(self, text: str) -> None:
        """Run an engine statement where the session's statements run."""
        self.cursor.execute(text)

    def put(self, entity: E) -> E:
        """Add or replace ``entity``."""
        made = stamped(entity, self._catalog.clock.now())
        self.puts[made.id] = made
        return made

    def delete(self, entity: Entity) -> None:
        """Forget ``entity``."""
        self.puts.pop(entity.id, None)
        self.deletes.append(entity.id)


class NoCurrentPlace(SnowflakeError):
    """090105 or 090106: the statement needs a current database or schema and there is none."""

    def __init__(self, kind: str, verb: str = "operation") -> None:
        text = (
            f"Cannot perform {verb}. This session does not have a current {kind}. "
            f"Call 'USE {kind.upper()}', or use a qualified name."
        )
        super().__init__("090105" if kind == "database" else "090106", "22000", text)
        self.kind = kind

    def of(self, verb: str) -> NoCurrentPlace:
        """The error as the statement of type ``verb``, such as CREATE_TABLE, reports it."""
        return NoCurrentPlace(self.kind, verb.replace("_", " "))
