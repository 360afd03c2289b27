"""Experiments and their runs by names that are given as text."""

from __future__ import annotations

from snowdome.catalog.experiments import Experiment, Run
from snowdome.catalog.names import ObjectName
from snowdome.errors import object_not_found
from snowdome.session import Session
from snowdome.sql.names import parse_name


def experiment_named(session: Session, name: str) -> Experiment:
    """The experiment; 002003 if there is none."""
    wanted = ObjectName(parse_name(name))
    found = session.find(Experiment, wanted)
    if found is None:
        raise object_not_found("Experiment", str(session.full_name(wanted)))
    return found


def run_written(experiment: Experiment, text: str) -> Run:
    """The run whose name is written as in SQL; 002003 if there is none."""
    return run_named(experiment, ".".join(parse_name(text)))


def run_named(experiment: Experiment, name: str) -> Run:
    """The run, by its folded name; 002003 if there is none."""
    found = experiment.run(name)
    if found is None:
        raise object_not_found("Run", str(ObjectName((experiment.name, name))))
    return found
