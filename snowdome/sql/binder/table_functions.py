"""TABLE(f(…)) and LATERAL f(…): rules found by name, as scalar functions are.

A rule is ``f(call: TableCall) -> Relation``: engine SQL with columns c1, c2, … and Snowflake's columns.
It may refer to the columns of what stands before it (it becomes a lateral join).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pyarrow as pa
from sqlglot import exp

from snowdome.catalog.model import Function, Procedure
from snowdome.errors import compilation_error, located_error, not_supported
from snowdome.sql.binder import model_calls, procedure_rows, python_calls, sources, user_functions
from snowdome.sql.binder.core import Binder, fold, function_name, position
from snowdome.sql.binder.literals import bound
from snowdome.sql.binder.scope import From, Relation, Scope, Source
from snowdome.sql.binder.user_functions import Chosen
from snowdome.sql.casts import coerce_word
from snowdome.sql.functions.flatten import flatten_list
from snowdome.sql.typed import Typed, invalid_arguments
from snowdome.types import NUMBER, TEXT, VARIANT, Column, engine_type


@dataclass(frozen=True)
class TableCall:
    """A call of a table function being bound; ``arguments`` by position, ``named`` by upper-case name."""

    name: str
    binder: Binder
    arguments: tuple[exp.Expr, ...]
    named: dict[str, exp.Expr]
    scope: Scope
    left: From
    window: exp.Window | None = None

    def node(self, index: int, name: str) -> exp.Expr | None:
        """The argument called ``name``, or at ``index``."""
        if name in self.named:
            return self.named[name]
        return self.arguments[index] if index < len(self.arguments) else None

    def typed(self, index: int, name: str) -> Typed | None:
        node = self.node(index, name)
        if isinstance(node, exp.Placeholder):
            return bound(self.binder.binding(str(node.this) if node.this else None), self.binder)
        return None if node is None else self.binder.expression(node, self.scope)

    def required(self, index: int, name: str, word: str = "any") -> Typed:
        """The argument coerced to a signature ``word``; an error if it is missing."""
        typed = self.typed(index, name)
        if typed is None:
            text = f"not enough arguments for function [{self.name}], expected {index + 1}, got {len(self.arguments)}"
            raise compilation_error("000938", "22023", text)
        coerced = coerce_word(typed, word, self.binder)
        if coerced is None:
            raise invalid_arguments(self.name, [typed.type])
        return coerced

    def constant(self, index: int, name: str, default: object = None) -> object:
        """The value of a constant argument, computed now if it is an expression; NULL counts as not given."""
        return self._value(self.typed(index, name), default)

    def flag(self, index: int, name: str, default: bool = False) -> bool:
        """A constant argument that is a boolean."""
        return bool(self._coerced(index, name, "bool", default))

    def whole(self, index: int, name: str, default: int) -> int:
        """A constant argument that is a whole number."""
        value = str(self._coerced(index, name, "any", default))
        if not value.removeprefix("-").isdecimal():
            typed = self.typed(index, name)
            raise invalid_arguments(self.name, [typed.type] if typed is not None else [])
        return int(value)

    def _coerced(self, index: int, name: str, word: str, default: object) -> object:
        given = self.typed(index, name) is not None
        return self._value(self.required(index, name, word) if given else None, default)

    def _value(self, typed: Typed | None, default: object) -> object:
        if typed is None:
            return default
        value = typed.literal if typed.is_literal else evaluate(self.binder, typed)
        return default if value is None else value


TableRule = Callable[[TableCall], Relation]
TABLE_FUNCTIONS: dict[str, TableRule] = {}
PARAMETERS: dict[str, tuple[str, ...]] = {}  # of each function, in order
ROW_NUMBERED = frozenset(
    {"FLATTEN", "SPLIT_TO_TABLE", "STRTOK_SPLIT_TO_TABLE"}
)  # their SEQ counts input rows


def table_function(*names: str, takes: str | None = None) -> Callable[[TableRule], TableRule]:
    """Register a table function that ``takes`` parameters of these names, in this order (None if it looks at
    them itself); ``INFORMATION_SCHEMA.X`` is registered as X."""

    def register(rule: TableRule) -> TableRule:
        for name in names:
            TABLE_FUNCTIONS[name] = rule
            if takes is not None:
                PARAMETERS[name] = tuple(takes.split())
        return rule

    return register


def evaluate(binder: Binder, typed: Typed) -> object:
    """The value of an expression without columns, computed by the engine while compiling."""
    binder.volatile()
    with binder.session.cursor() as cursor:
        row = cursor.execute(f"SELECT {typed.sql}").fetchone()
    return row[0] if row else None


def is_lateral(node: exp.Expr) -> bool:
    """Whether a join's right side is ``TABLE(f(…))``, which sees the columns before it."""
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
        return is_lateral(node.this)
    return (
        isinstance(node, exp.Table)
        and isinstance(node.this, exp.Anonymous)
        and node.this.name.upper() == "TABLE"
    )


