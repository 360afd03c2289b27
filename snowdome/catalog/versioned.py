"""Objects that have versions with files of their own, reached as ``snow://model/db.schema.name/versions/V/…``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from snowdome.catalog.model import KINDS, Argument, Entity
from snowdome.types import DataType


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version; ``id`` names the directory of its files and never changes, ``created_on`` is nanoseconds UTC.

    The files of a ``live`` one may still change.
    """

    id: int
    name: str
    created_on: int = 0
    comment: str = ""
    metadata: str = "{}"  # JSON
    live: bool = False


@dataclass(frozen=True, kw_only=True)
class Versioned(Entity):
    """An object with versions, in the order they came. ``word`` is its name in ``snow://`` URLs."""

    word: ClassVar[str]

    def version(self, name: str) -> Version | None:
        """The version of that name (or alias, where there are any)."""
        return next((v for v in self.all_versions if v.name == name), None)

    @property
    def all_versions(self) -> tuple[Version, ...]:
        raise NotImplementedError

    def shown_path(self, version: Version) -> str:
        """What LIST has before the paths of the files of ``version``."""
        return f"versions/{version.name}/"


def ids(entity: Entity) -> tuple[int, ...]:
    """The id of ``entity`` and those of its versions: none of them may be given again."""
    versions = entity.all_versions if isinstance(entity, Versioned) else ()
    return (entity.id, *(v.id for v in versions))


@dataclass(frozen=True, kw_only=True)
class Method:
    """A method of a model version: a function, or a table function if it has ``columns``."""

    name: str
    handler: str
    arguments: tuple[Argument, ...] = ()
    returns: DataType | None = None
    columns: tuple[tuple[str, DataType], ...] = ()
    volatile: bool = False

    @property
    def is_table(self) -> bool:
        return self.returns is None


@dataclass(frozen=True, kw_only=True)
class ModelVersion(Version):
    """A version of a model: what its manifest says. ``aliases`` are those that users gave."""

    aliases: tuple[str, ...] = ()
    methods: tuple[Method, ...] = ()
    packages: tuple[str, ...] = ()
    python: str = ""  # the version that the client packed it with
    platforms: tuple[str, ...] = ()
    user_data: str = "{}"  # JSON
    attributes: str = "{}"  # JSON
    sources: str = "[]"  # JSON: what the version was made from

    def method(self, name: str) -> Method | None:
        """The method of that name, exact case first."""
        found = [m for m in self.methods if m.name == name]
        return found[0] if found else None


SYSTEM_ALIASES = ("DEFAULT", "FIRST", "LAST")


@dataclass(frozen=True, kw_only=True)
class Model(Versioned):
    """A machine learning model; ``default`` is the name of its default version."""

    space = "MODEL"
    kind_name = "Model"
    word = "model"

    versions: tuple[ModelVersion, ...] = field(default=())
    default: str = ""

    @property
    def all_versions(self) -> tuple[ModelVersion, ...]:
        return self.versions

    @property
    def committed(self) -> tuple[ModelVersion, ...]:
        """The versions that can be used; live ones are still being written."""
        return tuple(v for v in self.versions if not v.live)

    def version(self, name: str) -> ModelVersion | None:
        """The version called ``name``, by name or alias; DEFAULT, FIRST and LAST are aliases too."""
        found = next((v for v in self.versions if v.name == name), None)
        if found is not None:
            return found
        return next((v for v in self.versions if name in self.aliases(v)), None)

    def aliases(self, version: ModelVersion) -> tuple[str, ...]:
        """All aliases of ``version``, the system's first."""
        there = self.committed
        if version not in there:
            return version.aliases
        applies = (self.default == version.name, there[0] is version, there[-1] is version)
        return (*(a for a, yes in zip(SYSTEM_ALIASES, applies, strict=True) if yes), *version.aliases)


KINDS["Model"] = Model
VERSIONED: dict[str, type[Versioned]] = {Model.word: Model}


@dataclass(frozen=True, kw_only=True)
class AppVersion(Version):
    """A version of a Streamlit app; ``source`` is the stage location from which it was copied."""

    alias: str = ""
    source: str = ""


LIVE = "live"  # what the version that people edit is called in URLs


@dataclass(frozen=True, kw_only=True)
class Streamlit(Versioned):
    """A Streamlit app. One with a ``root_location`` reads its files there and has no versions."""

    space = "STREAMLIT"
    kind_name = "Streamlit"
    word = "streamlit"

    title: str = ""
    main_file: str = ""
    query_warehouse: str = ""
    root_location: str = ""
    runtime: str = ""
    imports: tuple[str, ...] = ()
    url_id: str = ""
    versions: tuple[AppVersion, ...] = field(default=())

    @property
    def all_versions(self) -> tuple[AppVersion, ...]:
        return self.versions

    @property
    def committed(self) -> tuple[AppVersion, ...]:
        """The versions whose files do not change any more; the last one is the default."""
        return tuple(v for v in self.versions if not v.live)

    @property
    def live(self) -> AppVersion | None:
        """The version that people see and edit, if there is one."""
        return next((v for v in self.versions if v.live), None)

    def version(self, name: str) -> AppVersion | None:
        """The version called ``name``, by name or alias; LIVE, FIRST, LAST and DEFAULT are names too."""
        there = self.committed
        ends = {"FIRST": there[0], "LAST": there[-1], "DEFAULT": there[-1]} if there else {}
        found = {LIVE.upper(): self.live, **ends}.get(name.upper())
        return found or next((v for v in there if name in (v.name, v.alias)), None)


KINDS["Streamlit"] = Streamlit
VERSIONED[Streamlit.word] = Streamlit


@dataclass(frozen=True, kw_only=True)
class DatasetVersion(Version):
    """A version of a dataset, made by ``query``; ``context`` is where names in it were resolved."""

    query: str = ""
    context: tuple[str, str] = ("", "")


@dataclass(frozen=True, kw_only=True)
class Dataset(Versioned):
    """The rows of queries, kept as Parquet files."""

    space = "DATASET"
    kind_name = "Dataset"
    word = "dataset"

    versions: tuple[DatasetVersion, ...] = field(default=())

    @property
    def all_versions(self) -> tuple[DatasetVersion, ...]:
        return self.versions


KINDS["Dataset"] = Dataset
VERSIONED[Dataset.word] = Dataset
