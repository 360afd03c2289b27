"""Services: how they are shown, suspended, resumed, changed, called from SQL and dropped."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator

import pytest
import yaml

from tests.services.conftest import Account

COMPILATION = "SQL compilation error:\n"


@pytest.fixture(scope="module", autouse=True)
def service(account: Account) -> None:
    """SERVE, of version V1 of the model ADD."""
    account.make_model("ADD", 0.0, 100.0)
    account.deploy("ADD", "SERVE")


@pytest.fixture
def running(account: Account) -> Iterator[None]:
    """The service runs again after the test."""
    yield
    account.run("ALTER SERVICE SERVE RESUME")
    account.run("SELECT SYSTEM$GET_SERVICE_STATUS('SERVE', 60)")


# -- how they are shown ---------------------------------------------------------------------------


def test_columns(account: Account) -> None:
    shown = list(account.show("SHOW SERVICES")[0])
    assert shown == [
        "name", "status", "database_name", "schema_name", "owner", "compute_pool", "dns_name", "current_instances",
        "target_instances", "min_ready_instances", "min_instances", "max_instances", "auto_resume",
        "external_access_integrations", "created_on", "updated_on", "resumed_on", "suspended_on",
        "auto_suspend_secs", "comment", "owner_role_type", "query_warehouse", "is_job", "is_async_job",
        "spec_digest", "is_upgrading", "managing_object_domain", "managing_object_name",
    ]  # fmt: skip
    assert list(account.show("DESC SERVICE SERVE")[0]) == [*shown[:6], "spec", *shown[6:]]
    assert list(account.show("SHOW SERVICE CONTAINERS IN SERVICE SERVE")[0]) == [
        "database_name", "schema_name", "service_name", "service_status", "instance_id", "instance_status",
        "container_name", "status", "message", "image_name", "image_digest", "restart_count", "start_time",
        "last_exit_code", "last_restart_time",
    ]  # fmt: skip
    names = list(account.show("SHOW ENDPOINTS IN SERVICE SERVE")[0])
    assert names == ["name", "port", "port_range", "protocol", "is_public", "ingress_url"]


def test_described(account: Account, schema: str) -> None:
    (row,) = account.show("DESCRIBE SERVICE SERVE")
    assert f"{row['database_name']}.{row['schema_name']}.{row['name']}" == f"{schema}.SERVE"
    assert (row["status"], row["compute_pool"], row["current_instances"], row["target_instances"]) == (
        "RUNNING", "POOL", 1, 1,
    )  # fmt: skip
    assert (row["is_job"], row["auto_resume"], row["suspended_on"]) == ("false", "true", None)
    specification = yaml.safe_load(row["spec"])["spec"]
    assert [c["name"] for c in specification["containers"]] == ["model-inference"]
    assert (
        specification["containers"][0]["env"]["SPCS_MODEL_INFERENCE_SERVER__AUTOCAPTURE_ENABLED"] == "false"
    )
    assert specification["endpoints"] == [
        {"name": "inference", "port": 5000, "protocol": "HTTP", "public": True}
    ]


def test_listed(account: Account, schema: str) -> None:
    database = schema.split(".")[0]
    for rest in (
        "", " LIKE 's_rve'", " IN ACCOUNT", f" IN DATABASE {database}", f" IN SCHEMA {schema}", f" IN {schema}",
        " IN COMPUTE POOL POOL", " STARTS WITH 'SER'", " LIMIT 1", " LIMIT 5 FROM 'SERV'",
    ):  # fmt: skip
        assert "SERVE" in [r["name"] for r in account.show(f"SHOW SERVICES{rest}")], rest
        assert "SERVE" in [r["name"] for r in account.show(f"SHOW SERVICES EXCLUDE JOBS{rest}")], rest
    for rest in (
        " LIKE 'other'",
        " STARTS WITH 'ser'",
        " IN COMPUTE POOL SYSTEM_COMPUTE_POOL_CPU",
        f" IN {database}.PUBLIC",
    ):
        assert account.run(f"SHOW SERVICES{rest}") == [], rest
    assert account.run("SHOW JOB SERVICES IN ACCOUNT") == []
    account.run("SHOW SERVICES")
    assert account.run('SELECT "name", "status" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))') == [
        ("SERVE", "RUNNING")
    ]


def test_instances_and_endpoints(account: Account, server: dict[str, object]) -> None:
    (container,) = account.show("SHOW SERVICE CONTAINERS IN SERVICE SERVE")
    assert (container["service_status"], container["instance_id"], container["instance_status"]) == (
        "RUNNING", "0", "READY",
    )  # fmt: skip
    assert (container["container_name"], container["restart_count"]) == ("model-inference", 0)
    (instance,) = account.show("SHOW SERVICE INSTANCES IN SERVICE SERVE")
    assert (instance["instance_id"], instance["status"], instance["start_time"]) == (
        "0",
        "READY",
        container["start_time"],
    )
    (endpoint,) = account.show("SHOW ENDPOINTS IN SERVICE SERVE")
    assert (endpoint["name"], endpoint["port"], endpoint["is_public"]) == ("inference", 5000, "true")
    host, _, label = endpoint["ingress_url"].partition("/")
    assert host == f"{server['host']}:{server['port']}"
    assert label.startswith("serve-")
    assert label.endswith(".snowflakecomputing.app")


def test_without_ingress(account: Account) -> None:
    account.deploy("ADD", "INSIDE", ingress_enabled=False)
    (endpoint,) = account.show("SHOW ENDPOINTS IN SERVICE INSIDE")
    assert (endpoint["is_public"], endpoint["ingress_url"]) == ("false", None)
    assert account.run("SELECT INSIDE!PLUS(1, 1)") == [(2.0,)]
    account.run("DROP SERVICE INSIDE")


def test_status_and_logs(account: Account, schema: str) -> None:
    (status,) = json.loads(account.run("SELECT SYSTEM$GET_SERVICE_STATUS('SERVE')")[0][0])
    assert (status["status"], status["containerName"], status["instanceId"], status["serviceName"]) == (
        "READY", "model-inference", "0", "SERVE",
    )  # fmt: skip
    for call in ("CALL", "SELECT"):
        assert (
            f"{schema}.ADD V1"
            in account.run(f"{call} SYSTEM$GET_SERVICE_LOGS('{schema}.SERVE', '0', 'model-inference', 10)")[
                0
            ][0]
        )
    code, _, message = account.fails("SELECT SYSTEM$GET_SERVICE_LOGS('SERVE', 0, 'other')")
    assert (code, message) == ("091400", "Container other does not exist in service SERVE.")
    code, _, message = account.fails("SELECT SYSTEM$GET_SERVICE_LOGS('SERVE', 7, 'model-inference')")
    assert (code, message) == ("091400", "Instance 7 does not exist in service SERVE.")


def test_a_service_that_is_not_there(account: Account, schema: str) -> None:
    told = ("002003", "02000", f"{COMPILATION}Service '{schema}.NONE' does not exist or not authorized.")
    for sql in (
        "DESCRIBE SERVICE NONE", "DROP SERVICE NONE", "ALTER SERVICE NONE SUSPEND",
        "ALTER SERVICE NONE SET COMMENT = 'x'",
        "SHOW SERVICE CONTAINERS IN SERVICE NONE", "SHOW SERVICE INSTANCES IN SERVICE NONE",
        "SHOW ENDPOINTS IN SERVICE NONE", "SELECT SYSTEM$GET_SERVICE_STATUS('NONE')",
        "CALL SYSTEM$GET_SERVICE_LOGS('NONE', 0, 'model-inference')",
    ):  # fmt: skip
        assert account.fails(sql) == told, sql
    account.run("DROP SERVICE IF EXISTS NONE FORCE")
    account.run("ALTER SERVICE IF EXISTS NONE RESUME")


# -- calls from SQL -------------------------------------------------------------------------------


def test_calls(account: Account, schema: str) -> None:
    twice = account.run("SELECT SERVE!TWICE(2)['twice']::NUMBER, serve!twice(x => 4):twice::INT")
    assert twice == [(4, 8)]
    assert account.run(f'SELECT {schema}.SERVE!PLUS(1, 2), {schema}."SERVE"!"PLUS"(1)') == [(3.0, 11.0)]
    numbers = "(SELECT SEQ4() AS N FROM TABLE(GENERATOR(ROWCOUNT => 5000)))"
    many = account.run(f"SELECT SUM(SERVE!PLUS(N, 1)) FROM {numbers}")
    assert many == [(5000 * 4999 / 2 + 5000,)]
    assert account.run("SELECT SERVE!PLUS(X, 1) FROM (SELECT 1 AS X WHERE FALSE)") == []
    assert account.run("SELECT COUNT(*) FROM (VALUES (1), (2)) AS V (X) WHERE SERVE!PLUS(X, 0) > 1") == [(1,)]
    account.run(
        "CREATE OR REPLACE TEMPORARY TABLE MADE AS SELECT SERVE!PLUS(X, 1) AS Y FROM (VALUES (1), (2)) AS V (X)"
    )
    assert account.run("SELECT Y FROM MADE ORDER BY Y") == [(2.0,), (3.0,)]


def test_what_calls_refuse(account: Account, schema: str) -> None:
    unknown = f"{COMPILATION}Unknown function {schema}.SERVE!"
    assert account.fails("SELECT SERVE!NONE(1)") == ("002140", "42601", f"{unknown}NONE.")
    assert account.fails("SELECT SERVE!TOTAL('a', 1)") == ("002140", "42601", f"{unknown}TOTAL.")
    assert account.fails("SELECT * FROM TABLE(SERVE!TOTAL('a', 1))") == (
        "002140",
        "42601",
        f"{unknown}TOTAL.",
    )
    assert account.fails("SELECT SERVE!PLUS(1, 2) OVER ()") == ("002140", "42601", f"{unknown}PLUS.")
    assert account.fails("SELECT * FROM TABLE(SERVE!SPCS_GET_LOGS())")[0] == "000002"
    told = f"{COMPILATION}Invalid argument types for function 'SERVE!TWICE': (NUMBER(1,0), NUMBER(1,0))"
    assert account.fails("SELECT SERVE!TWICE(1, 2)") == ("001044", "42P13", told)
    code, _, message = account.fails("SELECT SERVE!TWICE(-1)")
    assert code == "100357"
    assert "nothing below 0" in message
    assert account.run("SELECT SERVE!PLUS(1, 1)") == [(2.0,)]


def test_many_at_once(another: Callable[[], Account]) -> None:
    answers: list[float] = []

    def ask(number: int) -> None:
        mine = another()
        for add in range(5):
            answers.append(mine.run(f"SELECT SERVE!PLUS({number}, {add})")[0][0] - number - add)
        mine.connection.close()

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [0.0] * 30


# -- suspending, resuming, changing ---------------------------------------------------------------


def test_suspended(account: Account, running: None) -> None:
    """The next call resumes it; suspending twice is as good as once."""
    account.run("ALTER SERVICE SERVE SUSPEND")
    account.run("ALTER SERVICE SERVE SUSPEND")
    (row,) = account.show("DESCRIBE SERVICE SERVE")
    assert (row["status"], row["current_instances"], row["target_instances"]) == ("SUSPENDED", 0, 0)
    assert row["suspended_on"] >= row["resumed_on"]
    (container,) = account.show("SHOW SERVICE CONTAINERS IN SERVICE SERVE")
    assert (container["service_status"], container["instance_id"], container["container_name"]) == (
        "SUSPENDED", None, None,
    )  # fmt: skip
    assert account.run("SHOW SERVICE INSTANCES IN SERVICE SERVE") == []
    assert account.show("DESCRIBE COMPUTE POOL POOL")[0]["state"] == "IDLE"
    assert account.run("SELECT SERVE!PLUS(1, 2)") == [(3.0,)]
    assert account.status("SERVE") == "RUNNING"


def test_describing_a_call_resumes_nothing(account: Account, running: None) -> None:
    account.run("ALTER SERVICE SERVE SUSPEND")
    (column,) = account.connection.cursor().describe("SELECT SERVE!PLUS(1, 2) AS P")
    assert column.name == "P"
    account.run("EXPLAIN SELECT SERVE!PLUS(1, 2) AS P")
    assert account.status("SERVE") == "SUSPENDED"


def test_without_auto_resume(account: Account, schema: str, running: None) -> None:
    account.run("ALTER SERVICE SERVE SET AUTO_RESUME = FALSE")
    account.run("ALTER SERVICE SERVE SUSPEND")
    code, state, message = account.fails("SELECT SERVE!PLUS(1, 2)")
    assert (code, state) == ("091400", "22000")
    assert message.startswith(f"Service {schema}.SERVE is suspended.")
    account.run("ALTER SERVICE SERVE RESUME")
    assert account.run("SELECT SERVE!PLUS(1, 2)") == [(3.0,)]
    account.run("ALTER SERVICE SERVE UNSET AUTO_RESUME")


def test_a_suspended_pool(account: Account, running: None) -> None:
    """Its services are suspended with it, and resume it when they are asked."""
    account.run("ALTER COMPUTE POOL POOL SUSPEND")
    assert account.status("SERVE") == "SUSPENDED"
    account.run("ALTER COMPUTE POOL POOL SET AUTO_RESUME = FALSE")
    for sql in ("ALTER SERVICE SERVE RESUME", "SELECT SERVE!PLUS(1, 2)"):
        code, _, message = account.fails(sql)
        assert (code, message.partition(".")[0]) == ("091400", "Compute pool POOL is suspended")
    account.run("ALTER COMPUTE POOL POOL SET AUTO_RESUME = TRUE")
    assert account.run("SELECT SERVE!PLUS(1, 2)") == [(3.0,)]
    assert account.show("DESCRIBE COMPUTE POOL POOL")[0]["state"] == "ACTIVE"


def test_a_service_suspends_itself(account: Account, running: None) -> None:
    """After as many seconds as it says, on the account's clock, since it was asked for the last time."""
    account.run("ALTER SERVICE SERVE SET AUTO_SUSPEND_SECS = 300")
    account.run("SELECT SYSTEM$SNOWDOME_TICK('200 seconds')")
    account.run("SELECT SERVE!PLUS(1, 2)")
    account.run("SELECT SYSTEM$SNOWDOME_TICK('200 seconds')")
    assert account.status("SERVE") == "RUNNING"
    account.run("SELECT SYSTEM$SNOWDOME_TICK('150 seconds')")
    assert account.status("SERVE") == "SUSPENDED"
    account.run("ALTER SERVICE SERVE UNSET AUTO_SUSPEND_SECS")
    assert account.show("DESCRIBE SERVICE SERVE")[0]["auto_suspend_secs"] == 0


