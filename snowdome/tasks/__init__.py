"""Tasks: their schedules, graphs, runs and the history of these."""
