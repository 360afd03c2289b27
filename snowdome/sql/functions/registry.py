"""Function name -> rule, with the signature that coerces its arguments.

A signature is a comma-separated list of the words below; ``word?`` may be left out, ``word*`` repeats
(zero or more), ``word+`` one or more:

    any        taken as it is                   text       VARCHAR
    number     NUMBER or FLOAT as it is         binary     BINARY
    measure    NUMBER or FLOAT as it is, else FLOAT (what aggregates take)
    fixed      NUMBER (FLOAT is rounded)        textbin    VARCHAR or BINARY as it is, else VARCHAR
    int        NUMBER(38,0)                     bool       BOOLEAN
    truth      BOOLEAN, and nothing is converted to it
    float      FLOAT                            date       DATE
    variant    VARIANT                          time       TIME
    array      ARRAY                            ntz ltz tz TIMESTAMP_*
    object     OBJECT                           timestamp  a TIMESTAMP_* as it is, else TIMESTAMP_NTZ
    semi       VARIANT/OBJECT/ARRAY as it is    temporal   DATE, TIME or TIMESTAMP_* as it is, else TIMESTAMP_NTZ
    part       a date part: identifier or string literal, arrives as Typed with a str literal
    word       any bare identifier or string literal, same
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from snowdome.sql.typed import Call, Typed
from snowdome.types import DataType

Rule = Callable[[Call], Typed]


@dataclass(frozen=True)
class Parameter:
    """One word of a signature."""

    word: str
    optional: bool = False
    repeats: bool = False


@dataclass(frozen=True)
class Function:
    """A rule with its signature. ``kind``: scalar, aggregate or window (window functions need OVER;
    aggregates may have it)."""

    name: str
    parameters: tuple[Parameter, ...]
    rule: Rule
    kind: str = "scalar"
    names: tuple[str, ...] = ()  # parameter names, for calls with =>
    lambdas: bool = False

    @property
    def minimum(self) -> int:
        return sum(not p.optional for p in self.parameters)

    @property
    def maximum(self) -> int | None:
        return None if any(p.repeats for p in self.parameters) else len(self.parameters)

    def word(self, index: int) -> str:
        """The signature's word for argument ``index``."""
        return self.parameters[min(index, len(self.parameters) - 1)].word


FUNCTIONS: dict[str, Function] = {}


def parse_signature(signature: str) -> tuple[Parameter, ...]:
    """The parameters that a signature text describes."""
    found: list[Parameter] = []
    for word in filter(None, (w.strip() for w in signature.split(","))):
        bare = word.rstrip("?*+")
        mark = word[len(bare) :]
        if mark == "+":
            found.append(Parameter(bare))
        found.append(Parameter(bare, mark in ("?", "*", "+"), mark in ("*", "+")))
    return tuple(found)


def _register(
    kind: str, names: tuple[str, ...], signature: str, parameter_names: str
) -> Callable[[Rule], Rule]:
    parameters = parse_signature(signature)
    called = tuple(filter(None, parameter_names.upper().replace(",", " ").split()))

    def register(rule: Rule) -> Rule:
        for name in names:
            FUNCTIONS[name] = Function(name, parameters, rule, kind, called)
        return rule

    return register


def scalar(*names: str, args: str = "", parameters: str = "") -> Callable[[Rule], Rule]:
    """Register a scalar function under ``names``; ``parameters`` names them for ``=>`` calls."""
    return _register("scalar", names, args, parameters)


def aggregate(*names: str, args: str = "", parameters: str = "") -> Callable[[Rule], Rule]:
    """Register an aggregate: put ``call.over`` behind each engine aggregate in the SQL."""
    return _register("aggregate", names, args, parameters)


def window(*names: str, args: str = "", parameters: str = "") -> Callable[[Rule], Rule]:
    """Register a function that only works with OVER."""
    return _register("window", names, args, parameters)


def template(names: str, args: str, returns: DataType, sql: str, nullable: bool | None = None) -> None:
    """Register scalar functions (space-separated names) whose lowering is a format string over the
    arguments' SQL: ``{0}``, ``{1}`` …, ``{all}`` for all of them separated by commas."""

    def rule(call: Call) -> Typed:
        parts = [a.sql for a in call.args]
        return call.result(sql.format(*parts, all=", ".join(parts)), returns, nullable)

    scalar(*names.split(), args=args)(rule)


def load_all() -> None:
    """Import every module of this package, so that its functions register."""
    package = importlib.import_module("snowdome.sql.functions")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"snowdome.sql.functions.{module.name}")
