"""Waiting for queries without blocking the event loop."""

from __future__ import annotations

import asyncio

from snowdome.account.query import Query


async def ended(query: Query, seconds: float) -> bool:
    """Wait until ``query`` has ended, at most ``seconds``; whether it has."""
    if query.done.done():
        return True
    loop = asyncio.get_running_loop()
    event = asyncio.Event()
    query.done.add_done_callback(lambda _: loop.call_soon_threadsafe(event.set))
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except asyncio.TimeoutError:
        return False
    return True
