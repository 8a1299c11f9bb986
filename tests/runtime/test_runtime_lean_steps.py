"""In its steps a lean agent computes what it would have computed: every bit, by every way of writing, and of every type."""

from __future__ import annotations

import heapq
import json
import math
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from freeagentics.errors import BadInput
from freeagentics.runtime import AgentOptimizer, OptimizedThreadPoolManager
from freeagentics.runtime.lean.form import LeanForm

CELLS = 1000
TYPES = ["f2", "f4", "f8", "i8", "u1", "?", "c16", ">f8", "M8[s]", "U2"]


def beliefs(dtype: Any = np.float64) -> Any:
    made = np.zeros(CELLS * 8, np.int64)
    made[1::97] = np.arange(1, 84)
    return made.astype(dtype)


class Agent:
    def __init__(self, step: Callable[[Any], Any], **attributes: Any) -> None:
        self._step = step
        vars(self).update(attributes)

    def step(self, observation: Any) -> Any:
        return self._step(self)


def twins(step: Callable[[Any], Any], steps: int, make: Callable[[], dict[str, Any]], **settings: Any) -> tuple[list[Any], list[Any]]:
    """What an agent's steps give that is lean, and what those of one give that is not. A third holds equal arrays, to be shared with."""
    found: list[list[Any]] = []
    for lean in (True, False):
        with OptimizedThreadPoolManager(1, 1, enable_memory_optimization=lean, **settings) as manager:
            other = Agent(lambda agent: None, **make())
            manager.register_agent("other", other)
            manager.register_agent("agent", Agent(step, **make()))
            results = [manager.step_all_agents({})["agent"] for _ in range(steps)]
            for result in results:
                if result.error is not None:
                    raise result.error
            found.append([result.result for result in results])
    return found[0], found[1]


def creeping(agent: Any) -> bytes:
    agent.beliefs *= 1 + 2e-8
    return bytes(agent.beliefs[:200].tobytes())


def counting(agent: Any) -> float:
    agent.beliefs[3] += 1
    return float(agent.beliefs[3])


def deciding(agent: Any) -> str:
    agent.beliefs[2] += 1e-10
    return "sell" if agent.beliefs[2] > 0.3 else "hold"


def harmonic(agent: Any) -> float:
    agent.count += 1
    agent.beliefs[5] += 1 / agent.count
    return float(agent.beliefs.sum())


def starting(cell: int, value: float) -> Callable[[], dict[str, Any]]:
    def make() -> dict[str, Any]:
        made = beliefs()
        made[cell] = value
        return {"beliefs": made, "count": 0}

    return make


@pytest.mark.parametrize(
    ("step", "start", "steps"),
    [(creeping, (2, 0.3), 3000), (counting, (3, 2.0**24), 20), (deciding, (2, 0.3 - 5e-10), 10), (harmonic, (5, 1e-30), 300)],
    ids=["creeping", "counting", "deciding", "harmonic"],
)
def test_steps_that_add_up_are_the_same_bit_for_bit(step: Callable[[Any], Any], start: tuple[int, float], steps: int) -> None:
    lean, plain = twins(step, steps, starting(*start))
    assert lean == plain
    assert len(set(plain)) > 1


def test_single_precision_at_rest_is_asked_for_and_rounds_every_rest() -> None:
    lean, plain = twins(counting, 3, starting(3, 2.0**24), precision="float32")
    assert lean == [2.0**24 + 1] * 3
    assert plain == [2.0**24 + 1, 2.0**24 + 2, 2.0**24 + 3]
    with pytest.raises(BadInput, match="'exact' or 'float32'"):
        OptimizedThreadPoolManager(precision="single")  # type: ignore[arg-type]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", ["beliefs", "transition"])
def test_every_type_comes_back_bit_for_bit_whether_sparse_or_shared(dtype: str, name: str) -> None:
    def step(agent: Any) -> tuple[Any, ...]:
        held = getattr(agent, name)
        return type(held), held.dtype, held.flags.writeable, held.tobytes()

    lean, plain = twins(step, 2, lambda: {name: beliefs(dtype)})
    assert lean == plain


def test_what_is_nearly_zero_and_what_is_no_number_comes_back_bit_for_bit() -> None:
    payload = struct.unpack("d", struct.pack("Q", 0x7FF80000DEADBEEF))[0]

    def make() -> dict[str, Any]:
        made = beliefs()
        made[:8] = [-0.0, math.inf, -math.inf, 5e-324, -5e-324, 1e-310, np.nan, payload]
        return {"beliefs": made}

    lean, plain = twins(lambda agent: agent.beliefs.tobytes(), 2, make)
    assert lean == plain


