"""Task graphs draw themselves from the rows of SHOW TASKS and TASK_HISTORY."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from snowflake.snowpark import Row

from snowdome.graphs import TaskGraph

SVG = "{http://www.w3.org/2000/svg}"


def task(name: str, *after: str, state: str = "started", **more: object) -> dict[str, object]:
    names = ",".join(f'"D.S.{a}"' for a in after)
    return {"name": name, "predecessors": f"[{names}]", "state": state, "schedule": None, **more}


DIAMOND = [
    task("ROOT", schedule="3 MINUTES"),
    task("LEFT", "ROOT"),
    task("RIGHT", "ROOT", state="suspended"),
    task("JOIN", "LEFT", "RIGHT"),
]


def boxes(graph: TaskGraph) -> dict[str, tuple[float, float]]:
    """Name of each drawn task, and where its box is."""
    drawing = ElementTree.fromstring(graph.svg())
    found = {}
    for group in drawing.iter(f"{SVG}g"):
        rectangle, text = group.find(f"{SVG}rect"), group.find(f"{SVG}text")
        assert rectangle is not None
        assert text is not None
        found[str(text.text)] = float(rectangle.attrib["x"]), float(rectangle.attrib["y"])
    return found


def test_each_task_stands_right_of_its_predecessors_and_no_two_overlap() -> None:
    places = boxes(TaskGraph(DIAMOND))
    assert set(places) == {"ROOT", "LEFT", "RIGHT", "JOIN"}
    assert places["ROOT"][0] < places["LEFT"][0] == places["RIGHT"][0] < places["JOIN"][0]
    assert abs(places["LEFT"][1] - places["RIGHT"][1]) >= 58


def test_the_longest_way_decides_the_column() -> None:
    places = boxes(TaskGraph([task("A"), task("B", "A"), task("C", "B"), task("D", "A", "C")]))
    assert places["A"][0] < places["B"][0] < places["C"][0] < places["D"][0]


def test_a_finalizer_stands_last_outside_the_dashed_frame() -> None:
    last = task("END", task_relations='{"FinalizedRootTask":"D.S.ROOT","Predecessors":[]}')
    graph = TaskGraph([*DIAMOND, last])
    places = boxes(graph)
    drawing = ElementTree.fromstring(graph.svg())
    (frame,) = [r for r in drawing.iter(f"{SVG}rect") if "stroke-dasharray" in r.attrib]
    right = float(frame.attrib["x"]) + float(frame.attrib["width"])
    assert places["JOIN"][0] < right < places["END"][0]


def test_the_newest_run_gives_the_state() -> None:
    runs = [
        Row(NAME="LEFT", STATE="FAILED", ATTEMPT_NUMBER=2, RETURN_VALUE=None),
        Row(NAME="LEFT", STATE="SUCCEEDED", ATTEMPT_NUMBER=1, RETURN_VALUE="7"),
        Row(NAME="ROOT", STATE="SUCCEEDED", ATTEMPT_NUMBER=1, RETURN_VALUE="120 months"),
    ]
    states = {node.name: (node.status, node.note) for node in TaskGraph(DIAMOND, runs).nodes}
    assert states == {
        "ROOT": ("succeeded", "120 months"),
        "LEFT": ("failed, attempt 2", ""),
        "RIGHT": ("suspended", ""),
        "JOIN": ("not run", ""),
    }


def test_it_says_in_words_what_it_shows() -> None:
    bundle = TaskGraph(DIAMOND)._repr_mimebundle_()
    assert bundle["text/plain"] == (
        "Task graph of 4 tasks: ROOT, started (3 MINUTES); LEFT after ROOT, started; "
        "RIGHT after ROOT, suspended; JOIN after LEFT and RIGHT, started."
    )
    assert bundle["text/html"].startswith('<img alt="Task graph of 4 tasks: ')


def test_names_are_text_never_markup() -> None:
    graph = TaskGraph([task("<b>&</b>"), task('a"b', "<b>&</b>")])
    assert set(boxes(graph)) == {"<b>&</b>", 'a"b'}


def test_a_cycle_is_drawn_and_does_not_hang() -> None:
    assert set(boxes(TaskGraph([task("A", "B"), task("B", "A")]))) == {"A", "B"}


@pytest.mark.parametrize("predecessors", ['["D.S.ROOT"]', r'["\"D\".\"S\".\"ROOT\""]'])
def test_predecessors_are_found_however_qualified(predecessors: str) -> None:
    graph = TaskGraph([task("ROOT"), {**task("CHILD"), "predecessors": predecessors}])
    assert graph.nodes[1].after == ("ROOT",)


def test_mermaid_text() -> None:
    assert TaskGraph(DIAMOND[:2]).to_mermaid() == (
        'flowchart LR\n  ROOT["ROOT<br>STARTED"]\n  LEFT["LEFT<br>STARTED"]\n  ROOT --> LEFT'
    )
