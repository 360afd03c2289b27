"""Which of a gateway's services gets the next request."""

from __future__ import annotations

import threading
from collections.abc import Callable

from snowdome.catalog.catalog import Snapshot
from snowdome.catalog.services import Gateway, Service, named


class Turns:
    """Shares requests out in the proportion of the weights, evenly in time rather than by chance."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owed: dict[int, dict[tuple[str, ...], int]] = {}  # by gateway: what each target is owed

    def choose(
        self, snapshot: Snapshot, gateway: Gateway, healthy: Callable[[Service], bool]
    ) -> Service | None:
        """The service of the next request: a healthy one, as long as there is one with a weight."""
        there = [
            (t, s) for t in gateway.targets if t.weight and (s := named(snapshot, t.service)) is not None
        ]
        open_ = [(t, s) for t, s in there if healthy(s)] or there
        if not open_:
            return None
        with self._lock:
            owed = self._owed.setdefault(gateway.id, {})
            for target, _ in open_:
                owed[target.service] = owed.get(target.service, 0) + target.weight
            target, service = max(open_, key=lambda pair: owed[pair[0].service])
            owed[target.service] -= sum(t.weight for t, _ in open_)
        return service

    def forget(self, gateway: int) -> None:
        """Begin anew: the gateway has other targets, or is gone."""
        with self._lock:
            self._owed.pop(gateway, None)
