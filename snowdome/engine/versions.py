"""Where the engines differ: DuckDB 2, and DuckDB 1.5 for Python 3.10, which the newer one has no wheels for.

Whatever asks which engine it is, asks one of these.
"""

from __future__ import annotations

import duckdb

_NEW = int(duckdb.__version__.partition(".")[0]) >= 2

# The old one's COALESCE keeps pointers into the Arrow texts of a vectorised function, freed before it reads them.
VECTORISED = _NEW

# The old one answers a division by zero with NULL; the new one fails.
STRICT_DIVISION = _NEW

# The old one's UPDATE … FROM counts a row as often as the join finds it; the new one once.
COUNTS_ROWS_ONCE = _NEW

# The old one fails to open a file whose log has defaults to bind, unless it opens another database first.
REPLAYS_DEFAULTS = _NEW
