"""The docstring examples of the installed snowflake-snowpark-python, as cases."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache

# Left out: what needs a service that is not a database. (pattern of the case's name, reason)
EXCLUDED = (
    (r"\.dataframe_ai_functions\.", "hosted language models"),
    (r"\.functions\.(ai_\w+|snowflake_cortex_\w+|prompt)$|\.ai_agg$", "hosted language models"),
    (r"\.(dbapi|jdbc)$|data_source", "another database"),
    (r"\.lineage\.", "the account-wide lineage service"),
    (r"\.functions\.(model|service)$", "objects that exist only in its authors' account"),
)


def modules() -> list[str]:
    """The package's modules whose docstrings hold examples."""
    import snowflake.snowpark as package

    names = [m.name for m in pkgutil.iter_modules(package.__path__, "snowflake.snowpark.") if not m.ispkg]
    inner = ("scalar_functions", "general_functions")
    return [*names, *(f"snowflake.snowpark._functions.{name}" for name in inner)]


@cache
def cases() -> dict[str, doctest.DocTest]:
    """Case name -> its examples."""
    return {test.name: test for name in modules() for test in _module_cases(name)}


def _module_cases(name: str) -> Iterator[doctest.DocTest]:
    try:
        module = importlib.import_module(name)
    except ImportError:  # needs a package that is not installed
        return
    found = [t for t in doctest.DocTestFinder().find(module, name) if t.examples]
    for test in sorted(found, key=lambda t: (t.lineno or 0, t.name)):
        skipped = all(e.options.get(doctest.SKIP) for e in test.examples)
        if not skipped and not any(re.search(pattern, test.name) for pattern, _ in EXCLUDED):
            yield test


class Difference(Exception):
    """An example's output is not the documented one, or it raised."""


class Runner(doctest.DocTestRunner):
    """Stops at the first example that fails."""

    def report_start(self, out: object, test: object, example: object) -> None:
        pass

    def report_success(self, out: object, test: object, example: object, got: object) -> None:
        pass

    def report_failure(self, out: object, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        sorts = any(re.search(r"\bsort\(|order by", e.source) for e in test.examples)
        if not sorts and (rows := _rows(example.want)) and rows == _rows(got):
            return  # the rows of a query that does not sort have no order
        raise Difference(f"{example.source}documented:\n{example.want}here:\n{got}")

    def report_unexpected_exception(
        self, out: object, test: object, example: doctest.Example, exc_info: tuple
    ) -> None:
        raise Difference(f"{example.source}raised {exc_info[1]!r}")


def _rows(printed: str) -> list[str]:
    """The rows in what collect() or show() printed, sorted."""
    return sorted(re.findall(r"\bRow\(.*?\)(?=[,\]])|^\|.*\|$", printed, re.MULTILINE))


def run(test: doctest.DocTest, **names: object) -> None:
    """Run the examples of one docstring; ``Difference`` at the first that does not hold."""
    test.globs = {**test.globs, **names}
    Runner(verbose=False, optionflags=doctest.ELLIPSIS).run(test, out=lambda text: None, clear_globs=False)
