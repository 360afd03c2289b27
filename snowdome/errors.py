"""Errors as Snowflake reports them: a code, an SQLSTATE and a message."""

from __future__ import annotations


class SnowflakeError(Exception):
    """An error that a client sees: six-digit ``code``, five-character ``sqlstate``, message text."""

    def __init__(self, code: str, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.sqlstate = sqlstate
        self.message = message


def compilation_error(code: str, sqlstate: str, text: str) -> SnowflakeError:
    """An error found while compiling; the message starts as Snowflake's do."""
    return SnowflakeError(code, sqlstate, f"SQL compilation error:\n{text}")


def located_error(code: str, sqlstate: str, text: str, line: int, position: int) -> SnowflakeError:
    """A compilation error at a place: ``line`` counts from 1, ``position`` from 0."""
    message = f"SQL compilation error: error line {line} at position {position}\n{text}"
    return SnowflakeError(code, sqlstate, message)


def syntax_error(line: int, position: int, unexpected: str) -> SnowflakeError:
    """001003: the text does not parse at ``line`` (from 1), ``position`` (from 0)."""
    text = f"syntax error line {line} at position {position} unexpected '{unexpected}'."
    return compilation_error("001003", "42000", text)


def object_not_found(kind: str, name: str) -> SnowflakeError:
    """002003: no such object; ``kind`` as Snowflake words it, such as ``Table`` or ``Object``."""
    text = f"{kind} '{name}' does not exist or not authorized."
    return compilation_error("002003", "42S02" if kind in ("Object", "Table", "View") else "02000", text)


def cannot_use(name: str) -> SnowflakeError:
    """002043: USE, DESCRIBE, ALTER or DROP of an object that is not there."""
    text = "Object does not exist, or operation cannot be performed."
    return compilation_error("002043", "02000", text)


def object_exists(name: str) -> SnowflakeError:
    """002002: an object of that name is there already."""
    return compilation_error("002002", "42710", f"Object '{name}' already exists.")


def invalid_identifier(name: str, line: int, position: int) -> SnowflakeError:
    """000904: a column name that resolves to nothing."""
    return located_error("000904", "42000", f"invalid identifier '{name}'", line, position)


def no_columns() -> SnowflakeError:
    """002028: nothing is selected, such as * of GENERATOR."""
    return compilation_error("002028", "42601", "SELECT with no columns")


def not_supported(what: str) -> SnowflakeError:
    """000002: something Snowflake has and the local account does not have yet."""
    return SnowflakeError(
        "000002", "0A000", f"Unsupported feature: not supported by the local account: {what}."
    )
