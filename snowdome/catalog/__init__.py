"""Snowflake's objects: what exists, under which name, persisted beside the data."""
