"""Models in SQL alone: CREATE, ALTER, SHOW, DROP, and their files, of models that were packed by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from snowflake.snowpark import Session

from tests.ml.conftest import MANIFEST, Failure

Rows = Callable[[str], list[tuple[Any, ...]]]
Staged = Callable[..., str]
Fails = Callable[[str], Failure]


def named(session: Session, sql: str) -> list[dict[str, Any]]:
    return [row.as_dict() for row in session.sql(sql).collect()]


def one(session: Session, sql: str) -> dict[str, Any]:
    (found,) = named(session, sql)
    return found


@pytest.fixture(scope="module")
def packed(staged: Staged) -> tuple[str, str]:
    """Where the files of two versions are; the second adds 100."""
    return staged("FIRST"), staged("SECOND", base=100)


@pytest.fixture
def model(opened: Session, packed: tuple[str, str]) -> Iterator[str]:
    """A model with the versions V1 and V2."""
    opened.sql(f"CREATE OR REPLACE MODEL HAND WITH VERSION V1 FROM {packed[0]}").collect()
    opened.sql(f"ALTER MODEL HAND ADD VERSION V2 FROM {packed[1]}").collect()
    yield "HAND"
    opened.sql("DROP MODEL IF EXISTS HAND").collect()


# -- CREATE, SHOW ---------------------------------------------------------------------------------


def test_statuses(rows: Rows, packed: tuple[str, str]) -> None:
    assert rows(f"CREATE MODEL M1 WITH VERSION A FROM {packed[0]}") == [("Model M1 successfully created.",)]
    assert rows(f"CREATE MODEL IF NOT EXISTS M1 WITH VERSION A FROM {packed[0]}") == [
        ("M1 already exists, statement succeeded.",)
    ]
    assert rows(f"ALTER MODEL M1 ADD VERSION B FROM {packed[1]}") == [("Statement executed successfully.",)]
    assert rows("DROP MODEL M1") == [("M1 successfully dropped.",)]


def test_show_models(opened: Session, schema: str, model: str) -> None:
    database, place = schema.split(".")
    row = one(opened, "SHOW MODELS LIKE 'hand'")
    assert list(row) == [
        "created_on", "name", "model_type", "database_name", "schema_name", "comment", "owner",
        "default_version_name", "versions", "aliases",
    ]  # fmt: skip
    assert (row["database_name"], row["schema_name"], row["owner"]) == (database, place, "ACCOUNTADMIN")
    assert (row["model_type"], row["default_version_name"]) == ("USER_MODEL", "V1")
    assert json.loads(row["versions"]) == ["V1", "V2"]
    assert json.loads(row["aliases"]) == {"DEFAULT": "V1", "FIRST": "V1", "LAST": "V2"}
    assert named(opened, f"SHOW MODELS IN SCHEMA {schema}") == [row]
    assert named(opened, "SHOW MODELS LIKE 'none%'") == []


def test_show_versions(opened: Session, schema: str, model: str) -> None:
    first, second = named(opened, f"SHOW VERSIONS IN MODEL {schema}.HAND")
    assert (first["name"], second["name"]) == ("V1", "V2")
    assert (first["is_default_version"], second["is_default_version"]) == ("true", "false")
    assert [json.loads(v["aliases"]) for v in (first, second)] == [["DEFAULT", "FIRST"], ["LAST"]]
    assert json.loads(first["functions"]) == ["TWICE", "PLUS", "lower"]
    assert (first["metadata"], json.loads(first["user_data"])) == ("{}", {"made": "by hand"})
    assert json.loads(first["runnable_in"]) == ["WAREHOUSE", "SNOWPARK_CONTAINER_SERVICES"]
    assert (first["model_name"], first["inference_services"], first["model_spec"]) == ("HAND", "[]", None)
    assert [v["name"] for v in named(opened, "SHOW VERSIONS LIKE '%2' IN MODEL HAND")] == ["V2"]


def test_show_functions(opened: Session, model: str) -> None:
    found = {f["name"]: f for f in named(opened, "SHOW FUNCTIONS IN MODEL HAND VERSION V2")}
    assert {n: f["return_type"] for n, f in found.items()} == {
        "TWICE": "OBJECT", "PLUS": "FLOAT", "lower": "TABLE (SUMMED FLOAT, COUNTED NUMBER)",
    }  # fmt: skip
    assert {f["version_name"] for f in found.values()} == {"V2"}
    assert [found[n]["is_table_function"] for n in ("PLUS", "lower")] == ["N", "Y"]
    assert (found["PLUS"]["min_num_arguments"], found["PLUS"]["max_num_arguments"]) == (1, 2)
    assert {f["version_name"] for f in named(opened, "SHOW FUNCTIONS LIKE 'tw%' IN MODEL HAND")} == {"V1"}


def test_names_that_are_taken_or_missing(
    fails: Fails, schema: str, model: str, packed: tuple[str, str]
) -> None:
    place = f"@{schema}.FIRST/m"
    assert fails(f"CREATE MODEL HAND WITH VERSION V1 FROM {place}") == (
        "002002", "42710", "SQL compilation error:\nObject 'HAND' already exists.",
    )  # fmt: skip
    for sql, what in (
        ("SHOW VERSIONS IN MODEL NONE", f"Model '{schema}.NONE'"),
        ("SHOW FUNCTIONS IN MODEL HAND VERSION V9", "Version 'V9'"),
        ("ALTER MODEL NONE SET COMMENT = 'x'", f"Model '{schema}.NONE'"),
        ("ALTER MODEL HAND DROP VERSION V9", "Version 'V9'"),
        ("DROP MODEL NONE", f"Model '{schema}.NONE'"),
        ("LIST 'snow://model/NONE/versions/V1/'", f"Model '{schema}.NONE'"),
        ("CREATE MODEL X WITH VERSION V1 FROM MODEL HAND VERSION V9", "Version 'V9'"),
    ):
        text = f"SQL compilation error:\n{what} does not exist or not authorized."
        assert fails(sql) == ("002003", "02000", text), sql
    assert fails("SHOW VERSIONS")[0] == "001003"
    assert fails("SHOW TABLES IN MODEL HAND")[0] == "001003"


@pytest.mark.parametrize(
    ("manifest", "code", "said"),
    [
        ("a: [", "092808", "MANIFEST.yml is no YAML"),
        ("[]", "092808", "MANIFEST.yml is no mapping"),
        ("runtimes: {}\nmethods: []", "092808", "it has no methods"),
        (MANIFEST.replace("5 + 5", "5 +"), "001003", "syntax error"),
        (MANIFEST.replace("FLOAT", "NOSUCHTYPE"), "002040", "NOSUCHTYPE"),
        (MANIFEST.replace("env/requirements.txt", "../x"), "001011", "invalid URL"),
    ],
)
def test_manifests_that_describe_no_model(
    opened: Session, staged: Staged, manifest: str, code: str, said: str
) -> None:
    from snowflake.snowpark.exceptions import SnowparkSQLException

    place = staged("BROKEN", manifest)
    with pytest.raises(SnowparkSQLException) as failure:
        opened.sql(f"CREATE MODEL BROKEN WITH VERSION V1 FROM {place}").collect()
    assert f"{failure.value.sql_error_code:06d}" == code
    assert said in failure.value.raw_message
    assert named(opened, "SHOW MODELS LIKE 'BROKEN'") == []


def test_a_stage_without_a_manifest(opened: Session, fails: Fails, schema: str) -> None:
    opened.sql("CREATE STAGE EMPTY").collect()
    code, _, text = fails(f"CREATE MODEL BROKEN WITH VERSION V1 FROM @{schema}.EMPTY")
    assert code == "398507"
    assert "Unable to read file MANIFEST.yml" in text


# -- ALTER ----------------------------------------------------------------------------------------


def test_default_version_and_aliases(opened: Session, rows: Rows, model: str) -> None:
    for sql in (
        "ALTER MODEL HAND SET DEFAULT_VERSION = V2",
        "ALTER MODEL HAND VERSION V1 SET ALIAS = OLD",
        "ALTER MODEL HAND VERSION LAST SET ALIAS = fresh",
    ):
        rows(sql)
    assert json.loads(one(opened, "SHOW MODELS LIKE 'HAND'")["aliases"]) == {
        "FIRST": "V1", "OLD": "V1", "DEFAULT": "V2", "LAST": "V2", "FRESH": "V2",
    }  # fmt: skip
    assert rows("SELECT HAND!PLUS(1, 1), MODEL(HAND, OLD)!PLUS(1, 1), MODEL(HAND, first)!PLUS(1, 1)") == [
        (102.0, 2.0, 2.0)
    ]
    rows("ALTER MODEL HAND SET DEFAULT_VERSION = 'V1'")
    rows("ALTER MODEL HAND VERSION FRESH UNSET ALIAS")
    assert json.loads(one(opened, "SHOW VERSIONS LIKE 'V2' IN MODEL HAND")["aliases"]) == ["LAST"]


def test_aliases_are_unique_and_not_the_systems(fails: Fails, rows: Rows, model: str) -> None:
    rows("ALTER MODEL HAND VERSION V1 SET ALIAS = OLD")
    assert fails("ALTER MODEL HAND VERSION V2 SET ALIAS = OLD")[0] == "002002"
    assert fails("ALTER MODEL HAND VERSION V2 SET ALIAS = V1")[0] == "002002"
    assert fails("ALTER MODEL HAND VERSION V2 SET ALIAS = DEFAULT")[0] == "001007"


def test_comment_and_metadata(opened: Session, rows: Rows, fails: Fails, model: str) -> None:
    rows(
        "ALTER MODEL HAND MODIFY VERSION V1 SET COMMENT = 'it''s v1' METADATA = $${\"metrics\": {\"auc\": 0.5}}$$"
    )
    rows("COMMENT ON MODEL HAND IS $$all of it$$")
    version = one(opened, "SHOW VERSIONS LIKE 'V1' IN MODEL HAND")
    assert (version["comment"], json.loads(version["metadata"])) == ("it's v1", {"metrics": {"auc": 0.5}})
    assert one(opened, "SHOW MODELS LIKE 'HAND'")["comment"] == "all of it"
    rows("ALTER MODEL HAND UNSET COMMENT")
    assert one(opened, "SHOW MODELS LIKE 'HAND'")["comment"] == ""
    assert fails("ALTER MODEL HAND MODIFY VERSION V1 SET METADATA = 'x'")[0] == "001422"
    assert fails("ALTER MODEL HAND MODIFY VERSION V1 SET COLOUR = 'x'")[0] == "001420"


def test_drop_version(opened: Session, rows: Rows, fails: Fails, model: str) -> None:
    assert fails("ALTER MODEL HAND DROP VERSION V1")[0] == "092824"
    rows("ALTER MODEL HAND DROP VERSION V2")
    assert [v["name"] for v in named(opened, "SHOW VERSIONS IN MODEL HAND")] == ["V1"]
    assert fails("SELECT MODEL(HAND, V2)!PLUS(1, 1)")[0] == "002003"


def test_rename_keeps_everything(opened: Session, rows: Rows, model: str) -> None:
    rows('ALTER MODEL HAND RENAME TO "other Hand"')
    try:
        assert rows('SELECT "other Hand"!PLUS(1, 2)') == [(3.0,)]
        assert [v["name"] for v in named(opened, 'SHOW VERSIONS IN MODEL "other Hand"')] == ["V1", "V2"]
        assert rows('SELECT MODEL("other Hand", V2)!PLUS(1, 2)') == [(103.0,)]
    finally:
        rows('DROP MODEL "other Hand"')


def test_copies_of_versions(opened: Session, rows: Rows, model: str) -> None:
    rows("CREATE MODEL TWIN WITH VERSION T1 FROM MODEL HAND VERSION V2")
    rows("ALTER MODEL TWIN ADD VERSION T2 FROM MODEL HAND VERSION FIRST")
    rows("DROP MODEL HAND")
    assert rows("SELECT TWIN!PLUS(1, 1), MODEL(TWIN, T2)!PLUS(1, 1)") == [(102.0, 2.0)]
    rows("DROP MODEL TWIN")


def test_tags(rows: Rows, schema: str, model: str) -> None:
    database, place = schema.split(".")
    rows("CREATE TAG IF NOT EXISTS STATE")
    rows("ALTER MODEL HAND SET TAG STATE = $$in use$$")
    assert rows("SELECT SYSTEM$GET_TAG('STATE', 'HAND', 'MODULE')") == [("in use",)]
    found = rows(
        "SELECT TAG_DATABASE, TAG_SCHEMA, TAG_NAME, TAG_VALUE, LEVEL, OBJECT_NAME, DOMAIN"
        f" FROM TABLE({database}.INFORMATION_SCHEMA.TAG_REFERENCES($${schema}.HAND$$, 'MODULE'))"
    )
    assert found == [(database, place, "STATE", "in use", "MODULE", "HAND", "MODULE")]
    rows("ALTER MODEL HAND UNSET TAG STATE")
    assert rows("SELECT SYSTEM$GET_TAG('STATE', 'HAND', 'MODULE')") == [(None,)]


def test_grants(rows: Rows, model: str) -> None:
    rows("GRANT USAGE ON MODEL HAND TO ROLE PUBLIC")
    granted = [(r[1], r[2], r[5]) for r in rows("SHOW GRANTS ON MODEL HAND")]
    assert ("USAGE", "MODEL", "PUBLIC") in granted


# -- files, live versions -------------------------------------------------------------------------


def test_files_of_a_version(opened: Session, schema: str, model: str, tmp_path: Path) -> None:
    base = f"snow://model/{schema}.HAND/versions/V2"
    listed = [row["name"] for row in named(opened, f"LIST '{base}/functions'")]
    assert listed == [f"versions/V2/functions/{n}.py" for n in ("plus", "total", "twice")]
    opened.file.get(f"{base}/model/base.txt", str(tmp_path))
    assert (tmp_path / "base.txt").read_text() == "100"
    assert [r["name"] for r in named(opened, f"LIST {base}/MANIFEST.yml")] == ["versions/V2/MANIFEST.yml"]


def test_files_of_a_committed_version_do_not_change(
    fails: Fails, schema: str, model: str, tmp_path: Path
) -> None:
    (tmp_path / "x.txt").write_text("x")
    base = f"snow://model/{schema}.HAND/versions/V1"
    for sql in (f"PUT file://{tmp_path}/x.txt {base}/model", f"REMOVE '{base}/model/base.txt'"):
        assert fails(sql)[:2] == ("001039", "0A000"), sql


@pytest.mark.parametrize(
    "url", ["snow://model/HAND", "snow://model/HAND/versions/", "snow://nothing/HAND/versions/V1"]
)
def test_urls_that_name_no_version(fails: Fails, model: str, url: str) -> None:
    assert fails(f"LIST '{url}'") == ("001011", "42601", f"SQL compilation error:\ninvalid URL: {url}")


def test_live_versions(
    opened: Session, rows: Rows, fails: Fails, schema: str, packed: tuple[str, str]
) -> None:
    rows("CREATE MODEL PENDING WITH LIVE VERSION LIVE_1")
    assert fails(f"SELECT {schema}.PENDING!PLUS(1, 1)")[0] == "002003"
    assert fails(f"ALTER MODEL {schema}.PENDING COMMIT VERSION LIVE_1")[0] == "398507"
    rows(f"COPY FILES INTO 'snow://model/{schema}.PENDING/versions/LIVE_1/' FROM {packed[1]}/")
    rows("ALTER MODEL PENDING COMMIT VERSION LIVE_1 RENAME TO FINAL RENAME VERSION TO V1")
    assert rows("SELECT FINAL!PLUS(1, 1)") == [(102.0,)]
    assert one(opened, "SHOW MODELS LIKE 'FINAL'")["default_version_name"] == "V1"
    assert named(opened, "SHOW MODELS LIKE 'PENDING'") == []
    assert fails("ALTER MODEL FINAL COMMIT VERSION V1")[0] == "092825"
    rows("DROP MODEL FINAL")


def test_files_are_read_in_queries(rows: Rows, schema: str, model: str) -> None:
    rows("CREATE TEMPORARY FILE FORMAT LINES TYPE = CSV")
    base = f"snow://model/{schema}.HAND/versions/V2"
    assert rows(f"SELECT $1::FLOAT FROM {base}/model/base.txt") == [(100.0,)]
    assert rows(
        f"SELECT $1::FLOAT AS B FROM {base}/ ( FILE_FORMAT => 'LINES', PATTERN => '.*base[.]txt')"
    ) == [(100.0,)]
    found = rows(
        f"SELECT COLUMN_NAME, TYPE FROM TABLE(INFER_SCHEMA(LOCATION => '{base}/model/', FILE_FORMAT => 'LINES'))"
    )
    assert found == [("c1", "NUMBER(3, 0)")]
    assert rows("SELECT 'snow://a' AS A, -- snow://b\n 1 AS B") == [("snow://a", 1)]


def test_models_are_not_swapped(fails: Fails, model: str) -> None:
    assert fails("ALTER MODEL HAND SWAP WITH OTHER")[0] == "001003"


def test_information_schema(opened: Session, rows: Rows, schema: str, model: str) -> None:
    rows("ALTER MODEL HAND VERSION V1 SET ALIAS = OLD")
    found = rows(
        "SELECT MODEL_NAME, MODEL_VERSION_NAME, VERSION_ALIASES[2]::STRING, PYTHON_VERSION, LANGUAGE,"
        " PARSE_JSON(FUNCTIONS)[0]::STRING, CREATED <= LAST_ALTERED FROM INFORMATION_SCHEMA.MODEL_VERSIONS"
        f" WHERE SCHEMA_NAME = '{schema.split('.')[1]}' ORDER BY 2"
    )
    assert found == [
        ("HAND", "V1", "OLD", "3.11", "PYTHON", "TWICE", True),
        ("HAND", "V2", None, "3.11", "PYTHON", "TWICE", True),
    ]
