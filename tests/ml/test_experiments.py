"""Experiments through the client's ExperimentTracking: runs, what they log, and what is refused."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from snowflake.connector import SnowflakeConnection
from snowflake.ml.experiment import ExperimentTracking
from snowflake.ml.model import ModelVersion
from snowflake.ml.registry import Registry
from snowflake.snowpark import Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.exceptions import SnowparkSQLException

X = pd.DataFrame({"A": [1.0, 2.0, 3.0], "B": [4.0, 5.0, 6.0]})
Y = [0, 1, 0]

Tracker = Callable[..., ExperimentTracking]


@pytest.fixture
def tracker(opened: Session, schema: str) -> Iterator[Tracker]:
    """Makes an ExperimentTracking as a new process would; the client keeps one for ever."""

    def make(**more: Any) -> ExperimentTracking:
        ExperimentTracking._instance = None
        database, name = schema.split(".")
        return ExperimentTracking(
            **{"session": opened, "database_name": database, "schema_name": name, **more}
        )

    yield make
    ExperimentTracking._instance = None


@pytest.fixture
def tracking(tracker: Tracker, request: pytest.FixtureRequest) -> ExperimentTracking:
    """In an experiment of the test's own."""
    made = tracker()
    made.set_experiment(request.node.name.partition("[")[0].upper())
    return made


@pytest.fixture
def other(connection: SnowflakeConnection, schema: str) -> str:
    """A schema beside the module's."""
    connection.cursor().execute(f"CREATE OR REPLACE SCHEMA {schema}_OTHER")
    return f"{schema}_OTHER"


def runs(opened: Session, experiment: Any) -> dict[str, Any]:
    """The metadata of an experiment's runs, by name."""
    rows = opened.sql(f"SHOW RUNS IN EXPERIMENT {experiment}").collect()
    return {row["name"]: json.loads(row["metadata"]) for row in rows}


def name_of(tracking: ExperimentTracking) -> str:
    return str(tracking._experiment.name)


def test_every_public_method_has_a_test() -> None:
    known = {
        "set_experiment", "delete_experiment", "log_model", "list_model_versions", "start_run", "end_run",
        "delete_run", "log_metric", "log_metrics", "log_param", "log_params", "log_artifact", "list_metrics",
        "get_metric_history", "list_params", "list_artifacts", "download_artifacts", "set_live_logging_status",
    }  # fmt: skip
    text = Path(__file__).read_text(encoding="utf-8")
    assert {n for n in vars(ExperimentTracking) if not n.startswith("_")} == known
    assert {n for n in known if f".{n}(" not in text} == set()


# -- experiments ----------------------------------------------------------------------------------


def test_experiments_are_made_and_deleted(tracker: Tracker, opened: Session, schema: str) -> None:
    def there() -> list[str]:
        return [row["name"] for row in opened.sql("SHOW EXPERIMENTS LIKE 'made%'").collect()]

    tracking = tracker()
    tracking.set_experiment("made_one")
    tracking.set_experiment("made_one")
    assert there() == ["MADE_ONE"]
    tracking.delete_experiment("made_one")
    assert there() == []
    with pytest.raises(SnowparkSQLException, match="does not exist or not authorized"):
        tracking.delete_experiment("made_one")
    database, name = schema.split(".")
    with pytest.raises(ValueError, match="must also be specified"):
        tracking.delete_experiment("made_one", database_name=database)
    tracking.set_experiment('"made Two"', database_name=database, schema_name=name)
    assert there() == ["made Two"]
    tracking.delete_experiment('"made Two"', database_name=database, schema_name=name)


def test_another_schema(tracker: Tracker, opened: Session, other: str) -> None:
    database, name = other.split(".")
    tracking = tracker()
    tracking.set_experiment("E", database_name=database, schema_name=name)
    tracking.log_metric("m", 1)
    assert len(runs(opened, f"{other}.E")) == 1
    with pytest.raises(SnowparkSQLException, match="Schema '.*NOWHERE' does not exist or not authorized"):
        tracking.set_experiment("E", database_name=database, schema_name="NOWHERE")


