"""What is refused by name; Snowpark Container Services, of which there are none, are listed as empty."""

from __future__ import annotations

from snowdome.errors import not_supported, object_not_found
from snowdome.server.rest.call import Answer, Call
from snowdome.server.rest.registry import LATER, LATER_VERBS, delete, get, post, put
from snowdome.server.rest.resource import ACCOUNT, SCHEMA
from snowdome.server.rest.sqltext import object_sql, shown_name

_CONTAINERS = {
    f"{SCHEMA}services": "Service",
    f"{SCHEMA}image-repositories": "Image repository",
    f"{ACCOUNT}compute-pools": "Compute pool",
}
_CREATED = "Snowpark Container Services (services, compute pools, image repositories)"


def _containers(path: str, label: str) -> None:
    @get(path)
    def none(call: Call) -> list[Answer]:
        if call.path:
            call.run(f"SHOW TABLES LIKE '' IN SCHEMA {object_sql(*call.place)}")  # which must exist
        return []

    @post(path)
    @put(f"{path}/{{name}}")
    def create(call: Call) -> Answer:
        raise not_supported(_CREATED)

    @get(f"{path}/{{name}}")
    def fetch(call: Call) -> Answer:
        raise object_not_found(label, shown_name(call.name()))

    @delete(f"{path}/{{name}}")
    def drop(call: Call) -> Answer:
        if call.flag("ifExists"):
            return {"status": "Drop statement executed successfully."}
        return fetch(call)


for _path, _label in _CONTAINERS.items():
    _containers(_path, _label)


@post(f"{SCHEMA}services:execute-job")
def execute_job(call: Call) -> Answer:
    """EXECUTE JOB SERVICE."""
    raise not_supported(_CREATED)


_LATER = (
    "accounts api-integrations artifact-repositories catalog-integrations code-bundle-executions code-bundles"
    " cortex cortex-search-services database-roles event-tables external-volumes iceberg-tables"
    " managed-accounts network-policies network-rules notebooks password-policies pipes secrets spark-connect"
    " streamlits tags"
)
LATER.update({path: f"{path.replace('-', ' ')} over REST" for path in _LATER.split()})
LATER_VERBS.update({f"{verb}-tags": "tags over REST" for verb in ("set", "unset", "get")})
