"""Staged files on disk. The directories are the truth: clients write into them without telling anyone.

    <root>/<id>/…         files of the named stage, or of the table's stage, with that catalog id
    <root>/<id>/<version>/…  files of a version of the model with that catalog id
    <root>/user-<name>/…  files of a user's stage
    <root>/.directories/  directory tables, one file a stage
    <root>/.cache/        plain copies of compressed files and the like; may go at any time

An external stage's files are in the folder that its URL is mounted on.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from weakref import WeakValueDictionary

from snowdome.errors import SnowflakeError, compilation_error

_CACHE = ".cache"
_DIRECTORIES = ".directories"
_CACHE_SECONDS = 900.0  # a statement is done with a cached copy long before
_DIGESTS = 4096  # how many facts about files are remembered
_BLOCK = 1 << 20


@dataclass(frozen=True)
class StagedFile:
    """A file of a stage: ``name`` is its path below the stage's root, with slashes; times in ns UTC."""

    name: str
    path: Path
    size: int
    modified: int


@dataclass(frozen=True)
class Area:
    """Where the files of one stage are. ``key`` stays the same while the stage exists."""

    directory: Path
    key: str


class Stages:
    """The staged files of an account, below ``root``, and the folders its external URLs are mounted on."""

    def __init__(self, root: Path, mounts: Mapping[str, Path] | None = None) -> None:
        self.root = root.absolute()
        self.mounts = {_normal_url(url): Path(path).absolute() for url, path in (mounts or {}).items()}
        self._digests: dict[tuple[str, int, int], str] = {}
        self._lock = threading.Lock()
        self._turns: WeakValueDictionary[tuple[int, str], threading.Lock] = WeakValueDictionary()

    def turn(self, table_id: int, area: Area) -> threading.Lock:
        """What a COPY from ``area`` into the table holds, so that no other loads the same files meanwhile."""
        with self._lock:
            return self._turns.setdefault((table_id, area.key), threading.Lock())

    # -- areas ----------------------------------------------------------------------------------

    def of_entity(self, entity_id: int) -> Area:
        """The files of the named stage, or of the table's stage, with this catalog id."""
        return Area(self.root / str(entity_id), str(entity_id))

    def of_version(self, entity_id: int, version_id: int) -> Area:
        """The files of one version of the object with this catalog id."""
        return Area(self.root / str(entity_id) / str(version_id), f"{entity_id}/{version_id}")

    def forget_version(self, entity_id: int, version_id: int) -> None:
        """Delete the files of a version that is gone."""
        shutil.rmtree(self.of_version(entity_id, version_id).directory, ignore_errors=True)

    def of_user(self, user: str) -> Area:
        """The files of the user's own stage."""
        return Area(self.root / f"user-{quote(user, safe='')}", f"user-{user}")

    def of_url(self, url: str) -> Area:
        """The mounted folder of an external URL; 000002 with advice if none is mounted there."""
        wanted = _normal_url(url)
        mount = self._mount(wanted)
        if mount is None:
            raise unmapped(url)
        folder = self.mounts[mount]
        return Area(folder / safe_path(wanted[len(mount) :].lstrip("/")), wanted)

    def is_mounted(self, url: str) -> bool:
        """Whether a folder stands for an external URL."""
        return self._mount(_normal_url(url)) is not None

    def _mount(self, wanted: str) -> str | None:
        found = [m for m in self.mounts if wanted == m or wanted.startswith(m + "/")]
        return max(found, key=len, default=None)

    # -- files ----------------------------------------------------------------------------------

    def files(self, area: Area, prefix: str = "") -> list[StagedFile]:
        """The files whose names start with ``prefix``, by name. Links and odd files are passed over."""
        path = safe_path(prefix)
        above = path.rpartition("/")[0]
        start = area.directory / above if above else area.directory
        if not self._is_inside(area, start):
            return []
        found = (_staged(area, entry) for entry in _walk(start))
        return sorted((f for f in found if f is not None and f.name.startswith(path)), key=lambda f: f.name)

    def file(self, area: Area, name: str) -> StagedFile | None:
        """The file called ``name``; None if there is none."""
        path = area.directory / safe_path(name)
        if not name or not self._is_inside(area, path.parent) or path.is_symlink() or not path.is_file():
            return None
        return _staged(area, path)

    def target(self, area: Area, name: str) -> Path:
        """Where to write the file called ``name``; its directory is made."""
        path = area.directory / safe_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not self._is_inside(area, path.parent):
            raise outside(name)
        return path

    def remove(self, area: Area, file: StagedFile) -> None:
        """Delete ``file``, and the directories that it leaves empty."""
        file.path.unlink(missing_ok=True)
        for folder in file.path.parents:
            if folder == area.directory or not folder.is_relative_to(area.directory):
                return
            try:
                folder.rmdir()
            except OSError:
                return

    def digest(self, file: StagedFile) -> str:
        """The MD5 sum of the file's bytes, 32 hexadecimal digits."""
        key = (str(file.path), file.size, file.modified)
        with self._lock:
            known = self._digests.get(key)
        if known is None:
            known = _md5(file.path)
            self._remember(key, known)
        return known

    def remembered(self, file: StagedFile, question: str, answer: Callable[[], bool]) -> bool:
        """``answer()`` about the file's bytes; asked once while they stay the same."""
        key = (f"{question}\0{file.path}", file.size, file.modified)
        with self._lock:
            known = self._digests.get(key)
        if known is None:
            known = str(answer())
            self._remember(key, known)
        return known == "True"

    def _remember(self, key: tuple[str, int, int], value: str) -> None:
        with self._lock:
            while len(self._digests) >= _DIGESTS:
                self._digests.pop(next(iter(self._digests)))
            self._digests[key] = value

    def _is_inside(self, area: Area, folder: Path) -> bool:
        """Whether ``folder``, links followed, is the stage's directory or below it."""
        try:
            return folder.resolve().is_relative_to(area.directory.resolve())
        except OSError:
            return False

    # -- life -----------------------------------------------------------------------------------

    def forget(self, entity_id: int) -> None:
        """Delete the files of a stage, or of a table's stage, that is gone."""
        shutil.rmtree(self.root / str(entity_id), ignore_errors=True)
        self.directory_file(entity_id).unlink(missing_ok=True)

    def directory_file(self, stage_id: int) -> Path:
        """Where the stage's directory table is kept."""
        return self.root / _DIRECTORIES / f"{stage_id}.json"

    def sweep(self, living: Iterable[int]) -> None:
        """At start: delete what belongs to no catalog id in ``living``, and every cached copy."""
        shutil.rmtree(self.root / _CACHE, ignore_errors=True)
        kept = {str(i) for i in living}
        for entry in self.root.iterdir() if self.root.is_dir() else ():
            if entry.name.isdigit() and entry.name not in kept:
                shutil.rmtree(entry, ignore_errors=True)
        for file in (self.root / _DIRECTORIES).glob("*.json"):
            if file.stem not in kept:
                file.unlink(missing_ok=True)

    def scratch(self) -> Path:
        """A new empty file beside the stages, to write and then move into place."""
        folder = self.root / _CACHE
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix="new-")
        os.close(handle)
        return Path(name)

    def scratch_directory(self) -> Path:
        """A new empty directory beside the stages, to fill and then move into place."""
        folder = self.root / _CACHE
        folder.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=folder, prefix="new-"))

    def cached(self, file: StagedFile, purpose: str, suffix: str) -> Path:
        """A path in the cache for what is made of ``file`` for ``purpose``; old entries are dropped.

        The path exists if it was made before from the same bytes; writers must write to another name
        and rename.
        """
        folder = self.root / _CACHE
        folder.mkdir(parents=True, exist_ok=True)
        about = f"{file.path}\0{file.size}\0{file.modified}\0{purpose}"
        path = folder / (hashlib.sha256(about.encode()).hexdigest() + suffix)
        if path.exists():
            os.utime(path)
        else:
            _drop_old(folder)
        return path


