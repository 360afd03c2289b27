"""The report of a run: every executed lesson in one HTML file that needs no network."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

if TYPE_CHECKING:
    from nbformat import NotebookNode

_PICTURES = re.compile(r'(<img\b[^>]*? src=")(?!data:|https?:|attachment:)([^"]+)')
_IDS = re.compile(r'(\b(?:id|href)=")(#?)(?!#?http)([^"]+")')


@dataclass(frozen=True)
class Chapter:
    """One lesson of the report; without a notebook it was not reached."""

    path: Path
    notebook: NotebookNode | None = None
    seconds: float = 0.0
    passed: bool = False

    @cached_property
    def title(self) -> str:
        """The lesson's first heading, else its file's name."""
        for cell in self.notebook.cells if self.notebook else ():
            if cell.cell_type == "markdown" and (found := re.match(r"\s*#\s+(.+)", cell.source)):
                return found[1].strip()
        return self.path.stem

    @property
    def verdict(self) -> str:
        """How it went, in a word."""
        return "not reached" if self.notebook is None else "ok" if self.passed else "failed"


def render(chapters: list[Chapter]) -> str:
    """The report's HTML."""
    style = files("snowdome.cli").joinpath("report.css").read_text(encoding="utf-8")
    style += HtmlFormatter(style="default").get_style_defs(".highlight")
    rows = "".join(map(_row, chapters))
    bodies = "".join(map(_body, chapters))
    made = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Snowdome: the lessons, executed</title><style>{style}</style></head><body>"
        f"<header><h1>The lessons, executed</h1><p>{made}</p>"
        f"<table><tr><th>Lesson</th><th>Result</th><th>Time</th></tr>{rows}</table></header>"
        f"<main>{bodies}</main></body></html>\n"
    )


def _row(chapter: Chapter) -> str:
    title = html.escape(chapter.title)
    name = f'<a href="#{chapter.path.stem}">{title}</a>' if chapter.notebook else title
    seconds = f"{chapter.seconds:.1f} s" if chapter.notebook else ""
    kind = chapter.verdict.replace(" ", "-")
    return f'<tr class="{kind}"><td>{name}</td><td>{chapter.verdict}</td><td>{seconds}</td></tr>'


def _body(chapter: Chapter) -> str:
    if chapter.notebook is None:
        return ""
    # The exporter's own embed_images would close each <details> before what it folds away.
    body, _ = HTMLExporter(template_name="basic").from_notebook_node(chapter.notebook)
    body = _embedded(body, chapter.path.parent)
    return f'<article id="{chapter.path.stem}">{_own_ids(body, chapter.path.stem)}</article>'


def _embedded(body: str, folder: Path) -> str:
    """The page with the pictures that lie in ``folder`` put into it."""

    def content(found: re.Match[str]) -> str:
        file = folder / unquote(found[2])
        kind, _ = guess_type(file.name)
        return f"{found[1]}data:{kind};base64,{b64encode(file.read_bytes()).decode('ascii')}"

    return _PICTURES.sub(content, body)


def _own_ids(body: str, prefix: str) -> str:
    """Anchors that are the lesson's own: two lessons may have a heading of the same name."""

    def renamed(found: re.Match[str]) -> str:
        if found[1] == 'href="' and not found[2]:
            return found[0]
        return f"{found[1]}{found[2]}{prefix}-{found[3]}"

    return _IDS.sub(renamed, body)
