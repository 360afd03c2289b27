"""Services of models made by hand: their answers, and what happens when their processes or models go wrong."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from snowdome.errors import SnowflakeError
from snowdome.serving.fleet import CONTAINER
from snowdome.serving.logs import MOST, Log

TWICE = """
@vectorized(input=pd.DataFrame)
def infer(df):
    return [{"y": 2 * x} for x in df[0]]
"""
THRICE = TWICE.replace("2 * x", "3 * x")
# What a value asks for: 13 ends the process, 14 raises, 15 never ends, 16 prints, 17 gives too few rows,
# 18 leaves with SystemExit; any other is told with the process and how many rows came together.
ODD = """
import os, sys, time

@vectorized(input=pd.DataFrame)
def infer(df):
    found = set(df[0])
    if 13 in found:
        os._exit(3)
    if 14 in found:
        raise ValueError("nothing for 14")
    while 15 in found:
        time.sleep(0.01)
    if 16 in found:
        print("printed by the model")
        print("and to stderr", file=sys.stderr)
    if 18 in found:
        sys.exit("left")
    rows = [{"y": x, "pid": os.getpid(), "rows": len(df)} for x in df[0]]
    return rows[1:] if 17 in found else rows
"""
SLOW = """
import os, time

@vectorized(input=pd.DataFrame)
def infer(df):
    time.sleep(0.2)
    return [{"y": x, "pid": os.getpid()} for x in df[0]]
"""


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def pid_of(serving: Any, service: str) -> int:
    status, found = serving.ask(service, 1)
    assert status == 200
    return int(found["data"][0][1]["pid"])


@pytest.fixture
def odd(serving: Any, request: pytest.FixtureRequest) -> Any:
    """A service of ODD of the test's own."""
    service = serving.start(serving.deployment(f"odd{abs(hash(request.node.name))}", predict=ODD))
    yield service
    serving.fleet.stop(service)


# -- answers --------------------------------------------------------------------------------------


def test_every_method_has_an_address(serving: Any) -> None:
    serving.start(serving.deployment("two", predict=TWICE, predict_proba=THRICE))
    assert serving.ask("two", 1, 2.5) == (200, {"data": [[0, {"y": 2.0}], [1, {"y": 5.0}]]})
    assert serving.ask("two", 1, path="predict-proba") == (200, {"data": [[0, {"y": 3.0}]]})
    status, found = serving.ask("two", 1, path="predict_proba")
    assert (status, found["error"]) == (
        404, "The model has no method at /predict_proba. It has: /predict, /predict-proba.",
    )  # fmt: skip
    (instance,) = serving.fleet.status("two")
    assert (instance.instance_id, instance.status, instance.restart_count) == (0, "READY", 0)


def test_a_refusal_names_row_and_column(serving: Any) -> None:
    serving.start(serving.deployment("refusing", predict=TWICE))
    status, found = serving.ask("refusing", 1, 2, "x")
    assert (status, found["error"]) == (
        400, "Input data malformed: row 2, column 'X' (FLOAT): a number is needed, got 'x'.",
    )  # fmt: skip


def test_from_sql(serving: Any) -> None:
    serving.start(serving.deployment("sql", predict=ODD))
    batch = pa.RecordBatch.from_arrays([pa.array([1.0, 2.0, 3.0])], ["X"])
    found = serving.fleet.call("sql", "PREDICT", batch).to_pylist()
    assert [part.split(",")[-1] for part in found] == ['"y":1}', '"y":2}', '"y":3}']
    with pytest.raises(SnowflakeError, match="nothing for 14") as failure:
        serving.fleet.call("sql", "PREDICT", pa.RecordBatch.from_arrays([pa.array([14.0])], ["X"]))
    assert failure.value.code == "100357"
    with pytest.raises(SnowflakeError, match="Unknown function") as failure:
        serving.fleet.call("sql", "EXPLAIN", batch)
    assert failure.value.code == "002140"
    with pytest.raises(SnowflakeError, match="does not run"):
        serving.fleet.call("other", "PREDICT", batch)


def test_a_call_from_sql_can_be_cancelled(serving: Any, odd: str) -> None:
    cause = SnowflakeError("000604", "57014", "SQL execution canceled")
    asked: list[None] = []

    def cancelled() -> SnowflakeError | None:
        asked.append(None)
        return cause if len(asked) > 2 else None

    with pytest.raises(SnowflakeError) as failure:
        serving.fleet.call(odd, "PREDICT", pa.RecordBatch.from_arrays([pa.array([15.0])], ["X"]), cancelled)
    assert failure.value is cause


