"""Sessions that nobody is logged in to: the account opens them for what it does by itself."""

from __future__ import annotations

from snowdome.catalog.model import Warehouse
from snowdome.context import Services
from snowdome.session import Session

SYSTEM_USER = "SYSTEM"


def open_session(
    services: Services,
    session_id: int,
    client: str,
    *,
    owner: str | None,
    warehouse: str | None,
    place: tuple[str, str],
    user: str = SYSTEM_USER,
) -> Session:
    """A session as the role ``owner``, in a database and schema, with the warehouse if it is still there."""
    session = Session(session_id, user, services.engine, services.catalog)
    session.client = client
    session.parameters["AUTOCOMMIT"] = True  # whatever the account's is: nobody would commit
    session.role = owner or session.role
    session.database, session.schema = place
    if warehouse and services.catalog.snapshot.get(Warehouse, 0, warehouse) is not None:
        session.warehouse = warehouse
    return session
