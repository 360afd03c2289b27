"""Every docstring example of Snowpark gives the documented output, but for those listed in pending.txt.

A listed case that holds fails the test too: the list can only shrink.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from snowflake.snowpark import Session
from snowflake.snowpark import session as snowpark_session
from snowflake.snowpark.functions import to_timestamp

from tests.conformance import docstrings, resources

# Methods of DataFrame take for granted what the examples of the class have made.
OF_DATAFRAME = (
    "CREATE OR REPLACE TEMP TABLE PRICES (PRODUCT_ID VARCHAR, AMOUNT NUMBER(10, 2))",
    "INSERT INTO PRICES VALUES ('id1', 10.0), ('id2', 20.0)",
)
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
    sys.path.append(str(path / "tests"))
    yield path
    sys.path.remove(str(path / "tests"))
    os.chdir(before)


@pytest.fixture(scope="module")
def opened(server: dict[str, object], folder: Path) -> Iterator[Session]:
    """The one session of the examples; some look for the only active one."""
    session = Session.builder.configs(dict(server)).create()
    session.sql("CREATE DATABASE IF NOT EXISTS DOCSTRINGS").collect()
    enter(session, "snowflake.snowpark.dataframe")
    for statement in OF_DATAFRAME:
        session.sql(statement).collect()
    yield session
    session.close()


def enter(session: Session, module: str) -> None:
    """Each module of examples has a schema of its own."""
    schema = f"DOCSTRINGS.{module.rsplit('.', 1)[-1]}_{os.getpid()}"
    session.sql(f"CREATE SCHEMA IF NOT EXISTS {schema}").collect()
    session.sql(f"USE SCHEMA {schema}").collect()


@pytest.mark.parametrize("name", sorted(docstrings.cases()))
@pytest.mark.timeout(60)
@pytest.mark.filterwarnings("ignore")
def test_example(name: str, opened: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    # Examples take, and even close, whichever session is active: those of other tests must not be in sight.
    monkeypatch.setattr(snowpark_session, "_active_sessions", {opened})
    test = docstrings.cases()[name]
    enter(opened, test.globs.get("__name__", "module"))
    try:
        docstrings.run(test, session=opened, to_timestamp=to_timestamp, getfixture=None)
    except docstrings.Difference as difference:
        if name not in pending():
            pytest.fail(str(difference), pytrace=False)
        return
    assert name not in pending(), f"{name} holds now: take it off {PENDING.name}"


def test_pending_names_are_cases() -> None:
    assert not set(pending()) - set(docstrings.cases())
