"""The wire: HTTP routes, and how results are put on it."""
