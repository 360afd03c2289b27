"""ALTER SERVICE … FROM SPECIFICATION: a service moves to another version without losing a request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
import yaml

from tests.services.conftest import Account, Client, asking

COMPILATION = "SQL compilation error:\n"


@pytest.fixture(scope="module", autouse=True)
def models(account: Account) -> None:
    """ADD, whose versions differ by what they add; BAD, which does not load; SLOW, which takes its time."""
    account.make_model("ADD", 0.0, 100.0)
    account.make_model("BAD", -1.0)
    account.make_model("SLOW", 1000.0)


Changed = Callable[..., str]


@pytest.fixture(scope="module", autouse=True)
def service(account: Account, models: None) -> None:
    """MOVES, at first of version V1 of ADD."""
    account.deploy("ADD", "MOVES")


@pytest.fixture
def changed(account: Account) -> Iterator[Changed]:
    """Gives the specification of MOVES with other settings in its container's environment; afterwards it serves V1."""

    def specification(**environment: object) -> str:
        found = yaml.safe_load(account.show("DESCRIBE SERVICE MOVES")[0]["spec"])
        found["spec"]["containers"][0]["env"].update(environment)
        return str(yaml.safe_dump(found))

    yield specification
    account.run(f"ALTER SERVICE MOVES FROM SPECIFICATION $${specification(VERSION='V1')}$$")


def test_to_another_version(account: Account, schema: str, changed: Changed) -> None:
    before = account.show("DESCRIBE SERVICE MOVES")[0]
    url = account.show("SHOW ENDPOINTS IN SERVICE MOVES")
    account.run(f"ALTER SERVICE MOVES FROM SPECIFICATION $${changed(VERSION='V2', MAX_BATCH_ROWS='7')}$$")
    assert account.run("SELECT MOVES!PLUS(1, 2)") == [(103.0,)]  # at once: the statement waits
    after = account.show("DESCRIBE SERVICE MOVES")[0]
    assert after["managing_object_name"] == f"{schema}.ADD!V2"
    assert yaml.safe_load(after["spec"])["spec"]["containers"][0]["env"]["MAX_BATCH_ROWS"] == "7"
    assert (after["is_upgrading"], after["created_on"]) == ("false", before["created_on"])
    assert after["spec_digest"] != before["spec_digest"]
    assert account.show("SHOW ENDPOINTS IN SERVICE MOVES") == url
    assert account.fails("ALTER MODEL ADD DROP VERSION V2")[0] == "091400"  # what serves cannot be dropped


def test_no_request_is_lost(account: Account, changed: Changed) -> None:
    with asking(Client(account, "SHOW ENDPOINTS IN SERVICE MOVES").post) as seen:
        account.run(f"ALTER SERVICE MOVES FROM SPECIFICATION $${changed(VERSION='V2')}$$")
        after = len(seen)
        while len(seen) < after + 20:
            assert {status for status, _ in seen} <= {200}
    assert [status for status, _ in seen] == [200] * len(seen)
    assert [answer["data"][0][1] for _, answer in (seen[0], seen[-1])] == [11.0, 111.0]


def test_to_another_version_from_a_stage_while_suspended(account: Account, changed: Changed) -> None:
    file = account.folder / "moves.yml"
    file.write_text(changed(VERSION="V2"), encoding="utf-8")
    account.run("CREATE OR REPLACE TEMPORARY STAGE SPECS")
    account.run(f"PUT 'file://{file}' @SPECS/a AUTO_COMPRESS = FALSE")
    account.run("ALTER SERVICE MOVES SUSPEND")
    account.run("ALTER SERVICE MOVES FROM @SPECS SPECIFICATION_FILE = 'a/moves.yml'")
    assert account.status("MOVES") == "SUSPENDED"
    assert account.run("SELECT MOVES!PLUS(1, 2)") == [(103.0,)]
    code, _, message = account.fails("ALTER SERVICE MOVES FROM @SPECS SPECIFICATION_FILE = 'none.yml'")
    assert (code, message) == ("001501", "File 'none.yml' not found in stage 'SPECS'.")


