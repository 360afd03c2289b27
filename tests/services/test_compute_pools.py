"""Compute pools and image repositories: statements, states, and what they refuse."""

from __future__ import annotations

import pytest

from tests.services.conftest import Account

REST = "MIN_NODES = 1 MAX_NODES = 2 INSTANCE_FAMILY = CPU_X64_XS"
COMPILATION = "SQL compilation error:\n"


def test_the_accounts_own_pool(account: Account) -> None:
    (row,) = account.show("SHOW COMPUTE POOLS LIKE 'system_compute_pool_cpu'")
    assert (row["name"], row["instance_family"], row["min_nodes"]) == (
        "SYSTEM_COMPUTE_POOL_CPU",
        "CPU_X64_S",
        1,
    )
    assert account.fails("DROP COMPUTE POOL SYSTEM_COMPUTE_POOL_CPU")[0] == "003001"


def test_columns(account: Account) -> None:
    """As a real account has them."""
    shown = list(account.show("SHOW COMPUTE POOLS LIKE 'POOL'")[0])
    assert shown == [
        "name", "state", "min_nodes", "max_nodes", "instance_family", "num_services", "num_jobs",
        "auto_suspend_secs", "auto_resume", "active_nodes", "idle_nodes", "target_nodes", "created_on",
        "resumed_on", "updated_on", "owner", "comment", "is_exclusive", "application", "placement_group",
        "backup_instance_families",
    ]  # fmt: skip
    described = list(account.show("DESC COMPUTE POOL POOL")[0])
    assert described == [*shown[:19], "error_code", "status_message", *shown[19:]]


def test_defaults_and_changes(account: Account) -> None:
    assert account.run(f"CREATE COMPUTE POOL P1 {REST}") == [("Compute pool P1 successfully created.",)]
    (row,) = account.show("SHOW COMPUTE POOLS STARTS WITH 'P1' LIMIT 1")
    assert (row["auto_resume"], row["auto_suspend_secs"], row["comment"]) == ("true", 3600, None)
    assert (row["state"], row["active_nodes"], row["idle_nodes"], row["target_nodes"]) == ("IDLE", 0, 1, 1)
    assert account.run(f"CREATE COMPUTE POOL IF NOT EXISTS P1 {REST}")[0][0].startswith("P1 already exists")
    account.run(
        "ALTER COMPUTE POOL P1 SET MAX_NODES = 3 AUTO_SUSPEND_SECS = 120 COMMENT = 'mine' AUTO_RESUME = FALSE"
    )
    (row,) = account.show("DESCRIBE COMPUTE POOL P1")
    assert (row["max_nodes"], row["auto_suspend_secs"], row["comment"], row["auto_resume"]) == (
        3, 120, "mine", "false",
    )  # fmt: skip
    account.run("ALTER COMPUTE POOL P1 UNSET COMMENT, AUTO_SUSPEND_SECS, AUTO_RESUME")
    (row,) = account.show("DESCRIBE COMPUTE POOL P1")
    assert (row["auto_suspend_secs"], row["comment"], row["auto_resume"]) == (3600, None, "true")
    assert account.run("DROP COMPUTE POOL P1") == [("P1 successfully dropped.",)]
    assert account.run("DROP COMPUTE POOL IF EXISTS P1")[0][0].endswith("(P1 already dropped).")


def test_states(account: Account) -> None:
    account.run(f"CREATE COMPUTE POOL P2 {REST} INITIALLY_SUSPENDED = TRUE")
    (row,) = account.show("DESCRIBE COMPUTE POOL P2")
    assert (row["state"], row["target_nodes"], row["resumed_on"].year) == ("SUSPENDED", 0, 1969)
    account.run("ALTER COMPUTE POOL P2 SUSPEND")  # a suspended one may be suspended
    account.run(
        "ALTER COMPUTE POOL P2 SET INSTANCE_FAMILY = cpu_x64_s BACKUP_INSTANCE_FAMILIES = ('GEN_X64_G2_4')"
    )
    account.run("ALTER COMPUTE POOL P2 RESUME")
    (row,) = account.show("DESCRIBE COMPUTE POOL P2")
    assert (row["state"], row["instance_family"], row["backup_instance_families"]) == (
        "IDLE", "CPU_X64_S", "GEN_X64_G2_4",
    )  # fmt: skip
    assert row["resumed_on"] >= row["created_on"]
    account.run("ALTER COMPUTE POOL P2 STOP ALL OF TYPE notebook, ML_JOB")
    account.run("DROP COMPUTE POOL P2")