def test_settings(account: Account, running: None) -> None:
    account.run(
        "ALTER SERVICE SERVE SET MIN_INSTANCES = 2 MAX_INSTANCES = 3 COMMENT = 'two' QUERY_WAREHOUSE = compute_wh"
    )
    account.run("SELECT SYSTEM$GET_SERVICE_STATUS('SERVE', 60)")
    (row,) = account.show("DESCRIBE SERVICE SERVE")
    assert (row["min_instances"], row["max_instances"], row["comment"], row["query_warehouse"]) == (
        2, 3, "two", "COMPUTE_WH",
    )  # fmt: skip
    assert row["current_instances"] == row["target_instances"] == 2
    found = account.show("SHOW SERVICE CONTAINERS IN SERVICE SERVE")
    assert [(c["instance_id"], c["status"]) for c in found] == [("0", "READY"), ("1", "READY")]
    assert account.run("SELECT SERVE!PLUS(1, 2)") == [(3.0,)]
    account.run("ALTER SERVICE SERVE UNSET MIN_INSTANCES, MAX_INSTANCES, COMMENT, QUERY_WAREHOUSE")
    (row,) = account.show("DESCRIBE SERVICE SERVE")
    assert (row["min_instances"], row["comment"], row["query_warehouse"]) == (1, None, None)


