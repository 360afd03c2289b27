"""What a service serves: a model's version and its methods."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from snowdome.catalog.versioned import Method
from snowdome.types import DataType


@dataclass(frozen=True)
class ServedMethod:
    """A method of a model that is no table function; ``path`` is what its address ends with.

    ``arguments`` are the inputs and, behind them, the parameters; ``defaults`` are the parameters' SQL texts
    by name, so that what is in it may be left out.
    """

    name: str
    path: str
    handler: str
    arguments: tuple[tuple[str, DataType], ...]
    returns: DataType
    defaults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Deployment:
    """A service to run: ``service_id`` never changes, the names of service and model are for logs alone.

    ``directory`` is the root of the version's files. ``workers`` are copies of the model in each of the
    ``instances``; ``max_batch_rows`` bounds how many rows a call of the model gets.
    """

    service_id: str
    name: str = field(compare=False)
    model: str = field(compare=False)
    version: str
    directory: Path
    packages: tuple[str, ...]
    methods: tuple[ServedMethod, ...]
    instances: int = 1
    max_batch_rows: int | None = None
    workers: int = 1


def served(methods: Iterable[Method]) -> tuple[ServedMethod, ...]:
    """A version's methods as services have them: table functions are left out."""
    return tuple(
        ServedMethod(
            name=m.name,
            path=path_of(m),
            handler=m.handler,
            arguments=tuple((a.name, a.type) for a in m.arguments),
            returns=m.returns,
            defaults=tuple((a.name, a.default) for a in m.arguments if a.default is not None),
        )
        for m in methods
        if m.returns is not None
    )


def path_of(method: Method) -> str:
    """The last part of a method's address: its Python name, with dashes for underscores."""
    parts = method.handler.split(".")
    name = parts[1] if len(parts) == 3 and parts[0] == "functions" else method.name.lower()
    return name.replace("_", "-")
