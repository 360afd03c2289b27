"""Views on which a stream can stand, and their queries with the ids of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp

from snowdome.catalog.model import DynamicTable, Table, View
from snowdome.catalog.model import Relation as StoredRelation
from snowdome.errors import SnowflakeError, not_supported
from snowdome.sql.binder.core import Binder, fold
from snowdome.sql.functions.registry import FUNCTIONS
from snowdome.sql.query_parser import parse_tree

ROW_ID = "\0row id"  # the hidden column, which no statement can write


def untrackable(reason: str, view: View | None = None) -> SnowflakeError:
    """Changes cannot be tracked through the query of a view."""
    inside = f" (inside view '{view.name}')" if view is not None else ""
    text = f"Change tracking is not supported on queries with {reason}.{inside}"
    return SnowflakeError("002718", "0A000", f"SQL compilation error:\n{text}")


# -- what is behind a view ------------------------------------------------------------------------


def base_tables(binder: Binder, view: View) -> list[Table]:
    """The tables behind ``view``, each once; an error if a stream cannot stand on it."""
    tree = parse_tree(view.query)
    check(tree)
    found: dict[int, Table] = {}
    with binder.inside(view.context, f"View '{view.name}'"):
        for relation in _relations(binder, tree):
            if isinstance(relation, DynamicTable):
                raise not_supported("streams on views over dynamic tables")
            if isinstance(relation, Table):
                found[relation.id] = relation
            elif isinstance(relation, View):
                found.update({t.id: t for t in base_tables(binder, relation)})
            else:
                raise untrackable("'STREAM'", view)
    if not found:
        raise untrackable("'VALUES'", view)
    return list(found.values())


def _relations(binder: Binder, tree: exp.Expr) -> Iterator[StoredRelation | None]:
    """What the FROM items name, common table expressions aside."""
    shared = {fold(c.args["alias"].this) for c in tree.find_all(exp.CTE)}
    for node in tree.find_all(exp.Table):
        parts = tuple(fold(p) for p in node.parts)
        if len(parts) > 1 or parts[0] not in shared:
            name = binder.object_name(parts)
            if name.schema == "INFORMATION_SCHEMA":
                raise untrackable("'Table Function'")
            yield binder.session.find(StoredRelation, name)


def has_joins(binder: Binder, view: View) -> bool:
    """Whether a row of the view comes of several rows."""
    tree = parse_tree(view.query)
    if any(True for _ in tree.find_all(exp.Join)):
        return True
    with binder.inside(view.context, f"View '{view.name}'"):
        inner = [r for r in _relations(binder, tree) if isinstance(r, View)]
        return any(has_joins(binder, v) for v in inner)


_CLAUSES = {
    "group": "'GROUP BY'", "having": "'HAVING'", "qualify": "'QUALIFY'", "distinct": "'DISTINCT'",
    "limit": "'LIMIT'", "offset": "'LIMIT'", "laterals": "'LATERAL'", "connect": "'CONNECT BY'",
    "match": "'MATCH_RECOGNIZE'",
}  # fmt: skip


def check(tree: exp.Expr) -> None:
    """An error at what Snowflake does not track changes through."""
    for node in tree.walk():
        for kind, rule in _RULES.items():
            if isinstance(node, kind) and (reason := rule(node)):
                raise untrackable(reason)


def _select(node: exp.Expr) -> str:
    return next((name for key, name in _CLAUSES.items() if node.args.get(key)), "")


def _set_operation(node: exp.Expr) -> str:
    if isinstance(node, exp.Union) and not node.args.get("distinct"):
        return ""
    return f"joins of type '[{type(node).__name__.upper()}]'"


def _join(node: exp.Expr) -> str:
    side, method = (str(node.args.get(k) or "").upper() for k in ("side", "method"))
    if side:
        return f"joins of type '[{side}_OUTER_JOIN]'"
    return "joins of type '[ASOF]'" if method == "ASOF" else ""


def _subquery(node: exp.Expr) -> str:
    """A query that is neither in FROM nor a branch of a set operation."""
    place = node.parent
    while isinstance(place, (exp.Paren, exp.Subquery, exp.SetOperation)):
        place = place.parent
    return "" if place is None or isinstance(place, (exp.From, exp.Join, exp.CTE)) else "subquery expressions"


def _named_call(node: exp.Expr) -> str:
    word = node.name.upper()
    return f"non-deterministic functions ('{word}')" if word in _UNSTEADY else _aggregated(word)


def _aggregated(word: str) -> str:
    found = FUNCTIONS.get(word)
    return "aggregate functions" if found is not None and found.kind == "aggregate" else ""


_UNSTEADY = ("RANDOM", "UUID_STRING", "RANDSTR", "UNIFORM", "NORMAL", "ZIPF", "SEQ1", "SEQ2", "SEQ4", "SEQ8")

_RULES: dict[type[exp.Expr], Callable[[exp.Expr], str]] = {
    exp.SetOperation: _set_operation,
    exp.Join: _join,
    exp.Window: lambda node: "window functions",
    exp.Values: lambda node: "'VALUES'",
    exp.Lateral: lambda node: "'LATERAL'",
    exp.TableFromRows: lambda node: "'Table Function'",
    exp.Pivot: lambda node: "'PIVOT'",
    exp.TableSample: lambda node: "'SAMPLE'",
    exp.Anonymous: _named_call,
}


def _check_select(node: exp.Expr) -> str:
    return _select(node) or _subquery(node)


_RULES[exp.Select] = _check_select


# -- the ids of rows ------------------------------------------------------------------------------


def with_row_ids(tree: exp.Expr) -> exp.Expr:
    """The query with a last column that tells of which rows of the tables each row comes."""
    tree = tree.copy()
    _extend(tree)
    return tree


def _extend(node: exp.Expr) -> None:
    for cte in node.args["with_"].expressions if node.args.get("with_") else ():
        if cte.args["alias"].args.get("columns"):
            raise not_supported("streams on views with named columns of common table expressions")
        _extend(cte.this)
    if isinstance(node, exp.SetOperation):
        _extend_union(node)
    elif isinstance(node, exp.Subquery):
        _extend(node.this)
    elif isinstance(node, exp.Select):
        _extend_select(node)
    else:
        raise not_supported(f"streams on views with {type(node).__name__.upper()}")


def _extend_union(node: exp.SetOperation) -> None:
    """Rows of two branches differ, though they come of one row of a table."""
    for side, mark in ((node.this, "l"), (node.expression, "r")):
        _extend(side)
        _mark(side, mark)


def _mark(node: exp.Expr, mark: str) -> None:
    while isinstance(node, exp.Subquery):
        node = node.this
    if isinstance(node, exp.SetOperation):
        for side in (node.this, node.expression):
            _mark(side, mark)
        return
    last = node.expressions[-1]
    last.set("this", _joined([exp.Literal.string(mark), last.this.copy()]))


def _extend_select(node: exp.Select) -> None:
    clause = node.args.get("from_")
    items = [] if clause is None else [clause.this, *(j.this for j in node.args.get("joins") or ())]
    if not items:
        raise untrackable("'VALUES'")
    ids: list[exp.Expr] = []
    for number, item in enumerate(items):
        ids += _row_ids(item, number)
    node.append("expressions", exp.alias_(_joined(ids), _identifier(ROW_ID)))


def _row_ids(item: exp.Expr, number: int) -> Iterator[exp.Expr]:
    """References to the row ids of a FROM item, which gets an alias if it has no name."""
    if isinstance(item, exp.Subquery):
        if not isinstance(item.this, exp.Query):
            raise not_supported("streams on views with joins in parentheses")
        _extend(item.this)
        if item.args.get("alias") is None:
            item.set("alias", exp.TableAlias(this=_identifier(f"\0item {number}")))
    elif not isinstance(item, exp.Table):
        raise not_supported(f"streams on views with {type(item).__name__.upper()}")
    alias = item.args.get("alias")
    named = alias.this if alias is not None and alias.this is not None else item.this
    yield exp.Column(this=_identifier(ROW_ID), table=named.copy())
    for join in item.args.get("joins") or ():
        yield from _row_ids(join.this, number)


def _joined(parts: list[exp.Expr]) -> exp.Expr:
    """The parts as one text; what is written here is bound by the same rules as what users write."""
    found = parts[0]
    for part in parts[1:]:
        found = exp.DPipe(this=exp.DPipe(this=found, expression=exp.Literal.string("/")), expression=part)
    return found


def _identifier(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=True)
