"""Statements to their dataclasses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from snowdome.errors import SnowflakeError
from snowdome.sql import ast, lexer
from snowdome.sql.cursor import Cursor, parse_name
from snowdome.sql.grammar import parse
from snowdome.sql.typenames import parse as parse_type
from snowdome.types import DataType


def one(text: str) -> Any:
    """The only statement of ``text``."""
    [statement] = parse(text)
    return statement


def cursor(text: str) -> Cursor:
    """A cursor at the start of ``text``."""
    return Cursor(text, lexer.tokenize(text))


class TestNames:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("a", ("A",)),
            ('db."s x".t', ("DB", "s x", "T")),
            ("db..t", ("DB", "", "T")),
            ("IDENTIFIER('a.\"b\"')", ("A", "b")),
        ],
    )
    def test_parts(self, text: str, parts: tuple[str, ...]) -> None:
        assert cursor(text).name().parts == parts

    @pytest.mark.parametrize(
        ("text", "reference"),
        [
            ("IDENTIFIER(?)", ast.Placeholder("1")),
            ("IDENTIFIER(:x)", ast.Placeholder("X")),
            ("IDENTIFIER($v)", ast.Variable("V")),
        ],
    )
    def test_references(self, text: str, reference: object) -> None:
        assert cursor(text).name().reference == reference

    def test_a_table_may_be_called_identifier(self) -> None:
        statement = one("CREATE TABLE identifier (a INT)")
        assert statement.name.parts == ("IDENTIFIER",)

    @pytest.mark.parametrize("text", ["select", "table", "1a", "'a'"])
    def test_what_is_no_name(self, text: str) -> None:
        with pytest.raises(SnowflakeError):
            cursor(text).name()

    def test_text_of_identifier(self) -> None:
        assert parse_name('db."a.b"').parts == ("DB", "a.b")


class TestOptions:
    def test_any_order_commas_and_values(self) -> None:
        found = cursor(
            "A = 1, b = 'x' C=TRUE d = (e = 1.5 'f' = 'g') h = ('i', 'j') k = word l = -2"
        ).options()
        assert found == {
            "A": 1,
            "B": "x",
            "C": True,
            "D": {"E": Decimal("1.5"), "f": "g"},
            "H": ["i", "j"],
            "K": ast.Word("word"),
            "L": -2,
        }

    def test_twice_is_refused(self) -> None:
        with pytest.raises(SnowflakeError) as caught:
            cursor("A = 1 a = 2").options()
        assert caught.value.message == "SQL compilation error:\nduplicate property 'A';"


class TestTypes:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("NUMBER", "NUMBER(38,0)"), ("NUMBER(10)", "NUMBER(10,0)"), ("DECIMAL(10, 2)", "NUMBER(10,2)"),
            ("INT", "NUMBER(38,0)"), ("bigint", "NUMBER(38,0)"), ("BYTEINT", "NUMBER(38,0)"), ("FLOAT8", "FLOAT"),
            ("DOUBLE PRECISION", "FLOAT"), ("VARCHAR", "VARCHAR(16777216)"), ("STRING(5)", "VARCHAR(5)"),
            ("CHAR", "VARCHAR(1)"), ("CHAR VARYING(7)", "VARCHAR(7)"), ("TEXT", "VARCHAR(16777216)"),
            ("BINARY(3)", "BINARY(3)"), ("VARBINARY", "BINARY(8388608)"), ("BOOLEAN", "BOOLEAN"), ("DATE", "DATE"),
            ("TIME(0)", "TIME(0)"), ("TIMESTAMP_NTZ", "TIMESTAMP_NTZ(9)"), ("TIMESTAMP(3)", "TIMESTAMP_NTZ(3)"),
            ("DATETIME", "TIMESTAMP_NTZ(9)"), ("TIMESTAMP_LTZ(6)", "TIMESTAMP_LTZ(6)"), ("VARIANT", "VARIANT"),
            ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP_TZ(9)"), ("OBJECT", "OBJECT"), ("ARRAY", "ARRAY"),
            ("VECTOR(FLOAT, 3)", "VECTOR(FLOAT, 3)"), ("VECTOR(INT, 2)", "VECTOR(INT, 2)"),
        ],
    )  # fmt: skip
    def test_spellings(self, text: str, shown: str) -> None:
        assert str(parse_type(text)) == shown

    def test_types_inside_types(self) -> None:
        assert parse_type("ARRAY(NUMBER)").element == parse_type("NUMBER")
        assert [t for _, t in parse_type("MAP(VARCHAR, INT)").fields] == [
            parse_type("VARCHAR"),
            parse_type("INT"),
        ]

    def test_keys_of_objects_keep_their_case(self) -> None:
        assert [key for key, _ in parse_type("OBJECT(a VARCHAR, B INT)").fields] == ["a", "B"]

    def test_timestamp_is_what_the_session_says(self) -> None:
        assert parse_type("TIMESTAMP", "TIMESTAMP_TZ").kind == "TIMESTAMP_TZ"

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("NUMBER(39)", "Invalid precision: 39. Must be between 1 and 38."),
            ("VARCHAR(0)", "Invalid length: 0. Must be between 1 and 134217728."),
            ("NOSUCH", "Unsupported data type 'NOSUCH'."),
            ("VECTOR(TEXT, 3)", "Unsupported data type 'VECTOR(VARCHAR(16777216), 3)'."),
        ],
    )
    def test_what_is_no_type(self, text: str, message: str) -> None:
        with pytest.raises(SnowflakeError) as caught:
            parse_type(text)
        assert caught.value.message == f"SQL compilation error:\n{message}"


class TestTables:
    def test_columns(self) -> None:
        made = one(
            "CREATE TABLE t (a INT NOT NULL DEFAULT 1 + 1 COMMENT 'c', b INT IDENTITY START 5 INCREMENT 2 ORDER, "
            "c VARCHAR(3) UNIQUE, CONSTRAINT pk PRIMARY KEY (a, c) RELY) CLUSTER BY (a) COMMENT = 'tc'"
        )
        a, b, c = made.columns
        assert (a.name, a.nullable, a.default.text, a.comment) == ("A", False, "1 + 1", "c")
        assert (b.identity.start, b.identity.step, b.identity.ordered) == (5, 2, True)
        assert (c.type, [k.kind for k in c.constraints]) == (parse_type("VARCHAR(3)"), ["UNIQUE"])
        [key] = made.constraints
        assert (key.kind, key.name, key.columns, key.rely) == ("PRIMARY KEY", "PK", ("A", "C"), True)
        assert made.options == {"COMMENT": "tc"}

    @pytest.mark.parametrize(
        "text",
        ["CREATE TABLE IF NOT EXISTS t (a INT)", "CREATE TABLE t IF NOT EXISTS (a INT)"],
    )
    def test_if_not_exists_on_either_side(self, text: str) -> None:
        assert one(text).if_not_exists

    def test_kinds(self) -> None:
        assert one("CREATE OR REPLACE TRANSIENT TABLE t (a INT)").persistence == "TRANSIENT"
        for words in ("TEMP", "TEMPORARY", "SCOPED TEMPORARY", "LOCAL TEMPORARY", "VOLATILE"):
            assert one(f"CREATE {words} TABLE t (a INT)").persistence == "TEMPORARY"

    def test_queries_stay_text(self) -> None:
        text = "CREATE TABLE t (a, b NUMBER) AS (SELECT 1, 2) -- end"
        made = one(text)
        assert made.query.text == "(SELECT 1, 2)"
        assert text[made.query.start :].startswith("(SELECT")
        assert [c.type for c in made.columns] == [None, DataType("FIXED", precision=38, scale=0)]

    def test_alter_several_columns(self) -> None:
        action = one("ALTER TABLE t ALTER COLUMN a SET DATA TYPE VARCHAR(9), COLUMN b DROP NOT NULL").action
        assert [(c.name, c.what) for c in action.changes] == [("A", "TYPE"), ("B", "DROP NOT NULL")]
        action = one("ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT, b DATE").action
        assert [c.name for c in action.columns] == ["A", "B"]


class TestShow:
    def test_all_modifiers(self) -> None:
        show = one("SHOW TERSE TABLES HISTORY LIKE 'a%' IN SCHEMA db.s STARTS WITH 'A' LIMIT 5 FROM 'AB'")
        assert (show.kind, show.terse, show.like, show.starts_with) == ("TABLES", True, "a%", "A")
        assert (show.limit, show.after, show.scope.kind, show.scope.name.parts) == (
            5,
            "AB",
            "SCHEMA",
            ("DB", "S"),
        )

    @pytest.mark.parametrize(
        ("text", "kind", "scope"),
        [
            ("SHOW FILE FORMATS IN ACCOUNT", "FILE FORMATS", "ACCOUNT"),
            ("SHOW COLUMNS IN TABLE t", "COLUMNS", "TABLE"),
            ("SHOW PRIMARY KEYS IN db.s.t", "PRIMARY KEYS", ""),
            ("SHOW OBJECTS IN DATABASE", "OBJECTS", "DATABASE"),
        ],
    )
    def test_scopes(self, text: str, kind: str, scope: str) -> None:
        show = one(text)
        assert (show.kind, show.scope.kind) == (kind, scope)


class TestSessions:
    def test_variables(self) -> None:
        assert [v[0] if isinstance(v, tuple) else v for v in one("SET (a, b) = (1, 'x')").names] == ["A", "B"]
        assert one("UNSET (a, b)").names == ("A", "B")

    def test_grants(self) -> None:
        grant = one("GRANT SELECT, INSERT ON TABLE db.s.t TO ROLE r WITH GRANT OPTION")
        assert (grant.privileges, grant.on_kind, grant.grant_option) == (("SELECT", "INSERT"), "TABLE", True)
        assert grant.on_name.parts == ("DB", "S", "T")
        revoke = one("REVOKE ROLE a FROM USER b")
        assert (revoke.revoke, revoke.privileges, revoke.to_kind) == (True, ("ROLE",), "USER")

    def test_use(self) -> None:
        assert one("USE db.s").name.parts == ("DB", "S")
        assert one("USE SECONDARY ROLES ALL").roles == ("ALL",)
