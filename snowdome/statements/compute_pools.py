"""Compute pools and image repositories: all services run on this machine, and no images are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from snowdome.catalog.catalog import Snapshot
from snowdome.catalog.model import Entity
from snowdome.catalog.services import ComputePool, ImageRepository, in_pool
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, not_supported, object_not_found
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.stages.formats import Given
from snowdome.statements import ddl, properties, tags
from snowdome.statements.creation import creates
from snowdome.statements.ddl import KINDS, Kind, Target
from snowdome.statements.granted import Changes
from snowdome.statements.notifications import missing
from snowdome.statements.objects import action
from snowdome.statements.properties import Fields, Property, invalid_property_value, plain

E = TypeVar("E", bound=Entity)

# Snowflake's machines, in whichever cloud.
FAMILIES = {
    *("CPU_X64_XS", "CPU_X64_S", "CPU_X64_M", "CPU_X64_SL", "CPU_X64_L"),
    *("HIGHMEM_X64_S", "HIGHMEM_X64_M", "HIGHMEM_X64_SL", "HIGHMEM_X64_L"),
    *(f"GEN_ARM_G1_{n}" for n in (2, 4, 8, 16, 32)),
    *(f"GEN_X64_G2_{n}" for n in (2, 4, 8, 16, 32)),
    *(f"MEM_X64_G2_{n}" for n in (8, 32, 64, 96, 192)),
}
GPU_FAMILIES = {
    *(f"GPU_NV_{size}" for size in ("XS", "S", "SM", "M", "2M", "L", "3M", "SL", "XL")),
    *("GPU_GCP_NV_L4_1_24G", "GPU_GCP_NV_L4_4_24G", "GPU_GCP_NV_A100_8_40G"),
    *(f"GPU_L40S_G1_{n}" for n in (8, 16, 48, 192)),
    *(f"GPU_R6K_G1_{n}" for n in (8, 16, 32, 48, 96, 192)),
    *("GPU_A100_G1_12", "GPU_A100_G1_48"),
}
WORKLOADS = ("ALL", "USER", "NOTEBOOK", "MODEL_SERVING", "STREAMLIT", "ML_JOB")
_SERVING = {"ALL", "MODEL_SERVING"}  # what services of models are among them
_REQUIRED = ("MIN_NODES", "MAX_NODES", "INSTANCE_FAMILY")


def number(field: str, least: int = 0, unset: int | None = None) -> Property:
    """A whole number from ``least`` up."""

    def read(name: str, value: Given) -> Fields:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise invalid_property_value(name, plain(value))
        return {field: value}

    return Property(read, {} if unset is None else {field: unset})


def _known_family(word: str) -> str:
    family = word.upper()
    if family in GPU_FAMILIES:
        raise not_supported(f"compute pools with GPUs (INSTANCE_FAMILY = {family})")
    if family not in FAMILIES:
        text = "Please refer to Snowflake documentation for supported instance families."
        text = f"Invalid instance family {family}. {text}"
        raise SnowflakeError("091400", "22023", text)
    return family


def _family(name: str, value: Given) -> Fields:
    return {"family": _known_family(plain(value))}


def _backups(name: str, value: Given) -> Fields:
    given = value if isinstance(value, list) else [value]
    return {"backup_families": tuple(_known_family(plain(v)) for v in given)}


def _initially_suspended(name: str, value: Given) -> Fields:
    return {"suspended": properties.flag("suspended").read(name, value)["suspended"]}


properties.defines(
    "COMPUTE POOL",
    MIN_NODES=number("min_nodes", 1),
    MAX_NODES=number("max_nodes", 1),
    INSTANCE_FAMILY=Property(_family),
    AUTO_RESUME=properties.flag("auto_resume", True),
    AUTO_SUSPEND_SECS=number("auto_suspend", 0, 3600),
    INITIALLY_SUSPENDED=Property(_initially_suspended),
    BACKUP_INSTANCE_FAMILIES=Property(_backups, {"backup_families": ()}),
    PLACEMENT_GROUP=properties.later("of compute pools"),
)
properties.defines("IMAGE REPOSITORY")


@creates("COMPUTE POOL")
def create_compute_pool(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE COMPUTE POOL: its nodes are there at once."""
    if statement.replace:
        raise compilation_error("000002", "0A000", "Unsupported feature 'CREATE OR REPLACE COMPUTE POOL'.")
    name = object_name(statement.name, context)
    if name.name != name.name.upper():
        text = f"Invalid compute pool name: '{name.name}'. Name must be uppercase."
        raise SnowflakeError("091400", "22023", text)
    absent = [option for option in _REQUIRED if option not in statement.options]
    if absent:
        raise missing(absent)

    def build(unit: Changes, target: Target) -> Entity:
        made = properties.applied(
            ComputePool(**target.fields(unit)), "COMPUTE POOL", statement.options, context
        )
        made = tags.tagged(_checked(made), statement.tags, context)
        return made if made.suspended else replace(made, resumed_on=context.catalog.clock.now())

    return ddl.create(context, KINDS["COMPUTE POOL"], name, statement, build)


