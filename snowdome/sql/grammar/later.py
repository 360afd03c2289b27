"""Statements that Snowflake has and the local account does not have yet: refused by name."""

from __future__ import annotations

from snowdome.sql.grammar.registry import alters, creates, statement

_KINDS = (
    "AGENT", "AGGREGATION POLICY", "API INTEGRATION", "APPLICATION", "APPLICATION PACKAGE",
    "APPLICATION ROLE", "ARTIFACT REPOSITORY", "AUTHENTICATION POLICY", "CATALOG INTEGRATION",
    "CONNECTION", "CONTACT", "CORTEX SEARCH SERVICE", "DATA METRIC FUNCTION", "DATABASE ROLE",
    "EVENT TABLE", "EXTERNAL ACCESS INTEGRATION", "EXTERNAL FUNCTION",
    "EXTERNAL TABLE", "EXTERNAL VOLUME", "FAILOVER GROUP", "GATEWAY", "GIT REPOSITORY", "HYBRID TABLE",
    "ICEBERG TABLE", "INDEX", "JOIN POLICY", "LISTING", "MANAGED ACCOUNT",
    "MASKING POLICY", "MATERIALIZED VIEW", "MODEL MONITOR", "NETWORK POLICY", "NETWORK RULE",
    "NOTEBOOK", "ORGANIZATION PROFILE", "PACKAGES POLICY", "PASSWORD POLICY",
    "PIPE", "PRIVACY POLICY", "PROJECTION POLICY", "PROVISIONED THROUGHPUT",
    "REPLICATION GROUP", "RESOURCE MONITOR", "ROW ACCESS POLICY", "SECRET", "SECURITY INTEGRATION",
    "SEMANTIC VIEW", "SESSION POLICY", "SHARE", "SNAPSHOT", "STORAGE INTEGRATION",
    "STORAGE LIFECYCLE POLICY", "TYPE", "WORKSPACE",
)  # fmt: skip

creates.later(*_KINDS)
alters.later(*_KINDS)
statement.later(*(f"DROP {kind}" for kind in _KINDS), "UNDROP")

# Services of models, batch inference and jobs reach users through these.
_CONTAINERS = ("COMPUTE POOL", "IMAGE REPOSITORY", "SERVICE")
_LISTED = ("COMPUTE POOLS", "IMAGE REPOSITORIES", "SERVICES", "ENDPOINTS")
_BECAUSE = "no containers run here: neither services nor jobs"

creates.later(*_CONTAINERS, because=_BECAUSE)
alters.later(*_CONTAINERS, because=_BECAUSE)
statement.later(
    *(f"{verb} {kind}" for verb in ("DROP", "DESCRIBE", "DESC") for kind in _CONTAINERS),
    *(f"{verb} {kind}" for verb in ("SHOW", "SHOW TERSE") for kind in _LISTED),
    "EXECUTE JOB", "EXECUTE INFERENCE JOB",
    because=_BECAUSE,
)  # fmt: skip
