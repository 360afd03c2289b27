"""INSERT, UPDATE, DELETE and MERGE to engine statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
from sqlglot import exp

from snowdome.catalog.model import Table, TableColumn
from snowdome.catalog.names import literal
from snowdome.context import Context
from snowdome.engine.versions import COUNTS_ROWS_ONCE
from snowdome.errors import compilation_error, located_error, not_supported
from snowdome.sql.binder import joins, overwriting, setops, sources, tracking
from snowdome.sql.binder.core import Binder, fold, ready
from snowdome.sql.binder.literals import BOUND_TYPES
from snowdome.sql.binder.operators import predicate
from snowdome.sql.binder.scope import BoundColumn, From, Relation, Scope, Source
from snowdome.sql.binder.select import result_column
from snowdome.sql.binder.targets import check_set, columns_named, target_table, written_name
from snowdome.sql.binder.written import Assignment, Written, check_assignable
from snowdome.sql.casts import cast, coerces
from snowdome.sql.lexer import place, tokenize
from snowdome.sql.query_parser import parse_expression
from snowdome.sql.typed import Typed
from snowdome.types import BINARY, TEXT, Column, DataType, engine_type


@dataclass(frozen=True)
class Write:
    """A DML statement compiled, in the order in which it runs: ``before`` prepares; a row from a query of
    ``checks`` fails the statement; ``measured`` are counts to take before the change; ``actions`` change
    and count rows. Both are pairs of result column and engine SQL. ``merge`` is a MERGE, whose rows tell
    what was done. ``columns`` are the result's, in order."""

    columns: tuple[str, ...]
    actions: tuple[tuple[str, str], ...] = ()
    measured: tuple[tuple[str, str], ...] = ()
    merge: str | None = None
    checks: tuple[tuple[str, str, str, str], ...] = ()  # (query, code, sqlstate, message)
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    tables: dict[str, pa.Table] = field(default_factory=dict)
    written: tuple[Written, ...] = ()  # what to look at when a value fails
    streams: dict[int, bool] = field(default_factory=dict)  # that it moves: see Binder
    versions: dict[int, int] = field(default_factory=dict)  # that it makes of tracked tables


INSERTED, UPDATED, DELETED = "number of rows inserted", "number of rows updated", "number of rows deleted"
MULTI_JOINED = "number of multi-joined rows updated"


def assigned(value: Typed, column: TableColumn, binder: Binder) -> str:
    """``value`` as ``column`` stores it: Snowflake's assignment rules, lengths checked."""
    if not coerces(value.type, column.type) and value.type.kind != "NULL":
        expected = f"expecting {column.type} but got {value.type} for column {column.name}"
        text = f"Expression type does not match column data type, {expected}"
        raise compilation_error("002023", "22000", text)
    # an explicit cast cuts text off at the length; an assignment refuses it
    target = TEXT if column.type.kind == "TEXT" else BINARY if column.type.kind == "BINARY" else column.type
    same = value.type.kind == column.type.kind and target is not column.type
    sql = value.sql if same else cast(value, target, binder).sql
    return within_length(sql, value.type, column.type)


def within_length(sql: str, given: DataType, wanted: DataType) -> str:
    """Check that text or binary fits the column: 100078."""
    if wanted.kind not in ("TEXT", "BINARY") or wanted.length is None or wanted.length >= 8388608:
        return sql
    if given.kind == wanted.kind and given.length is not None and given.length <= wanted.length:
        return sql
    return f"sf.fits_{'text' if wanted.kind == 'TEXT' else 'binary'}({sql}, {wanted.length})"


def default_value(column: TableColumn, binder: Binder) -> str:
    """What a column gets when no value is given."""
    if column.sequence is not None:
        binder.volatile()
        return f"CAST(nextval({literal(column.sequence)}) AS {engine_type(column.type)})"
    if column.default is None:
        return f"CAST(NULL AS {engine_type(column.type)})"
    return assigned(binder.expression(parse_expression(column.default), Scope()), column, binder)


# -- INSERT ---------------------------------------------------------------------------------------


