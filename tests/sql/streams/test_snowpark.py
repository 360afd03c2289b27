"""Streams through Snowpark."""

from __future__ import annotations

import pandas as pd
import pytest
from snowflake.snowpark import Session
from snowflake.snowpark.functions import col


@pytest.mark.filterwarnings("ignore:is_datetime64tz_dtype:DeprecationWarning")
def test_data_frames_over_a_stream(session: Session) -> None:
    session.sql("CREATE OR REPLACE TABLE sp_t (ID INT, V VARCHAR)").collect()
    session.sql("CREATE OR REPLACE STREAM sp_s ON TABLE sp_t").collect()
    session.write_pandas(
        pd.DataFrame({"ID": [1, 2, 3], "V": ["a", "b", "c"]}), "SP_T", auto_create_table=False
    )
    session.table("sp_t").update({"V": "z"}, col("ID") == 2)
    session.table("sp_t").delete(col("ID") == 3)
    stream = session.table("sp_s")
    assert stream.columns == ["ID", "V", "METADATA$ACTION", "METADATA$ISUPDATE", "METADATA$ROW_ID"]
    new = stream.filter(col("METADATA$ACTION") == "INSERT").select("ID", "V")
    assert [tuple(r) for r in new.sort("ID").collect()] == [(1, "a"), (2, "z")]
    assert stream.count() == 2
    new.write.save_as_table("sp_sink", mode="overwrite")
    assert stream.count() == 0
    session.table("sp_t").filter(col("ID") == 1).select(
        (col("ID") + 10).alias("ID"), "V"
    ).write.save_as_table("sp_t", mode="append")
    assert [r["ID"] for r in session.table("sp_s").collect()] == [11]
    session.table("sp_s").select("ID", "V").write.save_as_table("sp_sink", mode="append")
    assert session.table("sp_sink").count() == 3
    assert session.table("sp_s").count() == 0
