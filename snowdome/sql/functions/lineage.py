"""SYSTEM$DGQL: the questions that clients ask about lineage."""

from __future__ import annotations

import json
import re
from typing import Any

from snowdome.errors import SnowflakeError, compilation_error, not_supported, object_not_found
from snowdome.sql import lineage
from snowdome.sql.functions.context import constant
from snowdome.sql.functions.registry import scalar
from snowdome.sql.lineage import Node
from snowdome.sql.typed import Call, Typed
from snowdome.types import TEXT

_TEXT = r'"((?:[^"\\]|\\.)*)"'
_QUERY = re.compile(
    rf"\s*\{{V\(domain:\s*(\w+),\s*(name|id):\s*{_TEXT}(?:,\s*parent(Name|Id):\s*{_TEXT})?\)\s*\{{(.*)\}}\}}\s*",
    re.S,
)
_DIRECTION = re.compile(r"\b(upstream|downstream):\s*E\(")


@scalar("SYSTEM$DGQL", args="text")
def dgql(call: Call) -> Typed:
    """The objects one step up or down from another, as a JSON object."""
    call.env.volatile()
    if not isinstance(call[0].literal, str):
        raise compilation_error("001015", "22023", "argument 1 to function SYSTEM$DGQL needs to be constant")
    found = _QUERY.fullmatch(call[0].literal)
    directions = _DIRECTION.findall(found[6]) if found is not None else []
    if found is None or not directions:
        raise not_supported("questions about lineage other than which objects are next to another")
    session = call.env.session
    start = _start(call, found)
    known = list(lineage.edges(session))
    answer: dict[str, Any] = {}
    for direction in directions:
        near = 0 if direction == "downstream" else 1
        answer[direction] = [
            {"S": lineage.shown(session, s), "T": lineage.shown(session, t)}
            for s, t in known
            if (s, t)[near].id == start.id
        ]
    return constant(json.dumps({"data": {"V": answer}})).with_type(TEXT)


def _start(call: Call, found: re.Match[str]) -> Node:
    session, domain = call.env.session, found[1].upper()
    name, parent = _plain(found[3]), _plain(found[5]) if found[4] == "Name" else None
    if found[2] == "id":
        node = lineage.by_id(session, int(name)) if name.isdigit() else None
    else:
        node = lineage.find(session, domain, name, parent)
    if node is None:
        raise _missing(domain, name, parent)
    return node


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _missing(domain: str, name: str, parent: str | None) -> SnowflakeError:
    return object_not_found(domain.capitalize(), f"{parent}.{name}" if parent else name)
