"""Imported files, and what a handler's interpreter has."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.python.test_robustness import wait_for

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def stage(run: Run) -> str:
    run("CREATE OR REPLACE STAGE code")
    return "@code"


def put(run: Run, path: Path, where: str) -> None:
    run(f"PUT 'file://{path}' '{where}' AUTO_COMPRESS = FALSE OVERWRITE = TRUE")


REPLACED = "CREATE OR REPLACE FUNCTION place() RETURNS INT AS '1'"


def staged(run: Run, name: str, handler: str, imports: str, returns: str = "INT") -> None:
    run(
        f"CREATE OR REPLACE FUNCTION {name} RETURNS {returns} LANGUAGE PYTHON RUNTIME_VERSION = 3.11"
        f" IMPORTS = ({imports}) HANDLER = '{handler}'"
    )


def test_a_handler_in_an_imported_file(run: Run, stage: str, tmp_path: Path) -> None:
    (tmp_path / "maths.py").write_text("def square(x):\n    return x * x\n")
    put(run, tmp_path / "maths.py", f"{stage}/lib")
    staged(run, "squared(x INT)", "maths.square", "'@code/lib/maths.py'")
    assert run("SELECT squared(7)") == [(49,)]


def test_an_inline_handler_imports_files_and_zips(run: Run, define: Any, stage: str, tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("VALUE = 1\n")
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        archive.writestr("pack/__init__.py", "from pack.inner import VALUE\n")
        archive.writestr("pack/inner.py", "VALUE = 20\n")
    put(run, tmp_path / "one.py", stage)
    put(run, tmp_path / "pack.zip", stage)
    body = "import one, pack\ndef run():\n    return one.VALUE + pack.VALUE"
    define("imported()", "INT", body, "IMPORTS = ('@code/one.py', '@code/pack.zip')")
    assert run("SELECT imported()") == [(21,)]


def test_a_handler_in_a_zip(run: Run, stage: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "lib.zip", "w") as archive:
        archive.writestr("deep/code.py", "def run():\n    return 3\n")
        archive.writestr("deep/__init__.py", "")
    put(run, tmp_path / "lib.zip", stage)
    staged(run, "zipped()", "deep.code.run", "'@code/lib.zip'")
    assert run("SELECT zipped()") == [(3,)]


def test_data_files_and_the_import_directory(run: Run, define: Any, stage: str, tmp_path: Path) -> None:
    (tmp_path / "model.txt").write_text("weights")
    put(run, tmp_path / "model.txt", stage)
    body = (
        "import sys\nfolder = sys._xoptions['snowflake_import_directory']\n"
        "def run():\n    return folder[-1] + open(folder + 'model.txt').read()"
    )
    define("model()", "VARCHAR", body, "IMPORTS = ('@code/model.txt')")
    assert run("SELECT model()") == [("/weights",)]


def test_a_replaced_file_counts_when_the_function_is_created_again(
    run: Run, stage: str, tmp_path: Path
) -> None:
    for number in (1, 2):
        (tmp_path / "numbered.py").write_text(f"def run():\n    return {number}\n")
        put(run, tmp_path / "numbered.py", stage)
        staged(run, "numbered()", "numbered.run", "'@code/numbered.py'")
        assert run("SELECT numbered()") == [(number,)]


def test_a_traceback_of_an_imported_file(run: Run, fails: Any, stage: str, tmp_path: Path) -> None:
    (tmp_path / "faulty.py").write_text("def run():\n    raise KeyError('gone')\n")
    put(run, tmp_path / "faulty.py", stage)
    staged(run, "faulty()", "faulty.run", "'@code/faulty.py'")
    text = fails("SELECT faulty()")[2]
    assert '  File "faulty.py", line 2, in run' in text
    assert "KeyError: 'gone'" in text


class TestFilesOfFunctionsThatAreGone:
    FOLDER = "import sys\ndef run(*a):\n    return sys._xoptions['snowflake_import_directory']"

    @pytest.fixture
    def module(self, run: Run, stage: str, tmp_path: Path) -> str:
        (tmp_path / "where.py").write_text(self.FOLDER)
        put(run, tmp_path / "where.py", stage)
        return "'@code/where.py'"

    def folder(self, run: Run, call: str) -> Path:
        ((text,),) = run(call)
        assert (Path(text) / "where.py").is_file()
        return Path(text)

    @pytest.mark.parametrize("end", ["DROP FUNCTION place()", REPLACED, "DROP SCHEMA for_a_while"])
    def test_are_deleted(self, run: Run, module: str, end: str, schema: str) -> None:
        run("CREATE OR REPLACE SCHEMA for_a_while")
        staged(run, "place()", "where.run", module.replace("@", f"@{schema}."), "VARCHAR")
        folder = self.folder(run, "SELECT place()")
        run(end)
        assert not folder.exists()
        run(f"USE SCHEMA {schema}")

    def test_of_procedures(self, run: Run, procedure: Any, module: str) -> None:
        procedure("place_p()", "VARCHAR", self.FOLDER, f"IMPORTS = ({module})")
        folder = self.folder(run, "CALL place_p()")
        run("DROP PROCEDURE place_p()")
        assert not folder.exists()

    def test_stay_while_a_clone_has_them(self, run: Run, module: str, schema: str) -> None:
        run("CREATE OR REPLACE SCHEMA origin")
        staged(run, "place()", "where.run", module.replace("@", f"@{schema}."), "VARCHAR")
        run("CREATE OR REPLACE SCHEMA copied CLONE origin")
        run("DROP SCHEMA origin")
        folder = self.folder(run, "SELECT copied.place()")
        run("DROP SCHEMA copied")
        assert not folder.exists()
        run(f"USE SCHEMA {schema}")

    def test_stay_while_a_statement_may_need_them(
        self, run: Run, connect: Any, stage: str, tmp_path: Path
    ) -> None:
        mark = tmp_path / "mark"
        (tmp_path / "held.py").write_text(
            "import os, time\ndef run(mark):\n    open(mark, 'w').close()\n    while os.path.exists(mark):\n"
            "        time.sleep(0.01)\n    import later\n    return later.VALUE"
        )
        (tmp_path / "later.py").write_text("VALUE = 5")
        put(run, tmp_path / "held.py", stage)
        put(run, tmp_path / "later.py", stage)
        staged(run, "held(m VARCHAR)", "held.run", "'@code/held.py', '@code/later.py'")
        cursor = connect().cursor()
        cursor.execute_async(f"SELECT held('{mark}')")
        query_id = cursor.sfqid
        wait_for(mark.exists)
        run("DROP FUNCTION held(VARCHAR)")
        mark.unlink()
        cursor.get_results_from_sfqid(query_id)
        assert cursor.fetchall() == [(5,)]

    def test_of_temporary_ones_are_deleted_with_the_session(
        self, run: Run, connect: Any, module: str
    ) -> None:
        with connect() as other:
            other.cursor().execute(
                "CREATE TEMPORARY FUNCTION mine() RETURNS VARCHAR LANGUAGE PYTHON RUNTIME_VERSION = 3.11"
                f" IMPORTS = ({module}) HANDLER = 'where.run'"
            )
            ((text,),) = other.cursor().execute("SELECT mine()").fetchall()
            assert Path(text).is_dir()
        assert not Path(text).exists()


class TestPackages:
    BODY = "import {module}\ndef run():\n    return {module}.__name__"

    def test_named_ones_and_what_they_need(self, run: Run, define: Any) -> None:
        define("with_pandas()", "VARCHAR", self.BODY.format(module="pandas"), "PACKAGES = ('pandas')")
        define("with_numpy()", "VARCHAR", self.BODY.format(module="numpy"), "PACKAGES = ('pandas')")
        assert run("SELECT with_pandas(), with_numpy()") == [("pandas", "numpy")]

    @pytest.mark.parametrize(
        "module", ["pandas", "numpy", "duckdb", "snowflake.connector", "snowdome", "tests"]
    )
    def test_others_are_not_there(self, define: Any, fails: Any, module: str) -> None:
        define("without()", "VARCHAR", self.BODY.format(module=module))
        code, _, text = fails("SELECT without()")
        assert code == "100357"
        assert f"ModuleNotFoundError: No module named '{module}'" in text

    @pytest.mark.parametrize(
        "body",
        [
            "import importlib\ndef run():\n    return importlib.import_module('{}').__name__",
            "from importlib import import_module as load\ndef run():\n    return load('{}').__name__",
        ],
    )
    @pytest.mark.parametrize("module", ["pandas", "sqlglot.expressions", "snowdome"])
    def test_nor_by_their_names(self, define: Any, fails: Any, body: str, module: str) -> None:
        define("by_name()", "VARCHAR", body.format(module))
        assert f"ModuleNotFoundError: No module named '{module}'" in fails("SELECT by_name()")[2]

    def test_what_is_there_by_its_name(self, run: Run, define: Any) -> None:
        body = (
            "import importlib, importlib.util as u\ndef run():\n"
            "    return [importlib.import_module(n).__name__ for n in ('xml.dom', 'pandas')]"
            " + [u.find_spec(n) is None for n in ('pandas', 'sqlglot')]"
        )
        define("names()", "ARRAY", body, "PACKAGES = ('pandas')")
        assert run("SELECT ARRAY_TO_STRING(names(), ' ')") == [("xml.dom pandas false true",)]

    def test_the_standard_library(self, run: Run, define: Any) -> None:
        define(
            "standard()", "VARCHAR", "import json, sqlite3, xml.dom\ndef run():\n    return json.dumps([1])"
        )
        assert run("SELECT standard()") == [("[1]",)]

    def test_versions_are_written_with_one_or_two_equals_signs(self, run: Run, define: Any) -> None:
        import numpy

        for sign in ("=", "=="):
            define(
                "versioned()",
                "VARCHAR",
                self.BODY.format(module="numpy"),
                f"PACKAGES = ('numpy{sign}{numpy.__version__}')",
            )
            assert run("SELECT versioned()") == [("numpy",)]


class TestInterpreter:
    def test_the_module_of_snowflake(self, run: Run, define: Any) -> None:
        body = "import _snowflake\ndef run():\n    return callable(_snowflake.vectorized)"
        define("has_module()", "BOOLEAN", body)
        assert run("SELECT has_module()") == [(True,)]

    def test_no_secrets(self, define: Any, fails: Any) -> None:
        body = "import _snowflake\ndef run():\n    return _snowflake.get_generic_secret_string('key')"
        define("secret()", "VARCHAR", body)
        assert "key" in fails("SELECT secret()")[2]

    def test_functions_do_not_see_each_other(self, run: Run, define: Any) -> None:
        define("writes()", "INT", "import math\nmath.mark = 1\ndef run():\n    return 1")
        define("reads()", "BOOLEAN", "import math\ndef run():\n    return hasattr(math, 'mark')")
        assert run("SELECT writes(), reads()") == [(1, False)]

    def test_prints_do_no_harm(self, run: Run, define: Any) -> None:
        define(
            "chatty()",
            "INT",
            "import sys\ndef run():\n    print('x')\n    sys.stderr.write('y')\n    return 1",
        )
        assert run("SELECT chatty()") == [(1,)]

    def test_the_accounts_environment_is_not_there(self, run: Run, define: Any) -> None:
        define("kept()", "BOOLEAN", "import os\ndef run():\n    return 'PATH' in os.environ")
        define(
            "lost()", "BOOLEAN", "import os\ndef run():\n    return any('PYTEST' in n for n in os.environ)"
        )
        assert run("SELECT kept(), lost()") == [(True, False)]

    def test_no_input(self, run: Run, define: Any) -> None:
        define("reader()", "VARCHAR", "import sys\ndef run():\n    return sys.stdin.read()")
        assert run("SELECT reader()") == [("",)]
