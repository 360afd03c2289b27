"""What goes wrong in blocks, in Snowflake's words."""

from __future__ import annotations

from snowdome.errors import SnowflakeError, invalid_identifier, located_error

STATEMENT_ERROR = "STATEMENT_ERROR"
EXPRESSION_ERROR = "EXPRESSION_ERROR"


class Thrown(Exception):
    """An exception on its way to a handler: its name, what it says, and the place that raised it."""

    def __init__(self, name: str, error: SnowflakeError, line: int, position: int) -> None:
        super().__init__(error.message)
        self.name = name
        self.error = error
        self.line = line
        self.position = position

    def uncaught(self) -> SnowflakeError:
        """The error of the block that no handler was found in."""
        text = f"Uncaught exception of type '{self.name}' on line {self.line} at position {self.position}"
        tail = f" : {self.error.message}" if self.error.message else ""
        return SnowflakeError(self.error.code, self.error.sqlstate, text + tail)


def misused(line: int, position: int, sentence: str) -> SnowflakeError:
    """092228: a block that parses but does not compile."""
    text = f"SQL compilation error: error line {line} at position {position}\n {sentence}"
    return SnowflakeError("092228", "P0000", text)


def not_inferred(name: str, line: int, position: int) -> SnowflakeError:
    """092228: an untyped declaration whose value has no type."""
    return misused(line, position, f"variable '{name}' cannot have its type inferred from initializer")


def declared_twice(name: str, line: int, position: int) -> SnowflakeError:
    """092228: two declarations of one name in one block."""
    return misused(line, position, f"Variable with name '{name}' declared twice.")


def not_assignable(name: str, line: int, position: int) -> SnowflakeError:
    """092228: a value for what is no variable."""
    return misused(line, position, f"Assignment to variable '{name}' is not permitted.")


def unknown(name: str, line: int, position: int) -> SnowflakeError:
    """000904: a name that the block does not know."""
    return invalid_identifier(name, line, position)


def too_many_rows(count: int) -> SnowflakeError:
    """A SELECT INTO of more than one row."""
    text = f"A SELECT INTO statement expects exactly 1 returned row, but got {count}."
    return SnowflakeError("092230", "P0000", text)


def wrong_count(wanted: int, found: int) -> SnowflakeError:
    """More or fewer variables than columns."""
    text = f"The number of INTO variables ({wanted}) does not match the number of columns ({found})."
    return SnowflakeError("092231", "P0000", text)


def not_open(name: str) -> SnowflakeError:
    """A cursor that is not open."""
    return SnowflakeError("092232", "P0000", f"Cursor '{name}' is not open.")


def already_open(name: str) -> SnowflakeError:
    """A cursor that is opened twice."""
    return SnowflakeError("092233", "P0000", f"Cursor '{name}' is already open.")


def no_rows_yet(name: str) -> SnowflakeError:
    """A RESULTSET that no query was assigned to."""
    return SnowflakeError("092234", "P0000", f"RESULTSET '{name}' has not been assigned a query.")


def other_kind_returned(table: bool, line: int, position: int) -> SnowflakeError:
    """090207: a RETURN of a value in a procedure that returns a table, or the other way round."""
    declared, actual = ("TABLE", "SCALAR") if table else ("SCALAR", "TABLE")
    text = f" Declared return type '{declared}' is incompatible with actual return type '{actual}'"
    return located_error("090207", "42601", text, line, position)


def no_return() -> SnowflakeError:
    """090208: a procedure that returns a table ends without a RETURN."""
    text = "SQL compilation error: stored procedure is missing a return statement"
    return SnowflakeError("090208", "42601", text)
