"""An account with what the app needs, and the app itself, driven without a browser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from snowflake.snowpark import Session
from snowflake.snowpark.session import _get_active_sessions
from snowflake.snowpark.types import FloatType
from streamlit.testing.v1 import AppTest

from snowdome.client import local
from snowdome.client.local import LocalAccount
from tests.app import runs

ROOT = Path(__file__).parents[2]
FILE = ROOT / "app" / "revenue_prediction.py"
VIEWER = ROOT / "app" / "experiment_viewer.py"
TABLE = "BUDGET_ALLOCATIONS_AND_ROI"
# What the channels have cost: 140,000 to 1.1 million dollars a month.
SEEN = """
    CREATE OR REPLACE TABLE SPEND_AND_REVENUE_PER_MONTH (
        YEAR INT, MONTH INT, SEARCH_ENGINE INT, SOCIAL_MEDIA INT, VIDEO INT, EMAIL INT, REVENUE FLOAT
    ) AS SELECT * FROM VALUES
        (2020, 1, 140000, 140000, 140000, 140000, 1.5e6), (2020, 2, 1100000, 1100000, 1100000, 1100000, 7e6)
"""


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAccount]:
    """A running account of its own."""
    account = local.account(tmp_path_factory.mktemp("app") / "state")
    account.start()
    yield account
    account.stop()


@pytest.fixture(scope="session")
def connected(fresh: LocalAccount) -> Iterator[Session]:
    """A session in the schema of the lessons, which is set up but for the data of lesson 01."""
    with Session.builder.configs(fresh.parameters()).create() as session:
        for statement in statements("00_setup.sql"):
            session.sql(statement).collect()
        yield session


def statements(script: str) -> list[str]:
    """The statements of a script in sql/; its comments hold no semicolons."""
    lines = (ROOT / "sql" / script).read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("--"))
    return [one.strip() for one in text.split(";") if one.strip()]


@pytest.fixture(scope="session")
def model(connected: Session) -> Callable[[], None]:
    """Registers the model, which takes a second or two, unless the one registered last is still there."""
    registered: list[Any] = []

    def there() -> list[Any]:
        return [
            row["created_on"] for row in connected.sql("SHOW USER FUNCTIONS LIKE 'PREDICT_ROI'").collect()
        ]

    # Local, so that its code is deployed: a function of a module is only named, and the account has no module of ours.
    def revenue(search_engine: float, social_media: float, video: float, email: float) -> float:
        return 1_005_000 + 2 * search_engine + social_media + 3 * video + 0.5 * email

    def register() -> None:
        if registered and there() == registered:
            return
        connected.udf.register(
            revenue, FloatType(), [FloatType()] * 4, name="PREDICT_ROI", is_permanent=True,
            stage_location="@DASH_UDFS", replace=True,
        )  # fmt: skip
        registered[:] = there()

    return register


@pytest.fixture
def session(connected: Session, model: Callable[[], None]) -> Session:
    """The same session, with six months, what the model has seen, and a model."""
    for statement in statements("00_setup.sql"):
        if TABLE in statement:
            connected.sql(statement).collect()
    connected.sql(SEEN).collect()
    model()
    return connected


@pytest.fixture
def connection_file(fresh: LocalAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `snowdome.connection()` reads, whatever connection.json a developer has."""
    return write_connection(tmp_path, monkeypatch, fresh.parameters())


def write_connection(folder: Path, monkeypatch: pytest.MonkeyPatch, parameters: dict[str, Any]) -> Path:
    """Write a connection file and name it in the environment."""
    file = folder / "connection.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(parameters), encoding="utf-8")
    monkeypatch.setenv("SNOWDOME_CONNECTION", str(file))
    return file


@pytest.fixture
def opened() -> Iterator[Callable[..., AppTest]]:
    """Opens an app's page; nothing is remembered from another test, and the app's session is closed."""
    before = set(_get_active_sessions(require_at_least_one=False))

    def open_page(file: Path = FILE) -> AppTest:
        return AppTest.from_file(str(file), default_timeout=60).run()

    yield open_page
    st.cache_data.clear()
    st.cache_resource.clear()
    for session in _get_active_sessions(require_at_least_one=False) - before:
        session.close()


@pytest.fixture
def page(session: Session, connection_file: Path, opened: Callable[[], AppTest]) -> AppTest:
    """The page as it opens when everything is there."""
    return opened()


@pytest.fixture
def experiments(connected: Session, tmp_path: Path) -> Session:
    """The session, with the experiments of tests.app.runs; they are logged once more if a test dropped one."""
    there = {row["name"] for row in connected.sql("SHOW EXPERIMENTS IN ACCOUNT").collect()}
    if there != {"CHURN", "ODD", "QUIET", "NEW"}:
        connected.sql("CREATE OR REPLACE DATABASE CHURN_DB").collect()
        runs.log(connected, tmp_path)
        connected.sql("USE SCHEMA DASH_DB.DASH_SCHEMA").collect()
    return connected
