"""Experiments for the tests of the viewer, logged by the client that people log with."""

from __future__ import annotations

import json
import math
import random
import warnings
from pathlib import Path
from typing import Any

from snowflake.snowpark import Session

FEATURES = ("DAYS_SINCE_ORDER", "ORDERS", "RETURN_RATE", "SPENT", "MONTHS_KNOWN")
WEIGHTS = (0.9, -0.55, 0.35, -0.2, 0.05)
DEPTHS = {"xgboost_depth_2": 2, "xgboost_depth_4": 4, "xgboost_depth_8": 8}


def log(session: Session, folder: Path) -> None:
    """CHURN with six runs, ODD with what the conventions do not fit, QUIET without metrics, MIXED with several
    held-out splits, NEW without runs."""
    for sql in (
        "CREATE DATABASE IF NOT EXISTS CHURN_DB",
        "CREATE SCHEMA IF NOT EXISTS CHURN_DB.CHURN_SCHEMA",
    ):
        session.sql(sql).collect()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the client's own imports
        from snowflake.ml.experiment import ExperimentTracking

        ExperimentTracking._instance = None  # the client keeps one for ever
        tracking = ExperimentTracking(session, database_name="CHURN_DB", schema_name="CHURN_SCHEMA")
        try:
            tracking.set_experiment("CHURN")
            log_churn(tracking, folder)
            tracking.set_experiment("ODD")
            log_odd(tracking, folder)
            tracking.set_experiment("QUIET")
            with tracking.start_run("silent"):
                pass
            tracking.set_experiment("MIXED")
            log_mixed(tracking)
            tracking.set_experiment("NEW")
        finally:
            ExperimentTracking._instance = None


def log_churn(tracking: Any, folder: Path) -> None:
    """Runs that a lesson on churn might log."""
    with tracking.start_run("logistic_regression"):
        tracking.log_params({"model": "logistic", "class_weight": "balanced"})
        tracking.log_metrics(
            {"train_auc": 0.803, "test_auc": 0.796, "train_logloss": 0.51, "test_logloss": 0.52}
        )
        tracking.log_metrics({"test_recall": 0.71, "test_precision": 0.42})
    for name, depth in DEPTHS.items():
        with tracking.start_run(name):
            log_boosted(tracking, depth, folder)
    try:
        with tracking.start_run("broken"):
            tracking.log_params({"model": "xgboost", "max_depth": -1})
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    tracking.start_run('"going on"')
    tracking.log_metrics({"train_auc": 0.7}, step=1)
    tracking._run = None  # as if the notebook had been closed


def log_boosted(tracking: Any, depth: int, folder: Path) -> None:
    """A run whose metrics have ten steps; the deeper, the more it overfits. That of depth 4 has all artifacts."""
    tracking.log_params({"model": "xgboost", "max_depth": depth, "learning_rate": 0.1})
    for step in range(0, 100, 10):
        grown = 1 - math.exp(-(step + 10) / 30)
        over = 0.012 * max(0, depth - 4) * step / 90
        tracking.log_metrics(
            {
                "train_auc": round(0.72 + (0.08 + 0.018 * depth) * grown, 4),
                "test_auc": round(0.72 + (0.09 + 0.01 * min(depth, 4)) * grown - over, 4),
                "train_logloss": round(0.62 - (0.12 + 0.04 * depth) * grown, 4),
                "test_logloss": round(0.62 - 0.16 * grown + over, 4),
            },
            step=step,
        )
    tracking.log_metrics({"test_recall": 0.6 + depth / 50, "test_precision": 0.5 + depth / 100})
    if depth == 2:
        tracking.log_artifact(
            written(folder, "importance.csv", "feature,importance\nORDERS,0.4\nSPENT,0.6\n")
        )
    if depth == 4:
        matrix = {"labels": ["stays", "churns"], "matrix": [[512, 88], [41, 109]], "threshold": 0.4}
        tracking.log_artifact(written(folder, "confusion_matrix.json", json.dumps(matrix)))
        importance = {f: abs(w) for f, w in zip(FEATURES, WEIGHTS, strict=True)}
        tracking.log_artifact(written(folder, "importance.json", json.dumps(importance)))
        tracking.log_artifact(written(folder, "shap.json", json.dumps(shap(600))), "plots")
        tracking.log_artifact(written(folder, "notes.txt", "for people"))


def log_odd(tracking: Any, folder: Path) -> None:
    """Metrics without splits, no parameters, and files that are not what their names say."""
    with tracking.start_run('"odd run"'):
        tracking.log_metrics({"rmse": 2.5, "nothing": math.nan, "r2": -0.4, "Status": 1e6})
        for name, text in {
            "importance.json": '{"A": "many"}',
            "confusion_matrix.json": '{"labels": ["a", "b"], "matrix": [[1, 2]]}',
            "shap.json": "{",
        }.items():
            tracking.log_artifact(written(folder, name, text))
    with tracking.start_run("better"):
        tracking.log_metrics({"rmse": 1.5, "r2": 0.3})
        three = {"labels": [0, 1, 2], "matrix": [[5, 1, 0], [1, 5, 0], [0, 0, 8]]}
        tracking.log_artifact(written(folder, "confusion_matrix.json", json.dumps(three)))
        rows = [{"feature": f"F{i}", "importance": i} for i in range(12)]
        tracking.log_artifact(written(folder, "importance.json", json.dumps(rows)))
        plain = {"feature_names": ["CONSTANT", "SOME"], "values": [[0, 0.5], [0, -0.5]]}
        tracking.log_artifact(written(folder, "shap.json", json.dumps(plain)))


def shap(cases: int) -> dict[str, Any]:
    """SHAP values as of a model that is nearly linear, the same each time."""
    chance = random.Random(7)
    data = [[chance.gauss(0, 1) for _ in FEATURES] for _ in range(cases)]
    values = [
        [round(w * math.tanh(x) + chance.gauss(0, 0.04), 4) for w, x in zip(WEIGHTS, row, strict=True)]
        for row in data
    ]
    return {"feature_names": list(FEATURES), "values": values, "data": data, "unit": "log-odds"}


def written(folder: Path, name: str, text: str) -> str:
    """A file with this text."""
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def log_mixed(tracking: Any) -> None:
    """Two runs that were cross-validated, and one that was not."""
    for name, metrics in {
        "one": {"train_auc": 0.9, "cv_auc": 0.8},
        "two": {"train_auc": 0.8, "cv_auc": 0.79},
        "three": {"train_auc": 0.7, "validation_auc": 0.6},
    }.items():
        with tracking.start_run(name):
            tracking.log_metrics(metrics)
