"""Gateways: stable addresses whose requests go to several services of models in turn."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from snowdome.catalog.model import Entity
from snowdome.catalog.names import ObjectName
from snowdome.catalog.services import Gateway, Target
from snowdome.context import Context
from snowdome.errors import SnowflakeError
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.names import parse_name
from snowdome.sql.staging import object_name
from snowdome.statements import ddl, properties
from snowdome.statements.creation import creates
from snowdome.statements.ddl import KINDS, Kind
from snowdome.statements.describe import describes
from snowdome.statements.granted import Changes
from snowdome.statements.objects import action
from snowdome.statements.service_specifications import ENDPOINT
from snowdome.statements.show_services import ingress, place_of
from snowdome.statements.showing import Place, Row, columns, common, lists, objects
from snowdome.statements.yaml_specifications import Reader

_MOST = 5  # targets of a gateway
_READER = Reader("gateway")
properties.defines("GATEWAY")


@creates("GATEWAY")
def create_gateway(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE GATEWAY: its address stays the same as long as it is there."""
    name = object_name(statement.name, context)
    text = str(statement.options["SPECIFICATION"])

    def build(unit: Changes, target: ddl.Target) -> Entity:
        made = Gateway(**target.fields(unit), label=secrets.token_hex(4))
        return replace(made, specification=text, targets=_targets(text, context))

    return ddl.create(context, KINDS["GATEWAY"], name, statement, build)


@action("GATEWAY", ast.NewSpecification)
def alter_gateway(context: Context, kind: Kind, gateway: Gateway, what: ast.NewSpecification) -> None:
    """FROM SPECIFICATION: the next request goes where it says; those under way are answered."""
    ddl.update(
        context, gateway, replace(gateway, specification=what.text, targets=_targets(what.text, context))
    )
    context.services.services.turns.forget(gateway.id)


# -- the specification ----------------------------------------------------------------------------


def _targets(text: str, context: Context) -> tuple[Target, ...]:
    spec = _READER.mapping(_READER.read(text, ("spec",)).get("spec"), "spec", _KEYS)
    for key, only in (("type", "traffic_split"), ("split_type", "custom")):
        if spec.get(key) != only:
            raise _READER.invalid(f"{key} must be {only}")
    given = spec.get("targets")
    if not isinstance(given, list) or not 1 <= len(given) <= _MOST:
        raise _READER.invalid(f"targets must be a list of 1 to {_MOST} endpoints")
    found = tuple(_target(one, context) for one in given)
    if (total := sum(t.weight for t in found)) != 100:
        raise _READER.invalid(f"the weights must add up to 100, not {total}")
    return found


_KEYS = ("type", "split_type", "targets")


def _target(given: object, context: Context) -> Target:
    one = _READER.mapping(given, "a target", ("type", "value", "weight"))
    value, weight = one.get("value"), one.get("weight")
    if one.get("type") != "endpoint" or not isinstance(value, str) or "!" not in value:
        raise _READER.invalid(
            "a target must have the type endpoint and a value like db.schema.service!endpoint"
        )
    if isinstance(weight, bool) or not isinstance(weight, int) or not 0 <= weight <= 100:
        raise _READER.invalid(f"the weight of {value} must be a whole number from 0 to 100")
    service, _, endpoint = value.rpartition("!")
    name = ObjectName(parse_name(service))
    if len(name.parts) != 3:
        raise _READER.invalid(f"{value} must name database, schema, service and endpoint")
    ddl.require(context, KINDS["SERVICE"], name)
    if parse_name(endpoint)[-1].upper() != ENDPOINT.upper():
        raise SnowflakeError("091400", "22023", f"Endpoint {endpoint} does not exist in service {name}.")
    return Target(name.parts, weight)


# -- SHOW, DESCRIBE -------------------------------------------------------------------------------

_HEAD = "name ingress_url privatelink_ingress_url database_name schema_name owner owner_role_type"
_SHOWN = f"{_HEAD} created_on updated_on comment"
_DESCRIBED = f"{_HEAD} spec created_on updated_on comment"


@lists("GATEWAYS", _SHOWN, starts_with=True, limit=True)
def gateways(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_row(context, place, g) for place, g in objects(show, context, Gateway) if isinstance(g, Gateway)]


def _row(context: Context, place: Place, gateway: Gateway) -> Row:
    return {
        **common(place, gateway), "ingress_url": ingress(context, gateway.host),
        "spec": gateway.specification, "updated_on": gateway.altered_on, "comment": gateway.comment or None,
    }  # fmt: skip


@describes("GATEWAY", columns(_DESCRIBED))
def describe_gateway(context: Context, gateway: Gateway) -> list[tuple[Any, ...]]:
    row = _row(context, place_of(context, gateway), gateway)
    return [tuple(row.get(name) for name in _DESCRIBED.split())]
