"""Whether the changes of a query's result can be told from the changes of its tables, by Snowflake's rules: it
decides the refresh mode of a dynamic table."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

from snowdome.sql.query_parser import parse_tree

Rule = Callable[[exp.Expr], "str | None"]

_PREFIX = "Change tracking is not supported on queries"

_NOW = frozenset(
    {
        "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "GETDATE", "LOCALTIME", "LOCALTIMESTAMP", "SYSDATE",
        "SYSTIMESTAMP",
    }
)  # fmt: skip
_UNTRACKED = _NOW | {
    "RANDOM", "RANDSTR", "UNIFORM", "NORMAL", "ZIPF", "UUID_STRING", "SEQ1", "SEQ2", "SEQ4", "SEQ8",
    "CURRENT_USER", "CURRENT_ROLE", "CURRENT_SESSION", "CURRENT_WAREHOUSE", "CURRENT_DATABASE",
    "CURRENT_SCHEMA", "CURRENT_ACCOUNT", "CURRENT_TRANSACTION", "CURRENT_STATEMENT", "LAST_QUERY_ID",
    "IS_ROLE_IN_SESSION", "CURRENT_AVAILABLE_ROLES", "INVOKER_ROLE",
}  # fmt: skip
_FUNCTIONS = frozenset({"MODE"})


def refusal(queries: Iterable[str]) -> str | None:
    """Why the result of ``queries``, a query with those of the views it reads, cannot be refreshed
    incrementally; None if it can."""
    for query in queries:
        for node in parse_tree(query).walk():
            for kind, rule in _RULES:
                if isinstance(node, kind) and (reason := rule(node)) is not None:
                    return reason
    return None


def depends_on_time(queries: Iterable[str]) -> bool:
    """Whether ``queries`` compare with the time: their rows may change though no table does."""
    return any(
        node.name.upper() in _NOW and node.find_ancestor(exp.Where, exp.Having, exp.Qualify) is not None
        for query in queries
        for node in parse_tree(query).find_all(exp.Anonymous)
    )


def _function(node: exp.Expr) -> str | None:
    name = node.name.upper()
    if name in _FUNCTIONS:
        return f"{_PREFIX} containing the function '{name}'."
    filtered = node.find_ancestor(exp.Where, exp.Having, exp.Qualify) is not None
    if name in _UNTRACKED and not (name in _NOW and filtered):
        text = "but change tracking is not supported on queries with non-deterministic functions."
        return f"Query contains the function '{name}', {text}"
    return None


def _subquery(node: exp.Expr) -> str | None:
    """A query that stands where a value does."""
    above = node.parent
    while isinstance(above, (exp.Subquery, exp.Paren)):
        above = above.parent
    inside = isinstance(above, (exp.From, exp.Join, exp.CTE, exp.SetOperation, exp.With, exp.Lateral))
    return None if above is None or inside else f"{_PREFIX} with subquery expressions."


def _with(words: str) -> Rule:
    return lambda node: f"{_PREFIX} with {words}."


def _limit(node: exp.Expr) -> str | None:
    return f"{_PREFIX} with 'LIMIT'."


def _recursive(node: exp.Expr) -> str | None:
    return f"{_PREFIX} with recursive CTEs." if node.args.get("recursive") else None


_RULES: tuple[tuple[type[exp.Expr], Rule], ...] = (
    (exp.Anonymous, _function),
    (exp.Select, _subquery),
    (exp.Pivot, _with("'PIVOT' or 'UNPIVOT'")),
    (exp.TableSample, _with("'SAMPLE'")),
    (exp.Limit, _limit),
    (exp.Fetch, _limit),
    (exp.Intersect, _with("'INTERSECT'")),
    (exp.Except, _with("'EXCEPT' or 'MINUS'")),
    (exp.Values, _with("'VALUES'")),
    (exp.With, _recursive),
)
