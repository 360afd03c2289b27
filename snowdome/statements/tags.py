"""Tags: CREATE, ALTER, and setting them on objects and columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from snowdome.catalog.model import Entity, Tag
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements import ddl, properties
from snowdome.statements.creation import creates
from snowdome.statements.ddl import KINDS, Kind, Target
from snowdome.statements.granted import Changes
from snowdome.statements.objects import action

E = TypeVar("E", bound=Entity)

properties.defines("TAG", PROPAGATE=properties.only("NONE"))


@creates("TAG")
def create_tag(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE TAG."""
    options = dict(statement.options)
    allowed = options.pop("ALLOWED_VALUES", [])
    values = tuple(str(v) for v in allowed) if isinstance(allowed, list) else ()

    def build(unit: Changes, target: Target) -> Entity:
        made = Tag(**target.fields(unit), allowed_values=values)
        return properties.applied(made, "TAG", options, context)

    return ddl.create(context, KINDS["TAG"], object_name(statement.name, context), statement, build)


@action("TAG", ast.AllowedValues)
def allowed_values(context: Context, kind: Kind, tag: Tag, what: ast.AllowedValues) -> None:
    """ADD, DROP and UNSET ALLOWED_VALUES."""
    if what.values is None:
        values: tuple[str, ...] = ()
    elif what.add:
        values = (*tag.allowed_values, *(v for v in what.values if v not in tag.allowed_values))
    else:
        values = tuple(v for v in tag.allowed_values if v not in what.values)
    ddl.update(context, tag, replace(tag, allowed_values=values))


def resolved(context: Context, tags: ast.Tags) -> dict[str, str]:
    """Tag ids to values; 002003 for a tag that is not there, 391802 for a value it does not allow."""
    found: dict[str, str] = {}
    for name, value in tags:
        tag = require_tag(context, object_name(name, context))
        if tag.allowed_values and value not in tag.allowed_values:
            raise _not_allowed(context, tag, value)
        found[str(tag.id)] = value
    return found


def require_tag(context: Context, name: ObjectName) -> Tag:
    """The tag called ``name``."""
    found = ddl.require(context, KINDS["TAG"], name)
    assert isinstance(found, Tag)
    return found


def _not_allowed(context: Context, tag: Tag, value: str) -> SnowflakeError:
    listed = ", ".join(f"'{v}'" for v in tag.allowed_values)
    text = f"Tag value '{value}' is not in the allowed values of tag '{tag.name}': {listed}."
    return compilation_error("391802", "0A000", text)


def tagged(entity: E, tags: ast.Tags, context: Context) -> E:
    """``entity`` with more tags."""
    return replace(entity, tags={**entity.tags, **resolved(context, tags)}) if tags else entity


def set_tags(context: Context, kind: Kind, entity: Entity, what: ast.SetTags) -> None:
    """ALTER … SET TAG."""
    ddl.update(context, entity, tagged(entity, what.tags, context))


def unset_tags(context: Context, kind: Kind, entity: Entity, what: ast.UnsetTags) -> None:
    """ALTER … UNSET TAG."""
    gone = {str(require_tag(context, object_name(name, context)).id) for name in what.names}
    ddl.update(context, entity, replace(entity, tags={k: v for k, v in entity.tags.items() if k not in gone}))


for _kind in KINDS:
    action(_kind, ast.SetTags)(set_tags)
    action(_kind, ast.UnsetTags)(unset_tags)
