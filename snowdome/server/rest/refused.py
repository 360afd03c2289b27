"""What is refused by name."""

from __future__ import annotations

from snowdome.server.rest.registry import LATER, LATER_VERBS

_LATER = (
    "accounts api-integrations artifact-repositories catalog-integrations code-bundle-executions code-bundles"
    " cortex cortex-search-services database-roles event-tables external-volumes iceberg-tables"
    " managed-accounts network-policies network-rules notebooks password-policies pipes secrets spark-connect"
    " streamlits tags"
)
LATER.update({path: f"{path.replace('-', ' ')} over REST" for path in _LATER.split()})
LATER_VERBS.update({f"{verb}-tags": "tags over REST" for verb in ("set", "unset", "get")})
