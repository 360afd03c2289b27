"""The outbox: where notifications go instead of over a network, one JSON file a message that a person can
open."""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

EMAIL = "EMAIL"
WEBHOOK = "WEBHOOK"
QUEUE = "QUEUE"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A notification. ``created`` is nanoseconds UTC; ``kind`` is EMAIL, WEBHOOK or QUEUE; ``recipients``,
    ``cc`` and ``bcc`` are e-mail addresses; ``target`` is a webhook's URL or a queue's address; ``source`` is
    STORED_PROCEDURE or TASK, ``source_info`` says which; ``payload`` is JSON that a program reads."""

    id: str
    created: int
    integration: str
    kind: str
    subject: str = ""
    recipients: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    target: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "text/plain"
    body: str = ""
    payload: Any = None
    source: str = "STORED_PROCEDURE"
    source_info: dict[str, Any] = field(default_factory=dict)

    @property
    def time(self) -> datetime:
        """When it was sent, to the microsecond, UTC."""
        return datetime.fromtimestamp(self.created // 1000 / 1_000_000, timezone.utc)


class Outbox:
    """The messages in ``directory``, which is made with the first of them. Thread-safe.

    ``now`` gives nanoseconds UTC on the account's clock.
    """

    def __init__(self, directory: Path, now: Callable[[], int] = time.time_ns) -> None:
        self.directory = directory
        self._now = now
        self._lock = threading.Lock()
        self._last = 0

    def send(
        self,
        integration: str,
        kind: str,
        subject: str = "",
        body: str = "",
        *,
        recipients: Sequence[str] = (),
        payload: Any = None,
        source: str = "STORED_PROCEDURE",
        source_info: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Message:
        """Write a message down; ``more`` are other fields of ``Message``. OSError if the disk refuses it."""
        message = Message(
            id=str(uuid.uuid4()), created=self._moment(), integration=integration, kind=kind, subject=subject,
            body=body, recipients=tuple(recipients), payload=payload, source=source,
            source_info=dict(source_info or {}), **more,
        )  # fmt: skip
        self._write(message)
        return message

    def _moment(self) -> int:
        """Now, and later than every message before: the order of files is that of sending."""
        with self._lock:
            self._last = max(self._last + 1000, self._now())
            return self._last

    def _write(self, message: Message) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps({"sent": message.time.isoformat(), **asdict(message)}, indent=2, ensure_ascii=False)
        # Written beside it and moved into place: nobody ever sees half a message.
        handle, unfinished = tempfile.mkstemp(dir=self.directory, prefix=".unfinished-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.replace(unfinished, self.directory / _file_name(message))

    def messages(self) -> list[Message]:
        """All messages, in the order of sending; files that hold none are passed over."""
        if not self.directory.is_dir():
            return []
        found = (_read(path) for path in sorted(self.directory.glob("*.json")))
        return [message for message in found if message is not None]


def _file_name(message: Message) -> str:
    stamp = message.time.strftime("%Y%m%dT%H%M%S.%fZ")
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", message.integration)[:60]
    return f"{stamp}-{message.kind.lower()}-{name}-{message.id[:8]}.json"


_FIELDS = frozenset(f.name for f in fields(Message))
_TUPLES = ("recipients", "cc", "bcc")


def _read(path: Path) -> Message | None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        known: dict[str, Any] = {
            k: tuple(v) if k in _TUPLES else v for k, v in values.items() if k in _FIELDS
        }
        return Message(**known)
    except (OSError, ValueError, TypeError, AttributeError):
        return None  # a person may have put something else here
