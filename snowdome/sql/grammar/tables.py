"""CREATE TABLE, ALTER TABLE, TRUNCATE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from snowdome.errors import not_supported
from snowdome.sql import ast, typenames
from snowdome.sql import cursor as reading
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import columns as parts
from snowdome.sql.grammar import common
from snowdome.sql.grammar.objects import STAGE_READERS
from snowdome.sql.grammar.registry import TEMPORARY, Head, alters, creates, statement


@creates("TABLE")
def create_table(cursor: Cursor, head: Head) -> ast.CreateTable:
    """CREATE [modifiers] TABLE name, then its columns, properties, and AS query, LIKE or CLONE."""
    head.only(cursor, *TEMPORARY, "TRANSIENT")
    guarded = common.if_not_exists(cursor, head)
    name = cursor.name()
    guarded = common.if_not_exists(cursor, head) or guarded  # a client writes it behind the name
    persistence = "TEMPORARY" if head.temporary else "TRANSIENT" if head.has("TRANSIENT") else "PERMANENT"
    table = _Table(
        ast.CreateTable(name=name, replace=head.replace, if_not_exists=guarded, persistence=persistence)
    )
    while not cursor.at_end:
        _part(cursor, table)
    return table.statement


class _Table:
    """A CREATE TABLE in the making."""

    def __init__(self, statement: ast.CreateTable) -> None:
        self.statement = statement

    def set(self, **changes: Any) -> None:
        self.statement = replace(self.statement, **changes)


def _part(cursor: Cursor, table: _Table) -> None:
    if cursor.at("(") and not table.statement.columns:
        _columns(cursor, table)
    elif common.at_tags(cursor):
        table.set(tags=(*table.statement.tags, *common.tags(cursor)))
    elif cursor.at_option():
        _options(cursor, table)
    else:
        _clause(cursor, table)


def _columns(cursor: Cursor, table: _Table) -> None:
    items = cursor.list_of(lambda: _item(cursor))
    table.set(
        columns=tuple(i for i in items if isinstance(i, ast.ColumnDef)),
        constraints=tuple(i for i in items if isinstance(i, ast.ConstraintDef)),
    )


def _item(cursor: Cursor) -> ast.ColumnDef | ast.ConstraintDef:
    return parts.constraint(cursor) if parts.at_constraint(cursor) else parts.column(cursor)


def _options(cursor: Cursor, table: _Table) -> None:
    options = dict(table.statement.options)
    for name, value in cursor.options(STAGE_READERS).items():
        if name in options:
            raise reading.duplicate_property(name)
        options[name] = value
    table.set(options=options)


def _clause(cursor: Cursor, table: _Table) -> None:
    if cursor.accept("CLUSTER", "BY"):
        cursor.accept("LINEAR")
        table.set(cluster_by=cursor.parenthesised())
    elif cursor.accept("COPY", "GRANTS"):
        table.set(copy_grants=True)
    elif cursor.accept("LIKE"):
        table.set(like=cursor.name())
    elif cursor.accept("CLONE"):
        table.set(clone=common.clone_source(cursor))
    elif cursor.accept("USING", "TEMPLATE"):
        table.set(template=cursor.parenthesised())
    elif cursor.accept("AS"):
        table.set(query=cursor.rest())
    else:
        _refuse_later(cursor)


def _refuse_later(cursor: Cursor) -> None:
    cursor.accept("WITH")
    if cursor.at("ROW", "ACCESS") or cursor.at("AGGREGATION", "POLICY"):
        raise not_supported("row access and aggregation policies")
    if cursor.at("FROM"):
        raise not_supported("CREATE TABLE … FROM")
    raise cursor.unexpected()


# -- ALTER TABLE ----------------------------------------------------------------------------------


@alters("TABLE")
def alter_table(cursor: Cursor) -> ast.AlterTable:
    """ALTER TABLE [IF EXISTS] name action."""
    exists = common.if_exists(cursor)
    return ast.AlterTable(name=cursor.name(), if_exists=exists, action=table_action(cursor))


def table_action(cursor: Cursor) -> ast.TableAction:
    """What follows the name in ALTER TABLE and ALTER VIEW."""
    reader = _ACTIONS.get(cursor.peek().upper)
    if reader is None:
        raise cursor.unexpected()
    return reader(cursor)


def _add(cursor: Cursor) -> ast.TableAction:
    cursor.expect("ADD")
    if cursor.at("ROW", "ACCESS") or cursor.at("SEARCH", "OPTIMIZATION") or cursor.at("AGGREGATION"):
        raise not_supported(f"ALTER TABLE … ADD {cursor.peek().upper} {cursor.peek(1).upper}")
    if parts.at_constraint(cursor):
        return ast.AddConstraint(parts.constraint(cursor))
    cursor.accept("COLUMN")
    guarded = cursor.at("IF", "NOT", "EXISTS")
    columns = cursor.comma_list(lambda: _added(cursor))
    if guarded:
        columns = [replace(c, if_not_exists=True) for c in columns]
    return ast.AddColumns(tuple(columns))


def _added(cursor: Cursor) -> ast.ColumnDef:
    cursor.accept("COLUMN")
    found = parts.column(cursor)
    if found.type is None and found.computed is None:
        raise cursor.unexpected()
    return found


def _drop(cursor: Cursor) -> ast.TableAction:
    cursor.expect("DROP")
    if cursor.accept("CLUSTERING", "KEY"):
        return ast.ClusterBy(None)
    if cursor.at("ROW", "ACCESS") or cursor.at("ALL", "ROW") or cursor.at("SEARCH", "OPTIMIZATION"):
        raise not_supported(f"ALTER TABLE … DROP {cursor.peek().upper} {cursor.peek(1).upper}")
    if parts.at_constraint(cursor):
        return _dropped_constraint(cursor)
    cursor.accept("COLUMN")
    exists = common.if_exists(cursor)
    names = cursor.comma_list(lambda: _column_name(cursor))
    return ast.DropColumns(tuple(names), exists)


def _column_name(cursor: Cursor) -> str:
    cursor.accept("COLUMN")
    return cursor.identifier()


def _dropped_constraint(cursor: Cursor) -> ast.TableAction:
    if cursor.accept("CONSTRAINT"):
        found = ast.DropConstraint("CONSTRAINT", cursor.identifier())
    elif cursor.accept("PRIMARY", "KEY"):
        found = ast.DropConstraint("PRIMARY KEY")
    else:
        kind = "UNIQUE" if cursor.accept("UNIQUE") else "FOREIGN KEY"
        if kind == "FOREIGN KEY":
            cursor.expect("FOREIGN", "KEY")
        found = ast.DropConstraint(kind, columns=common.column_names(cursor))
    cursor.accept_any("CASCADE", "RESTRICT")
    return found


def _rename(cursor: Cursor) -> ast.TableAction:
    if cursor.at("RENAME", "COLUMN") or cursor.at("RENAME", "CONSTRAINT"):
        cursor.next()
        kind = cursor.next().upper
        name = cursor.identifier()
        cursor.expect("TO")
        to = cursor.identifier()
        return ast.RenameColumn(name, to) if kind == "COLUMN" else ast.RenameConstraint(name, to)
    return common.action(cursor)


def _alter_columns(cursor: Cursor) -> ast.TableAction:
    cursor.expect_any("ALTER", "MODIFY")
    if cursor.accept("CONSTRAINT"):
        return ast.AlterConstraint(cursor.identifier(), parts.constraint_flags(cursor))
    wrapped = cursor.accept("(")
    changes = cursor.comma_list(lambda: _column_change(cursor))
    if wrapped:
        cursor.expect(")")
    tags = [c for c in changes if not isinstance(c, ast.AlterColumn)]
    if tags:
        if len(changes) > 1:
            raise cursor.unexpected()
        return tags[0]
    return ast.AlterColumns(tuple(c for c in changes if isinstance(c, ast.AlterColumn)))


def _column_change(cursor: Cursor) -> ast.AlterColumn | ast.SetTags | ast.UnsetTags:
    cursor.accept("COLUMN")
    start = cursor.peek().start
    name = cursor.identifier()
    if cursor.at("SET", "TAG"):
        cursor.expect("SET", "TAG")
        return ast.SetTags(tuple(cursor.comma_list(lambda: common.tag(cursor))), name)
    if cursor.at("UNSET", "TAG"):
        cursor.expect("UNSET", "TAG")
        return ast.UnsetTags(tuple(cursor.comma_list(cursor.name)), name)
    for words, reader in _CHANGES.items():
        if cursor.accept(*words):
            return reader(cursor, ast.AlterColumn(name, " ".join(words), start))
    return _typed(cursor, ast.AlterColumn(name, "TYPE", start))


Change = Callable[[Cursor, ast.AlterColumn], ast.AlterColumn]


def _typed(cursor: Cursor, change: ast.AlterColumn) -> ast.AlterColumn:
    found = replace(change, what="TYPE", type=typenames.read(cursor))
    if cursor.accept("COLLATE"):
        raise not_supported("changing a column's collation")
    return found


def _plain(cursor: Cursor, change: ast.AlterColumn) -> ast.AlterColumn:
    return change


def _commented(cursor: Cursor, change: ast.AlterColumn) -> ast.AlterColumn:
    return replace(change, comment=cursor.string())


def _policy(cursor: Cursor, change: ast.AlterColumn) -> ast.AlterColumn:
    raise not_supported("masking and projection policies")


_CHANGES: dict[tuple[str, ...], Change] = {
    ("SET", "NOT", "NULL"): _plain,
    ("DROP", "NOT", "NULL"): _plain,
    ("NOT", "NULL"): lambda cursor, change: replace(change, what="SET NOT NULL"),
    ("SET", "DEFAULT"): lambda cursor, change: replace(change, default=parts.expression(cursor)),
    ("DROP", "DEFAULT"): _plain,
    ("SET", "DATA", "TYPE"): _typed,
    ("TYPE",): _typed,
    ("COMMENT",): _commented,
    ("UNSET", "COMMENT"): _plain,
    ("SET", "MASKING"): _policy,
    ("UNSET", "MASKING"): _policy,
    ("SET", "PROJECTION"): _policy,
    ("UNSET", "PROJECTION"): _policy,
}


def _cluster(cursor: Cursor) -> ast.TableAction:
    cursor.expect("CLUSTER", "BY")
    cursor.accept("LINEAR")
    return ast.ClusterBy(cursor.parenthesised())


def _recluster(cursor: Cursor) -> ast.TableAction:
    word = cursor.next().upper
    cursor.expect("RECLUSTER")
    return ast.Verb(f"{word} RECLUSTER")


_ACTIONS: dict[str, Callable[[Cursor], ast.TableAction]] = {
    "ADD": _add,
    "DROP": _drop,
    "RENAME": _rename,
    "ALTER": _alter_columns,
    "MODIFY": _alter_columns,
    "CLUSTER": _cluster,
    "SUSPEND": _recluster,
    "RESUME": _recluster,
    "SET": common.action,
    "UNSET": common.action,
    "SWAP": common.action,
}


@statement("TRUNCATE")
def truncate(cursor: Cursor) -> ast.Truncate:
    """TRUNCATE [TABLE] [IF EXISTS] name."""
    if cursor.at("MATERIALIZED"):
        raise not_supported("TRUNCATE MATERIALIZED VIEW")
    cursor.accept("TABLE")
    exists = common.if_exists(cursor)
    return ast.Truncate(name=cursor.name(), if_exists=exists)
