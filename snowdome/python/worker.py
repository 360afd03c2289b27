"""A worker: loads one handler and runs batches through it until its connection closes."""

from __future__ import annotations

import importlib
import linecache
import logging
import os
import re
import resource
import sys
import threading
import traceback
import types
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from snowdome.python import files, hiding, procedures, provided
from snowdome.python.handlers import runner
from snowdome.python.messages import Program, Reply, Request, Wanted, pack, unpack

CODE_FILE = "_udf_code.py"
Answer = Callable[[Request], Reply]
_HERE = os.path.dirname(os.path.abspath(__file__))
# What calls and imports handlers.
_OURS = (
    _HERE + os.sep,
    os.path.join(os.path.dirname(_HERE), "serving") + os.sep,
    "<frozen importlib.",
    importlib.__file__,
)


def serve(connection: Connection) -> None:
    """Answer requests until the other side is gone."""
    answer: Answer | None = None
    program: Program | None = None
    while True:
        try:
            request: Request = connection.recv()
        except (EOFError, OSError):
            return
        try:
            if request.verb == "load":
                assert request.program is not None
                program = request.program
                answer = _answerer(program, load(program, finder(connection)))
                reply = Reply()
            else:
                assert answer is not None
                reply = answer(request)
        except BaseException as failure:  # noqa: BLE001  whatever a handler raises, SystemExit too, is its error
            reply = Reply(error=explain(failure, program))
        sys.stdout.flush()  # prints go to the workers' log
        connection.send(reply)


def finder(connection: Connection) -> files.Find:
    """Asks the account where a staged file lies."""
    lock = threading.Lock()  # a handler may have threads

    def find(path: str) -> str:
        with lock:
            connection.send(Wanted(path))
            found = connection.recv()
        if found.error:
            raise FileNotFoundError(found.error)
        return str(found.path)

    return find


def _answerer(program: Program, handler: Any) -> Answer:
    if program.kind == "procedure":
        return lambda request: procedures.answer(program, handler, request)
    run = runner(program, handler)
    return lambda request: Reply(pack(run(unpack(request.batch))))


def load(program: Program, find: files.Find) -> Any:
    """The handler object, from inline code or from the imported files; ``find`` is for its ``SnowflakeFile``."""
    if program.memory:
        resource.setrlimit(resource.RLIMIT_DATA, (program.memory, program.memory))
    os.chdir(program.imports)
    logging.basicConfig(
        format=f"%(asctime)s %(levelname)s {program.name} %(name)s: %(message)s", stream=sys.stderr
    )
    sys.dont_write_bytecode = True  # what is imported from is not the handler's to write to
    sys._xoptions["snowflake_import_directory"] = program.imports + os.sep
    hiding.hide_own_folder()
    sys.path[:0] = [program.imports, *program.paths]
    sys.modules["_snowflake"] = provided.module()
    sys.modules.setdefault("snowflake.telemetry", provided.telemetry())
    hiding.hide_modules(program.modules, program.imports, find)
    hiding.hide_environment()
    if program.code is None:
        module_name, _, attribute = program.handler.rpartition(".")
        found: Any = importlib.import_module(module_name)
    else:
        attribute = program.handler
        module = types.ModuleType("_udf_code")
        sys.modules["_udf_code"] = module
        lines = program.code.splitlines(keepends=True)
        linecache.cache[CODE_FILE] = (len(program.code), None, lines, CODE_FILE)  # for tracebacks
        exec(compile(program.code, CODE_FILE, "exec"), module.__dict__)
        found = module
    for part in attribute.split("."):
        found = getattr(found, part)
    return found


def explain(failure: BaseException, program: Program | None) -> str:
    """The failure in Snowflake's words, with the handler's part of the traceback."""
    frames = traceback.extract_tb(failure.__traceback__)
    own = [f for f in frames if not f.filename.startswith(_OURS)]
    shown = "".join(traceback.format_list(own)) + "".join(traceback.format_exception_only(failure))
    name, handler = (program.name, program.handler) if program else ("", "")
    head = "Python Interpreter Error:\nTraceback (most recent call last):\n"
    shown = re.sub(r'(?m)^(  File ").*?/(?:site|dist)-packages/', r"\1<site-packages>/", shown)
    if program is not None:  # where the account keeps the files is nobody's concern
        shown = shown.replace(program.imports + os.sep, "")
    return f"{head}{shown.rstrip()}\n in function {name} with handler {handler}"
