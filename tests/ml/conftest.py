"""What the tests of models share: a session and a registry for each module, and hand-made models."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error
from snowflake.snowpark import Session

from tests.handmade import PLUS, manifest, total, twice, written

Failure = tuple[str, str, str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The client and what it packs warn of many things; here only the account is looked at."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="module", autouse=True)
def tidied() -> Iterator[None]:
    """The client leaves temporary directories to the garbage collector: it runs before other tests do."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


@pytest.fixture(scope="module")
def opened(server: dict[str, Any], schema: str) -> Iterator[Session]:
    """A Snowpark session in the module's schema, for the whole module."""
    database, name = schema.split(".")
    session = Session.builder.configs({**server, "database": database, "schema": name}).create()
    yield session
    session.close()


@pytest.fixture(scope="module")
def registry(opened: Session, schema: str) -> Any:
    """The client's registry in the module's schema."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from snowflake.ml.registry import Registry

        database, name = schema.split(".")
        return Registry(session=opened, database_name=database, schema_name=name)


@pytest.fixture
def rows(opened: Session) -> Callable[[str], list[tuple[Any, ...]]]:
    """Runs one statement in the module's session and gives its rows."""
    return lambda sql: [tuple(row) for row in opened.sql(sql).collect()]


@pytest.fixture
def fails(connection: SnowflakeConnection) -> Callable[[str], Failure]:
    """Code, SQLSTATE and message of the error that a statement ends with."""

    def execute(sql: str) -> Failure:
        with pytest.raises(Error) as failure:
            connection.cursor().execute(sql).fetchall()
        error = failure.value
        return f"{error.errno:06d}", str(error.sqlstate), str(error.raw_msg)

    return execute


METHODS = (
    twice('{"twice": 2 * x, "SIZE": "big" if x > 2 else "small"}'),
    PLUS,
    total(
        "lower",
        "{name: SUMMED, type: FLOAT}, {name: COUNTED, type: BIGINT}",
        '{"a": [df.x.sum()], "b": [len(df)]}',
    ),
)
MANIFEST = manifest(METHODS, "user_data: {made: by hand}\n")
REQUIREMENTS = "# what it needs\npandas>=2\nsetuptools<1\n"


@pytest.fixture(scope="module")
def staged(opened: Session, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Puts the files of a hand-made model into a new stage; gives where they are."""

    def put(stage: str, manifest: str = MANIFEST, base: float = 0.0) -> str:
        folder = tmp_path_factory.mktemp("model")
        opened.sql(f"CREATE OR REPLACE TEMPORARY STAGE {stage}").collect()
        for path, directory in written(folder, METHODS, manifest, base, REQUIREMENTS):
            opened.file.put(str(path), f"@{stage}/m/{directory}", auto_compress=False)
        return f"@{stage}/m"

    return put
