"""An engine whose workers own what they work on: actors of Ray, on one machine or many."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any, TypeVar

from freeagentics.clock import wall_clock
from freeagentics.errors import BadInput, WorkerLost
from freeagentics.kernels import fingerprint
from freeagentics.runtime.engines.engine import Engine, Piece, Result, SerialEngine
from freeagentics.runtime.engines.ray_connection import connect, import_ray, other_arithmetic

Thing = TypeVar("Thing")

JOIN_S = 180.0
"""Seconds that actors have to start; those that are not there by then are done without. Ray takes a minute to see that a node is gone."""

LOOK_S = 2.0
"""Seconds between looks at how many cores are left for those that have not started."""


class RayEngine(Engine):
    """Long-lived actors, each of which owns things, by number, that never move.

    What a call gives comes back in the order in which it was asked for, and nothing is reduced on the way, so that results do not depend
    on how many actors there are. Without an address Ray is started for this process alone, on loopback, and ends with the engine.

    Args:
        address: of the cluster, ``HOST:PORT``, or ``auto`` for the one that this machine is part of; None starts one here.
        workers: actors, one core each; 0 takes one a core. A cluster with fewer free cores has fewer.

    Attributes:
        workers: how many actors there are.

    Raises:
        BadInput: Ray is not installed, no cluster answers, no core is free, or a node computes otherwise than this machine.
    """

    def __init__(self, address: str | None = None, workers: int = 0) -> None:
        self._ray = import_ray()
        super().__init__()
        self._homes: dict[int, int] = {}
        self._actors: list[Any] = []
        self._connected = connect(self._ray, address, workers)
        try:
            self._actors = self._join(workers)
        except BaseException:
            self.close()
            raise
        self.workers = len(self._actors)

    def _join(self, workers: int) -> list[Any]:
        """Actors that are there and compute as this machine does."""
        cores = int(self._ray.cluster_resources().get("CPU", 0))
        owner = self._ray.remote(num_cpus=1, max_restarts=0, scheduling_strategy="SPREAD")(_Owner)
        actors = [owner.remote() for _ in range(min(workers or cores, cores))]
        found = dict(zip(actors, self._answers([actor.arithmetic.remote() for actor in actors]), strict=True))
        joined = [actor for actor, answer in found.items() if answer is not None]
        for actor in found.keys() - set(joined):
            self._ray.kill(actor)
        self._actors = joined
        if not joined:
            raise BadInput(f"Ray: no core of {cores} was free within {JOIN_S:.0f} s; end what else runs there, or add nodes")
        for node, arithmetic in (found[actor] for actor in joined):
            if arithmetic != fingerprint():
                raise other_arithmetic(node, arithmetic)
        return joined

    def _answers(self, asked: Sequence[Any]) -> list[Any]:
        """Answers within the time to join; None from an actor that is late, or on a node that is gone and not yet known to be."""
        there = set(self._ready(list(asked))) if asked else set()
        found = []
        for answer in asked:
            try:
                found.append(self._got([answer])[0] if answer in there else None)
            except WorkerLost:
                found.append(None)
        return found

    def _ready(self, asked: list[Any]) -> list[Any]:
        """Those of *asked* that are answered: all, or as many as cores are left, or what there is when time is up. One that was placed on a
        node that is gone is placed anew, or answered, only when Ray has seen that, which takes a minute."""
        until = wall_clock() + JOIN_S
        while True:
            ready, late = self._ray.wait(asked, num_returns=len(asked), timeout=LOOK_S)
            cores = sum(node["Resources"].get("CPU", 0) for node in self._ray.nodes() if node["Alive"])
            if not late or len(ready) >= cores or wall_clock() >= until:
                return list(ready)

    def map(self, function: Callable[[Piece], Result], pieces: Sequence[Piece]) -> list[Result]:
        """Results in the order of *pieces*, which nobody owns: they are run here."""
        return SerialEngine.map(self, function, pieces)  # type: ignore[arg-type]

    def own(self, things: Mapping[int, object], homes: Mapping[int, int], modules: Sequence[ModuleType] = ()) -> None:
        """Hand things over to actors, each to the one at its place in *homes*; *modules* travel as code, nodes cannot import them."""
        for module in modules:
            self._ray.cloudpickle.register_pickle_by_value(module)
        self._homes = dict(homes)
        for place, actor in enumerate(self._actors):
            part = {key: things[key] for key, home in homes.items() if home == place}
            # As bytes: arrays of arguments are views of Ray's shared memory, which nobody may write to. One after the other: what is on
            # its way lies in memory three times.
            self._got([actor.own.remote(self._ray.cloudpickle.dumps(part))])

    def share(self, value: object) -> object:
        """A handle of a value that all actors are to read: it crosses to each node once."""
        return self._ray.put(value)

    def call(self, function: Callable[..., Result], given: Mapping[int, object], shared: object = None) -> list[Result]:
        """Call ``function(thing, given, shared)`` for things by number, with one message to each of their actors.

        Raises:
            WorkerLost: an actor, or its node, is gone, and with it what it owned.
        """
        by_home: dict[int, dict[int, object]] = {}
        for key, value in given.items():
            by_home.setdefault(self._homes[key], {})[key] = value
        answers = [self._actors[home].call.remote(function, part, shared) for home, part in by_home.items()]
        found: dict[int, Any] = {key: value for part in self._got(answers) for key, value in part.items()}
        for key in given:
            if isinstance(found[key], _Raised):
                raise found[key].error
        return [found[key] for key in given]

    def _got(self, answers: Sequence[Any]) -> list[Any]:
        gone = self._ray.exceptions
        try:
            return self._ray.get(list(answers))
        except (gone.RayActorError, gone.ObjectLostError, gone.NodeDiedError, gone.OutOfMemoryError) as error:
            raise WorkerLost("a worker of Ray was lost") from error

    def close(self) -> None:
        """End the actors, and Ray where this engine started it or joined it."""
        for actor in self._actors:
            with suppress(Exception):
                self._ray.kill(actor)
        self._actors = []
        if self._connected:
            self._connected = False
            self._ray.shutdown()
        super().close()


class _Raised:
    def __init__(self, error: Exception) -> None:
        self.error = error


class _Owner:
    """The actor: things by number, and calls of functions on them."""

    def __init__(self) -> None:
        self._things: dict[int, Any] = {}

    def arithmetic(self) -> tuple[str, str]:
        return os.uname().nodename, fingerprint()

    def own(self, things: bytes) -> None:
        self._things = pickle.loads(things)  # noqa: S301 - from the process that made this one

    def call(self, function: Callable[..., Any], given: dict[int, Any], shared: Any) -> dict[int, Any]:
        return {key: self._one(function, key, value, shared) for key, value in given.items()}

    def _one(self, function: Callable[..., Any], key: int, value: Any, shared: Any) -> Any:
        try:
            return function(self._things[key], value, shared)
        except Exception as error:
            return _Raised(error)
