"""XML functions. An XML value is an OBJECT of a certain shape (see ``snowdome.engine.xml_text``)."""

from __future__ import annotations

from snowdome.sql.functions.registry import scalar
from snowdome.sql.functions.semistructured import semi
from snowdome.sql.typed import Call, Typed
from snowdome.types import TEXT, VARIANT


@scalar("PARSE_XML", args="text, bool?", parameters="STR DISABLE_AUTO_CONVERT")
def parse_xml(call: Call) -> Typed:
    """An XML document as a value; 100100 for text that is none."""
    as_text = call[1].sql if len(call) > 1 else "FALSE"
    return call.result(f"sf.parse_xml({call[0].sql}, {as_text})", VARIANT, True)


@scalar("CHECK_XML", args="text, bool?", parameters="STR DISABLE_AUTO_CONVERT")
def check_xml(call: Call) -> Typed:
    """What is wrong with an XML document; NULL if nothing is."""
    return call.result(f"sf_xml_fault({call[0].sql})", TEXT, True)


@scalar("XMLGET", args="any, text, int?")
def xmlget(call: Call) -> Typed:
    """A child element by its tag and its number among those of that tag, from 0."""
    instance = call[2].sql if len(call) > 2 else "0"
    sql = f"CAST(sf_xml_child({semi(call).sql}, {call[1].sql}, CAST({instance} AS BIGINT)) AS JSON)"
    return call.result(sql, VARIANT, True)


@scalar("TO_XML", args="any")
def to_xml(call: Call) -> Typed:
    """Any semi-structured value as XML text."""
    return call.result(f"sf_to_xml({semi(call).sql})", TEXT)
