"""Models made by hand: a manifest, and a file with a function for each of the methods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_HEAD = """
manifest_version: '1.0'
runtimes:
  python_runtime:
    language: PYTHON
    version: '3.11'
    imports: [model/]
    dependencies: {pip: env/requirements.txt}
methods:
"""


@dataclass(frozen=True)
class Method:
    """A method of a model: what its manifest says of it, and its handler ``infer``."""

    name: str
    file: str  # below functions/, without its ending
    columns: str  # inputs, params and outputs, a line each
    handler: str
    type: str = "FUNCTION"

    @property
    def entry(self) -> str:
        """The method in the manifest."""
        told = (
            "runtime: python_runtime",
            f"type: {self.type}",
            f"handler: functions.{self.file}.infer",
            *self.columns.split("\n"),
        )
        return "\n  ".join([f"- name: {self.name}", *told]) + "\n"


def manifest(methods: Iterable[Method], more: str = "") -> str:
    """The manifest of a model with these methods; ``more`` stands at its end."""
    return _HEAD + "".join(method.entry for method in methods) + more


def written(
    folder: Path, methods: Iterable[Method], manifest: str, base: float, requirements: str
) -> Iterator[tuple[Path, str]]:
    """Write a model's files into a folder; gives each of them, and the directory in the model where it belongs.

    ``base`` is what the method PLUS adds to its arguments.
    """
    files = {"MANIFEST.yml": manifest, "model/base.txt": str(base), "env/requirements.txt": requirements}
    files |= {f"functions/{method.file}.py": method.handler for method in methods}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        yield path, name.rpartition("/")[0]


_VECTORIZED = """
import pandas as pd
from _snowflake import vectorized
"""
PLUS = Method(
    "PLUS",
    "plus",
    "inputs: [{name: X, type: FLOAT}]\nparams: [{name: N, type: FLOAT, default: 5 + 5}]\noutputs: [{type: FLOAT}]",
    f"""
import sys, os, time
{_VECTORIZED}
with open(os.path.join(sys._xoptions["snowflake_import_directory"], "model", "base.txt")) as file:
    BASE = float(file.read())
if BASE < 0:
    raise RuntimeError("this model cannot be loaded")
if BASE > 900:
    time.sleep(600)

@vectorized(input=pd.DataFrame)
def infer(df):
    return df[0] + df[1] + BASE
""",
)


def twice(answer: str) -> Method:
    """The method TWICE, which answers this for each ``x``, and refuses what is below 0."""
    return Method(
        "TWICE",
        "twice",
        "inputs: [{name: X, type: FLOAT}]\noutputs: [{type: OBJECT}]",
        f"""{_VECTORIZED}
@vectorized(input=pd.DataFrame)
def infer(df):
    if (df[0] < 0).any():
        raise ValueError("nothing below 0")
    return [{answer} for x in df[0]]
""",
    )


def total(name: str, outputs: str, answer: str) -> Method:
    """A table function of the groups G and the numbers X, which answers with these columns for each group."""
    return Method(
        name,
        "total",
        f"inputs: [{{name: G, type: VARCHAR}}, {{name: X, type: FLOAT}}]\noutputs: [{outputs}]",
        f"""{_VECTORIZED}
class infer:
    @vectorized(input=pd.DataFrame)
    def end_partition(self, df):
        df.columns = ["g", "x"]
        return pd.DataFrame({answer})
""",
        "TABLE_FUNCTION",
    )
