"""The life of an agent as far as its footprint goes: registered, idle, hibernating, awake again, retired."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from freeagentics.errors import BadInput, did_you_mean


@runtime_checkable
class Hibernates(Protocol):
    """An agent, or a cohort, that can give up bytes while nobody uses it, and take them back. Its values stay what they are."""

    def hibernate(self) -> None:
        """Hold everything in as few bytes as it takes. Idempotent."""

    def wake(self) -> None:
        """Be ready for use again. Idempotent."""


@dataclass(slots=True)
class _Life:
    agent: weakref.ref[object]
    end: Callable[[], None]
    last_used: int
    users: int = 0
    asleep: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class Lifecycle:
    """Keeps agents, or cohorts of them, by name and weakly: whoever drops an agent has retired it.

    An agent that says how (`Hibernates`) does so itself. Of any other, every attribute is asked: beliefs that know
    ``compress_if_beneficial()``, histories that know ``pack()``; they unfold by themselves when touched. Idleness is counted in ticks,
    which the caller makes with `tick`, e.g. one a step. All methods may be called from any thread.
    """

    def __init__(self) -> None:
        self._lives: dict[str, _Life] = {}
        self._lock = threading.RLock()
        self._now = 0

    def register(self, name: str, agent: object, *resources: Callable[[], object]) -> None:
        """Begin a life. *resources* are called once to close them, the last first, when it is retired or gone.

        Raises BadInput where the name is taken or the agent's type allows no weak references.
        """
        with self._lock:
            if name in self._lives:
                raise BadInput(f"agent '{name}' is registered already; retire it first, or give another name")
            closing = ExitStack()
            for close in resources:
                closing.callback(close)
            try:
                end = weakref.finalize(agent, self._end, name, closing)
                self._lives[name] = _Life(weakref.ref(agent), end, self._now)
            except TypeError as error:
                raise BadInput(
                    f"agent '{name}': {type(agent).__name__} allows no weak references; add '__weakref__' to its slots"
                ) from error

    def _end(self, name: str, closing: ExitStack) -> None:
        with self._lock:
            del self._lives[name]
        closing.close()

    def tick(self) -> None:
        """Time passes."""
        with self._lock:
            self._now += 1

    @contextmanager
    def use(self, name: str) -> Iterator[object]:
        """The agent, awake as long as the block lasts, also where several threads use it. Raises BadInput for a name not registered."""
        life = self._life(name)
        agent = life.agent()
        if agent is None:
            raise BadInput(f"agent '{name}' is gone")
        with life.lock:
            life.users += 1
            if life.asleep and isinstance(agent, Hibernates):
                agent.wake()
            life.asleep = False
        try:
            yield agent
        finally:
            with life.lock:
                life.users -= 1
                life.last_used = self._now

    def hibernate(self, name: str) -> bool:
        """Send an agent to sleep; False where somebody is using it. Raises BadInput for a name that is not registered."""
        return _send_to_sleep(self._life(name))

    def hibernate_idle(self, ticks: int) -> list[str]:
        """Send to sleep who has not been used for at least so many ticks; their names."""
        with self._lock:
            idle = [(name, life) for name, life in self._lives.items() if not life.asleep and self._now - life.last_used >= ticks]
        return [name for name, life in idle if _send_to_sleep(life)]

    def retire(self, name: str) -> None:
        """End a life: the agent's own ``close()``, where it has one, then its resources. Raises BadInput for a name not registered.

        All of them are closed even where one fails; the failure is raised afterwards.
        """
        life = self._life(name)
        agent = life.agent()
        with ExitStack() as ending:
            ending.callback(life.end)
            close = getattr(type(agent), "close", None)
            if close is not None:
                ending.callback(close, agent)

    def hibernating(self, name: str) -> bool:
        """True where an agent is asleep. Raises BadInput for a name that is not registered."""
        return self._life(name).asleep

    def names(self) -> list[str]:
        """Names of those registered, in the order of registration."""
        with self._lock:
            return list(self._lives)

    def _life(self, name: str) -> _Life:
        with self._lock:
            if name not in self._lives:
                raise BadInput(f"no agent '{name}' is registered; {did_you_mean(name, self._lives)}")
            return self._lives[name]


def _send_to_sleep(life: _Life) -> bool:
    with life.lock:
        if not life.users and not life.asleep:
            _pack(life.agent())
            life.asleep = True
        return life.asleep


def _pack(agent: object) -> None:
    if isinstance(agent, Hibernates):
        agent.hibernate()
        return
    for part in list(getattr(agent, "__dict__", {}).values()):
        for verb in ("compress_if_beneficial", "pack"):
            pack = getattr(type(part), verb, None)
            if pack is not None:
                pack(part)
