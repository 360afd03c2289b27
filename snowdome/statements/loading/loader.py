"""Loading files: all at once if nothing is wrong with them, else one by one with a look at every record."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from snowdome.engine import failures, interrupts
from snowdome.errors import SnowflakeError
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.scope import Relation
from snowdome.stages.documents import holds_documents
from snowdome.stages.location import Location
from snowdome.stages.storage import StagedFile
from snowdome.statements import tracking
from snowdome.statements.loading import history
from snowdome.statements.loading.csv_rows import CsvRows
from snowdome.statements.loading.documents import faulty, readable
from snowdome.statements.loading.history import Outcome
from snowdome.statements.loading.options import CopyOptions
from snowdome.statements.loading.rejects import Reject
from snowdome.statements.loading.rows import (
    DocumentRows,
    FileRows,
    Job,
    QueryRows,
    TableRows,
    evaluate,
    failing,
)
from snowdome.statements.loading.transformed import rejected

_UNREADABLE = ("100069", "100100", "100144")  # documents

Done = list[tuple[StagedFile, Outcome]]


@dataclass(frozen=True)
class Checked:
    """What a look at every record gave: the good ones, how many there are in all, and the bad ones."""

    good: Relation | None
    parsed: int
    rejects: Sequence[Reject]


class Loader:
    """Loads files of one location into the table of a job."""

    def __init__(self, job: Job, place: Location, options: CopyOptions) -> None:
        self.job = job
        self.place = place
        self.options = options
        self.session = job.context.session

    def load(self, files: Sequence[StagedFile]) -> Done:
        """Load ``files`` in one transaction, and remember that; the error that ends the COPY if one does."""
        if not files:
            return []
        done = None
        if self.session.transaction is None and not self.options.on_error.skips(0, 1):
            done = self._at_once(files)
        return self._one_by_one(files) if done is None else done

    def rows(self, file: StagedFile) -> FileRows | CsvRows:
        """What reads ``file``."""
        if self.job.query is not None:
            return QueryRows(file, self.job)
        if self.job.format.type == "CSV":
            return CsvRows(file, self.job)
        return DocumentRows(file, self.job) if holds_documents(self.job.format) else TableRows(file, self.job)

    # -- all at once ----------------------------------------------------------------------------

    def _at_once(self, files: Sequence[StagedFile]) -> Done | None:
        """Load with the engine's own means; None if something was wrong, and nothing is loaded then."""
        try:
            with self.session.atomic() as cursor:
                done: Done = []
                for file in files:
                    interrupts.check()
                    relation, binder = self._fast(file, quick=True)
                    if relation is None:
                        raise _NotFast
                    count = self._insert(relation, binder, cursor)
                    done.append((file, self._outcome(file, count, count, ())))
                self._remember(done, cursor)
        except (_NotFast, SnowflakeError):
            return None
        except duckdb.Error as failure:
            if isinstance(failure, duckdb.InterruptException) or failures.is_conflict(failure):
                raise
            return None
        return done

    def _fast(self, file: StagedFile, *, quick: bool = False) -> tuple[Relation | None, Binder]:
        binder = self.job.binder()
        rows = self.rows(file)
        if isinstance(rows, CsvRows):
            relation = rows.quick(binder) if quick else rows.fast()
        else:
            relation = rows.relation(binder, None, ())
        return (None if relation is None else self.job.stored(relation, binder)), binder

    def _insert(self, stored: Relation, binder: Binder, cursor: duckdb.DuckDBPyConnection) -> int:
        if self.session.transaction is not None:
            # the transaction may have to be repeated when the file is gone
            table = fetch(stored.sql, binder)
            stored = Relation(f"SELECT * FROM {binder.register(table)}", stored.columns)
        sql = self.job.insert(stored, binder)
        for name, table in binder.tables.items():
            cursor.register(name, table)
        row = cursor.execute(sql).fetchone()
        for name in binder.tables:
            cursor.unregister(name)
        tracking.finish(self.session, cursor, {}, binder.versions)
        return int(row[0]) if row else 0

    # -- one by one -----------------------------------------------------------------------------

    def _one_by_one(self, files: Sequence[StagedFile]) -> Done:
        with self.session.atomic() as cursor:
            done = [(file, self._load_one(file, cursor)) for file in files]
            self._remember(done, cursor)
        return done

    def _load_one(self, file: StagedFile, cursor: duckdb.DuckDBPyConnection) -> Outcome:
        interrupts.check()
        checked = self.check(file)
        on_error = self.options.on_error
        if checked.rejects and on_error.kind == "ABORT_STATEMENT":
            raise checked.rejects[0].raised()
        loaded = 0
        if checked.good is not None and not on_error.skips(len(checked.rejects), checked.parsed):
            binder = self.job.binder()
            loaded = self._insert(self.job.stored(checked.good, binder), binder, cursor)
        return self._outcome(file, checked.parsed, loaded, checked.rejects)

    def check(self, file: StagedFile, *, every: bool = False) -> Checked:
        """Look at the file's records; all bad ones are described if ``every``, else the first."""
        rows = self.rows(file)
        if isinstance(rows, CsvRows):
            return self._check_csv(rows, every=every)
        try:
            relation, binder = self._fast(file)
            error = evaluate(relation.sql, binder) if relation is not None else None
            if error is None:
                return Checked(rows.relation(self.job.binder(), None, ()), rows.count(), ())
        except SnowflakeError as raised:
            error = raised
        return self._check_records(rows, error)

    def _check_csv(self, rows: CsvRows, *, every: bool) -> Checked:
        binder = self.job.binder()
        relation = rows.fast()
        if relation is not None:
            table = f"SELECT * FROM ({self.job.stored(relation, binder).sql})"
            if evaluate(table, binder) is None:
                return Checked(relation, rows.count(), ())
        found = rows.checked(every=every)
        return Checked(rows.good(found), found.parsed, found.rejects)

    def _check_records(self, rows: FileRows, error: SnowflakeError) -> Checked:
        """``error`` came up in a file that is not plain CSV."""
        if holds_documents(self.job.format) and error.code in _UNREADABLE:
            reject = faulty(rows.file, self.job)
            before = readable(rows.file, self.job, reject.record - 1) if self.job.query is None else None
            return Checked(before, reject.record, (reject,))
        if self.job.format.type == "CSV":
            return self._check_transformed(rows, error)
        found = next(failing(rows, self.job, rows.count()), None)
        raise rejected(rows, self.job, *found).raised() if found is not None else error

    def _check_transformed(self, rows: FileRows, error: SnowflakeError) -> Checked:
        count = rows.count()
        found = list(failing(rows, self.job, count))
        if not found:
            raise error
        rejects = [rejected(rows, self.job, number, e) for number, e in found]
        without = [number for number, _ in found]
        return Checked(rows.relation(self.job.binder(), None, without), count, rejects)

    # -- results --------------------------------------------------------------------------------

    def _outcome(self, file: StagedFile, parsed: int, loaded: int, rejects: Sequence[Reject]) -> Outcome:
        on_error, errors = self.options.on_error, len(rejects)
        failed = loaded == 0 and (errors > 0 or on_error.skips(0, 1))
        status = "LOAD_FAILED" if failed else "PARTIALLY_LOADED" if errors else "LOADED"
        shown, limit = self.place.shown_name(file), on_error.limit(parsed)
        if not errors:
            return Outcome(shown, status, parsed, loaded, limit, 0)
        r = rejects[0]
        first = (r.error.message, r.line, r.character, r.column)
        return Outcome(shown, status, parsed, loaded, limit, errors, *first)

    def _remember(self, done: Done, cursor: duckdb.DuckDBPyConnection) -> None:
        context = self.job.context
        now = context.catalog.clock.now()
        history.remember(self.job.table.id, self.place, done, context.query_id, now, cursor)


class _NotFast(Exception):
    """A file cannot be loaded with the engine's own means."""


def fetch(sql: str, binder: Binder) -> pa.Table:
    """The rows of a query that is bound by ``binder``."""
    with binder.session.engine.cursor() as cursor, ExitStack() as stack:
        for name, table in binder.tables.items():
            cursor.register(name, table)
            stack.callback(cursor.unregister, name)
        return cursor.execute(sql).to_arrow_table()
