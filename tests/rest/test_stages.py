"""Stages and their files."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest
from snowflake.core.exceptions import APIError, NotFoundError
from snowflake.core.schema import SchemaResource
from snowflake.core.stage import Stage, StageDirectoryTable, StageEncryption

from tests.rest.conftest import Raw


def test_a_stage_is_fetched_as_created(place: SchemaResource) -> None:
    given = Stage(
        name='"s/1"', comment="c", encryption=StageEncryption(type="SNOWFLAKE_SSE"),
        directory_table=StageDirectoryTable(enable=True),
    )  # fmt: skip
    found = place.stages.create(given).fetch()
    assert (found.name, found.comment, found.kind, found.directory_table.enable) == (
        '"s/1"',
        "c",
        "PERMANENT",
        True,
    )
    assert [s.name for s in place.stages.iter(like="s/%")] == ['"s/1"']


def test_files_come_and_go(place: SchemaResource, tmp_path: Path) -> None:
    """put() and get() send SQL with a comment behind the verb and a semicolon at the end."""
    stage = place.stages.create(Stage(name="files"))
    (tmp_path / "a b.txt").write_text("hello", encoding="utf-8")
    stage.put(str(tmp_path / "a b.txt"), "/sub", auto_compress=False)
    (found,) = stage.list_files()
    assert (found.name, found.size) == ("files/sub/a b.txt", "5")
    assert found.md5 == "5d41402abc4b2a76b9719d911017c592"
    assert not list(stage.list_files(pattern=".*[.]csv"))
    (tmp_path / "out").mkdir()
    stage.get("/sub/a b.txt", str(tmp_path / "out"))
    assert (tmp_path / "out" / "a b.txt").read_text(encoding="utf-8") == "hello"


def test_what_is_missing(place: SchemaResource) -> None:
    with pytest.raises(NotFoundError):
        list(place.stages["nope"].list_files())
    with pytest.raises(NotFoundError):
        place.stages["nope"].drop()


def test_presigned_urls(place: SchemaResource, raw: Raw, tmp_path: Path) -> None:
    stage = place.stages.create(Stage(name="signed"))
    (tmp_path / "a.txt").write_text("hello", encoding="utf-8")
    stage.put(str(tmp_path / "a.txt"), "/sub", auto_compress=False)
    files = f"databases/REST_TESTS/schemas/{place.name}/stages/signed/files"
    status, body = raw("POST", f"{files}/sub%2Fa.txt:presigned-url", {"expiration_time": 60})
    assert status == 200
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(body["presigned_url"]) as opened:
        assert opened.read() == b"hello"
    status, body = raw("POST", f"{files}/sub%2Fa.txt:presigned-url", {"expiration_time": -1})
    assert status == 400
    assert raw("POST", f"{files.replace('signed', 'nope')}/a:presigned-url")[0] == 404


def test_credentials_are_refused(place: SchemaResource) -> None:
    from snowflake.core.stage import AwsCredentials

    given = Stage(name="ext", url="s3://b/", credentials=AwsCredentials(aws_key_id="a", aws_secret_key="b"))
    with pytest.raises(APIError, match="000002"):
        place.stages.create(given)
