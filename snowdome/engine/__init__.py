"""DuckDB: one file, its cursors, its functions and its failures."""
