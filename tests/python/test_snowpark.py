"""Python functions made and called by Snowpark."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from snowflake.snowpark import Session
from snowflake.snowpark.exceptions import SnowparkSQLException
from snowflake.snowpark.functions import (
    call_table_function,
    call_udf,
    col,
    lit,
    pandas_udf,
    pandas_udtf,
    table_function,
    udaf,
    udf,
    udtf,
)
from snowflake.snowpark.types import (
    ArrayType,
    FloatType,
    IntegerType,
    MapType,
    PandasDataFrame,
    PandasDataFrameType,
    PandasSeries,
    PandasSeriesType,
    StringType,
    StructField,
    StructType,
    VariantType,
)

FACTOR = 3


class TestScalar:
    def test_registered_lambda(self, session: Session) -> None:
        times = session.udf.register(
            lambda x: x * FACTOR, return_type=IntegerType(), input_types=[IntegerType()]
        )
        frame = session.create_dataframe([[1], [2]], schema=["a"])
        assert [r[0] for r in frame.select(times(col("a"))).collect()] == [3, 6]

    def test_decorator_with_type_hints(self, session: Session) -> None:
        @udf(name="hinted", replace=True, session=session)
        def hinted(x: int, y: str = "z") -> str:
            return y * x

        assert session.sql("SELECT hinted(2, 'ab'), hinted(3)").collect() == [("abab", "zzz")]
        frame = session.create_dataframe([[2, "q"]], schema=["a", "b"])
        assert frame.select(call_udf("hinted", col("a"), col("b"))).collect()[0][0] == "qq"

    def test_semi_structured(self, session: Session) -> None:
        @udf(return_type=VariantType(), input_types=[ArrayType(), MapType()], session=session)
        def merged(items, members):  # type: ignore[no-untyped-def]
            return {**members, "items": items}

        frame = session.sql("SELECT [1, 2] AS a, {'k': 'v'} AS o")
        assert "".join(frame.select(merged("a", "o")).collect()[0][0].split()) == '{"items":[1,2],"k":"v"}'

    def test_strict_and_null(self, session: Session) -> None:
        def shown(x: int) -> str:
            return repr(x)

        strict = session.udf.register(shown, strict=True)
        plain = session.udf.register(shown)
        frame = session.create_dataframe([[None]], schema=StructType([StructField("a", IntegerType())]))
        assert frame.select(strict("a"), plain("a")).collect() == [(None, "None")]

    def test_permanent_from_a_stage(self, session: Session, schema: str) -> None:
        session.sql("CREATE OR REPLACE STAGE udfs").collect()

        def nine() -> int:
            return 9

        session.udf.register(nine, name="nine", is_permanent=True, stage_location="@udfs", replace=True)
        assert session.sql(f"SELECT {schema}.nine()").collect() == [(9,)]

    def test_a_long_handler_is_staged(self, session: Session) -> None:
        table = {i: f"{i:020}" for i in range(2000)}
        sized = session.udf.register(
            lambda i: len(table[i]), return_type=IntegerType(), input_types=[IntegerType()]
        )
        assert session.range(2).select(sized(lit(7))).collect() == [(20,), (20,)]

    def test_register_from_file(self, session: Session, tmp_path: Path) -> None:
        path = tmp_path / "from_file.py"
        path.write_text("def cube(x: int) -> int:\n    return x ** 3\n")
        local = session.udf.register_from_file(str(path), "cube", name="cube_local", replace=True)
        assert session.range(1).select(local(lit(3))).collect() == [(27,)]
        session.sql("CREATE OR REPLACE STAGE files").collect()
        session.file.put(str(path), "@files", auto_compress=False)
        staged = session.udf.register_from_file(
            "@files/from_file.py", "cube", return_type=IntegerType(), input_types=[IntegerType()]
        )
        assert session.range(1).select(staged(lit(2))).collect() == [(8,)]

    def test_imports_and_packages(self, session: Session, tmp_path: Path) -> None:
        (tmp_path / "helper_module.py").write_text("def plus(x):\n    return x + 100\n")
        session.add_import(str(tmp_path / "helper_module.py"))
        session.add_packages("numpy")

        @udf(session=session)
        def with_helper(x: int) -> int:
            import numpy
            from helper_module import plus

            return int(plus(numpy.int64(x)))

        assert session.range(1).select(with_helper(lit(1))).collect() == [(101,)]
        session.clear_imports()
        session.clear_packages()

    def test_comments(self, session: Session) -> None:
        session.udf.register(
            lambda: 1, return_type=IntegerType(), name="remarked", comment="a remark", replace=True
        )
        (row,) = session.sql("SHOW USER FUNCTIONS LIKE 'remarked'").collect()
        assert row["description"] == "a remark"

    def test_an_unknown_package(self, session: Session) -> None:
        with pytest.raises((ValueError, RuntimeError), match="no-such-package"):
            session.udf.register(lambda: 1, return_type=IntegerType(), packages=["no-such-package"])

    def test_an_exception(self, session: Session) -> None:
        broken = session.udf.register(
            lambda x: 1 // x, return_type=IntegerType(), input_types=[IntegerType()]
        )
        with pytest.raises(SnowparkSQLException, match="ZeroDivisionError") as failure:
            session.range(1).select(broken(lit(0))).collect()
        assert failure.value.sql_error_code == 100357

    def test_temporary_ones_end_with_the_session(self, server: dict[str, Any], schema: str) -> None:
        database, name = schema.split(".")
        settings = {**server, "database": database, "schema": name}
        with Session.builder.configs(settings).create() as first:
            made = first.udf.register(lambda: 1, return_type=IntegerType())
            assert first.sql(f"SELECT {made.name}()").collect() == [(1,)]
        second = Session.builder.configs(settings).create()
        with second, pytest.raises(SnowparkSQLException, match="Unknown function"):
            second.sql(f"SELECT {made.name}()").collect()


class TestVectorized:
    def test_series(self, session: Session) -> None:
        @pandas_udf(session=session, packages=["pandas"])
        def added(a: PandasSeries[int], b: PandasSeries[int]) -> PandasSeries[int]:
            return a + b

        frame = session.create_dataframe([[1, 2], [3, 4]], schema=["a", "b"])
        assert frame.select(added("a", "b")).collect() == [(3,), (7,)]

    def test_frames_and_batch_size(self, session: Session) -> None:
        sized = pandas_udf(
            lambda df: df[0] * 0 + len(df), return_type=PandasSeriesType(FloatType()),
            input_types=[PandasDataFrameType([IntegerType()])], max_batch_size=10, session=session,
            packages=["pandas"],
        )  # fmt: skip
        frame = session.range(100).select(sized("id").alias("n"))
        assert frame.agg({"n": "max"}).collect() == [(10.0,)]


class TestTable:
    def test_process_and_end_partition(self, session: Session) -> None:
        class Total:
            def __init__(self) -> None:
                self.total = 0

            def process(self, n: int) -> Iterable[tuple[int]]:
                self.total += n
                yield (n * 10,)

            def end_partition(self) -> Iterable[tuple[int]]:
                yield (self.total,)

        total = session.udtf.register(Total, output_schema=["v"])
        frame = session.create_dataframe([["a", 1], ["a", 2], ["b", 3]], schema=["k", "n"])
        joined = frame.join_table_function(total("n").over(partition_by="k", order_by="n"))
        assert sorted(r["V"] for r in joined.collect()) == [3, 3, 10, 20, 30]
        assert session.table_function(total(lit(4))).collect() == [(40,), (4,)]

    def test_by_name(self, session: Session) -> None:
        @udtf(name="letters", output_schema=["c"], replace=True, session=session)
        class Letters:
            def process(self, text: str) -> list[tuple[str]]:
                return [(c,) for c in text]

        assert session.table_function("letters", lit("ab")).collect() == [("a",), ("b",)]
        assert session.table_function(call_table_function("letters", lit("c"))).collect() == [("c",)]
        words = session.create_dataframe([["xy"]], schema=["w"])
        assert words.select("w", table_function("letters")(col("w"))).collect() == [("xy", "x"), ("xy", "y")]

    def test_frames(self, session: Session) -> None:
        class Means:
            def end_partition(self, df: PandasDataFrame[str, int]) -> PandasDataFrame[str, float]:
                import pandas

                return pandas.DataFrame({"k": [df["K"].iloc[0]], "m": [df["N"].mean()]})

        means = pandas_udtf(
            Means, output_schema=["k_", "m"], input_names=["K", "N"], session=session, packages=["pandas"]
        )
        frame = session.create_dataframe([["a", 1], ["a", 2], ["b", 3]], schema=["k", "n"])
        found = frame.select(means("k", "n").over(partition_by=["k"])).collect()
        assert sorted(map(tuple, found)) == [("a", 1.5), ("b", 3.0)]

    def test_apply_in_pandas(self, session: Session) -> None:
        frame = session.create_dataframe([["a", 1.0], ["a", 3.0], ["b", 5.0]], schema=["k", "v"])

        def centred(df: Any) -> Any:
            df["V"] = df["V"] - df["V"].mean()
            return df

        found = frame.group_by("k").apply_in_pandas(
            centred, output_schema=StructType([StructField("k", StringType()), StructField("v", FloatType())])
        )
        assert sorted(map(tuple, found.collect())) == [("a", -1.0), ("a", 1.0), ("b", 0.0)]


class TestAggregate:
    def test_registered(self, session: Session) -> None:
        @udaf(session=session, return_type=IntegerType(), input_types=[IntegerType()])
        class Product:
            def __init__(self) -> None:
                self._product = 1

            @property
            def aggregate_state(self) -> int:
                return self._product

            def accumulate(self, n: int) -> None:
                self._product *= n

            def merge(self, other: int) -> None:
                self._product *= other

            def finish(self) -> int:
                return self._product

        frame = session.create_dataframe([["a", 2], ["a", 3], ["b", 5]], schema=["k", "n"])
        assert frame.agg(Product("n")).collect() == [(30,)]
        assert sorted(map(tuple, frame.group_by("k").agg(Product("n")).collect())) == [("a", 6), ("b", 5)]
