"""Numeric functions; the operators are in ``arithmetic``."""

from __future__ import annotations

from snowdome.sql.functions.arithmetic import add, divide, modulo, multiply, negate, plus, subtract

__all__ = ["add", "divide", "modulo", "multiply", "negate", "plus", "subtract"]
