"""SYSTEM$DEPLOY_MODEL: what it makes, waits for, and refuses."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.services.conftest import ONLY_TABLES, Account, specification

COMPILATION = "SQL compilation error:\n"


@pytest.fixture(scope="module", autouse=True)
def models(account: Account) -> None:
    """ADD, whose versions differ by what they add; BROKEN and SLOW, which do not load; TABLES, not to be served."""
    account.make_model("ADD", 0.0, 100.0)
    account.make_model("BROKEN", -1.0)
    account.make_model("SLOW", 1000.0)
    account.make_model("TABLES", 0.0, manifest=ONLY_TABLES)


def test_inline_and_from_a_stage(account: Account, schema: str) -> None:
    assert account.deploy("ADD", "ONE") == f"Model service {schema}.ONE is deployed."
    text = specification(
        "ADD", f"{schema}.TWO", version="V2", min_instances=1, num_workers=2, max_batch_rows=64
    )
    file = account.folder / "deploy.yml"
    file.write_text(text, encoding="utf-8")
    account.run("CREATE OR REPLACE TEMPORARY STAGE SPECS")
    account.run(f"PUT 'file://{file}' @SPECS AUTO_COMPRESS = FALSE")
    account.run("CALL SYSTEM$DEPLOY_MODEL('@SPECS/deploy.yml')")
    assert account.run("SELECT ONE!PLUS(1, 2), TWO!PLUS(1, 2)") == [(3.0, 103.0)]
    rows = {r["name"]: r for r in account.show("SHOW SERVICES")}
    assert [rows[n]["status"] for n in ("ONE", "TWO")] == ["RUNNING", "RUNNING"]
    # A service that may have no instances is suspended after half an hour without requests.
    assert [rows[n]["auto_suspend_secs"] for n in ("ONE", "TWO")] == [1800, 0]
    versions = {
        v["name"]: json.loads(v["inference_services"]) for v in account.show("SHOW VERSIONS IN MODEL ADD")
    }
    assert versions == {"V1": [f"{schema}.ONE"], "V2": [f"{schema}.TWO"]}
    account.run("DROP SERVICE ONE")
    account.run("DROP SERVICE TWO")


def test_the_pool_is_resumed(account: Account) -> None:
    account.run("ALTER COMPUTE POOL POOL SUSPEND")
    account.deploy("ADD", "WAKES")
    (pool,) = account.show("DESCRIBE COMPUTE POOL POOL")
    assert (pool["state"], pool["num_services"], pool["active_nodes"]) == ("ACTIVE", 1, 1)
    account.run("DROP SERVICE WAKES")
    account.run("ALTER COMPUTE POOL POOL SUSPEND")
    account.run("ALTER COMPUTE POOL POOL SET AUTO_RESUME = FALSE")
    text = specification("ADD", "WAKES")
    code, _, message = account.fails(f"CALL SYSTEM$DEPLOY_MODEL('{text}')")
    assert (code, message.partition(".")[0]) == ("091400", "Compute pool POOL is suspended")
    assert account.run("SHOW SERVICES LIKE 'WAKES'") == []
    account.run("ALTER COMPUTE POOL POOL SET AUTO_RESUME = TRUE")
    account.run("ALTER COMPUTE POOL POOL RESUME")


def test_what_cannot_be_loaded_fails_with_its_log(account: Account, schema: str) -> None:
    """It stays there so that one can look at it, and keeps nothing from being dropped but its model."""
    code, state, message = account.fails(f"CALL SYSTEM$DEPLOY_MODEL('{specification('BROKEN', 'BAD')}')")
    assert (code, state) == ("091400", "22000")
    assert f"Service {schema}.BAD" in message
    assert "this model cannot be loaded" in message
    assert account.status("BAD") == "FAILED"
    (container,) = account.show("SHOW SERVICE CONTAINERS IN SERVICE BAD")
    assert (container["service_status"], container["instance_status"]) == ("FAILED", "FAILED")
    assert (
        "this model cannot be loaded"
        in account.run("SELECT SYSTEM$GET_SERVICE_LOGS('BAD', 0, 'model-inference')")[0][0]
    )
    code, _, message = account.fails("SELECT BAD!PLUS(1, 2)")
    assert (code, "this model cannot be loaded" in message) == ("091400", True)
    account.run("DROP SERVICE BAD")


def _wait_for(found: Callable[[], Any], seconds: float = 30.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError("It did not come.")


def test_asynchronous_and_cancelled(account: Account, another: Callable[[], Account]) -> None:
    """A deployment that is cancelled leaves no service."""
    other = another()
    cursor = other.connection.cursor()
    cursor.execute_async(f"CALL SYSTEM$DEPLOY_MODEL('{specification('SLOW', 'LATE')}')")
    _wait_for(lambda: account.run("SHOW SERVICES LIKE 'LATE'"))
    assert account.status("LATE") == "PENDING"
    assert account.run(f"SELECT SYSTEM$CANCEL_QUERY('{cursor.sfqid}')")[0][0].endswith("terminated.")
    _wait_for(lambda: not account.run("SHOW SERVICES LIKE 'LATE'"))
    cursor.execute_async(f"CALL SYSTEM$DEPLOY_MODEL('{specification('ADD', 'SOON')}')")
    cursor.get_results_from_sfqid(cursor.sfqid)
    assert cursor.fetchall()[0][0].endswith(".SOON is deployed.")
    other.connection.close()
    account.run("DROP SERVICE SOON")


def test_the_build_can_be_followed(account: Account) -> None:
    """By the name that the client makes of the deployment's id."""
    import hashlib
    import uuid

    cursor = account.connection.cursor()
    cursor.execute(
        f"CALL SYSTEM$DEPLOY_MODEL('{specification('ADD', 'BUILT', build={'compute_pool': 'POOL'})}')"
    )
    digest = hashlib.md5(str(int(uuid.UUID(cursor.sfqid))).encode()).hexdigest()
    name = f"MODEL_BUILD_{digest[:8].upper()}"
    (container,) = account.show(f"SHOW SERVICE CONTAINERS IN SERVICE {name}")
    assert (container["service_status"], container["container_name"]) == ("DONE", "model-build")
    log = account.run(f"CALL SYSTEM$GET_SERVICE_LOGS('{name}', '0', 'model-build')")[0][0]
    assert "version V1" in log
    assert "pandas>=2" in log
    assert [s["name"] for s in account.show("SHOW SERVICES")] == ["BUILT"]
    assert account.run("SHOW JOB SERVICES") == []
    account.run("DROP SERVICE BUILT")


