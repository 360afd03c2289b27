"""The app: every control, what it shows, what it saves, and what it says when something is missing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from snowflake.snowpark import Session, context
from snowflake.snowpark.session import _get_active_sessions
from streamlit.connections import snowflake_connection
from streamlit.testing.v1 import AppTest

from snowdome.client.local import LocalAccount
from tests.app.conftest import TABLE, statements, write_connection

SAVE, AGAIN = "❄️ Save to Snowflake", "Try again"
JUNE = (35, 50, 35, 85)
Open = Callable[[], AppTest]

pytestmark = pytest.mark.slow


def whole(page: AppTest) -> AppTest:
    """The page, which shows no traceback and no error."""
    assert not page.exception
    assert not page.error
    return page


def metrics(page: AppTest) -> dict[str, tuple[str, str]]:
    """Each number with its change."""
    return {metric.label: (metric.value, metric.delta) for metric in whole(page).metric}


def button(page: AppTest, label: str) -> Any:
    return next(one for one in page.button if one.label == label)


def rows(session: Session) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in session.table(TABLE).collect()]


def spec(page: AppTest) -> dict[str, Any]:
    """The chart as Vega-Lite reads it."""
    (chart,) = page.get("vega_lite_chart")
    return json.loads(chart.proto.spec)


# -- what it shows --------------------------------------------------------------------------------


def test_sliders_start_with_last_months_budgets(page: AppTest) -> None:
    sliders = whole(page).slider
    assert [s.value for s in sliders] == list(JUNE)
    assert [s.label for s in sliders] == [
        f"{channel}, in 10,000 dollars" for channel in ("Search engine", "Social media", "Video", "Email")
    ]
    assert {(s.min, s.max, s.step) for s in sliders} == {(0, 100, 5)}
    assert sliders[0].help == "June: 35, which is 350,000 dollars."
    assert page.markdown[0].value == "What should July's advertising cost? The sliders start where June was."


def test_prediction_and_its_change_against_last_month(page: AppTest) -> None:
    # 1,005,000 + 2 * 350,000 + 500,000 + 3 * 350,000 + 850,000 / 2 = 3,680,000; June brought 8.22 million.
    assert metrics(page) == {
        "Predicted revenue": ("$3.68 M", "-55.2 % against June"),
        "From your changes": ("$0.00 M", ""),
        "Advertising": ("$2.05 M", ""),
    }


@pytest.mark.parametrize(
    ("slider", "to", "revenue", "change", "gained", "relative", "spent", "more"),
    [
        (0, 60, "$4.18 M", "-49.1 % against June", "+$0.50 M", "+13.6 %", "$2.30 M", "+$0.25 M against June"),
        (1, 20, "$3.38 M", "-58.9 % against June", "-$0.30 M", "-8.2 %", "$1.75 M", "-$0.30 M against June"),
        (
            2,
            100,
            "$5.63 M",
            "-31.5 % against June",
            "+$1.95 M",
            "+53.0 %",
            "$2.70 M",
            "+$0.65 M against June",
        ),
        (3, 65, "$3.58 M", "-56.4 % against June", "-$0.10 M", "-2.7 %", "$1.85 M", "-$0.20 M against June"),
    ],
)
def test_each_slider_moves_the_prediction(
    page: AppTest,
    slider: int,
    to: int,
    revenue: str,
    change: str,
    gained: str,
    relative: str,
    spent: str,
    more: str,
) -> None:
    page.slider[slider].set_value(to).run()
    assert metrics(page) == {
        "Predicted revenue": (revenue, change),
        "From your changes": (gained, relative),
        "Advertising": (spent, more),
    }


def test_model_is_asked_through_bind_variables(page: AppTest, session: Session) -> None:
    page.slider[0].set_value(95).run()
    asked = session.sql("""
        SELECT QUERY_TEXT FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY(RESULT_LIMIT => 1000))
        WHERE QUERY_TEXT LIKE '%PREDICT_ROI(%' AND QUERY_TEXT NOT ILIKE '%QUERY_HISTORY%'
            AND QUERY_TEXT ILIKE 'SELECT%'
    """).collect()
    assert {row[0] for row in asked} == {
        "SELECT " + ", ".join(["DASH_DB.DASH_SCHEMA.PREDICT_ROI(?, ?, ?, ?)"] * 2)
    }


def test_chart_has_the_months_and_the_planned_one_stands_out(page: AppTest) -> None:
    page.slider[0].set_value(60).run()
    chart = spec(page)
    bars, returns = chart["layer"]
    assert bars["mark"]["type"] == "bar"
    assert [layer["mark"]["type"] for layer in returns["layer"]] == ["line", "point", "text", "text"]
    assert bars["encoding"]["opacity"]["condition"]["test"] == "datum.MONTH === 'July'"
    assert chart["resolve"] == {"scale": {"y": "independent"}}
    assert (
        "June: budgets 205, return 8.22; July: budgets 230, return 4.18. July is planned."
        in chart["description"]
    )


def test_what_the_model_has_not_seen_is_told(page: AppTest) -> None:
    assert not page.warning
    page.slider[3].set_value(10).run()
    (warning,) = whole(page).warning
    assert warning.value.endswith("What it has seen: Email: 14 to 110.")


# -- what it saves --------------------------------------------------------------------------------


def test_saving_appends_a_row_and_shows_it(page: AppTest, session: Session) -> None:
    page.slider[0].set_value(60).run()
    button(page, SAVE).click().run()
    assert [s.value for s in whole(page).success] == ["July is saved, and is the table's last row."]
    assert len(rows(session)) == 7
    assert rows(session)[-1] == ("July", 60, 50, 35, 85, 4.18)
    assert list(page.table[0].value.index) == ["January", "February", "March", "April", "May", "June", "July"]


def test_after_saving_the_next_month_is_planned_from_the_saved_one(page: AppTest, session: Session) -> None:
    page.slider[0].set_value(60).run()
    button(page, SAVE).click().run()
    assert [s.value for s in page.slider] == [60, 50, 35, 85]
    assert metrics(page)["Predicted revenue"] == ("$4.18 M", "+0.0 % against July")
    page.slider[1].set_value(100).run()
    assert not page.success
    button(page, SAVE).click().run()
    assert [row[0] for row in rows(session)[-2:]] == ["July", "August"]
    assert rows(session)[-1] == ("August", 60, 100, 35, 85, 4.68)


def test_another_page_shows_what_was_saved(page: AppTest, opened: Open) -> None:
    button(page, SAVE).click().run()
    other = whole(opened())
    assert other.markdown[0].value.startswith("What should August's advertising cost?")
    assert not other.success


def test_a_month_that_somebody_saved_meanwhile_is_not_saved_twice(page: AppTest, session: Session) -> None:
    session.sql(f"INSERT INTO {TABLE} VALUES ('July', 20, 20, 20, 20, 1.0)").collect()
    button(page, SAVE).click().run()
    assert whole(page).warning[0].value.startswith("Somebody else saved this month")
    assert [row for row in rows(session) if row[0] == "July"] == [("July", 20, 20, 20, 20, 1.0)]
    assert page.markdown[0].value.startswith("What should August's advertising cost?")


def test_after_december_there_is_nothing_to_plan(
    session: Session, connection_file: Path, opened: Open
) -> None:
    session.sql(f"INSERT INTO {TABLE} VALUES ('December', 10, 20, 30, 40, 5.0)").collect()
    page = whole(opened())
    assert "The lesson **00_setup** starts it over." in page.info[0].value
    assert not page.button
    assert page.table[0].value.index[-1] == "December"


def test_budgets_beyond_the_sliders_are_cut(session: Session, connection_file: Path, opened: Open) -> None:
    session.sql(f"UPDATE {TABLE} SET EMAIL = 130, VIDEO = -5 WHERE MONTH = 'June'").collect()
    assert [s.value for s in whole(opened()).slider] == [35, 50, 0, 100]


# -- when something is missing ---------------------------------------------------------------------


def trouble(page: AppTest) -> str:
    """What the page says is wrong; it shows no traceback, and nothing else."""
    assert not page.exception
    (error,) = page.error
    return error.value


@pytest.mark.parametrize(
    ("gone", "lesson"),
    [
        (f"DROP TABLE {TABLE}", "00_setup"),
        ("DROP TABLE SPEND_AND_REVENUE_PER_MONTH", "01_data_engineering"),
        ("DROP FUNCTION PREDICT_ROI(FLOAT, FLOAT, FLOAT, FLOAT)", "03_model_training"),
    ],
)
def test_what_is_missing_is_told_with_the_lesson_that_makes_it(
    session: Session, connection_file: Path, opened: Open, gone: str, lesson: str
) -> None:
    session.sql(gone).collect()
    page = opened()
    assert f"Run the lesson **{lesson}**, then try again." in trouble(page)
    assert not page.metric
    assert gone.split()[2].partition("(")[0] in page.code[0].value


def test_an_account_without_the_schema_needs_lesson_00(
    session: Session, connection_file: Path, opened: Open
) -> None:
    session.sql("ALTER DATABASE DASH_DB RENAME TO ELSEWHERE").collect()
    try:
        assert "Run the lesson **00_setup**" in trouble(opened())
    finally:
        session.sql("ALTER DATABASE ELSEWHERE RENAME TO DASH_DB").collect()


def test_try_again_works_after_the_lesson_was_run(
    session: Session, connection_file: Path, opened: Open
) -> None:
    session.sql(f"DROP TABLE {TABLE}").collect()
    page = opened()
    for statement in statements("00_setup.sql"):
        if TABLE in statement:
            session.sql(statement).collect()
    button(page, AGAIN).click().run()
    assert [s.value for s in whole(page).slider] == list(JUNE)


def test_a_model_that_fails_is_told_in_snowflakes_words(
    session: Session, connection_file: Path, opened: Open
) -> None:
    session.sql("""
        CREATE OR REPLACE FUNCTION PREDICT_ROI(A FLOAT, B FLOAT, C FLOAT, D FLOAT) RETURNS FLOAT
        LANGUAGE PYTHON RUNTIME_VERSION = '3.11' HANDLER = 'f' AS $$
