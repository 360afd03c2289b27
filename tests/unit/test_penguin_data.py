"""The penguins are those of the published data set: as many of each species, island and measure."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "data" / "penguins.csv"
MEASURES = ("CulmenLength", "CulmenDepth", "FlipperLength", "BodyMass")

# Lowest and highest measure as published, in millimetres and grams.
RANGES = {
    "CulmenLength": (32.1, 59.6), "CulmenDepth": (13.1, 21.5), "FlipperLength": (172, 231), "BodyMass": (2700, 6300),
}  # fmt: skip


@pytest.fixture(scope="module")
def penguins() -> list[dict[str, str]]:
    with FILE.open(encoding="ascii", newline="") as lines:
        return list(csv.DictReader(lines))


def test_columns_are_those_of_the_public_lesson(penguins: list[dict[str, str]]) -> None:
    assert list(penguins[0]) == ["Island", *MEASURES, "Species"]


def test_species_and_islands(penguins: list[dict[str, str]]) -> None:
    assert Counter(row["Species"] for row in penguins) == {"Adelie": 152, "Chinstrap": 68, "Gentoo": 124}
    assert Counter((row["Island"], row["Species"]) for row in penguins) == {
        ("Biscoe", "Adelie"): 44, ("Biscoe", "Gentoo"): 124, ("Dream", "Adelie"): 56, ("Dream", "Chinstrap"): 68,
        ("Torgersen", "Adelie"): 52,
    }  # fmt: skip


def test_two_penguins_were_not_measured_and_all_others_four_times(penguins: list[dict[str, str]]) -> None:
    measured = Counter(sum(bool(row[name]) for name in MEASURES) for row in penguins)
    assert measured == {4: 342, 0: 2}


@pytest.mark.parametrize("name", MEASURES)
def test_measures_are_in_the_published_ranges(name: str, penguins: list[dict[str, str]]) -> None:
    values = [float(row[name]) for row in penguins if row[name]]
    assert (min(values), max(values)) == RANGES[name]


def test_the_penguin_that_the_lesson_asks_about_is_in_the_data(penguins: list[dict[str, str]]) -> None:
    asked = {
        "Island": "Biscoe",
        "CulmenLength": "48.7",
        "CulmenDepth": "14.1",
        "FlipperLength": "210",
        "BodyMass": "4450",
    }
    (found,) = [row for row in penguins if asked.items() <= row.items()]
    assert found["Species"] == "Gentoo"


def test_lines_end_as_git_keeps_them(penguins: list[dict[str, str]]) -> None:
    text = FILE.read_bytes()
    assert b"\r" not in text
    assert text.endswith(b"\n")
