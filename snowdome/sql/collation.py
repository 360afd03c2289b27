"""Collations: what COLLATE may name, and what texts are compared by under them."""

from __future__ import annotations

from dataclasses import dataclass

from snowdome.errors import compilation_error, not_supported

_OPTIONS: dict[str, str] = {
    "cs": "", "ci": "lower({0})", "as": "", "ai": "strip_accents({0})", "ps": "",
    "pi": "regexp_replace({0}, '[[:punct:][:space:]]', '', 'g')", "fl": "", "fu": "", "upper": "upper({0})",
    "lower": "lower({0})", "trim": "trim({0}, ' ')", "ltrim": "ltrim({0}, ' ')", "rtrim": "rtrim({0}, ' ')",
}  # fmt: skip
_SENSITIVITY = frozenset({"cs", "ci", "as", "ai", "ps", "pi", "fl", "fu"})


@dataclass(frozen=True)
class Collation:
    """A collation specification taken apart: its locale, or empty, and its options."""

    locale: str
    options: tuple[str, ...]

    @property
    def is_binary(self) -> bool:
        """Whether texts are ordered by code point once the options are applied."""
        return self.locale in ("", "utf8", "bin") and not _SENSITIVITY & set(self.options)

    def key(self, sql: str) -> str:
        """Engine SQL that is equal for texts that are equal under the collation."""
        for option in self.options:
            sql = _OPTIONS[option].format(sql) if _OPTIONS[option] else sql
        return sql


def parse(specification: str) -> Collation:
    """Read ``en-ci`` and the like; 002026 if it is none."""
    words = specification.lower().split("-") if specification else []
    locale = "" if not words or words[0] in _OPTIONS else words[0]
    options = tuple(words[1:] if locale else words)
    for option in options:
        if option not in _OPTIONS:
            raise compilation_error("002026", "22023", f"Invalid collation specification: '{specification}'")
    return Collation(locale, options)


def sort_key(sql: str, specification: str) -> str:
    """Engine SQL to order by; refused where a language decides the order."""
    collation = parse(specification)
    if not collation.is_binary:
        raise not_supported(f"ordering and grouping by the collation '{specification}'")
    return collation.key(sql)
