"""SYSTEM$DEPLOY_MODEL: a service made of a version of a model."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from snowdome.catalog.names import ObjectName
from snowdome.catalog.services import ComputePool, ImageRepository, Service
from snowdome.context import Context
from snowdome.engine import interrupts
from snowdome.errors import SnowflakeError, not_supported, object_exists
from snowdome.serving.model_services import PATIENCE, Build, full_name, pool_suspended
from snowdome.sql.names import parse_name
from snowdome.statements import ddl
from snowdome.statements.ddl import KINDS
from snowdome.statements.service_specifications import servable
from snowdome.statements.services import check_instances
from snowdome.statements.staged_texts import staged_text
from snowdome.statements.system_functions import acts
from snowdome.statements.yaml_specifications import Reader, number

_IDLE = 1800  # seconds without requests after which a service that may have no instances is suspended
_SERVICE_KEYS = (
    "name", "compute_pool", "ingress_enabled", "min_instances", "max_instances", "cpu", "memory", "gpu",
    "num_workers", "max_batch_rows", "autocapture", "inference_engine_spec", "feature_retrieval", "adapters",
)  # fmt: skip
_BUILD_KEYS = ("compute_pool", "image_repo", "force_rebuild", "external_access_integrations")
_READER = Reader("model deployment")
_REFUSED = {
    "gpu": "services with GPUs (gpu)",
    "autocapture": "inference tables (autocapture)",
    "inference_engine_spec": "inference engines",
    "feature_retrieval": "features that a service looks up",
    "adapters": "adapters of models",
}


@dataclass(frozen=True)
class _Wanted:
    """What a deployment asks for."""

    model: str
    version: str
    service: Mapping[str, Any]
    build: Mapping[str, Any] = field(default_factory=dict)


@acts("SYSTEM$DEPLOY_MODEL")
def deploy_model(context: Context, arguments: Sequence[object]) -> str:
    """Make a service and wait until it answers; one that does not stays there, FAILED, with its log."""
    wanted = _read(_text(str(arguments[0]), context))
    ddl.commit_first(context)
    name = ObjectName(parse_name(str(wanted.service["name"])))
    build = _build_name(context.query_id)
    schema = context.session.require_schema(name)[1].id
    log = _check_build(wanted, context)
    context.services.services.note_build(schema, build, Build("RUNNING", log))
    try:
        service = _create(name, wanted, context)
    except SnowflakeError as error:
        failed = Build("FAILED", f"{log}\n{error.message}")
        context.services.services.note_build(schema, build, failed)
        raise
    context.services.services.note_build(schema, build, Build("DONE", log))
    _run(service, context)
    return f"Model service {full_name(context.catalog.snapshot, service)} is deployed."


def _build_name(query_id: str) -> str:
    """What the client calls the job that it follows: it makes the name of the query's id."""
    number = int(uuid.UUID(query_id))
    digest = hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()
    return f"MODEL_BUILD_{digest[:8]}".upper()


# -- the specification ----------------------------------------------------------------------------


def _text(given: str, context: Context) -> str:
    """The specification itself, or the staged file that has it."""
    return staged_text(given, context) if given.lstrip().startswith("@") else given


def _read(text: str) -> _Wanted:
    whole = _READER.read(text, ("models", "image_build", "service", "model_loggings", "job"))
    for key, what in (("model_loggings", "models from other hubs"), ("job", "batch inference jobs")):
        if whole.get(key):
            raise not_supported(f"SYSTEM$DEPLOY_MODEL of {what} ({key})")
    models = whole.get("models")
    if not isinstance(models, list) or len(models) != 1:
        raise _READER.invalid("models must be a list of one model")
    model = _READER.mapping(models[0], "models[0]", ("name", "version"))
    service = _READER.mapping(whole.get("service"), "service", _SERVICE_KEYS)
    for key, what in _REFUSED.items():
        if service.get(key):
            raise not_supported(f"SYSTEM$DEPLOY_MODEL with {what}")
    for key, part in (("name", model), ("version", model), ("name", service), ("compute_pool", service)):
        if not isinstance(part.get(key), str) or not part[key]:
            raise _READER.invalid(f"{key} of {'a model' if part is model else 'the service'} is missing")
    build = _READER.mapping(whole.get("image_build") or {}, "image_build", _BUILD_KEYS)
    return _Wanted(model["name"], model["version"], service, build)


