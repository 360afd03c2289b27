"""Scalar Python functions: calls, overloads, defaults, NULLs, and where they may stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., list[tuple[Any, ...]]]
ONE_MORE = "def run(x):\n    return x + 1"


class TestCalls:
    def test_one_row_and_many(self, run: Run, define: Any) -> None:
        define("one_more(x INT)", "INT", ONE_MORE)
        assert run("SELECT one_more(1)") == [(2,)]
        query = "SELECT COUNT(*), SUM(one_more(x)) FROM (SELECT SEQ8() AS x FROM TABLE(GENERATOR(ROWCOUNT => 5000)))"
        assert run(query) == [(5000, 5000 * 5001 // 2)]

    def test_no_rows(self, run: Run, define: Any) -> None:
        define("one_more(x INT)", "INT", ONE_MORE)
        assert run("SELECT one_more(x) FROM (SELECT 1 AS x) WHERE x > 1") == []

    def test_no_arguments(self, run: Run, define: Any) -> None:
        define("seven()", "INT", "def run():\n    return 7")
        assert run("SELECT seven(), seven() + 1") == [(7, 8)]
        assert run("SELECT seven() FROM TABLE(GENERATOR(ROWCOUNT => 3))") == [(7,)] * 3

    def test_a_volatile_function_runs_for_every_row(self, run: Run, define: Any) -> None:
        body = "import itertools\ncount = itertools.count()\ndef run():\n    return next(count)"
        define("ticket()", "INT", body, "VOLATILE")
        query = "SELECT COUNT(DISTINCT t) FROM (SELECT ticket() AS t FROM TABLE(GENERATOR(ROWCOUNT => 100)))"
        assert run(query) == [(100,)]
        define("ticket(x INT)", "INT", body.replace("run()", "run(x)"))
        assert run(query.replace("ticket()", "ticket(1)")) == [(100,)]
        define("ticket()", "INT", body, "IMMUTABLE")
        run(query)

    def test_handler_in_a_class(self, run: Run, define: Any) -> None:
        body = "class Model:\n    @staticmethod\n    def run(x):\n        return x * 2"
        define("doubled(x INT)", "INT", body, handler="Model.run")
        assert run("SELECT doubled(4)") == [(8,)]

    def test_state_of_the_module_is_kept_between_calls(self, run: Run, define: Any) -> None:
        body = "loaded = []\ndef run(x):\n    loaded.append(x)\n    return len(loaded)"
        define("calls(x INT)", "INT", body)
        assert run("SELECT calls(1)") == [(1,)]
        assert run("SELECT calls(1)") == [(2,)]

    def test_qualified_names(self, run: Run, define: Any, schema: str) -> None:
        define("one_more(x INT)", "INT", ONE_MORE)
        assert run(f"SELECT {schema}.one_more(2)") == [(3,)]

    def test_bound_values(self, run: Run, define: Any) -> None:
        define("joined(a VARCHAR, b FLOAT)", "VARCHAR", "def run(a, b):\n    return f'{a}|{b}'")
        assert run("SELECT joined(%s, %s)", "it's", 2.5) == [("it's|2.5",)]


class TestArguments:
    def test_names_that_were_quoted_are_told_apart_by_case(self, run: Run, define: Any, fails: Any) -> None:
        define('less("x" INT, "Y y" INT)', "INT", "def run(a, b):\n    return a - b")
        assert run('SELECT less("Y y" => 3, "x" => 5), less(5, "Y y" => 3)') == [(2, 2)]
        assert fails('SELECT less(x => 5, "Y y" => 3)')[0] == "001044"
        assert fails('SELECT less("x" => 5, "x" => 3, "Y y" => 1)')[0] == "001044"
        run('CREATE FUNCTION less_sql("x" INT, y INT) RETURNS INT AS \'"x" - y\'')
        assert run('SELECT less_sql(Y => 3, "x" => 5), less_sql(5, "Y" => 3)') == [(2, 2)]

    def test_a_quoted_name(self, run: Run, fails: Any, schema: str) -> None:
        run("CREATE OR REPLACE FUNCTION \"plusOne\"(x INT) RETURNS INT AS 'x + 1'")
        run("CREATE OR REPLACE FUNCTION plustwo(x INT) RETURNS INT AS 'x + 2'")
        assert run(f'SELECT "plusOne"(1), {schema}."plusOne"(2), "PLUSTWO"(1)') == [(2, 3, 3)]
        assert fails("SELECT plusOne(1)")[0] == "002140"
        assert fails('SELECT "plustwo"(1)')[0] == "002140"

    def test_overloads_by_type(self, run: Run, define: Any) -> None:
        for kind in ("INT", "VARCHAR", "DATE"):
            define(f"kind_of(x {kind})", "VARCHAR", f"def run(x):\n    return '{kind} ' + type(x).__name__")
        define("kind_of(x INT, y INT)", "VARCHAR", "def run(x, y):\n    return 'two'")
        query = "SELECT kind_of(1), kind_of('a'), kind_of('2024-01-01'::DATE), kind_of(1, 2)"
        assert run(query) == [("INT int", "VARCHAR str", "DATE date", "two")]

    def test_overloads_that_a_call_might_mean(self, run: Run, fails: Any) -> None:
        run("CREATE OR REPLACE FUNCTION my_udf_b(required_arg INTEGER) RETURNS INT AS '1'")
        more = "CREATE FUNCTION my_udf_b({}, optional_arg INTEGER DEFAULT 0) RETURNS INT NULL AS '2'"
        assert fails(more.format("required_arg INTEGER")) == (
            "000949", "42723",
            "SQL compilation error:\nCannot overload FUNCTION 'MY_UDF_B' as it would cause ambiguous FUNCTION overloading.",
        )  # fmt: skip
        run(more.format("required_arg VARCHAR"))
        assert run("SELECT my_udf_b(5), my_udf_b('a'), my_udf_b('a', 1)") == [(1, 2, 2)]

    def test_defaults_and_names(self, run: Run, define: Any) -> None:
        body = "def run(a, b, c):\n    return f'{a} {b} {c}'"
        define("three(a INT, b INT DEFAULT 2, c VARCHAR DEFAULT 'x' || 'y')", "VARCHAR", body)
        query = "SELECT three(1), three(1, 5), three(a => 1, c => 'z'), three(c => 'q', a => 3, b => 4)"
        assert run(query) == [("1 2 xy", "1 5 xy", "1 2 z", "3 4 q")]

    def test_arguments_are_converted(self, run: Run, define: Any) -> None:
        define("shown(x FLOAT)", "VARCHAR", "def run(x):\n    return repr(x)")
        assert run("SELECT shown(1), shown('2.5')") == [("1.0", "2.5")]

    def test_wrong_arguments(self, run: Run, define: Any, fails: Any) -> None:
        define("only_numbers(x INT)", "INT", ONE_MORE)
        assert fails("SELECT only_numbers('2024-01-01'::DATE)")[:2] == ("001044", "42P13")
        code, _, text = fails("SELECT only_numbers()")
        assert code == "001044"
        assert "ONLY_NUMBERS" in text

    def test_an_unknown_function(self, fails: Any) -> None:
        code, _, text = fails("SELECT no_such_handler(1)")
        assert (code, "Unknown function NO_SUCH_HANDLER" in text) == ("002140", True)


class TestNulls:
    def test_null_is_none(self, run: Run, define: Any) -> None:
        define("is_none(x INT)", "BOOLEAN", "def run(x):\n    return x is None")
        assert run("SELECT is_none(NULL), is_none(1)") == [(True, False)]

    def test_called_on_null_input(self, run: Run, define: Any) -> None:
        define("seen(x INT)", "INT", "def run(x):\n    return 0 if x is None else x", "CALLED ON NULL INPUT")
        assert run("SELECT seen(NULL)") == [(0,)]

    @pytest.mark.parametrize("clause", ["STRICT", "RETURNS NULL ON NULL INPUT"])
    def test_strict(self, run: Run, define: Any, clause: str) -> None:
        define("total(x INT, y INT)", "INT", "def run(x, y):\n    return x + y", clause)
        query = "SELECT total(x, y) FROM VALUES (1, 2), (NULL, 2), (1, NULL) AS v(x, y)"
        assert run(query) == [(3,), (None,), (None,)]

    def test_none_is_null(self, run: Run, define: Any) -> None:
        define("nothing(x INT)", "INT", "def run(x):\n    return None")
        assert run("SELECT nothing(1), nothing(1) IS NULL") == [(None, True)]


class TestPlaces:
    @pytest.fixture(autouse=True)
    def _functions(self, run: Run, define: Any) -> None:
        define("parity(x INT)", "VARCHAR", "def run(x):\n    return 'odd' if x % 2 else 'even'")
        run("CREATE OR REPLACE TABLE numbers AS SELECT SEQ8() + 1 AS x FROM TABLE(GENERATOR(ROWCOUNT => 6))")

    def test_where_group_by_having_order_by(self, run: Run) -> None:
        assert run("SELECT x FROM numbers WHERE parity(x) = 'odd' ORDER BY x") == [(1,), (3,), (5,)]
        query = (
            "SELECT parity(x), SUM(x) FROM numbers GROUP BY parity(x) HAVING parity(x) <> 'none'"
            " ORDER BY parity(x)"
        )
        assert run(query) == [("even", 12), ("odd", 9)]
        assert run("SELECT x FROM numbers ORDER BY parity(x), x DESC LIMIT 2") == [(6,), (4,)]

    def test_inside_other_expressions(self, run: Run) -> None:
        query = "SELECT UPPER(parity(MAX(x))), COALESCE(parity(NULL + 2), 'none') FROM numbers"
        with pytest.raises(Exception, match="NoneType"):
            run(query)
        assert run(
            "SELECT UPPER(parity(MAX(x))), CASE WHEN 1 = 0 THEN parity(1) ELSE 'x' END FROM numbers"
        ) == [("EVEN", "x")]
        assert run("SELECT x, ROW_NUMBER() OVER (PARTITION BY parity(x) ORDER BY x) FROM numbers ORDER BY x")[:3] == [
            (1, 1), (2, 1), (3, 2),
        ]  # fmt: skip

    def test_long_texts_inside_coalesce(self, run: Run, define: Any) -> None:
        define(
            "labelled(x INT)",
            "VARCHAR",
            "def run(x):\n    return f'a text that is long enough {x}' if x % 3 else None",
        )
        query = (
            "SELECT COUNT(*) FROM (SELECT SEQ8() AS x FROM TABLE(GENERATOR(ROWCOUNT => 20000)))"
            " WHERE COALESCE(labelled(x), 'none') = IFF(x % 3 = 0, 'none', 'a text that is long enough ' || x)"
        )
        assert run(query) == [(20000,)]

    def test_in_a_join(self, run: Run) -> None:
        query = "SELECT COUNT(*) FROM numbers a JOIN numbers b ON parity(a.x) = parity(b.x)"
        assert run(query) == [(18,)]

    def test_in_dml(self, run: Run) -> None:
        run("CREATE OR REPLACE TABLE named (x INT, kind VARCHAR)")
        run("INSERT INTO named SELECT x, parity(x) FROM numbers")
        run("UPDATE named SET kind = kind || parity(x + 1) WHERE parity(x) = 'even'")
        run("DELETE FROM named WHERE parity(x) = 'odd'")
        assert run("SELECT DISTINCT kind FROM named") == [("evenodd",)]
        run(
            "MERGE INTO named t USING numbers s ON t.x = s.x WHEN MATCHED THEN UPDATE SET kind = parity(s.x)"
            " WHEN NOT MATCHED THEN INSERT VALUES (s.x, parity(s.x))"
        )
        assert run("SELECT kind, COUNT(*) FROM named GROUP BY kind ORDER BY kind") == [
            ("even", 3),
            ("odd", 3),
        ]

    def test_in_a_view_and_a_table_made_from_a_query(self, run: Run, schema: str) -> None:
        run("CREATE OR REPLACE VIEW kinds AS SELECT x, parity(x) AS kind FROM numbers")
        run("CREATE OR REPLACE TABLE kept AS SELECT * FROM kinds")
        assert run("SELECT COUNT(*) FROM kept WHERE kind = 'odd'") == [(3,)]
        assert run(f"SELECT kind FROM {schema}.kinds WHERE x = 2") == [("even",)]

    def test_in_a_transaction(self, run: Run) -> None:
        run("CREATE OR REPLACE TABLE changed (x INT, kind VARCHAR)")
        run("BEGIN")
        run("INSERT INTO changed SELECT x, parity(x) FROM numbers")
        assert run("SELECT COUNT(*) FROM changed WHERE kind = parity(x)") == [(6,)]
        run("ROLLBACK")
        assert run("SELECT COUNT(*) FROM changed") == [(0,)]


class TestLife:
    def test_replaced_at_once(self, run: Run, define: Any) -> None:
        for number in (1, 2, 3):
            define("version()", "INT", f"def run():\n    return {number}")
            assert run("SELECT version()") == [(number,)]

    def test_if_not_exists(self, run: Run, define: Any) -> None:
        define("kept_one()", "INT", "def run():\n    return 1")
        made = run(
            "CREATE FUNCTION IF NOT EXISTS kept_one() RETURNS INT LANGUAGE PYTHON RUNTIME_VERSION = 3.11"
            " HANDLER = 'run' AS 'def run():\n    return 2'"
        )
        assert made == [("KEPT_ONE already exists, statement succeeded.",)]
        assert run("SELECT kept_one()") == [(1,)]

    def test_created_twice(self, run: Run, define: Any, fails: Any) -> None:
        define("single()", "INT", "def run():\n    return 1")
        code, _, text = fails(
            "CREATE FUNCTION single() RETURNS INT LANGUAGE PYTHON RUNTIME_VERSION = 3.11 HANDLER = 'run'"
            " AS 'def run():\n    return 2'"
        )
        assert code == "002002"
        assert "already exists" in text

    def test_dropped(self, run: Run, define: Any, fails: Any) -> None:
        define("gone(x INT)", "INT", ONE_MORE)
        define("gone(x VARCHAR)", "VARCHAR", "def run(x):\n    return x")
        assert run("DROP FUNCTION gone(INT)") == [("GONE successfully dropped.",)]
        assert run("SELECT gone('a')") == [("a",)]
        run("DROP FUNCTION gone(VARCHAR)")
        assert fails("SELECT gone('a')")[0] == "002140"
        run("DROP FUNCTION IF EXISTS gone(VARCHAR)")

    def test_temporary_functions_end_with_the_session(self, connect: Any) -> None:
        create = (
            "CREATE TEMPORARY FUNCTION passing() RETURNS INT LANGUAGE PYTHON RUNTIME_VERSION = 3.11"
            " HANDLER = 'run' AS 'def run():\n    return 5'"
        )
        with connect() as first:
            first.cursor().execute(create)
            assert first.cursor().execute("SELECT passing()").fetchall() == [(5,)]
            with connect() as second, pytest.raises(Exception, match="Unknown function PASSING"):
                second.cursor().execute("SELECT passing()")
        with connect() as third, pytest.raises(Exception, match="Unknown function PASSING"):
            third.cursor().execute("SELECT passing()")
