"""Leading keywords -> the function that reads such a statement.

A statement is one decorated function in one module of this package::

    @statement("TRUNCATE")
    def truncate(cursor: Cursor) -> ast.Truncate: ...

    @creates("FILE", "FORMAT")
    def create_file_format(cursor: Cursor, head: Head) -> ast.CreateFileFormat: ...

The function starts behind its keywords and need not check that the statement ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from snowdome.errors import SnowflakeError, not_supported
from snowdome.sql.ast.base import Statement
from snowdome.sql.cursor import Cursor
from snowdome.sql.lexer import Token

F = TypeVar("F", bound=Callable[..., object])


class Registry(Generic[F]):
    """Functions by leading keywords; the longest match wins."""

    def __init__(self, verb: str = "") -> None:
        self.verb = verb
        self._entries: dict[tuple[str, ...], F] = {}
        self._later: dict[tuple[str, ...], str] = {}

    def __call__(self, *words: str) -> Callable[[F], F]:
        """Register the decorated function for these keywords."""

        def register(function: F) -> F:
            self._entries[words] = function
            return function

        return register

    def later(self, *phrases: str, because: str = "") -> None:
        """Keywords (``"MASKING POLICY"``) of what Snowflake has and the local account not yet."""
        for phrase in phrases:
            told = f"{self.verb} {phrase}".strip()
            self._later[tuple(phrase.split())] = f"{told} ({because})" if because else told

    def find(self, cursor: Cursor) -> F | None:
        """Take the keywords at the cursor and give their function; None if no function begins so."""
        words = tuple(cursor.peek(i).upper for i in range(4))
        for size in range(4, 0, -1):
            if (found := self._entries.get(words[:size])) is not None:
                cursor.index += size
                return found
            if (name := self._later.get(words[:size])) is not None:
                raise not_supported(name)
        return None

    def require(self, cursor: Cursor) -> F:
        """Like ``find``; 001003 if no function begins so."""
        found = self.find(cursor)
        if found is None:
            raise self._unknown(cursor)
        return found

    def _unknown(self, cursor: Cursor) -> SnowflakeError:
        """The error at the first word that no entry has at its place."""
        size = 0
        prefix: tuple[str, ...] = ()
        while any(words[: size + 1] == (*prefix, cursor.peek(size).upper) for words in self._entries):
            prefix = (*prefix, cursor.peek(size).upper)
            size += 1
        return cursor.unexpected(cursor.peek(size))


@dataclass(frozen=True)
class Head:
    """What stands between CREATE and the kind of object; ``modifiers`` in the order written."""

    replace: bool = False
    modifiers: tuple[Token, ...] = ()

    def has(self, *words: str) -> bool:
        """Whether one of these modifiers is there."""
        return any(m.upper in words for m in self.modifiers)

    @property
    def temporary(self) -> bool:
        return self.has("TEMP", "TEMPORARY", "VOLATILE")

    def only(self, cursor: Cursor, *words: str) -> None:
        """The kind takes only these modifiers; 001003 at another one."""
        for modifier in self.modifiers:
            if modifier.upper not in words:
                raise cursor.unexpected(modifier)


StatementReader = Callable[[Cursor], Statement]
CreateReader = Callable[[Cursor, Head], Statement]

statement: Registry[StatementReader] = Registry()
creates: Registry[CreateReader] = Registry("CREATE")
alters: Registry[StatementReader] = Registry("ALTER")

TEMPORARY = ("LOCAL", "GLOBAL", "TEMP", "TEMPORARY", "VOLATILE", "SCOPED")
_MODIFIERS = frozenset((*TEMPORARY, "TRANSIENT", "SECURE", "RECURSIVE", "AGGREGATE"))


@statement("CREATE")
def create(cursor: Cursor) -> Statement:
    """CREATE [OR REPLACE | OR ALTER] [modifiers] kind …"""
    if cursor.at("OR", "ALTER"):
        raise not_supported("CREATE OR ALTER")
    replace = cursor.accept("OR", "REPLACE")
    modifiers = []
    while cursor.peek().upper in _MODIFIERS:
        modifiers.append(cursor.next())
    return creates.require(cursor)(cursor, Head(replace, tuple(modifiers)))


@statement("ALTER")
def alter(cursor: Cursor) -> Statement:
    """ALTER kind …"""
    return alters.require(cursor)(cursor)