def f(a, b, c, d):
    raise ValueError("the model file is gone")
$$""").collect()
    page = opened()
    assert trouble(page) == "Snowflake refused a statement of this app."
    assert "ValueError: the model file is gone" in page.code[0].value


def test_a_model_that_answers_null_is_told(session: Session, connection_file: Path, opened: Open) -> None:
    session.sql("""
        CREATE OR REPLACE FUNCTION PREDICT_ROI(A FLOAT, B FLOAT, C FLOAT, D FLOAT) RETURNS FLOAT AS 'NULL'
    """).collect()
    assert "answers NULL. Run the lesson **03_model_training** again." in trouble(opened())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (f"DELETE FROM {TABLE}", "is empty"),
        (f"UPDATE {TABLE} SET MONTH = 'Jule' WHERE MONTH = 'June'", "'Jule', which is no month"),
        (f"UPDATE {TABLE} SET MONTH = NULL WHERE MONTH = 'June'", "None, which is no month"),
        (f"UPDATE {TABLE} SET MONTH = 'May' WHERE MONTH = 'June'", "has May twice"),
        (f"UPDATE {TABLE} SET EMAIL = NULL WHERE MONTH = 'June'", "has a NULL in it"),
    ],
)
def test_a_table_in_which_the_next_month_cannot_be_told(
    session: Session, connection_file: Path, opened: Open, change: str, said: str
) -> None:
    session.sql(change).collect()
    text = trouble(opened())
    assert said in text
    assert text.endswith("The lesson **00_setup** fills it afresh.")


def test_a_save_that_fails_is_told(page: AppTest, session: Session) -> None:
    session.sql(f"DROP TABLE {TABLE}").collect()
    button(page, SAVE).click().run()
    assert "Run the lesson **00_setup**, then try again." in trouble(page)


def test_a_connection_file_that_cannot_be_used_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Open
) -> None:
    monkeypatch.setenv("SNOWDOME_CONNECTION", str(tmp_path / "nowhere.json"))
    page = opened()
    assert trouble(page).startswith("The Snowflake account does not answer.")
    assert "nowhere.json cannot be read" in page.code[0].value


def test_an_account_that_is_down_is_told(
    fresh: LocalAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Open
) -> None:
    nobody = fresh.parameters() | {"port": 1, "login_timeout": 2}
    write_connection(tmp_path, monkeypatch, nobody)
    assert trouble(opened()).startswith("The Snowflake account does not answer.")


def test_a_session_that_has_ended_is_told_and_opened_again(page: AppTest, connected: Session) -> None:
    (ended,) = _get_active_sessions() - {connected}
    whole(page)
    ended.connection.rest.delete_session()  # as when the account is restarted
    button(page, SAVE).click().run()
    assert trouble(page).startswith("The session has ended")
    assert metrics(whole(button(page, AGAIN).click().run()))["Predicted revenue"][0] == "$3.68 M"
    ended.connection.close()


# -- inside Snowflake ------------------------------------------------------------------------------


def test_inside_snowflake_it_uses_the_session_that_is_there(
    session: Session, fresh: LocalAccount, monkeypatch: pytest.MonkeyPatch, opened: Open
) -> None:
    inside = Session.builder.configs(fresh.parameters()).create()  # Streamlit closes it when it forgets it
    monkeypatch.setitem(sys.modules, "snowdome", None)  # importing it fails, as there
    monkeypatch.setenv("SNOWDOME_CONNECTION", "/nowhere.json")
    monkeypatch.setattr(snowflake_connection, "running_in_sis", lambda: True)
    monkeypatch.setattr(context, "get_active_session", lambda: inside)
    page = whole(opened())
    assert metrics(page)["Predicted revenue"][0] == "$3.68 M"
    button(page, SAVE).click().run()
    assert rows(session)[-1] == ("July", *JUNE, 3.68)
