"""Task graphs as pictures: one self-contained drawing, with a text, that needs no network and no other program.

    tasks = session.sql("SHOW TASKS").collect()
    runs = session.sql("SELECT * FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY())").collect()
    TaskGraph(tasks, runs)

draws itself at the end of a notebook's cell.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from snowdome.charts import picture

Rows = Iterable[Any]  # Snowpark rows, mappings, or a pandas DataFrame's records

_HEIGHT, _GAP_X, _GAP_Y, _MARGIN = 58, 62, 22, 14
_LETTER = 8.6  # width of a bold one, on average
_SMALL_LETTER = 5.6  # of the note
_LETTERS = 34  # the most that a box shows of a name

# State, as SHOW TASKS and TASK_HISTORY say it: fill, line and text.
_LOOKS = {
    "SUSPENDED": ("#eceff1", "#90a4ae", "#37474f"),
    "STARTED": ("#e3f2fd", "#64b5f6", "#0d47a1"),
    "SCHEDULED": ("#e3f2fd", "#64b5f6", "#0d47a1"),
    "EXECUTING": ("#bbdefb", "#1976d2", "#0d47a1"),
    "SUCCEEDED": ("#e0f2e3", "#43a047", "#1b5e20"),
    "FAILED": ("#fde0dc", "#e53935", "#b71c1c"),
    "FAILED_AND_AUTO_SUSPENDED": ("#fde0dc", "#e53935", "#b71c1c"),
    "CANCELLED": ("#fff3e0", "#fb8c00", "#9c4a00"),
    "NOT RUN": ("#ffffff", "#b0bec5", "#546e7a"),
    "SKIPPED": ("url(#hatched)", "#90a4ae", "#37474f"),
}
_HATCHED = (
    '<pattern id="hatched" width="7" height="7" patternTransform="rotate(45)" patternUnits="userSpaceOnUse">'
    '<rect width="7" height="7" fill="#fafafa"/><path d="M0 0V7" stroke="#cfd8dc" stroke-width="3"/></pattern>'
)
_ARROW = (
    '<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0L8 4L0 8z" fill="#78909c"/></marker>'
)


@dataclass(frozen=True)
class Node:
    """A task as it is drawn: ``after`` are the names of its predecessors, ``note`` the box's third line."""

    name: str
    state: str
    after: tuple[str, ...] = ()
    finalizes: str = ""
    note: str = ""
    attempt: int = 1

    @property
    def status(self) -> str:
        """State and attempt, in words."""
        words = self.state.lower().replace("_", " ")
        return f"{words}, attempt {self.attempt}" if self.attempt > 1 else words


@dataclass(frozen=True)
class TaskGraph:
    """The graph that ``tasks`` form, each with its own state; with ``runs``, with that of its newest run.

    ``tasks`` are rows of SHOW TASKS or TASK_DEPENDENTS, ``runs`` rows of TASK_HISTORY, newest first. A started
    task that is not among the runs of its graph is drawn as not run.
    """

    tasks: Rows
    runs: Rows = ()
    nodes: tuple[Node, ...] = field(init=False)

    def __post_init__(self) -> None:
        newest: dict[str, dict[str, Any]] = {}
        for run in map(_lowered, self.runs):
            newest.setdefault(str(run["name"]), run)
        nodes = tuple(_node(task, newest) for task in map(_lowered, self.tasks))
        object.__setattr__(self, "nodes", nodes)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": picture(self.svg(), self.description), "text/plain": self.description}

    @property
    def description(self) -> str:
        """What the picture shows, in words."""
        count = len(self.nodes)
        head = f"Task graph of {count} task{'' if count == 1 else 's'}: "
        return head + "; ".join(_sentence(node) for node in self.nodes) + "."

    def to_mermaid(self) -> str:
        """The graph in Mermaid's language."""
        lines = [f'  {_key(n.name)}["{n.name}<br>{n.state}"]' for n in self.nodes]
        lines += [f"  {_key(a)} --> {_key(n.name)}" for n in self.nodes for a in n.after]
        lines += [f"  {_key(n.finalizes)} -.-> {_key(n.name)}" for n in self.nodes if n.finalizes]
        return "\n".join(["flowchart LR", *lines])

    def svg(self) -> str:
        """The drawing."""
        wide = _box_width(self.nodes)
        places = _places(self.nodes, wide)
        width = max((x for x, _ in places.values()), default=0) + wide + _MARGIN
        height = max((y for _, y in places.values()), default=0) + _HEIGHT + _MARGIN
        edges = [_edge(places[a], places[n.name], wide) for n in self.nodes for a in n.after if a in places]
        ends = [_end(self.nodes, places, n, wide) for n in self.nodes if n.finalizes in places]
        boxes = [_box(node, *places[node.name], wide) for node in self.nodes]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="sans-serif"><defs>{_HATCHED}{_ARROW}</defs>'
            f"{''.join(edges + ends + boxes)}</svg>"
        )


def _lowered(row: Any) -> dict[str, Any]:
    """A row with its column names in lower case."""
    named: Mapping[str, Any] = row.as_dict() if hasattr(row, "as_dict") else row
    return {str(name).lower().strip('"'): value for name, value in named.items()}


def _node(task: dict[str, Any], runs: Mapping[str, dict[str, Any]]) -> Node:
    own = "NOT RUN" if runs and str(task["state"]).upper() == "STARTED" else str(task["state"])
    run = runs.get(str(task["name"]), {})
    relations = json.loads(task.get("task_relations") or "{}")
    schedule = None if runs else task.get("schedule")
    return Node(
        name=str(task["name"]),
        state=str(run.get("state") or own).upper(),
        after=tuple(sorted(_last_part(p) for p in _names(task.get("predecessors")))),
        finalizes=_last_part(relations.get("FinalizedRootTask") or ""),
        note=str(run.get("return_value") or schedule or ""),
        attempt=int(run.get("attempt_number") or 1),
    )


