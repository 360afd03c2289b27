"""CREATE STREAMLIT and what follows it: the app as an object of the account, deployed by sql/04_streamlit_app.sql."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from snowflake.snowpark import Session
from snowflake.snowpark.exceptions import SnowparkSQLException

from tests.app.conftest import FILE, statements

pytestmark = pytest.mark.slow
LIVE = "snow://streamlit/DASH_DB.DASH_SCHEMA.REVENUE_PREDICTION/versions/live/"


def one(session: Session, sql: str) -> dict[str, Any]:
    (row,) = session.sql(sql).collect()
    return row.as_dict()


def refused(session: Session, sql: str) -> tuple[int | None, str]:
    with pytest.raises(SnowparkSQLException) as caught:
        session.sql(sql).collect()
    return caught.value.sql_error_code, caught.value.raw_message or ""


@pytest.fixture
def deployed(connected: Session) -> Session:
    """The app as the script deploys it."""
    stage = next(s for s in statements("04_streamlit_app.sql") if s.startswith("CREATE STAGE"))
    connected.sql("USE SCHEMA DASH_DB.DASH_SCHEMA").collect()
    connected.sql(stage).collect()
    for file in (FILE, FILE.with_name("environment.yml")):
        connected.file.put(str(file), "@DASH_APPS/revenue_prediction", auto_compress=False, overwrite=True)
    for statement in statements("04_streamlit_app.sql"):
        connected.sql(statement).collect()
    return connected


def test_script_deploys_the_file_unchanged(deployed: Session, tmp_path: Path) -> None:
    shown = one(deployed, "SHOW STREAMLITS LIKE 'REVENUE_PREDICTION'")
    assert (shown["title"], shown["query_warehouse"]) == ("Advertising budgets", "DASH_L")
    assert len(shown["url_id"]) == 16
    described = one(deployed, "DESCRIBE STREAMLIT REVENUE_PREDICTION")
    assert described["main_file"] == "revenue_prediction.py"
    assert described["live_version_location_uri"] == LIVE
    deployed.sql(f"GET '{LIVE}' 'file://{tmp_path}/'").collect()
    assert (tmp_path / "revenue_prediction.py").read_bytes() == FILE.read_bytes()


def test_versions_go_from_live_to_committed(deployed: Session) -> None:
    app = "STREAMLIT REVENUE_PREDICTION"
    text = "There is already a live version. Please commit it first."
    assert refused(deployed, f"ALTER {app} ADD LIVE VERSION FROM LAST") == (99106, text)
    said = one(deployed, f"ALTER {app} COMMIT COMMENT = 'second'")
    assert said["status"] == "Live version successfully committed."
    assert refused(deployed, f"ALTER {app} ABORT")[1] == "Live version is not found."
    versions = deployed.sql(f"SHOW VERSIONS IN {app}").collect()
    assert [(v["name"], v["is_last"], v["comment"]) for v in versions] == [
        ("VERSION$2", "true", "second"),
        ("VERSION$1", "false", None),
    ]


def test_properties_change_and_the_app_goes(deployed: Session) -> None:
    deployed.sql("ALTER STREAMLIT REVENUE_PREDICTION SET TITLE = 'Other' COMMENT = 'c'").collect()
    deployed.sql("ALTER STREAMLIT REVENUE_PREDICTION RENAME TO PLANS").collect()
    shown = one(deployed, "SHOW STREAMLITS LIKE 'PLANS'")
    assert (shown["title"], shown["comment"]) == ("Other", "c")
    assert one(deployed, "DROP STREAMLIT PLANS")["status"] == "PLANS successfully dropped."
    assert refused(deployed, "DESCRIBE STREAMLIT PLANS") == (
        2003,
        "SQL compilation error:\nStreamlit 'DASH_DB.DASH_SCHEMA.PLANS' does not exist or not authorized.",
    )


def test_what_the_snowflake_cli_makes_an_address_of(connected: Session) -> None:
    found = one(connected, "SELECT SYSTEM$RETURN_CURRENT_ORG_NAME() A, CURRENT_ORGANIZATION_NAME() B")
    assert found["A"] == found["B"] != ""


def test_app_with_a_root_location_has_no_versions(deployed: Session) -> None:
    deployed.sql("CREATE OR REPLACE STREAMLIT OLD ROOT_LOCATION = '@DASH_APPS' MAIN_FILE = 'a.py'").collect()
    described = one(deployed, "DESCRIBE STREAMLIT OLD")
    assert described["root_location"] == "@DASH_APPS"
    assert "live_version_location_uri" not in described
    assert refused(deployed, "ALTER STREAMLIT OLD COMMIT")[1] == "Attached stage not exists."


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        (
            "FROM @NO_STAGE",
            "The specified stage NO_STAGE does not exist or the current role does not have access.",
        ),
        ("QUERY_WAREHOUSE = NO_WH", "The specified warehouse NO_WH does not exist or the current role"),
        ("TITLE = 'a' TITLE = 'b'", "duplicate property 'TITLE';"),
    ],
)
def test_what_snowflake_refuses(deployed: Session, clause: str, text: str) -> None:
    assert text in refused(deployed, f"CREATE STREAMLIT X {clause}")[1]
