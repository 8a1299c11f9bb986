"""Every line of the tables in docs/lean-agents.md is so."""

from __future__ import annotations

import collections
import copy
import functools
import heapq
import json
import pickle
import re
import tempfile
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from freeagentics.runtime import AgentOptimizer, LeanAgent
from freeagentics.runtime.lean.form import LeanForm

PAGE = (Path(__file__).parents[2] / "docs" / "lean-agents.md").read_text(encoding="utf-8")
CELLS = 5000


def rows(heading: str) -> list[str]:
    """First cells of the table under a heading."""
    table = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines() if line.startswith("| ")][1:]


def sparse(dtype: Any = np.float64, cells: int = CELLS) -> Any:
    made = np.zeros(cells, dtype)
    made[1::50] = 1
    return made


def texts(count: int = 100) -> list[Any]:
    return [f"step {number}" for number in range(count)]


class Agent:
    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)

    def step(self, observation: Any) -> Any:
        return {name: type(value) for name, value in vars(self).items()}


class Private:
    def __init__(self) -> None:
        self._beliefs, self.__beliefs = sparse(), sparse()


class Cached:
    @functools.cached_property
    def beliefs(self) -> Any:
        return sparse()


class Slotted:
    __slots__ = ("beliefs",)

    def __init__(self) -> None:
        self.beliefs = sparse()


@dataclass(frozen=True)
class Mind:
    beliefs: Any = field(default_factory=sparse)


class Part:
    def __init__(self) -> None:
        self.beliefs = sparse()


class Own(np.ndarray[Any, Any]):
    pass


class Shared:
    beliefs = sparse()


def cached() -> Cached:
    made = Cached()
    assert made.beliefs is not None
    return made


def read_only(values: Any) -> Any:
    values.flags.writeable = False
    return values


def structures() -> Any:
    return np.zeros(CELLS, [("price", float), ("volume", int)])


def parts() -> Agent:
    return Agent(minds={"beliefs": sparse()}, belief_layers=[sparse()], mind=Mind(), space=SimpleNamespace(beliefs=sparse()), part=Part())


def equals() -> Agent:
    words = np.array(["a"] * CELLS)
    days = np.zeros(CELLS, "M8[s]")
    return Agent(real=np.ones(CELLS), whole=np.ones(CELLS, int), flags=np.ones(CELLS, bool), days=days, words=words, bars=structures())


def histories() -> Agent:
    mixed = [("buy", 1, 2.5, True, None, b"x")] * 100
    return Agent(history=texts(), action_histories=mixed, log=texts(), trade_log=texts(), past_moves=texts(), trajectory=texts(10_000))


BECOMES: list[tuple[Callable[[], Any], set[str]]] = [
    (
        lambda: Agent(beliefs=sparse(), belief_half=sparse(np.float16), posterior=sparse(np.float32)),
        {"beliefs", "belief_half", "posterior"},
    ),
    (lambda: Agent(weights=sparse(cells=200_000)), {"weights"}),
    (Private, {"_beliefs", "_Private__beliefs"}),
    (cached, {"beliefs"}),
    (Slotted, {"beliefs"}),
    (parts, {"minds['beliefs']", "belief_layers[0]", "mind.beliefs", "space.beliefs", "part.beliefs"}),
    (equals, {"real", "whole", "flags", "days", "words", "bars"}),
    (lambda: Agent(matrix=read_only(np.ones(CELLS))), {"matrix"}),
    (histories, {"history", "action_histories", "log", "trade_log", "past_moves", "trajectory"}),
    (lambda: Agent(plans={1: 2}), {"plans"}),
]


def closed() -> Agent:
    held = sparse()
    return Agent(beliefs=held, look=lambda: held)


