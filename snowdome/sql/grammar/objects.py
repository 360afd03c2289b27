"""CREATE and ALTER of the kinds that have only properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from snowdome.errors import SnowflakeError, not_supported
from snowdome.sql import ast
from snowdome.sql import cursor as reading
from snowdome.sql.cursor import Cursor, Reader, duplicate_property
from snowdome.sql.grammar import common
from snowdome.sql.grammar.registry import TEMPORARY, Head, alters, creates


def create(cursor: Cursor, head: Head, kind: str) -> ast.CreateObject:
    """[IF NOT EXISTS] name and then properties and tags in any order."""
    guarded = common.if_not_exists(cursor, head)
    name = cursor.name()
    guarded = guarded or common.if_not_exists(cursor, head)
    found = ast.CreateObject(
        kind=kind, name=name, replace=head.replace, if_not_exists=guarded,
        transient=head.has("TRANSIENT"), temporary=head.temporary,
    )  # fmt: skip
    return properties(cursor, found)


def properties(cursor: Cursor, found: ast.CreateObject) -> ast.CreateObject:
    """``found`` with the properties and tags that follow."""
    options: ast.Options = dict(found.options)
    tags = found.tags
    while not cursor.at_end:
        if common.at_tags(cursor):
            tags = (*tags, *common.tags(cursor))
        elif cursor.at_option():
            for name, value in cursor.options().items():
                if name in options:
                    raise reading.duplicate_property(name)
                options[name] = value
        elif not cursor.accept("WITH"):
            break
    return replace(found, options=options, tags=tags)


@creates("DATABASE")
def create_database(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE [TRANSIENT] DATABASE name [CLONE source] properties."""
    head.only(cursor, "TRANSIENT")
    found = create(cursor, head, "DATABASE")
    if cursor.at("FROM") or cursor.at("AS", "REPLICA"):
        raise not_supported("CREATE DATABASE from a share, listing or replica")
    return _cloned(cursor, found)


