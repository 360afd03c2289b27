"""Every public method of the feature store and of datasets is in a test."""

from __future__ import annotations

import pytest

from tools import supported

SECTIONS = [
    s for s in supported.SECTIONS if s.path.startswith(("snowflake.ml.feature_store", "snowflake.ml.dataset"))
]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_all_methods_are_tested(section: supported.Section) -> None:
    assert supported.methods(section)
    assert supported.missing(section) == []
