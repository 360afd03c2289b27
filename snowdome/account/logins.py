"""Who is logged in: sessions and their tokens."""

from __future__ import annotations

import hmac
import itertools
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from snowdome.catalog import parameters
from snowdome.catalog.catalog import Catalog
from snowdome.catalog.model import Role, Warehouse
from snowdome.engine.database import Database as Engine
from snowdome.engine.interrupts import Scope
from snowdome.errors import SnowflakeError
from snowdome.session import Session

if TYPE_CHECKING:
    from snowdome.account.query import Query

IDLE_LIMIT = 24 * 3600.0  # seconds without any request after which a session ends
TOKEN_VALIDITY = 3600  # seconds, as Snowflake says to its clients
MASTER_VALIDITY = 14400
DEFAULT_WAREHOUSE = "COMPUTE_WH"  # what users of a new account start with
_REMEMBERED_REQUESTS = 1000


@dataclass(frozen=True)
class Credentials:
    """What a client logs in with, names as written; None where it says nothing."""

    user: str
    password: str
    database: str | None = None
    schema: str | None = None
    warehouse: str | None = None
    role: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    application: str = ""


@dataclass(eq=False)
class Login:
    """A session with its tokens and the requests it made, for repeated ones."""

    session: Session
    application: str = ""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    master_token: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    last_seen: float = field(default_factory=time.monotonic)
    requests: OrderedDict[str, Query] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    caller: Scope | None = None  # of a procedure's login: the CALL that the procedure answers

    def remember(self, request_id: str, query: Query) -> None:
        """Note which query a request started; the caller holds ``lock``."""
        self.requests[request_id] = query
        while len(self.requests) > _REMEMBERED_REQUESTS:
            self.requests.popitem(last=False)


class Logins:
    """The open sessions, by token."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_token: dict[str, Login] = {}
        self._by_master: dict[str, Login] = {}
        self._ids = itertools.count(time.time_ns() // 1000)  # never twice, also after a restart

    def new_id(self) -> int:
        return next(self._ids)

    def add(self, login: Login) -> Login:
        """Let ``login``'s tokens in."""
        with self._lock:
            self._by_token[login.token] = login
            self._by_master[login.master_token] = login
        return login

    def by_token(self, token: str) -> Login | None:
        """The session of a token; counts as a sign of life."""
        login = self._by_token.get(token)
        if login is not None:
            login.last_seen = time.monotonic()
        return login

    def renew(self, master_token: str) -> Login | None:
        """New tokens for the session of a master token; the old ones stop working."""
        with self._lock:
            login = self._by_master.pop(master_token, None)
            if login is None:
                return None
            self._by_token.pop(login.token, None)
            login.token, login.master_token = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
        login.last_seen = time.monotonic()
        return self.add(login)

    def remove(self, login: Login) -> bool:
        """Forget the session; whether it was there."""
        with self._lock:
            self._by_master.pop(login.master_token, None)
            return self._by_token.pop(login.token, None) is not None

    def all(self) -> list[Login]:
        with self._lock:
            return list(self._by_token.values())

    def idle(self, limit: float = IDLE_LIMIT) -> list[Login]:
        """Sessions that nobody has used for ``limit`` seconds."""
        before = time.monotonic() - limit
        return [login for login in self.all() if login.last_seen < before]


def open_session(session_id: int, who: Credentials, engine: Engine, catalog: Catalog) -> Session:
    """A session in the context the client asks for; what does not exist is left unset, as Snowflake does.

    390189 if the role does not exist.
    """
    session = Session(session_id, folded(who.user), engine, catalog)
    session.client = who.application
    snapshot = catalog.snapshot
    if who.role:
        role = folded(who.role)
        if snapshot.get(Role, 0, role) is None:
            raise _no_role(role)
        session.role = role
    wanted = folded(who.warehouse) if who.warehouse else DEFAULT_WAREHOUSE
    if snapshot.get(Warehouse, 0, wanted):
        session.warehouse = wanted
    _enter_schema(session, who)
    session.parameters.update(_asked_for(who.parameters))
    return session


def _asked_for(given: Mapping[str, object]) -> dict[str, object]:
    """Session parameters as sessions keep them; unknown names are passed over, as Snowflake does."""
    # Telemetry would only come back to this machine, and costs every client time.
    kept: dict[str, object] = {"CLIENT_TELEMETRY_ENABLED": False}
    for name, value in given.items():
        try:
            kept[name.upper()] = parameters.coerce(name.upper(), value)
        except SnowflakeError as error:
            if error.code != "001006":
                raise
    return kept


def _enter_schema(session: Session, who: Credentials) -> None:
    if not who.database or session.find_database(folded(who.database)) is None:
        return
    session.database = folded(who.database)
    schema = folded(who.schema) if who.schema else "PUBLIC"
    if session.find_schema(session.database, schema) is not None:
        session.schema = schema


_QUOTED = re.compile(r'"((?:[^"]|"")*)"\Z')


def folded(name: str) -> str:
    """A name given at login as it is stored: upper case unless quoted."""
    quoted = _QUOTED.match(name)
    return quoted[1].replace('""', '"') if quoted else name.upper()


def is_password(given: str, expected: str) -> bool:
    """Whether the passwords are equal; takes the same time whatever they are."""
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def check_password(given: str, expected: str) -> None:
    """390100 unless the passwords are equal."""
    if not is_password(given, expected):
        raise SnowflakeError("390100", "28000", "Incorrect username or password was specified.")


def _no_role(role: str) -> SnowflakeError:
    text = (
        f"Role '{role}' specified in the connect string does not exist or not authorized. Contact your local "
        "system administrator, or attempt to login with another role, e.g. PUBLIC."
    )
    return SnowflakeError("390189", "08001", text)
