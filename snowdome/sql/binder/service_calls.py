"""Calls of services of models: ``svc!predict(…)``, answered by the service's own processes."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from snowdome.catalog.model import Function
from snowdome.catalog.services import Service, served
from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.serving.model_services import full_name, model_gone
from snowdome.sql.binder import model_calls, python_calls, user_functions
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.scope import Scope
from snowdome.sql.typed import Typed


def find(binder: Binder, node: exp.Expr, scope: Scope) -> Service | None:
    """The service that stands before the exclamation mark of a call; None if it is a model."""
    written = node.this
    if isinstance(written, exp.Anonymous):
        return None
    parts = model_calls.parts_of(written)
    if len(parts) == 1 and scope.model(parts[0]) is not None:
        return None
    return binder.session.find(Service, binder.object_name(parts))


def bind(binder: Binder, service: Service, call: exp.Anonymous, scope: Scope) -> Typed:
    """The value of a call; the service is running once the query is to run."""
    function = _function(binder, service, call)
    chosen = user_functions.overload(binder, [function], call, scope)
    services = binder.context.services.services
    if binder.context.actions:
        services.ready(service)
    return python_calls.asked(
        binder, services.engine_name(service, chosen.function), chosen.function, chosen.arguments
    )


def _function(binder: Binder, service: Service, call: exp.Anonymous) -> Function:
    snapshot = binder.session.catalog.snapshot
    found = served(snapshot, service)
    if found is None:
        raise model_gone(full_name(snapshot, service))
    model, version = found
    name = model_calls.fold_name(call)
    method = version.method(name)
    if method is None or method.is_table:
        raise _unknown(full_name(snapshot, service), name)
    function = model_calls.as_function(binder, model, version, method)
    return replace(function, name=f"{service.name}!{method.name}")


def refuse_rows(binder: Binder, node: exp.Expr, scope: Scope) -> None:
    """002140 if ``node`` asks a service for rows: table functions are not served, nor is OVER known."""
    service = find(binder, node, scope)
    if service is None:
        return
    call = model_calls.call_of(node)
    name = model_calls.fold_name(call) if isinstance(call, exp.Anonymous) else ""
    if name in _OF_EVENTS:
        raise not_supported(f"{name} (there is no event table)")
    raise _unknown(full_name(binder.session.catalog.snapshot, service), name)


_OF_EVENTS = ("SPCS_GET_LOGS", "SPCS_GET_METRICS", "SPCS_GET_EVENTS")


def _unknown(service: str, name: str) -> SnowflakeError:
    """002140: the service has no such function; table functions are not served."""
    return compilation_error("002140", "42601", f"Unknown function {service}!{name}.")
