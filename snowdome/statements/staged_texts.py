"""Texts that statements read from a stage."""

from __future__ import annotations

from snowdome.context import Context
from snowdome.errors import SnowflakeError
from snowdome.sql.staging import resolve
from snowdome.stages.location import Location
from snowdome.stages.storage import StagedFile


def staged_text(place: str, context: Context) -> str:
    """What is in the file at ``place``, @stage/path; 001501 if there is none."""
    file = staged_file(resolve(place.strip(), context), context)
    return file.path.read_text(encoding="utf-8", errors="replace")


def staged_file(location: Location, context: Context) -> StagedFile:
    """The file at a location; 001501 if there is none."""
    for file in location.files(context.services.stages):
        if file.name == location.path:
            return file
    stage = location.text[: -len(location.path)].rstrip("/") if location.path else location.text
    raise SnowflakeError(
        "001501", "02000", f"File '{location.path}' not found in stage '{stage.lstrip('@')}'."
    )
