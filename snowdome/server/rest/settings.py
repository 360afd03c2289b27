"""CREATE OR ALTER of objects that are only their properties: one that is there gets exactly those given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from snowdome.server import edge
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.resource import Clauses, Filters, Resource, created, fetched, shown
from snowdome.server.rest.sqltext import Property, assignments, identifier, joined, pattern

More = Callable[[Body, Answer], "list[str]"]  # actions beyond properties, by what is there


def create_or_alter(
    resource: Resource, call: Call, clauses: Clauses, properties: Sequence[Property], more: More | None = None
) -> Status:
    """Create the path's object, or set the properties that the body has and unset those it has not."""
    body = call.fields()
    name = call.name()
    if identifier(body.required("name")) != name:
        raise edge.bad_request("the name in the body is not the name in the path")
    if not exists(resource, call):
        return created(resource.word, call, clauses, call.object)
    before = fetched(resource, call)
    actions = [*_actions(body, before, properties), *(more(body, before) if more is not None else ())]
    for action in actions:
        call.run(joined("ALTER", resource.word, call.object, action))
    return {"status": "Statement executed successfully."}


def exists(resource: Resource, call: Call) -> bool:
    """Whether the path's object is there."""
    name = call.name()
    return any(row["name"] == name for row in shown(resource, call, Filters(f"LIKE {pattern(name)}")))


def _actions(body: Body, before: Answer, properties: Sequence[Property]) -> list[str]:
    wanted = assignments(body, properties)
    absent = [p.sql for p in properties if p.key not in body and before.get(p.key) not in (None, "")]
    return [a for a in (wanted and f"SET {wanted}", absent and f"UNSET {', '.join(absent)}") if a]
