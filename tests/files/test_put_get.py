"""PUT and GET through the connector's own file transfer, LIST, REMOVE and COPY FILES."""

from __future__ import annotations

import gzip
import io
import re
from pathlib import Path
from typing import Any

import pytest
from snowflake.snowpark import Session


def _write(folder: Path, **files: str) -> None:
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content)


def test_put_compresses_unless_told_not_to(place: Any) -> None:
    [row] = place.put("st/x.csv", "1,a\n", "")
    assert (row[0], row[1], row[2]) == ("x.csv", "x.csv.gz", 4)
    assert row[4:] == ("NONE", "GZIP", "UPLOADED", "")
    assert place.put("st/x.csv", "1,a\n") == [("x.csv", "x.csv", 4, 4, "NONE", "NONE", "UPLOADED", "")]
    assert place.column("LIST @st") == ["st/x.csv", "st/x.csv.gz"]


def test_columns_of_put_and_get(place: Any) -> None:
    (place.folder / "x.csv").write_text("1")
    assert place.names(f"PUT file://{place.folder}/x.csv @st") == [
        "source", "target", "source_size", "target_size", "source_compression", "target_compression",
        "status", "message",
    ]  # fmt: skip
    assert place.names(f"GET @st file://{place.folder}/") == ["file", "size", "status", "message"]


def test_a_second_put_is_skipped_and_changes_nothing(place: Any) -> None:
    local = place.folder / "x.csv"
    local.write_text("first")
    put = f"PUT file://{local} @st AUTO_COMPRESS = FALSE"
    assert place.run(put)[0][6] == "UPLOADED"
    local.write_text("second")
    assert place.run(put) == [("x.csv", "x.csv", 6, 0, "NONE", "NONE", "SKIPPED", "")]
    assert place.value("SELECT $1 FROM @st") == "first"
    assert place.run(put + " OVERWRITE = TRUE")[0][6] == "UPLOADED"
    assert place.value("SELECT $1 FROM @st") == "second"


def test_a_pattern_uploads_what_is_missing_and_skips_the_rest(place: Any) -> None:
    _write(place.folder, a="1", b="2")
    place.run(f"PUT file://{place.folder}/a.csv @st")
    rows = place.run(f"PUT 'file://{place.folder}/*.csv' @st")
    assert [(r[1], r[6]) for r in rows] == [("a.csv.gz", "SKIPPED"), ("b.csv.gz", "UPLOADED")]
    assert place.run("SELECT $1 FROM @st ORDER BY 1") == [("1",), ("2",)]


def test_put_of_a_compressed_file_keeps_it(place: Any) -> None:
    [row] = place.put("st/x.csv.gz", gzip.compress(b"7,z\n"), "")
    assert (row[1], row[4], row[5]) == ("x.csv.gz", "GZIP", "GZIP")
    assert place.run("SELECT $1, $2 FROM @st") == [("7", "z")]


def test_get_fetches_by_prefix_and_pattern(place: Any) -> None:
    for name in ("day/a.csv", "day/b.txt", "other/c.csv"):
        place.put(f"st/{name}", name)
    out = place.folder / "out"
    out.mkdir()
    rows = place.run(f"GET @st/day 'file://{out}/'")
    assert [(r[0], r[1], r[2]) for r in rows] == [("a.csv", 9, "DOWNLOADED"), ("b.txt", 9, "DOWNLOADED")]
    assert (out / "a.csv").read_text() == "day/a.csv"
    rows = place.run(f"GET @st 'file://{out}/' PATTERN = '.*[.]csv'")
    assert sorted(r[0] for r in rows) == ["a.csv", "c.csv"]


def test_put_into_user_table_and_quoted_stages(place: Any) -> None:
    place.run('CREATE OR REPLACE STAGE "my stage"')
    place.put("~/mine/u.csv", "1,u\n")
    place.put("%t/p.csv", "2,p\n")
    local = place.folder / "q.csv"
    local.write_text("3,q\n")
    place.run(f"PUT 'file://{local}' '@\"my stage\"/sub dir/' AUTO_COMPRESS = FALSE")
    assert place.column("LIST @~/mine") == ["mine/u.csv"]
    assert place.column("LIST @%t") == ["p.csv"]
    assert place.column("LIST '@\"my stage\"'") == ["my stage/sub dir/q.csv"]
    assert place.run("SELECT $1, METADATA$FILENAME FROM '@\"my stage\"'") == [("3", "sub dir/q.csv")]
    place.run("REMOVE @~/mine")


def test_describing_a_put_uploads_nothing(place: Any) -> None:
    local = place.folder / "x.csv"
    local.write_text("1")
    described = place.connection.cursor().describe(f"PUT file://{local} @st")
    assert described[0].name == "source"
    assert place.run("LIST @st") == []


