"""SHOW: the columns of each kind in order, and what LIKE, STARTS WITH, LIMIT, TERSE and the scopes do."""

from __future__ import annotations

from typing import Any

import pytest

_COLUMNS = {
    "TABLES": (
        "created_on name database_name schema_name kind comment cluster_by rows bytes owner "
        "retention_time automatic_clustering change_tracking search_optimization "
        "search_optimization_progress search_optimization_bytes is_external enable_schema_evolution "
        "owner_role_type is_event is_hybrid is_iceberg is_dynamic is_immutable is_interactive "
        "row_timestamp error_logging"
    ),
    "OBJECTS": (
        "created_on name database_name schema_name kind comment cluster_by rows bytes owner "
        "retention_time owner_role_type is_hybrid is_dynamic is_iceberg is_interactive"
    ),
    "VIEWS": (
        "created_on name reserved database_name schema_name owner comment text is_secure is_materialized "
        "owner_role_type change_tracking"
    ),
    "SCHEMAS": (
        "created_on name is_default is_current database_name owner comment options retention_time "
        "owner_role_type classification_profile_database classification_profile_schema "
        "classification_profile object_visibility is_nested"
    ),
    "DATABASES": (
        "created_on name is_default is_current origin owner comment options retention_time kind "
        "owner_role_type object_visibility data_quality_monitoring_settings resharing_settings"
    ),
    "SEQUENCES": (
        "name database_name schema_name next_value interval created_on owner comment owner_role_type ordered"
    ),
    "STAGES": (
        "created_on name database_name schema_name url has_credentials has_encryption_key owner comment "
        "region type cloud notification_channel storage_integration endpoint owner_role_type "
        "directory_enabled"
    ),
    "FILE FORMATS": (
        "created_on name database_name schema_name type owner comment format_options owner_role_type"
    ),
    "TAGS": (
        "created_on name database_name schema_name owner comment allowed_values owner_role_type "
        "propagate on_conflict multi_value"
    ),
    "ROLES": (
        "created_on name is_default is_current is_inherited assigned_to_users granted_to_roles "
        "granted_roles owner comment is_from_organization_user_group"
    ),
    "USERS": (
        "name created_on login_name display_name first_name last_name email mins_to_unlock "
        "days_to_expiry comment disabled must_change_password snowflake_lock default_warehouse "
        "default_namespace default_role default_secondary_roles ext_authn_duo ext_authn_uid "
        "mins_to_bypass_mfa owner last_success_login expires_at_time locked_until_time has_password "
        "has_rsa_public_key type has_mfa has_pat has_workload_identity is_from_organization_user"
    ),
    "WAREHOUSES": (
        "name state type size min_cluster_count max_cluster_count started_clusters running queued "
        "is_default is_current auto_suspend auto_resume available provisioning quiescing other "
        "created_on resumed_on updated_on owner comment enable_query_acceleration "
        "query_acceleration_max_scale_factor resource_monitor actives pendings failed suspended uuid "
        "scaling_policy owner_role_type resource_constraint generation query_throughput_multiplier "
        "max_query_performance_level disabled_reasons tables"
    ),
    "COLUMNS": (
        "table_name schema_name column_name data_type null? default kind expression comment "
        "database_name autoincrement schema_evolution_record write_default"
    ),
    "PRIMARY KEYS": (
        "created_on database_name schema_name table_name column_name key_sequence constraint_name rely "
        "comment"
    ),
    "PROCEDURES": (
        "created_on name schema_name is_builtin is_aggregate is_ansi min_num_arguments max_num_arguments "
        "arguments description catalog_name is_table_function valid_for_clustering is_secure secrets "
        "external_access_integrations"
    ),
    "GRANTS": "created_on privilege granted_on name role granted_to grantee_name grant_option granted_by",
    "PARAMETERS": "key value default level description type",
    "TERSE TABLES": "created_on name kind database_name schema_name",
    "TERSE VIEWS": "created_on name kind database_name schema_name",
    "TERSE SCHEMAS": "created_on name kind database_name schema_name",
    "TERSE DATABASES": "created_on name kind database_name schema_name",
    "TERSE ROLES": "name is_default is_current is_inherited is_from_organization_user_group",
    "TERSE USERS": (
        "name created_on display_name first_name last_name email comment has_password has_rsa_public_key "
        "type has_mfa has_pat has_workload_identity is_from_organization_user"
    ),
    "PIPES": (
        "created_on name database_name schema_name definition owner notification_channel comment "
        "integration pattern error_integration owner_role_type invalid_reason kind is_snowflake_managed"
    ),
    "MASKING POLICIES": "created_on name database_name schema_name kind owner comment",
    "STREAMS": (
        "created_on name database_name schema_name owner comment table_name source_type base_tables type "
        "stale mode stale_after invalid_reason owner_role_type"
    ),
}
_FULL_EVEN_IF_TERSE = ("COLUMNS", "SEQUENCES", "STAGES", "FILE FORMATS", "TAGS", "WAREHOUSES", "PRIMARY KEYS")


