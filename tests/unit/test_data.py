"""The course's data: made again byte for byte, with the totals people know and a signal a model can find."""

from __future__ import annotations

import csv
import gzip
import io
import subprocess
import sys
import zlib
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

DATA = Path(__file__).parents[2] / "data"
CHANNELS = ("search_engine", "social_media", "video", "email")
FIRST_DAY, LAST_DAY = date(2012, 5, 1), date(2022, 4, 30)

# What the public lesson printed on a real account.
KNOWN = {
    (2012, 5): ((516431, 517618, 516729, 517208), "3264300.11"),
    (2012, 6): ((506497, 504679, 501098, 501947), "3208482.33"),
    (2012, 7): ((522780, 521395, 522762, 518405), "3311966.98"),
    (2012, 8): ((519959, 520537, 520685, 521584), "3311752.81"),
    (2012, 9): ((507211, 507404, 511364, 507363), "3208563.06"),
    (2012, 10): ((518942, 520863, 522768, 519950), "3334028.46"),
    (2012, 11): ((505715, 505221, 505292, 503748), "3185894.64"),
    (2012, 12): ((520148, 520711, 521427, 520724), "3334570.96"),
    (2013, 1): ((522151, 518635, 520583, 521167), "3316455.44"),
    (2013, 2): ((467736, 474679, 469856, 469784), "2995042.21"),
}

Rows = list[dict[str, str]]
Month = tuple[int, int]


@pytest.fixture(scope="module")
def spend() -> Rows:
    """The rows of the campaign spend."""
    return list(csv.DictReader(io.StringIO(gzip.decompress(spend_bytes(DATA)).decode("ascii"))))


@pytest.fixture(scope="module")
def revenue() -> dict[Month, str]:
    """Revenue as written, by year and month."""
    with (DATA / "monthly_revenue.csv").open(encoding="ascii") as lines:
        return {(int(row["YEAR"]), int(row["MONTH"])): row["REVENUE"] for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def monthly(spend: Rows) -> dict[Month, list[int]]:
    """Cost per channel, by year and month."""
    totals: dict[Month, list[int]] = defaultdict(lambda: [0] * len(CHANNELS))
    for row in spend:
        year, month, _ = row["DATE"].split("-")
        totals[int(year), int(month)][CHANNELS.index(row["CHANNEL"])] += int(row["TOTAL_COST"])
    return totals


def spend_bytes(directory: Path) -> bytes:
    """The compressed spend file of a directory."""
    return (directory / "campaign_spend.csv.gz").read_bytes()


def test_files_are_made_again_byte_for_byte(tmp_path: Path) -> None:
    script = [sys.executable, str(DATA / "make_data.py"), str(tmp_path)]
    subprocess.run(script, check=True, capture_output=True)
    again, kept = spend_bytes(tmp_path), spend_bytes(DATA)
    for name in ("monthly_revenue.csv", "customers.csv", "orders.csv"):
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes()
    assert gzip.decompress(again) == gzip.decompress(kept)
    if "ng" not in zlib.ZLIB_RUNTIME_VERSION:  # zlib-ng packs the same bytes differently
        assert again == kept


def test_making_files_again_leaves_equal_ones_alone(tmp_path: Path) -> None:
    """A zlib build that packs differently must not make the repository look changed."""
    packed_otherwise = gzip.compress(gzip.decompress(spend_bytes(DATA)), compresslevel=1)
    (tmp_path / "campaign_spend.csv.gz").write_bytes(packed_otherwise)
    script = [sys.executable, str(DATA / "make_data.py"), str(tmp_path)]
    subprocess.run(script, check=True, capture_output=True)
    assert spend_bytes(tmp_path) == packed_otherwise


def test_gzip_header_carries_no_name_and_no_time() -> None:
    assert spend_bytes(DATA)[:8] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00"


def test_one_row_per_day_campaign_and_channel(spend: Rows) -> None:
    keys = [(row["DATE"], row["CAMPAIGN"], row["CHANNEL"]) for row in spend]
    campaigns = {campaign for _, campaign, _ in keys}
    days = {(FIRST_DAY + timedelta(n)).isoformat() for n in range((LAST_DAY - FIRST_DAY).days + 1)}
    assert {day for day, _, _ in keys} == days
    assert {channel for *_, channel in keys} == set(CHANNELS)
    assert len(campaigns) == 15
    assert len(keys) == len(set(keys)) == len(days) * len(campaigns) * len(CHANNELS) == 219_120


def test_columns_are_those_of_the_table(spend: Rows) -> None:
    assert list(spend[0]) == ["CAMPAIGN", "CHANNEL", "DATE", "TOTAL_CLICKS", "TOTAL_COST", "ADS_SERVED"]


def test_a_click_costs_seven_to_eight_and_takes_two_ads(spend: Rows) -> None:
    clicks = sum(int(row["TOTAL_CLICKS"]) for row in spend)
    assert 7 < sum(int(row["TOTAL_COST"]) for row in spend) / clicks < 8
    assert 1.9 < sum(int(row["ADS_SERVED"]) for row in spend) / clicks < 2.1
    assert all(int(row["ADS_SERVED"]) >= int(row["TOTAL_CLICKS"]) > 0 for row in spend)


@pytest.mark.parametrize("month", KNOWN)
def test_known_months_are_kept_to_the_last_digit(
    month: Month, monthly: dict[Month, list[int]], revenue: dict[Month, str]
) -> None:
    totals, taken = KNOWN[month]
    assert tuple(monthly[month]) == totals
    assert revenue[month] == taken


def test_every_month_has_a_revenue(monthly: dict[Month, list[int]], revenue: dict[Month, str]) -> None:
    assert list(revenue) == sorted(monthly)
    assert len(revenue) == 120


def test_a_quadratic_model_explains_revenue(
    monthly: dict[Month, list[int]], revenue: dict[Month, str]
) -> None:
    spend = np.array([monthly[month] for month in revenue], dtype=float)
    taken = np.array([float(value) for value in revenue.values()])
    quadratic, linear = held_out_r2(features(spend), taken), held_out_r2(features(spend)[:, :5], taken)
    assert quadratic == pytest.approx(0.97, abs=0.01)
    assert quadratic > linear


def features(spend: np.ndarray) -> np.ndarray:
    """The polynomial features of degree 2: 1, the four channels, their ten products."""
    scaled = (spend - spend.mean(axis=0)) / spend.std(axis=0)
    products = [scaled[:, i] * scaled[:, j] for i in range(4) for j in range(i, 4)]
    return np.column_stack([np.ones(len(scaled)), scaled, *products])


def held_out_r2(inputs: np.ndarray, outcome: np.ndarray) -> float:
    """R² of least squares when each tenth of the months is predicted from the other nine."""
    predicted = np.empty_like(outcome)
    for fold in range(10):
        test = np.arange(len(outcome)) % 10 == fold
        weights = np.linalg.lstsq(inputs[~test], outcome[~test], rcond=None)[0]
        predicted[test] = inputs[test] @ weights
    residual = ((outcome - predicted) ** 2).sum()
    return float(1 - residual / ((outcome - outcome.mean()) ** 2).sum())
