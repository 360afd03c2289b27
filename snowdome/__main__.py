"""``python -m snowdome`` is the command ``snowdome``."""

from __future__ import annotations

from snowdome.cli import main

if __name__ == "__main__":
    main()
