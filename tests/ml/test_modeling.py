"""snowflake.ml.modeling on the account's tables gives what scikit-learn gives for the same rows in pandas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import impute as sk_impute
from sklearn import metrics as sk_metrics
from sklearn import preprocessing as sk_preprocessing
from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark.exceptions import SnowparkSQLException

FEATURES = ["A", "B"]
SCALED = ["A1", "B1"]


def made() -> pd.DataFrame:
    """120 rows: two numbers, two categories, a label, predictions of it, and a target with predictions."""
    chance = np.random.default_rng(0)
    size = 120
    data = pd.DataFrame({"ID": range(size)})
    data["A"], data["B"] = chance.normal(size=(2, size)).round(3)
    data["COLOUR"] = chance.choice(["blue", "green", "red"], size)
    data["SIZE"] = chance.choice(["S", "M", "L"], size)
    data["Y"] = (data.A + data.B + chance.normal(size=size) * 0.3 > 0).astype(int)
    data["GUESS"] = (data.A > 0).astype(int)
    data["P"] = 1 / (1 + np.exp(-data.A))
    data["TARGET"] = 3 * data.A - data.B
    data["NEAR"] = data.TARGET + data.B / 10
    data["HOLES"] = data.A.where(data.ID % 7 != 0)
    return data


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return made()


@pytest.fixture(scope="module")
def table(opened: Session, data: pd.DataFrame) -> DataFrame:
    """The same rows in the account."""
    opened.write_pandas(data, "ROWS_OF_DATA", auto_create_table=True)
    return opened.table("ROWS_OF_DATA")


def columns(frame: DataFrame, *names: str) -> np.ndarray[Any, Any]:
    """The columns' values, ordered by ID."""
    return frame.sort("ID").select(*names).to_pandas().to_numpy()


# -- preprocessing --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["MinMaxScaler", "StandardScaler", "MaxAbsScaler", "RobustScaler", "Normalizer", "Binarizer"]
)
def test_numbers(table: DataFrame, data: pd.DataFrame, name: str) -> None:
    from snowflake.ml.modeling import preprocessing

    transformer = getattr(preprocessing, name)(input_cols=FEATURES, output_cols=SCALED)
    found = columns(transformer.fit(table).transform(table), *SCALED)
    expected = getattr(sk_preprocessing, name)().fit_transform(data[FEATURES].to_numpy())
    np.testing.assert_allclose(found, expected)


def test_one_hot(table: DataFrame, data: pd.DataFrame) -> None:
    from snowflake.ml.modeling.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(input_cols=["COLOUR"], output_cols=["IS"], drop_input_cols=True)
    found = encoder.fit(table).transform(table)
    names = ['"IS_blue"', '"IS_green"', '"IS_red"']
    assert set(names) < set(found.columns)
    assert "COLOUR" not in found.columns
    expected = sk_preprocessing.OneHotEncoder(sparse_output=False).fit_transform(data[["COLOUR"]])
    np.testing.assert_array_equal(columns(found, *names), expected)


def test_ordinal(opened: Session, table: DataFrame, data: pd.DataFrame) -> None:
    from snowflake.ml.modeling.preprocessing import OrdinalEncoder

    encoder = OrdinalEncoder(
        input_cols=["SIZE"],
        output_cols=["N"],
        categories={"SIZE": np.array(["S", "M", "L"])},
        handle_unknown="use_encoded_value",
        unknown_value=-1,
    )
    found = columns(encoder.fit(table).transform(table), "N")[:, 0]
    assert found.tolist() == [{"S": 0, "M": 1, "L": 2}[s] for s in data.SIZE]
    other = opened.create_dataframe([(1, "XL")], ["ID", "SIZE"])
    assert columns(encoder.transform(other), "N").tolist() == [[-1]]


@pytest.mark.parametrize("strategy", ["mean", "median", "most_frequent"])
def test_imputing(table: DataFrame, data: pd.DataFrame, strategy: str) -> None:
    from snowflake.ml.modeling.impute import SimpleImputer

    imputer = SimpleImputer(input_cols=["HOLES"], output_cols=["FULL"], strategy=strategy)
    found = columns(imputer.fit(table).transform(table), "FULL")
    if strategy == "most_frequent":  # several numbers are as frequent: which one is left open
        known = data.HOLES.value_counts()
        assert set(found[data.HOLES.isna()].ravel()) <= set(known[known == known.max()].index)
        return
    expected = sk_impute.SimpleImputer(strategy=strategy).fit_transform(data[["HOLES"]])
    np.testing.assert_allclose(found.astype(float), expected)


# -- metrics --------------------------------------------------------------------------------------

SCORES = {
    "accuracy_score": ("Y", "GUESS", "y_pred_col_names"),
    "precision_score": ("Y", "GUESS", "y_pred_col_names"),
    "f1_score": ("Y", "GUESS", "y_pred_col_names"),
    "log_loss": ("Y", "P", "y_pred_col_names"),
    "roc_auc_score": ("Y", "P", "y_score_col_names"),
    "mean_squared_error": ("TARGET", "NEAR", "y_pred_col_names"),
    "mean_absolute_error": ("TARGET", "NEAR", "y_pred_col_names"),
}


