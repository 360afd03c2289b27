"""Compute pools, image repositories and services through snowflake.core."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml
from snowflake.core import CreateMode, Root
from snowflake.core.compute_pool import ComputePool
from snowflake.core.exceptions import APIError, ConflictError, NotFoundError
from snowflake.core.image_repository import ImageRepository
from snowflake.core.schema import SchemaResource
from snowflake.core.service import Service, ServiceSpec

from tests.services.conftest import Account


@pytest.fixture(scope="module")
def root(account: Account) -> Root:
    return Root(account.connection)


@pytest.fixture(scope="module")
def place(root: Root, schema: str) -> SchemaResource:
    database, name = schema.split(".")
    return root.databases[database].schemas[name]


def test_compute_pools(root: Root) -> None:
    wanted = ComputePool(
        name="rest_pool", min_nodes=1, max_nodes=2, instance_family="CPU_X64_XS", comment="it's"
    )
    pool = root.compute_pools.create(wanted, initially_suspended=True)
    found = pool.fetch()
    assert (found.name, found.state, found.max_nodes, found.instance_family, found.comment) == (
        "REST_POOL", "SUSPENDED", 2, "CPU_X64_XS", "it's",
    )  # fmt: skip
    with pytest.raises(ConflictError):
        root.compute_pools.create(wanted)
    root.compute_pools.create(wanted, mode=CreateMode.if_not_exists)
    pool.resume()
    assert pool.fetch().state == "IDLE"
    pool.suspend()
    found.max_nodes = 3
    found.comment = None
    pool.create_or_alter(found)
    assert (pool.fetch().max_nodes, pool.fetch().comment) == (3, "")
    names = [p.name for p in root.compute_pools.iter(like="rest%")]
    assert names == ["REST_POOL"]
    assert "SYSTEM_COMPUTE_POOL_CPU" in [p.name for p in root.compute_pools.iter()]
    pool.stop_all_services()
    pool.drop()
    with pytest.raises(NotFoundError):
        pool.fetch()
    pool.drop(if_exists=True)


def test_image_repositories(place: SchemaResource) -> None:
    made = place.image_repositories.create(ImageRepository(name="rest_images"))
    assert [r.name for r in place.image_repositories.iter()] == ["REST_IMAGES"]
    assert str(made.fetch().repository_url).endswith("/rest_images")
    assert list(made.list_images_in_repository()) == []
    made.drop()
    with pytest.raises(NotFoundError):
        made.fetch()


@pytest.fixture
def served(account: Account) -> Iterator[None]:
    """REST_ADD, a service of the model ADD."""
    account.make_model("ADD", 0.0)
    account.deploy("ADD", "REST_ADD")
    yield
    account.run("DROP SERVICE IF EXISTS REST_ADD")
    account.run("DROP MODEL ADD")


@pytest.mark.filterwarnings("ignore:.*get_service_status:DeprecationWarning")
def test_services(place: SchemaResource, schema: str, served: None) -> None:
    (listed,) = place.services.iter()
    assert (listed.name, listed.status, listed.compute_pool) == ("REST_ADD", "RUNNING", "POOL")
    service = place.services["rest_add"]
    found = service.fetch()
    assert (found.auto_resume, found.is_job, found.max_instances, found.current_instances) == (
        True,
        False,
        1,
        1,
    )
    spec = yaml.safe_load(found.spec.spec_text)["spec"]
    assert spec["containers"][0]["env"]["MODEL"] == f"{schema}.ADD"
    (container,) = service.get_containers()
    assert (container.container_name, container.instance_status, container.restart_count) == (
        "model-inference", "READY", 0,
    )  # fmt: skip
    (instance,) = service.get_instances()
    assert (instance.instance_id, instance.status) == ("0", "READY")
    (endpoint,) = service.get_endpoints()
    assert (endpoint.name, endpoint.port, endpoint.is_public) == ("inference", 5000, True)
    assert str(endpoint.ingress_url).endswith(".snowflakecomputing.app")
    assert [s["status"] for s in service.get_service_status(timeout=5)] == ["READY"]
    assert f"{schema}.ADD" in service.get_service_logs("0", "model-inference", num_lines=5)
    service.suspend()
    assert service.fetch().status == "SUSPENDED"
    service.resume()
    assert [s["status"] for s in service.get_service_status(timeout=60)] == ["READY"]
    service.drop()
    assert list(place.services.iter()) == []
    with pytest.raises(NotFoundError):
        service.fetch()


@pytest.mark.filterwarnings("ignore:.*get_service_status:DeprecationWarning")
def test_what_is_not_there(root: Root, place: SchemaResource) -> None:
    service = place.services["none"]
    for act in (
        service.fetch, service.suspend, service.drop, service.get_service_status,
        lambda: list(service.get_containers()),
        lambda: list(root.databases["tests"].schemas["nope"].services.iter()),
        root.compute_pools["none"].suspend,
    ):  # fmt: skip
        with pytest.raises(NotFoundError):
            act()


def test_refused_by_name(root: Root, place: SchemaResource) -> None:
    service = Service(name="s", compute_pool="pool", spec=ServiceSpec("@st/spec.yaml"))
    gpus = ComputePool(name="g", min_nodes=1, max_nodes=1, instance_family="GPU_NV_S")
    for act in (lambda: place.services.create(service), lambda: root.compute_pools.create(gpus)):
        with pytest.raises(APIError, match="000002") as caught:
            act()
        assert caught.value.status == 400