def bind_insert(binder: Binder, node: exp.Insert) -> Write:
    """INSERT [OVERWRITE] INTO t [(columns)] VALUES … | SELECT …"""
    scope = Scope()
    target = node.this
    table, names = target_table(binder, target, scope)
    columns = columns_named(binder, table, target.expressions if isinstance(target, exp.Schema) else [])
    relation = _insert_rows(binder, node, columns, scope)
    rows, values = insert_values(binder, table, columns, relation)
    replaced = overwriting.replace(binder, table, relation, rows) if node.args.get("overwrite") else None
    source, before, after = replaced or (rows, (), ())
    sql = (
        f"INSERT INTO {table.storage} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM {source}"
    )
    written = (Written(written_name(target, names), rows, _assignments(table, values)),)
    return Write(
        (INSERTED,), ((INSERTED, sql),), before=before, after=after, tables=binder.tables, written=written
    )


def _assignments(table: Table, values: dict[str, str], complete: bool = True) -> tuple[Assignment, ...]:
    """The new values by column; ``complete`` rows have NULL in the columns without one."""
    found = [
        Assignment(c.name, values[c.storage], not c.nullable) for c in table.columns if c.storage in values
    ]
    if complete:
        missing = [c for c in table.columns if c.storage not in values and not c.nullable]
        found += [Assignment(c.name, "NULL", True) for c in missing]
    return tuple(found)


def _insert_rows(binder: Binder, node: exp.Insert, columns: list[TableColumn], scope: Scope) -> Relation:
    query = node.expression
    if isinstance(query, exp.Values):
        _fill_defaults(binder, query, columns)
        if any(isinstance(b.value, list) for b in binder.context.bindings.values()):
            return _array_bound(binder, query, scope)
        return setops.values(binder, query, scope)
    if node.args.get("with_") is not None and query is not None:
        query.set("with_", node.args["with_"])
    if query is None:
        raise compilation_error("001003", "42000", "INSERT needs VALUES or a query.")
    return binder.query(query, scope)


def _fill_defaults(binder: Binder, query: exp.Values, columns: list[TableColumn]) -> None:
    """Replace DEFAULT in VALUES by the column's default expression."""
    for row in query.expressions:
        for i, cell in enumerate(list(row.expressions)):
            word = cell.name.upper() if isinstance(cell, (exp.Column, exp.Var)) else ""
            if word == "DEFAULT" and i < len(columns):
                column = columns[i]
                cell.replace(ready(Typed(default_value(column, binder), column.type)))


def _array_bound(binder: Binder, query: exp.Values, scope: Scope) -> Relation:
    """VALUES (?, ?) with lists bound: one row for each list element."""
    bindings = binder.context.bindings
    lists = {k: b.value for k, b in bindings.items() if isinstance(b.value, list)}
    if len(query.expressions) != 1:
        raise not_supported("array binds with more than one row of VALUES")
    table = pa.table({f"b{k}": pa.array(v, pa.string()) for k, v in lists.items()})
    engine, alias = binder.register(table), binder.fresh()
    binder.bound_rows = {key: _bound_column(f'{alias}."b{key}"', bindings[key].type, binder) for key in lists}
    cells = [binder.expression(c, scope) for c in query.expressions[0].expressions]
    shown = ", ".join(f"{c.sql} AS c{i}" for i, c in enumerate(cells, 1))
    return Relation(f"SELECT {shown} FROM {engine} AS {alias}", tuple(_column(c) for c in cells))


def _column(typed: Typed) -> Column:
    return result_column("", typed.type, typed.nullable)


