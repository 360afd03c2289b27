"""Stage locations as written: ``@db.schema."Stage"/path``, ``@~/path``, ``@%table/path``, ``s3://…``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from snowdome.catalog.model import Entity, Schema, Stage, Table
from snowdome.catalog.names import ObjectName, quote
from snowdome.errors import SnowflakeError, compilation_error, object_not_found
from snowdome.stages import versions
from snowdome.stages.formats import Format
from snowdome.stages.storage import Area, StagedFile, Stages, safe_path

E = TypeVar("E", bound=Entity)

_PART = re.compile(r'"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uffff][\w$]*)')
_URL = re.compile(r"(s3|s3gov|s3china|s3compat|gcs|azure|https?)://", re.I)


class Names(Protocol):
    """What is asked of a session to resolve a location."""

    user: str
    database: str | None
    schema: str | None

    def find(self, kind: type[E], name: ObjectName, key: str | None = None) -> E | None: ...

    def require_schema(self, name: ObjectName) -> tuple[Entity, Schema]: ...


@dataclass(frozen=True)
class Location:
    """A resolved location: the stage's files, and a ``path`` that their names start with.

    ``shown`` comes before the names of files in LIST and in COPY's results: the stage's name in lower
    case, or the URL, with a slash; empty for user and table stages. ``text`` is as written. Files of a
    ``frozen`` one may be read only.
    """

    text: str
    area: Area
    path: str = ""
    shown: str = ""
    stage: Stage | None = None
    table: Table | None = None
    frozen: bool = False

    @property
    def is_external(self) -> bool:
        """Whether the files are not the account's own: an external stage, or a URL."""
        return "://" in self.shown

    def shown_name(self, file: StagedFile) -> str:
        """``file`` as LIST and COPY name it."""
        return self.shown + file.name

    def label(self, file: StagedFile) -> str:
        """``file`` as errors and INFER_SCHEMA name it: a table's stage is named with it."""
        return f"@{quote(self.table.name)}/{file.name}" if self.table is not None else file.name

    def key(self, file: StagedFile) -> str:
        """``file`` as METADATA$FILENAME names it: its path in the stage, or in the bucket."""
        if self.table is not None:
            return self.label(file)
        return self.shown.partition("://")[2].partition("/")[2] + file.name if self.is_external else file.name

    def files(self, stages: Stages) -> list[StagedFile]:
        """The files that the location names."""
        return stages.files(self.area, self.path)

    def continued(self, name: str) -> str:
        """The stage path of ``name`` as COPY's FILES = (…) means it: behind what the location says."""
        return safe_path(self.path + name)

    def writable(self) -> Location:
        """The location itself; an error if it is that of a committed version."""
        if self.frozen:
            raise versions.committed(self.text)
        return self

    def joined(self, name: str) -> str:
        """The stage path of ``name`` below the location's path."""
        return safe_path(f"{self.path}/{name}" if self.path else name)


@dataclass(frozen=True)
class Choice:
    """The files that a COPY loads and their format: what FROM @stage stands for in its query.

    ``rows`` are the first and last record to read, from 1, if not all; those in ``without`` are left out.
    """

    files: tuple[StagedFile, ...]
    format: Format
    rows: tuple[int, int] | None = None
    without: tuple[int, ...] = ()


def resolve(text: str, names: Names, stages: Stages) -> Location:
    """The location that ``text`` spells (without string quotes); 002003 if there is no such stage."""
    wanted = text.strip()
    if _URL.match(wanted):
        return Location(wanted, *_external(wanted, stages))
    if versions.is_versions(wanted):
        return _version(wanted, names, stages)
    if not wanted.startswith("@"):
        raise not_a_location(text)
    body = wanted[1:]
    if body.startswith("~"):
        return Location(wanted, stages.of_user(names.user), _path(body[1:], text))
    parts, is_table, rest = _name(body, text)
    path = _path(rest, text)
    of_kind = _of_table if is_table else _named
    return of_kind(wanted, parts, path, names, stages)


