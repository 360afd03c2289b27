"""The directories that stages live in: nothing gets out, and nothing stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from snowdome.errors import SnowflakeError
from snowdome.stages.storage import Stages


@pytest.fixture
def stages(tmp_path: Path) -> Stages:
    return Stages(tmp_path / "stages", {"s3://bucket/in": tmp_path / "mounted"})


def _write(stages: Stages, name: str, content: bytes = b"x") -> None:
    stages.target(stages.of_entity(1), name).write_bytes(content)


def test_what_is_in_the_directory_is_in_the_stage(stages: Stages) -> None:
    _write(stages, "b.csv")
    _write(stages, "a/deep/c.csv", b"12345")
    files = stages.files(stages.of_entity(1))
    assert [(f.name, f.size) for f in files] == [("a/deep/c.csv", 5), ("b.csv", 1)]


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("", ["dir/g", "dir/h", "dirx/k", "f"]),
        ("di", ["dir/g", "dir/h", "dirx/k"]),
        ("dir", ["dir/g", "dir/h", "dirx/k"]),
        ("dir/", ["dir/g", "dir/h"]),
        ("dir/h", ["dir/h"]),
        ("f/", []),
        ("DIR", []),
        ("./dir//g", ["dir/g"]),
    ],
)
def test_paths_are_prefixes(stages: Stages, prefix: str, names: list[str]) -> None:
    for name in ("dir/g", "dir/h", "dirx/k", "f"):
        _write(stages, name)
    assert [f.name for f in stages.files(stages.of_entity(1), prefix)] == names


@pytest.mark.parametrize("path", ["..", "../x", "a/../../x", "a/..", "a\\..\\x", "a\0b"])
def test_no_path_leads_out(stages: Stages, path: str) -> None:
    area = stages.of_entity(1)
    for ask in (stages.files, stages.file, stages.target):
        with pytest.raises(SnowflakeError) as caught:
            ask(area, path)
        assert caught.value.code == "001011"
        assert caught.value.message == f"SQL compilation error:\ninvalid URL: {path}"


def test_absolute_paths_stay_below_the_stage(stages: Stages) -> None:
    area = stages.of_entity(1)
    assert stages.target(area, "/etc/passwd") == area.directory / "etc" / "passwd"
    assert stages.file(area, "/etc/hostname") is None


def test_links_are_not_followed(stages: Stages, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("hidden")
    _write(stages, "mine")
    area = stages.of_entity(1)
    (area.directory / "file").symlink_to(secret / "key")
    (area.directory / "folder").symlink_to(secret)
    assert [f.name for f in stages.files(area)] == ["mine"]
    assert stages.files(area, "folder/") == []
    assert stages.file(area, "file") is None
    assert stages.file(area, "folder/key") is None
    with pytest.raises(SnowflakeError):
        stages.target(area, "folder/new")
    assert [p.name for p in secret.iterdir()] == ["key"]


def test_removing_a_file_removes_the_empty_directories(stages: Stages) -> None:
    _write(stages, "a/b/c")
    area = stages.of_entity(1)
    [file] = stages.files(area)
    stages.remove(area, file)
    assert list(area.directory.iterdir()) == []


def test_users_have_directories_of_their_own(stages: Stages) -> None:
    assert stages.of_user("A/../B").directory.parent == stages.root
    assert stages.of_user("A").directory != stages.of_user("B").directory


def test_forgotten_stages_are_gone(stages: Stages) -> None:
    _write(stages, "a")
    stages.forget(1)
    assert stages.files(stages.of_entity(1)) == []


def test_at_start_only_the_living_stay(stages: Stages) -> None:
    for number in (1, 2):
        stages.target(stages.of_entity(number), "f").write_text("x")
    stages.target(stages.of_user("ME"), "f").write_text("x")
    scratch = stages.scratch()
    stages.sweep([2])
    assert not stages.of_entity(1).directory.exists()
    assert len(stages.files(stages.of_entity(2))) == 1
    assert len(stages.files(stages.of_user("ME"))) == 1
    assert not scratch.exists()


def test_digests_follow_the_bytes(stages: Stages) -> None:
    _write(stages, "f", b"hello")
    area = stages.of_entity(1)
    [file] = stages.files(area)
    assert stages.digest(file) == "5d41402abc4b2a76b9719d911017c592"  # md5 of "hello"
    _write(stages, "f", b"hello!")
    [file] = stages.files(area)
    assert stages.digest(file) == "5a8dd3ad0756a93ded72b823b19dd877"


def test_external_locations_are_the_mounted_folders(stages: Stages, tmp_path: Path) -> None:
    area = stages.of_url("S3://bucket/in//day/")
    assert area.directory == tmp_path / "mounted" / "day"
    with pytest.raises(SnowflakeError):
        stages.of_url("s3://bucket/in/../x")


@pytest.mark.parametrize("url", ["s3://bucket/other", "s3://bucket/inner", "gcs://bucket/in"])
def test_unmounted_locations_say_how_to_mount(stages: Stages, url: str) -> None:
    with pytest.raises(SnowflakeError) as caught:
        stages.of_url(url)
    assert (caught.value.code, caught.value.sqlstate) == ("000002", "0A000")
    assert f"snowdome up --mount {'/'.join(url.split('/')[:3])}=DIR" in caught.value.message
