"""The warm process that forks workers: `python -I -m snowdome.python.zygote FD [MODULE …]`.

It imports what handlers commonly need, and the named modules, once; a fork has it at once. It answers each
request with the process id of its fork, and ends when the account does. A request is ``fork MODULE …`` with a
socket, for a worker that serves it, or ``run MODULE MODULE …`` with what the first module's ``main`` gets as its
arguments. What else a fork wants imported is imported here, where the next one has it too.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress

PRELOADED = ("pyarrow", "numpy", "pandas", "cloudpickle")


def main() -> None:
    """Serve forks on the inherited socket."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for name in PRELOADED:
        __import__(name)
    _import(sys.argv[2:])
    from snowdome.python import handlers, packages, worker  # noqa: F401  imported for the workers

    packages.owners()

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps workers
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            data, descriptors, _, _ = socket.recv_fds(control, 4096, 2)
        except OSError:
            data, descriptors = b"", []
        if not data:
            os.killpg(0, signal.SIGKILL)  # the account is gone: busy workers must not outlive it
        verb, *modules = data.decode().split()
        _import(modules)
        child = os.fork()
        if child == 0:
            control.close()
            _run(modules[0], descriptors) if verb == "run" else _work(descriptors[0])
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(child.to_bytes(4, "big"))


def _import(names: Iterable[str]) -> None:
    for name in names:
        with suppress(ImportError):  # the handler that needs it will say so
            __import__(name)


def _work(descriptor: int) -> None:
    """Become a worker; never returns."""
    from snowdome.python.messages import connection
    from snowdome.python.worker import serve

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        serve(connection(socket.socket(fileno=descriptor)))
    finally:
        os._exit(0)


def _run(module: str, descriptors: Sequence[int]) -> None:
    """Become what ``module`` is; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        importlib.import_module(module).main(*descriptors)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
