"""EXECUTE IMMEDIATE FROM a staged file."""

from __future__ import annotations

from snowdome.errors import not_supported
from snowdome.sql import lexer
from snowdome.sql.ast.scripting import ExecuteFile
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar.registry import statement


@statement("EXECUTE", "IMMEDIATE", "FROM")
def execute_file(cursor: Cursor) -> ExecuteFile:
    """EXECUTE IMMEDIATE FROM @stage/path | 'path beside the file that says so'."""
    token = cursor.peek()
    if token.kind not in (lexer.LOCATION, lexer.STRING):
        raise cursor.unexpected()
    cursor.next()
    if cursor.at_any("USING", "DRY_RUN"):
        raise not_supported(f"EXECUTE IMMEDIATE FROM … {cursor.peek().upper} (templates)")
    return ExecuteFile(source=token.text if token.kind == lexer.LOCATION else token.value)
