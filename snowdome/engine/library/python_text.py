"""Python functions behind the string functions, where the engine's SQL has none of its own."""

from __future__ import annotations

import duckdb

from snowdome.engine import addresses, text_algorithms
from snowdome.engine.macros import installer


@installer
def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the functions on texts."""
    text, integer = duckdb.sqltype("VARCHAR"), duckdb.sqltype("BIGINT")
    blob, flag = duckdb.sqltype("BLOB"), duckdb.sqltype("BOOLEAN")
    create = connection.create_function
    create("sf_edit_distance", text_algorithms.edit_distance, [text, text], integer)
    create("sf_jarowinkler", text_algorithms.jarowinkler, [text, text], integer)
    create("sf_position_binary", text_algorithms.position_in_bytes, [blob, blob, integer], integer)
    create("sf_uuid_named", text_algorithms.named_uuid, [text, text], text)
    create("sf_parse_url", addresses.parse_url, [text, flag], text)
    create("sf_parse_ip", addresses.parse_ip, [text, text, flag], text)
