"""Models of every framework are logged by the client and run in the account."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from snowflake.snowpark import Session

X = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 3)), columns=["A", "B", "C"])
Y = (X.A + X.B > 0).astype(int)
HEAD = X.head(20)


def log(registry: Any, model: Any, name: str, **more: Any) -> Any:
    return registry.log_model(model, model_name=name, version_name="V1", **more)


def test_scikit_learn_pipeline(registry: Any) -> None:
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
    version = log(registry, fitted, "PIPE", sample_input_data=HEAD, conda_dependencies=["scikit-learn"])
    names = {f["name"] for f in version.show_functions()}
    assert {"PREDICT", "PREDICT_PROBA"} <= names
    found = version.run(HEAD, function_name="predict_proba")
    np.testing.assert_allclose(found.to_numpy(), fitted.predict_proba(HEAD))


def test_xgboost_with_explanations(registry: Any, opened: Session) -> None:
    import xgboost

    fitted = xgboost.XGBClassifier(n_estimators=5, max_depth=2).fit(X, Y)
    version = log(registry, fitted, "XG", sample_input_data=HEAD, options={"enable_explainability": True})
    assert version.run(HEAD, function_name="predict").iloc[:, -1].tolist() == fitted.predict(HEAD).tolist()
    proba = version.run(HEAD, function_name="predict_proba")
    np.testing.assert_allclose(proba.to_numpy(), fitted.predict_proba(HEAD), rtol=1e-6)
    explained = version.run(HEAD, function_name="explain")
    margin = fitted.predict(HEAD, output_margin=True)
    shares = explained[["A_explanation", "B_explanation", "C_explanation"]].sum(axis=1) - margin
    np.testing.assert_allclose(shares, shares[0], rtol=1e-4)  # all but the base value, which is one for all
    opened.create_dataframe(HEAD.head(2)).write.save_as_table("FEW")
    sql = 'WITH mv AS MODEL XG VERSION V1 SELECT * FROM FEW, TABLE(mv!"EXPLAIN"(FEW.A, FEW.B, FEW.C))'
    rows = sorted(tuple(r) for r in opened.sql(sql).collect())
    wanted = explained.head(2).sort_values("A_explanation")[
        ["A_explanation", "B_explanation", "C_explanation"]
    ]
    np.testing.assert_allclose(sorted(r[3:] for r in rows), wanted.to_numpy(dtype=float), rtol=1e-6)


def test_lightgbm(registry: Any) -> None:
    import lightgbm

    fitted = lightgbm.LGBMClassifier(n_estimators=5, verbose=-1).fit(X, Y)
    version = log(registry, fitted, "LG", sample_input_data=HEAD)
    assert version.run(HEAD, function_name="predict").iloc[:, -1].tolist() == fitted.predict(HEAD).tolist()


def test_mlflow(registry: Any, tmp_path: Path) -> None:
    import mlflow

    fitted = LogisticRegression().fit(X, Y)
    where = str(tmp_path / "model")
    signature = mlflow.models.infer_signature(X, fitted.predict(X))
    mlflow.sklearn.save_model(
        fitted, where, signature=signature, serialization_format="cloudpickle",
        pip_requirements=["scikit-learn", "mlflow"],
    )  # fmt: skip
    version = log(registry, mlflow.pyfunc.load_model(where), "FLOW", options={"model_uri": where})
    assert version.run(HEAD, function_name="predict").iloc[:, -1].tolist() == fitted.predict(HEAD).tolist()


def test_snowflake_modeling(registry: Any) -> None:
    from snowflake.ml.modeling.linear_model import LogisticRegression as Wrapped

    names = list(X.columns)
    fitted = Wrapped(input_cols=names, label_cols=["Y"], output_cols=["P"]).fit(X.assign(Y=Y))
    version = log(registry, fitted, "WRAPPED")
    found = version.run(HEAD, function_name="predict")
    assert found["P"].astype(int).tolist() == fitted.predict(HEAD)["P"].astype(int).tolist()


def test_custom_model_with_a_part_and_code_of_its_own(
    registry: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    from snowflake.ml.model import custom_model, model_signature

    package = tmp_path / "tripling"
    package.mkdir()
    (package / "__init__.py").write_text("def tripled(x):\n    return 3 * x\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    class Custom(custom_model.CustomModel):
        @custom_model.inference_api
        def predict(self, df: pd.DataFrame) -> pd.DataFrame:
            from tripling import tripled

            return pd.DataFrame({"out": tripled(df["A"]) + self.context["part"].predict(df)})

    part = LogisticRegression().fit(X, Y)
    signature = model_signature.infer_signature(X, pd.DataFrame({"out": [1.0]}))
    version = log(
        registry, Custom(custom_model.ModelContext(part=part)), "CUSTOM",
        signatures={"predict": signature}, code_paths=[str(package)], pip_requirements=["scikit-learn"],
    )  # fmt: skip
    np.testing.assert_allclose(version.run(HEAD)["out"], 3 * HEAD.A + part.predict(HEAD))
    sys.modules.pop("tripling", None)


def test_custom_model_of_many_types(registry: Any) -> None:
    from snowflake.ml.model import custom_model

    given = pd.DataFrame(
        {
            "I": [1, 2], "S": ["a", "b"], "T": [True, False], "D": pd.to_datetime(["2024-01-31", "2024-02-29"]),
            "L": [[1, 2], [3, 4]],
        }
    )  # fmt: skip

    class Types(custom_model.CustomModel):
        @custom_model.inference_api
        def predict(self, df: pd.DataFrame) -> pd.DataFrame:
            days = pd.Timedelta(days=1)
            return pd.DataFrame(
                {"i": df.I + 1, "s": df.S + "é", "t": ~df["T"], "d": df.D + days, "l": [sum(v) for v in df.L]}
            )

    version = log(registry, Types(custom_model.ModelContext()), "TYPES", sample_input_data=given)
    found = version.run(given)
    assert found["i"].tolist() == [2, 3]
    assert found["s"].tolist() == ["aé", "bé"]
    assert found["t"].tolist() == [False, True]
    assert found["d"].tolist() == [pd.Timestamp("2024-02-01"), pd.Timestamp("2024-03-01")]
    assert found["l"].tolist() == [3, 7]


def test_parameters_of_a_method(registry: Any, opened: Session) -> None:
    from snowflake.ml.model import custom_model, model_signature
    from snowflake.ml.model.model_signature import DataType, ParamSpec

    class Scaled(custom_model.CustomModel):
        @custom_model.inference_api
        def predict(self, df: pd.DataFrame, *, factor: float = 2.0, label: str = "it's") -> pd.DataFrame:
            return pd.DataFrame({"out": df.A * factor, "label": [label] * len(df)})

    params = [ParamSpec("factor", DataType.DOUBLE, 2.0), ParamSpec("label", DataType.STRING, "it's")]
    outputs = pd.DataFrame({"out": [1.0], "label": ["a"]})
    signature = model_signature.infer_signature(HEAD[["A"]], outputs, params=params)
    version = log(registry, Scaled(custom_model.ModelContext()), "SCALED", signatures={"predict": signature})
    given = pd.DataFrame({"A": [1.0, 3.0]})
    assert version.run(given).to_numpy().tolist() == [[2.0, "it's"], [6.0, "it's"]]
    found = version.run(given, params={"factor": 10.0, "label": "b"})
    assert found.to_numpy().tolist() == [[10.0, "b"], [30.0, "b"]]
    sql = (
        "SELECT SCALED!PREDICT(1):label, SCALED!PREDICT(1, FACTOR => 5):out, SCALED!PREDICT(1, 7, 'q'):label"
    )
    assert [json.loads(v) for v in opened.sql(sql).collect()[0]] == ["it's", 5, "q"]


def test_a_failing_model_tells_where(registry: Any) -> None:
    from snowflake.ml.model import custom_model, model_signature
    from snowflake.snowpark.exceptions import SnowparkSQLException

    class Broken(custom_model.CustomModel):
        @custom_model.inference_api
        async def predict(self, df: pd.DataFrame) -> pd.DataFrame:
            raise RuntimeError("no luck today")

    signature = model_signature.infer_signature(HEAD, pd.DataFrame({"out": [1.0]}))
    version = log(registry, Broken(custom_model.ModelContext()), "BROKEN", signatures={"predict": signature})
    with pytest.raises(SnowparkSQLException) as failure:
        version.run(HEAD)
    assert failure.value.sql_error_code == 100357
    assert "RuntimeError: no luck today" in str(failure.value)


@pytest.fixture(scope="module")
def partitioned(registry: Any) -> Any:
    from snowflake.ml.model import custom_model

    class Totals(custom_model.CustomModel):
        @custom_model.partitioned_api
        def predict(self, df: pd.DataFrame) -> pd.DataFrame:
            return pd.DataFrame({"total": [df.V.sum()], "rows": [len(df)]})

    given = pd.DataFrame({"G": ["a", "a", "b"], "V": [1.0, 2.0, 5.0]})
    return log(
        registry, Totals(custom_model.ModelContext()), "TOTALS", sample_input_data=given,
        options={"function_type": "TABLE_FUNCTION"},
    )  # fmt: skip


def test_partitioned_model(partitioned: Any, opened: Session) -> None:
    given = pd.DataFrame({"G": ["a", "a", "b"], "V": [1.0, 2.0, 5.0]})
    found = partitioned.run(given, partition_column="G").sort_values("G")
    assert found[["G", "total", "rows"]].to_numpy().tolist() == [["a", 3.0, 2], ["b", 5.0, 1]]
    frame = opened.create_dataframe(given)
    rows = partitioned.run(frame, function_name="predict", partition_column="G").sort("G").collect()
    assert [(r["G"], r["total"], r["rows"]) for r in rows] == [("a", 3.0, 2), ("b", 5.0, 1)]
    whole = partitioned.run(given)
    assert whole[["total", "rows"]].to_numpy().tolist() == [[8.0, 3]]
