"""Directory tables: what a stage's files were when the table was last refreshed."""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from snowdome.stages.storage import Area, Stages


class Entry(NamedTuple):
    """A file of a directory table: path in the stage, bytes, nanoseconds UTC, MD5 sum."""

    path: str
    size: int
    modified: int
    md5: str


def entries(stages: Stages, stage_id: int) -> list[Entry]:
    """The rows of the directory table, by path."""
    try:
        rows = json.loads(stages.directory_file(stage_id).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [Entry(*row) for row in rows]


def refresh(stages: Stages, stage_id: int, area: Area, below: str = "") -> list[tuple[str, str]]:
    """Make the table what the files whose paths start with ``below`` are now.

    Gives what changed: path, and REGISTERED_NEW, REGISTERED_UPDATE or UNREGISTERED.
    """
    before = {e.path: e for e in entries(stages, stage_id)}
    files = stages.files(area, below)
    now = {f.name: Entry(f.name, f.size, f.modified, stages.digest(f)) for f in files}
    kept = {path: e for path, e in before.items() if not path.startswith(below)}
    _write(stages, stage_id, sorted((kept | now).values()))
    changed = [
        (path, "REGISTERED_UPDATE" if path in before else "REGISTERED_NEW")
        for path, entry in now.items()
        if entry != before.get(path)
    ]
    gone = [(p, "UNREGISTERED") for p in before if p.startswith(below) and p not in now]
    return changed + gone


def _write(stages: Stages, stage_id: int, rows: list[Entry]) -> None:
    target, scratch = stages.directory_file(stage_id), stages.scratch()
    scratch.write_text(json.dumps(rows), encoding="utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(scratch, target)