def _checked(pool: ComputePool) -> ComputePool:
    if pool.min_nodes > pool.max_nodes:
        text = (
            f"invalid property combination 'MIN_NODES'='{pool.min_nodes}' and 'MAX_NODES'='{pool.max_nodes}'"
        )
        raise compilation_error("001423", "22023", text)
    if pool.family in pool.backup_families:
        text = (
            "Invalid BACKUP_INSTANCE_FAMILIES for compute pool: BACKUP_INSTANCE_FAMILIES contains"
            f" '{pool.family}' which matches the primary INSTANCE_FAMILY. Each backup must be different"
            " from the primary."
        )
        raise SnowflakeError("091400", "22023", text)
    return pool


# -- ALTER ----------------------------------------------------------------------------------------


@action("COMPUTE POOL", ast.SetOptions)
def set_options(context: Context, kind: Kind, pool: ComputePool, what: ast.SetOptions) -> None:
    """SET: another family only while the pool is suspended."""
    if "INITIALLY_SUSPENDED" in what.options:
        raise properties.invalid_property("INITIALLY_SUSPENDED", "COMPUTE_POOL")

    def change(now: ComputePool) -> ComputePool:
        changed = _checked(properties.applied(now, "COMPUTE POOL", what.options, context))
        if "INSTANCE_FAMILY" in what.options:
            _check_suspended(now)
        return changed

    update(context, pool, change)


def _check_suspended(pool: ComputePool) -> None:
    if not pool.suspended:
        text = (
            "Invalid property 'INSTANCE_FAMILY' for 'COMPUTE_POOL':\nCannot set INSTANCE_FAMILY for compute pool"
            " that is not suspended. Please suspend the compute pool first."
        )
        raise SnowflakeError("091400", "22023", text)


def update(context: Context, entity: E, change: Callable[[E], E]) -> tuple[E, E]:
    """Replace an object by what ``change`` makes of it as it is when a writer's turn has come; it before and after.

    The account changes pools and services by itself too, between a statement's reading and writing one.
    """
    with context.catalog.unit() as unit:
        now = context.catalog.snapshot.by_id.get(entity.id)
        if not isinstance(now, type(entity)):
            raise object_not_found(entity.kind_name, entity.name)
        return now, unit.put(change(now))


@action("COMPUTE POOL", ast.UnsetOptions)
def unset_options(context: Context, kind: Kind, pool: ComputePool, what: ast.UnsetOptions) -> None:
    """UNSET of what has a default."""
    for name in what.names:
        if name in (*_REQUIRED, "INITIALLY_SUSPENDED"):
            raise properties.invalid_property(name, "COMPUTE_POOL")
    update(context, pool, lambda now: properties.cleared(now, "COMPUTE POOL", what.names))


