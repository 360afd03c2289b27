"""Tags: values, where they are looked up, and what still carries one."""

from __future__ import annotations

import json
from typing import Any

import pytest

COLUMNS = "tag_name, tag_value, apply_method, level, object_name, domain, column_name"


@pytest.fixture
def tagged(place: Any) -> Any:
    """A table with a tagged column, in a tagged schema; a task of the table's name with a value of its own."""
    place.run(
        "CREATE TAG cost", "CREATE TAG kind ALLOWED_VALUES 'raw', 'made'", "CREATE TABLE t (a INT, b INT)"
    )
    place.run(
        "ALTER TABLE t SET TAG cost = 'high', kind = 'raw'",
        "ALTER TABLE t MODIFY COLUMN a SET TAG cost = 'low'",
    )
    place.run(
        "CREATE TASK t WAREHOUSE = compute_wh SCHEDULE = '1 hour' AS SELECT 1",
        "ALTER TASK t SET TAG cost = 'task'",
    )
    return place


def test_values(tagged: Any) -> None:
    assert tagged.value("SELECT SYSTEM$GET_TAG('cost', 't', 'TABLE')") == "high"
    assert tagged.value("SELECT SYSTEM$GET_TAG('cost', 't', 'TASK')") == "task"
    assert tagged.value("SELECT SYSTEM$GET_TAG('cost', 't.a', 'COLUMN')") == "low"
    assert tagged.value("SELECT SYSTEM$GET_TAG('cost', 't.b', 'COLUMN')") == "high"
    assert tagged.value("SELECT SYSTEM$GET_TAG('kind', 't', 'TASK')") is None


def test_references(tagged: Any) -> None:
    found = tagged.rows(
        f"SELECT {COLUMNS} FROM TABLE(INFORMATION_SCHEMA.TAG_REFERENCES('t', 'TABLE')) ORDER BY 1"
    )
    assert found == [
        ("COST", "high", "MANUAL", "TABLE", "T", "TABLE", None),
        ("KIND", "raw", "MANUAL", "TABLE", "T", "TABLE", None),
    ]
    found = tagged.rows(
        f"SELECT {COLUMNS} FROM TABLE(INFORMATION_SCHEMA.TAG_REFERENCES_ALL_COLUMNS('t', 'table')) ORDER BY 7, 1"
    )
    assert found == [
        ("COST", "low", "MANUAL", "COLUMN", "T", "COLUMN", "A"),
        ("KIND", "raw", "INHERITED", "TABLE", "T", "COLUMN", "A"),
        ("COST", "high", "INHERITED", "TABLE", "T", "COLUMN", "B"),
        ("KIND", "raw", "INHERITED", "TABLE", "T", "COLUMN", "B"),
    ]


def test_what_carries_a_tag(tagged: Any) -> None:
    """A task and a table of one name are two objects: dropping one leaves the other's tags."""

    def carriers() -> list[tuple[str, str, str]]:
        found = json.loads(
            tagged.value("SELECT ENTITY_DETAIL('TAG', 'cost', '[\"TAG_REFERENCES_INTERNAL\"]')")
        )
        return [
            (r["domain"], r["entityName"], r["tagValue"])
            for r in found["referencedEntities"]["tagReferenceList"]
        ]

    assert carriers() == [("COLUMN", "T", "low"), ("TABLE", "T", "high"), ("TASK", "T", "task")]
    tagged.run("DROP TASK t")
    assert carriers() == [("COLUMN", "T", "low"), ("TABLE", "T", "high")]
    tagged.run("ALTER TABLE t RENAME TO u")
    assert carriers() == [("COLUMN", "U", "low"), ("TABLE", "U", "high")]
    own = json.loads(tagged.value("SELECT ENTITY_DETAIL('table', 'u', '[\"TAG_REFERENCES\"]')"))
    assert own == {"tagReferencesInfo": {"tagReferenceList": [
        {"tagName": "COST", "tagValue": "high"}, {"tagName": "KIND", "tagValue": "raw"},
    ]}}  # fmt: skip
    tagged.run("ALTER TABLE u UNSET TAG cost")
    assert carriers() == [("COLUMN", "U", "low")]


@pytest.mark.parametrize(
    ("sql", "code", "message"),
    [
        ("ALTER TABLE t SET TAG kind = 'other'", "391802",
         "Tag value 'other' is not in the allowed values of tag 'KIND': 'raw', 'made'."),
        ("SELECT SYSTEM$GET_TAG('cost', 't', 'NOSUCH')", "001007",
         "invalid value [NOSUCH] for parameter 'object_domain'"),
        ("SELECT * FROM TABLE(INFORMATION_SCHEMA.TAG_REFERENCES_ALL_COLUMNS('t', 'TASK'))", "001007",
         "invalid value [TASK] for parameter 'object_domain'"),
        ("SELECT ENTITY_DETAIL('TABLE', 't', '[\"TAG_REFERENCES_INTERNAL\"]')", "001007",
         "invalid value [TABLE] for parameter 'object_domain'"),
    ],
)  # fmt: skip
def test_failures(tagged: Any, sql: str, code: str, message: str) -> None:
    assert (tagged.fails(sql)[0], tagged.fails(sql)[2]) == (code, f"SQL compilation error:\n{message}")


def test_other_sections_are_refused(tagged: Any) -> None:
    assert tagged.fails("SELECT ENTITY_DETAIL('TABLE', 't', '[\"GRANTS\"]')")[0] == "000002"
