"""The state directory: its lock, its password, and what a server announces."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from snowdome.state import ServerInfo, StateDirectory, StateError, StateInUse

INFO = ServerInfo(pid=12, port=34, started=56.0, version="7", mounts={"s3://a": "/b"})


@pytest.fixture
def state(tmp_path: Path) -> StateDirectory:
    return StateDirectory(tmp_path / "state")


def test_password_is_made_once_and_for_the_owner_only(state: StateDirectory) -> None:
    password = state.password()
    assert len(password) == 32
    assert state.password() == password
    assert StateDirectory(state.path.parent / "other").password() != password
    assert state.password_mode() == 0o600
    assert stat.S_IMODE(state.path.stat().st_mode) == 0o700
    assert sorted(file.name for file in state.path.iterdir()) == [".gitignore", "account", "password"]


def test_one_server_owns_the_account(state: StateDirectory) -> None:
    assert not state.owned()
    with state.serving():
        assert state.owned()
        assert state.running() is None
        state.announce(INFO)
        assert state.running() == INFO
        with pytest.raises(StateInUse) as raised, state.serving(patience=0.05):
            pass
        assert str(raised.value) == (
            f"The account in {state.path} is in use by the server with process id 12 on port 34. "
            "One account has one server: use that one, or stop it with 'snowdome down'."
        )
    assert not state.owned()
    assert state.running() is None
    assert state.last_server() == INFO


def test_a_new_server_does_not_pass_off_the_last_ones_address_as_its_own(state: StateDirectory) -> None:
    with state.serving():
        state.announce(INFO)
    with state.serving():
        assert state.running() is None


def test_the_lock_of_a_killed_process_is_free(state: StateDirectory) -> None:
    code = (
        "import sys, time, pathlib; from snowdome.state import StateDirectory\n"
        "with StateDirectory(pathlib.Path(sys.argv[1])).serving(): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(state.path)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "held\n"
        assert state.owned()
        server.kill()
        server.wait()
        assert not state.owned()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', '{"unknown": 1}'])
def test_an_unreadable_announcement_is_none(state: StateDirectory, content: str) -> None:
    state.create()
    (state.path / "server.json").write_text(content, encoding="utf-8")
    assert state.last_server() is None


def test_those_who_start_take_turns(state: StateDirectory) -> None:
    with (
        state.starting(),
        pytest.raises(StateInUse, match="has been starting"),
        state.starting(patience=0.05),
    ):
        pass


def test_the_log_of_the_last_start_is_kept(state: StateDirectory) -> None:
    state.create()
    for text in (b"first", b"second"):
        with state.new_log() as log:
            log.write(text)
    assert state.log_file.read_bytes() == b"second"
    assert (state.path / "server.log.1").read_bytes() == b"first"


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match=r"cannot be used: Not a directory\.$"):
        StateDirectory(tmp_path / "file" / "state").create()