def _staged(area: Area, path: Path) -> StagedFile | None:
    try:
        info = path.lstat()
    except OSError:  # removed since it was listed
        return None
    if not stat.S_ISREG(info.st_mode):
        return None
    return StagedFile(path.relative_to(area.directory).as_posix(), path, info.st_size, info.st_mtime_ns)


def _walk(folder: Path) -> Iterator[Path]:
    for directory, _, names in os.walk(folder, followlinks=False):
        for name in names:
            yield Path(directory, name)


def _md5(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _drop_old(folder: Path) -> None:
    oldest = time.time() - _CACHE_SECONDS
    for entry in folder.iterdir():
        try:
            if entry.stat().st_mtime < oldest:
                entry.unlink()
        except OSError:  # another statement dropped it
            continue


def safe_path(path: str) -> str:
    """``path`` below a stage's root, without empty parts; an error if it could lead out of the stage.

    A trailing slash is kept: it says that only a directory's files are meant.
    """
    parts = path.split("/")
    if "\0" in path or "\\" in path or any(p == ".." for p in parts):
        raise outside(path)
    clean = "/".join(p for p in parts if p not in ("", "."))
    return clean + "/" if clean and path.endswith("/") else clean


def outside(path: str) -> SnowflakeError:
    """A path that could lead out of its stage."""
    return compilation_error("001011", "42601", f"invalid URL: {path}")


def unmapped(url: str) -> SnowflakeError:
    """000002: an external location that no folder is mounted on."""
    bucket = "/".join(_normal_url(url).split("/")[:3])
    text = (
        f"Unsupported feature: not supported by the local account: reading or writing {url}, which no folder "
        f"stands in for. Start the account with: snowdome up --mount {bucket}=DIR"
    )
    return SnowflakeError("000002", "0A000", text)


def _normal_url(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme.lower()}://" + "/".join(p for p in rest.split("/") if p)
