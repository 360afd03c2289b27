"""The data of the churn lessons: plausible, and with a signal that a model finds, though not all of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

DATA = Path(__file__).parents[2] / "data"
SECOND_HALF = pd.Timestamp("2024-07-01")
RECENCY = ["RECENCY", "FREQUENCY", "MONETARY"]


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return pd.read_csv(DATA / "customers.csv", parse_dates=["REGISTRATION_DATE"])


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return pd.read_csv(DATA / "orders.csv", parse_dates=["ORDER_DATE"])


@pytest.fixture(scope="module")
def features(customers: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """A row per customer who bought in the first half: what was known at its end, and whether they left."""
    bought = orders[orders["STATUS"] != "CANCELLED"]
    before = bought["ORDER_DATE"] < SECOND_HALF
    mine = bought[before].groupby("CUSTOMER_ID")
    made = pd.DataFrame(
        {
            "RECENCY": (SECOND_HALF - mine["ORDER_DATE"].max()).dt.days,
            "FREQUENCY": mine.size(),
            "MONETARY": mine["AMOUNT"].sum(),
            "RETURNS": mine["STATUS"].agg(lambda states: (states == "RETURNED").sum()),
        }
    ).join(customers.set_index("CUSTOMER_ID"))
    made["TENURE"] = (SECOND_HALF - made.pop("REGISTRATION_DATE")).dt.days
    made["CHURNED"] = ~made.index.isin(bought.loc[~before, "CUSTOMER_ID"])
    return made


def test_three_thousand_customers_of_known_kinds(customers: pd.DataFrame) -> None:
    assert list(customers) == ["CUSTOMER_ID", "SEGMENT", "REGISTRATION_DATE", "REGION"]
    assert len(customers) == customers["CUSTOMER_ID"].nunique() == 3000
    assert set(customers["SEGMENT"]) == {"family", "enthusiast", "student", "club"}
    assert set(customers["REGION"]) == {"alpine", "north", "south", "east", "west"}
    assert customers["SEGMENT"].value_counts(normalize=True).between(0.08, 0.45).all()
    assert customers["REGION"].value_counts(normalize=True).between(0.10, 0.35).all()


def test_about_twenty_thousand_orders_of_one_year(orders: pd.DataFrame) -> None:
    assert list(orders) == ["ORDER_ID", "CUSTOMER_ID", "ORDER_DATE", "AMOUNT", "STATUS"]
    assert len(orders) == orders["ORDER_ID"].nunique() == pytest.approx(20_000, rel=0.05)
    assert (orders["ORDER_DATE"].dt.year == 2024).all()
    assert orders["ORDER_DATE"].is_monotonic_increasing
    assert orders["AMOUNT"].between(5, 2000).all()


def test_orders_are_of_customers_who_have_registered(customers: pd.DataFrame, orders: pd.DataFrame) -> None:
    joined = orders.merge(customers, on="CUSTOMER_ID", how="left")
    assert (joined["REGISTRATION_DATE"] <= joined["ORDER_DATE"]).all()


def test_some_orders_are_returned_and_few_cancelled(orders: pd.DataFrame) -> None:
    shares = Counter(orders["STATUS"])
    assert set(shares) == {"COMPLETED", "RETURNED", "CANCELLED"}
    assert shares["RETURNED"] / len(orders) == pytest.approx(0.12, abs=0.03)
    assert shares["CANCELLED"] / len(orders) == pytest.approx(0.03, abs=0.01)


def test_winter_is_the_season(orders: pd.DataFrame) -> None:
    by_month = orders["ORDER_DATE"].dt.month.value_counts()
    assert by_month[[1, 2, 11, 12]].min() > 1.5 * by_month[[5, 6, 7, 8]].max()


def test_leaving_is_the_rarer_class_and_differs_by_segment_and_region(features: pd.DataFrame) -> None:
    assert features["CHURNED"].mean() == pytest.approx(0.23, abs=0.03)
    by_segment = features.groupby("SEGMENT")["CHURNED"].mean()
    assert by_segment.idxmax() == "student"
    assert by_segment.idxmin() == "club"
    assert features.groupby("REGION")["CHURNED"].mean().idxmax() == "west"


def test_a_return_makes_leaving_likelier(features: pd.DataFrame) -> None:
    by_returns = features.groupby(features["RETURNS"].clip(upper=2))["CHURNED"].mean()
    assert by_returns.is_monotonic_increasing
    assert by_returns[1] > 2 * by_returns[0]


def test_a_sound_model_finds_the_signal_but_not_all_of_it(features: pd.DataFrame) -> None:
    left = features["CHURNED"].to_numpy()
    everything = pd.get_dummies(features.drop(columns="CHURNED"), dtype=float)
    linear = make_pipeline(StandardScaler(), LogisticRegression())
    trees = XGBClassifier(n_estimators=100, max_depth=2, learning_rate=0.05, nthread=1, tree_method="hist")
    assert 0.75 < auc(linear, everything, left) < 0.9
    assert auc(linear, everything, left) < auc(trees, everything, left) < 0.9
    assert 0.65 < auc(linear, everything[RECENCY], left) < auc(linear, everything, left) - 0.05


def auc(model: object, inputs: pd.DataFrame, left: np.ndarray) -> float:
    """ROC AUC when each stratified fifth of the customers is predicted from the other four."""
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    predicted = cross_val_predict(model, inputs.to_numpy(), left, cv=folds, method="predict_proba")
    return float(roc_auc_score(left, predicted[:, 1]))
