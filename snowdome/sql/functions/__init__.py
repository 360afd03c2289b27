"""Snowflake's functions, lowered to engine SQL: one module a family, found through ``registry``."""
