"""Services after the account was stopped or killed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from snowdome.client import local
from tests.services.conftest import Account, opened

pytestmark = pytest.mark.slow


class Machine:
    """An account of the test's own that can be stopped, killed and started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.account = local.account(folder / "state")

    def start(self) -> Account:
        """The account runs; a connection to it."""
        self.account.start()
        made = opened(self.account.parameters(), "LAB.PUBLIC", self.folder)
        made.run("CREATE DATABASE IF NOT EXISTS LAB")
        made.run("USE SCHEMA LAB.PUBLIC")
        return made

    def kill(self) -> None:
        """End the server as a crash does."""
        info = self.account.state.running()
        assert info is not None
        os.kill(info.pid, signal.SIGKILL)
        while self.account.state.owned():
            time.sleep(0.01)

    def family(self) -> set[int]:
        """The processes that the server started, and those that they did."""
        info = self.account.state.running()
        assert info is not None
        listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
        parents = dict(tuple(map(int, line.split())) for line in listed.stdout.splitlines())
        found = {info.pid}
        while more := {child for child, parent in parents.items() if parent in found} - found:
            found |= more
        return found - {info.pid}


def living(processes: set[int]) -> set[int]:
    """Those that have not ended."""
    return {p for p in processes if Path(f"/proc/{p}").exists() and _state(p) != "Z"}


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.account.stop()


def _services(account: Account) -> None:
    """RUNS and SLEEPS, of the model ADD; the model BROKEN."""
    account.run("CREATE COMPUTE POOL POOL MIN_NODES = 1 MAX_NODES = 2 INSTANCE_FAMILY = CPU_X64_XS")
    account.make_model("ADD", 0.0)
    account.make_model("BROKEN", -1.0)
    account.deploy("ADD", "RUNS")
    account.deploy("ADD", "SLEEPS")
    account.run("ALTER SERVICE SLEEPS SUSPEND")


def _await_end(family: set[int]) -> None:
    end = time.monotonic() + 30
    while living(family) and time.monotonic() < end:
        time.sleep(0.1)
    assert living(family) == set()


def test_services_come_back_after_a_stop(machine: Machine) -> None:
    """Those that ran run, at the same address; those that were suspended stay so."""
    account = machine.start()
    _services(account)
    label = _label(account)
    family = machine.family()
    machine.account.stop()
    _await_end(family)
    account = machine.start()
    account.run("SELECT SYSTEM$GET_SERVICE_STATUS('RUNS', 60)")
    states = {r["name"]: r["status"] for r in account.show("SHOW SERVICES")}
    assert states == {"RUNS": "RUNNING", "SLEEPS": "SUSPENDED"}
    assert _label(account) == label
    assert account.run("SELECT RUNS!PLUS(1, 2), SLEEPS!PLUS(1, 2)") == [(3.0, 3.0)]
    assert [p["name"] for p in account.show("SHOW COMPUTE POOLS")] == ["POOL", "SYSTEM_COMPUTE_POOL_CPU"]


def _label(account: Account) -> str:
    return str(account.show("SHOW ENDPOINTS IN SERVICE RUNS")[0]["ingress_url"]).partition("/")[2]


def test_services_come_back_after_a_kill(machine: Machine) -> None:
    """No process is left of the killed account; what could not start cannot start again."""
    account = machine.start()
    _services(account)
    label = _label(account)
    code, *_ = account.fails(
        "CALL SYSTEM$DEPLOY_MODEL('{models: [{name: BROKEN, version: V1}], service: {name: BAD, compute_pool: POOL}}')"
    )
    assert code == "091400"
    family = machine.family()
    assert family
    machine.kill()
    _await_end(family)
    account = machine.start()
    for service in ("RUNS", "BAD"):
        account.run(f"SELECT SYSTEM$GET_SERVICE_STATUS('{service}', 60)")
    states = {r["name"]: r["status"] for r in account.show("SHOW SERVICES")}
    assert states == {"BAD": "FAILED", "RUNS": "RUNNING", "SLEEPS": "SUSPENDED"}
    assert _label(account) == label
    log = account.run("CALL SYSTEM$GET_SERVICE_LOGS('BAD', 0, 'model-inference')")[0][0]
    assert "this model cannot be loaded" in log
    assert account.run("SELECT RUNS!PLUS(1, 2), SLEEPS!PLUS(1, 2)") == [(3.0, 3.0)]
    for sql in ("DROP SERVICE RUNS", "DROP SERVICE SLEEPS", "DROP MODEL ADD"):
        account.run(sql)