CHANGES_REFUSED = {
    "SET MIN_INSTANCES = 2": (
        "001423", f"{COMPILATION}invalid property combination 'MIN_INSTANCES'='2' and 'MAX_INSTANCES'='1'"),
    "SET MAX_INSTANCES = 0": ("001422", f"{COMPILATION}invalid value '0' for property 'MAX_INSTANCES'"),
    "SET SIZE = 1": ("001420", f"{COMPILATION}invalid property 'SIZE' for 'SERVICE'"),
    "SET QUERY_WAREHOUSE = NONE_SUCH": (
        "002003", f"{COMPILATION}Warehouse 'NONE_SUCH' does not exist or not authorized."),
    "RENAME TO OTHER": ("001003", f"{COMPILATION}syntax error line 1 at position 20 unexpected 'RENAME'."),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES_REFUSED)
def test_changes_refused(account: Account, change: str) -> None:
    code, _, message = account.fails(f"ALTER SERVICE SERVE {change}")
    assert (code, message) == CHANGES_REFUSED[change]


# -- what a service needs, and what goes ----------------------------------------------------------


def test_what_it_uses_cannot_be_dropped(account: Account, schema: str) -> None:
    uses = f"cannot be dropped: service {schema}.SERVE uses it. Drop the service first."
    assert account.fails("DROP MODEL ADD") == ("091400", "22000", f"Model {schema}.ADD {uses}")
    assert account.fails("DROP COMPUTE POOL POOL") == ("091400", "22000", f"Compute pool POOL {uses}")
    account.run("ALTER MODEL ADD SET DEFAULT_VERSION = V2")
    told = ("091400", "22000", f"Model {schema}.ADD version V1 {uses}")
    assert account.fails("ALTER MODEL ADD DROP VERSION V1") == told
    account.run("ALTER SERVICE SERVE SUSPEND")  # a suspended one needs it too
    assert account.fails("ALTER MODEL ADD DROP VERSION V1") == told
    account.run("ALTER SERVICE SERVE RESUME")