def viewed() -> Agent:
    held = sparse()
    return Agent(beliefs=held, belief_head=held[: CELLS // 2])


OTHERS = Agent(beliefs=sparse(), history=texts())


def packed() -> Agent:
    return Agent(beliefs=(sparse(),), belief_set=frozenset({1}), belief_queue=collections.deque([sparse()]))


def subclassed() -> Agent:
    masked = np.ma.masked_array(sparse(), sparse() == 0)
    with tempfile.TemporaryFile() as file:
        return Agent(beliefs=sparse().view(Own), belief_mask=masked, belief_map=np.memmap(file, np.float64, "w+", shape=CELLS))


def other_types() -> Agent:
    types = (np.int64, bool, complex, np.longdouble, ">f8")
    return Agent(**{f"beliefs_{number}": sparse(dtype) for number, dtype in enumerate(types)})


def other_orders() -> Agent:
    square = sparse().reshape(50, 100)
    return Agent(beliefs=np.asfortranarray(square), belief_rows=square.copy().T, belief_cells=sparse(cells=2 * CELLS)[::2])


def other_histories() -> Agent:
    many = texts(10_001)
    return Agent(history=[[1]] * 100, log=texts(63), past_moves=many, trade_log=tuple(texts()), history_queue=collections.deque(texts()))


class Remembering:
    def __init__(self) -> None:
        self.cache = {number: sparse() for number in range(50)}
        self.plan(1)

    @functools.lru_cache  # noqa: B019 - as users write it
    def plan(self, number: int) -> Any:
        return sparse()


ALONE: list[Callable[[], Any]] = [
    closed,
    viewed,
    lambda: Agent(beliefs=OTHERS.beliefs, history=OTHERS.history),  # type: ignore[attr-defined]
    packed,
    subclassed,
    lambda: Agent(beliefs=np.array([None] * CELLS)),
    other_types,
    other_orders,
    lambda: Agent(beliefs=read_only(sparse())),
    lambda: Agent(beliefs=sparse(cells=500), posterior=np.linspace(1, 2, CELLS)),
    other_histories,
    Remembering,
    Shared,
    lambda: Agent(frame=collections.UserDict(beliefs=sparse())),
]


def paths(lean: LeanAgent) -> set[str]:
    return {made.slot.path for made in lean.lean_data.made}


def one_of_two(make: Callable[[], Any], caches: tuple[str, ...] = ()) -> LeanAgent:
    """The second of two agents that are alike; both are lean where that does not take another one's array."""
    optimizer = AgentOptimizer()
    optimizer.optimize_agent(make())
    first = make()
    one_of_two.kept = [optimizer.optimize_agent(first), first]  # type: ignore[attr-defined]
    return optimizer.optimize_agent(make(), caches)


@pytest.mark.parametrize(("row", "case"), list(zip(rows("What becomes lean"), BECOMES, strict=True)))
def test_what_the_page_says_becomes_lean_does(row: str, case: tuple[Callable[[], Any], set[str]]) -> None:
    make, wanted = case
    assert paths(one_of_two(make, caches=("plans",) if "caches" in row else ())) == wanted


@pytest.mark.parametrize(("row", "make"), list(zip(rows("What is left alone"), ALONE, strict=True)))
def test_what_the_page_says_is_left_alone_is(row: str, make: Callable[[], Any]) -> None:
    lean = AgentOptimizer().optimize_agent(make())
    assert paths(lean) == set()


def test_what_cannot_be_written_to_is_lent_without_a_copy() -> None:
    lean = one_of_two(lambda: Agent(matrix=read_only(np.ones(CELLS))))
    form = lean.agent.matrix
    with pytest.raises(ValueError, match="read-only"):
        form[0] = 2
    lean.lean_data.wake()
    assert type(lean.agent.matrix) is np.ndarray
    assert lean.agent.matrix.base is form.owner
    lean.lean_data.rest()
    assert lean.agent.matrix is form


def resting() -> Any:
    agent = Agent(beliefs=sparse(), matrix_beliefs=sparse().reshape(50, 100), history=list(range(100)))
    return AgentOptimizer().optimize_agent(agent).agent


def written(agent: Any) -> None:
    agent.beliefs *= 2
    agent.beliefs[3] = 1
    np.add(agent.beliefs, 1, out=agent.beliefs)
    agent.beliefs.sort()


def listed(agent: Any) -> None:
    agent.history.append(agent.history[-3:][0])
    agent.history.sort()
    insort(agent.history, 55)


def copied(agent: Any) -> None:
    for twin in (copy.deepcopy(agent), pickle.loads(pickle.dumps(agent))):
        assert (type(twin.beliefs), type(twin.history)) == (np.ndarray, list)
        assert np.array_equal(twin.beliefs, agent.beliefs)


def through_asarray(agent: Any) -> None:
    np.asarray(agent.beliefs)[0] = 1


def by_torch(agent: Any) -> None:
    pytest.importorskip("torch").from_numpy(agent.beliefs)


def copies(agent: Any) -> None:
    before = np.array(agent.beliefs)
    np.require(agent.beliefs, requirements="W")[0] = 9
    pytest.importorskip("torch").as_tensor(agent.beliefs)[0] = 9
    assert np.array_equal(agent.beliefs, before)


def shuffled(agent: Any) -> None:
    plain = np.array(agent.beliefs)
    np.random.default_rng(1).shuffle(plain)
    for beliefs in (agent.beliefs, agent.matrix_beliefs):
        with pytest.warns(UserWarning, match="shuffling"):
            np.random.default_rng(1).shuffle(beliefs)
    assert np.array_equal(agent.beliefs, plain)


REFUSED: list[list[tuple[Callable[[Any], Any], type[Exception] | None]]] = [
    [(written, None)],
    [(listed, None)],
    [(copied, None)],
    [(through_asarray, ValueError)],
    [(lambda agent: np.random.default_rng(1).random(out=agent.beliefs), ValueError)],
    [(by_torch, TypeError), (lambda agent: memoryview(agent.beliefs), TypeError)],
    [(lambda agent: json.dumps(agent.history), TypeError), (lambda agent: heapq.heappush(agent.history, 1), TypeError)],
    [(copies, None)],
    [(shuffled, None)],
]


@pytest.mark.parametrize(("row", "ways"), list(zip(rows("Between steps"), REFUSED, strict=True)))
def test_between_steps_it_is_as_the_page_says(row: str, ways: list[tuple[Callable[[Any], Any], type[Exception] | None]]) -> None:
    for way, error in ways:
        agent = resting()
        assert isinstance(agent.beliefs, LeanForm)
        if error is None:
            way(agent)
        else:
            with pytest.raises(error):
                way(agent)


def test_the_example_on_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(code, {"__name__": "example"})
    result, per_agent_mb, efficiency = map(float, capsys.readouterr().out.split())
    assert result == pytest.approx(225_000 * 1.01)
    assert per_agent_mb < 2.5
    assert efficiency == 1.0
