"""Experiments: what is kept of attempts at training a model, run by run."""

from __future__ import annotations

from dataclasses import dataclass, field

from snowdome.catalog.model import KINDS
from snowdome.catalog.names import quote
from snowdome.catalog.versioned import VERSIONED, Version, Versioned

RUNNING = "RUNNING"
FINISHED = "FINISHED"
FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True)
class Run(Version):
    """A run of an experiment, ``live`` while it is RUNNING. ``source`` is JSON, what the client says of the
    program that runs; ``ended_on`` is nanoseconds UTC. Metrics and parameters are in ``run_values``."""

    status: str = RUNNING
    source: str = ""
    ended_on: int = 0


@dataclass(frozen=True, kw_only=True)
class Experiment(Versioned):
    """An experiment; its versions are its runs."""

    space = "EXPERIMENT"
    kind_name = "Experiment"
    word = "experiment"

    runs: tuple[Run, ...] = field(default=())

    @property
    def all_versions(self) -> tuple[Run, ...]:
        return self.runs

    def run(self, name: str) -> Run | None:
        """The run of exactly that name."""
        return next((r for r in self.runs if r.name == name), None)

    def version(self, name: str) -> Run | None:
        """The run of that name, which may be in double quotes, as it is in URLs."""
        quoted = len(name) > 2 and name[0] == name[-1] == '"'
        return self.run(name[1:-1].replace('""', '"') if quoted else name)

    def shown_path(self, version: Version) -> str:
        return f"/versions/{quote(version.name)}/"


KINDS["Experiment"] = Experiment
VERSIONED[Experiment.word] = Experiment