# -- runs -----------------------------------------------------------------------------------------


def test_a_run_ends_with_its_block(
    tracking: ExperimentTracking, opened: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sys, "argv", [__file__]
    )  # the client notes which program it is; a test's worker is none
    with tracking.start_run("good"):
        assert runs(opened, name_of(tracking))["GOOD"]["status"] == "RUNNING"
    with pytest.raises(ZeroDivisionError), tracking.start_run("bad"):
        raise ZeroDivisionError
    found = runs(opened, name_of(tracking))
    assert {name: run["status"] for name, run in found.items()} == {"GOOD": "FINISHED", "BAD": "FAILED"}
    assert found["GOOD"]["source_info"]["entry_point"].endswith("test_experiments.py")


def test_ending_runs(tracking: ExperimentTracking, opened: Session) -> None:
    tracking.start_run("one")
    with pytest.raises(RuntimeError, match="already active"), tracking.start_run("nested"):
        pass
    with pytest.raises(ValueError, match="Unsupported status value: 'RUNNING'"):
        tracking.end_run(status="RUNNING")
    tracking.end_run(status="FAILED")
    with pytest.raises(RuntimeError, match="No run is active"):
        tracking.end_run()
    with pytest.raises(SnowparkSQLException, match="is FAILED: it cannot be altered any more"):
        tracking.end_run("one")
    with pytest.raises(SnowparkSQLException, match="Run '.*NONE' does not exist"):
        tracking.end_run("none")
    assert runs(opened, name_of(tracking))["ONE"]["status"] == "FAILED"


def test_names_of_runs(tracking: ExperimentTracking, opened: Session) -> None:
    with tracking.start_run() as generated:
        pass
    with tracking.start_run('"my Run"'):
        tracking.log_metric("m", 2)
        assert tracking.get_metric_history().collect()[0]["value"] == 2
    assert set(runs(opened, name_of(tracking))) == {str(generated.name), "my Run"}
    assert "my Run" in [row["run_name"] for row in tracking.list_metrics('"my Run"').collect()]
    tracking.delete_run('"my Run"')
    assert set(runs(opened, name_of(tracking))) == {str(generated.name)}


def test_a_run_of_a_process_that_died_is_resumed(tracker: Tracker, opened: Session) -> None:
    first = tracker()
    first.set_experiment("RESUMED")
    first.start_run("r")
    first.log_metric("m", 1, step=1)
    again = tracker()
    again.set_experiment("RESUMED")
    with again.start_run("r"):
        again.log_metric("m", 2, step=2)
    assert runs(opened, "RESUMED")["R"]["metrics"] == [{"name": "m", "step": 2, "value": 2.0}]
    with pytest.raises(RuntimeError, match="no longer running"):
        again.start_run("r")


def test_a_pickled_tracker_goes_on_with_its_run(
    tracking: ExperimentTracking, opened: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "ACCOUNT",
        "DATABASE",
        "USER",
        "PASSWORD",
    ):  # the client asks for them, and takes the open session
        monkeypatch.setenv(f"SNOWFLAKE_{name}", "any")
    tracking.start_run("r")
    copy = pickle.loads(pickle.dumps(tracking))
    copy.log_param("from", "the copy")
    copy.end_run()
    assert runs(opened, name_of(tracking))["R"]["parameters"] == [{"name": "from", "value": "the copy"}]


