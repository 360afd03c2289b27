"""``snowdome tick``: the account's clock moved from the command line."""

from __future__ import annotations

from tests.cli.conftest import Command


def test_what_ran_is_a_table(snowdome: Command) -> None:
    script = (
        "create database lab; create task good schedule = '1 minute' as select 1;"
        " create task bad schedule = '2 minutes' as select 1/0;"
        " alter task good resume; alter task bad resume"
    )
    for statement in script.split(";"):
        done = snowdome("sql", statement, "--database", "LAB", "--schema", "PUBLIC")
        assert done.returncode == 0, done.stderr
    done = snowdome("tick", "2m30s")
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if " task " in line]
    assert [(line[3], line[4]) for line in lines] == [
        ("LAB.PUBLIC.GOOD", "SUCCEEDED"),
        ("LAB.PUBLIC.GOOD", "SUCCEEDED"),
        ("LAB.PUBLIC.BAD", "FAILED"),
    ]
    assert "Division by zero" in done.stdout
    assert "3 runs." in done.stdout
    assert "Nothing was due." in snowdome("tick", "1s").stdout


def test_a_duration_that_is_none(snowdome: Command) -> None:
    done = snowdome("tick", "soon")
    assert done.returncode == 2
    assert "'soon' is not a duration" in done.stderr
