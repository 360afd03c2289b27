"""ALTER SERVICE, SYSTEM$GET_SERVICE_STATUS, SYSTEM$GET_SERVICE_LOGS."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Sequence

from snowdome.catalog.model import Warehouse
from snowdome.catalog.services import Service
from snowdome.context import Context
from snowdome.engine import interrupts
from snowdome.errors import SnowflakeError, compilation_error, not_supported, object_not_found
from snowdome.serving.fleet import CONTAINER, InstanceStatus
from snowdome.serving.model_services import Build
from snowdome.sql import ast
from snowdome.sql.names import parse_name
from snowdome.stages.formats import Given
from snowdome.statements import properties
from snowdome.statements.compute_pools import number, update
from snowdome.statements.ddl import Kind
from snowdome.statements.objects import action
from snowdome.statements.properties import Fields, Property, plain
from snowdome.statements.service_specifications import IMAGE, respecified
from snowdome.statements.show_services import BUILD, named
from snowdome.statements.staged_texts import staged_text
from snowdome.statements.system_functions import acts

_MOST_INSTANCES = 16
_LINES = 500  # of a log, where nobody says how many


def _warehouse(name: str, value: Given) -> Fields:
    """An object's name: what is not in quotes is upper case."""
    return {"query_warehouse": value if isinstance(value, str) else plain(value).upper()}


properties.defines(
    "SERVICE",
    MIN_INSTANCES=number("min_instances", 0, 1),
    MAX_INSTANCES=number("max_instances", 1, 1),
    MIN_READY_INSTANCES=number("min_ready_instances", 1, 1),
    AUTO_SUSPEND_SECS=number("auto_suspend", 0, 0),
    AUTO_RESUME=properties.flag("auto_resume", True),
    QUERY_WAREHOUSE=Property(_warehouse, {"query_warehouse": ""}),
    LOG_LEVEL=properties.only("INFO", "ERROR", "NONE"),
    EXTERNAL_ACCESS_INTEGRATIONS=properties.later("of services"),
)


# -- ALTER ----------------------------------------------------------------------------------------


@action("SERVICE", ast.Verb)
def suspend_or_resume(context: Context, kind: Kind, service: Service, what: ast.Verb) -> None:
    """SUSPEND, RESUME; nothing happens to one that is so already."""
    if what.words == "SUSPEND":
        context.services.services.suspend(service)
    else:
        context.services.services.resume(str(service.id))


@action("SERVICE", ast.NewSpecification)
def new_specification(context: Context, kind: Kind, service: Service, what: ast.NewSpecification) -> None:
    """FROM SPECIFICATION: requests go to what it says once that is READY; if it FAILS, the service stays as it is."""
    text = staged_text(what.file, context) if what.file else what.text
    context.services.services.upgrade(service, respecified(context, service, text))
    try:
        update(context, service, lambda now: respecified(context, now, text))
    finally:
        context.services.services.changed(service)  # also if what it names was dropped meanwhile


@action("SERVICE", ast.SetOptions)
def set_options(context: Context, kind: Kind, service: Service, what: ast.SetOptions) -> None:
    """SET: another number of instances takes effect without losing a request."""
    _change(context, service, lambda now: properties.applied(now, "SERVICE", what.options, context))


@action("SERVICE", ast.UnsetOptions)
def unset_options(context: Context, kind: Kind, service: Service, what: ast.UnsetOptions) -> None:
    """UNSET."""
    _change(context, service, lambda now: properties.cleared(now, "SERVICE", what.names))


def _change(context: Context, service: Service, change: Callable[[Service], Service]) -> None:
    update(context, service, lambda now: _checked(context, change(now)))
    context.services.services.changed(service)


def _checked(context: Context, service: Service) -> Service:
    check_instances(service)
    warehouse = service.query_warehouse
    if warehouse and context.catalog.snapshot.get(Warehouse, 0, warehouse) is None:
        raise object_not_found("Warehouse", warehouse)
    return service


def check_instances(service: Service) -> None:
    """001423: fewer instances at most than at least; 000002: more processes than a computer should have."""
    if service.instances > _MOST_INSTANCES:
        raise not_supported(f"services with more than {_MOST_INSTANCES} instances")
    for name, least in (
        ("MIN_INSTANCES", service.min_instances),
        ("MIN_READY_INSTANCES", service.min_ready_instances),
    ):
        if least > service.max_instances:
            text = f"invalid property combination '{name}'='{least}' and 'MAX_INSTANCES'='{service.max_instances}'"
            raise compilation_error("001423", "22023", text)


# -- SYSTEM$ functions ----------------------------------------------------------------------------


def _found(context: Context, name: object) -> Service | Build:
    """The service called so; 002003 if there is none."""
    written = ast.Name(parse_name(str(name)), None, 0)
    return named(ast.Show(kind="SERVICES", scope=ast.Scope("SERVICE", written)), context)


@acts("SYSTEM$GET_SERVICE_STATUS")
def service_status(context: Context, arguments: Sequence[object]) -> str:
    """The containers of a service as a JSON array; with a second argument, waits so many seconds for it."""
    service = _found(context, arguments[0])
    if isinstance(service, Build):
        return json.dumps([_status(str(arguments[0]), BUILD, "0", service.state, service.log)])
    if len(arguments) > 1 and arguments[1] and not service.suspended:
        _await(context, service, float(str(arguments[1])))
    found = context.services.services.instances(service)
    if not found:
        state = context.services.services.state(service)
        return json.dumps([_status(service.name, "", "", state, "")])
    return json.dumps([_instance(service, i) for i in found])


def _await(context: Context, service: Service, seconds: float) -> None:
    try:
        context.services.services.fleet.wait(str(service.id), seconds, changes=True)
    except SnowflakeError:
        interrupts.check()  # how it is otherwise is told by the status


def _status(service: str, container: str, instance: str, status: str, message: str) -> dict[str, object]:
    return {
        "status": status, "message": message, "containerName": container, "instanceId": instance,
        "serviceName": service, "image": IMAGE if container == CONTAINER else "", "restartCount": 0,
        "startTime": "",
    }  # fmt: skip


def _instance(service: Service, instance: InstanceStatus) -> dict[str, object]:
    since = instance.start_time
    moment = "" if since is None else datetime.datetime.fromtimestamp(since, datetime.timezone.utc)
    return {
        **_status(service.name, CONTAINER, str(instance.instance_id), instance.status, instance.message),
        "restartCount": instance.restart_count,
        "startTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else "",
    }


@acts("SYSTEM$GET_SERVICE_LOGS")
def service_logs(context: Context, arguments: Sequence[object]) -> str:
    """The last lines of a container's log."""
    name, instance, container, lines = (*arguments, None, None, None)[:4]
    service = _found(context, name)
    only = BUILD if isinstance(service, Build) else CONTAINER
    if container is not None and str(container) != only:
        text = f"Container {container} does not exist in service {name}."
        raise SnowflakeError("091400", "22000", text)
    number = "0" if instance is None else str(instance)
    count = _LINES if lines is None else int(str(lines))
    if isinstance(service, Build):
        return "\n".join(service.log.splitlines()[-count:]) if number == "0" else ""
    if not number.isdigit() or int(number) >= max(service.instances, service.max_instances):
        raise SnowflakeError("091400", "22000", f"Instance {number} does not exist in service {name}.")
    return context.services.services.fleet.logs(str(service.id), int(number), CONTAINER, count)