@pytest.mark.parametrize("name", SCORES)
def test_scores(table: DataFrame, data: pd.DataFrame, name: str) -> None:
    from snowflake.ml.modeling import metrics

    true, guessed, argument = SCORES[name]
    found = getattr(metrics, name)(df=table, y_true_col_names=true, **{argument: guessed})
    assert found == pytest.approx(getattr(sk_metrics, name)(data[true], data[guessed]), abs=1e-6)


def test_matrices_and_curves(table: DataFrame, data: pd.DataFrame) -> None:
    from snowflake.ml.modeling import metrics

    matrix = metrics.confusion_matrix(df=table, y_true_col_name="Y", y_pred_col_name="GUESS")
    np.testing.assert_array_equal(matrix, sk_metrics.confusion_matrix(data.Y, data.GUESS))
    curve = metrics.roc_curve(df=table, y_true_col_name="Y", y_score_col_name="P")
    for found, expected in zip(curve, sk_metrics.roc_curve(data.Y, data.P), strict=True):
        np.testing.assert_allclose(found, expected)
    r2 = metrics.r2_score(df=table, y_true_col_name="TARGET", y_pred_col_name="NEAR")
    assert r2 == pytest.approx(sk_metrics.r2_score(data.TARGET, data.NEAR))
    np.testing.assert_allclose(metrics.correlation(df=table.select(*FEATURES)), data[FEATURES].corr())


# -- models ---------------------------------------------------------------------------------------

ROLES: dict[str, Any] = {"input_cols": FEATURES, "label_cols": ["Y"], "output_cols": ["OUT"]}


def test_xgboost(table: DataFrame, data: pd.DataFrame) -> None:
    xgboost = pytest.importorskip("xgboost")
    from snowflake.ml.modeling.xgboost import XGBClassifier

    settings = {"n_estimators": 10, "max_depth": 2, "n_jobs": 1}
    fitted = XGBClassifier(**settings, **ROLES).fit(table)
    expected = xgboost.XGBClassifier(**settings).fit(data[FEATURES], data.Y)
    predicted = expected.predict(data[FEATURES])
    assert columns(fitted.predict(table), "OUT")[:, 0].tolist() == predicted.tolist()
    chances = columns(fitted.predict_proba(table), "PREDICT_PROBA_0", "PREDICT_PROBA_1")
    np.testing.assert_allclose(chances, expected.predict_proba(data[FEATURES]), rtol=1e-5)
    assert fitted.score(table) == pytest.approx(sk_metrics.accuracy_score(data.Y, predicted))
    assert fitted.predict(data)["OUT"].tolist() == predicted.tolist()
    assert fitted.to_xgboost().get_params()["max_depth"] == 2


def searched(search: Any, estimator: Callable[..., Any], **more: Any) -> Any:
    """A search in one process: scikit-learn's own processes take longer to start than the search."""
    return search(estimator=estimator(random_state=0), cv=3, n_jobs=1, **more)


def test_randomized_search(table: DataFrame, data: pd.DataFrame) -> None:
    from sklearn.model_selection import RandomizedSearchCV as SkSearch
    from sklearn.tree import DecisionTreeClassifier as SkTree
    from snowflake.ml.modeling.model_selection import RandomizedSearchCV
    from snowflake.ml.modeling.tree import DecisionTreeClassifier

    more = {"param_distributions": {"max_depth": [1, 2, 3]}, "n_iter": 2, "random_state": 0}
    found = searched(RandomizedSearchCV, DecisionTreeClassifier, **more, **ROLES).fit(table)
    expected = searched(SkSearch, SkTree, **more).fit(data[FEATURES], data.Y)
    assert found.to_sklearn().best_params_ == expected.best_params_
    assert found.to_sklearn().best_score_ == pytest.approx(expected.best_score_)
    predicted = columns(found.predict(table), "OUT")[:, 0]
    assert predicted.tolist() == expected.predict(data[FEATURES]).tolist()


def test_pipeline(table: DataFrame, data: pd.DataFrame) -> None:
    from sklearn.linear_model import LogisticRegression as SkRegression
    from snowflake.ml.modeling.linear_model import LogisticRegression
    from snowflake.ml.modeling.pipeline import Pipeline
    from snowflake.ml.modeling.preprocessing import MinMaxScaler

    steps = [
        ("scale", MinMaxScaler(input_cols=FEATURES, output_cols=SCALED)),
        ("fit", LogisticRegression(**{**ROLES, "input_cols": SCALED})),
    ]
    fitted = Pipeline(steps).fit(table)
    scaled = sk_preprocessing.MinMaxScaler().fit_transform(data[FEATURES])
    expected = SkRegression().fit(scaled, data.Y)
    assert columns(fitted.predict(table), "OUT")[:, 0].tolist() == expected.predict(scaled).tolist()
    assert fitted.score(table) == pytest.approx(expected.score(scaled, data.Y))


def test_a_column_that_is_not_there(table: DataFrame) -> None:
    from snowflake.ml.modeling.linear_model import LogisticRegression

    with pytest.raises(SnowparkSQLException, match="invalid identifier 'NONE'") as failure:
        LogisticRegression(**{**ROLES, "input_cols": ["NONE"]}).fit(table)
    assert failure.value.sql_error_code == 904
