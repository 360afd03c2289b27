"""The session as a procedure with its owner's rights sees it."""

from __future__ import annotations

from collections.abc import Iterable

from snowdome.catalog.catalog import Snapshot
from snowdome.errors import SnowflakeError
from snowdome.session import Session, Transaction


class HiddenVariables(dict[str, object]):
    """No variables; asking for one by name is 090244."""

    def __contains__(self, name: object) -> bool:
        text = f"Use of session variable '${name}' is not allowed in owners rights stored procedure"
        raise SnowflakeError("090244", "42601", text)


class OwnerSession(Session):
    """Shares the caller's temporary objects, transaction and history; its place, role and parameters are its
    own, and it has no variables. ``sandboxed`` says whether a handler runs in it."""

    def __init__(self, caller: Session, place: Iterable[str], role: str, sandboxed: bool) -> None:
        self._caller = caller
        shared = ("temporary", "transaction", "last_transaction", "closed")
        vars(self).update({name: value for name, value in vars(caller).items() if name not in shared})
        self._caller = caller
        self.database, self.schema = (name or None for name in place)
        self.role = role or caller.role
        self.parameters = dict(caller.parameters)
        self.variables = HiddenVariables()
        self.variable_times = {}
        self.sandboxed = sandboxed

    @property
    def temporary(self) -> Snapshot:
        return self._caller.temporary

    @temporary.setter
    def temporary(self, found: Snapshot) -> None:
        self._caller.temporary = found

    @property
    def transaction(self) -> Transaction | None:
        return self._caller.transaction

    @transaction.setter
    def transaction(self, found: Transaction | None) -> None:
        self._caller.transaction = found

    @property
    def last_transaction(self) -> int | None:
        return self._caller.last_transaction

    @last_transaction.setter
    def last_transaction(self, found: int | None) -> None:
        self._caller.last_transaction = found

    @property
    def closed(self) -> bool:
        return self._caller.closed

    @closed.setter
    def closed(self, found: bool) -> None:
        self._caller.closed = found
