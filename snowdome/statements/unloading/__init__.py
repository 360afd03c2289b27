"""Writing staged files: lines of text, and columns."""