def test_a_deleted_run_takes_all_with_it(
    tracking: ExperimentTracking, opened: Session, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("1", encoding="utf-8")
    tracking.start_run("r")
    tracking.log_metric("m", 1)
    tracking.log_artifact(str(tmp_path / "a.txt"))
    tracking.delete_run("R")
    assert runs(opened, name_of(tracking)) == {}
    with tracking.start_run("r"):
        assert tracking.list_artifacts("r") == []
        assert tracking.get_metric_history().collect() == []


def test_without_an_experiment_or_run(tracker: Tracker, opened: Session) -> None:
    tracking = tracker()
    for call in (
        tracking.end_run, tracking.list_metrics, tracking.list_params, tracking.get_metric_history,
        tracking.list_model_versions, lambda: tracking.list_artifacts("r"), lambda: tracking.delete_run("r"),
        lambda: tracking.download_artifacts("r"),
    ):  # fmt: skip
        with pytest.raises(RuntimeError, match="No experiment set"):
            call()
    tracking.log_param("a", 1)
    assert name_of(tracking) == "DEFAULT"
    (run,) = runs(opened, '"DEFAULT"').values()
    assert (run["status"], run["parameters"]) == ("RUNNING", [{"name": "a", "value": "1"}])
    with pytest.raises(RuntimeError, match="only supported in Snowpark Container Services"):
        tracking.set_live_logging_status(True)


# -- metrics and parameters -----------------------------------------------------------------------


@pytest.fixture
def logged(tracking: ExperimentTracking) -> ExperimentTracking:
    """Three runs; the third has logged nothing."""
    with tracking.start_run("A"):
        for step, value in enumerate((0.8, 0.9, 0.95), 1):
            tracking.log_metric("accuracy", value, step=step)
        tracking.log_metrics({"loss": 0.5, "f1": 0.7}, step=1)
        tracking.log_metric("loss", 0.4, step=1)
        tracking.log_params({"rate": 0.01, "layers": 3, "best": True, "optimizer": None})
        tracking.log_param("rate", 0.02)
    with tracking.start_run("B"):
        tracking.log_metric("accuracy", 0.5)
        tracking.log_param("rate", "it's")
    with tracking.start_run("C"):
        pass
    return tracking


def test_metrics_at_their_highest_steps(logged: ExperimentTracking) -> None:
    found = logged.list_metrics().to_pandas().set_index("run_name")
    expected = pd.DataFrame(
        {"accuracy": [0.95, 0.5, None], "f1": [0.7, None, None], "loss": [0.4, None, None]},
        index=pd.Index(["A", "B", "C"], name="run_name"),
    )
    pd.testing.assert_frame_equal(found, expected)
    assert logged.list_metrics("A").collect()[0].as_dict() == {
        "run_name": "A", "accuracy": 0.95, "f1": 0.7, "loss": 0.4,
    }  # fmt: skip


def test_history_of_metrics(logged: ExperimentTracking) -> None:
    found = logged.get_metric_history("A").collect()
    assert [tuple(row)[:3] for row in found] == [
        ("accuracy", 1, 0.8), ("accuracy", 2, 0.9), ("accuracy", 3, 0.95), ("f1", 1, 0.7), ("loss", 1, 0.4),
    ]  # fmt: skip
    times = [row["timestamp"] for row in found[:3]]
    assert times == sorted(times)
    best = logged.get_metric_history("A", "accuracy").agg(F.max('"value"')).collect()[0][0]
    assert best == 0.95
    assert logged.get_metric_history("A", "nothing").collect() == []
    with pytest.raises(SnowparkSQLException, match="does not exist or not authorized"):
        logged.get_metric_history("NONE").collect()


def test_parameters_are_texts(logged: ExperimentTracking) -> None:
    assert [row.as_dict() for row in logged.list_params().sort('"run_name"').collect()] == [
        {"run_name": "A", "best": "True", "layers": "3", "optimizer": "None", "rate": "0.02"},
        {"run_name": "B", "best": None, "layers": None, "optimizer": None, "rate": "it's"},
        {"run_name": "C", "best": None, "layers": None, "optimizer": None, "rate": None},
    ]
    assert logged.list_params("B").collect()[0].as_dict() == {"run_name": "B", "rate": "it's"}


def test_runs_are_compared(logged: ExperimentTracking) -> None:
    compared = logged.list_metrics().join(logged.list_params(), on='"run_name"')
    chosen = compared.filter((F.col('"layers"') == "3") & (F.col('"accuracy"') > 0.9)).collect()
    assert [row["run_name"] for row in chosen] == ["A"]


def test_metrics_that_are_no_number(tracking: ExperimentTracking) -> None:
    with tracking.start_run("r"):
        tracking.log_metrics({"nan": float("nan"), "most": float("inf")})
        found = tracking.list_metrics("R").to_pandas().iloc[0]
        assert pd.isna(found["nan"])
        assert found["most"] == float("inf")
        for wrong in ("high", True, None):
            with pytest.raises(SnowparkSQLException, match="for property 'METRICS'"):
                tracking.log_metric("m", wrong)  # type: ignore[arg-type]


def test_too_many_parameters_are_a_warning(tracker: Tracker, opened: Session) -> None:
    tracking = tracker()
    tracking.set_experiment("LARGE")
    with tracking.start_run("r"):
        tracking.log_param("small", 1)
        with pytest.warns(RuntimeWarning, match="exceeds the limit of 200000 bytes"):
            tracking.log_param("large", "x" * 200_000)
    assert runs(opened, "LARGE")["R"]["parameters"] == [{"name": "small", "value": "1"}]
    strict = tracker(warnings_as_errors=True)
    strict.set_experiment("LARGE")
    with pytest.raises(RuntimeWarning, match="exceeds the limit"):
        strict.log_metrics({f"{i}": float(i) for i in range(5000)})


def test_threads_log_at_once(tracking: ExperimentTracking) -> None:
    tracking.start_run("r")

    def log(thread: int) -> None:
        for step in range(10):
            tracking.log_metrics({"shared": float(thread), f"own_{thread}": float(step)}, step=step)
            tracking.log_param(f"p_{thread}_{step}", step)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(log, range(4)))
    found = tracking.get_metric_history().collect()
    assert len(found) == 10 + 4 * 10
    assert len(tracking.list_params("R").columns) == 1 + 4 * 10


