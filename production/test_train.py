"""What train.py promises, function by function."""

import io
from unittest.mock import Mock

import joblib
import numpy as np
import pandas as pd
import pytest
from snowflake.snowpark import Session
from train import get_model_metrics, main, split_data, train_model


@pytest.fixture
def patients() -> pd.DataFrame:
    """Ten patients whose progression is a hundred times their BMI."""
    bmi = [0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6, 0.5, 1.0]
    return pd.DataFrame({"PATIENT": range(10), "BMI": bmi, "PROGRESSION": np.multiply(bmi, 100)})


def test_split_data_keeps_a_fifth_for_the_examination(patients: pd.DataFrame) -> None:
    data = split_data(patients)
    assert (len(data["train"]["X"]), len(data["test"]["X"])) == (8, 2)
    assert set(data["train"]["X"].index).isdisjoint(data["test"]["X"].index)
    assert list(data["test"]["X"].columns) == ["BMI"]
    for part in data.values():
        np.testing.assert_allclose(part["X"]["BMI"] * 100, part["y"])


def test_split_data_divides_the_same_patients_the_same_way(patients: pd.DataFrame) -> None:
    once, again = split_data(patients), split_data(patients)
    assert list(once["test"]["X"].index) == list(again["test"]["X"].index)


def test_train_model_fits_a_ridge_regression() -> None:
    x = np.array([1, 2, 3, 4, 5, 6]).reshape(-1, 1)
    y = np.array([10, 9, 8, 8, 6, 5])
    model = train_model({"train": {"X": x, "y": y}}, alpha=1.2)
    np.testing.assert_allclose(model.predict([[1], [2]]), [9.93939393939394, 9.03030303030303])


def test_get_model_metrics_looks_at_the_test_part_only() -> None:
    model = Mock()
    model.predict.side_effect = lambda x: x
    data = {"train": {"X": [0, 0], "y": [9, 9]}, "test": {"X": [1, 2, 3], "y": [1, 2, 6]}}
    assert get_model_metrics(model, data) == {"mse": 3, "r2": 0.357}


def test_main_keeps_the_model_that_it_has_examined(patients: pd.DataFrame) -> None:
    session = Mock(Session)
    session.table.return_value.sort.return_value.to_pandas.return_value = patients
    metrics = main(session, alpha=0)
    session.table.assert_called_once_with("DIABETES")
    assert metrics == {"mse": 0, "r2": 1}
    content, target = session.file.put_stream.call_args.args
    assert target == "@DIABETES_MODELS/diabetes_ridge.joblib"
    kept = joblib.load(io.BytesIO(content.getvalue()))
    np.testing.assert_allclose(kept.predict(pd.DataFrame({"BMI": [0.55]})), [55])
