"""The warm process that forks workers: `python -I -m snowdome.python.zygote FD [MODULE …]`.

It imports what handlers commonly need, and the named modules, once; a fork has it at once. It answers each
received socket with the process id of the worker that serves it, and ends when the account does. What else a
worker wants imported is imported here, where the next one has it too.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterable
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
            data, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        except OSError:
            data, descriptors = b"", []
        if not data:
            os.killpg(0, signal.SIGKILL)  # the account is gone: busy workers must not outlive it
        _import(data.decode().split()[1:])
        child = os.fork()
        if child == 0:
            control.close()
            _work(descriptors[0])
        os.close(descriptors[0])
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


if __name__ == "__main__":
    main()