@pytest.mark.parametrize(
    ("sql", "code", "message"),
    [
        ("PUT file:///x @nope", 2003, "Stage 'TESTS.{schema}.NOPE' does not exist or not authorized."),
        ("LIST @%nope", 2003, "Table 'TESTS.{schema}.NOPE' does not exist or not authorized."),
        ("LIST @st/../x", 1011, "invalid URL: /../x"),
        ("LIST @st NO_SUCH = 1", 1006, "invalid parameter 'NO_SUCH'"),
        ("REMOVE @st PATTERN = '('", 100048, "Invalid regular expression: '(',"),
    ],
)
def test_refusals(place: Any, sql: str, code: int, message: str) -> None:
    schema = place.connection.schema
    errno, _, text = place.refused(sql)
    assert errno == code
    assert message.format(schema=schema) in text


def test_list(place: Any) -> None:
    assert place.names("LIST @st") == ["name", "size", "md5", "last_modified"]
    assert place.run("LIST @st") == []
    place.put("st/dir/x.csv", "hello")
    [[name, size, md5, modified]] = place.run("LIST @st")
    assert (name, size, md5) == ("st/dir/x.csv", 5, "5d41402abc4b2a76b9719d911017c592")
    assert re.fullmatch(r"\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT", modified)
    assert place.run("LS @st/none") == []
    assert place.column("LIST @st PATTERN = '.*x.csv'") == ["st/dir/x.csv"]
    assert place.run("LIST @st PATTERN = 'x.csv'") == []


def test_remove_takes_prefixes_and_patterns_of_whole_paths(place: Any) -> None:
    for name in ("f1", "f1.csv", "dir/g", "dir/h.csv", "dirx/k"):
        place.put(f"st/{name}", "1")
    assert place.names("REMOVE @st/none") == ["name", "result"]
    assert place.run("REMOVE @st/f1") == [("st/f1", "removed"), ("st/f1.csv", "removed")]
    assert place.run("REMOVE @st PATTERN = 'g'") == []
    assert place.column("RM @st/dir PATTERN = '.*g'") == ["st/dir/g"]
    assert place.column("REMOVE @st/di") == ["st/dir/h.csv", "st/dirx/k"]
    assert place.run("LIST @st") == []


def test_copy_files(place: Any) -> None:
    place.run("CREATE OR REPLACE STAGE other")
    place.put("st/a/x.csv", "1")
    place.put("st/a/y.csv", "2")
    assert place.names("COPY FILES INTO @other FROM @st DETAILED_OUTPUT = TRUE") == ["file"]
    assert place.column("LIST @other") == ["other/a/x.csv", "other/a/y.csv"]
    place.run("REMOVE @other")
    place.run("COPY FILES INTO @other/z/ FROM @st/a/ FILES = ('y.csv')")
    assert place.column("LIST @other") == ["other/z/y.csv"]
    assert place.refused("COPY FILES INTO @other FROM @st FILES = ('no')")[0] == 91016


def test_dropping_a_stage_or_a_table_drops_its_files(place: Any) -> None:
    place.put("st/x.csv", "1")
    place.put("%t/y.csv", "1")
    place.run("CREATE OR REPLACE STAGE st", "CREATE OR REPLACE TABLE t (a INT)")
    assert place.run("LIST @st") == place.run("LIST @%t") == []


def test_streams(session: Session, tmp_path: Path) -> None:
    session.sql("CREATE OR REPLACE STAGE streams").collect()
    first = session.file.put_stream(io.BytesIO(b"1,x\n"), "@streams/dir/s.csv", auto_compress=False)
    assert (first.target, first.status) == ("s.csv", "UPLOADED")
    again = session.file.put_stream(io.BytesIO(b"other"), "@streams/dir/s.csv", auto_compress=False)
    assert again.status == "SKIPPED"
    with session.file.get_stream("@streams/dir/s.csv") as stream:
        assert stream.read() == b"1,x\n"
    over = session.file.put_stream(
        io.BytesIO(b"2"), "@streams/dir/s.csv", auto_compress=False, overwrite=True
    )
    assert over.status == "UPLOADED"
    session.file.put_stream(io.BytesIO(b"zip"), "@streams/z.txt")
    with session.file.get_stream("@streams/z.txt.gz", decompress=True) as stream:
        assert stream.read() == b"zip"


def test_files_of_a_session(session: Session, tmp_path: Path) -> None:
    session.sql("CREATE OR REPLACE STAGE plain").collect()
    (tmp_path / "a.csv").write_text("1")
    [put] = session.file.put(str(tmp_path / "a.csv"), "@plain", auto_compress=False)
    assert (put.source, put.target, put.source_size, put.status) == ("a.csv", "a.csv", 1, "UPLOADED")
    [got] = session.file.get("@plain/a.csv", str(tmp_path / "out"))
    assert (got.file, got.size, got.status) == ("a.csv", 1, "DOWNLOADED")
    assert [f.name for f in session.file.list("@plain")] == ["plain/a.csv"]
    assert session.file.remove("@plain/a.csv") == ["plain/a.csv"]


def test_only_local_files_are_put(place: Any) -> None:
    code, state, message = place.refused("PUT s3://bucket/a.csv @st")
    assert (code, state) == (1011, "42601")
    assert "invalid URL: s3://bucket/a.csv" in message