def test_its_model_may_get_another_name(account: Account, schema: str) -> None:
    account.run("ALTER MODEL ADD RENAME TO PLUS")
    assert account.run("SELECT SERVE!PLUS(1, 2)") == [(3.0,)]
    assert account.show("DESCRIBE SERVICE SERVE")[0]["managing_object_name"] == f"{schema}.PLUS!V1"
    account.run("ALTER MODEL PLUS RENAME TO ADD")


def test_grants(account: Account) -> None:
    account.run("GRANT USAGE ON SERVICE SERVE TO ROLE PUBLIC")
    found = {(g["privilege"], g["grantee_name"]) for g in account.show("SHOW GRANTS ON SERVICE SERVE")}
    assert found == {("OWNERSHIP", "ACCOUNTADMIN"), ("USAGE", "PUBLIC")}


def test_services_go_with_their_schema(account: Account, schema: str) -> None:
    database = schema.split(".")[0]
    before = account.run("SELECT CURRENT_SCHEMA()")[0][0]
    account.run(f"CREATE SCHEMA {database}.GOES")
    account.run(f"USE SCHEMA {database}.{before}")
    account.deploy("ADD", f"{database}.GOES.SERVE")
    assert account.run(f"SELECT {database}.GOES.SERVE!PLUS(1, 2)") == [(3.0,)]
    account.run(f"DROP SCHEMA {database}.GOES")
    assert [s["schema_name"] for s in account.show("SHOW SERVICES IN ACCOUNT")] == [before]
    assert account.show("DESC COMPUTE POOL POOL")[0]["num_services"] == 1


