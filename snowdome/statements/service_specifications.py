"""What a service runs, as YAML in the form of a container's specification: written, and read again to change it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import yaml

from snowdome.catalog.names import ObjectName, quote
from snowdome.catalog.services import Service, served
from snowdome.catalog.versioned import Model, ModelVersion
from snowdome.context import Context
from snowdome.errors import SnowflakeError, not_supported, object_not_found
from snowdome.serving import spec
from snowdome.serving.fleet import CONTAINER
from snowdome.serving.model_services import full_name
from snowdome.sql.names import parse_name
from snowdome.statements import ddl
from snowdome.statements.ddl import KINDS
from snowdome.statements.yaml_specifications import Reader

PORT = 5000
ENDPOINT = "inference"
IMAGE = "snowdome/model-inference"
_CAPTURE = "SPCS_MODEL_INFERENCE_SERVER__AUTOCAPTURE_ENABLED"
_READER = Reader("service")


def servable(model: str, version: str, context: Context) -> tuple[Model, ModelVersion]:
    """A model and a version of it that a service can serve, by name; 002003 if there is none."""
    found = ddl.require(context, KINDS["MODEL"], ObjectName(parse_name(model)))
    assert isinstance(found, Model)
    name = parse_name(version)[-1]
    one = found.version(name)
    if one is None or one.live:
        raise object_not_found("Version", name)
    if not spec.served(one.methods):
        tables = ", ".join(m.name for m in one.methods)
        text = f"Online inference services do not support TABLE_FUNCTION methods: {tables}."
        raise SnowflakeError("091400", "22000", text)
    return found, one


# -- written --------------------------------------------------------------------------------------


def specification(context: Context, service: Service) -> str:
    """What runs, as DESCRIBE SERVICE shows it and ALTER SERVICE takes it."""
    resources = {k: v for k, v in (("cpu", service.cpu), ("memory", service.memory)) if v}
    container: dict[str, Any] = {"name": CONTAINER, "image": IMAGE, "env": _environment(context, service)}
    if resources:
        container["resources"] = {"requests": resources, "limits": dict(resources)}
    endpoint = {"name": ENDPOINT, "port": PORT, "protocol": "HTTP", "public": service.public}
    made = {"spec": {"containers": [container], "endpoints": [endpoint]}}
    return str(yaml.safe_dump(made, sort_keys=False))


def _environment(context: Context, service: Service) -> dict[str, str]:
    found = served(context.catalog.snapshot, service)
    model = full_name(context.catalog.snapshot, found[0]) if found else ""
    return {
        _CAPTURE: "false",
        **({"MODEL": model, "VERSION": quote(found[1].name)} if found else {}),
        **({"NUM_WORKERS": str(service.workers)} if service.workers else {}),
        **({"MAX_BATCH_ROWS": str(service.max_batch_rows)} if service.max_batch_rows else {}),
    }


def digest(context: Context, service: Service) -> str:
    """What tells one specification from another."""
    return hashlib.sha256(specification(context, service).encode()).hexdigest()


# -- read -----------------------------------------------------------------------------------------


def respecified(context: Context, service: Service, text: str) -> Service:
    """The service as a specification says: another version of a model, other resources; 091400 if it cannot be
    read, 002003 if it names what is not there."""
    whole = _READER.mapping(
        _READER.read(text, ("spec",)).get("spec"),
        "spec",
        ("containers", "endpoints", "volumes", "logExporters"),
    )
    for key in ("volumes", "logExporters"):
        if whole.get(key):
            raise not_supported(f"services with {key}")
    return replace(service, **_container(_only(whole, "containers"), context), public=_is_public(whole))


def _only(whole: Mapping[str, Any], key: str) -> object:
    found = whole.get(key)
    if not isinstance(found, list) or len(found) != 1:
        raise _READER.invalid(f"{key} must be a list of one")
    return found[0]


def _container(given: object, context: Context) -> dict[str, Any]:
    what = f"container {CONTAINER}"
    one = _READER.mapping(given, what, ("name", "image", "env", "resources"))
    if one.get("name") != CONTAINER:
        raise _READER.invalid(f"its container must be {CONTAINER}")
    if one.get("image") != IMAGE:
        raise not_supported(f"services of other images than {IMAGE}")
    env = _READER.mapping(one.get("env"), f"env of {what}", (_CAPTURE, "MODEL", "VERSION", *_NUMBERS))
    if str(env.get(_CAPTURE, "false")).lower() != "false":
        raise not_supported("inference tables (autocapture)")
    for key in ("MODEL", "VERSION"):
        if not isinstance(env.get(key), str):
            raise _READER.invalid(f"env of {what} must say its {key}")
    model, version = servable(env["MODEL"], env["VERSION"], context)
    return {"model": model.id, "version": version.id, **_numbers(env), **_resources(one, what)}


_NUMBERS = {"NUM_WORKERS": ("workers", 0), "MAX_BATCH_ROWS": ("max_batch_rows", None)}


def _numbers(env: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, (field, unset) in _NUMBERS.items():
        text = str(env.get(key, ""))
        if text and not (text.isdecimal() and int(text) > 0):
            raise _READER.invalid(f"{key} must be a whole number from 1 up, not {text}")
        made[field] = int(text) if text else unset
    return made


def _resources(container: Mapping[str, Any], what: str) -> dict[str, str]:
    given = _READER.mapping(container.get("resources") or {}, f"resources of {what}", ("requests", "limits"))
    parts = [
        _READER.mapping(given.get(key) or {}, f"{key} of {what}", ("cpu", "memory", "nvidia.com/gpu"))
        for key in ("requests", "limits")
    ]
    if any(part.get("nvidia.com/gpu") for part in parts):
        raise not_supported("services with GPUs")
    wanted = {**parts[1], **parts[0]}
    return {key: _READER.amount(wanted, key) for key in ("cpu", "memory")}


def _is_public(whole: Mapping[str, Any]) -> bool:
    if not whole.get("endpoints"):
        return False
    what = f"endpoint {ENDPOINT}"
    one = _READER.mapping(_only(whole, "endpoints"), what, ("name", "port", "protocol", "public"))
    for key, only in (("name", ENDPOINT), ("port", PORT), ("protocol", "HTTP")):
        if one.get(key, only) != only:
            raise _READER.invalid(f"the {key} of a model's endpoint is {only}")
    public = one.get("public", False)
    if not isinstance(public, bool):
        raise _READER.invalid(f"public of {what} must be true or false")
    return public
