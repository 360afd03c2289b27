"""Starting, finding and stopping the account."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time

import pytest
import snowflake.connector
from snowflake.connector.errors import DatabaseError

from tests.cli.conftest import Command


def value(connection: snowflake.connector.SnowflakeConnection, text: str) -> object:
    """The one value that a statement gives."""
    with connection.cursor() as cursor:
        row = cursor.execute(text).fetchone()
    return row[0]


def test_up_says_where_and_down_stops(snowdome: Command) -> None:
    assert snowdome("down").stdout == "The account was not running.\n"
    assert not snowdome.state.exists()
    done = snowdome("up")
    found = snowdome.status()
    assert found["running"] is True
    assert done.stdout.startswith(f"The account is running on 127.0.0.1:{found['port']}.\n")
    assert str(snowdome.state) in done.stdout
    assert snowdome("up").stdout.startswith("The account is already running on ")
    assert snowdome("down").stdout == "The account is stopped.\n"
    assert snowdome("down").stdout == "The account was not running.\n"
    stopped = snowdome("status", "--json")
    assert stopped.returncode == 3
    assert '"running": false' in stopped.stdout


def test_the_port_is_kept(snowdome: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = probe.getsockname()[1]
    assert snowdome.up("--port", str(free))["port"] == free
    refused = snowdome("up", "--port", "1")
    assert refused.returncode == 1
    assert refused.stderr == (
        f"Error: The account is already running on port {free}. Stop it first: 'snowdome down'.\n"
    )
    snowdome("down")
    assert snowdome.up()["port"] == free


def test_a_port_that_is_taken_is_refused_when_asked_for_and_avoided_otherwise(snowdome: Command) -> None:
    first = snowdome.up()["port"]
    snowdome("down")
    with socket.create_server(("127.0.0.1", first)):
        refused = snowdome("up", "--port", str(first))
        assert refused.returncode == 1
        assert f"Port {first} is taken by another program." in refused.stderr
        assert snowdome.up()["port"] != first


def test_only_loopback_is_listened_to(snowdome: Command) -> None:
    port = snowdome.up()["port"]
    hexadecimal = f":{port:04X}"
    try:
        with open("/proc/net/tcp", encoding="ascii") as table:
            listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
    except FileNotFoundError:
        pytest.skip("only Linux lists sockets in /proc")
    assert [address for address in listening if address.endswith(hexadecimal)] == [f"0100007F{hexadecimal}"]


def test_a_second_server_on_the_same_state_is_refused(snowdome: Command) -> None:
    running = snowdome.up()
    second = snowdome.python("-m", "snowdome.server", "--state", str(snowdome.state), "--port", "0")
    assert second.returncode == 3
    assert second.stderr == (
        f"The account in {snowdome.state} is in use by the server with process id {running['pid']} on port "
        f"{running['port']}. One account has one server: use that one, or stop it with 'snowdome down'.\n"
    )
    assert snowdome.status() == running


def test_kernels_that_start_at_once_share_one_account(snowdome: Command) -> None:
    code = "import snowdome; print(snowdome.connection()['port'])"
    kernels = [snowdome.start("-c", code) for _ in range(4)]
    ports = {kernel.communicate(timeout=60)[0] for kernel in kernels}
    assert ports == {f"{snowdome.status()['port']}\n"}


def test_what_was_committed_survives_a_kill_and_nothing_else(snowdome: Command) -> None:
    pid = snowdome.up()["pid"]
    connection = snowdome.connect()
    for text in (
        "create database kept",
        "create table kept.public.t (a int)",
        "insert into kept.public.t values (1), (2)",
        "begin",
        "insert into kept.public.t values (3)",
    ):
        connection.cursor().execute(text)
    os.kill(pid, signal.SIGKILL)
    assert snowdome.up()["pid"] != pid
    with snowdome.connect() as again:
        assert value(again, "select sum(a) from kept.public.t") == 3
    connection.close()


def test_what_was_committed_survives_a_clean_stop(snowdome: Command) -> None:
    with snowdome.connect() as connection:
        connection.cursor().execute("create database kept").execute(
            "create table kept.public.t as select 7 a"
        )
    snowdome("down")
    with snowdome.connect() as connection:
        assert value(connection, "select a from kept.public.t") == 7


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.6])
def test_a_server_killed_while_it_starts_leaves_nothing_in_the_way(snowdome: Command, seconds: float) -> None:
    server = snowdome.start("-m", "snowdome.server", "--state", str(snowdome.state), "--port", "0")
    time.sleep(seconds)
    server.kill()
    server.communicate()
    with snowdome.connect() as connection:
        assert value(connection, "select 1") == 1


def test_a_process_id_left_over_is_nobody_elses(snowdome: Command) -> None:
    pid = snowdome.up()["pid"]
    os.kill(pid, signal.SIGKILL)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        file = snowdome.state / "server.json"
        file.write_text(file.read_text().replace(str(pid), str(stranger.pid)))
        assert snowdome("down").stdout == "The account was not running.\n"
        assert snowdome.up()["pid"] != stranger.pid
        assert snowdome("down").stdout == "The account is stopped.\n"
        assert stranger.poll() is None
        stranger.kill()


def test_secrets_are_the_owners_alone(snowdome: Command) -> None:
    snowdome.up()
    assert stat.S_IMODE((snowdome.state / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE(snowdome.state.stat().st_mode) == 0o700
    assert len((snowdome.state / "password").read_text()) >= 32
    assert (snowdome.state / ".gitignore").read_text() == "*\n"


def test_a_wrong_password_is_refused_as_snowflake_does(snowdome: Command) -> None:
    with pytest.raises(DatabaseError) as raised:
        snowdome.connect(password="wrong", login_timeout=5)
    assert raised.value.errno == 390100
    assert "Incorrect username or password was specified." in str(raised.value)


def test_any_user_name_is_accepted(snowdome: Command) -> None:
    with snowdome.connect(user="some.one@example.com") as connection:
        assert value(connection, "select current_user()") == "SOME.ONE@EXAMPLE.COM"


def test_reset_empties_the_account_and_keeps_its_address(snowdome: Command) -> None:
    before = snowdome.parameters()
    with snowdome.connect() as connection:
        connection.cursor().execute("create database gone")
    assert "Aborted!" in snowdome("reset", typed="n\n").stderr
    assert snowdome("reset", "--yes").returncode == 0
    assert snowdome.parameters() == before
    with snowdome.connect() as connection:
        assert connection.cursor().execute("show databases like 'gone'").fetchall() == []


def test_reset_keeps_its_hands_off_other_folders(snowdome: Command) -> None:
    other = snowdome.folder / "other"
    (other / "account").mkdir(parents=True)
    refused = snowdome("reset", "--yes", "--state", str(other))
    assert refused.returncode == 1
    assert refused.stderr == f"Error: There is no account in {other}.\n"
    assert (other / "account").exists()


def test_mounts_are_checked_and_shown(snowdome: Command) -> None:
    assert "is not URL=DIR" in snowdome("up", "--mount", "bucket").stderr
    assert "There is no folder" in snowdome("up", "--mount", "s3://bucket=nowhere").stderr
    assert snowdome.up("--mount", "s3://bucket/in=home")["mounts"] == {
        "s3://bucket/in": str(snowdome.folder / "home")
    }
    refused = snowdome("up", "--mount", "s3://other=home")
    assert "already running with other mounts" in refused.stderr


def test_a_state_directory_that_cannot_be_made_is_said_in_a_sentence(snowdome: Command) -> None:
    (snowdome.folder / "file").touch()
    refused = snowdome("up", "--state", "file/state")
    assert refused.returncode == 1
    assert refused.stderr.startswith(
        f"Error: The state directory {snowdome.folder}/file/state cannot be used:"
    )


def test_a_server_that_cannot_start_shows_why(snowdome: Command) -> None:
    snowdome.up()
    snowdome("down")
    (snowdome.state / "account" / "account.duckdb").write_bytes(b"not a database")
    refused = snowdome("up")
    assert refused.returncode == 1
    assert "The server ended with exit code" in refused.stderr


def test_accounts_that_start_at_once_find_a_port_each(snowdome: Command) -> None:
    code = (
        "import sys; from snowdome.client import local\n"
        "account = local.account(sys.argv[1]); print(account.start().port); sys.stdin.read(); account.stop()"
    )
    states = [str(snowdome.folder / f"state{number}") for number in range(3)]
    starters = [snowdome.start("-c", code, state) for state in states]
    ports = {starter.stdout.readline() for starter in starters if starter.stdout}
    assert len(ports) == 3
    assert all(port.strip().isdigit() for port in ports)
    assert [starter.communicate("")[1] for starter in starters] == [""] * 3
