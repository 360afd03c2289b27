"""The lessons' charts as pictures with a text: they need no network and read the same in every front end.

Registered as Altair's renderer "snowdome" through an entry point, so that a lesson says
`alt.renderers.enable("snowdome")` and a hosted notebook, which has its own renderer, leaves that line out.
"""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import quote

# What may stand unescaped in a data address inside a double-quoted attribute; the rest grows threefold.
_PLAIN_IN_ADDRESS = " !$&'()*+,-./:;=?@[]^_`{|}~<>"


def render(spec: dict[str, Any], **options: Any) -> dict[str, str]:
    """Return a chart as an HTML picture, and its description as the text for those who do not see it."""
    import altair.vegalite.v6.display as display  # only the lessons' extra installs Altair

    svg = display.svg_renderer(spec, **options)["image/svg+xml"]
    description = text_of(spec)
    return {"text/html": picture(svg, description), "text/plain": description}


def text_of(spec: dict[str, Any]) -> str:
    """Return what the chart says about itself: its description, or else its title."""
    title = spec.get("title", "")
    named = title.get("text", "") if isinstance(title, dict) else title
    return str(spec.get("description") or named or "A chart without a description")


def picture(svg: str, description: str) -> str:
    """Return an `img` that holds the drawing itself; front ends drop inline SVG, and keep this."""
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    width = f' width="{size[1]}"' if size else ""
    address = "data:image/svg+xml," + quote(svg, safe=_PLAIN_IN_ADDRESS)
    escaped = html.escape(address, quote=True)
    return f'<img alt="{html.escape(description)}"{width} style="max-width: 100%" src="{escaped}">'
