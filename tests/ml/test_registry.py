"""The client's registry: logging, finding, changing, running and deleting models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from snowflake.connector.errors import DatabaseError
from snowflake.snowpark import Session
from snowflake.snowpark.exceptions import SnowparkSQLException

X = pd.DataFrame({"A": [1.0, 2.0, 3.0, 5.0], "B": [2.0, 1.0, 5.0, 0.0]})
Y = 3 * X.A - X.B


@pytest.fixture(scope="module")
def fitted() -> LinearRegression:
    return LinearRegression().fit(X, Y)


@pytest.fixture(scope="module")
def logged(registry: Any, fitted: LinearRegression) -> Any:
    """LINE with the versions V1 and V2; gives V1."""
    more = {"sample_input_data": X, "options": {"relax_version": False}}
    version = registry.log_model(
        fitted, model_name="LINE", version_name="V1", metrics={"r2": 1.0}, comment="the first", **more
    )
    registry.log_model(fitted, model_name="LINE", version_name="V2", **more)
    return version


def test_what_was_logged(registry: Any, logged: Any) -> None:
    assert (logged.model_name, logged.version_name, logged.comment) == ("LINE", "V1", "the first")
    assert logged.show_metrics() == {"r2": 1.0}
    assert [m.name for m in registry.models()] == ["LINE"]
    model = registry.get_model("LINE")
    assert [v.version_name for v in model.versions()] == ["V1", "V2"]
    assert model.version("v2").version_name == "V2"
    assert (model.first().version_name, model.last().version_name) == ("V1", "V2")
    assert registry.show_models()["name"].tolist() == ["LINE"]
    assert model.show_versions()["name"].tolist() == ["V1", "V2"]
    assert logged.get_model_task().value == "TABULAR_REGRESSION"


def test_functions_have_their_signature(logged: Any) -> None:
    (function,) = logged.show_functions()
    assert (function["name"], function["target_method_function_type"]) == ("PREDICT", "FUNCTION")
    assert [f.name for f in function["signature"].inputs] == ["A", "B"]


def test_a_version_is_logged_once(registry: Any, logged: Any, fitted: LinearRegression) -> None:
    with pytest.raises(ValueError, match="already existed"):
        registry.log_model(fitted, model_name="LINE", version_name="V1", sample_input_data=X)


def test_predictions_for_pandas(logged: Any) -> None:
    found = logged.run(X, function_name="predict")
    assert list(found.columns) == ["output_feature_0"]
    np.testing.assert_allclose(found["output_feature_0"], Y)


def test_predictions_for_snowpark(opened: Session, logged: Any) -> None:
    frame = opened.create_dataframe(X)
    found = logged.run(frame.with_column("EXTRA", frame["A"] * 2)).sort("A").to_pandas()
    assert set(found.columns) == {"A", "B", "EXTRA", "output_feature_0"}
    np.testing.assert_allclose(found["output_feature_0"], Y)


def test_predictions_for_a_frame_of_several_queries(opened: Session, logged: Any) -> None:
    cached = opened.create_dataframe(X).cache_result()
    np.testing.assert_allclose(logged.run(cached).sort("A").to_pandas()["output_feature_0"], Y)


def test_predictions_in_sql(opened: Session, logged: Any) -> None:
    sql = "SELECT ROUND(LINE!PREDICT(1, 2)['output_feature_0']), ROUND(MODEL(LINE, V2)!PREDICT(0, 4):output_feature_0)"
    ((one, other),) = opened.sql(sql).collect()
    assert (one, other) == (1, -4)


def test_missing_input_is_told(logged: Any) -> None:
    with pytest.raises(ValueError, match="feature B"):
        logged.run(X[["A"]], function_name="predict")


def test_metrics(logged: Any) -> None:
    logged.set_metric("matrix", {"true": [1, 2]})
    assert logged.get_metric("matrix") == {"true": [1, 2]}
    logged.delete_metric("matrix")
    assert logged.show_metrics() == {"r2": 1.0}
    with pytest.raises(KeyError):
        logged.get_metric("matrix")


def test_comments(registry: Any, logged: Any) -> None:
    model = registry.get_model("LINE")
    model.comment = "it's the $line"
    logged.comment = 'a "quoted" one'
    assert (model.comment, model.description, logged.comment) == (
        "it's the $line",
        "it's the $line",
        'a "quoted" one',
    )


def test_default_version_and_aliases(registry: Any, logged: Any) -> None:
    model = registry.get_model("LINE")
    assert model.default.version_name == "V1"
    model.default = "V2"
    assert model.default.version_name == "V2"
    model.version("V2").set_alias("champion")
    assert model.version("champion").version_name == "V2"
    model.version("V2").unset_alias("champion")
    with pytest.raises(ValueError, match="Unable to find version or alias"):
        model.version("champion")
    model.default = "V1"


def test_tags(opened: Session, registry: Any, schema: str, logged: Any) -> None:
    opened.sql("CREATE TAG STATE").collect()
    model = registry.get_model("LINE")
    assert model.get_tag("STATE") is None
    model.set_tag("STATE", "live")
    assert (model.get_tag("STATE"), model.show_tags()) == ("live", {f"{schema}.STATE": "live"})
    model.unset_tag("STATE")
    assert model.show_tags() == {}


def test_export_and_load(logged: Any, tmp_path: Path) -> None:
    from snowflake.ml.model import ExportMode

    np.testing.assert_allclose(logged.load(force=True).predict(X), Y)
    logged.export(str(tmp_path), export_mode=ExportMode.FULL)
    assert {p.name for p in tmp_path.iterdir()} == {"MANIFEST.yml", "functions", "model", "runtimes"}
    assert not list(tmp_path.rglob("__pycache__"))


def test_copy_rename_and_delete(registry: Any, logged: Any, schema: str) -> None:
    copy = registry.log_model(logged, model_name="COPY", version_name="C1")
    np.testing.assert_allclose(copy.run(X)["output_feature_0"], Y)
    registry.log_model(logged, model_name="COPY", version_name="C2")
    model = registry.get_model("COPY")
    model.delete_version("C2")
    assert [v.version_name for v in model.versions()] == ["C1"]
    model.rename(f"{schema}.RENAMED")
    np.testing.assert_allclose(registry.get_model("RENAMED").default.run(X)["output_feature_0"], Y)
    registry.delete_model("RENAMED")
    with pytest.raises(ValueError, match="Unable to find model"):
        registry.get_model("RENAMED")


def test_a_package_that_is_not_there(registry: Any, fitted: LinearRegression) -> None:
    with pytest.raises(SnowparkSQLException) as failure:
        registry.log_model(
            fitted,
            model_name="MISSING",
            version_name="V1",
            sample_input_data=X,
            pip_requirements=["no-such==1"],
        )
    assert failure.value.sql_error_code == 391531
    assert "'no-such==1' is not available" in str(failure.value)


def test_many_columns(registry: Any) -> None:
    wide = pd.DataFrame(
        np.random.default_rng(0).normal(size=(20, 501)), columns=[f"C{i}" for i in range(501)]
    )
    target = wide.C0 - 2 * wide.C10 + 3 * wide.C100
    fitted = LinearRegression(fit_intercept=False)
    fitted.fit(wide, target)
    version = registry.log_model(fitted, model_name="WIDE", version_name="V1", sample_input_data=wide)
    np.testing.assert_allclose(version.run(wide).iloc[:, -1], fitted.predict(wide))


def test_logging_again_after_a_restart_of_the_client(
    server: dict[str, Any], schema: str, logged: Any
) -> None:
    from snowflake.ml.registry import Registry

    database, name = schema.split(".")
    with Session.builder.configs({**server, "database": database, "schema": name}).create() as session:
        again = Registry(session=session).get_model("LINE").version("V1")
        np.testing.assert_allclose(again.run(X)["output_feature_0"], Y)


def test_full_names(registry: Any, opened: Session, schema: str, logged: Any) -> None:
    assert registry.location == schema
    assert registry.get_model("LINE").fully_qualified_name == f"{schema}.LINE"
    assert logged.fully_qualified_model_name == f"{schema}.LINE"
    assert logged.session is opened


def test_a_version_has_no_relatives_and_no_services(logged: Any) -> None:
    assert (logged.lineage("upstream"), logged.get_adapters()) == ([], [])
    assert logged.list_services().empty
    with pytest.raises(ValueError, match="SERVE' does not exist"):
        logged.delete_service("SERVE")


def refusal(action: Callable[[], object]) -> str:
    """The message of the error that refuses an action."""
    with pytest.raises((SnowparkSQLException, DatabaseError)) as failure:
        action()
    text = str(failure.value)
    assert "000002" in text
    return text.partition("not supported by the local account: ")[2]


@pytest.fixture
def pool(opened: Session) -> Iterator[str]:
    """A compute pool, whose services go with it."""
    opened.sql("CREATE COMPUTE POOL RAN MIN_NODES = 1 MAX_NODES = 1 INSTANCE_FAMILY = CPU_X64_XS").collect()
    yield "RAN"
    opened.sql("ALTER COMPUTE POOL RAN STOP ALL").collect()
    opened.sql("DROP COMPUTE POOL RAN").collect()


@pytest.mark.slow
def test_services(opened: Session, logged: Any, schema: str, pool: str) -> None:
    logged.create_service(
        service_name="SERVE", service_compute_pool=pool, ingress_enabled=True, max_instances=1
    )
    (listed,) = logged.list_services().to_dict("records")
    assert (listed["name"], listed["status"], listed["autocapture_enabled"]) == (
        f"{schema}.SERVE",
        "RUNNING",
        False,
    )
    assert listed["inference_endpoint"].endswith(".snowflakecomputing.app")
    assert listed["internal_endpoint"].endswith(".svc.spcs.internal:5000")
    expected = [1.0, 5.0, 4.0, 15.0]  # 3 A - B
    told = logged.run(X, function_name="predict", service_name="SERVE")
    assert told["output_feature_0"].tolist() == pytest.approx(expected)
    frame = logged.run(opened.create_dataframe(X), function_name="predict", service_name=f"{schema}.SERVE")
    found = {row["A"]: row["output_feature_0"] for row in frame.collect()}
    assert [found[a] for a in X.A] == pytest.approx(expected)
    with pytest.raises((SnowparkSQLException, DatabaseError), match="already exists"):
        logged.create_service(service_name="SERVE", service_compute_pool=pool)
    logged.delete_service("SERVE")
    assert logged.list_services().empty


def test_a_service_without_waiting(logged: Any, schema: str, pool: str) -> None:
    job = logged.create_service(
        service_name='"at once"', service_compute_pool=pool, image_build_compute_pool=pool, block=False,
        cpu_requests="1", memory_requests="1GiB", num_workers=1, max_batch_rows=32, min_instances=1,
    )  # fmt: skip
    assert job.result()[0][0] == f'Model service {schema}."at once" is deployed.'
    assert logged.list_services()["name"].tolist() == [f'{schema}."at once"']
    assert logged.run(X, service_name='"at once"')["output_feature_0"].tolist() == pytest.approx(
        [1, 5, 4, 15]
    )
    logged.delete_service('"at once"')


def test_services_that_are_refused(logged: Any, pool: str) -> None:
    """What services cannot have here is told by its name; so is a pool that is not there."""
    with pytest.raises(RuntimeError, match="Compute pool 'NONE' does not exist or not authorized"):
        logged.create_service(service_name="SERVE", service_compute_pool="NONE")
    with pytest.raises(RuntimeError, match="not supported by the local account: .* with inference tables"):
        logged.create_service(service_name="SERVE", service_compute_pool=pool, autocapture=True)
    assert logged.list_services().empty


def test_batch_jobs_refused(opened: Session, logged: Any) -> None:
    """Batch jobs run in containers."""
    from snowflake.ml.model.batch_inference import OutputSpec

    opened.sql("CREATE STAGE BATCHES").collect()
    to = OutputSpec(stage_location="@BATCHES/out/")
    frame = opened.create_dataframe(X)
    told = refusal(lambda: logged.run_batch(frame, compute_pool="POOL", output_spec=to))
    assert told.startswith("EXECUTE INFERENCE JOB (no containers run here")


def test_container_jobs_refused(opened: Session) -> None:
    """Jobs run in containers."""
    from snowflake.ml.jobs import submit_file

    told = refusal(lambda: submit_file(__file__, "POOL", stage_name="JOBS", session=opened))
    assert "no containers run here" in told or "containers, in which jobs run" in told


def test_monitors_refused(opened: Session, registry: Any, logged: Any) -> None:
    """There are no model monitors."""
    from snowflake.ml.monitoring.entities.model_monitor_config import (
        ModelMonitorConfig,
        ModelMonitorSourceConfig,
    )

    opened.sql("CREATE TABLE SEEN (ID VARCHAR, AT TIMESTAMP_NTZ, P FLOAT, Y FLOAT)").collect()
    source = ModelMonitorSourceConfig(
        source="SEEN", timestamp_column="AT", id_columns=["ID"],
        prediction_score_columns=["P"], actual_score_columns=["Y"],
    )  # fmt: skip
    watch = ModelMonitorConfig(
        model_version=logged, model_function_name="predict", background_compute_warehouse_name="COMPUTE_WH"
    )
    for action, statement in (
        (lambda: registry.add_monitor("WATCH", source, watch), "CREATE MODEL MONITOR"),
        (lambda: registry.get_monitor(name="WATCH"), "SHOW MODEL MONITORS"),
        (lambda: registry.get_monitor(model_version=logged), "SHOW MODEL MONITORS"),
        (registry.show_model_monitors, "SHOW MODEL MONITORS"),
        (lambda: registry.delete_monitor("WATCH"), "DROP MODEL MONITOR"),
    ):
        assert refusal(action).startswith(f"{statement}.")
