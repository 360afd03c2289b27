"""Models through the real client, on one machine: `python benchmarks/models.py`.

Each line: what a user waits for the first time and when the model is warm, and the aim.
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost
from snowflake.ml.registry import Registry
from snowflake.snowpark import Session

from snowdome.client import local

NAMES = [f"F{i}" for i in range(7)]
BATCH, TABLE = 100_000, 1_000_000


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def measure(session: Session) -> list[tuple[str, float, float, float]]:
    """Name, first run, warm run and aim in seconds."""
    session.sql("CREATE DATABASE MODELS").collect()
    chance = np.random.default_rng(0)
    x = pd.DataFrame(chance.normal(size=(2000, 7)), columns=NAMES)
    fitted = xgboost.XGBClassifier(n_estimators=100, max_depth=4).fit(x, (x.F0 + x.F1 > 0).astype(int))
    registry = Registry(session=session, database_name="MODELS", schema_name="PUBLIC")
    versions = []

    def log() -> None:
        name = f"V{len(versions)}"
        versions.append(
            registry.log_model(fitted, model_name="M", version_name=name, sample_input_data=x.head(100))
        )

    lines = [("log_model", seconds(log), seconds(log), 12.0)]
    many = pd.DataFrame(chance.normal(size=(BATCH, 7)), columns=NAMES)
    for method in ("predict", "predict_proba"):

        def run(method: str = method) -> object:
            return versions[0].run(many, function_name=method)

        lines.append((f"mv.run({method}), {BATCH:,} rows", seconds(run), seconds(run), 3.0))
    columns = ", ".join(f"NORMAL(0, 1, RANDOM()) AS {n}" for n in NAMES)
    session.sql(f"CREATE TABLE T AS SELECT {columns} FROM TABLE(GENERATOR(ROWCOUNT => {TABLE}))").collect()
    sql = f"SELECT AVG(M!PREDICT({', '.join(NAMES)})['output_feature_0']::FLOAT) FROM T"
    lines.append((f"M!PREDICT, {TABLE:,} rows", *(seconds(session.sql(sql).collect) for _ in range(2)), 15.0))
    return lines


def main() -> int:
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        account = local.account(Path(folder) / "state")
        account.start()
        try:
            with Session.builder.configs(account.parameters()).create() as session:
                lines = measure(session)
        finally:
            account.stop()
    for name, first, warm, aim in lines:
        verdict = "ok" if warm <= aim else "MISSED"
        print(f"{name:<32}{first:8.2f} s {warm:8.2f} s  aim {aim:5.1f} s  {verdict}")
    return any(warm > aim for _, _, warm, aim in lines)


if __name__ == "__main__":
    sys.exit(main())
