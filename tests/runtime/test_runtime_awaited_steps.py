"""Steps that are to be awaited are awaited, and what could not be run as a step is refused when it is registered."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import AsyncIterator, Generator, Iterator
from typing import Any
from unittest.mock import AsyncMock

import numpy as np
import pytest

from freeagentics.errors import BadInput
from freeagentics.runtime import OptimizedThreadPoolManager, StepResult
from freeagentics.runtime.lean.form import LeanForm

PATIENCE = 20.0


class Async:
    """Keeps a lock, which belongs to the loop that it was first waited for on."""

    def __init__(self) -> None:
        self.beliefs = np.zeros(4096)
        self.beliefs[7] = 1.0
        self.lock: asyncio.Lock | None = None
        self.loops: set[int] = set()

    async def step(self, observation: Any) -> float:
        self.lock = self.lock or asyncio.Lock()
        async with self.lock:
            self.beliefs *= 2
            await asyncio.sleep(0)
            assert type(self.beliefs) is np.ndarray
            self.loops.add(id(asyncio.get_running_loop()))
            return float(self.beliefs.sum()) + observation


class Later:
    """A plain step that returns what is to be awaited."""

    def step(self, observation: Any) -> Any:
        return self.work(observation)

    async def work(self, observation: Any) -> Any:
        await asyncio.sleep(0)
        return observation + 1


class Awaitable:
    def __await__(self) -> Generator[Any, None, str]:
        yield from asyncio.sleep(0).__await__()
        return "awaited"


class Returning:
    def __init__(self, make: Any) -> None:
        self.make = make

    def step(self, observation: Any) -> Any:
        return self.make()


def stepped(agent: Any, observation: Any = 1, **settings: Any) -> StepResult:
    with OptimizedThreadPoolManager(1, 1, **settings) as manager:
        manager.register_agent("one", agent)
        return manager.step_all_agents({"one": observation})["one"]


@pytest.mark.parametrize("lean", [True, False])
@pytest.mark.parametrize("workers", [1, 3])
def test_an_async_step_is_awaited_on_a_loop_that_lasts(lean: bool, workers: int) -> None:
    with OptimizedThreadPoolManager(workers, workers, enable_memory_optimization=lean) as manager:
        agents = [Async() for _ in range(5)]
        for number, agent in enumerate(agents):
            manager.register_agent(str(number), agent)
        for step in range(1, 4):
            results = manager.step_all_agents(dict.fromkeys(manager.agent_ids, 0.5))
            assert [result.result for result in results.values()] == [2**step + 0.5] * 5
        assert len({loop for agent in agents for loop in agent.loops}) == 1
        assert all(isinstance(agent.beliefs, LeanForm) == lean for agent in agents)
    assert not [thread for thread in threading.enumerate() if "event-loop" in thread.name]


@pytest.mark.parametrize("agent", [Later(), Returning(Awaitable), Returning(AsyncMock(return_value=3))], ids=["method", "object", "mock"])
def test_what_a_plain_step_returns_to_be_awaited_is_awaited(agent: Any) -> None:
    result = stepped(agent)
    assert result.success
    assert result.result in (2, "awaited", 3)


def test_what_an_async_step_raises_is_its_own_result() -> None:
    class Failing:
        async def step(self, observation: Any) -> None:
            await asyncio.sleep(0)
            raise [ValueError, asyncio.CancelledError][observation]("no")

    with OptimizedThreadPoolManager(1, 1) as manager:
        manager.register_agent("bad", Failing())
        manager.register_agent("good", Async())
        for observation in (0, 1):
            results = manager.step_all_agents({"bad": observation, "good": 0})
            assert (results["bad"].success, results["bad"].result, results["good"].success) == (False, None, True)


def test_an_async_step_that_wants_the_process_to_end_fails_alone_and_the_loop_goes_on() -> None:
    class Leaving:
        async def step(self, observation: Any) -> None:
            if observation:
                raise SystemExit(3)

    with OptimizedThreadPoolManager(1, 1) as manager:
        manager.register_agent("one", Leaving())
        assert isinstance(manager.step_all_agents({"one": True})["one"].error, SystemExit)
        assert manager.step_all_agents({"one": False})["one"].success


def test_a_manager_may_be_used_where_a_loop_runs_already() -> None:
    async def main() -> StepResult:
        return stepped(Async(), 0)

    assert asyncio.run(main()).result == 2


def test_steps_that_wait_side_by_side_wait_together() -> None:
    barrier: list[asyncio.Barrier] = []

    class Meeting:
        async def step(self, observation: Any) -> int:
            if not barrier:
                barrier.append(asyncio.Barrier(3))
            return await asyncio.wait_for(barrier[0].wait(), PATIENCE)

    with OptimizedThreadPoolManager(3, 3) as manager:
        for number in range(3):
            manager.register_agent(str(number), Meeting())
        assert sorted(result.result for result in manager.step_all_agents({}).values()) == [0, 1, 2]


def test_a_shutdown_cancels_what_agents_have_left_on_the_loop() -> None:
    ended: list[bool] = []

    class Spawning:
        async def step(self, observation: Any) -> None:
            self.task = asyncio.get_running_loop().create_task(self.forever())
            await asyncio.sleep(0)

        async def forever(self) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(True)

    assert stepped(Spawning()).success
    assert ended == [True]


class Yielding:
    def step(self, observation: Any) -> Iterator[Any]:
        yield observation


class AsyncYielding:
    async def step(self, observation: Any) -> AsyncIterator[Any]:
        yield observation


class Stepless:
    pass


class Constant:
    step = 5


class Demanding:
    def step(self, observation: Any, market: Any) -> None:
        """Needs two."""


class Keyword:
    def step(self, observation: Any, *, market: Any) -> None:
        """Needs one by name."""


@pytest.mark.parametrize(
    ("kind", "match"),
    [
        (Yielding, "Yielding.step is a generator"),
        (AsyncYielding, "AsyncYielding.step is a generator"),
        (Stepless, "Stepless has no step"),
        (Constant, "Constant has no step"),
        (Demanding, r"Demanding.step\(observation, market\) is called with an observation or with nothing"),
        (Keyword, r"Keyword.step\(observation, market\) .* needs something else"),
    ],
)
def test_what_cannot_be_stepped_is_refused_when_it_is_registered(kind: Any, match: str) -> None:
    with OptimizedThreadPoolManager(1, 1) as manager:
        with pytest.raises(BadInput, match=f"agent 'one': {match}"):
            manager.register_agent("one", kind())
        assert manager.agent_ids == []


@pytest.mark.parametrize("make", [lambda: (x for x in "ab"), lambda: AsyncYielding().step(1)], ids=["generator", "async generator"])
def test_a_generator_is_no_result(make: Any) -> None:
    result = stepped(Returning(make))
    assert (result.success, type(result.error)) == (False, BadInput)
    assert "whose code runs only when" in str(result.error)


def test_steps_of_all_kinds_are_called_as_they_can_be() -> None:
    class Bare:
        @staticmethod
        def step(seen: Any = "nothing") -> Any:
            return seen

    assigned = Stepless()
    assigned.step = functools.partial(lambda factor, seen: factor * seen, 3)  # type: ignore[attr-defined]
    silent = Stepless()
    silent.step = lambda: "silent"  # type: ignore[attr-defined]
    compiled = Stepless()
    compiled.step = np.sqrt  # type: ignore[attr-defined]
    many = Stepless()
    many.step = lambda *seen, **more: (seen, more)  # type: ignore[attr-defined]
    found = [stepped(agent, 4).result for agent in (Bare(), assigned, silent, compiled, many)]
    assert found == [4, 12, "silent", 2.0, ((4,), {})]
