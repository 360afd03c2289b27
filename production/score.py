"""Say how far a patient's diabetes will have progressed in a year, with the model that train.py has kept."""

import functools
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import joblib
import pandas as pd
from sklearn.linear_model import Ridge

MODEL_FILE = "diabetes_ridge.joblib"


@functools.cache
def init() -> Ridge:
    """Load the model: once, however often it is asked."""
    inside_the_account = sys._xoptions.get("snowflake_import_directory")
    directory = inside_the_account or os.environ.get("MODEL_DIRECTORY", ".")
    return joblib.load(Path(str(directory)) / MODEL_FILE)


def run(raw_data: str, request_headers: Mapping[str, str] | None) -> dict[str, list[float]]:
    """Answer a request: JSON with a list of patients in "data", ten numbers each; ValueError for other numbers."""
    model = init()
    patients = pd.DataFrame(json.loads(raw_data)["data"], columns=model.feature_names_in_)
    return {"result": model.predict(patients).round(1).tolist()}


if __name__ == "__main__":
    print(run('{"data": [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]}', None))
