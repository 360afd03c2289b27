"""The viewer of experiments: every control, what it shows of runs as the client logged them, and what is missing."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from snowflake.snowpark import Session, context
from streamlit.connections import snowflake_connection
from streamlit.testing.v1 import AppTest

from snowdome.client.local import LocalAccount
from tests.app import runs
from tests.app.conftest import VIEWER, statements, write_connection

Open = Callable[..., AppTest]
BOOSTED = ["XGBOOST_DEPTH_4", "XGBOOST_DEPTH_2", "XGBOOST_DEPTH_8"]
BY_AUC = [*BOOSTED, "LOGISTIC_REGRESSION"]

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:::snowflake")]


@pytest.fixture
def viewer(experiments: Session, connection_file: Path, opened: Open) -> AppTest:
    """The page as it opens, with the experiment CHURN."""
    return opened(VIEWER)


def whole(page: AppTest) -> AppTest:
    """The page, which shows no traceback, error or warning."""
    assert not page.exception
    assert not page.error
    assert not page.warning
    return page


def control(page: AppTest, kind: str, label: str) -> Any:
    """The one control with this label."""
    (found,) = [one for one in getattr(page, kind) if one.label == label]
    return found


def choose(page: AppTest, experiment: str) -> AppTest:
    name = ("CHURN_DB", "CHURN_SCHEMA", experiment)
    return control(page, "selectbox", "Experiment").set_value(name).run()


def table(page: AppTest) -> Any:
    return whole(page).dataframe[0].value


def numbers(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in whole(page).metric}


def charts(page: AppTest) -> list[dict[str, Any]]:
    """The charts as Vega-Lite reads them; each has a text for those who do not see it."""
    specs = [json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart")]
    assert all(len(spec["description"]) > 20 for spec in specs)
    return specs


def told(page: AppTest, start: str) -> str:
    """The text of the chart that begins so."""
    (found,) = [spec["description"] for spec in charts(page) if spec["description"].startswith(start)]
    return found


# -- runs side by side ----------------------------------------------------------------------------


def test_runs_are_compared_by_the_held_out_auc(viewer: AppTest) -> None:
    assert control(viewer, "selectbox", "Experiment").options[0] == "CHURN (CHURN_DB.CHURN_SCHEMA)"
    assert control(viewer, "selectbox", "Compare by").value == "test_auc"
    found = table(viewer)
    assert list(found.index) == [*BY_AUC, "BROKEN", "going on"]
    assert list(found["Status"]) == ["✓ finished"] * 4 + ["✗ failed", "… running"]
    assert list(found.columns) == [
        "Status", "test_auc", "test_logloss", "test_precision", "test_recall", "auc gap", "logloss gap",
    ]  # fmt: skip
    assert found.loc["LOGISTIC_REGRESSION", "test_recall"] == 0.71
    assert numbers(viewer) == {
        "Runs": "6", "Best run": "XGBOOST_DEPTH_4", "test_auc": "0.845", "Its overfitting gap": "+0.021 (small)",
    }  # fmt: skip


def test_gaps_are_train_less_held_out_and_marked_when_large(viewer: AppTest) -> None:
    found = table(viewer)
    assert found.loc["LOGISTIC_REGRESSION", "auc gap"] == "+0.007"  # 0.803 - 0.796
    assert found.loc["LOGISTIC_REGRESSION", "logloss gap"] == "+0.010"  # less is better: 0.52 - 0.51
    assert found.loc["XGBOOST_DEPTH_8", "auc gap"].startswith("⚠ +0.1")
    assert list(found.loc[["BROKEN", "going on"], "auc gap"]) == ["", ""]
    text = told(viewer, "A line per run")
    assert "LOGISTIC_REGRESSION: train_auc 0.803, test_auc 0.796, gap +0.007." in text
    assert re.search(r"XGBOOST_DEPTH_8: .* gap \+0\.1\d\d, large;", text)


def test_gaps_are_those_to_the_split_that_most_runs_have(viewer: AppTest) -> None:
    choose(viewer, "MIXED")
    assert dict(table(viewer)["auc gap"]) == {"ONE": "⚠ +0.100", "TWO": "+0.010", "THREE": ""}


def test_metrics_are_bars(viewer: AppTest) -> None:
    columns = json.loads(whole(viewer).dataframe[0].proto.columns)
    bar = columns["test_auc"]["type_config"]
    assert (bar["type"], bar["min_value"], bar["max_value"]) == ("progress", 0, 1)


def test_metrics_of_the_table_are_chosen(viewer: AppTest) -> None:
    control(viewer, "multiselect", "Metrics in the table").set_value(["train_auc"]).run()
    assert list(table(viewer).columns) == ["Status", "train_auc", "auc gap"]


def test_another_metric_to_compare_by(viewer: AppTest) -> None:
    control(viewer, "selectbox", "Compare by").set_value("test_recall").run()
    assert list(table(viewer).index[:2]) == ["XGBOOST_DEPTH_8", "LOGISTIC_REGRESSION"]  # 0.76, 0.71
    assert "Its overfitting gap" not in numbers(viewer)
    assert any("it takes `train_recall` and `test_recall`" in c.value for c in viewer.caption)
    control(viewer, "selectbox", "Compare by").set_value("test_logloss").run()
    assert table(viewer).index[3] == "LOGISTIC_REGRESSION"  # 0.52, the worst: less is better
    assert told(viewer, "A line per run").startswith("A line per run from its training metric")


# -- filters --------------------------------------------------------------------------------------


def test_filter_by_name(viewer: AppTest) -> None:
    control(viewer, "text_input", "Name contains").set_value("xgb").run()
    assert list(table(viewer).index) == BOOSTED
    assert numbers(viewer)["Runs"] == "3 of 6"
    assert control(viewer, "selectbox", "One run in detail").options == BOOSTED


def test_filter_by_status(viewer: AppTest) -> None:
    status = control(viewer, "multiselect", "Status")
    assert status.options == ["FAILED", "FINISHED", "RUNNING"]
    status.set_value(["FAILED", "RUNNING"]).run()
    assert list(table(viewer).index) == ["BROKEN", "going on"]
    assert "Best run" not in numbers(viewer)  # neither has the metric


def test_filter_by_a_minimum_or_of_an_error_by_a_maximum(viewer: AppTest) -> None:
    control(viewer, "number_input", "test_auc at least").set_value(0.82).run()
    assert list(table(viewer).index) == BOOSTED[:2]
    control(viewer, "selectbox", "Compare by").set_value("test_logloss").run()
    assert len(table(viewer)) == 6
    control(viewer, "number_input", "test_logloss at most").set_value(0.5).run()
    assert set(table(viewer).index) == set(BOOSTED[:2])


def test_filter_by_parameters(viewer: AppTest) -> None:
    chosen = control(viewer, "multiselect", "Parameters")
    assert chosen.options == [
        "class_weight = balanced", "learning_rate = 0.1", "max_depth = -1", "max_depth = 2", "max_depth = 4",
        "max_depth = 8", "model = logistic", "model = xgboost",
    ]  # fmt: skip
    chosen.set_value(["max_depth = 2", "max_depth = -1"]).run()
    assert list(table(viewer).index) == ["XGBOOST_DEPTH_2", "BROKEN"]
    control(viewer, "multiselect", "Parameters").set_value(["max_depth = 2", "model = logistic"]).run()
    assert [i.value for i in whole(viewer).info] == ["No run fits the filters."]
    control(viewer, "button", "Clear the filters").click().run()
    assert len(table(viewer)) == 6


# -- one run --------------------------------------------------------------------------------------


def test_the_best_run_is_shown_first_with_all_that_it_has(viewer: AppTest) -> None:
    parameters = whole(viewer).table[0].value
    assert parameters["Value"].to_dict() == {"learning_rate": "0.1", "max_depth": "4", "model": "xgboost"}
    assert told(viewer, "auc over steps").startswith("auc over steps: train_auc from 0.763 to 0.8")
    assert told(viewer, "Bars of feature importance").startswith(
        "Bars of feature importance: DAYS_SINCE_ORDER 0.9; ORDERS 0.55;"
    )
    assert told(viewer, "Confusion matrix") == (
        "Confusion matrix. stays predicted as stays: 512 (85%); stays predicted as churns: 88 (15%);"
        " churns predicted as stays: 41 (27%); churns predicted as churns: 109 (73%)."
    )
    sentence = (
        "At the threshold 0.4: of 150 cases of “churns” the model finds 109 (recall 73%); of 197 that it names,"
        " 109 are right (precision 55%)."
    )
    assert sentence in [c.value for c in viewer.caption]
    assert not viewer.info
    assert list(viewer.table[-1].value.index) == [
        "confusion_matrix.json", "importance.json", "notes.txt", "plots/shap.json",
    ]  # fmt: skip


def test_shap_values_say_how_much_and_which_way(viewer: AppTest) -> None:
    words = told(viewer, "Beeswarm")
    assert re.search(
        r"DAYS_SINCE_ORDER 0\.\d{3}  high values raise it; ORDERS 0\.\d{3}  high values lower it", words
    )
    (swarm,) = [spec for spec in charts(viewer) if spec["description"].startswith("Beeswarm")]
    encoding = swarm["layer"][1]["encoding"]
    assert {"color", "shape", "yOffset"} <= set(encoding)
    assert encoding["y"]["sort"] == list(runs.FEATURES)
    assert any(c.value.startswith("400 of 600 cases, 5 of 5 features.") for c in viewer.caption)


def test_curves_are_chosen(viewer: AppTest) -> None:
    curves = control(viewer, "multiselect", "Curves of")
    assert curves.value == ["auc", "logloss"]
    curves.set_value(["logloss"]).run()
    assert [s["description"][:7] for s in charts(viewer) if " over steps" in s["description"]] == ["logloss"]
    control(viewer, "multiselect", "Curves of").set_value([]).run()
    assert not [s for s in charts(whole(viewer)) if " over steps" in s["description"]]


def test_another_run_and_what_it_lacks(viewer: AppTest) -> None:
    control(viewer, "selectbox", "One run in detail").set_value("XGBOOST_DEPTH_2").run()
    assert told(viewer, "Bars of feature importance") == "Bars of feature importance: SPENT 0.6; ORDERS 0.4."
    assert [i.value.split(". ")[0] for i in whole(viewer).info] == [
        "This run has no artifact `confusion_matrix.json`", "This run has no artifact `shap.json`",
    ]  # fmt: skip
    assert all("The lesson **08_experiment_tracking** shows" in i.value for i in viewer.info)


def test_a_run_without_steps_and_artifacts(viewer: AppTest) -> None:
    control(viewer, "selectbox", "One run in detail").set_value("LOGISTIC_REGRESSION").run()
    assert any("so there is no curve to draw" in m.value for m in whole(viewer).markdown)
    assert viewer.table[1].value.loc["test_auc", "Value"] == "0.7960"
    assert "This run has logged no artifacts." in [m.value for m in viewer.markdown]


def test_a_run_that_failed_at_once_and_one_that_goes_on(viewer: AppTest) -> None:
    control(viewer, "selectbox", "One run in detail").set_value("BROKEN").run()
    assert viewer.table[0].value["Value"].to_dict() == {"max_depth": "-1", "model": "xgboost"}
    assert any(c.value.startswith("Failed, started ") for c in whole(viewer).caption)
    control(viewer, "selectbox", "One run in detail").set_value("going on").run()
    assert "This run has logged no parameters." in [m.value for m in whole(viewer).markdown]


def test_what_is_logged_meanwhile_is_seen_after_reading_again(viewer: AppTest, experiments: Session) -> None:
    add = """ALTER EXPERIMENT CHURN_DB.CHURN_SCHEMA.CHURN MODIFY RUN "going on"
        ADD METRICS = $$[{"name": "test_auc", "value": 0.99, "step": 1}]$$"""
    experiments.sql(add).collect()
    assert numbers(viewer)["Best run"] == "XGBOOST_DEPTH_4"
    control(viewer, "button", "Read again").click().run()
    assert numbers(viewer)["Best run"] == "going on"
    experiments.sql(
        "DROP EXPERIMENT CHURN_DB.CHURN_SCHEMA.CHURN"
    ).collect()  # the next test gets it as it was


# -- what does not fit the conventions ------------------------------------------------------------


def test_metrics_without_splits_and_files_that_are_odd(viewer: AppTest) -> None:
    choose(viewer, "ODD")
    assert control(viewer, "selectbox", "Compare by").options == ["Status", "r2", "rmse"]
    control(viewer, "selectbox", "Compare by").set_value("rmse").run()
    found = viewer.dataframe[0].value
    assert list(found.index) == ["BETTER", "odd run"]
    assert list(found.columns) == ["Status of the run", "Status", "r2", "rmse"]
    control(viewer, "selectbox", "One run in detail").set_value("odd run").run()
    assert not viewer.exception
    assert [w.value.partition(": ")[0] for w in viewer.warning] == [
        f"`{name}` is not as this app expects it (see `app/README.md`)"
        for name in ("importance.json", "confusion_matrix.json", "shap.json")
    ]


def test_other_forms_of_artifacts(viewer: AppTest) -> None:
    choose(viewer, "ODD")
    control(viewer, "selectbox", "Compare by").set_value("rmse").run()
    control(viewer, "selectbox", "One run in detail").set_value("BETTER").run()
    captions = [c.value for c in whole(viewer).caption]
    assert "90% of the cases are predicted right." in captions  # 18 of 20
    assert "The first 10 of 12 features." in captions
    assert "2 cases, 2 of 2 features." in " ".join(captions)
    assert (
        told(viewer, "Bars of mean SHAP values")
        == "Bars of mean SHAP values: SOME 0.500  ; CONSTANT 0.000  ."
    )


def test_runs_without_metrics(viewer: AppTest) -> None:
    choose(viewer, "QUIET")
    assert list(table(viewer).columns) == ["Status"]
    assert viewer.info[0].value == "These runs have logged no metrics."
    assert numbers(viewer) == {"Runs": "1"}
    assert not [s for s in viewer.selectbox if s.label == "Compare by"]


# -- when something is missing --------------------------------------------------------------------


def test_an_experiment_without_runs(viewer: AppTest) -> None:
    choose(viewer, "NEW")
    assert [i.value for i in whole(viewer).info] == [
        "`NEW` has no runs yet. Run the lesson **08_experiment_tracking**."
    ]
    control(viewer, "button", "Try again").click().run()
    assert not viewer.exception


def test_an_account_without_experiments_needs_lesson_08(
    experiments: Session, connection_file: Path, opened: Open
) -> None:
    for name in ("CHURN", "ODD", "QUIET", "MIXED", "NEW"):
        experiments.sql(f"DROP EXPERIMENT CHURN_DB.CHURN_SCHEMA.{name}").collect()
    page = whole(opened(VIEWER))
    (said,) = [i.value for i in page.info]
    assert said == "There is no experiment yet. Run the lesson **08_experiment_tracking**, then try again."
    experiments.sql("CREATE EXPERIMENT CHURN_DB.CHURN_SCHEMA.NEW").collect()
    control(page, "button", "Try again").click().run()
    assert "`NEW` has no runs yet." in page.info[0].value


def test_an_experiment_that_was_dropped_meanwhile(viewer: AppTest, experiments: Session) -> None:
    experiments.sql("DROP EXPERIMENT CHURN_DB.CHURN_SCHEMA.ODD").collect()
    choose(viewer, "ODD")
    assert not viewer.exception
    assert viewer.error[0].value == "This experiment or run is not there any more. Somebody has dropped it."
    assert "does not exist or not authorized" in viewer.code[0].value
    control(viewer, "button", "Try again").click().run()
    assert len(table(viewer)) == 6  # back to the first experiment


def test_a_connection_file_that_cannot_be_used_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Open
) -> None:
    monkeypatch.setenv("SNOWDOME_CONNECTION", str(tmp_path / "nowhere.json"))
    page = opened(VIEWER)
    assert page.error[0].value.startswith("The Snowflake account does not answer.")
    assert "nowhere.json cannot be read" in page.code[0].value


def test_an_account_that_is_down_is_told(
    fresh: LocalAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Open
) -> None:
    write_connection(tmp_path, monkeypatch, fresh.parameters() | {"port": 1, "login_timeout": 2})
    page = opened(VIEWER)
    assert not page.exception
    assert page.error[0].value.startswith("The Snowflake account does not answer.")


# -- inside Snowflake -----------------------------------------------------------------------------


def test_inside_snowflake_it_uses_the_session_that_is_there(
    experiments: Session, fresh: LocalAccount, monkeypatch: pytest.MonkeyPatch, opened: Open
) -> None:
    monkeypatch.setitem(sys.modules, "snowdome", None)  # importing it fails, as there
    monkeypatch.setenv("SNOWDOME_CONNECTION", "/nowhere.json")
    monkeypatch.setattr(snowflake_connection, "running_in_sis", lambda: True)
    with Session.builder.configs(fresh.parameters()).create() as own:
        monkeypatch.setattr(context, "get_active_session", lambda: own)
        page = opened(VIEWER)
        assert numbers(page)["Best run"] == "XGBOOST_DEPTH_4"
        assert told(page, "Confusion matrix")


def test_script_deploys_the_file_unchanged(experiments: Session, tmp_path: Path) -> None:
    script = statements("10_experiment_viewer.sql")
    for statement in script:
        if statement.startswith(("USE", "CREATE STAGE")):
            experiments.sql(statement).collect()
    for file in (VIEWER, VIEWER.with_name("environment.yml")):
        experiments.file.put(str(file), "@CHURN_APPS/experiment_viewer", auto_compress=False, overwrite=True)
    for statement in script:
        experiments.sql(statement).collect()
    (shown,) = experiments.sql("SHOW STREAMLITS LIKE 'EXPERIMENT_VIEWER'").collect()
    assert (shown["title"], shown["query_warehouse"]) == ("Experiments", "DASH_L")
    live = "snow://streamlit/CHURN_DB.CHURN_SCHEMA.EXPERIMENT_VIEWER/versions/live/"
    experiments.sql(f"GET '{live}' 'file://{tmp_path}/'").collect()
    assert (tmp_path / VIEWER.name).read_bytes() == VIEWER.read_bytes()