@action("COMPUTE POOL", ast.Verb)
def suspend_or_resume(context: Context, kind: Kind, pool: ComputePool, what: ast.Verb) -> None:
    """SUSPEND, with all services of the pool; RESUME, with those that resume by themselves when asked."""
    if what.words == "RESUME":
        moment = context.catalog.clock.now()
        update(
            context,
            pool,
            lambda now: replace(now, suspended=False, resumed_on=moment) if now.suspended else now,
        )
        return
    update(context, pool, lambda now: replace(now, suspended=True))  # first: what resumes now resumes it too
    for service in in_pool(context.catalog.snapshot, pool.id):
        context.services.services.suspend(service)


@action("COMPUTE POOL", ast.StopAll)
def stop_all(context: Context, kind: Kind, pool: ComputePool, what: ast.StopAll) -> None:
    """STOP ALL: drop the pool's services, which are all services of models."""
    wanted = _workloads(what.types)
    if not wanted & _SERVING:
        return
    gone: list[Entity] = []
    with context.catalog.unit() as unit:
        for service in in_pool(context.catalog.snapshot, pool.id):
            gone += ddl.drop_tree(context, unit, service)
    ddl.forget_files(context, gone)


def _workloads(types: Sequence[str]) -> set[str]:
    """The kinds of workloads of OF TYPE; 091400 for one that there is none of."""
    found = [t.upper() for t in types] or ["ALL"]
    head = "Invalid input for OF TYPE option: "
    for one in found:
        if one not in WORKLOADS:
            text = (
                f"{head}Invalid workload type '{one}'. Expected comma separated list like: 'type1, type2'."
                f" Valid types are {', '.join(WORKLOADS)}."
            )
            raise SnowflakeError("091400", "22023", text)
    if "ALL" in found and len(found) > 1:
        text = (
            f"{head}When 'ALL' is specified in '{','.join(found)}', no other workload types should be included."
            " Use 'ALL' alone or specify individual types."
        )
        raise SnowflakeError("091400", "22023", text)
    return set(found)


# -- image repositories ---------------------------------------------------------------------------


@creates("IMAGE REPOSITORY")
def create_image_repository(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE IMAGE REPOSITORY: a name to give; nothing can be pushed to it."""
    name = object_name(statement.name, context)
    options = dict(statement.options)
    encryption = _encryption(options.pop("ENCRYPTION", None))

    def build(unit: Changes, target: Target) -> Entity:
        made = ImageRepository(**target.fields(unit), encryption=encryption)
        made = tags.tagged(made, statement.tags, context)
        return properties.applied(made, "IMAGE REPOSITORY", options, context)

    return ddl.create(context, KINDS["IMAGE REPOSITORY"], name, statement, build)


def _encryption(value: Any) -> str:
    if value is None:
        return ImageRepository.encryption
    kind = str(value.get("TYPE", "")).upper() if isinstance(value, dict) else ""
    if kind not in ("SNOWFLAKE_FULL", "SNOWFLAKE_SSE"):
        raise invalid_property_value("ENCRYPTION", kind or str(value))
    return kind


# -- how a pool is --------------------------------------------------------------------------------


def nodes(snapshot: Snapshot, pool: ComputePool) -> tuple[int, int]:
    """How many nodes of a pool have services, and how many have none."""
    if pool.suspended:
        return 0, 0
    running = sum(s.instances for s in in_pool(snapshot, pool.id) if not s.suspended)
    active = min(running, pool.max_nodes)
    return active, max(pool.min_nodes - active, 0)


def state(snapshot: Snapshot, pool: ComputePool) -> str:
    """SUSPENDED, ACTIVE or IDLE."""
    if pool.suspended:
        return "SUSPENDED"
    return "ACTIVE" if nodes(snapshot, pool)[0] else "IDLE"
