"""Casts between types, one module a family; each registers with ``snowdome.sql.casts``."""
