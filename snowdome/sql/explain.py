"""EXPLAIN: a query's logical plan, read off its syntax tree, in Snowflake's three forms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from snowdome.catalog.model import Relation, Stream, Table, View
from snowdome.catalog.names import ObjectName, quote
from snowdome.session import Session
from snowdome.sql.binder.core import fold
from snowdome.sql.binder.select import has_aggregate
from snowdome.sql.query_parser import parse_tree


@dataclass
class Operation:
    """One operator of the plan; ``inputs`` feed it."""

    name: str
    expressions: tuple[str, ...] = ()
    objects: str | None = None
    alias: str | None = None
    inputs: list[Operation] = field(default_factory=list)
    bytes: int | None = None

    @property
    def is_scan(self) -> bool:
        return self.bytes is not None


class Planner:
    """Builds the plan of one statement in ``session``."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ctes: dict[str, Operation] = {}

    def plan(self, text: str) -> Operation:
        """The plan of the query or DML statement ``text``."""
        tree = parse_tree(text)
        rule = _STATEMENTS.get(type(tree))
        if rule is not None:
            return Operation(rule, inputs=[self._relation(t) for t in _written(tree)])
        return self._query(tree, top=True)

    def _query(self, node: exp.Expr, *, top: bool = False) -> Operation:
        for cte in node.args["with_"].expressions if node.args.get("with_") else ():
            self._ctes[fold(cte.args["alias"].this)] = Operation("WithClause", inputs=[self._query(cte.this)])
        if isinstance(node, exp.Subquery):
            return self._query(node.this, top=top)
        if isinstance(node, exp.SetOperation):
            plan = Operation(_SETS[type(node)], inputs=[self._query(node.this), self._query(node.expression)])
        elif isinstance(node, exp.Values):
            plan = Operation("ValuesClause", (f"{len(node.expressions)} rows",))
        else:
            plan = self._select(node)
        plan = _sorted(node, plan)
        names = _texts(e for e in getattr(node, "selects", []) or [])
        return Operation("Result", names, inputs=[plan]) if top else plan

    def _select(self, node: exp.Expr) -> Operation:
        plan = self._from(node)
        for key, name in (
            ("where", "Filter"),
            ("group", "Aggregate"),
            ("having", "Filter"),
            ("qualify", "Filter"),
        ):
            if name == "Aggregate" and (node.args.get("group") or _aggregates(node)):
                plan = Operation("Aggregate", _aggregate_texts(node), inputs=[plan])
            elif name != "Aggregate" and node.args.get(key):
                plan = Operation(name, (_text(node.args[key].this),), inputs=[plan])
            if key == "having" and (windows := list(_windows(node))):
                plan = Operation("WindowFunction", _texts(windows), inputs=[plan])
        return Operation("Aggregate", ("distinct",), inputs=[plan]) if node.args.get("distinct") else plan

    def _from(self, node: exp.Expr) -> Operation:
        clause = node.args.get("from_")
        if clause is None:
            return Operation("Generator", ("1",))
        return self._joined(self._relation(clause.this), node)

    def _joined(self, plan: Operation, node: exp.Expr) -> Operation:
        for join in node.args.get("joins") or ():
            right = self._relation(join.this)
            on = join.args.get("on")
            using = ", ".join(_text(u) for u in join.args.get("using") or ())
            keys = (
                (f"joinKey: ({_text(on)})",) if on is not None else (f"joinKey: ({using})",) if using else ()
            )
            plan = Operation(_join_name(join, bool(keys)), keys, inputs=[plan, right])
        return plan

    def _relation(self, node: exp.Expr) -> Operation:
        alias = node.args.get("alias")
        name = fold(alias.this) if alias is not None and alias.this is not None else None
        if isinstance(node, exp.Subquery):
            inner = self._query(node.this) if isinstance(node.this, exp.Query) else self._relation(node.this)
            plan = self._joined(inner, node)
        elif isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            plan = self._joined(self._named(node, name), node)
        elif isinstance(node, exp.Values):
            plan = Operation("ValuesClause", (f"{len(node.expressions)} rows",))
        else:
            plan = Operation("TableFunction", (_text(node),))
        for pivot in node.args.get("pivots") or ():
            plan = Operation(
                "Unpivot" if pivot.args.get("unpivot") else "Pivot", (_text(pivot),), inputs=[plan]
            )
        return plan

    def _named(self, node: exp.Table, alias: str | None) -> Operation:
        parts = tuple(fold(p) for p in node.parts)
        if len(parts) == 1 and parts[0] in self._ctes:
            return Operation("WithReference", (parts[0],), inputs=[self._ctes[parts[0]]])
        name = ObjectName(parts)
        if self._session.find(Stream, name) is not None:
            return Operation("StreamScan", (), str(self._session.full_name(name)), alias)
        found = self._session.require_relation(name)
        shown = str(self._session.full_name(name))
        if isinstance(found, View):
            return self._query(parse_tree(found.query))
        return _scan(self._session, found, shown, alias)


def _scan(session: Session, relation: Relation, shown: str, alias: str | None) -> Operation:
    size = 0
    if isinstance(relation, Table):
        with session.cursor() as cursor:
            row = cursor.execute(f"SELECT count(*) FROM {relation.storage}").fetchone()
            size = (int(row[0]) if row else 0) * 8 * max(len(relation.columns), 1)
    names = tuple(quote(c.name) for c in relation.columns)
    return Operation("TableScan", names, shown, alias, bytes=size)


_SETS: dict[type[exp.Expr], str] = {exp.Union: "UnionAll", exp.Intersect: "Intersect", exp.Except: "Minus"}
_STATEMENTS: dict[type[exp.Expr], str] = {
    exp.Insert: "Insert", exp.Update: "Update", exp.Delete: "Delete", exp.Merge: "Merge",
    exp.MultitableInserts: "MultiInsert",
}  # fmt: skip