def test_services_are_not_cloned(account: Account, schema: str) -> None:
    database = schema.split(".")[0]
    account.run(f"CREATE SCHEMA {database}.CLONED CLONE {schema}")
    assert account.run(f"SHOW SERVICES IN SCHEMA {database}.CLONED") == []
    account.run(f"DROP SCHEMA {database}.CLONED")
    account.run(f"USE SCHEMA {schema}")


def test_a_schema_whose_model_is_served_elsewhere_stays(account: Account, schema: str) -> None:
    """No service is left without its model."""
    database = schema.split(".")[0]
    account.run(f"CREATE SCHEMA {database}.STAYS")
    account.run(f"USE SCHEMA {schema}")
    account.run(f"ALTER MODEL ADD RENAME TO {database}.STAYS.ADD")
    code, _, message = account.fails(f"DROP SCHEMA {database}.STAYS")
    assert (code, message.partition(":")[0]) == ("091400", f"Model {database}.STAYS.ADD cannot be dropped")
    account.run(f"ALTER MODEL {database}.STAYS.ADD RENAME TO {schema}.ADD")
    account.run(f"DROP SCHEMA {database}.STAYS")


def test_stop_all(account: Account) -> None:
    """A pool's services are dropped with STOP ALL, those of models with MODEL_SERVING too."""
    account.run("CREATE COMPUTE POOL BRIEF MIN_NODES = 1 MAX_NODES = 1 INSTANCE_FAMILY = CPU_X64_XS")
    account.deploy("ADD", "BRIEFLY", pool="BRIEF")
    account.run("ALTER COMPUTE POOL BRIEF STOP ALL OF TYPE NOTEBOOK")
    assert account.status("BRIEFLY") == "RUNNING"
    account.run("ALTER COMPUTE POOL BRIEF STOP ALL OF TYPE MODEL_SERVING")
    assert account.run("SHOW SERVICES IN COMPUTE POOL BRIEF") == []
    account.run("DROP COMPUTE POOL BRIEF")


def test_dropped_and_made_again(account: Account) -> None:
    for version, sum_ in (("V1", 3.0), ("V2", 103.0), ("V1", 3.0)):
        account.deploy("ADD", "AGAIN", version=version)
        assert account.run("SELECT AGAIN!PLUS(1, 2)") == [(sum_,)]
        assert account.run("DROP SERVICE AGAIN") == [("AGAIN successfully dropped.",)]
        assert account.fails("SELECT AGAIN!PLUS(1, 2)")[0] == "002003"