def bind_call(binder: Binder, node: exp.Expr, left: From, scope: Scope) -> tuple[str, Source]:
    """``TABLE(f(…)) AS alias`` as a FROM item."""
    if isinstance(node, exp.Subquery):
        return bind_call(binder, node.this, left, scope)
    inner = node.this
    if inner.name.upper() == "DIRECTORY":
        return bind_lateral_call(binder, inner, node.args.get("alias"), left, scope)
    if inner.name.upper() != "TABLE" or len(inner.expressions) != 1:
        raise not_supported(f"FROM {node.sql(dialect='snowflake')[:80]}")
    argument = inner.expressions[0]
    if isinstance(argument, (exp.Placeholder, exp.Literal, exp.Parameter)):
        name = sources.dynamic_name(binder, argument, scope)
        return sources.named(binder, name, node.args.get("alias"), scope)
    if isinstance(argument, (exp.Column, exp.Identifier)):
        parts = argument.parts if isinstance(argument, exp.Column) else [argument]
        return sources.named(binder, tuple(fold(p) for p in parts), node.args.get("alias"), scope)
    return bind_lateral_call(binder, argument, node.args.get("alias"), left, scope)


def bind_lateral_call(
    binder: Binder, node: exp.Expr, alias: exp.Expr | None, left: From, scope: Scope
) -> tuple[str, Source]:
    """The call itself, with or without OVER, qualified or not."""
    if model_calls.is_call(node):
        chosen = model_calls.choose(binder, node, scope, table=True)
        return sources.derived(binder, _python_table(binder, chosen), alias)
    window = node if isinstance(node, exp.Window) else None
    call = window.this if window is not None else node
    qualifier: tuple[str, ...] = ()
    if isinstance(call, exp.Dot):
        *parts, call = list(call.flatten())
        qualifier = tuple(fold(p) for p in parts)
    if not isinstance(call, exp.Anonymous):
        raise not_supported(f"TABLE({node.sql(dialect='snowflake')[:80]})")
    name = function_name(call)
    rule = TABLE_FUNCTIONS.get(name) if not qualifier or "INFORMATION_SCHEMA" in qualifier else None
    if rule is None:
        return sources.derived(
            binder, _user_table(binder, (*qualifier, name), call, window, left, scope), alias
        )
    return sources.derived(binder, rule(replace(table_call(binder, call, left, scope), window=window)), alias)


def _user_table(
    binder: Binder,
    name: tuple[str, ...],
    call: exp.Anonymous,
    window: exp.Window | None,
    left: From,
    scope: Scope,
) -> Relation:
    """The rows of the user's table function, with nothing before it in FROM or with an SQL body; or a procedure's."""
    procedures = [
        p for p in user_functions.candidates(binder, Procedure, binder.object_name(name)) if p.is_table
    ]
    if procedures:
        return arrow_relation(binder, *procedure_rows.called(binder, name, procedures, call))
    chosen = user_functions.choose(binder, name, call, scope, table=True)
    if chosen.function.language == "PYTHON":
        return _python_table(binder, chosen)
    if window is not None:
        raise not_supported("OVER with an SQL table function")
    relation = user_functions.table_rows(binder, chosen.function, chosen.arguments)
    return _as_declared(binder, relation, tuple(Column(n, t) for n, t in chosen.function.columns))


