"""INFORMATION_SCHEMA.PACKAGES: what PACKAGES = (…) may name, from the account's own environment."""

from __future__ import annotations

from collections.abc import Sequence

from snowdome.catalog.information_schema import Row, Viewer, defines
from snowdome.catalog.model import Database
from snowdome.python import packages


@defines("PACKAGES", "PACKAGE_NAME VERSION LANGUAGE RUNTIME_VERSION")
def package_rows(viewer: Viewer, database: Database) -> Sequence[Row]:
    """One row for each installed distribution and spelling of its name."""
    runtime = packages.runtime_version()
    return [
        {"PACKAGE_NAME": name, "VERSION": version, "LANGUAGE": "python", "RUNTIME_VERSION": runtime}
        for name, version in sorted(packages.listed().items())
    ]
