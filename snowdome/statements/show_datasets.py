"""SHOW DATASETS, SHOW VERSIONS IN DATASET."""

from __future__ import annotations

import json
from collections.abc import Sequence

from snowdome.catalog.versioned import Dataset
from snowdome.context import Context
from snowdome.errors import cannot_use
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements import ddl
from snowdome.statements.ddl import KINDS
from snowdome.statements.showing import Row, common, lists, objects


@lists(
    "DATASETS",
    "created_on name database_name schema_name comment owner owner_role_type versions",
    starts_with=True, limit=True,
)  # fmt: skip
def datasets(show: ast.Show, context: Context) -> Sequence[Row]:
    return [
        {**common(place, d), "versions": json.dumps([v.name for v in d.versions])}
        for place, d in objects(show, context, Dataset)
        if isinstance(d, Dataset)
    ]


@lists(
    "VERSIONS IN DATASET",
    "created_on version comment database_name schema_name dataset_name metadata",
    limit=True, name="version",
)  # fmt: skip
def versions(show: ast.Show, context: Context) -> Sequence[Row]:
    assert show.scope is not None
    assert show.scope.name is not None
    dataset = ddl.find(context, KINDS["DATASET"], object_name(show.scope.name, context))
    if not isinstance(dataset, Dataset):
        raise cannot_use(str(object_name(show.scope.name, context)))
    database, schema, _ = ddl.place_name(context, dataset).parts
    return [
        {
            "created_on": v.created_on, "version": v.name, "comment": v.comment or None,
            "database_name": database, "schema_name": schema, "dataset_name": dataset.name,
            "metadata": v.metadata,
        }
        for v in dataset.versions
    ]  # fmt: skip