@pytest.mark.parametrize("kind", _COLUMNS)
def test_columns_in_order(place: Any, kind: str) -> None:
    assert place.columns(f"SHOW {kind}") == _COLUMNS[kind].split()


@pytest.mark.parametrize("kind", _FULL_EVEN_IF_TERSE)
def test_terse_changes_nothing_where_it_has_no_short_form(place: Any, kind: str) -> None:
    assert place.columns(f"SHOW TERSE {kind}") == _COLUMNS[kind].split()


def names(place: Any, sql: str) -> list[str]:
    """The names that a listing gives, in its order."""
    return [row["name"] for row in place.named(sql)]


class TestModifiers:
    def test_like_ignores_case_and_starts_with_does_not(self, place: Any) -> None:
        place.run("CREATE TABLE aaa_one (a INT)", "CREATE TABLE bbb_two (a INT)")
        assert names(place, "SHOW TABLES LIKE 'aaa%'") == ["AAA_ONE"]
        assert names(place, "SHOW TABLES LIKE 'bbb_t_o'") == ["BBB_TWO"]
        assert names(place, "SHOW TABLES STARTS WITH 'AAA'") == ["AAA_ONE"]
        assert names(place, "SHOW TABLES STARTS WITH 'aaa'") == []

    def test_names_are_in_the_order_of_their_bytes(self, place: Any) -> None:
        place.run("CREATE TABLE t_b (a INT)", 'CREATE TABLE "t_lower" (a INT)', "CREATE TABLE t_a (a INT)")
        assert names(place, "SHOW TABLES") == ["T_A", "T_B", "t_lower"]

    def test_limit_and_from_turn_pages_by_name(self, place: Any) -> None:
        place.run(*(f"CREATE TABLE p{n} (a INT)" for n in (3, 1, 2)))
        assert names(place, "SHOW TABLES LIMIT 2") == ["P1", "P2"]
        assert names(place, "SHOW TABLES LIMIT 10 FROM 'P1'") == ["P2", "P3"]
        assert names(place, "SHOW TABLES LIMIT 1 FROM 'P1'") == ["P2"]
        assert names(place, "SHOW TABLES LIKE 'P%' STARTS WITH 'P' LIMIT 1") == ["P1"]

    def test_limit_zero_is_refused(self, place: Any) -> None:
        assert "must be greater than 0" in place.fails("SHOW TABLES LIMIT 0")[2]

    @pytest.mark.parametrize("kind", ["STAGE", "SEQUENCE", "FILE FORMAT"])
    def test_some_listings_take_the_modifiers_and_do_not_act(self, place: Any, kind: str) -> None:
        place.run(f"CREATE {kind} q_a", f"CREATE {kind} q_b")
        assert names(place, f"SHOW {kind}S STARTS WITH 'ZZZ'") == ["Q_A", "Q_B"]
        assert names(place, f"SHOW {kind}S LIMIT 1") == ["Q_A", "Q_B"]
        assert names(place, f"SHOW {kind}S LIKE 'ZZZ%'") == []

    def test_tags_take_limit_only(self, place: Any) -> None:
        place.run("CREATE TAG tg_a", "CREATE TAG tg_b")
        assert names(place, "SHOW TAGS LIMIT 1") == ["TG_A"]
        assert names(place, "SHOW TAGS STARTS WITH 'ZZZ'") == ["TG_A", "TG_B"]

    def test_columns_ignore_both(self, place: Any) -> None:
        place.run("CREATE TABLE c_one (id INT, txt VARCHAR)")
        assert len(place.rows("SHOW COLUMNS STARTS WITH 'I'")) == 2
        assert len(place.rows("SHOW COLUMNS LIMIT 1")) == 2

    @pytest.mark.parametrize(
        "sql",
        [
            "SHOW DATABASES HISTORY LIMIT 100",
            "SHOW TERSE DATABASES HISTORY LIKE 'foo' STARTS WITH 'bla' LIMIT 5 FROM 'bob'",
            "SHOW USERS LIKE '_foo%' STARTS WITH 'bar' LIMIT 5 FROM 'baz'",
            "SHOW WAREHOUSES WITH PRIVILEGES USAGE, MODIFY",
            "SHOW DATABASES WITH PRIVILEGES USAGE",
            "SHOW WAREHOUSES STARTS WITH 'F' WITH PRIVILEGES USAGE",
        ],
    )
    def test_modifiers_that_are_taken(self, place: Any, sql: str) -> None:
        assert isinstance(place.rows(sql), list)