def test_rows_of_a_batch_are_bounded(serving: Any) -> None:
    deployment = serving.deployment("bounded", predict=ODD)
    serving.start(dataclasses.replace(deployment, max_batch_rows=2))
    _, found = serving.ask("bounded", 1, 2, 3)
    assert [(row["y"], row["rows"]) for _, row in found["data"]] == [(1, 2), (2, 2), (3, 1)]
    batch = pa.RecordBatch.from_arrays([pa.array([1.0, 2.0, 3.0])], ["X"])
    assert ['"rows":2' in r for r in serving.fleet.call("bounded", "PREDICT", batch).to_pylist()] == [
        True,
        True,
        False,
    ]


def test_requests_of_single_rows_share_calls_of_the_model(serving: Any, odd: str) -> None:
    async def together() -> list[Any]:
        return await asyncio.gather(*(serving.asked(odd, value) for value in (1, 2, 3, 4)))

    for number, reply in enumerate(serving.run(together()), 1):
        assert reply.status == 200
        assert f'"y":{number}.0'.encode() in reply.body
    rows = [int(serving.ask(odd, 1, 2)[1]["data"][0][1]["rows"])]
    assert rows == [2]  # a request of several rows is called as it is


def test_a_bad_row_disturbs_no_other_request(serving: Any, odd: str) -> None:
    values = [1, 14, 2, 17, 3, 18, "x", None, 4] * 4

    async def together() -> list[Any]:
        return await asyncio.gather(*(serving.asked(odd, value) for value in values))

    replies = serving.run(together())
    errors = {
        14: b"ValueError: nothing for 14",
        17: b"0 rows for 1",
        18: b"SystemExit: left",
        "x": b"got 'x'",
    }
    for value, reply in zip(values, replies, strict=True):
        if value in errors:
            assert reply.status == 400
            assert errors[value] in reply.body
            assert b"Traceback" not in reply.body
        else:
            assert reply.status == 200
    assert serving.fleet.status(odd)[0].restart_count == 0
    log = serving.fleet.logs(odd, 0, CONTAINER, 10_000)
    assert "Traceback (most recent call last):" in log
    assert "nothing for 14" in log


def test_what_a_model_prints_is_in_its_log(serving: Any, odd: str, eventually: Any) -> None:
    assert serving.ask(odd, 16)[0] == 200
    eventually(lambda: "and to stderr" in serving.fleet.logs(odd, 0, CONTAINER, 100))
    lines = serving.fleet.logs(odd, 0, CONTAINER, 2).splitlines()
    assert lines == ["printed by the model", "and to stderr"]
    assert serving.fleet.logs(odd, 0, "other", 100) == ""
    assert serving.fleet.logs(odd, 7, CONTAINER, 100) == ""


# -- processes that end ---------------------------------------------------------------------------


def test_a_process_that_dies_is_replaced(serving: Any, odd: str, eventually: Any) -> None:
    pid = pid_of(serving, odd)
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: serving.fleet.status(odd)[0].restart_count == 1)
    assert pid_of(serving, odd) != pid  # waits until it is READY again
    assert "The process has ended" in serving.fleet.logs(odd, 0, CONTAINER, 100)


def test_a_request_that_ends_the_process_takes_no_other_with_it(serving: Any, odd: str) -> None:
    async def together() -> list[int]:
        replies = await asyncio.gather(*(serving.asked(odd, value) for value in (1, 2, 13, 3)))
        return [reply.status for reply in replies]

    assert serving.run(together()) == [200, 200, 503, 200]
    assert serving.ask(odd, 5)[0] == 200


def test_a_model_that_does_not_end_is_ended(serving: Any, odd: str, eventually: Any) -> None:
    pid = pid_of(serving, odd)
    status, found = serving.ask(odd, 15, seconds=0.5)
    assert (status, found["error"]) == (504, "The model did not answer within 0.5 seconds.")
    eventually(lambda: gone(pid))
    assert serving.ask(odd, 5)[0] == 200


def test_one_that_cannot_load_fails_with_its_log(serving: Any) -> None:
    deployment = serving.deployment("broken", predict="raise RuntimeError('no such model')")
    serving.fleet.start(deployment)
    with pytest.raises(SnowflakeError, match="no such model") as failure:
        serving.fleet.wait("broken", 60)
    assert failure.value.code == "091400"
    assert "Service DB.S.BROKEN failed to start." in failure.value.message
    (instance,) = serving.fleet.status("broken")
    assert (instance.status, instance.message) == ("FAILED", "RuntimeError: no such model")
    status, found = serving.ask("broken", 1)
    assert (status, found["error"]) == (503, "The service has failed: RuntimeError: no such model")
    with pytest.raises(SnowflakeError, match="no such model"):
        serving.fleet.call("broken", "PREDICT", pa.RecordBatch.from_arrays([pa.array([1.0])], ["X"]))