def _names(value: Any) -> list[str]:
    return [str(v) for v in (json.loads(value) if isinstance(value, str) and value else value or [])]


def _last_part(name: str) -> str:
    parts = re.findall(r'"((?:[^"]|"")*)"|([^."]+)', name)
    quoted, plain = parts[-1] if parts else ("", "")
    return quoted.replace('""', '"') or plain


def _layers(nodes: Sequence[Node]) -> dict[str, int]:
    """How far each task is from the root, on the longest way; a finalizer stands after all others."""
    layers = {node.name: 0 for node in nodes}
    for _ in nodes:  # enough rounds for the longest way; a cycle, which is refused on RESUME, ends too
        for node in nodes:
            before = [layers[a] for a in node.after if a in layers]
            layers[node.name] = min(max(before, default=-1) + 1, len(nodes))
    last = max(layers.values(), default=0)
    return {n.name: last + 1 if n.finalizes else layers[n.name] for n in nodes}


def _box_width(nodes: Sequence[Node]) -> int:
    """As wide as the longest name needs, all boxes alike."""
    longest = max((len(_cut(node.name)) for node in nodes), default=0)
    return max(150, round(longest * _LETTER) + 20)


def _places(nodes: Sequence[Node], wide: int) -> dict[str, tuple[float, float]]:
    """Where each box's upper left corner is: a column a layer, in it by the mean height of the predecessors."""
    layers = _layers(nodes)
    columns: dict[int, list[Node]] = {}
    for node in nodes:
        columns.setdefault(layers[node.name], []).append(node)
    tallest = max((len(column) for column in columns.values()), default=0)
    places: dict[str, tuple[float, float]] = {}
    for index, layer in enumerate(sorted(columns)):
        column = sorted(columns[layer], key=lambda node: (_mean_height(node, places), node.name))
        top = _MARGIN + (tallest - len(column)) * (_HEIGHT + _GAP_Y) / 2
        for row, node in enumerate(column):
            places[node.name] = _MARGIN + index * (wide + _GAP_X), top + row * (_HEIGHT + _GAP_Y)
    return places


def _mean_height(node: Node, places: Mapping[str, tuple[float, float]]) -> float:
    heights = [places[a][1] for a in node.after if a in places]
    return sum(heights) / len(heights) if heights else 0.0


def _end(nodes: Sequence[Node], places: Mapping[str, tuple[float, float]], finalizer: Node, wide: int) -> str:
    """A dashed frame around the whole graph, and an edge from it to what runs when all of it has ended."""
    own = [places[n.name] for n in nodes if not n.finalizes]
    left, top = min(x for x, _ in own) - _MARGIN / 2, min(y for _, y in own) - _MARGIN / 2
    right, bottom = (
        max(x for x, _ in own) + wide + _MARGIN / 2,
        max(y for _, y in own) + _HEIGHT + _MARGIN / 2,
    )
    frame = (
        f'<rect x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}" rx="10" '
        'fill="none" stroke="#b0bec5" stroke-dasharray="5 4"/>'
    )
    return frame + _edge((right - wide, places[finalizer.name][1]), places[finalizer.name], wide, True)


def _edge(start: tuple[float, float], end: tuple[float, float], wide: int, dashed: bool = False) -> str:
    x1, y1 = start[0] + wide, start[1] + _HEIGHT / 2
    x2, y2 = end[0] - 2, end[1] + _HEIGHT / 2
    bend = max((x2 - x1) / 2, 20)
    style = ' stroke-dasharray="5 4"' if dashed else ""
    path = f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
    return (
        f'<path d="{path}" fill="none" stroke="#78909c" stroke-width="1.5"{style} marker-end="url(#arrow)"/>'
    )


def _box(node: Node, x: float, y: float, wide: int) -> str:
    fill, line, ink = _LOOKS.get(node.state, _LOOKS["SUSPENDED"])
    texts = [(_cut(node.name), 13.0, "bold"), (node.status, 11.0, "normal")]
    if node.note:
        texts.append((_cut(node.note, int((wide - 8) / _SMALL_LETTER)), 10.5, "normal"))
    first = y + _HEIGHT / 2 - 7.5 * (len(texts) - 1) + 4
    lines = "".join(
        f'<text x="{x + wide / 2:g}" y="{first + 15 * i:g}" text-anchor="middle" font-size="{size:g}" '
        f'font-weight="{weight}" fill="{ink}">{html.escape(text)}</text>'
        for i, (text, size, weight) in enumerate(texts)
    )
    return (
        f'<g><title>{html.escape(_sentence(node))}</title><rect x="{x:g}" y="{y:g}" width="{wide}" '
        f'height="{_HEIGHT}" rx="7" fill="{fill}" stroke="{line}" stroke-width="1.5"/>{lines}</g>'
    )


def _cut(text: str, letters: int = _LETTERS) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "…"


def _sentence(node: Node) -> str:
    place = f" after {' and '.join(node.after)}" if node.after else ""
    place = f" when {node.finalizes}'s graph has ended" if node.finalizes else place
    note = f" ({node.note})" if node.note else ""
    return f"{node.name}{place}, {node.status}{note}"


def _key(name: str) -> str:
    return re.sub(r"\W", "_", name)