def _bound_column(sql: str, kind: str, binder: Binder) -> Typed:
    """A column of bound texts as the type the client named."""
    type_ = BOUND_TYPES.get(kind, TEXT)
    if type_.kind == "TEXT":
        return Typed(sql, TEXT)
    if type_.kind == "FIXED":
        return Typed(sql, TEXT)  # as text: scale and size are the target column's to decide
    if type_.kind == "DATE":
        return Typed(f"(DATE '1970-01-01' + CAST(CAST({sql} AS BIGINT) // 86400000 AS INTEGER))", type_)
    if type_.kind == "BINARY":
        return Typed(f"unhex({sql})", type_)
    if type_.kind in ("REAL", "BOOLEAN", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ"):
        return Typed(f"CAST({sql} AS {engine_type(type_)})", type_)
    return cast(Typed(sql, TEXT), type_, binder)


def insert_sql(binder: Binder, table: Table, columns: list[TableColumn], relation: Relation) -> str:
    """Engine INSERT of ``relation`` into ``columns``; the others get their defaults."""
    rows, values = insert_values(binder, table, columns, relation)
    return (
        f"INSERT INTO {table.storage} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM {rows}"
    )


def insert_values(
    binder: Binder, table: Table, columns: list[TableColumn], relation: Relation
) -> tuple[str, dict[str, str]]:
    """The FROM item of the rows to insert, and engine SQL of the new values by stored column."""
    if len(relation.columns) != len(columns):
        text = f"Insert value list does not match column list expecting {len(columns)} but got {len(relation.columns)}"
        raise compilation_error("002020", "21S01", text)
    alias = binder.fresh()
    values = {}
    for i, (column, given) in enumerate(zip(columns, relation.columns, strict=True), 1):
        check_assignable(given.inner_type, column.type, column.name)
        values[column.storage] = assigned(Typed(f"{alias}.c{i}", given.inner_type), column, binder)
    for column in table.columns:
        if column.storage not in values and (column.default is not None or column.sequence is not None):
            values[column.storage] = default_value(column, binder)
    return f"({relation.sql}) AS {alias}", {**values, **tracking.stamp(binder, table)}


def bind_multi_insert(binder: Binder, node: exp.MultitableInserts) -> Write:
    """INSERT ALL | FIRST: the source is computed once, then each branch inserts from it."""
    relation = binder.query(node.args["source"].unnest(), Scope())
    staged, engine = f"multi_{binder.fresh()}_{id(binder):x}", binder.fresh()
    bound = [
        BoundColumn(c.name, c.type, c.nullable, f"{engine}.c{i}") for i, c in enumerate(relation.columns, 1)
    ]
    scope = Scope(frm=From(f"temp.{staged} AS {engine}", [Source((), bound)]))
    first = (node.args.get("kind") or "ALL").upper() == "FIRST"
    actions, cleared = [], []
    for branch, where in zip(
        node.expressions, _branch_conditions(binder, node.expressions, first, scope), strict=True
    ):
        table, sql = _multi_branch(binder, branch.this, scope, where)
        cleared += [*tracking.keep_all(binder, table), f"DELETE FROM {table.storage}"]
        actions.append((f"{INSERTED} into {table.name}", sql))
    overwrite = binder.source.split(None, 2)[1].upper() == "OVERWRITE"
    create = f"CREATE OR REPLACE TEMP TABLE {staged} AS {relation.sql}"
    before = (create, *(dict.fromkeys(cleared) if overwrite else ()))
    columns = tuple(dict.fromkeys(name for name, _ in actions))
    return Write(
        columns, tuple(actions), before=before, after=(f"DROP TABLE temp.{staged}",), tables=binder.tables
    )


def _branch_conditions(binder: Binder, branches: Sequence[exp.Expr], first: bool, scope: Scope) -> list[str]:
    """The rows of each INTO: those of its WHEN; several INTOs may follow one WHEN, and ELSE is the rest."""
    taken: list[str] = []
    current, found = "TRUE", []
    for branch in branches:
        rest = [f"({c}) IS NOT TRUE" for c in taken]
        if branch.args.get("else_"):
            current = " AND ".join(rest) or "TRUE"
        elif branch.expression is not None:
            condition = predicate(binder, branch.expression, scope).sql
            current = " AND ".join([*rest, condition]) if first else condition
            taken.append(condition)
        found.append(current)
    return found


def _multi_branch(binder: Binder, insert: exp.Expr, scope: Scope, where: str) -> tuple[Table, str]:
    target = insert.this
    table, _ = target_table(binder, target, Scope())
    columns = columns_named(binder, table, target.expressions if isinstance(target, exp.Schema) else [])
    if insert.expression is not None:
        _fill_defaults(binder, insert.expression, columns)
        cells = [binder.expression(c, scope) for c in insert.expression.expressions[0].expressions]
    else:
        cells = [c.typed() for c in scope.frm.visible()]
    shown = ", ".join(f"{c.sql} AS c{i}" for i, c in enumerate(cells, 1))
    rows = Relation(f"SELECT {shown} FROM {scope.frm.sql} WHERE {where}", tuple(_column(c) for c in cells))
    return table, insert_sql(binder, table, columns, rows)


# -- UPDATE and DELETE ----------------------------------------------------------------------------


def _target_source(table: Table, names: tuple[str, ...], alias: exp.Expr | None, engine: str) -> Source:
    columns = [BoundColumn(c.name, c.type, c.nullable, f"{engine}.{c.storage}") for c in table.columns]
    return Source((fold(alias.this),) if alias is not None else names, columns)


def bind_update(binder: Binder, node: exp.Update) -> Write:
    """UPDATE t SET … [FROM …] [WHERE …]"""
    scope = Scope()
    table, names = target_table(binder, node.this, scope)
    engine = binder.fresh()
    target = _target_source(table, names, node.this.args.get("alias"), engine)
    others = _other_sources(
        binder, node.args.get("from_"), scope, From(f"{table.storage} AS {engine}", [target])
    )
    inner = replace(scope, frm=From("", [target, *others.sources], others.merged))
    check_set(binder, table, target, node.expressions)
    where = _where(binder, node, inner)
    sets = [_assignment(binder, table, e, inner) for e in node.expressions]
    tail = f" FROM {others.sql}" if others.sql else ""
    values = dict(s.split(" = ", 1) for s in sets)
    rows = f"{table.storage} AS {engine}{', ' + others.sql if others.sql else ''}{where}"
    written = Written(written_name(node.this, names), rows, _assignments(table, values, complete=False))
    kept = tracking.keep(binder, table, engine, rows)
    sets += [f"{column} = {value}" for column, value in tracking.stamp(binder, table).items()]
    sql = f"UPDATE {table.storage} AS {engine} SET {', '.join(sets)}{tail}{where}"
    measured = _multi_joined(engine, rows) if others.sql else ()
    return Write(
        (UPDATED, MULTI_JOINED), ((UPDATED, sql),), measured, tables=binder.tables,
        written=(written,), before=kept.before, after=kept.after,
    )  # fmt: skip


def _multi_joined(engine: str, rows: str) -> tuple[tuple[str, str], ...]:
    """What counts the rows that the join finds more than once, and takes what the engine counts twice off."""
    found = f"(SELECT count(*) AS n FROM {rows} GROUP BY {engine}.rowid HAVING n > 1)"
    counted = ((MULTI_JOINED, f"SELECT count(*) FROM {found}"),)
    return (
        counted if COUNTS_ROWS_ONCE else (*counted, (UPDATED, f"SELECT coalesce(sum(1 - n), 0) FROM {found}"))
    )


def _other_sources(binder: Binder, clause: exp.Expr | None, scope: Scope, left: From) -> From:
    if clause is None:
        return From()
    frm = sources.bind_item(binder, clause.this, From(), scope)
    for join in clause.this.args.get("joins") or clause.args.get("joins") or ():
        if not clause.this.args.get("joins"):
            frm = joins.bind_join(binder, join, frm, scope)
    return frm


def _where(binder: Binder, node: exp.Expr, scope: Scope) -> str:
    clause = node.args.get("where")
    if clause is None:
        return ""
    return f" WHERE {predicate(binder, clause.this, scope).sql}"


def _assignment(binder: Binder, table: Table, node: exp.Expr, scope: Scope) -> str:
    column = columns_named(binder, table, [node.this])[0]
    return f"{column.storage} = {_new_value(binder, column, node.expression, replace(scope, clause='set'))}"


def _new_value(binder: Binder, column: TableColumn, node: exp.Expr, scope: Scope) -> str:
    if (
        isinstance(node, (exp.Column, exp.Var))
        and node.name.upper() == "DEFAULT"
        and not node.args.get("table")
    ):
        return default_value(column, binder)
    value = binder.expression(node, scope)
    check_assignable(value.type, column.type, column.name)
    return assigned(value, column, binder)


def bind_delete(binder: Binder, node: exp.Delete) -> Write:
    """DELETE FROM t [USING …] [WHERE …]"""
    scope = Scope()
    table, names = target_table(binder, node.this, scope)
    engine = binder.fresh()
    target = _target_source(table, names, node.this.args.get("alias"), engine)
    others = From()
    for item in node.args.get("using") or ():
        bound = sources.bind_item(binder, item, others, scope)
        joined = f"{others.sql}, {bound.sql}" if others.sql else bound.sql
        others = From(joined, [*others.sources, *bound.sources], {**others.merged, **bound.merged})
    inner = replace(scope, frm=From("", [target, *others.sources], others.merged))
    where = _where(binder, node, inner)
    using = f" USING {others.sql}" if others.sql else ""
    sql = f"DELETE FROM {table.storage} AS {engine}{using}{where}"
    rows = f"{table.storage} AS {engine}{', ' + others.sql if others.sql else ''}{where}"
    kept = tracking.keep(binder, table, engine, rows)
    return Write((DELETED,), ((DELETED, sql),), tables=binder.tables, before=kept.before, after=kept.after)


# -- MERGE ----------------------------------------------------------------------------------------

MERGE_COLUMNS = {"INSERT": INSERTED, "UPDATE": UPDATED, "DELETE": DELETED}
_DUPLICATE = ("100090", "42P18", "Duplicate row detected during DML action")


def bind_merge(binder: Binder, node: exp.Merge) -> Write:
    """MERGE INTO t USING source ON … WHEN …"""
    scope = Scope()
    table, names = target_table(binder, node.this, scope)
    engine = binder.fresh()
    target = _target_source(table, names, node.this.args.get("alias"), engine)
    source = sources.bind_item(binder, node.args["using"], From(), scope)
    inner = replace(scope, frm=From("", [target, *source.sources], source.merged))
    on = predicate(binder, node.args["on"], replace(inner, clause="on")).sql
    outer = replace(scope, frm=From("", list(source.sources), source.merged))
    joined = f"{table.storage} AS {engine} JOIN {source.sql} ON {on}"
    others = f"{source.sql} WHERE NOT EXISTS (SELECT 1 FROM {table.storage} AS {engine} WHERE {on})"
    shown = written_name(node.this, names)
    clauses, kinds, written = [], [], []
    _check_merge(binder, table, target, node.args["whens"].expressions)
    for when in node.args["whens"].expressions:
        clause = _merge_clause(binder, table, when, inner, outer)
        kinds.append(clause.kind)
        clauses.append(clause.sql)
        new = clause.kind == "INSERT"
        rows = f"{others} AND {clause.condition}" if new else f"{joined} WHERE {clause.condition}"
        written.append(Written(shown, rows, _assignments(table, clause.values, complete=new)))
    head = f"MERGE INTO {table.storage} AS {engine} USING {source.sql} ON {on}"
    sql = f"{head} {' '.join(clauses)} RETURNING merge_action"
    columns = tuple(name for kind, name in MERGE_COLUMNS.items() if kind in kinds)
    checks: tuple[tuple[str, str, str, str], ...] = ()
    if "UPDATE" in kinds or "DELETE" in kinds:
        matched = f"SELECT 1 FROM {joined} GROUP BY {engine}.rowid HAVING count(*) > 1 LIMIT 1"
        checks = ((matched, *_DUPLICATE),)
    kept = tracking.keep(binder, table, engine, joined, exact=False) if checks else tracking.Kept()
    return Write(
        columns, merge=sql, checks=checks, tables=binder.tables, written=tuple(written),
        before=kept.before, after=kept.after,
    )  # fmt: skip


@dataclass(frozen=True)
class _MergeClause:
    """One WHEN: what it does, its engine text, its further condition and the values it writes."""

    kind: str
    sql: str
    condition: str
    values: dict[str, str]


def _check_merge(binder: Binder, table: Table, target: Source, whens: Sequence[exp.Expr]) -> None:
    """Nothing may follow a WHEN without a condition of the same kind; what SET names is the target's."""
    ended: set[bool] = set()
    for i, when in enumerate(whens):
        matched, then = bool(when.args.get("matched")), when.args["then"]
        if matched in ended:
            raise located_error("091400", "42601", "Unreachable merge case.", *_place_of_when(binder, i))
        if when.args.get("condition") is None:
            ended.add(matched)
        if isinstance(then, exp.Update):
            check_set(binder, table, target, then.expressions)


def _place_of_when(binder: Binder, index: int) -> tuple[int, int]:
    """Line and position of what follows the WHEN of a MERGE's clause."""
    tokens = tokenize(binder.source)
    words = [t.upper for t in tokens]
    clauses = [
        i + 1 for i, word in enumerate(words)
        if word == "WHEN" and "MATCHED" in words[i + 1 : i + 3] and words[i + 1] in ("MATCHED", "NOT")
    ]  # fmt: skip
    return place(binder.source, tokens[clauses[index]].start)


def _merge_clause(binder: Binder, table: Table, when: exp.When, both: Scope, source: Scope) -> _MergeClause:
    matched = bool(when.args.get("matched"))
    scope = both if matched else source
    given = when.args.get("condition")
    condition = "TRUE" if given is None else predicate(binder, given, scope).sql
    head = "WHEN MATCHED" if matched else "WHEN NOT MATCHED"
    if given is not None:
        head += f" AND {condition}"
    then = when.args["then"]
    if isinstance(then, exp.Update):
        sets = [_assignment(binder, table, e, scope) for e in then.expressions]
        sets += [f"{column} = {value}" for column, value in tracking.stamp(binder, table).items()]
        values = dict(s.split(" = ", 1) for s in sets)
        return _MergeClause("UPDATE", f"{head} THEN UPDATE SET {', '.join(sets)}", condition, values)
    if isinstance(then, exp.Insert):
        values = _merge_values(binder, table, then, scope)
        into, new = ", ".join(values), ", ".join(values.values())
        return _MergeClause("INSERT", f"{head} THEN INSERT ({into}) VALUES ({new})", condition, values)
    if str(then.name).upper() == "DELETE":
        return _MergeClause("DELETE", f"{head} THEN DELETE", condition, {})
    raise not_supported(f"MERGE … THEN {then.sql(dialect='snowflake')}")


def _merge_values(binder: Binder, table: Table, then: exp.Insert, scope: Scope) -> dict[str, str]:
    """The values of WHEN NOT MATCHED THEN INSERT by stored column."""
    columns = columns_named(binder, table, then.this.expressions if then.this is not None else [])
    cells = then.expression.expressions
    if len(cells) != len(columns):
        text = f"Insert value list does not match column list expecting {len(columns)} but got {len(cells)}"
        raise compilation_error("002020", "21S01", text)
    values = {c.storage: _new_value(binder, c, v, scope) for c, v in zip(columns, cells, strict=True)}
    for column in table.columns:
        if column.storage not in values and (column.default is not None or column.sequence is not None):
            values[column.storage] = default_value(column, binder)
    return {**values, **tracking.stamp(binder, table)}


_BINDERS: dict[type[exp.Expr], Callable[..., Write]] = {
    exp.Insert: bind_insert, exp.MultitableInserts: bind_multi_insert, exp.Update: bind_update,
    exp.Delete: bind_delete, exp.Merge: bind_merge,
}  # fmt: skip


def bind_write(tree: exp.Expr, context: Context, text: str) -> Write:
    """Compile a DML statement."""
    binder = Binder(context, text)
    rule = _BINDERS.get(type(tree))
    if rule is None:
        raise not_supported(f"the statement {type(tree).__name__.upper()}")
    return replace(rule(binder, tree), streams=binder.streams, versions=binder.versions)
