"""Charts become pictures that hold themselves and their text."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote
from xml.etree import ElementTree

import altair as alt
import pandas as pd
import pytest

from snowdome import charts


@pytest.fixture
def chart() -> alt.Chart:
    data = pd.DataFrame({"month": ["<May>", 'the "June"', "50 % & July"], "revenue": [1, 3, 2]})
    return alt.Chart(data).mark_bar().encode(x="month", y="revenue")


def drawing(page: str) -> ElementTree.Element:
    """The SVG in the picture of an HTML output."""
    source = re.findall(r' src="data:image/svg\+xml,([^"]*)">$', page)[0]
    return ElementTree.fromstring(unquote(html.unescape(source)))


def test_picture_holds_the_whole_drawing(chart: alt.Chart) -> None:
    svg = drawing(charts.render(chart.to_dict())["text/html"])
    words = {element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")}
    assert {"<May>", 'the "June"', "50 % & July", "revenue"} <= words


def test_description_is_the_text_for_those_who_do_not_see_it(chart: alt.Chart) -> None:
    described = chart.properties(description='Revenue "rose" & fell', title="Revenue").to_dict()
    bundle = charts.render(described)
    assert bundle["text/plain"] == 'Revenue "rose" & fell'
    assert 'alt="Revenue &quot;rose&quot; &amp; fell"' in bundle["text/html"]


def test_title_stands_in_for_a_description(chart: alt.Chart) -> None:
    assert charts.text_of(chart.properties(title="Revenue").to_dict()) == "Revenue"
    assert charts.text_of(chart.properties(title=alt.Title("Revenue")).to_dict()) == "Revenue"
    assert charts.text_of(chart.to_dict()) == "A chart without a description"


def test_altair_finds_the_renderer_by_its_name(chart: alt.Chart) -> None:
    with alt.renderers.enable("snowdome"):
        assert set(chart._repr_mimebundle_()) == {"text/html", "text/plain"}


def test_the_same_chart_is_drawn_the_same_twice(chart: alt.Chart) -> None:
    assert charts.render(chart.to_dict()) == charts.render(chart.to_dict())