PLEASE = ". Please refer to Snowflake documentation for supported instance families."
REFUSED = {
    f"CREATE COMPUTE POOL POOL {REST}": ("002002", "42710", f"{COMPILATION}Object 'POOL' already exists."),
    f'CREATE COMPUTE POOL "lower" {REST}': (
        "091400", "22023", "Invalid compute pool name: 'lower'. Name must be uppercase."),
    "CREATE COMPUTE POOL P MIN_NODES = 1 MAX_NODES = 1": (
        "002029", "42601", f"{COMPILATION}Missing option(s): [INSTANCE_FAMILY]."),
    "CREATE COMPUTE POOL P INSTANCE_FAMILY = CPU_X64_XS": (
        "002029", "42601", f"{COMPILATION}Missing option(s): [MIN_NODES, MAX_NODES]."),
    "CREATE COMPUTE POOL P MIN_NODES = 0 MAX_NODES = 1 INSTANCE_FAMILY = CPU_X64_XS": (
        "001422", "22023", f"{COMPILATION}invalid value '0' for property 'MIN_NODES'"),
    "CREATE COMPUTE POOL P MIN_NODES = 3 MAX_NODES = 1 INSTANCE_FAMILY = CPU_X64_XS": (
        "001423", "22023", f"{COMPILATION}invalid property combination 'MIN_NODES'='3' and 'MAX_NODES'='1'"),
    "CREATE COMPUTE POOL P MIN_NODES = 1 MAX_NODES = 1 INSTANCE_FAMILY = STANDARD_1": (
        "091400", "22023", f"Invalid instance family STANDARD_1{PLEASE}"),
    f"CREATE COMPUTE POOL P {REST} SIZE = 3": (
        "001420", "22023", f"{COMPILATION}invalid property 'SIZE' for 'COMPUTE POOL'"),
    f"CREATE COMPUTE POOL P {REST} BACKUP_INSTANCE_FAMILIES = ('CPU_X64_XS')": (
        "091400", "22023", "Invalid BACKUP_INSTANCE_FAMILIES for compute pool: BACKUP_INSTANCE_FAMILIES contains"
        " 'CPU_X64_XS' which matches the primary INSTANCE_FAMILY. Each backup must be different from the primary."),
    "ALTER COMPUTE POOL POOL SET MIN_NODES = 5": (
        "001423", "22023", f"{COMPILATION}invalid property combination 'MIN_NODES'='5' and 'MAX_NODES'='4'"),
    "ALTER COMPUTE POOL POOL SET INSTANCE_FAMILY = CPU_X64_S": (
        "091400", "22023", "Invalid property 'INSTANCE_FAMILY' for 'COMPUTE_POOL':\nCannot set INSTANCE_FAMILY for"
        " compute pool that is not suspended. Please suspend the compute pool first."),
    "ALTER COMPUTE POOL POOL STOP ALL OF TYPE ROBOT": (
        "091400", "22023", "Invalid input for OF TYPE option: Invalid workload type 'ROBOT'. Expected comma separated"
        " list like: 'type1, type2'. Valid types are ALL, USER, NOTEBOOK, MODEL_SERVING, STREAMLIT, ML_JOB."),
    "ALTER COMPUTE POOL POOL STOP ALL OF TYPE ALL, ML_JOB": (
        "091400", "22023", "Invalid input for OF TYPE option: When 'ALL' is specified in 'ALL,ML_JOB', no other"
        " workload types should be included. Use 'ALL' alone or specify individual types."),
    "ALTER COMPUTE POOL POOL RENAME TO P": (
        "001003", "42000", f"{COMPILATION}syntax error line 1 at position 24 unexpected 'RENAME'."),
    **{
        f"{verb} COMPUTE POOL NONE_SUCH{rest}": (
            "002003", "02000", f"{COMPILATION}Compute pool 'NONE_SUCH' does not exist or not authorized.")
        for verb, rest in (("DESCRIBE", ""), ("DROP", ""), ("ALTER", " SUSPEND"))
    },
}  # fmt: skip


