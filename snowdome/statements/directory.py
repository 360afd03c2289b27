"""ALTER STAGE … REFRESH: the directory table of a stage."""

from __future__ import annotations

from snowdome.catalog.model import Stage
from snowdome.context import Context
from snowdome.errors import compilation_error, object_not_found
from snowdome.result import SHOW, Result, rows_result, status_result
from snowdome.sql import ast, staging
from snowdome.stages import directory, formats
from snowdome.stages.storage import safe_path
from snowdome.statements.registry import handles
from snowdome.types import TEXT, Column

_COLUMNS = (Column("file", TEXT), Column("status", TEXT), Column("description", TEXT))
_DESCRIPTIONS = {
    "REGISTERED_NEW": "File registered successfully.",
    "REGISTERED_UPDATE": "File registered successfully.",
    "UNREGISTERED": "File unregistered successfully.",
}


@handles(ast.RefreshStage, describe=lambda statement, context: _COLUMNS)
def refresh_stage(statement: ast.RefreshStage, context: Context) -> Result:
    """Read the stage's files anew; one row for each that came, changed or went."""
    name = staging.object_name(statement.name, context)
    stage = context.session.find(Stage, name)
    if stage is None:
        if statement.if_exists:
            return status_result("Statement executed successfully.")
        raise object_not_found("Stage", str(context.session.full_name(name)))
    if not stage.directory:
        text = f"Stage '{stage.name}' does not have a directory table enabled."
        raise compilation_error("002107", "0A000", text)
    options = staging.Options(statement.options, context)
    below = safe_path(options.take("SUBPATH", formats.text))
    options.done()
    stages = context.services.stages
    area = stages.of_url(stage.url) if stage.url else stages.of_entity(stage.id)
    changed = directory.refresh(stages, stage.id, area, below)
    return rows_result(_COLUMNS, [(path, status, _DESCRIPTIONS[status]) for path, status in changed], SHOW)
