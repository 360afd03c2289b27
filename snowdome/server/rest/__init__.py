"""The REST API ``/api/v2`` of snowflake.core: requests become SQL in the session of their token."""
