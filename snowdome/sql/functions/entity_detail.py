"""ENTITY_DETAIL: what clients ask about the tags of an object, and about the objects of a tag."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from snowdome.catalog.model import Tag
from snowdome.errors import compilation_error, not_supported
from snowdome.session import Session
from snowdome.sql import tag_values
from snowdome.sql.functions.context import constant
from snowdome.sql.functions.registry import scalar
from snowdome.sql.tag_values import Tagged
from snowdome.sql.typed import Call, Typed
from snowdome.types import TEXT


@scalar("ENTITY_DETAIL", args="text, text, text")
def entity_detail(call: Call) -> Typed:
    """A JSON object with the wanted sections about the object with that domain and name."""
    call.env.volatile()
    domain, name, wanted = (_text(call, index) for index in range(3))
    session = call.env.session
    of = tag_values.tagged(session, name, domain)
    answer: dict[str, Any] = {}
    for section in _sections(wanted):
        answer |= _SECTIONS[section](session, of)
    return constant(json.dumps(answer, separators=(",", ":"))).with_type(TEXT)


def _text(call: Call, index: int) -> str:
    found = call[index].literal
    if not isinstance(found, str):
        text = f"argument {index + 1} to function ENTITY_DETAIL needs to be constant"
        raise compilation_error("001015", "22023", text)
    return found


def _sections(wanted: str) -> list[str]:
    try:
        found = json.loads(wanted)
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise compilation_error("001007", "22023", f"invalid value [{wanted}] for parameter 'ENTITY_DETAIL'")
    for section in found:
        if section not in _SECTIONS:
            raise not_supported(f"ENTITY_DETAIL with {section}")
    return found


def _of_object(session: Session, of: Tagged) -> dict[str, Any]:
    found = [{"tagName": r.tag.name, "tagValue": r.value} for r in tag_values.references(session, of)]
    return {"tagReferencesInfo": {"tagReferenceList": found}}


def _of_tag(session: Session, of: Tagged) -> dict[str, Any]:
    if not isinstance(of.entity, Tag):
        raise tag_values.invalid_domain(of.domain)
    found = [_use(use) for use in tag_values.uses(session, of.entity)]
    return {"referencedEntities": {"tagReferenceList": found}}


def _use(use: tag_values.Use) -> dict[str, str]:
    found = {"domain": use.domain, "entityName": use.entity.name, "tagValue": use.value}
    return found if use.column is None else {**found, "columnName": use.column}


_SECTIONS: dict[str, Callable[[Session, Tagged], dict[str, Any]]] = {
    "TAG_REFERENCES": _of_object,
    "TAG_REFERENCES_INTERNAL": _of_tag,
}
