"""COPY INTO a table: its options, what files give rows of the table, what is rejected, the load history."""