def test_one_that_keeps_dying_fails(serving: Any) -> None:
    serving.fleet.start(serving.deployment("dying", predict="import os; os._exit(3)"))
    with pytest.raises(SnowflakeError, match="The process ended again and again"):
        serving.fleet.wait("dying", 60)
    (instance,) = serving.fleet.status("dying")
    assert (instance.status, instance.restart_count) == ("FAILED", 4)


def test_waiting_has_an_end(serving: Any) -> None:
    serving.fleet.start(serving.deployment("sleepy", predict="import time; time.sleep(600)"))
    assert serving.fleet.status("sleepy")[0].status == "PENDING"
    with pytest.raises(SnowflakeError, match="not ready within 1 seconds"):
        serving.fleet.wait("sleepy", 1)
    assert serving.ask("sleepy", 1, seconds=0.1) == (503, {"error": "The service is not ready."})
    serving.fleet.stop("sleepy")
    with pytest.raises(SnowflakeError, match="does not run"):
        serving.fleet.wait("sleepy", 1)


def test_nothing_outlives_the_account(serving: Any, eventually: Any, tmp_path: Path) -> None:
    busy = TWICE + "\nimport subprocess; subprocess.Popen(['sleep', '600'])\n"
    deployment = serving.deployment("orphan", predict=busy)
    program = """
import pickle, sys
from pathlib import Path
from snowdome.python.pool import Pool
from snowdome.serving.fleet import Fleet
fleet = Fleet(Path(sys.argv[2]) / "logs", Pool(Path(sys.argv[2]) / "pool"))
fleet.start(pickle.loads(Path(sys.argv[1]).read_bytes()))
fleet.wait("orphan", 90)
print(fleet._services["orphan"].current.copies[0].process.pid, flush=True)
sys.stdin.read()
"""
    import pickle

    (tmp_path / "deployment").write_bytes(pickle.dumps(deployment))
    command = [sys.executable, "-c", program, str(tmp_path / "deployment"), str(tmp_path)]
    account = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert account.stdin is not None
    assert account.stdout is not None
    pid = int(account.stdout.readline())
    assert not gone(pid)
    account.kill()
    account.wait()
    account.stdin.close()
    account.stdout.close()

    def group_is_gone() -> bool:
        try:
            os.killpg(pid, 0)  # what it has started is in its group
        except ProcessLookupError:
            return True
        return False

    eventually(group_is_gone)


# -- several, other ones, none ----------------------------------------------------------------------


def test_instances_share_the_requests(serving: Any) -> None:
    deployment = serving.deployment("several", predict=SLOW)
    serving.start(dataclasses.replace(deployment, instances=2))
    assert [i.instance_id for i in serving.fleet.status("several")] == [0, 1]

    async def together() -> list[Any]:
        return await asyncio.gather(*(serving.asked("several", 1, 2) for _ in range(6)))

    pids = Counter(reply.body.partition(b'"pid":')[2].partition(b"}")[0] for reply in serving.run(together()))
    assert sorted(pids.values()) == [3, 3]


def test_another_version_takes_over_without_a_lost_request(serving: Any) -> None:
    first = serving.deployment("changing", predict=TWICE)
    serving.start(first)
    second = serving.deployment("changing", predict=THRICE)

    async def hammer() -> list[tuple[int, bytes]]:
        seen: list[tuple[int, bytes]] = []
        done = asyncio.Event()

        async def client() -> None:
            while not done.is_set():
                reply = await serving.asked("changing", 1)
                seen.append((reply.status, reply.body))

        clients = [asyncio.create_task(client()) for _ in range(16)]
        while not seen:
            await asyncio.sleep(0.01)
        following = serving.fleet.replace(second)
        await asyncio.to_thread(serving.fleet.follow, following, 60)
        after = len(seen)
        while len(seen) < after + 100:
            await asyncio.sleep(0.01)
        done.set()
        await asyncio.gather(*clients)
        return seen

    seen = serving.run(hammer())
    old, new = (200, b'{"data":[[0,{"y":2.0}]]}'), (200, b'{"data":[[0,{"y":3.0}]]}')
    assert set(seen) == {old, new}
    assert seen[0] == old
    assert set(seen[-50:]) == {new}