MISSING = "does not exist or not authorized."


def test_names_that_are_not_there(account: Account, schema: str) -> None:
    wrong = {
        specification("NONE", "S"): f"Model '{schema}.NONE' {MISSING}",
        specification("ADD", "S", version="V9"): f"Version 'V9' {MISSING}",
        specification("ADD", "S", pool="NONE"): f"Compute pool 'NONE' {MISSING}",
        specification("ADD", "S", build={"compute_pool": "NONE"}): f"Compute pool 'NONE' {MISSING}",
        specification(
            "ADD", "S", build={"image_repo": f"{schema}.NONE"}
        ): f"Image repository '{schema}.NONE' {MISSING}",
    }
    for text, told in wrong.items():
        assert account.fails(f"CALL SYSTEM$DEPLOY_MODEL('{text}')") == ("002003", "02000", COMPILATION + told)
    assert account.run("SHOW SERVICES") == []


def test_a_taken_name(account: Account, schema: str) -> None:
    account.deploy("ADD", "TAKEN")
    again = account.fails(f"CALL SYSTEM$DEPLOY_MODEL('{specification('ADD', 'TAKEN')}')")
    assert again == ("002002", "42710", f"{COMPILATION}Object '{schema}.TAKEN' already exists.")
    account.run("DROP SERVICE TAKEN")


def test_table_functions_are_not_served(account: Account) -> None:
    code, _, message = account.fails(f"CALL SYSTEM$DEPLOY_MODEL('{specification('TABLES', 'S')}')")
    assert (code, message) == (
        "091400",
        "Online inference services do not support TABLE_FUNCTION methods: TOTAL.",
    )


REFUSED = {
    "services with GPUs (gpu)": {"gpu": "1"},
    "inference tables (autocapture)": {"autocapture": True},
    "inference engines": {"inference_engine_spec": {"inference_engine_name": "vllm"}},
    "features that a service looks up": {"feature_retrieval": {"lookups": {"predict": []}}},
    "adapters of models": {"adapters": [{"name": "A", "version": "V1"}]},
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused_by_name(account: Account, what: str) -> None:
    text = specification("ADD", "S", **REFUSED[what])
    told = f"Unsupported feature: not supported by the local account: SYSTEM$DEPLOY_MODEL with {what}."
    assert account.fails(f"CALL SYSTEM$DEPLOY_MODEL('{text}')") == ("000002", "0A000", told)


INVALID = {
    "models: [": "it is no YAML",
    "[]": "the specification must be a mapping",
    "models: []": "models must be a list of one model",
    "{models: [{name: ADD, version: V1}]}": "service must be a mapping",
    "{models: [{name: ADD}], service: {name: S, compute_pool: POOL}}": "version of a model is missing",
    "{models: [{name: ADD, version: V1}], service: {name: S}}": "compute_pool of the service is missing",
    "{models: [{name: ADD, version: V1}], service: {name: S, compute_pool: POOL, sise: 1}}":
        "service has no property sise",
}  # fmt: skip


@pytest.mark.parametrize("text", INVALID)
def test_invalid_specifications(account: Account, text: str) -> None:
    code, state, message = account.fails(f"CALL SYSTEM$DEPLOY_MODEL('{text}')")
    assert (code, state) == ("091400", "22023")
    assert message.startswith(f"Invalid model deployment specification: {INVALID[text]}")


def test_invalid_numbers(account: Account) -> None:
    for more in ({"max_instances": 0}, {"min_instances": -1}, {"num_workers": "many"}):
        code, *_ = account.fails(f"CALL SYSTEM$DEPLOY_MODEL('{specification('ADD', 'S', **more)}')")
        assert code == "001422"
    assert (
        account.fails(f"CALL SYSTEM$DEPLOY_MODEL('{specification('ADD', 'S', min_instances=2)}')")[0]
        == "001423"
    )
    for key, text in (("cpu", "lots"), ("memory", "1"), ("memory", "-1GiB")):
        code, _, message = account.fails(
            f"CALL SYSTEM$DEPLOY_MODEL('{specification('ADD', 'S', **{key: text})}')"
        )
        assert (code, message.partition(": ")[2]) == ("091400", f"{text} is no amount of {key}.")
    many = specification("ADD", "S", min_instances=17, max_instances=20)
    code, _, message = account.fails(f"CALL SYSTEM$DEPLOY_MODEL('{many}')")
    assert (code, message.partition("account: ")[2]) == ("000002", "services with more than 16 instances.")
    assert account.fails("CALL SYSTEM$DEPLOY_MODEL('@NONE/deploy.yml')")[0] == "002003"
    assert account.run("SHOW SERVICES") == []
