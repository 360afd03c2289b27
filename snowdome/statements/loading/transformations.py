"""What COPY's query may be: a plain SELECT from one stage, with some of Snowflake's functions."""

from __future__ import annotations

from sqlglot import exp

from snowdome.errors import SnowflakeError, compilation_error

_CLAUSES = (
    "where", "group", "having", "qualify", "order", "limit", "offset", "joins", "laterals", "with_",
    "windows", "connect", "match",
)  # fmt: skip
# Arithmetic is refused by its sign; of functions those that are known to be refused.
_OPERATORS: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
_REFUSED = frozenset({"UPPER", "OCTET_LENGTH"})


def checked(tree: exp.Expr) -> exp.Expr:
    """The location that the query reads from; an error if COPY does not take the query."""
    source = tree.args.get("from_") if isinstance(tree, exp.Select) else None
    table = source.this if source is not None else None
    if not isinstance(table, exp.Table) or any(tree.args.get(c) for c in _CLAUSES):
        raise _not_simple()
    if not isinstance(table.this, (exp.Var, exp.Literal)) or table.args.get("joins"):
        raise _not_simple()
    for node in tree.find_all(exp.Binary, exp.Anonymous, exp.Subquery, exp.AggFunc, exp.Window):
        _check_node(node)
    return table.this


def _check_node(node: exp.Expr) -> None:
    if isinstance(node, (exp.Subquery, exp.Window)):
        raise _not_simple()
    name = _OPERATORS.get(type(node)) or (node.name.upper() if isinstance(node, exp.Anonymous) else "")
    if name in _REFUSED or name in _OPERATORS.values():
        text = f"SQL Compilation error: Function '{name}' not supported within a COPY"
        raise SnowflakeError("002103", "0A000", text)


def _not_simple() -> SnowflakeError:
    """002099: something else than SELECT … FROM @stage."""
    text = "COPY statement only supports simple SELECT from stage statements for import."
    return compilation_error("002099", "0A000", text)
