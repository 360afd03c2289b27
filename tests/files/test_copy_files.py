"""Which files COPY INTO a table loads, and which it remembers.

The expected rows and messages were recorded on a Snowflake account.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

NOTHING = "Copy executed with 0 files processed."

# -- which files ----------------------------------------------------------------------------------


@pytest.fixture
def five(place: Any) -> Any:
    """The stage holds five files with a number each; ONE (A INTEGER) takes them."""
    place.run("CREATE OR REPLACE TABLE one (a INTEGER)")
    for name, number in (("f1", 3), ("f1.csv", 4), ("dir/g", 5), ("dir/h.csv", 6), ("dirx/k", 7)):
        place.put(f"st/{name}", f"{number}\n")
    return place


@pytest.mark.parametrize(
    ("source", "loaded"),
    [
        ("@st/f", "34"),
        ("@st/f1", "34"),
        ("@st/f1.csv", "4"),
        ("@st/di", "567"),
        ("@st/dir", "567"),
        ("@st/dir/", "56"),
        ("@st", "34567"),
        ("@st/f1/", ""),
        ("@st/nomatch", ""),
        ("@st/DIR", ""),
        ("@st/dir PATTERN = '.*g'", "5"),
        ("@st/dir PATTERN = 'g'", ""),
        ("@st/dir PATTERN = '.*dir/g'", "5"),
        ("@st/di PATTERN = 'r/g'", ""),
        ("@st/di PATTERN = '.*[.]csv'", "6"),
        ("@st/f PATTERN = '.*f1'", "3"),
        ("@st PATTERN = 'st/f1'", ""),
        ("@st/di FILES = ('r/g')", "5"),
        ("@st/dir/ FILES = ('g')", "5"),
        ("@st/dir FILES = ('/g')", "5"),
        ("@st FILES = ('dir/g')", "5"),
        ("@st FILES = ('dir/g', 'f1')", "35"),
    ],
)
def test_paths_patterns_and_files(five: Any, source: str, loaded: str) -> None:
    five.run(f"COPY INTO one FROM {source}")
    assert "".join(five.contents("one")) == loaded


def test_files_continue_the_written_path(five: Any) -> None:
    _, _, message = five.refused("COPY INTO one FROM @st/dir FILES = ('g')")
    assert message == (
        "Remote file '@st/dirg' was not found. If you are running a copy command, please make sure files are "
        "not deleted when they are being loaded or files are not being loaded into two different tables "
        "concurrently with auto purge option."
    )


def test_queries_read_the_same_files(five: Any) -> None:
    query = "SELECT $1, METADATA$FILENAME FROM {} ORDER BY 1"
    assert five.run(query.format("@st/f1")) == [("3", "f1"), ("4", "f1.csv")]
    assert five.run(query.format("@st/di")) == [("5", "dir/g"), ("6", "dir/h.csv"), ("7", "dirx/k")]
    assert five.column("SELECT $1 FROM @st (PATTERN => '.*f1[.]csv')") == ["4"]
    assert five.column("SELECT $1 FROM @st (PATTERN => 'f1.csv')") == []
    assert five.run("SELECT $1, $2 FROM @st/f1/") == []


def test_table_stages_name_files_after_the_table(place: Any) -> None:
    place.run('CREATE OR REPLACE TABLE "lt" (a INTEGER)')
    place.put("%t/d/f2", "4\n")
    (place.folder / "f1").write_text("3\n")
    place.run(f"PUT file://{place.folder}/f1 '@%\"lt\"' AUTO_COMPRESS = FALSE")
    assert place.run("SELECT $1, METADATA$FILENAME FROM @%t/d") == [("4", "@T/d/f2")]
    assert place.run('SELECT $1, METADATA$FILENAME FROM @%"lt"') == [("3", '@"lt"/f1')]
    assert place.run('COPY INTO "lt"')[0][:2] == ("f1", "LOADED")


# -- history --------------------------------------------------------------------------------------


def test_history_is_forgotten_by_truncate_and_replace_alone(place: Any) -> None:
    place.put("st/good.csv", "1,x\n2,y\n")
    copy = "COPY INTO t FROM @st FILES = ('good.csv')"
    statuses = [place.run(copy)[0][1]]
    for change in (
        "TRUNCATE TABLE t",
        "DELETE FROM t",
        "CREATE OR REPLACE TABLE t (a INTEGER, b VARCHAR)",
    ):
        place.run(change)
        statuses.append(place.run(copy)[0][1])
    assert statuses == ["LOADED", "LOADED", "LOAD_SKIPPED", "LOADED"]


def test_history_keeps_files_of_one_name_apart(five: Any) -> None:
    five.run("COPY INTO one FROM @st/dir/")
    five.put("st/other/g", "5\n")
    five.run("COPY INTO one FROM @st")
    assert "".join(five.contents("one")) == "345567"


def test_a_changed_file_loads_again(place: Any) -> None:
    place.put("st/x.csv", "1,a\n")
    place.run("COPY INTO t FROM @st")
    place.put("st/x.csv", "2,bb\n")
    place.run("COPY INTO t FROM @st")
    assert place.contents() == ["1/a", "2/bb"]


def test_history_is_rolled_back_with_its_rows(place: Any) -> None:
    place.put("st/x.csv", "1,a\n")
    place.run("BEGIN", "COPY INTO t FROM @st")
    assert place.contents() == ["1/a"]
    place.run("ROLLBACK")
    assert place.contents() == []
    place.run("BEGIN", "COPY INTO t FROM @st", "COMMIT")
    assert place.contents() == ["1/a"]
    assert place.value("COPY INTO t FROM @st") == NOTHING


# -- what was loaded, as the documentation has it -------------------------------------------------


def test_loads_are_told(place: Any) -> None:
    place.run("CREATE OR REPLACE TABLE told (a INTEGER, b VARCHAR)")
    place.put("st/good.csv", "1,a\n2,b\n")
    place.put("st/bad.csv", "1,a\nx,b\n")
    place.run("COPY INTO told FROM @st FILES = ('good.csv')")
    place.run("COPY INTO told FROM @st FILES = ('bad.csv') ON_ERROR = CONTINUE")
    place.run(
        "BEGIN",
        "COPY INTO told FROM @st FILES = ('good.csv') FORCE = TRUE",
        "ROLLBACK",
        "TRUNCATE TABLE told",
    )
    wrong = ("Numeric value 'x' is not recognized", 2, 1, '"TOLD"["A":1]', 1)
    [[bad, good]] = [
        place.run(
            "SELECT file_name, status, row_count, row_parsed, first_error_message, first_error_line_number,"
            " first_error_character_position, first_error_col_name, error_count, error_limit"
            " FROM information_schema.load_history WHERE table_name = 'TOLD' ORDER BY file_name"
        )
    ]
    assert bad == ("st/bad.csv", "PARTIALLY LOADED", 1, 2, *wrong, 2)
    assert good == ("st/good.csv", "LOADED", 2, 2, None, None, None, None, 0, 1)
    rows = place.run(
        "SELECT file_name, stage_location, row_count, file_size, status, table_name, pipe_name"
        " FROM TABLE(information_schema.copy_history(table_name => 'told',"
        " start_time => DATEADD(hour, -1, CURRENT_TIMESTAMP())))"
    )
    assert rows == [
        ("bad.csv", "@st", 1, 8, "Partially loaded", "TOLD", None),
        ("good.csv", "@st", 2, 8, "Loaded", "TOLD", None),
    ]


def test_a_column_is_listed_once(place: Any) -> None:
    code, state, message = place.refused("COPY INTO t (a, a) FROM @st")
    assert (code, state) == (2025, "42S21")
    assert "duplicate column name 'A'" in message


def test_copies_at_the_same_time_load_a_file_once(place: Any) -> None:
    place.put("st/x.csv", "".join(f"{i},a\n" for i in range(50_000)))
    together = threading.Barrier(4, timeout=20)

    def load(_: int) -> list[Any]:
        together.wait()
        return place.run("COPY INTO t FROM @st")

    with ThreadPoolExecutor(4) as pool:
        shown = sorted(row[0] for rows in pool.map(load, range(4)) for row in rows)
    assert shown == [NOTHING, NOTHING, NOTHING, "st/x.csv"]
    assert place.value("SELECT COUNT(*) FROM t") == 50_000
