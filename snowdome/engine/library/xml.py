"""XML through Python: parsing, showing and picking elements."""

from __future__ import annotations

from functools import partial

import duckdb

from snowdome.engine import json_text, xml_text
from snowdome.engine.failures import raising
from snowdome.engine.macros import installer, macro
from snowdome.engine.python_functions import create

_failed = raising("100100", "22P02", "'Error parsing XML: ' || sf_xml_fault(x)")
macro("parse_xml(x, as_text)", f"coalesce(CAST(sf_parse_xml(x, as_text) AS JSON), {_failed})")


def _parsed(text: str, as_text: bool) -> str | None:
    try:
        return xml_text.parse(text, as_text)
    except xml_text.Fault:
        return None


def _fault(text: str) -> str | None:
    try:
        xml_text.parse(text)
    except xml_text.Fault as fault:
        return str(fault)
    return None


def child(text: str, tag: str, instance: int) -> str | None:
    """The element's child of a tag, counting from 0; None if there is none."""
    value = json_text.decode(text)
    if not xml_text.is_element(value):
        return None
    content = value["$"] if isinstance(value["$"], list) else [value["$"]]
    found = [part for part in content if xml_text.is_element(part) and part["@"] == tag]
    return json_text.encode(found[instance]) if 0 <= instance < len(found) else None


@installer
def install(connection: duckdb.DuckDBPyConnection) -> None:
    """The functions behind the XML macros and rules."""
    create(connection, "sf_parse_xml", _parsed, ["VARCHAR", "BOOLEAN"], "VARCHAR")
    create(connection, "sf_xml_fault", _fault, ["VARCHAR"], "VARCHAR")
    create(connection, "sf_xml_child", child, ["VARCHAR", "VARCHAR", "BIGINT"], "VARCHAR")
    create(connection, "sf_xml_shown", partial(xml_text.shown, pretty=True), ["VARCHAR"], "VARCHAR")
    create(connection, "sf_xml_compact", partial(xml_text.shown, pretty=False), ["VARCHAR"], "VARCHAR")
    create(connection, "sf_to_xml", xml_text.to_xml, ["VARCHAR"], "VARCHAR")
