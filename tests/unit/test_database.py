"""What a killed process leaves in the engine's file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from snowdome.engine.database import Database

WRITER = """
import os, sys
from pathlib import Path
from snowdome.engine.database import Database
connection = Database(Path(sys.argv[1])).connection
connection.execute("CREATE SCHEMA s; CREATE SEQUENCE s.numbers; CREATE TABLE s.t AS SELECT 'a' AS v; CHECKPOINT")
connection.execute("ALTER TABLE s.t ADD COLUMN n BIGINT DEFAULT nextval('s.numbers')")
connection.execute("ALTER TABLE s.t ADD COLUMN m DECIMAL(9, 0) DEFAULT sf.round_to(37, 10)")
connection.execute("INSERT INTO s.t (v) VALUES ('b')")
os._exit(0)
"""


def test_defaults_that_were_only_in_the_log_are_there_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "an 'odd' name.duckdb"
    subprocess.run([sys.executable, "-c", WRITER, str(path)], check=True, timeout=60)
    assert Path(f"{path}.wal").exists()
    for expected in ([("a", 1, 40), ("b", 2, 40)], [("a", 1, 40), ("b", 2, 40), ("c", 3, 40)]):
        database = Database(path)
        assert database.connection.execute("SELECT v, n, m::INT FROM s.t ORDER BY v").fetchall() == expected
        database.connection.execute("INSERT INTO s.t (v) VALUES ('c')")
        database.close()