# -- what it names --------------------------------------------------------------------------------


def _pool(name: str, context: Context) -> ComputePool:
    pool = ddl.require(context, KINDS["COMPUTE POOL"], ObjectName(parse_name(name)))
    assert isinstance(pool, ComputePool)
    if pool.suspended and not pool.auto_resume:
        raise pool_suspended(pool)
    return pool


def _check_build(wanted: _Wanted, context: Context) -> str:
    """What an image would be built with must be there; the log of what takes the build's place."""
    found = wanted.build
    if found.get("external_access_integrations"):
        raise not_supported("SYSTEM$DEPLOY_MODEL with external access integrations")
    if found.get("compute_pool"):
        _pool(str(found["compute_pool"]), context)
    if found.get("image_repo"):
        name = ObjectName(parse_name(str(found["image_repo"])))
        assert isinstance(ddl.require(context, KINDS["IMAGE REPOSITORY"], name), ImageRepository)
    _pool(str(wanted.service["compute_pool"]), context)
    model, version = servable(wanted.model, wanted.version, context)
    needs = "\n".join(f"  {package}" for package in version.packages)
    return (
        f"Model {full_name(context.catalog.snapshot, model)} version {version.name} runs in the account's own"
        f" environment: no image is built.\nIts packages are installed:\n{needs}"
    )


# -- the service ----------------------------------------------------------------------------------


def _create(name: ObjectName, wanted: _Wanted, context: Context) -> Service:
    kind = KINDS["SERVICE"]
    with context.catalog.unit() as unit:
        parent = ddl.parent_of(context, kind, name)
        if ddl.taken(context, kind, parent, name.name, False) is not None:
            raise object_exists(str(ddl.full_name(context, kind, name)))
        model, version = servable(wanted.model, wanted.version, context)
        pool = _pool(str(wanted.service["compute_pool"]), context)
        now = context.catalog.clock.now()
        if pool.suspended:
            unit.put(replace(pool, suspended=False, resumed_on=now))
        return unit.put(Service(
            id=unit.new_id(), name=name.name, parent=parent, owner=context.session.role or "",
            model=model.id, version=version.id, pool=pool.id, label=secrets.token_hex(4), resumed_on=now,
            **_settings(wanted.service),
        ))  # fmt: skip


def _settings(given: Mapping[str, Any]) -> dict[str, Any]:
    least = number(given, "min_instances", 0, 0)
    made: dict[str, Any] = {
        "public": bool(given.get("ingress_enabled", False)),
        "min_instances": least,
        "max_instances": number(given, "max_instances", 1, 1),
        "auto_suspend": 0 if least else _IDLE,
        "cpu": _READER.amount(given, "cpu"),
        "memory": _READER.amount(given, "memory"),
        "workers": number(given, "num_workers", 0, 1),
        "max_batch_rows": number(given, "max_batch_rows", 0, 1) or None,
    }
    check_instances(Service(id=0, name="", **made))
    return made


def _run(service: Service, context: Context) -> None:
    """Start the service; a deployment that is cancelled leaves none."""
    services = context.services.services
    services.started(service)
    try:
        services.fleet.wait(str(service.id), PATIENCE)
    except SnowflakeError as error:
        if error.code == "000604":
            _undo(service, context)
        raise


def _undo(service: Service, context: Context) -> None:
    with interrupts.shielded():
        with context.catalog.unit() as unit:
            if service.id not in context.catalog.snapshot.by_id:
                return
            gone = ddl.drop_tree(context, unit, service)
        ddl.forget_files(context, gone)