class TestScopes:
    def test_without_a_scope_only_the_current_schema_is_listed(self, place: Any, gone: list[str]) -> None:
        gone.append("SCHEMA DDL_TESTS.OTHER")
        place.run("CREATE TABLE mine (a INT)", "CREATE SCHEMA other", "CREATE TABLE theirs (a INT)")
        assert names(place, "SHOW TABLES") == ["THEIRS"]
        assert names(place, f"SHOW TABLES IN SCHEMA {place.schema}") == ["MINE"]
        assert names(place, f"SHOW TABLES IN ddl_tests.{place.schema}") == ["MINE"]
        assert {"MINE", "THEIRS"} <= set(names(place, "SHOW TABLES IN DATABASE ddl_tests"))

    def test_account_order_is_by_database_schema_and_name(self, place: Any, gone: list[str]) -> None:
        gone += ["DATABASE FL_SCOPE_A", "DATABASE FL_SCOPE_B"]
        place.run(
            "CREATE DATABASE fl_scope_a",
            "CREATE TABLE a_tbl (id INT)",
            "CREATE SCHEMA extra",
            "CREATE TABLE z_tbl (id INT)",
            "CREATE DATABASE fl_scope_b",
            "CREATE TABLE b_tbl (id INT)",
        )
        shown = place.named("SHOW TABLES LIKE '%_TBL' IN ACCOUNT")
        places = [f"{row['database_name']}.{row['schema_name']}.{row['name']}" for row in shown]
        assert [p for p in places if p.startswith("FL_SCOPE")] == [
            "FL_SCOPE_A.EXTRA.Z_TBL",
            "FL_SCOPE_A.PUBLIC.A_TBL",
            "FL_SCOPE_B.PUBLIC.B_TBL",
        ]

    @pytest.mark.parametrize("kind", ["TABLES", "OBJECTS", "STAGES", "SEQUENCES", "FILE FORMATS", "TAGS"])
    def test_a_schema_that_is_not_there(self, place: Any, kind: str) -> None:
        assert place.fails(f"SHOW {kind} IN SCHEMA ddl_tests.nosuch") == (
            "002003",
            "02000",
            "SQL compilation error:\nSchema 'DDL_TESTS.NOSUCH' does not exist or not authorized.",
        )

    def test_every_database_has_an_information_schema_of_nobody(self, place: Any) -> None:
        [row] = place.named("SHOW SCHEMAS LIKE 'INFORMATION_SCHEMA' IN DATABASE ddl_tests")
        assert row["owner"] == row["owner_role_type"] == ""
        assert row["comment"] == "Views describing the contents of schemas in this database"

    def test_the_current_schema_is_marked(self, place: Any) -> None:
        shown = {row["name"]: row for row in place.named("SHOW SCHEMAS")}
        assert shown[place.schema]["is_current"] == "Y"
        assert shown["PUBLIC"]["is_current"] == "N"
        assert (shown["PUBLIC"]["retention_time"], shown["PUBLIC"]["is_nested"]) == ("1", "false")


