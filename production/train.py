"""Train a ridge regression on the patients in the table DIABETES, and keep the model in a stage."""

import io
from typing import Any

import joblib
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.model_selection import train_test_split
from snowflake.snowpark import Session

ALPHA = 0.5
MODEL_FILE = "@DIABETES_MODELS/diabetes_ridge.joblib"

Data = dict[str, dict[str, Any]]


def split_data(patients: pd.DataFrame) -> Data:
    """Divide the patients: four fifths to learn from, one fifth to be examined with."""
    x, y = patients.drop(columns=["PATIENT", "PROGRESSION"]), patients["PROGRESSION"]
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=0)
    return {"train": {"X": x_train, "y": y_train}, "test": {"X": x_test, "y": y_test}}


def train_model(data: Data, alpha: float) -> Ridge:
    """Fit a model to the part for training."""
    return Ridge(alpha=alpha).fit(data["train"]["X"], data["train"]["y"])


def get_model_metrics(model: Ridge, data: Data) -> dict[str, float]:
    """Examine a model with the part for testing: mean squared error, and R²."""
    predicted = model.predict(data["test"]["X"])
    return {
        "mse": round(float(mean_squared_error(data["test"]["y"], predicted)), 1),
        "r2": round(float(r2_score(data["test"]["y"], predicted)), 3),
    }


def main(session: Session, alpha: float = ALPHA) -> dict[str, float]:
    """Train, examine and keep a model, and return its metrics."""
    data = split_data(session.table("DIABETES").sort("PATIENT").to_pandas())
    model = train_model(data, alpha)
    content = io.BytesIO()
    joblib.dump(model, content)
    content.seek(0)
    session.file.put_stream(content, MODEL_FILE, auto_compress=False, overwrite=True)
    return get_model_metrics(model, data)


if __name__ == "__main__":
    import snowdome

    place = {"warehouse": "DASH_L", "database": "DIABETES_DB", "schema": "DIABETES_SCHEMA"}
    with Session.builder.configs(snowdome.connection() | place).create() as opened:
        print(main(opened))
