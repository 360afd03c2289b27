"""One REST request, and how its resource runs SQL in the session of the request's token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from snowdome.account import Account
from snowdome.result import Result
from snowdome.server import edge
from snowdome.server.rest.body import Body
from snowdome.server.rest.rows import Row, rows_of
from snowdome.server.rest.sqltext import identifier, object_sql
from snowdome.session import Session

Answer = Any  # what goes out as JSON
Status = dict[str, str]

_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True)
class Call:
    """A request: ``path`` and ``query`` are decoded, ``body`` is its JSON value or None."""

    account: Account
    session: Session
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any = None

    # -- what was asked -------------------------------------------------------------------------

    def name(self, key: str = "name") -> str:
        """An identifier in the path, as it is stored; 001003 if it is none."""
        return identifier(self.path[key])

    @property
    def place(self) -> tuple[str, ...]:
        """The database and schema in the path, as they are stored."""
        return tuple(self.name(key) for key in ("database", "schema") if key in self.path)

    @property
    def object(self) -> str:
        """The full name of the path's object, as SQL."""
        return object_sql(*self.place, self.name())

    def flag(self, key: str) -> bool:
        """A boolean of the query string in whatever case; False if it is not there, 390400 if it is none."""
        text = self.query.get(key, "false").lower()
        if text not in _FLAGS:
            raise edge.bad_request(f"{key} is neither true nor false")
        return _FLAGS[text]

    def count(self, key: str, largest: int) -> int | None:
        """A number of 1 to ``largest`` in the query string; 390400 if it is something else."""
        text = self.query.get(key)
        if text is None:
            return None
        if not text.isdecimal() or not 1 <= int(text) <= largest:
            raise edge.bad_request(f"{key} must be between 1 and {largest}")
        return int(text)

    def fields(self) -> Body:
        """The body, which must be an object; an absent one is empty."""
        return Body.of(self.body)

    def items(self) -> list[Any]:
        """The body, which must be a list; an absent one is empty."""
        if self.body is not None and not isinstance(self.body, list):
            raise edge.bad_request("its body is not a list")
        return self.body or []

    # -- what is done ---------------------------------------------------------------------------

    def run(self, sql: str) -> Result:
        """Run one statement, whatever the session says about many."""
        return self.account.run(self.session, sql, parameters={"MULTI_STATEMENT_COUNT": 1})

    def rows(self, sql: str) -> list[Row]:
        """The rows of a statement, by their columns' names."""
        return rows_of(self.run(sql))

    def status(self, sql: str) -> Status:
        """Run a statement that answers with one sentence."""
        cells = self.rows(sql)
        return {"status": str(next(iter(cells[0].values()))) if cells and cells[0] else ""}