@creates("SCHEMA")
def create_schema(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE [TRANSIENT] SCHEMA name [CLONE source] [WITH MANAGED ACCESS] properties."""
    if len(head.modifiers) == 1 and head.temporary:
        raise SnowflakeError("000002", "0A000", f"Unsupported feature '{head.modifiers[0].upper} SCHEMA'.")
    head.only(cursor, "TRANSIENT")
    found = _cloned(cursor, create(cursor, head, "SCHEMA"))
    if cursor.accept("MANAGED", "ACCESS"):  # properties() has taken WITH
        found = properties(cursor, replace(found, managed_access=True))
    return found


def _cloned(cursor: Cursor, found: ast.CreateObject) -> ast.CreateObject:
    if not cursor.accept("CLONE"):
        return found
    return properties(cursor, replace(found, clone=common.clone_source(cursor)))


def _plain(kind: str) -> None:
    def read(cursor: Cursor, head: Head) -> ast.Statement:
        head.only(cursor)
        return create(cursor, head, kind)

    creates(kind)(read)


for _kind in ("WAREHOUSE", "ROLE", "USER"):
    _plain(_kind)


@creates("FILE", "FORMAT")
def create_file_format(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE [TEMPORARY] FILE FORMAT name TYPE = … options."""
    head.only(cursor, *TEMPORARY)
    guarded = common.if_not_exists(cursor, head)
    name = cursor.name()
    return ast.CreateObject(
        kind="FILE FORMAT", name=name, replace=head.replace, if_not_exists=guarded,
        temporary=head.temporary, options=cursor.options(duplicate=conflicting_format),
    )  # fmt: skip


def conflicting_format(name: str) -> SnowflakeError:
    """002013: a file format option given twice."""
    text = f"SQL compilation error: conflicting values file format parameter '{name}'"
    return SnowflakeError("002013", "42601", text)


def file_format(cursor: Cursor) -> ast.Value:
    """FILE_FORMAT's value: options in parentheses, or a format's name."""
    if cursor.at("("):
        return cursor.nested_options(duplicate=conflicting_format)
    return {"FORMAT_NAME": cursor.scalar()}


def stage_duplicate(name: str) -> SnowflakeError:
    """A stage's option given twice: a second FILE_FORMAT conflicts in its TYPE."""
    return conflicting_format("TYPE") if name == "FILE_FORMAT" else duplicate_property(name)


STAGE_READERS: Mapping[str, Reader] = {"FILE_FORMAT": file_format, "STAGE_FILE_FORMAT": file_format}


@creates("STAGE")
def create_stage(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE [TEMPORARY] STAGE name properties."""
    head.only(cursor, *TEMPORARY)
    guarded = common.if_not_exists(cursor, head)
    found = ast.CreateObject(
        kind="STAGE", name=cursor.name(), replace=head.replace, if_not_exists=guarded,
        temporary=head.temporary,
    )  # fmt: skip
    options: ast.Options = {}
    while not cursor.at_end:
        if common.at_tags(cursor):
            found = replace(found, tags=(*found.tags, *common.tags(cursor)))
        elif cursor.at_option():
            _merge_stage(options, cursor.options(STAGE_READERS, stage_duplicate))
        elif not cursor.accept("WITH"):
            break
    return replace(found, options=options)


def _merge_stage(options: ast.Options, more: ast.Options) -> None:
    if "FILE_FORMAT" in options and "FILE_FORMAT" in more:
        raise conflicting_format("TYPE")
    options.update(more)


@creates("SEQUENCE")
def create_sequence(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE SEQUENCE name [WITH] [START n] [INCREMENT n] [ORDER | NOORDER] [COMMENT = '…']."""
    head.only(cursor)
    guarded = common.if_not_exists(cursor, head)
    return ast.CreateObject(
        kind="SEQUENCE", name=cursor.name(), replace=head.replace, if_not_exists=guarded,
        options=sequence_options(cursor),
    )  # fmt: skip


def sequence_options(cursor: Cursor) -> ast.Options:
    """START, INCREMENT, ORDER and COMMENT in any order, commas between them allowed."""
    options: ast.Options = {}
    cursor.accept("WITH")
    while not cursor.at_end:
        cursor.accept(",")
        name, value = _sequence_option(cursor)
        if name in options:
            raise reading.duplicate_property({"ORDER": "ORDER"}.get(name, f"SEQUENCE_{name}"))
        options[name] = value
    return options


def _sequence_option(cursor: Cursor) -> tuple[str, ast.Value]:
    word = cursor.expect_any("START", "INCREMENT", "ORDER", "NOORDER", "COMMENT")
    if word in ("ORDER", "NOORDER"):
        return "ORDER", word == "ORDER"
    if word == "COMMENT":
        cursor.expect("=")
        return word, cursor.scalar()
    cursor.accept_any("WITH", "BY")
    cursor.accept("=")
    return word, cursor.integer()


@creates("TAG")
def create_tag(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE TAG name [ALLOWED_VALUES 'a', 'b'] [COMMENT = '…']."""
    head.only(cursor)
    guarded = common.if_not_exists(cursor, head)
    found = ast.CreateObject(kind="TAG", name=cursor.name(), replace=head.replace, if_not_exists=guarded)
    allowed: ast.Options = {}
    if cursor.accept("ALLOWED_VALUES"):
        allowed["ALLOWED_VALUES"] = list(cursor.comma_list(cursor.string))
    return properties(cursor, replace(found, options=allowed))


def _alter(kind: str) -> None:
    def read(cursor: Cursor) -> ast.Statement:
        exists = common.if_exists(cursor)
        return ast.AlterObject(kind=kind, if_exists=exists, name=cursor.name(), action=common.action(cursor))

    alters(*kind.split())(read)


for _kind in ("DATABASE", "ROLE", "FILE FORMAT"):
    _alter(_kind)


@alters("USER")
def alter_user(cursor: Cursor) -> ast.Statement:
    """ALTER USER: the common actions."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    for words in _LATER_OF_USERS:
        if cursor.at(*words.split()):
            raise not_supported(f"ALTER USER … {words}")
    return ast.AlterObject(kind="USER", if_exists=exists, name=name, action=common.action(cursor))


_LATER_OF_USERS = (
    "RESET PASSWORD", "ABORT ALL QUERIES", "ENROLL MFA", "ADD DELEGATED", "REMOVE DELEGATED", "REMOVE MFA",
    "ADD PROGRAMMATIC", "ADD PAT", "ROTATE", "REMOVE PROGRAMMATIC", "REMOVE PAT", "MODIFY",
)  # fmt: skip


@alters("SCHEMA")
def alter_schema(cursor: Cursor) -> ast.Statement:
    """ALTER SCHEMA: the common actions, ENABLE | DISABLE MANAGED ACCESS."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    if word := cursor.accept_any("ENABLE", "DISABLE"):
        cursor.expect("MANAGED", "ACCESS")
        return ast.AlterObject(kind="SCHEMA", if_exists=exists, name=name, action=ast.Verb(word))
    return ast.AlterObject(kind="SCHEMA", if_exists=exists, name=name, action=common.action(cursor))


@alters("WAREHOUSE")
def alter_warehouse(cursor: Cursor) -> ast.Statement:
    """ALTER WAREHOUSE [IF EXISTS] [name] SUSPEND | RESUME [IF SUSPENDED] | ABORT ALL QUERIES | action."""
    exists = common.if_exists(cursor)
    verbs = ("SUSPEND", "RESUME", "ABORT", "SET", "UNSET", "RENAME")
    name = None if cursor.at_any(*verbs) else cursor.name()
    action: ast.Action
    if cursor.accept("RESUME"):
        action = ast.Verb("RESUME IF SUSPENDED" if cursor.accept("IF", "SUSPENDED") else "RESUME")
    elif cursor.accept("SUSPEND"):
        action = ast.Verb("SUSPEND")
    elif cursor.accept("ABORT", "ALL", "QUERIES"):
        action = ast.Verb("ABORT ALL QUERIES")
    else:
        action = common.action(cursor)
    return ast.AlterObject(kind="WAREHOUSE", if_exists=exists, name=name, action=action)


@alters("STAGE")
def alter_stage(cursor: Cursor) -> ast.Statement:
    """ALTER STAGE: the common actions, REFRESH of its directory table."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    action: ast.Action
    if cursor.accept("REFRESH"):
        return ast.RefreshStage(name=name, if_exists=exists, options=cursor.options())
    if cursor.at("SET") and not cursor.at("SET", "TAG"):
        cursor.next()
        action = ast.SetOptions(cursor.options(STAGE_READERS))
    else:
        action = common.action(cursor)
    return ast.AlterObject(kind="STAGE", if_exists=exists, name=name, action=action)


@alters("SEQUENCE")
def alter_sequence(cursor: Cursor) -> ast.Statement:
    """ALTER SEQUENCE: the common actions, [SET] INCREMENT n, ORDER | NOORDER."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    action: ast.Action
    if cursor.at_any("RENAME", "UNSET") or cursor.at("SET", "TAG"):
        action = common.action(cursor)
    else:
        cursor.accept("SET")
        action = ast.SetOptions(sequence_options(cursor))
    return ast.AlterObject(kind="SEQUENCE", if_exists=exists, name=name, action=action)


@alters("TAG")
def alter_tag(cursor: Cursor) -> ast.Statement:
    """ALTER TAG: the common actions, ADD | DROP | UNSET ALLOWED_VALUES."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    action: ast.Action
    if word := cursor.accept_any("ADD", "DROP"):
        cursor.expect("ALLOWED_VALUES")
        action = ast.AllowedValues(word == "ADD", tuple(cursor.comma_list(cursor.string)))
    elif cursor.accept("UNSET", "ALLOWED_VALUES"):
        action = ast.AllowedValues(False, None)
    elif cursor.at("SET", "MASKING") or cursor.at("UNSET", "MASKING"):
        raise not_supported("masking policies")
    else:
        action = common.action(cursor)
    return ast.AlterObject(kind="TAG", if_exists=exists, name=name, action=action)


@alters("FUNCTION")
def alter_function(cursor: Cursor) -> ast.Statement:
    """ALTER FUNCTION name(types): RENAME TO, SET | UNSET COMMENT, SET | UNSET SECURE."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    arguments = common.argument_types(cursor)
    action: ast.Action
    if cursor.at_any("SET", "UNSET") and cursor.peek(1).upper == "SECURE":
        action = ast.Verb(f"{cursor.next().upper} {cursor.next().upper}")
    else:
        action = common.action(cursor)
    return ast.AlterObject(kind="FUNCTION", if_exists=exists, name=name, arguments=arguments, action=action)
