"""An expression after binding: engine SQL plus its Snowflake type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Protocol

from snowdome.errors import SnowflakeError, compilation_error
from snowdome.session import Session
from snowdome.types import DataType


class _NotLiteral:
    """The marker of expressions that are not literals."""

    def __repr__(self) -> str:
        return "NOT_LITERAL"


NOT_LITERAL = _NotLiteral()
LiteralValue = str | int | float | Decimal | bool | bytes | None | _NotLiteral


@dataclass(frozen=True)
class Typed:
    """Engine SQL (safe to embed anywhere: an atom, a call, or parenthesised) whose value has the engine
    layout of ``type``; ``literal`` is the Python value where the source is a literal."""

    sql: str
    type: DataType
    nullable: bool = True
    literal: LiteralValue = NOT_LITERAL

    @property
    def is_literal(self) -> bool:
        return not isinstance(self.literal, _NotLiteral)

    @property
    def is_null(self) -> bool:
        """Whether it is the literal NULL."""
        return self.literal is None

    def with_type(self, type_: DataType) -> Typed:
        return replace(self, type=type_)


class Environment(Protocol):
    """What rules may ask of the statement being compiled."""

    session: Session
    query_id: str
    now: int  # nanoseconds UTC at which the statement started
    source: str  # the statement's text

    @property
    def account(self) -> str:
        """The account's locator."""

    def parameter(self, name: str) -> object:
        """The value of a session parameter, set or default."""

    def fresh(self) -> str:
        """A name no other part of the statement uses."""

    def volatile(self) -> None:
        """Say that the compiled statement must not be cached (it depends on time, session or chance)."""

    def perform(self, name: str, arguments: Sequence[Typed]) -> str | None:
        """Let an acting SYSTEM$ function act now; its answer, or None while only describing."""


@dataclass(frozen=True)
class LambdaArgument:
    """A lambda ``x -> body`` given to a higher-order function; ``bind`` compiles the body with the
    parameters typed (as engine lambda parameters of the same engine types). ``declared`` are the types
    that ``(x INT) -> body`` gives its parameters."""

    parameters: tuple[str, ...]
    bind: Callable[[Sequence[DataType]], tuple[tuple[str, ...], Typed]]
    declared: tuple[DataType | None, ...] = ()


@dataclass(frozen=True)
class Call:
    """A function call being lowered. ``args`` are coerced as the signature says; ``over`` is the engine's
    `` OVER (…)`` text to put behind each engine aggregate or window function, or empty; ``filter`` is its
    `` FILTER (…)``. ``order`` is the engine's ``ORDER BY …`` of WITHIN GROUP, ``order_keys`` its keys."""

    name: str
    args: tuple[Typed, ...]
    env: Environment
    named: dict[str, Typed] = field(default_factory=dict)
    lambdas: tuple[LambdaArgument, ...] = ()
    distinct: bool = False
    over: str = ""
    order: str = ""
    order_keys: tuple[Typed, ...] = ()
    order_descending: bool = False
    ignore_nulls: bool = False
    from_last: bool = False
    text: str = ""  # the source text of the call

    def __getitem__(self, index: int) -> Typed:
        return self.args[index]

    def __len__(self) -> int:
        return len(self.args)

    def get(self, index: int) -> Typed | None:
        """The argument at ``index``, or None if it was not given."""
        return self.args[index] if index < len(self.args) else None

    @property
    def nullable(self) -> bool:
        """Whether any argument may be NULL: the default nullability of a result."""
        return any(a.nullable for a in self.args)

    def result(self, sql: str, type_: DataType, nullable: bool | None = None) -> Typed:
        """A lowered call; ``sql`` must be an atom, a call or parenthesised."""
        return Typed(sql, type_, self.nullable if nullable is None else nullable)

    def constant_text(self, index: int) -> str:
        """The literal text given as argument ``index``; an error if it is not a literal."""
        value = self.args[index].literal
        if not isinstance(value, str):
            raise compilation_error(
                "001015",
                "22023",
                f"argument {index + 1} to function {self.name} needs to be constant, found '{self.text}'",
            )
        return value

    def invalid_types(self) -> SnowflakeError:
        """001044: no form of the function takes arguments of these types."""
        return invalid_arguments(self.name, [a.type for a in self.args])


def invalid_arguments(name: str, types: Sequence[DataType]) -> SnowflakeError:
    """001044: no form of function ``name`` takes arguments of ``types``."""
    shown = ", ".join("NULL" if t.kind == "NULL" else str(t) for t in types)
    return compilation_error("001044", "42P13", f"Invalid argument types for function '{name}': ({shown})")