def test_a_version_that_fails_changes_nothing(serving: Any) -> None:
    serving.start(serving.deployment("keeping", predict=TWICE))
    bad = serving.deployment("keeping", predict="raise RuntimeError('bad version')")
    with pytest.raises(SnowflakeError, match="bad version"):
        serving.fleet.follow(serving.fleet.replace(bad), 60)
    serving.fleet.wait("keeping", 1)  # it is READY all the same
    assert serving.ask("keeping", 1) == (200, {"data": [[0, {"y": 2.0}]]})
    assert serving.fleet.status("keeping")[0].status == "READY"


def test_the_version_that_was_asked_for_last_takes_over(serving: Any) -> None:
    serving.start(serving.deployment("overtaken", predict=TWICE))
    slow = serving.fleet.replace(serving.deployment("overtaken", predict="import time; time.sleep(600)"))
    quick = serving.fleet.replace(serving.deployment("overtaken", predict=THRICE))
    with pytest.raises(SnowflakeError, match="was changed meanwhile"):
        serving.fleet.follow(slow, 60)
    serving.fleet.follow(quick, 60)
    assert serving.ask("overtaken", 1) == (200, {"data": [[0, {"y": 3.0}]]})


def test_a_version_that_takes_too_long_is_given_up(serving: Any) -> None:
    serving.start(serving.deployment("patient", predict=TWICE))
    slow = serving.fleet.replace(serving.deployment("patient", predict="import time; time.sleep(600)"))
    assert serving.fleet.is_replacing("patient")
    with pytest.raises(SnowflakeError, match="It was not ready within 0 seconds"):
        serving.fleet.follow(slow, 0.2)
    assert not serving.fleet.is_replacing("patient")
    assert serving.ask("patient", 1) == (200, {"data": [[0, {"y": 2.0}]]})


def test_stopping_answers_what_has_come(serving: Any, eventually: Any) -> None:
    serving.start(serving.deployment("ending", predict=SLOW))
    pid = pid_of(serving, "ending")

    async def stop_in_the_middle() -> int:
        asked = asyncio.create_task(serving.asked("ending", 1))
        await asyncio.sleep(0)  # the request is sent
        serving.fleet.stop("ending")
        return int((await asked).status)

    assert serving.run(stop_in_the_middle()) == 200
    eventually(lambda: gone(pid))
    assert serving.fleet.status("ending") == ()
    assert serving.ask("ending", 1) == (503, {"error": "The service does not run."})
    assert "is loaded" in serving.fleet.logs("ending", 0, CONTAINER, 10)
    serving.fleet.stop("ending")  # again, with nothing to stop
    serving.fleet.forget("ending")
    assert serving.fleet.logs("ending", 0, CONTAINER, 10) == ""


def test_logs_do_not_grow_for_ever(tmp_path: Path) -> None:
    log = Log(tmp_path / "service" / "0.log")
    line = b"x" * 999 + b"\n"
    for _ in range(2 * MOST // 1000 + 10):
        log.write(line)
    log.write(b"the end\n")
    assert sum(f.stat().st_size for f in (tmp_path / "service").iterdir()) <= 2 * MOST
    assert log.tail(2).splitlines() == ["x" * 999, "the end"]
    assert len(log.tail(MOST // 1000 + 5).splitlines()) == MOST // 1000 + 5  # reaches into the file before
    assert log.tail(0) == ""
    assert Log(tmp_path / "service" / "0.log").tail(1) == "the end"


def test_a_thousand_malformed_requests_change_nothing(serving: Any, odd: str) -> None:
    pid = pid_of(serving, odd)
    good = b'{"data":[[0,1.5]]}'

    async def all_of_them() -> Counter[int]:
        found: Counter[int] = Counter()
        for number in range(1000):
            place, byte = number % len(good), number * 7 % 256
            body = good[:place] + bytes([byte]) + good[place + number % 3 :]
            found[(await serving.fleet.answer(odd, "predict", "", body)).status] += 1
        return found

    found = serving.run(all_of_them())
    assert set(found) <= {200, 400}
    assert found[400] > 700
    assert pid_of(serving, odd) == pid


def test_methods_do_not_see_what_their_packages_do_not_name(serving: Any) -> None:
    code = "import duckdb\n" + TWICE
    serving.fleet.start(serving.deployment("hidden", predict=code))
    with pytest.raises(SnowflakeError, match="No module named 'duckdb'"):
        serving.fleet.wait("hidden", 60)
