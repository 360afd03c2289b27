"""Every public method of the classes that the page tells of is in a test."""

from __future__ import annotations

import pytest

from tools import supported


@pytest.mark.parametrize("section", supported.SECTIONS, ids=lambda section: section.name)
def test_all_methods_are_tested(section: supported.Section) -> None:
    assert supported.methods(section)
    assert supported.missing(section) == []
