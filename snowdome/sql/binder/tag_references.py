"""INFORMATION_SCHEMA.TAG_REFERENCES: the tags of one object."""

from __future__ import annotations

from snowdome.result import arrow_table
from snowdome.session import Session
from snowdome.sql import tag_values
from snowdome.sql.binder.scope import Relation
from snowdome.sql.binder.table_functions import TableCall, arrow_relation, table_function
from snowdome.sql.tag_values import Reference, Tagged
from snowdome.types import TEXT, Column

_COLUMNS = tuple(
    Column(name, TEXT)
    for name in (
        "TAG_DATABASE", "TAG_SCHEMA", "TAG_NAME", "TAG_VALUE", "APPLY_METHOD", "LEVEL", "OBJECT_DATABASE",
        "OBJECT_SCHEMA", "OBJECT_NAME", "DOMAIN", "COLUMN_NAME",
    )
)  # fmt: skip


@table_function("TAG_REFERENCES", takes="OBJECT_NAME OBJECT_DOMAIN")
def tag_references(call: TableCall) -> Relation:
    """A row for each tag that applies to the object, inherited ones too."""
    session = call.binder.session
    name, domain = (str(call.constant(i, word)) for i, word in enumerate(("OBJECT_NAME", "OBJECT_DOMAIN")))
    of = tag_values.tagged(session, name, domain)
    call.binder.volatile()
    rows = [_row(session, of, r) for r in tag_values.references(session, of)]
    return arrow_relation(call.binder, arrow_table(_COLUMNS, rows), _COLUMNS)


@table_function("TAG_REFERENCES_ALL_COLUMNS", takes="OBJECT_NAME OBJECT_DOMAIN")
def all_columns(call: TableCall) -> Relation:
    """A row for each tag that applies to a column of the table or view, inherited ones too."""
    session = call.binder.session
    name, domain = (str(call.constant(i, word)) for i, word in enumerate(("OBJECT_NAME", "OBJECT_DOMAIN")))
    if domain.upper() != "TABLE":
        raise tag_values.invalid_domain(domain)
    call.binder.volatile()
    columns = tag_values.columns(tag_values.tagged(session, name, domain))
    rows = [_row(session, c, r) for c in columns for r in tag_values.references(session, c)]
    return arrow_relation(call.binder, arrow_table(_COLUMNS, rows), _COLUMNS)


def _row(session: Session, of: Tagged, reference: Reference) -> tuple[str | None, ...]:
    place = [e.name for e in (*of.place, of.entity)]
    database, schema = (
        (place[0], place[1]) if len(place) == 3 else (place[0] if len(place) == 2 else None, None)
    )
    return (
        *tag_values.place_of(session, reference.tag), reference.tag.name, reference.value,
        "INHERITED" if reference.inherited else "MANUAL", reference.level, database, schema, of.entity.name,
        of.domain, of.column,
    )  # fmt: skip
