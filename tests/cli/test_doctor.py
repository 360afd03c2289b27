"""``snowdome doctor``: one line each, exit code 1 where something is bad."""

from __future__ import annotations

import socket

from tests.cli.conftest import Command


def lines(text: str) -> dict[str, list[str]]:
    """Subject to the verdicts and words of its lines."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        verdict, subject, words = line.split(maxsplit=2)
        found.setdefault(subject, []).append(f"{verdict} {words}")
    return found


def test_a_healthy_machine(snowdome: Command) -> None:
    done = snowdome("doctor")
    assert done.returncode == 0, done.stdout
    found = lines(done.stdout)
    assert list(found) == ["python", "packages", "server", "proxies", "connection", "state", "disk"]
    assert found["packages"] == ["ok the clients and everything they need fit together"]
    assert found["connection"] == ["ok the local account (there is no connection.json)"]
    assert found["state"] == [f"ok {snowdome.state} (not made yet)"]


def test_a_running_account_is_logged_in_to(snowdome: Command) -> None:
    running = snowdome.up()
    (line,) = lines(snowdome("doctor").stdout)["server"]
    assert line.startswith(f"ok running on 127.0.0.1:{running['port']}, process {running['pid']}, login in ")


def test_a_port_that_is_taken(snowdome: Command) -> None:
    port = snowdome.up()["port"]
    snowdome("down")
    with socket.create_server(("127.0.0.1", port)):
        assert lines(snowdome("doctor").stdout)["server"] == [
            f"note not running; port {port} is taken, it will choose another one"
        ]


def test_packages_that_clash(snowdome: Command) -> None:
    # What another tool's installation does: an older client in the way of the pinned one.
    site = snowdome.folder / "site"
    older = site / "snowflake_snowpark_python-1.20.0.dist-info"
    older.mkdir(parents=True)
    (older / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: snowflake-snowpark-python\nVersion: 1.20.0\n"
    )
    done = snowdome.python("-m", "snowdome", "doctor", environment={"PYTHONPATH": str(site)})
    assert done.returncode == 1
    (line,) = lines(done.stdout)["packages"]
    assert line.startswith("bad snowdome needs snowflake-snowpark-python")
    assert "but 1.20.0 is installed" in line


def test_proxies(snowdome: Command) -> None:
    proxy = {"HTTP_PROXY": "http://proxy.example:3128"}
    (line,) = lines(snowdome.python("-m", "snowdome", "doctor", environment=proxy).stdout)["proxies"]
    assert line == (
        "note clients would go through http://proxy.example:3128 (HTTP_PROXY). "
        "snowdome.connection() helps itself; others need NO_PROXY=127.0.0.1"
    )
    spared = proxy | {"NO_PROXY": "127.0.0.1"}
    (line,) = lines(snowdome.python("-m", "snowdome", "doctor", environment=spared).stdout)["proxies"]
    assert line == "ok HTTP_PROXY: not used for 127.0.0.1"
    core = spared | {"HTTPS_PROXY": "http://proxy.example:3128"}
    (line,) = lines(snowdome.python("-m", "snowdome", "doctor", environment=core).stdout)["proxies"]
    assert line == (
        "note snowflake.core would go through HTTPS_PROXY, whatever NO_PROXY says. "
        "snowdome.connection() helps itself; others must unset it"
    )


def test_connection_files(snowdome: Command) -> None:
    file = snowdome.folder / "connection.json"
    file.write_text('{"account": "a", "user": "u"}', encoding="utf-8")
    file.chmod(0o644)
    found = lines(snowdome("doctor").stdout)["connection"]
    assert found == [
        f"ok account a, from {file}",
        f"note other users of this machine can read {file}: chmod 600 it",
    ]
    file.write_text("{", encoding="utf-8")
    done = snowdome("doctor")
    assert done.returncode == 1
    assert lines(done.stdout)["connection"][0].startswith(f"bad {file} is not valid JSON")


def test_a_password_that_others_can_read(snowdome: Command) -> None:
    snowdome.up()
    (snowdome.state / "password").chmod(0o644)
    done = snowdome("doctor")
    assert done.returncode == 1
    (line,) = lines(done.stdout)["state"]
    assert line.startswith("bad other users can read the password")
