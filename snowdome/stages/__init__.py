"""Stages: where staged files live, how they are named, and how their formats are read and written."""