class TestCells:
    def test_a_plain_table(self, place: Any) -> None:
        place.run("CREATE TABLE plain (k INT)")
        [row] = place.named("SHOW TABLES")
        told = ("kind", "comment", "cluster_by", "rows", "owner", "retention_time", "automatic_clustering")
        assert [row[name] for name in told] == ["TABLE", "", "", 0, "ACCOUNTADMIN", "1", "OFF"]
        flags = ("change_tracking", "search_optimization", "is_hybrid", "owner_role_type", "is_external")
        assert [row[name] for name in flags] == ["OFF", "OFF", "N", "ROLE", "N"]

    def test_a_clustered_table(self, place: Any) -> None:
        place.run("CREATE TABLE clustered (a INT, b INT) CLUSTER BY (a, b)")
        [row] = place.named("SHOW TABLES")
        assert (row["cluster_by"], row["automatic_clustering"]) == ("LINEAR(a, b)", "ON")

    def test_rows_are_counted(self, place: Any) -> None:
        place.run("CREATE TABLE t (k INT)", "INSERT INTO t VALUES (1), (2), (3)", "DELETE FROM t WHERE k = 2")
        assert place.named("SHOW TABLES")[0]["rows"] == 2

    def test_objects_are_tables_and_views(self, place: Any) -> None:
        place.run(
            "CREATE TRANSIENT TABLE only_t (k INT)",
            "CREATE VIEW only_v AS SELECT * FROM only_t",
            "CREATE SEQUENCE only_s",
            "CREATE TAG only_tag",
        )
        assert [(r["name"], r["kind"]) for r in place.named("SHOW OBJECTS")] == [
            ("ONLY_T", "TABLE"),
            ("ONLY_V", "VIEW"),
        ]
        assert place.named("SHOW TABLES")[0]["kind"] == "TRANSIENT"

    def test_a_view_shows_its_statement_as_typed(self, place: Any) -> None:
        text = "create   VIEW emp_view AS SELECT 1 AS id"
        place.run(text)
        [row] = place.named("SHOW VIEWS")
        assert row["text"] == text
        assert (row["is_secure"], row["is_materialized"], row["change_tracking"]) == ("false", "false", "OFF")
        [terse] = place.named("SHOW TERSE VIEWS")
        assert terse["kind"] == "VIEW"

    def test_a_sequence(self, place: Any) -> None:
        place.run("CREATE SEQUENCE s START 5 INCREMENT 2", "SELECT s.NEXTVAL")
        [row] = place.named("SHOW SEQUENCES")
        assert (row["name"], row["next_value"], row["interval"]) == ("S", 7, 2)
        assert (row["ordered"], row["comment"]) == ("N", "")

    def test_a_warehouse(self, place: Any, gone: list[str]) -> None:
        gone.append("WAREHOUSE WH_PROBE")
        place.run(
            "CREATE WAREHOUSE wh_probe WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = 60 INITIALLY_SUSPENDED = TRUE"
        )
        [row] = place.named("SHOW WAREHOUSES LIKE 'wh_probe'")
        told = ("size", "state", "owner_role_type", "resource_constraint", "generation", "resource_monitor")
        assert [row[name] for name in told] == ["X-Small", "SUSPENDED", "ROLE", "STANDARD_GEN_2", "2", "null"]
        assert (row["available"], row["quiescing"], row["auto_suspend"]) == ("", "", 60)

    def test_the_system_role(self, place: Any) -> None:
        [row] = place.named("SHOW ROLES LIKE 'ACCOUNTADMIN'")
        assert row["comment"] == "Account administrator can manage all aspects of the account."
        assert (row["is_current"], row["is_from_organization_user_group"]) == ("Y", "N")

    def test_keys(self, place: Any) -> None:
        place.run(
            "CREATE TABLE parent (id INT PRIMARY KEY, u VARCHAR UNIQUE)",
            "CREATE TABLE child (id INT, pid INT, CONSTRAINT fk FOREIGN KEY (pid) REFERENCES parent (id))",
        )
        [key] = place.named("SHOW PRIMARY KEYS")
        assert (key["table_name"], key["column_name"], key["key_sequence"]) == ("PARENT", "ID", 1)
        assert place.named("SHOW UNIQUE KEYS IN TABLE parent")[0]["column_name"] == "U"
        [imported] = place.named("SHOW IMPORTED KEYS IN TABLE child")
        assert (imported["fk_table_name"], imported["fk_column_name"]) == ("CHILD", "PID")
        assert (imported["pk_table_name"], imported["fk_name"]) == ("PARENT", "FK")
        assert len(place.rows("SHOW IMPORTED KEYS IN ACCOUNT")) >= 1
        assert len(place.rows(f"SHOW TERSE PRIMARY KEYS IN ddl_tests.{place.schema}.parent")) == 1


