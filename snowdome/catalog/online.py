"""Online feature tables: the newest row of each key of a source, kept fresh by the account."""

from __future__ import annotations

from dataclasses import dataclass

from snowdome.catalog.model import KINDS, DynamicTable


@dataclass(frozen=True, kw_only=True)
class OnlineFeatureTable(DynamicTable):
    """A table like a dynamic one whose ``query`` the account writes. ``keys`` are its primary key, ``moment``
    the column that says which row of a key is the newest; refreshing it refreshes no other table."""

    kind_name = "Online feature table"
    keys: tuple[str, ...] = ()
    moment: str = ""


KINDS["OnlineFeatureTable"] = OnlineFeatureTable
