"""Gateways: an address whose requests move from one service to another without a pause."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.services.conftest import Account, Client, asking

COMPILATION = "SQL compilation error:\n"


def split(schema: str, **weights: int) -> str:
    """A specification that shares requests out to services."""
    targets = [
        {"type": "endpoint", "value": f"{schema}.{name}!inference", "weight": weight}
        for name, weight in weights.items()
    ]
    return json.dumps({"spec": {"type": "traffic_split", "split_type": "custom", "targets": targets}})


@pytest.fixture(scope="module", autouse=True)
def services(account: Account) -> Iterator[None]:
    """OLD adds nothing, NEW adds 100."""
    account.make_model("ADD", 0.0, 100.0)
    account.deploy("ADD", "OLD")
    account.deploy("ADD", "NEW", version="V2")
    yield
    account.run("DROP GATEWAY IF EXISTS FRONT")


class Front(Client):
    """Asks the gateway."""

    def who(self) -> str:
        """Which service answered."""
        status, answer = self.post()
        assert status == 200, answer
        return "NEW" if "111" in json.dumps(answer) else "OLD"


@pytest.fixture
def front(account: Account, schema: str) -> Front:
    """A gateway that sends everything to OLD."""
    account.run(f"CREATE OR REPLACE GATEWAY FRONT FROM SPECIFICATION $${split(schema, OLD=100)}$$")
    return Front(account, "DESC GATEWAY FRONT")


def test_shown(account: Account, schema: str, front: Front) -> None:
    (row,) = account.show("DESCRIBE GATEWAY FRONT")
    assert list(row) == [
        "name", "ingress_url", "privatelink_ingress_url", "database_name", "schema_name", "owner", "owner_role_type",
        "spec", "created_on", "updated_on", "comment",
    ]  # fmt: skip
    assert json.loads(row["spec"]) == json.loads(split(schema, OLD=100))
    (listed,) = account.show(f"SHOW GATEWAYS LIKE 'front' IN SCHEMA {schema}")
    assert listed == {name: value for name, value in row.items() if name != "spec"}
    assert account.run("CREATE GATEWAY IF NOT EXISTS FRONT FROM SPECIFICATION 'x'")[0][0].startswith(
        "FRONT already"
    )


def test_shares(account: Account, schema: str, front: Front) -> None:
    account.run(f"ALTER GATEWAY FRONT FROM SPECIFICATION $${split(schema, OLD=80, NEW=20)}$$")
    assert Counter(front.who() for _ in range(20)) == {"OLD": 16, "NEW": 4}
    account.run(f"ALTER GATEWAY FRONT FROM SPECIFICATION '{split(schema, OLD=0, NEW=100)}'")
    assert {front.who() for _ in range(5)} == {"NEW"}


def test_to_another_version_without_losing_a_request(account: Account, schema: str, front: Front) -> None:
    """While four clients ask all the time, everything moves from OLD to NEW, and OLD goes."""
    account.deploy("ADD", "GOES")
    account.run(f"ALTER GATEWAY FRONT FROM SPECIFICATION $${split(schema, GOES=100)}$$")
    with asking(front.post) as seen:
        account.run(f"ALTER GATEWAY FRONT FROM SPECIFICATION $${split(schema, GOES=50, NEW=50)}$$")
        account.run(f"ALTER GATEWAY FRONT FROM SPECIFICATION $${split(schema, NEW=100)}$$")
        account.run("DROP SERVICE GOES")
        assert front.who() == "NEW"
    assert {status for status, _ in seen} == {200}


def test_fails_over(account: Account, schema: str, front: Front) -> None:
    """What cannot answer gets no requests, as long as there is another target with a weight."""
    account.run(f"ALTER GATEWAY FRONT FROM SPECIFICATION $${split(schema, OLD=50, NEW=50)}$$")
    account.run("ALTER SERVICE OLD SET AUTO_RESUME = FALSE")
    account.run("ALTER SERVICE OLD SUSPEND")
    assert {front.who() for _ in range(6)} == {"NEW"}
    account.run("ALTER SERVICE OLD UNSET AUTO_RESUME")
    assert {front.who() for _ in range(6)} == {"OLD", "NEW"}
    assert account.status("OLD") == "RUNNING"


def test_its_address_stays(account: Account, schema: str, front: Front) -> None:
    account.run(f"ALTER GATEWAY FRONT FROM SPECIFICATION $${split(schema, NEW=100)}$$")
    assert Front(account, "DESC GATEWAY FRONT").address == front.address
    assert account.run("DROP GATEWAY FRONT") == [("FRONT successfully dropped.",)]
    assert front.post()[0] == 404


def test_refused(account: Account, schema: str, front: Front) -> None:
    missing = f"{COMPILATION}Service '{schema}.NONE' does not exist or not authorized."
    for sql in ("CREATE OR REPLACE GATEWAY FRONT", "ALTER GATEWAY FRONT"):
        assert account.fails(f"{sql} FROM SPECIFICATION $${split(schema, NONE=100)}$$") == (
            "002003", "02000", missing,
        )  # fmt: skip
        for text, told in INVALID.items():
            code, _, message = account.fails(f"{sql} FROM SPECIFICATION $${text.replace('SCHEMA', schema)}$$")
            assert (code, message) == ("091400", f"Invalid gateway specification: {told}."), text
    assert account.fails("ALTER GATEWAY FRONT SET COMMENT = 'x'")[0] == "001003"
    assert account.fails("DESC GATEWAY NONE")[0] == "002003"
    assert front.who() == "OLD"


_HEAD = "spec: {type: traffic_split, split_type: custom, targets: "
INVALID = {
    "spec: {type: other, split_type: custom, targets: []}": "type must be traffic_split",
    "spec: {type: traffic_split, split_type: even, targets: []}": "split_type must be custom",
    _HEAD + "[]}": "targets must be a list of 1 to 5 endpoints",
    _HEAD + "[{type: endpoint, value: SCHEMA.OLD!inference, weight: 60}]}": "the weights must add up to 100, not 60",
    _HEAD + "[{type: endpoint, value: OLD!inference, weight: 100}]}":
        "OLD!inference must name database, schema, service and endpoint",
    _HEAD + "[{type: endpoint, value: SCHEMA.OLD, weight: 100}]}":
        "a target must have the type endpoint and a value like db.schema.service!endpoint",
}  # fmt: skip