def _version(text: str, names: Names, stages: Stages) -> Location:
    address = versions.Address(text)
    owner = names.find(address.kind, address.name)
    if owner is None:
        raise _missing(address.kind.kind_name, address.name, names)
    version = versions.version_of(owner, address.version)
    area = stages.of_version(owner.id, version.id)
    shown = owner.shown_path(version)
    return Location(text, area, safe_path(address.path), shown, frozen=not version.live)


def _path(rest: str, text: str) -> str:
    if rest and not rest.startswith("/"):
        raise not_a_location(text)
    return safe_path(rest)


def _name(body: str, text: str) -> tuple[ObjectName, bool, str]:
    """The name at the start of ``body``, whether it is a table's (``%``), and what follows it."""
    parts: list[str] = []
    at, is_table = 0, False
    while True:
        if body.startswith("%", at):
            is_table, at = True, at + 1
        elif body.startswith(".", at) and len(parts) == 1:  # db..stage
            parts.append("")
            at += 1
            continue
        found = _PART.match(body, at)
        if found is None:
            raise missing_name(text)
        parts.append(found[1].replace('""', '"') if found[1] is not None else found[2].upper())
        at = found.end()
        if is_table or not body.startswith(".", at) or len(parts) == 3:
            return ObjectName(tuple(parts)), is_table, body[at:]
        at += 1


def _filled(name: ObjectName) -> ObjectName:
    return ObjectName(tuple(p or "PUBLIC" for p in name.parts))


def _of_table(text: str, name: ObjectName, path: str, names: Names, stages: Stages) -> Location:
    table = names.find(Table, _filled(name))
    if table is None:
        raise _missing("Table", _filled(name), names)
    return Location(text, stages.of_entity(table.id), path, table=table)


def _named(text: str, name: ObjectName, path: str, names: Names, stages: Stages) -> Location:
    stage = names.find(Stage, _filled(name))
    if stage is None:
        raise _missing("Stage", _filled(name), names)
    if stage.url:
        if not path:
            return Location(text, *_external(stage.url, stages, of_stage=True), stage)
        return Location(text, stages.of_url(stage.url), path, stage.url.rstrip("/") + "/", stage)
    return Location(text, stages.of_entity(stage.id), path, stage.name.lower() + "/", stage)


def _external(url: str, stages: Stages, *, of_stage: bool = False) -> tuple[Area, str, str]:
    """Area, path and start of shown names of an external URL.

    One without a slash at its end that names no folder is what names begin with; a stage's only if some do,
    for a folder may still come to be.
    """
    area = stages.of_url(url)
    above, _, start = url.rpartition("/")
    if start and not area.directory.is_dir() and stages.is_mounted(above):
        outer = stages.of_url(above)
        if not of_stage or stages.files(outer, start):
            return outer, safe_path(start), above + "/"
    return area, "", url.rstrip("/") + "/"


def _missing(kind: str, name: ObjectName, names: Names) -> SnowflakeError:
    database, schema = names.require_schema(name)
    return object_not_found(kind, str(ObjectName((database.name, schema.name, name.name))))


def not_a_location(text: str) -> SnowflakeError:
    """001011: text that spells no stage location."""
    return compilation_error("001011", "42601", f"invalid URL: {text}")


def missing_name(text: str) -> SnowflakeError:
    """001009: an @ without a stage's name behind it."""
    return compilation_error("001009", "42601", f"missing stage name in URL: {text}")


def matching(files: Iterable[StagedFile], pattern: str, place: Location) -> list[StagedFile]:
    """The files whose whole path matches the regular expression ``pattern``; all if it is empty.

    The path of an internal stage's file begins with a part that only the account knows.
    """
    if not pattern:
        return list(files)
    try:
        expression = re.compile(pattern, re.S)
    except re.error as error:
        text = f"Invalid regular expression: '{pattern}', {error}"
        raise SnowflakeError("100048", "2201B", text) from None
    if not place.is_external:
        return [f for f in files if expression.fullmatch(f"stages/{place.area.key}/{f.name}")]
    return [f for f in files if expression.fullmatch(f.name) or expression.fullmatch(place.key(f))]