@pytest.mark.parametrize("sql", REFUSED)
def test_refused(account: Account, sql: str) -> None:
    assert account.fails(sql) == REFUSED[sql]


NOT_HERE = {
    "CREATE COMPUTE POOL P MIN_NODES = 1 MAX_NODES = 1 INSTANCE_FAMILY = GPU_NV_S":
        "compute pools with GPUs (INSTANCE_FAMILY = GPU_NV_S).",
    f"CREATE COMPUTE POOL P FOR APPLICATION A {REST}": "CREATE COMPUTE POOL … FOR APPLICATION.",
    f"CREATE COMPUTE POOL P {REST} PLACEMENT_GROUP = 'DISTRIBUTED'": "PLACEMENT_GROUP of compute pools.",
    "CREATE SERVICE S IN COMPUTE POOL POOL FROM SPECIFICATION $$spec: {}$$":
        "CREATE SERVICE (no containers run here).",
    "EXECUTE JOB SERVICE IN COMPUTE POOL POOL FROM SPECIFICATION $$spec: {}$$":
        "EXECUTE JOB (no containers run here).",
}  # fmt: skip


@pytest.mark.parametrize("sql", NOT_HERE)
def test_refused_by_name(account: Account, sql: str) -> None:
    head = "Unsupported feature: not supported by the local account: "
    assert account.fails(sql) == ("000002", "0A000", head + NOT_HERE[sql])


def test_if_exists(account: Account) -> None:
    account.run("ALTER COMPUTE POOL IF EXISTS NONE_SUCH SUSPEND")
    account.run("DROP COMPUTE POOL IF EXISTS NONE_SUCH")


def test_grants(account: Account) -> None:
    account.run("GRANT USAGE, MONITOR ON COMPUTE POOL POOL TO ROLE PUBLIC")
    found = {(g["privilege"], g["grantee_name"]) for g in account.show("SHOW GRANTS ON COMPUTE POOL POOL")}
    assert found == {("OWNERSHIP", "ACCOUNTADMIN"), ("USAGE", "PUBLIC"), ("MONITOR", "PUBLIC")}


def test_a_pool_suspends_itself(account: Account) -> None:
    """Without services, once its seconds are over."""
    account.run(f"CREATE COMPUTE POOL P3 {REST} AUTO_SUSPEND_SECS = 60")
    account.run("SELECT SYSTEM$SNOWDOME_TICK('59 seconds')")
    assert account.show("DESC COMPUTE POOL P3")[0]["state"] == "IDLE"
    account.run("SELECT SYSTEM$SNOWDOME_TICK('2 seconds')")
    assert account.show("DESC COMPUTE POOL P3")[0]["state"] == "SUSPENDED"
    account.run("DROP COMPUTE POOL P3")


# -- image repositories ---------------------------------------------------------------------------


def test_image_repositories(account: Account, schema: str) -> None:
    account.run(
        "CREATE OR REPLACE IMAGE REPOSITORY IMAGES ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE') COMMENT = 'none'"
    )
    (row,) = account.show(f"SHOW IMAGE REPOSITORIES LIKE 'images' IN SCHEMA {schema}")
    path = f"{schema}.IMAGES".lower().replace(".", "/")
    assert row["repository_url"] == f"snowdome.registry.snowflakecomputing.com/{path}"
    assert (row["name"], row["encryption"], row["comment"]) == ("IMAGES", "SNOWFLAKE_SSE", "none")
    assert account.show("DESC IMAGE REPOSITORY IMAGES")[0]["name"] == "IMAGES"
    assert account.run("SHOW IMAGES IN IMAGE REPOSITORY IMAGES") == []
    account.run("ALTER IMAGE REPOSITORY IMAGES SET COMMENT = 'some'")
    assert account.fails("CREATE IMAGE REPOSITORY IMAGES")[0] == "002002"
    account.run("CREATE IMAGE REPOSITORY IF NOT EXISTS IMAGES")
    assert account.run("DROP IMAGE REPOSITORY IMAGES") == [("IMAGES successfully dropped.",)]
    gone = f"{COMPILATION}Image repository '{schema}.IMAGES' does not exist or not authorized."
    for sql in ("DROP IMAGE REPOSITORY IMAGES", "SHOW IMAGES IN IMAGE REPOSITORY IMAGES"):
        assert account.fails(sql) == ("002003", "02000", gone)