def _python_table(binder: Binder, chosen: Chosen[Function]) -> Relation:
    columns = python_calls.outputs(binder, chosen.function)
    alias = binder.fresh()
    shown = ", ".join(f"{sql.format(r=f'{alias}.r')} AS c{i}" for i, (_, sql) in enumerate(columns, 1))
    rows = python_calls.row_list(binder, chosen.function, chosen.arguments)
    return Relation(
        f"SELECT {shown} FROM (SELECT unnest({rows}) AS r) AS {alias}", tuple(c for c, _ in columns)
    )


def _as_declared(binder: Binder, relation: Relation, columns: tuple[Column, ...]) -> Relation:
    """The body's rows under the names and types of RETURNS TABLE."""
    if len(relation.columns) != len(columns):
        text = f"Number of columns in the body ({len(relation.columns)}) and in RETURNS TABLE ({len(columns)}) differ."
        raise compilation_error("002061", "42601", text)
    alias = binder.fresh()
    shown = []
    for i, (mine, wanted) in enumerate(zip(relation.columns, columns, strict=True), 1):
        value = Typed(f"{alias}.c{i}", mine.type)
        converted = (
            coerce_word(value, "any", binder)
            if mine.type == wanted.type
            else sources.cast_to(value, wanted, binder)
        )
        assert converted is not None
        shown.append(f"{converted.sql} AS c{i}")
    return Relation(f"SELECT {', '.join(shown)} FROM ({relation.sql}) AS {alias}", columns)


def arrow_relation(binder: Binder, table: pa.Table, columns: tuple[Column, ...]) -> Relation:
    """An Arrow table in the engine layout (columns in order, whatever their names) as a relation."""
    named = table.rename_columns([f"c{i}" for i in range(1, len(columns) + 1)])
    engine = binder.register(named)
    shown = ", ".join(f"CAST(c{i} AS {engine_type(c.type)}) AS c{i}" for i, c in enumerate(columns, 1))
    return Relation(f"SELECT {shown or 'NULL'} FROM {engine}", columns)


# -- rules ----------------------------------------------------------------------------------------


@table_function("RESULT_SCAN", takes="QUERY_ID")
def result_scan(call: TableCall) -> Relation:
    """The rows of a finished statement of this session."""
    query_id = call.constant(0, "QUERY_ID")
    result = call.binder.context.services.result_of(call.binder.session, str(query_id))
    return arrow_relation(call.binder, result.table, result.columns)


@table_function("GENERATOR", takes="ROWCOUNT TIMELIMIT")
def generator(call: TableCall) -> Relation:
    """ROWCOUNT rows without columns."""
    if call.node(0, "ROWCOUNT") is None and call.node(1, "TIMELIMIT") is not None:
        raise not_supported("GENERATOR(TIMELIMIT) without ROWCOUNT")
    return Relation(f"SELECT NULL FROM range({call.whole(0, 'ROWCOUNT', 0)})", ())


# -- functions whose rows are a list --------------------------------------------------------------


@dataclass(frozen=True)
class Unnested:
    """A table function's rows as an engine list of structs; ``columns`` with the engine SQL of each over
    the struct ``{r}`` and the number of the input row ``{n}``."""

    rows: str
    columns: tuple[tuple[Column, str], ...]


UnnestRule = Callable[[TableCall], Unnested]
UNNESTED: dict[str, UnnestRule] = {}