class TestColumns:
    def test_types_are_told_as_json(self, place: Any) -> None:
        place.run(
            "CREATE TABLE t (c0 NUMBER(10,2), c2 FLOAT, c4 VARCHAR(9), c7 BOOLEAN, c8 DATE, c9 TIME(3), "
            "c11 TIMESTAMP, c14 BINARY(20), c16 VARIANT, c20 VECTOR(FLOAT, 3), c21 NUMBER(5,1) NOT NULL)"
        )
        shown = {row["column_name"]: (row["data_type"], row["null?"]) for row in place.named("SHOW COLUMNS")}
        assert shown == {
            "C0": ('{"type":"FIXED","precision":10,"scale":2,"nullable":true}', "true"),
            "C2": ('{"type":"REAL","nullable":true}', "true"),
            "C4": ('{"type":"TEXT","length":9,"byteLength":36,"nullable":true,"fixed":false}', "true"),
            "C7": ('{"type":"BOOLEAN","nullable":true}', "true"),
            "C8": ('{"type":"DATE","nullable":true}', "true"),
            "C9": ('{"type":"TIME","precision":0,"scale":3,"nullable":true}', "true"),
            "C11": ('{"type":"TIMESTAMP_NTZ","precision":0,"scale":9,"nullable":true}', "true"),
            "C14": ('{"type":"BINARY","length":20,"byteLength":20,"nullable":true,"fixed":true}', "true"),
            "C16": ('{"type":"VARIANT","nullable":true}', "true"),
            "C20": (
                '{"type":"VECTOR","nullable":true,"vectorElementType":{"type":"REAL","nullable":false},'
                '"dimension":3}',
                "true",
            ),
            "C21": ('{"type":"FIXED","precision":5,"scale":1,"nullable":false}', "NOT_NULL"),
        }

    def test_structured_types_nest(self, place: Any) -> None:
        place.run("CREATE TABLE t (o OBJECT(a VARCHAR, b NUMBER), a ARRAY(NUMBER), m MAP(VARCHAR, NUMBER))")
        shown = {row["column_name"]: row["data_type"] for row in place.named("SHOW COLUMNS IN TABLE t")}
        text = '{"type":"TEXT","length":16777216,"byteLength":67108864,"nullable":%s,"fixed":false}'
        number = '{"type":"FIXED","precision":38,"scale":0,"nullable":true}'
        assert shown["O"] == (
            '{"type":"OBJECT","nullable":true,"fields":[{"fieldName":"a","fieldType":' + text % "true" + "},"
            '{"fieldName":"b","fieldType":' + number + "}]}"
        )
        assert shown["A"] == '{"type":"ARRAY","nullable":true,"elementType":' + number + "}"
        assert shown["M"] == (
            '{"type":"MAP","nullable":true,"keyType":' + text % "false" + ',"valueType":' + number + "}"
        )

    def test_a_view_has_columns_of_its_own(self, place: Any) -> None:
        place.run(
            "CREATE TABLE base (k NUMBER COMMENT 'base cmt', w VARCHAR(4))",
            "CREATE VIEW v (a COMMENT 'col cmt', b) AS SELECT k, w FROM base",
        )
        shown = place.named(f"SHOW COLUMNS IN VIEW ddl_tests.{place.schema}.v")
        assert [(r["table_name"], r["column_name"], r["comment"], r["kind"]) for r in shown] == [
            ("V", "A", "col cmt", "COLUMN"),
            ("V", "B", "", "COLUMN"),
        ]

    def test_the_kind_word_decides_only_what_an_error_says(self, place: Any) -> None:
        place.run("CREATE TABLE base (id NUMBER)", "CREATE VIEW v AS SELECT id FROM base")
        assert len(place.rows("SHOW COLUMNS IN TABLE v")) == len(place.rows("SHOW COLUMNS IN v")) == 1
        assert len(place.rows(f"SHOW COLUMNS IN VIEW ddl_tests.{place.schema}.base")) == 1
        assert place.fails("SHOW COLUMNS IN nosuch")[2] == (
            "SQL compilation error:\nTable 'NOSUCH' does not exist or not authorized."
        )
        assert place.fails("SHOW COLUMNS IN VIEW ddl_tests.public.nosuch")[2] == (
            "SQL compilation error:\nView 'DDL_TESTS.PUBLIC.NOSUCH' does not exist or not authorized."
        )

    @pytest.mark.parametrize("scope", ["VIEW v", "SCHEMA p", "SCHEMA no_such"])
    def test_views_and_schemas_are_named_in_full(self, place: Any, scope: str) -> None:
        name = scope.split()[1].upper()
        assert place.fails(f"SHOW COLUMNS IN {scope}")[2] == (
            f"SQL compilation error:\nMust specify the full search path starting from database for {name}"
        )
