"""The small files that docstring examples of snowflake-snowpark-python name, made from what the examples
say about them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet

ROWS = pa.table({"str": pa.array(["str1", "str2"]), "num": pa.array([1, 2], pa.int32())})

TEXTS = {
    "testCSV.csv": "1,one,1.2\n2,two,2.2",
    "test2CSV.csv": "3,three,3.3\n4,four,4.4\n",
    "testCSVheader.csv": "id,name,rating\n1,one,1.2\n2,two,2.2",
    "testCSVspecialFormat.csv": "id,username,firstname,lastname\n0,admin,none,none\n1,test_user,test,user\n",
    "testJson.json": '{\n    "fruit": "Apple",\n    "size": "Large",\n    "color": "Red"\n}\n',
    "test.xml": "<test>\n    <num>1</num>\n    <str>str1</str>\n</test>\n"
    "<test>\n    <num>2</num>\n    <str>str2</str>\n</test>",
    "nested.xml": "<tag>\n    <test>\n        <num>1</num>\n        <str>str1</str>\n        <obj>\n"
    "            <str>str2</str>\n            <bool>true</bool>\n        </obj>\n    </test>\n</tag>\n",
    "test_requirements.txt": "numpy==1.26.3\npandas==2.3.3\n",
}

HANDLERS = {
    "test_udf_dir/test_udf_file.py": """
def mod5(x: int) -> int:
    return x % 5
""",
    "test_sp_dir/test_sp_file.py": """
from snowflake.snowpark import Session


def mod5(session: Session, x: int) -> int:
    return session.sql("select ? % 5", params=[x]).collect()[0][0]
""",
    "test_udtf_dir/test_udtf_file.py": """
class GeneratorUDTF:
    def process(self, n):
        for i in range(n):
            yield (i,)
""",
    "test_udaf_dir/test_udaf_file.py": """
class MyUDAFWithoutTypeHints:
    def __init__(self):
        self._sum = 0

    @property
    def aggregate_state(self):
        return self._sum

    def accumulate(self, value):
        self._sum += value

    def merge(self, other):
        self._sum += other

    def finish(self):
        return self._sum


class MyUDAFWithTypeHints(MyUDAFWithoutTypeHints):
    def __init__(self) -> None:
        self._sum = 0

    @property
    def aggregate_state(self) -> int:
        return self._sum

    def accumulate(self, value: int) -> None:
        self._sum += value

    def merge(self, other: int) -> None:
        self._sum += other

    def finish(self) -> int:
        return self._sum
""",
}


def write(root: Path) -> None:
    """Write all of them below ``root``, where the examples look: tests/resources."""
    folder = root / "tests" / "resources"
    (root / "tests" / "downloaded").mkdir(parents=True)
    for name, text in {**TEXTS, **HANDLERS}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    pyarrow.parquet.write_table(ROWS, folder / "test.parquet")
    pyarrow.orc.write_table(ROWS, folder / "test.orc")
    (folder / "test.avro").write_bytes(avro([("str1", 1), ("str2", 2)]))


def avro(rows: list[tuple[str, int]]) -> bytes:
    """An uncompressed Avro object container of (str, num) records."""
    schema = b'{"type":"record","name":"test","fields":[{"name":"str","type":"string"},{"name":"num","type":"int"}]}'
    sync = bytes(range(16))
    header = b"Obj\x01" + _long(1) + _bytes(b"avro.schema") + _bytes(schema) + _long(0) + sync
    block = b"".join(_bytes(text.encode()) + _long(number) for text, number in rows)
    return header + _long(len(rows)) + _long(len(block)) + block + sync


def _long(value: int) -> bytes:
    """Avro's zig-zag variable-length integer."""
    value = (value << 1) ^ (value >> 63)
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _bytes(value: bytes) -> bytes:
    return _long(len(value)) + value
