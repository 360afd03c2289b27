"""Directory tables."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def directory(place: Any) -> Any:
    """The stage ST has a directory table."""
    place.run("CREATE OR REPLACE STAGE st DIRECTORY = (ENABLE = TRUE)")
    return place


def test_columns(directory: Any) -> None:
    names = directory.names("SELECT * FROM DIRECTORY(@st)")
    assert names == ["RELATIVE_PATH", "SIZE", "LAST_MODIFIED", "MD5", "ETAG", "FILE_URL"]


def test_a_refresh_registers_and_unregisters(directory: Any) -> None:
    directory.put("st/a/x.csv", "hello")
    directory.put("st/b.csv", "1")
    assert directory.run("SELECT * FROM DIRECTORY(@st)") == []
    assert directory.names("ALTER STAGE st REFRESH") == ["file", "status", "description"]
    assert directory.run("SELECT relative_path, size, md5 FROM DIRECTORY(@st) ORDER BY 1") == [
        ("a/x.csv", 5, "5d41402abc4b2a76b9719d911017c592"),
        ("b.csv", 1, "c4ca4238a0b923820dcc509a6f75849b"),
    ]
    directory.run("REMOVE @st/a")
    directory.put("st/c/y.csv", "2")
    changed = directory.run("ALTER STAGE st REFRESH")
    assert sorted(row[:2] for row in changed) == [
        ("a/x.csv", "UNREGISTERED"),
        ("c/y.csv", "REGISTERED_NEW"),
    ]
    assert directory.run("ALTER STAGE st REFRESH") == []


def test_a_refresh_of_a_part(directory: Any) -> None:
    directory.put("st/a/x.csv", "1")
    directory.put("st/b/y.csv", "1")
    directory.run("ALTER STAGE st REFRESH SUBPATH = 'b'")
    assert directory.column("SELECT relative_path FROM DIRECTORY(@st)") == ["b/y.csv"]


def test_stages_without_a_directory_table(place: Any) -> None:
    for sql in ("SELECT * FROM DIRECTORY(@st)", "ALTER STAGE st REFRESH"):
        assert "directory" in place.refused(sql)[2].lower()


def test_directories_of_missing_stages(place: Any) -> None:
    where = f"TESTS.{place.connection.schema}"
    message = f"SQL compilation error:\nStage '{where}.NOPE' does not exist or not authorized."
    assert place.refused("SELECT * FROM DIRECTORY(@nope)")[2] == message
    assert place.run("ALTER STAGE IF EXISTS nope REFRESH") is not None
