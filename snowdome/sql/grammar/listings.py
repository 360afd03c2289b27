"""SHOW, DESCRIBE, DROP, COMMENT: statements of the same form for every kind of object."""

from __future__ import annotations

from dataclasses import replace

from snowdome.errors import not_supported
from snowdome.sql import ast, lexer
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import common
from snowdome.sql.grammar.models import version_name
from snowdome.sql.grammar.registry import statement

# Kinds of DROP, DESCRIBE and COMMENT; the first of each line is the name the statement carries.
KINDS = (
    "DATABASE", "SCHEMA", "TABLE", "VIEW", "WAREHOUSE", "ROLE", "USER", "FILE FORMAT", "STAGE", "SEQUENCE",
    "TAG", "STREAM", "FUNCTION", "PROCEDURE", "MODEL", "STREAMLIT", "COMPUTE POOL", "IMAGE REPOSITORY", "SERVICE",
    "GATEWAY",
)  # fmt: skip

# What SHOW lists.
LISTINGS = (
    "DATABASES", "SCHEMAS", "TABLES", "VIEWS", "OBJECTS", "COLUMNS", "SEQUENCES", "STAGES", "FILE FORMATS",
    "TAGS", "FUNCTIONS", "USER FUNCTIONS", "BUILTIN FUNCTIONS", "WAREHOUSES", "ROLES", "USERS",
    "PARAMETERS", "VARIABLES", "PRIMARY KEYS", "UNIQUE KEYS", "IMPORTED KEYS", "EXPORTED KEYS",
    "TRANSACTIONS", "LOCKS", "STREAMS", "TASKS", "PIPES", "PROCEDURES", "USER PROCEDURES",
    "MATERIALIZED VIEWS", "DYNAMIC TABLES", "MASKING POLICIES", "ROW ACCESS POLICIES",
    "MODELS", "STREAMLITS", "DATASETS", "EXPERIMENTS", "ONLINE FEATURE TABLES", "VERSIONS",
    "INTEGRATIONS", "NOTIFICATION INTEGRATIONS", "ALERTS", "COMPUTE POOLS", "IMAGE REPOSITORIES", "SERVICES",
    "JOB SERVICES", "GATEWAYS",
)  # fmt: skip

_LATER = (
    "ACCOUNTS", "AGENTS", "API INTEGRATIONS", "APPLICATIONS", "APPLICATION PACKAGES",
    "APPLICATION ROLES", "ARTIFACT REPOSITORIES", "AUTHENTICATION POLICIES", "AVAILABLE LISTINGS",
    "CATALOG INTEGRATIONS", "CHANNELS", "CLASSES", "CONNECTIONS", "CORTEX SEARCH SERVICES",
    "DATABASE ROLES", "DATA METRIC FUNCTIONS", "DELEGATED AUTHORIZATIONS",
    "EVENT TABLES", "EXTERNAL FUNCTIONS", "EXTERNAL TABLES", "EXTERNAL VOLUMES",
    "FAILOVER GROUPS", "GIT BRANCHES", "GIT REPOSITORIES", "GIT TAGS", "GLOBAL ACCOUNTS", "HYBRID TABLES",
    "ICEBERG TABLES", "INDEXES", "LISTINGS",
    "MANAGED ACCOUNTS", "MODEL MONITORS", "NETWORK POLICIES", "NETWORK RULES", "NOTEBOOKS",
    "ORGANIZATION ACCOUNTS", "PACKAGES POLICIES", "PASSWORD POLICIES",
    "REGIONS", "REPLICATION ACCOUNTS", "REPLICATION DATABASES", "REPLICATION GROUPS", "RESOURCE MONITORS",
    "SECRETS", "SECURITY INTEGRATIONS", "SEMANTIC VIEWS", "SESSION POLICIES", "SHARES",
    "SNAPSHOTS", "STORAGE INTEGRATIONS", "WORKSPACES",
)  # fmt: skip

ROUTINES = ("FUNCTION", "PROCEDURE")  # named with the types of their arguments
_LATER_DESCRIBED = (
    "APPLICATION", "CORTEX SEARCH SERVICE", "EVENT TABLE",
    "EXTERNAL TABLE", "GIT REPOSITORY", "MASKING POLICY", "MATERIALIZED VIEW", "MODEL",
    "NETWORK POLICY", "NETWORK RULE", "NOTEBOOK", "PIPE", "ROW ACCESS POLICY", "SECRET",
    "SEARCH OPTIMIZATION", "SEMANTIC VIEW", "SHARE", "TRANSACTION",
    "TYPE",
)  # fmt: skip