# -- artifacts ------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with files."""
    for name in ("plot.json", "data/train.csv", "data/deep/notes.md"):
        path = tmp_path / "artifacts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"this is {name}", encoding="utf-8")
    return tmp_path / "artifacts"


@pytest.mark.parametrize("run", ["r", '"my Run"'])
def test_artifacts(tracking: ExperimentTracking, folder: Path, tmp_path: Path, run: str) -> None:
    with tracking.start_run(run):
        assert tracking.list_artifacts(run) == []
        tracking.log_artifact(str(folder / "plot.json"))
        tracking.log_artifact(str(folder / "data"), "copy")
        tracking.log_artifact(str(folder / "plot.json"))  # once more: it is written over
        with pytest.raises(FileNotFoundError):
            tracking.log_artifact(str(folder / "none"))
    found = tracking.list_artifacts(run)
    assert [a.name for a in found] == ["copy/deep/notes.md", "copy/train.csv", "plot.json"]
    assert (found[2].size, len(found[2].md5)) == (17, 32)
    assert [a.name for a in tracking.list_artifacts(run, "copy/deep")] == ["copy/deep/notes.md"]
    tracking.download_artifacts(run, target_path=str(tmp_path / "all"))
    for name in ("plot.json", "copy/train.csv", "copy/deep/notes.md"):
        original = (folder / name.replace("copy", "data")).read_text(encoding="utf-8")
        assert (tmp_path / "all" / name).read_text(encoding="utf-8") == original
    tracking.download_artifacts(run, "copy/train.csv", str(tmp_path / "one"))
    assert [p.name for p in (tmp_path / "one").rglob("*.*")] == ["train.csv"]


def test_artifacts_of_a_finished_run_do_not_change(
    tracking: ExperimentTracking, opened: Session, folder: Path
) -> None:
    with tracking.start_run("r"):
        tracking.log_artifact(str(folder / "plot.json"))
    location = f"snow://experiment/{name_of(tracking)}/versions/R"
    for sql in (f"PUT 'file://{folder}/plot.json' '{location}'", f"REMOVE '{location}/plot.json'"):
        with pytest.raises(SnowparkSQLException, match="Files of a committed version cannot be changed"):
            opened.sql(sql).collect()
    opened.sql("CREATE OR REPLACE FILE FORMAT LINES TYPE = CSV FIELD_DELIMITER = NONE").collect()
    (row,) = opened.sql(f"SELECT $1 FROM '{location}/plot.json' (FILE_FORMAT => 'LINES')").collect()
    assert row[0] == "this is plot.json"


