"""INFORMATION_SCHEMA.MODEL_VERSIONS."""

from __future__ import annotations

import json
from collections.abc import Sequence

from snowdome.catalog.information_schema import Row, Viewer, defines, objects
from snowdome.catalog.model import Database
from snowdome.catalog.versioned import Model
from snowdome.types import ARRAY


@defines(
    "MODEL_VERSIONS",
    "DATABASE_NAME SCHEMA_NAME MODEL_NAME MODEL_VERSION_NAME VERSION_ALIASES COMMENT OWNER CREATED LAST_ALTERED"
    " FUNCTIONS MODEL_TYPE PYTHON_VERSION LANGUAGE DEPENDENCIES METADATA USERDATA",
    VERSION_ALIASES=ARRAY,
)
def model_versions(viewer: Viewer, database: Database) -> Sequence[Row]:
    """One row for each version of each model."""
    return [
        {
            "DATABASE_NAME": database.name,
            "SCHEMA_NAME": schema.name,
            "MODEL_NAME": model.name,
            "MODEL_VERSION_NAME": version.name,
            "VERSION_ALIASES": json.dumps(model.aliases(version)),
            "COMMENT": version.comment or None,
            "OWNER": model.owner,
            "CREATED": version.created_on,
            "LAST_ALTERED": model.altered_on,
            "FUNCTIONS": json.dumps([m.name for m in version.methods]),
            "MODEL_TYPE": "USER_MODEL",
            "PYTHON_VERSION": version.python or None,
            "LANGUAGE": "PYTHON",
            "DEPENDENCIES": json.dumps(version.packages),
            "METADATA": version.metadata,
            "USERDATA": version.user_data,
        }
        for schema, model in objects(viewer, database, Model)
        for version in model.committed
    ]