def unnested(*names: str, takes: str) -> Callable[[UnnestRule], UnnestRule]:
    """Register a table function that makes rows out of one value: it is unnested in the projection, which
    keeps the order of rows and is quicker than a lateral join."""

    def register(rule: UnnestRule) -> UnnestRule:
        def alone(call: TableCall) -> Relation:
            made, alias = rule(call), call.binder.fresh()
            shown = [sql.format(r=f"{alias}.r", n=_FIRST) for _, sql in made.columns]
            listed = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate(shown, 1))
            sql = f"SELECT {listed} FROM (SELECT unnest({made.rows}) AS r) AS {alias}"
            return Relation(sql, tuple(column for column, _ in made.columns))

        for name in names:
            UNNESTED[name] = rule
            TABLE_FUNCTIONS[name] = alone
            PARAMETERS[name] = tuple(takes.split())
        return rule

    return register


_FIRST = "CAST(1 AS DECIMAL(38,0))"


@unnested("FLATTEN", takes="INPUT PATH OUTER RECURSIVE MODE")
def flatten(call: TableCall) -> Unnested:
    """One row for each element of a semi-structured value."""
    value = call.required(0, "INPUT", "semi")
    path = str(call.constant(1, "PATH", "") or "")
    rows = flatten_list(
        value,
        path,
        outer=call.flag(2, "OUTER"),
        recursive=call.flag(3, "RECURSIVE"),
        mode=str(call.constant(4, "MODE", "BOTH") or "BOTH"),
    )
    columns = (
        (Column("SEQ", NUMBER, False), "{n}"), (Column("KEY", TEXT), "{r}.k"), (Column("PATH", TEXT), "{r}.p"),
        (Column("INDEX", NUMBER), "CAST({r}.i AS DECIMAL(38,0))"), (Column("VALUE", VARIANT), "{r}.v"),
        (Column("THIS", VARIANT), "{r}.t"),
    )  # fmt: skip
    return Unnested(rows, columns)


@unnested("SPLIT_TO_TABLE", "STRTOK_SPLIT_TO_TABLE", takes="STRING DELIMITER")
def split_to_table(call: TableCall) -> Unnested:
    """One row for each part of a text."""
    text = call.required(0, "STRING", "text")
    separator = coerce_word(call.typed(1, "DELIMITER") or Typed("' '", TEXT, False, " "), "text", call.binder)
    assert separator is not None
    if call.name == "SPLIT_TO_TABLE":
        parts = f"CASE WHEN {separator.sql} = '' THEN [{text.sql}] ELSE string_split({text.sql}, {separator.sql}) END"
    else:
        blanks = f"repeat(chr(1), CAST(length({separator.sql}) AS BIGINT))"
        words = f"string_split(translate({text.sql}, {separator.sql}, {blanks}), chr(1))"
        parts = f"list_filter({words}, lambda part: part <> '')"
    rows = f"list_transform({parts}, lambda part, i: {{'v': part, 'i': i}})"
    columns = (
        (Column("SEQ", NUMBER, False), "{n}"), (Column("INDEX", NUMBER, False), "CAST({r}.i AS DECIMAL(38,0))"),
        (Column("VALUE", TEXT), "{r}.v"),
    )  # fmt: skip
    return Unnested(rows, columns)


@dataclass(frozen=True)
class UnnestCall:
    """A call of such a function in a FROM clause: its rule, alias, and the keys of ``OVER (PARTITION BY …
    ORDER BY …)``, by which the input rows are taken."""

    rule: UnnestRule
    call: exp.Anonymous
    alias: exp.Expr | None
    keys: tuple[exp.Expr, ...] = ()
    python: Callable[[Scope], Chosen[Function]] | None = None  # the Python function that is called
    window: exp.Window | None = None


