"""What makes a table that is there the table that a body describes, as CREATE OR ALTER TABLE does it."""

from __future__ import annotations

from typing import Any

from snowdome.errors import not_supported
from snowdome.server.rest import columns
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer
from snowdome.server.rest.sqltext import identifier, literal, object_sql
from snowdome.sql import typenames
from snowdome.types import sql_name

Columns = dict[str, Any]  # by stored name


def changes(body: Body, before: Answer) -> list[str]:
    """Actions of ALTER TABLE: columns added at the end, dropped, retyped; the clustering.

    000002 for what they cannot do: other constraints, another order of columns, defaults.
    """
    wanted = {identifier(c.required("name")): c for c in body.objects("columns")}
    there = {identifier(c["name"]): c for c in before["columns"]}
    kept = [name for name in there if name in wanted]
    _check(body, before, kept, list(wanted))
    dropped = [object_sql(name) for name in there if name not in wanted]
    added = [columns.column(c) for name, c in wanted.items() if name not in there]
    return [
        *(action for name in kept for action in _column(object_sql(name), wanted[name], there[name])),
        *([f"DROP COLUMN {', '.join(dropped)}"] if dropped else []),
        *([f"ADD COLUMN {', '.join(added)}"] if added else []),
        *_clustering(body.texts("cluster_by"), before["cluster_by"]),
    ]


def _check(body: Body, before: Answer, kept: list[str], wanted: list[str]) -> None:
    if wanted[: len(kept)] != kept:
        raise not_supported("CREATE OR ALTER TABLE that changes the order of columns")
    kind = (body.text("kind") or "PERMANENT").upper()
    if kind != before["kind"]:
        raise not_supported("turning a permanent table into a transient one or back")
    if _constraints(body) != sorted(
        _key(c["constraint_type"], c["column_names"]) for c in before["constraints"]
    ):
        raise not_supported("CREATE OR ALTER TABLE that changes constraints")


def _constraints(body: Body) -> list[tuple[str, ...]]:
    own = [_key(c.required("constraint_type"), c.texts("column_names")) for c in body.objects("constraints")]
    inline = [
        _key(k.required("constraint_type"), [c.required("name")])
        for c in body.objects("columns")
        for k in c.objects("constraints")
    ]
    return sorted([*own, *inline])


def _key(kind: str, names: list[str]) -> tuple[str, ...]:
    return (kind, *(identifier(name) for name in names))


def _column(name: str, wanted: Body, before: Answer) -> list[str]:
    actions = []
    if not _same_type(wanted.required("datatype"), before["datatype"]):
        actions.append(f"SET DATA TYPE {wanted.required('datatype')}")
    nullable = wanted.flag("nullable") is not False
    if nullable != before["nullable"] and not _is_key(wanted):
        actions.append(f"{'DROP' if nullable else 'SET'} NOT NULL")
    if _default(wanted) != _default(Body(before)):
        if _default(wanted) is not None:
            raise not_supported("CREATE OR ALTER TABLE that changes a default")
        actions.append("DROP DEFAULT")
    if (comment := wanted.text("comment") or None) != before["comment"]:
        actions.append("UNSET COMMENT" if comment is None else f"COMMENT {literal(comment)}")
    return [f"ALTER COLUMN {name} {action}" for action in actions]


def _same_type(wanted: str, before: str) -> bool:
    return sql_name(typenames.parse(wanted)) == sql_name(typenames.parse(before))


def _is_key(body: Body) -> bool:
    """A primary key's columns are never null, whatever they say."""
    return any(c.text("constraint_type") == "PRIMARY KEY" for c in body.objects("constraints"))


def _default(body: Body) -> tuple[Any, ...] | str | None:
    if body.flag("autoincrement"):
        return (body.number("autoincrement_start") or 1, body.number("autoincrement_increment") or 1)
    return body.text("default")


def _clustering(wanted: list[str], before: list[str]) -> list[str]:
    if [key.upper() for key in wanted] == [key.upper() for key in before]:
        return []
    return [f"CLUSTER BY ({', '.join(wanted)})" if wanted else "DROP CLUSTERING KEY"]
