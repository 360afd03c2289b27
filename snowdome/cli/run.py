"""``run``: executes the lessons, one after the other, and writes what came out."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from snowdome.cli.options import console
from snowdome.client import local, parameters
from snowdome.client.project import project_directory

if TYPE_CHECKING:
    from nbformat import NotebookNode

CELL_SECONDS = 1800


@dataclass(frozen=True)
class Outcome:
    """One executed lesson: how long it took in seconds, and its error's text if it failed."""

    path: Path
    notebook: NotebookNode
    seconds: float
    error: str = ""


@click.command()
@click.argument("lessons", nargs=-1, metavar="[LESSON]...")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write; build in the project's folder otherwise.",
)
def run(lessons: tuple[str, ...], output: Path | None) -> None:
    """Execute the lessons (all, or those whose names begin with LESSON) and write a report.

    Executed notebooks and one HTML file that opens offline are written. Stops at the first lesson that fails,
    with exit code 1.
    """
    _require_nbclient()
    folder = lessons_directory()
    paths = chosen(folder, lessons)
    target = output or folder.parent / "build"
    out = console()
    out.print(f"{len(paths)} lesson{'s' if len(paths) > 1 else ''} on {_where()}")
    outcomes = [*execute_all(paths, target / "notebooks", out)]
    report = _write_report(outcomes, paths, target)
    out.print(f"report     {report}\nnotebooks  {target / 'notebooks'}")
    if outcomes[-1].error:
        raise SystemExit(1)


def _require_nbclient() -> None:
    try:
        import nbclient  # noqa: F401
    except ImportError:
        raise click.ClickException("Install what the lessons need: pip install 'snowdome[lessons]'") from None


def lessons_directory() -> Path:
    """The folder of the lessons; ClickException outside the project."""
    folder = project_directory() / "notebooks"
    if not folder.is_dir():
        raise click.ClickException(f"There are no lessons in {folder}. Go to the project's folder first.")
    return folder


def chosen(folder: Path, names: tuple[str, ...]) -> list[Path]:
    """The lessons whose names begin with one of ``names``, in the course's order; all without names."""
    paths = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    found = [path for path in paths if path.stem.startswith(names)] if names else paths
    if not found:
        raise click.ClickException(
            f"No lesson in {folder} is called {' or '.join(names) or 'NN_name.ipynb'}."
        )
    return found


def _where() -> str:
    file = parameters.connection_file()
    found = parameters.connection()
    if file:
        return f"your account {found.get('account') or found['connection_name']} (from {file})"
    return f"the local account, {local.HOST}:{found['port']}"


def execute_all(paths: list[Path], target: Path, out: Console) -> Iterator[Outcome]:
    """Execute lessons in order up to the first that fails, and write each executed notebook."""
    target.mkdir(parents=True, exist_ok=True)
    for path in paths:
        outcome = execute(path, out)
        _write_notebook(outcome.notebook, target / path.name)
        cells = sum(cell.cell_type == "code" for cell in outcome.notebook.cells)
        verdict = "[bold red]failed[/]" if outcome.error else "[green]ok[/]"
        out.print(f"{path.stem:<28} {cells:>3} cells {outcome.seconds:6.1f} s  {verdict}")
        yield outcome
        if outcome.error:
            out.print(Text.from_ansi(outcome.error))
            return


def execute(path: Path, out: Console) -> Outcome:
    """Execute one lesson in a fresh kernel, in the lesson's folder."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.read(path, nbformat.NO_CONVERT)
    began = time.monotonic()
    error = ""
    with _progress(path.stem, notebook, out) as hooks:
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            extra_arguments=["--log-level=40"],  # of the kernel itself, which warns about its own transport
            resources={"metadata": {"path": str(path.parent)}},
            **hooks,
        )
        try:
            client.execute()
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as failure:
            error = str(failure)
    return Outcome(path, notebook, time.monotonic() - began, error)


@contextmanager
def _progress(title: str, notebook: NotebookNode, out: Console) -> Iterator[dict[str, Any]]:
    """Show a bar over the lesson's code cells; yields the hooks that move it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:
        total = sum(cell.cell_type == "code" for cell in notebook.cells)
        task = bar.add_task(f"{title:<28}", total=total)

        def began(cell: NotebookNode, cell_index: int) -> None:
            if cell.cell_type != "code":
                return
            first = cell.source.strip().partition("\n")[0]
            bar.update(task, description=f"{title:<28} [dim]{escape(first[:40])}[/]")

        def ended(cell: NotebookNode, cell_index: int) -> None:
            if cell.cell_type == "code":
                bar.advance(task)

        yield {"on_cell_start": began, "on_cell_complete": ended}


def _write_notebook(notebook: NotebookNode, file: Path) -> None:
    import nbformat

    partial = file.with_suffix(".partial")
    nbformat.write(notebook, partial)
    os.replace(partial, file)


def _write_report(outcomes: list[Outcome], paths: list[Path], target: Path) -> Path:
    from snowdome.cli.report import Chapter, render  # brings nbconvert, which takes a second

    done = {outcome.path: outcome for outcome in outcomes}
    chapters = []
    for path in paths:
        outcome = done.get(path)
        chapters.append(
            Chapter(path, outcome.notebook, outcome.seconds, not outcome.error) if outcome else Chapter(path)
        )
    report = target / "report.html"
    report.write_text(render(chapters), encoding="utf-8")
    return report