statement.later(*(f"SHOW {kind}" for kind in _LATER), *(f"SHOW TERSE {kind}" for kind in _LATER))
statement.later(*(f"{verb} {kind}" for kind in _LATER_DESCRIBED for verb in ("DESCRIBE", "DESC")))


# -- SHOW -----------------------------------------------------------------------------------------


def _show(kind: str, terse: bool) -> None:
    def read(cursor: Cursor) -> ast.Statement:
        return replace(_modifiers(cursor, kind), terse=terse)

    statement("SHOW", *(("TERSE",) if terse else ()), *kind.split())(read)


for _kind in LISTINGS:
    _show(_kind, False)
    _show(_kind, True)


@statement("SHOW", "AS", "RESOURCE")
def show_as_resource(cursor: Cursor) -> ast.Show:
    """SHOW AS RESOURCE kind …, as Snowpark's catalog asks."""
    for kind in sorted((*LISTINGS, *_LATER), key=len, reverse=True):
        if cursor.accept(*kind.split()):
            if kind in _LATER:
                raise not_supported(f"SHOW {kind}")
            return replace(_modifiers(cursor, kind), as_resource=True)
    raise cursor.unexpected()


def _modifiers(cursor: Cursor, kind: str) -> ast.Show:
    history = cursor.accept("HISTORY")
    if kind == "SERVICES":
        cursor.accept("EXCLUDE", "JOBS")  # no service is a job
    like = cursor.string() if cursor.accept("LIKE") else None
    scope = _scope(cursor) if cursor.accept_any("IN", "FOR") else None
    starts = cursor.string() if cursor.accept("STARTS", "WITH") else None
    root_only = kind == "TASKS" and cursor.accept("ROOT", "ONLY")
    limit = cursor.integer() if cursor.accept("LIMIT") else None
    after = cursor.string() if limit is not None and cursor.accept("FROM") else None
    if cursor.accept("WITH", "PRIVILEGES"):
        cursor.comma_list(lambda: common.option_name(cursor))
    if scope is not None and (kind, scope.kind) in _INSIDE:
        kind = f"{kind} IN {scope.kind}"
    elif kind == "VERSIONS" or (scope is not None and scope.kind in VERSIONED):
        raise cursor.unexpected()
    return ast.Show(
        kind=kind, history=history, like=like, scope=scope, starts_with=starts, limit=limit,
        after=after, root_only=root_only,
    )  # fmt: skip


VERSIONED = ("MODEL", "STREAMLIT", "DATASET")  # kinds whose versions are listed: SHOW VERSIONS IN MODEL m
_INSIDE = {*(("VERSIONS", kind) for kind in VERSIONED), ("FUNCTIONS", "MODEL")}
_SCOPES = ("ACCOUNT", "SESSION", "DATABASE", "SCHEMA", "TABLE", "VIEW", "USER", "WAREHOUSE", "TASK", "CLASS")


def _scope(cursor: Cursor) -> ast.Scope:
    if cursor.accept("COMPUTE", "POOL"):
        return ast.Scope("COMPUTE POOL", cursor.name())
    if cursor.accept("APPLICATION", "PACKAGE"):
        return ast.Scope("APPLICATION PACKAGE", cursor.name())
    if cursor.at("APPLICATION") and cursor.peek(1).kind in (lexer.WORD, lexer.QUOTED):
        cursor.next()
        return ast.Scope("APPLICATION", cursor.name())
    if cursor.at_any(*VERSIONED) and cursor.peek(1).kind in (lexer.WORD, lexer.QUOTED):
        word = cursor.next().upper
        name = cursor.name()
        return ast.Scope(word, name, version_name(cursor) if cursor.accept("VERSION") else None)
    kind = cursor.accept_any(*_SCOPES) if cursor.peek(1).text != "." else None
    if kind in ("ACCOUNT", "SESSION"):
        return ast.Scope(kind)
    named = cursor.peek().kind in (lexer.WORD, lexer.QUOTED) and not cursor.at_any("STARTS", "LIMIT", "WITH")
    return ast.Scope(kind or "", cursor.name() if named or kind is None else None)


@statement("SHOW", "GRANTS")
def show_grants(cursor: Cursor) -> ast.ShowGrants:
    """SHOW GRANTS [ON kind name | TO kind name | OF ROLE name]."""
    relation = cursor.accept_any("ON", "TO", "OF") or ""
    if not relation:
        return ast.ShowGrants()
    if relation == "ON" and cursor.accept("ACCOUNT"):
        return ast.ShowGrants(relation=relation, kind="ACCOUNT")
    kind = kind_words(cursor) if relation == "ON" else _grantee_kind(cursor)
    name = cursor.name()
    arguments = common.argument_types(cursor) if kind in ROUTINES else None
    return ast.ShowGrants(relation=relation, kind=kind, name=name, arguments=arguments)


