"""An event loop for steps that are to be awaited."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from typing import Any


class EventLoop:
    """One loop in a thread of its own, begun when it is first needed: what agents bind to a loop (locks, sessions) lasts from step to step,
    and whoever waits for a step may be in another loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop
        self._over: asyncio.Event

    def result_of(self, awaited: Awaitable[Any]) -> Any:
        """The result of what is awaited; raises what it raises. Whoever stops waiting cancels it."""
        self._begin()
        future = asyncio.run_coroutine_threadsafe(_outcome(awaited), self._loop)
        try:
            result, stop = future.result()
        finally:
            future.cancel()
        if stop is not None:
            raise stop
        return result

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                ready = threading.Event()
                self._thread = threading.Thread(target=self._run, args=(ready,), name="freeagentics-event-loop", daemon=True)
                self._thread.start()
                ready.wait()

    def _run(self, ready: threading.Event) -> None:
        asyncio.run(self._until_over(ready))

    async def _until_over(self, ready: threading.Event) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        ready.set()
        await self._over.wait()

    def close(self) -> None:
        """Cancel what agents have left running on the loop, and end the thread."""
        with self._lock:
            if self._thread is not None:
                self._loop.call_soon_threadsafe(self._over.set)
                self._thread.join()
                self._thread = None


async def _outcome(awaited: Awaitable[Any]) -> tuple[Any, BaseException | None]:
    """The result, and what must not end the loop."""
    try:
        return await awaited, None
    except (SystemExit, KeyboardInterrupt) as error:
        return None, error