def test_a_version_that_does_not_load_leaves_the_service_as_it_was(
    account: Account, schema: str, changed: Changed
) -> None:
    code, _, message = account.fails(
        f"ALTER SERVICE MOVES FROM SPECIFICATION $${changed(MODEL='BAD', VERSION='V1')}$$"
    )
    assert (code, "this model cannot be loaded" in message) == ("091400", True)
    assert account.run("SELECT MOVES!PLUS(1, 2)") == [(3.0,)]
    row = account.show("DESCRIBE SERVICE MOVES")[0]
    assert (row["status"], row["managing_object_name"]) == ("RUNNING", f"{schema}.ADD!V1")


def test_a_change_that_is_cancelled(
    account: Account, schema: str, another: Callable[[], Account], changed: Changed
) -> None:
    other = another()
    cursor = other.connection.cursor()
    text = changed(MODEL=f"{schema}.SLOW", VERSION="V1")
    cursor.execute_async(f"ALTER SERVICE {schema}.MOVES FROM SPECIFICATION $${text}$$")
    end = time.monotonic() + 60
    while account.show("DESCRIBE SERVICE MOVES")[0]["is_upgrading"] != "true":
        assert time.monotonic() < end
    assert account.run("SELECT MOVES!PLUS(1, 2)") == [(3.0,)]  # the earlier version answers meanwhile
    account.run(f"SELECT SYSTEM$CANCEL_QUERY('{cursor.sfqid}')")
    while account.show("DESCRIBE SERVICE MOVES")[0]["is_upgrading"] != "false":
        assert time.monotonic() < end
    other.connection.close()
    account.run("DROP MODEL SLOW")  # nothing uses it


WRONG = {
    "$$a: [$$": ("091400", "Invalid service specification: it is no YAML: "),
    "$$spec: {}$$": ("091400", "Invalid service specification: containers must be a list of one."),
    "$$spec: {sidecars: []}$$": ("091400", "Invalid service specification: spec has no property sidecars."),
    "$$spec: {containers: [{name: main, image: /a/b/c/d:1}]}$$": (
        "091400", "Invalid service specification: its container must be model-inference."),
    "$$spec: {containers: [{name: model-inference, image: /a/b/c/d:1}]}$$": (

"000002", "Unsupported feature: not supported by the local account: services of other images than"),
    "$$spec: {containers: [{name: model-inference, image: snowdome/model-inference, env: {MODEL: ADD}}]}$$": (
        "091400", "Invalid service specification: env of container model-inference must say its VERSION."),
    "$$spec: {containers: [{name: model-inference, image: snowdome/model-inference, "
    "env: {MODEL: ADD, VERSION: V9}}]}$$": (
        "002003", f"{COMPILATION}Version 'V9' does not exist or not authorized."),
    "$$spec: {containers: [{name: model-inference, image: snowdome/model-inference, "
    "env: {MODEL: ADD, VERSION: V1, NUM_WORKERS: some}}]}$$": (
        "091400", "Invalid service specification: NUM_WORKERS must be a whole number from 1 up, not some."),
}  # fmt: skip


@pytest.mark.parametrize("given", WRONG)
def test_specifications_refused(account: Account, given: str) -> None:
    code, _, message = account.fails(f"ALTER SERVICE MOVES FROM SPECIFICATION {given}")
    assert (code, message[: len(WRONG[given][1])]) == WRONG[given]


def test_specification_templates_are_refused(account: Account) -> None:
    for form in (
        "SPECIFICATION_TEMPLATE 'x' USING (a => 1)",
        "@S SPECIFICATION_TEMPLATE_FILE = 'x' USING (a => 1)",
    ):
        code, _, message = account.fails(f"ALTER SERVICE MOVES FROM {form}")
        assert (code, "SPECIFICATION_TEMPLATE" in message) == ("000002", True)
