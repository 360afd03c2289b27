"""What a procedure with its owner's rights may not do."""

from __future__ import annotations

from snowdome.context import Context
from snowdome.errors import SnowflakeError
from snowdome.owner_session import OwnerSession
from snowdome.sql import ast
from snowdome.sql.staging import object_name

_REFUSED: dict[type, str] = {
    ast.Use: "USE",
    ast.UseSecondaryRoles: "USE",
    ast.SetVariables: "SET",
    ast.UnsetVariables: "UNSET",
}
_CLIENT = "SNOWPARK_TEMP_"  # what Snowpark makes for itself is temporary and may be made


def check(statement: ast.Statement, context: Context) -> None:
    """090236 if the statement is none for a procedure with its owner's rights and the session is one's."""
    session = context.session
    if isinstance(session, OwnerSession) and (word := _refused(statement, session, context)):
        text = f"Stored procedure execution error: Unsupported statement type '{word}'."
        raise SnowflakeError("090236", "42601", text)


def _refused(statement: ast.Statement, session: OwnerSession, context: Context) -> str:
    if isinstance(statement, ast.AlterParameters):
        return "ALTER_SESSION" if statement.level == "SESSION" else ""
    if session.sandboxed and isinstance(statement, ast.Create) and _is_temporary(statement):
        own = object_name(statement.name, context).name.startswith(_CLIENT)
        return "" if own else f"temporary {_kind(statement)}"
    return _REFUSED.get(type(statement), "")


def _is_temporary(statement: ast.Create) -> bool:
    return (
        bool(getattr(statement, "temporary", False)) or getattr(statement, "persistence", "") == "TEMPORARY"
    )


def _kind(statement: ast.Create) -> str:
    kind = getattr(statement, "kind", "")
    return kind or type(statement).__name__.removeprefix("Create").removesuffix("AsSelect").upper()
