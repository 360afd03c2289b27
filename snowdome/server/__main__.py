"""``python -m snowdome.server --state DIR --port N``: the local account in the foreground."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from pathlib import Path

from snowdome.server.process import serve
from snowdome.state import StateError, StateInUse

IN_USE = 3  # exit code: another server owns the state directory
PORT_TAKEN = 4  # exit code: another program listens there
FAILED = 1


def main() -> int:
    """Run the server; the exit code says how it ended."""
    asked = _arguments().parse_args()
    try:
        serve(asked.state.absolute(), asked.port, dict(asked.mount))
    except StateInUse as error:
        return _say(error, IN_USE)
    except StateError as error:
        return _say(error, FAILED)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        return _say(
            f"The server cannot listen on port {asked.port}: {error}.", PORT_TAKEN if taken else FAILED
        )
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m snowdome.server", description=__doc__)
    parser.add_argument("--state", type=Path, default=Path(".snowdome"), help="the state directory")
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0 for a free one")
    parser.add_argument("--mount", type=_mount, action="append", default=[], metavar="URL=DIR",
                        help="read this external stage URL from a local folder")  # fmt: skip
    return parser


def _mount(text: str) -> tuple[str, Path]:
    url, _, folder = text.partition("=")
    if not url or not folder:
        raise argparse.ArgumentTypeError(f"'{text}' is not URL=DIR")
    return url, Path(folder).expanduser().absolute()


def _say(why: object, code: int) -> int:
    sys.stderr.write(f"{why}\n")
    return code


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)  # a statement that cannot be interrupted must not keep the process
