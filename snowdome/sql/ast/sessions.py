"""Statements about the session itself: transactions, context, parameters and variables."""

from __future__ import annotations

from dataclasses import dataclass

from snowdome.sql.ast.base import Fragment, Name, Options, Statement


@dataclass(frozen=True, kw_only=True)
class Begin(Statement):
    """BEGIN or START TRANSACTION."""

    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Commit(Statement):
    """COMMIT."""


@dataclass(frozen=True, kw_only=True)
class Rollback(Statement):
    """ROLLBACK."""


@dataclass(frozen=True, kw_only=True)
class Use(Statement):
    """USE kind name: ``kind`` is DATABASE, SCHEMA, WAREHOUSE or ROLE; DATABASE for a bare ``USE x``,
    SCHEMA for a bare ``USE x.y``."""

    kind: str
    name: Name


@dataclass(frozen=True, kw_only=True)
class UseSecondaryRoles(Statement):
    """USE SECONDARY ROLES: ``roles`` is ("ALL",), ("NONE",) or names."""

    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AlterParameters(Statement):
    """ALTER SESSION or ALTER ACCOUNT: parameters to set, or names to unset. ``level`` says which."""

    level: str
    settings: Options
    unset: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SetVariables(Statement):
    """SET name = expression, or SET (names) = (expressions)."""

    names: tuple[str, ...]
    values: tuple[Fragment, ...]


@dataclass(frozen=True, kw_only=True)
class UnsetVariables(Statement):
    """UNSET name, or UNSET (names)."""

    names: tuple[str, ...]
