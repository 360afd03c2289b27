"""The catalog by itself, over an engine in memory."""

from __future__ import annotations

import duckdb

from snowdome.catalog.catalog import Catalog
from snowdome.catalog.versioned import Dataset, DatasetVersion


def test_ids_of_versions_are_not_given_again_after_a_start() -> None:
    connection = duckdb.connect()
    catalog = Catalog(connection)
    with catalog.unit() as unit:
        owner, version = unit.new_id(), unit.new_id()
        unit.put(Dataset(id=owner, name="D", versions=(DatasetVersion(id=version, name="V"),)))
    assert Catalog(connection).new_id() > version > owner