@pytest.mark.parametrize("layout", ["C", "F", "transposed", "strided"])
def test_sums_are_taken_in_the_order_in_which_an_array_lies_in_memory(layout: str) -> None:
    def make() -> dict[str, Any]:
        random = np.random.default_rng(1)
        matrix = np.where(random.random((80, 100)) < 0.05, random.random((80, 100)), 0.0)
        laid = {"C": matrix, "F": np.asfortranarray(matrix), "transposed": matrix.copy().T, "strided": matrix[:, ::2]}[layout]
        return {"beliefs": laid, "transition": laid.copy("K")}

    def step(agent: Any) -> tuple[Any, ...]:
        held = agent.beliefs, agent.transition
        return tuple((float(one.sum()), one.sum(axis=0).tobytes(), one.strides, (one @ one.T).tobytes()) for one in held)

    lean, plain = twins(step, 2, make)
    assert lean == plain


def torch_tensor(agent: Any) -> Any:
    torch = pytest.importorskip("torch")
    torch.from_numpy(agent.beliefs).mul_(2)


def through_memory(agent: Any) -> Any:
    memoryview(agent.beliefs).cast("B")[:8] = struct.pack("d", 4.0)


def through_asarray(agent: Any) -> Any:
    np.asarray(agent.beliefs)[:3] = 7
    np.require(agent.transition, requirements="W")[0] = 7


def random_in_place(agent: Any) -> Any:
    np.random.default_rng(3).random(out=agent.beliefs[:50])
    np.random.default_rng(4).shuffle(agent.matrix_beliefs)


def resized(agent: Any) -> Any:
    agent.beliefs.resize((1000, 8), refcheck=False)
    agent.beliefs.partition(3)


def frozen(agent: Any) -> Any:
    agent.beliefs.flags.writeable = False


def as_json(agent: Any) -> Any:
    return json.dumps(agent.history)


def on_a_heap(agent: Any) -> Any:
    heapq.heappush(agent.history, "act")
    return heapq.heappop(agent.history)


def sliding(agent: Any) -> Any:
    agent.history.append(f"new {agent.history[-1]}"[:20])
    agent.history = agent.history[-100:]


def growing(agent: Any) -> Any:
    agent.history += [f"more {step}" for step in range(6000)]
    return type(agent.history)


def by_its_type(agent: Any) -> Any:
    held = (agent.beliefs, agent.transition, agent.history, agent.read_only)
    return [type(one).__name__ for one in held], [isinstance(one, np.ndarray) for one in held], str(agent.beliefs), repr(agent.history)


def remembered_view(agent: Any) -> Any:
    if hasattr(agent, "head"):
        agent.head += 1
    else:
        agent.head = agent.beliefs[:4]


WAYS = [
    torch_tensor,
    through_memory,
    through_asarray,
    random_in_place,
    resized,
    frozen,
    as_json,
    on_a_heap,
    sliding,
    growing,
    by_its_type,
    remembered_view,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_whatever_can_be_done_with_an_array_or_a_list_can_be_done_in_a_step_and_counts(way: Callable[[Any], Any]) -> None:
    def make() -> dict[str, Any]:
        read_only = np.arange(1000)
        read_only.flags.writeable = False
        matrix = beliefs().reshape(80, 100)
        history = [f"act {step}" for step in range(150)]
        return {"beliefs": beliefs(), "matrix_beliefs": matrix, "transition": np.eye(50), "history": history, "read_only": read_only}

    def step(agent: Any) -> tuple[Any, ...]:
        done = way(agent)
        return done, agent.beliefs.tobytes(), agent.matrix_beliefs.tobytes(), agent.transition.tobytes(), list(agent.history)

    lean, plain = twins(step, 3, make)
    assert lean == plain


def test_an_agent_may_step_within_its_own_step_and_still_holds_its_own() -> None:
    def step(agent: Any) -> list[str]:
        before = type(agent.beliefs).__name__
        agent.depth += 1
        if agent.depth < 3:
            lean.step(None)
        optimizer.optimize_agent(agent)
        return [before, type(agent.beliefs).__name__]

    optimizer = AgentOptimizer()
    lean = optimizer.optimize_agent(Agent(step, beliefs=beliefs(), depth=0))
    assert lean.step(None) == ["ndarray", "ndarray"]
    assert isinstance(lean.beliefs, LeanForm)


def test_what_the_caller_was_given_stays_one_with_what_the_agent_holds() -> None:
    lean = AgentOptimizer().optimize_agent(Agent(lambda agent: agent.beliefs, beliefs=beliefs()))
    given = lean.step(None)
    given[0] = 5
    assert lean.step(None) is given
    del given
    assert lean.step(None)[0] == 5
    lean.agent._step = lambda agent: None
    lean.step(None)
    assert lean.beliefs[0] == 5
    assert isinstance(lean.beliefs, LeanForm)
