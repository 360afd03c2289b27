"""Snowflake SQL to statements, and queries to engine SQL."""