@statement("SHOW", "FUTURE", "GRANTS")
def show_future_grants(cursor: Cursor) -> ast.ShowGrants:
    """SHOW FUTURE GRANTS IN SCHEMA | DATABASE name, or TO ROLE name."""
    relation = cursor.expect_any("IN", "TO")
    kind = cursor.expect_any("SCHEMA", "DATABASE", "ROLE")
    return ast.ShowGrants(relation=relation, kind=kind, name=cursor.name(), future=True)


def _grantee_kind(cursor: Cursor) -> str:
    if cursor.accept("DATABASE", "ROLE"):
        return "DATABASE ROLE"
    kind = cursor.accept_any("ROLE", "USER", "SHARE") if cursor.peek(1).kind != lexer.EOF else None
    return kind or "ROLE"


def kind_words(cursor: Cursor) -> str:
    """The kind of object a privilege is on: every word but the last before the name."""
    words = [cursor.next().upper]
    while cursor.peek().kind == lexer.WORD and cursor.peek(1).kind in (lexer.WORD, lexer.QUOTED):
        if cursor.peek(1).upper in ("TO", "FROM", "IN", "WITH") or cursor.at("IDENTIFIER", "("):
            break
        words.append(cursor.next().upper)
    return " ".join(words)


# -- DESCRIBE -------------------------------------------------------------------------------------


def _describe(kind: str) -> None:
    def read(cursor: Cursor) -> ast.Statement:
        name = cursor.name()
        arguments = common.argument_types(cursor) if kind in ROUTINES else None
        stage = _type_option(cursor) if kind in ("TABLE", "VIEW") else False
        return ast.Describe(kind=kind, name=name, arguments=arguments, stage_properties=stage)

    for verb in ("DESCRIBE", "DESC"):
        statement(verb, *kind.split())(read)


for _kind in KINDS:
    _describe(_kind)


def _type_option(cursor: Cursor) -> bool:
    if not cursor.accept("TYPE"):
        return False
    cursor.expect("=")
    return cursor.expect_any("COLUMNS", "STAGE") == "STAGE"


@statement("DESCRIBE", "RESULT")
@statement("DESC", "RESULT")
def describe_result(cursor: Cursor) -> ast.DescribeResult:
    """DESCRIBE RESULT 'id' | LAST_QUERY_ID()."""
    if cursor.peek().kind == lexer.STRING:
        return ast.DescribeResult(query_id=cursor.string())
    return ast.DescribeResult(query_id=cursor.rest())


# -- DROP -----------------------------------------------------------------------------------------


def _drop(kind: str) -> None:
    def read(cursor: Cursor) -> ast.Statement:
        exists = common.if_exists(cursor)
        name = cursor.name()
        arguments = common.argument_types(cursor) if kind in ROUTINES else None
        restrict = cursor.accept_any("CASCADE", "RESTRICT") == "RESTRICT"
        if kind == "SERVICE":
            cursor.accept("FORCE")  # deletes volumes, which there are none of
        return ast.Drop(kind=kind, name=name, if_exists=exists, restrict=restrict, arguments=arguments)

    statement("DROP", *kind.split())(read)


for _kind in KINDS:
    _drop(_kind)


# -- COMMENT --------------------------------------------------------------------------------------


@statement("COMMENT")
def comment(cursor: Cursor) -> ast.Comment:
    """COMMENT [IF EXISTS] ON kind name IS '…'."""
    exists = common.if_exists(cursor)
    cursor.expect("ON")
    kind = _commented_kind(cursor)
    name = _column_path(cursor) if kind == "COLUMN" else cursor.name()
    arguments = common.argument_types(cursor) if kind in ROUTINES else None
    cursor.expect("IS")
    return ast.Comment(kind=kind, name=name, comment=cursor.string(), if_exists=exists, arguments=arguments)


def _commented_kind(cursor: Cursor) -> str:
    for kind in (*KINDS, "COLUMN"):
        if cursor.accept(*kind.split()):
            return kind
    words = [cursor.next().upper]
    while cursor.peek(1).kind == lexer.WORD and cursor.peek(1).upper != "IS":
        words.append(cursor.next().upper)
    return " ".join(words)


def _column_path(cursor: Cursor) -> ast.Name:
    start = cursor.peek().start
    parts = [cursor.identifier()]
    while cursor.accept("."):
        parts.append(cursor.identifier(frozenset()))
    return ast.Name(tuple(parts), None, start)
