"""SYSTEM$GET_TAG."""

from __future__ import annotations

from snowdome.catalog.model import Tag
from snowdome.catalog.names import ObjectName
from snowdome.errors import compilation_error, object_not_found
from snowdome.sql import tag_values
from snowdome.sql.functions.context import constant
from snowdome.sql.functions.registry import scalar
from snowdome.sql.names import parse_name
from snowdome.sql.typed import Call, Typed
from snowdome.types import TEXT


@scalar("SYSTEM$GET_TAG", args="text, text, text")
def get_tag(call: Call) -> Typed:
    """The value of a tag on an object, its own or that of what it is in; NULL if there is none."""
    name, owner, domain = (_text(a) for a in call.args)
    session = call.env.session
    call.env.volatile()
    tag = session.find(Tag, ObjectName(tuple(p or "PUBLIC" for p in parse_name(name))))
    if tag is None:
        raise object_not_found("Tag", name)
    found = tag_values.references(session, tag_values.tagged(session, owner, domain))
    values = [r.value for r in found if r.tag.id == tag.id]
    return constant(values[0] if values else None).with_type(TEXT)


def _text(argument: Typed) -> str:
    if not isinstance(argument.literal, str):
        raise compilation_error(
            "001015", "22023", "argument 1 to function SYSTEM$GET_TAG needs to be constant"
        )
    return argument.literal