def _written(tree: exp.Expr) -> Iterator[exp.Expr]:
    """What a DML statement reads from and writes to."""
    for key in ("this", "using", "from_", "expression", "source"):
        part = tree.args.get(key)
        part = part.this if isinstance(part, (exp.Schema, exp.From)) else part
        if isinstance(part, exp.Query):
            yield exp.Subquery(this=part.copy())
        elif isinstance(part, (exp.Table, exp.Subquery, exp.Values)):
            yield part


def _join_name(join: exp.Join, has_keys: bool) -> str:
    side = (join.args.get("side") or "").capitalize()
    if (join.args.get("method") or "").upper() == "ASOF":
        return "AsofJoin"
    return f"{side}OuterJoin" if side else "InnerJoin" if has_keys else "CartesianJoin"


def _sorted(node: exp.Expr, plan: Operation) -> Operation:
    order, limit = node.args.get("order"), node.args.get("limit")
    if order is not None:
        keys = tuple(f"{_text(o.this)} {_direction(o)}" for o in order.expressions)
        plan = Operation("SortWithLimit" if limit else "Sort", keys, inputs=[plan])
    elif limit is not None:
        plan = Operation("Limit", (_text(limit.expression),), inputs=[plan])
    return plan


def _direction(ordered: exp.Ordered) -> str:
    nulls = "FIRST" if ordered.args.get("nulls_first") else "LAST"
    return f"{'DESC' if ordered.args.get('desc') else 'ASC'} NULLS {nulls}"


def _aggregates(node: exp.Expr) -> list[exp.Expr]:
    return [e for e in node.expressions if has_aggregate(e)]


def _aggregate_texts(node: exp.Expr) -> tuple[str, ...]:
    group = node.args.get("group")
    keys = ", ".join(_texts(group.expressions)) if group is not None else ""
    return (f"aggExprs: [{', '.join(_texts(_aggregates(node)))}]", f"groupKeys: [{keys}]")


def _windows(node: exp.Expr) -> Iterator[exp.Expr]:
    for item in node.expressions:
        yield from item.find_all(exp.Window)


def _texts(nodes: Iterator[exp.Expr] | list[exp.Expr]) -> tuple[str, ...]:
    return tuple(_text(n.this if isinstance(n, exp.Alias) else n) for n in nodes)


def _text(node: exp.Expr) -> str:
    return str(node.sql(dialect="snowflake"))


# -- the three forms ------------------------------------------------------------------------------


def numbered(plan: Operation) -> list[tuple[int, int | None, int, Operation]]:
    """The plan's operators as (id, parent's id, depth, operator), from the top."""
    found: list[tuple[int, int | None, int, Operation]] = []

    def visit(operation: Operation, parent: int | None, depth: int) -> None:
        number = len(found)
        found.append((number, parent, depth, operation))
        for child in operation.inputs:
            visit(child, number, depth + 1)

    visit(plan, None, 0)
    return found


def total_bytes(plan: Operation) -> tuple[int, int]:
    """Partitions and bytes of all scans."""
    scans = [o for _, _, _, o in numbered(plan) if o.is_scan]
    return len(scans), sum(o.bytes or 0 for o in scans)


def as_text(plan: Operation) -> str:
    """EXPLAIN USING TEXT."""
    partitions, size = total_bytes(plan)
    lines = ["GlobalStats:", f"    partitionsTotal={partitions}", f"    partitionsAssigned={partitions}"]
    lines += [f"    bytesAssigned={size}", "Operations:"]
    for number, _, depth, o in numbered(plan):
        parts = [o.name, o.objects or "", ", ".join(o.expressions), o.alias or ""]
        stats = f"  {{partitionsTotal=1, partitionsAssigned=1, bytesAssigned={o.bytes}}}" if o.is_scan else ""
        shown = "  ".join(p for p in parts if p)
        lines.append(f"1:{number}     {'     ' * depth}->{shown}{stats}")
    return "\n".join(lines) + "\n"


def as_rows(plan: Operation) -> list[tuple[object, ...]]:
    """EXPLAIN USING TABULAR: step, id, parentOperators, operation, objects, alias, expressions,
    partitionsTotal, partitionsAssigned, bytesAssigned."""
    partitions, size = total_bytes(plan)
    rows: list[tuple[object, ...]] = [
        (None, None, None, "GlobalStats", None, None, None, partitions, partitions, size)
    ]
    for number, parent, _, o in numbered(plan):
        parents = None if parent is None else f"[{parent}]"
        scan = (1, 1, o.bytes) if o.is_scan else (None, None, None)
        rows.append((1, number, parents, o.name, o.objects, o.alias, ", ".join(o.expressions) or None, *scan))
    return rows


def as_json(plan: Operation) -> str:
    """EXPLAIN USING JSON."""
    partitions, size = total_bytes(plan)
    operations = []
    for number, parent, _, o in numbered(plan):
        entry: dict[str, object] = {"id": number, "operation": o.name}
        optional: list[tuple[str, object]] = [
            ("parentOperators", None if parent is None else [parent]), ("objects", [o.objects] if o.objects else None),
            ("alias", o.alias), ("expressions", list(o.expressions) or None),
        ]  # fmt: skip
        entry |= {k: v for k, v in optional if v is not None}
        if o.is_scan:
            entry |= {"partitionsAssigned": 1, "partitionsTotal": 1, "bytesAssigned": o.bytes}
        operations.append(entry)
    stats = {"partitionsTotal": partitions, "partitionsAssigned": partitions, "bytesAssigned": size}
    return json.dumps({"GlobalStats": stats, "Operations": [operations]}, separators=(",", ":"))
