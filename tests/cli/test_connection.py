"""``snowdome.connection()`` and ``snowdome connection``."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from snowdome.client import parameters
from snowdome.client.parameters import ConnectionFileError
from tests.cli.conftest import Command

OWN: dict[str, Any] = {"account": "org-name", "user": "ME", "password": "secret", "role": "ANALYST"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, three levels below ``tmp_path``."""
    here = tmp_path / "project" / "notebooks" / "more"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.delenv("SNOWDOME_CONNECTION", raising=False)
    return here


def write(file: Path, content: object) -> Path:
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def test_a_connection_file_above_is_found(folder: Path) -> None:
    write(folder.parents[1] / "connection.json", OWN)
    assert parameters.connection() == OWN


def test_a_connection_file_above_the_project_is_somebody_elses(folder: Path) -> None:
    write(folder.parents[2] / "connection.json", OWN)
    assert parameters.connection_file() is None


def test_the_variable_names_another_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder / "connection.json", {"account": "other"})
    monkeypatch.setenv("SNOWDOME_CONNECTION", str(write(folder.parent / "mine.json", OWN)))
    assert parameters.connection() == OWN


@pytest.mark.parametrize(
    "variant",
    [
        {"authenticator": "SNOWFLAKE_JWT", "private_key_file_pwd": "phrase"},
        {"authenticator": "PROGRAMMATIC_ACCESS_TOKEN", "token": "abc"},
        {"authenticator": "externalbrowser", "session_parameters": {"QUERY_TAG": "x"}},
    ],
)
def test_whatever_the_client_understands_passes_through(folder: Path, variant: dict[str, Any]) -> None:
    write(folder / "connection.json", OWN | variant)
    assert parameters.connection() == OWN | variant


def test_an_entry_of_the_clients_own_file_may_be_named(folder: Path) -> None:
    write(folder / "connection.json", {"connection_name": "work"})
    assert parameters.connection() == {"connection_name": "work"}


def test_paths_count_from_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    file = write(
        folder.parent / "connection.json", OWN | {"private_key_file": "key.p8", "token_file_path": "~/t"}
    )
    found = parameters.connection()
    assert found["private_key_file"] == str(file.parent / "key.p8")
    assert found["token_file_path"] == "/home/me/t"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"account": ', "is not valid JSON"),
        ("[]", "must hold one JSON object"),
        ({"user": "ME"}, "names no 'account'"),
        (OWN | {"user": "<user name>"}, "'user' still has its placeholder <user name>. Fill it in."),
    ],
)
def test_a_file_that_cannot_be_used_is_named(folder: Path, content: object, words: str) -> None:
    file = write(folder / "connection.json", content)
    with pytest.raises(ConnectionFileError) as raised:
        parameters.connection()
    assert str(raised.value).startswith(str(file))
    assert words in str(raised.value)


def test_the_example_says_what_to_fill_in(folder: Path) -> None:
    example = Path(__file__).parents[2] / "connection.example.json"
    write(folder / "connection.json", example.read_text(encoding="utf-8"))
    with pytest.raises(ConnectionFileError, match="'account' still has its placeholder"):
        parameters.connection()


def test_a_file_that_is_not_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOWDOME_CONNECTION", "nowhere.json")
    with pytest.raises(
        ConnectionFileError, match=r"^nowhere\.json cannot be read: No such file or directory\.$"
    ):
        parameters.connection()


# -- the command ------------------------------------------------------------------------------------


def test_parameters_lead_into_the_account(snowdome: Command) -> None:
    found = snowdome.parameters()
    assert found["account"] == "snowdome"
    assert found["host"] == "127.0.0.1"
    assert found["port"] == snowdome.status()["port"]
    with snowdome.connect() as connection:
        row = connection.cursor().execute("select current_role(), current_warehouse(), current_database()")
        assert row.fetchone() == ("ACCOUNTADMIN", "COMPUTE_WH", None)


def test_snowpark_connects_by_what_connection_returns(snowdome: Command) -> None:
    code = (
        "import snowdome; from snowflake.snowpark import Session\n"
        "with Session.builder.configs(snowdome.connection()).create() as session:\n"
        "    print(session.sql('select 1 as a').collect())"
    )
    done = snowdome.python("-c", code)
    assert done.stdout == "[Row(A=1)]\n", done.stderr


def test_a_proxy_is_not_asked_for_what_is_here(snowdome: Command) -> None:
    code = (
        "import snowdome, snowflake.connector\n"
        "print(snowflake.connector.connect(**snowdome.connection(), login_timeout=5).cursor()"
        ".execute('select 1').fetchall())"
    )
    proxy = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = snowdome.python("-c", code, environment=proxy)
    assert done.stdout == "[(1,)]\n", done.stderr


def test_snowflake_core_does_not_ask_a_proxy_either(snowdome: Command) -> None:
    code = (
        "import snowdome, snowflake.connector; from snowflake.core import Root\n"
        "with snowflake.connector.connect(**snowdome.connection(), login_timeout=5) as connection:\n"
        "    print(Root(connection).databases['SNOWFLAKE'].fetch().name)"
    )
    done = snowdome.python("-c", code, environment={"HTTPS_PROXY": "http://127.0.0.1:9"})
    assert done.stdout == "SNOWFLAKE\n", done.stderr


def test_an_entry_is_written_and_the_rest_of_the_file_kept(snowdome: Command) -> None:
    file = snowdome.folder / "home" / ".snowflake" / "connections.toml"
    rest = '# mine\n[work]  # keep\naccount = "org-name"\nuser = "ME"\n'
    write(file, rest)
    for _ in range(2):
        done = snowdome("connection", "--write")
        assert done.stderr == f"Wrote [snowdome] into {file}.\n"
    text = file.read_text(encoding="utf-8")
    assert text.startswith(rest)
    assert text.count("[snowdome]") == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    code = (
        "import snowflake.connector\n"
        "with snowflake.connector.connect(connection_name='snowdome') as connection:\n"
        "    print(connection.cursor().execute('select 2').fetchall())"
    )
    assert snowdome.python("-c", code).stdout == "[(2,)]\n"


def test_a_file_that_is_not_toml_is_left_alone(snowdome: Command) -> None:
    file = write(snowdome.folder / "home" / ".snowflake" / "connections.toml", "[work\n")
    done = snowdome("connection", "--write")
    assert done.returncode == 1
    assert f"{file} is left as it was" in done.stderr
    assert file.read_text(encoding="utf-8") == "[work\n"