def unnest_call(binder: Binder, node: exp.Expr) -> UnnestCall | None:
    """What ``TABLE(f(…))`` or ``LATERAL f(…)`` calls, if it is a function that is unnested."""
    while isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
        node = node.this
    call, keys, window = node.this, (), None
    if isinstance(call, exp.Anonymous) and call.name.upper() == "TABLE" and len(call.expressions) == 1:
        call = call.expressions[0]
    if model_calls.is_call(call):
        return _model_call(binder, call, node.args.get("alias"))
    if isinstance(call, exp.Window):
        order = call.args.get("order")
        keys = (*(call.args.get("partition_by") or ()), *(order.expressions if order is not None else ()))
        window, call = call, call.this
    if isinstance(call, exp.Anonymous) and call.name.upper() in UNNESTED:
        return UnnestCall(UNNESTED[call.name.upper()], call, node.args.get("alias"), keys)
    found = python_call(binder, call)
    if found is None:
        return None

    def choose(scope: Scope) -> Chosen[Function]:
        return user_functions.choose(binder, found[0], found[1], scope, table=True)

    return UnnestCall(_python_rows(choose), found[1], node.args.get("alias"), keys, choose, window)


def _model_call(binder: Binder, node: exp.Expr, alias: exp.Expr | None) -> UnnestCall:
    """``TABLE(m!method(…) [OVER (…)])``"""

    def choose(scope: Scope) -> Chosen[Function]:
        return model_calls.choose(binder, node, scope, table=True)

    window = model_calls.window_of(node)
    call = window.this if window is not None else node.expression
    return UnnestCall(_python_rows(choose), call, alias, (), choose, window)


def python_call(binder: Binder, node: exp.Expr) -> tuple[tuple[str, ...], exp.Anonymous] | None:
    """Name and call where ``node`` calls a user's Python table function."""
    name: tuple[str, ...] = ()
    if isinstance(node, exp.Dot):
        *parts, node = list(node.flatten())
        name = tuple(fold(p) for p in parts)
    if not isinstance(node, exp.Anonymous) or node.name.upper() in TABLE_FUNCTIONS:
        return None
    name = (*name, function_name(node))
    overloads = user_functions.candidates(binder, Function, binder.object_name(name))
    return (name, node) if any(f.is_table and f.language == "PYTHON" for f in overloads) else None


def _python_rows(choose: Callable[[Scope], Chosen[Function]]) -> UnnestRule:
    """The rule that makes the rows of a Python table function out of each input row."""

    def rule(call: TableCall) -> Unnested:
        chosen = choose(call.scope)
        rows = python_calls.row_list(call.binder, chosen.function, chosen.arguments)
        return Unnested(rows, tuple(python_calls.outputs(call.binder, chosen.function)))

    return rule


def table_call(binder: Binder, call: exp.Anonymous, left: From, scope: Scope) -> TableCall:
    """A call with its arguments sorted out."""
    named = {a.this.name.upper(): a.expression for a in call.expressions if isinstance(a, exp.Kwarg)}
    plain = tuple(a for a in call.expressions if not isinstance(a, exp.Kwarg))
    made = TableCall(call.name.upper(), binder, plain, named, scope, left)
    _check_arguments(made, call)
    return made


def _check_arguments(call: TableCall, node: exp.Anonymous) -> None:
    """A function of the account's takes the parameters that it has, each once; 001039 for others."""
    known = PARAMETERS.get(call.name)
    if known is None:
        return
    for index, name in enumerate(call.named, 1):
        if name not in known:
            text = f"invalid argument for function [{call.name}] unexpected argument [{name}] at position {index},"
            raise located_error("001039", "22023", text, *position(call.binder, node))
    given = len(call.arguments)
    if given > len(known):
        text = f"too many arguments for function [{call.name}] expected {len(known)}, got {given}"
        raise located_error("000939", "22023", text, *position(call.binder, node))
    if given + len(call.named) < len(node.expressions) or set(call.named) & set(known[:given]):
        types = [call.binder.expression(a, call.scope).type for a in call.arguments]
        types += [call.binder.expression(a, call.scope).type for a in call.named.values()]
        raise invalid_arguments(call.name, types)
