"""Every docstring example of Snowpark gives the documented output, but for those listed in pending.txt.

A listed case that holds fails the test too: the list can only shrink.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from snowflake.snowpark import Session
from snowflake.snowpark.functions import to_timestamp

from tests.conformance import docstrings, resources

PENDING = Path(__file__).with_name("pending.txt")


def pending() -> dict[str, str]:
    """Case name -> why it does not hold yet."""
    lines = [line for line in PENDING.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split(": ", 1) for line in lines)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The working directory of the examples, with the files they read."""
    path, before = tmp_path_factory.mktemp("docstrings"), Path.cwd()
    resources.write(path)
    os.chdir(path)
    yield path
    os.chdir(before)


@pytest.fixture(scope="module")
def sessions(server: dict[str, object], folder: Path) -> Iterator[dict[str, Session]]:
    """A session for each module of examples, in a schema of its own."""
    opened: dict[str, Session] = {}
    yield opened
    for session in opened.values():
        session.close()


def session_of(module: str, server: dict[str, object], opened: dict[str, Session]) -> Session:
    if module not in opened:
        session = Session.builder.configs(dict(server)).create()
        session.sql("CREATE DATABASE IF NOT EXISTS DOCSTRINGS").collect()
        session.sql("USE DATABASE DOCSTRINGS").collect()
        session.sql(f"CREATE SCHEMA {module.rsplit('.', 1)[-1]}_{os.getpid()}").collect()
        opened[module] = session
    return opened[module]


@pytest.mark.parametrize("name", sorted(docstrings.cases()))
@pytest.mark.timeout(60)
@pytest.mark.filterwarnings("ignore")
def test_example(name: str, server: dict[str, object], sessions: dict[str, Session]) -> None:
    test = docstrings.cases()[name]
    session = session_of(test.globs.get("__name__", "module"), server, sessions)
    try:
        docstrings.run(test, session=session, to_timestamp=to_timestamp, getfixture=None)
    except docstrings.Difference as difference:
        if name not in pending():
            pytest.fail(str(difference), pytrace=False)
        return
    assert name not in pending(), f"{name} holds now: take it off {PENDING.name}"


def test_pending_names_are_cases() -> None:
    assert not set(pending()) - set(docstrings.cases())
