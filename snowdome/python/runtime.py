"""Handlers as functions of the engine: what the binder and the statements use."""

from __future__ import annotations

import hashlib
import itertools
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

import duckdb
import pyarrow as pa

from snowdome.catalog.model import Entity, Function, Procedure, Routine
from snowdome.engine import interrupts
from snowdome.engine.python_functions import create_vectorised
from snowdome.errors import SnowflakeError
from snowdome.python import packages
from snowdome.python.imports import Imports
from snowdome.python.messages import Found, Program, Reply, Request, pack, unpack
from snowdome.python.pool import Pool, WorkerLost, handler_error, lost
from snowdome.types import DataType, engine_type

# What procedures need.
SESSIONS = ("snowflake.connector", "snowflake.snowpark", "snowflake.snowpark.functions")
MEMORY = int(os.environ.get("SNOWDOME_WORKER_MEMORY", 4 << 30))  # bytes of data a handler may hold
# What the client's handlers of models import.
_OF_MODELS = (
    "snowflake.ml.model._packager.model_packager",
    "anyio",
    "sklearn.linear_model",
    "sklearn.pipeline",
)
# The engine asks several workers at once, and their batches are small: threads of their own would only fight.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Runtime:
    """Python functions of one account. ``folder`` holds the imports and the log of the workers."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self._imports = Imports(folder / "imports")
        self.find: Callable[[interrupts.Scope | None, str], Found] = lambda scope, path: Found(error=path)
        self.running: Callable[[], list[Future[None]]] = list  # statements that run; the account says which
        self._connection = connection
        self.pool = Pool(folder)
        self.procedures = Pool(folder, SESSIONS, _without_proxy())
        self.models = Pool(folder, _OF_MODELS, _ONE_THREAD)
        self._lock = threading.Lock()
        self._registered: set[str] = set()
        self._scopes: WeakValueDictionary[str, interrupts.Scope] = WeakValueDictionary()
        self._tokens: WeakKeyDictionary[interrupts.Scope, str] = WeakKeyDictionary()
        self._numbers = itertools.count(1)

    def imports(self, function: Routine) -> Path:
        """The directory of a function's imported files; of a model's method, that of the model's files."""
        return self._imports.folder(function)

    def forget(self, gone: Routine, left: Iterable[Entity]) -> None:
        """End the warm workers of a routine that is gone, and delete its files, if none of those ``left`` has
        them too, once nothing that runs now can need them."""
        self.pool.forget(gone.id)
        self.procedures.forget(gone.id)
        self._imports.forget(gone, left, self.running())

    def sweep(self, living: Iterable[Entity]) -> None:
        """At start: delete the files of routines that are not among ``living``."""
        self._imports.sweep(living)

    def engine_name(self, function: Function, volatile: bool = False) -> str:
        """The engine function that runs ``function``, made if it is not there yet.

        Its first argument is ``token()``; then a scalar's arguments, or one list of structs for a table
        function (a partition) and an aggregate (a group). A ``volatile`` one runs for every row, also where
        its arguments are constant; the engine takes it in fewer places.
        """
        program = self._program(function)
        name = f"sf_python_{program.key}{'_each' if volatile else ''}"
        with self._lock:
            if name not in self._registered:
                parameters, returns = signature(function)
                create_vectorised(
                    self._connection, name, self._caller(program), ["VARCHAR", *parameters], returns, volatile
                )
                self._registered.add(name)
        return name

    def token(self) -> str:
        """What lets a running batch see that its statement was cancelled; valid while the statement runs.

        It is the same all over a statement, so that equal calls stay equal to the engine.
        """
        scope = interrupts.current()
        if scope is None:
            return "0"
        with self._lock:
            token = self._tokens.setdefault(scope, str(next(self._numbers)))
            self._scopes[token] = scope
        return token

    def scope_of(self, token: str) -> interrupts.Scope | None:
        """The statement that ``token`` stands for, while it runs."""
        return self._scopes.get(token)

    def _caller(self, program: Program) -> Callable[..., pa.Array]:
        def call(tokens: Any, *columns: Any) -> pa.Array:
            arrays = [one_array(c) for c in (*columns, tokens)]
            scope = self.scope_of(str(tokens[0])) if len(arrays[-1]) else None
            return self._batch(program, arrays[:-1] or arrays, scope)

        return call

    def _batch(self, program: Program, columns: list[pa.Array], scope: interrupts.Scope | None) -> pa.Array:
        def cancelled() -> SnowflakeError | None:
            return scope.cause if scope is not None else None

        try:
            pool = self.models if program.is_model else self.pool
            request = Request("run", batch=pack(columns))
            reply = pool.ask(program, request, cancelled, lambda path: self.find(scope, path))
        except WorkerLost:
            raise engine_exception(lost(program.name)) from None
        except SnowflakeError as error:
            raise engine_exception(error) from None
        if reply.error is not None:
            raise engine_exception(handler_error(reply.error))
        return unpack(reply.batch)[0]

    def _program(self, function: Routine) -> Program:
        options = function.options
        folder = self.imports(function)
        folder.mkdir(parents=True, exist_ok=True)
        wanted = [*filter(None, options.get("PACKAGES", "").split("\n"))]
        text = "|".join(
            (
                function.name,
                str(function.id),
                str(getattr(function, "volatile", False)),
                function.body,
                str(options),
                str(function.arguments),
            )
        )
        return Program(
            key=f"{function.id}_{hashlib.sha256(text.encode()).hexdigest()[:16]}",
            name=function.name,
            kind=_kind(function),
            handler=options.get("HANDLER", ""),
            code=function.body or None,
            imports=str(folder),
            paths=tuple(str(p) for p in sorted(folder.iterdir()) if p.suffix in (".zip", ".egg", ".whl")),
            arguments=tuple((a.name, a.type) for a in function.arguments),
            returns=function.returns,
            columns=function.columns,
            strict=function.strict,
            modules=packages.modules(wanted),
            slow=packages.slow(wanted),
            memory=MEMORY,
            is_model="DIRECTORY" in options,
        )

    def call(self, procedure: Procedure, arguments: list[pa.Array], login: Mapping[str, Any]) -> Reply:
        """Run a procedure's handler in a session that it opens with ``login``; 100357 if it fails."""
        scope = interrupts.current()

        def cancelled() -> SnowflakeError | None:
            return scope.cause if scope is not None else None

        program = self._program(procedure)
        try:
            request = Request("call", batch=pack(arguments), login=login)
            reply = self.procedures.ask(program, request, cancelled, lambda path: self.find(scope, path))
        except WorkerLost:
            raise lost(program.name) from None
        if reply.error is not None:
            raise handler_error(reply.error)
        return reply

    def close(self) -> None:
        self.pool.close()
        self.procedures.close()
        self.models.close()


