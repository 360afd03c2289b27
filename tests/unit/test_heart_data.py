"""The heart failure records are the published ones: counts, ranges and statistics, and whose they are is said."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
FILE = ROOT / "data" / "heart_failure.csv"

# What the paper says (Chicco and Jurman 2020), but for two ends that differ in the file that they published:
# sodium from 114, platelets from 25.01 thousand.
RANGES = {
    "age": (40, 95),
    "creatinine_phosphokinase": (23, 7861),
    "ejection_fraction": (14, 80),
    "platelets": (25_100, 850_000),
    "serum_creatinine": (0.5, 9.4),
    "serum_sodium": (113, 148),
    "time": (4, 285),
}
YES_OR_NO = ["anaemia", "diabetes", "high_blood_pressure", "sex", "smoking", "DEATH_EVENT"]


@pytest.fixture(scope="module")
def patients() -> pd.DataFrame:
    return pd.read_csv(FILE)


def test_every_patient_is_there_once(patients: pd.DataFrame) -> None:
    assert patients.shape == (299, 14)
    assert set(patients) == {"patient_id", *RANGES, *YES_OR_NO}
    assert patients["patient_id"].tolist() == list(range(1, 300))
    assert patients.notna().all().all()
    assert not patients.drop(columns="patient_id").duplicated().any()
    assert patients["DEATH_EVENT"].sum() == 96
    assert (patients["sex"] == 0).sum() == 105
    assert patients[YES_OR_NO].isin([0, 1]).all().all()


@pytest.mark.parametrize("column", RANGES)
def test_ranges_are_the_published_ones(patients: pd.DataFrame, column: str) -> None:
    assert (patients[column].min(), patients[column].max()) == RANGES[column]


def test_nothing_was_rounded(patients: pd.DataFrame) -> None:
    """Statistics that public analyses of the original print."""
    said = patients[["age", "platelets", "serum_creatinine"]].agg(["mean", "std"]).round(6)
    assert said["age"].tolist() == [60.833893, 11.894809]
    assert said["platelets"].tolist() == [263358.029264, 97804.236869]
    assert said["serum_creatinine"].tolist() == [1.393880, 1.034510]
    creatinine = patients["serum_creatinine"]
    assert creatinine.quantile([0.25, 0.5, 0.75]).tolist() == [0.9, 1.1, 1.4]
    assert (round(creatinine.skew(), 6), round(creatinine.kurt(), 6)) == (4.455996, 25.828239)
    assert creatinine.nunique() == 40


def test_filled_gaps_that_the_documentation_tells_of(patients: pd.DataFrame) -> None:
    assert (patients["platelets"] == 263358.03).sum() == 25
    assert (patients["creatinine_phosphokinase"] == 582).sum() == 47
    died = patients.groupby("serum_creatinine")["DEATH_EVENT"].agg(["size", "sum"])
    assert died.loc[1.18].tolist() == [11, 0]
    assert died.loc[1.83].tolist() == [8, 8]


def test_file_is_plain(patients: pd.DataFrame) -> None:
    content = FILE.read_bytes()
    assert content.isascii()
    assert b"\r" not in content
    assert b'"' not in content
    assert content.endswith(b"\n")


def test_authors_and_licence_are_named() -> None:
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    (line,) = [line for line in readme.splitlines() if line.startswith("| `heart_failure.csv` |")]
    assert line.endswith("| CC BY 4.0 |")
    for text in (readme, (ROOT / "NOTICE").read_text(encoding="utf-8")):
        text = " ".join(text.split())
        assert "Creative Commons Attribution 4.0 International (CC BY 4.0)" in text
        assert "Heart Failure Clinical Records" in text
        assert "Chicco" in text
        assert "Jurman" in text