# -- models ---------------------------------------------------------------------------------------


def test_models_of_a_run(tracking: ExperimentTracking, opened: Session) -> None:
    fitted = LinearRegression().fit(X, Y)
    with tracking.start_run('"my Run"'):
        version = tracking.log_model(fitted, model_name="OF_RUN", version_name="V1", sample_input_data=X)
        (found,) = tracking.list_model_versions()
    assert isinstance(found, ModelVersion)
    assert (found.model_name, found.version_name) == ("OF_RUN", "V1")
    (run,) = version.lineage("upstream", domain_filter={"experiment"})
    assert (str(run.name), str(run.experiment_name)) == ('"my Run"', name_of(tracking))
    with tracking.start_run("empty"):
        pass
    assert tracking.list_model_versions("empty") == []
    assert [v.version_name for v in tracking.list_model_versions('"my Run"')] == ["V1"]
    tracking.delete_run('"my Run"')
    assert version.lineage("upstream") == []
    assert [m["name"] for m in opened.sql("SHOW MODELS LIKE 'of_run'").collect()] == ["OF_RUN"]


def test_models_go_to_the_registry_that_is_given(tracker: Tracker, opened: Session, other: str) -> None:
    database, name = other.split(".")
    tracking = tracker(model_registry=Registry(opened, database_name=database, schema_name=name))
    tracking.set_experiment("ELSEWHERE")
    with tracking.start_run("r"):
        version = tracking.log_model(
            LinearRegression().fit(X, Y), model_name="M", version_name="V", sample_input_data=X
        )
        assert version.fully_qualified_model_name == f"{other}.M"
        assert [v.model_name for v in tracking.list_model_versions()] == ["M"]


def autologged(tracking: ExperimentTracking, opened: Session, metric: str, model: str) -> None:
    tracking.end_run()
    (run,) = runs(opened, name_of(tracking))
    assert [row["step"] for row in tracking.get_metric_history(run, metric).collect()] == [0, 2, 4]
    assert len(tracking.list_params(run).columns) > 3
    assert [v.model_name for v in tracking.list_model_versions(run)] == [model]


def signature() -> Any:
    from snowflake.ml.model import model_signature

    return model_signature.infer_signature(X, pd.DataFrame({"target": [0.1, 0.2, 0.3]}))


def test_xgboost_logs_by_itself(tracking: ExperimentTracking, opened: Session) -> None:
    import xgboost as xgb
    from snowflake.ml.experiment.callback.xgboost import SnowflakeXgboostCallback

    callback = SnowflakeXgboostCallback(
        tracking, model_name="AUTO_XGB", version_name="V", model_signature=signature(), log_every_n_epochs=2
    )
    model = xgb.XGBRegressor(n_estimators=5, callbacks=[callback], n_jobs=1)
    model.fit(X, Y, eval_set=[(X, Y)], verbose=False)
    autologged(tracking, opened, "validation_0:rmse", "AUTO_XGB")


def test_lightgbm_logs_by_itself(tracking: ExperimentTracking, opened: Session) -> None:
    import lightgbm as lgb
    from snowflake.ml.experiment.callback.lightgbm import SnowflakeLightgbmCallback

    callback = SnowflakeLightgbmCallback(
        tracking, model_name="AUTO_LGB", version_name="V", model_signature=signature(), log_every_n_epochs=2
    )
    data = lgb.Dataset(X, Y)
    parameters = {"objective": "l2", "verbose": -1, "num_threads": 1, "min_data_in_leaf": 1}
    lgb.train(parameters, data, 5, valid_sets=[data], callbacks=[callback])
    autologged(tracking, opened, "training:l2", "AUTO_LGB")