def _without_proxy() -> dict[str, str]:
    """This process's environment; procedures talk to their account, on this machine, directly."""
    names = ("no_proxy", "NO_PROXY")
    return {**os.environ, **{n: ",".join(filter(None, (os.environ.get(n), "127.0.0.1"))) for n in names}}


def _kind(routine: Routine) -> str:
    if not isinstance(routine, Function):
        return "procedure"
    return "aggregate" if routine.aggregate else "table" if routine.is_table else "scalar"


def signature(function: Function) -> tuple[list[str], str]:
    """Engine types of the arguments and the result of the engine function."""
    types = [wire_type(a.type) for a in function.arguments]
    if function.aggregate or function.is_table:
        fields = ", ".join(f"a{i} {t}" for i, t in enumerate(types)) or "a0 INTEGER"
        types = [f"STRUCT({fields})[]"]
    if function.is_table:
        outputs = "".join(f", c{i} {wire_type(t)}" for i, (_, t) in enumerate(function.columns, 1))
        return types, f"STRUCT(i BIGINT{outputs})[]"
    assert function.returns is not None
    return types, wire_type(function.returns)


def wire_type(type_: DataType) -> str:
    """The engine type in which values go to and from handlers: JSON goes as text."""
    return "VARCHAR" if type_.is_semi_structured else engine_type(type_)


def one_array(column: Any) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


class _EngineError(Exception):
    """Carries a SnowflakeError's parts through the engine, which keeps only the text."""


def engine_exception(error: SnowflakeError) -> Exception:
    """What to raise inside an engine function so that ``engine.failures`` finds the error again."""
    return _EngineError(f"SF|{error.code}|{error.sqlstate}|{error.message}|FS")
