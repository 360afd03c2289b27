"""What score.py promises to whoever sends it a request."""

import json
from collections.abc import Iterator
from pathlib import Path

import joblib
import pandas as pd
import pytest
from score import MODEL_FILE, init, run
from sklearn.linear_model import Ridge


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory with a model of two features, whose prediction is 1 + 2 AGE + 3 BMI."""
    known = pd.DataFrame({"AGE": [0, 1, 0, 1], "BMI": [0, 0, 1, 1]})
    joblib.dump(Ridge(alpha=0).fit(known, [1, 3, 4, 6]), tmp_path / MODEL_FILE)
    monkeypatch.setenv("MODEL_DIRECTORY", str(tmp_path))
    init.cache_clear()
    yield tmp_path
    init.cache_clear()


def test_run_answers_for_each_patient_in_order() -> None:
    answer = run('{"data": [[1, 0], [0, 2.01], [10, 10]]}', {})
    assert answer == {"result": [3, 7, 51]}
    assert json.loads(json.dumps(answer)) == answer


def test_model_is_loaded_once(directory: Path) -> None:
    first = run('{"data": [[1, 1]]}', {})
    (directory / MODEL_FILE).unlink()
    assert run('{"data": [[1, 1]]}', {}) == first


@pytest.mark.parametrize("row", ["[1]", "[1, 2, 3]", "[1, null]", '["one", 2]'])
def test_run_refuses_a_patient_whose_numbers_are_not_the_models(row: str) -> None:
    with pytest.raises(ValueError, match="column|NaN|could not convert"):
        run(f'{{"data": [{row}]}}', {})


def test_run_refuses_what_is_no_json() -> None:
    with pytest.raises(json.JSONDecodeError):
        run("data", {})
