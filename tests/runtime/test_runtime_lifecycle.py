from __future__ import annotations

import mmap
import random
import threading
import weakref

import numpy as np
import pytest

from freeagentics.errors import BadInput
from freeagentics.runtime import Lifecycle


class Sleeper:
    def __init__(self) -> None:
        self.log: list[str] = []

    def hibernate(self) -> None:
        self.log.append("hibernate")

    def wake(self) -> None:
        self.log.append("wake")

    def close(self) -> None:
        self.log.append("close")


class Packs:
    def __init__(self) -> None:
        self.times = 0

    def pack(self) -> None:
        self.times += 1


class Plain:
    """Knows nothing of hibernation; its parts do."""

    def __init__(self) -> None:
        self.history = Packs()
        self.beliefs = np.zeros(5)


class NoRoom:
    __slots__ = ("beliefs",)


def test_an_agent_sleeps_when_it_is_idle_and_is_awake_when_it_is_used() -> None:
    life, agent = Lifecycle(), Sleeper()
    life.register("one", agent)
    for _ in range(3):
        life.tick()
    assert life.hibernate_idle(4) == []
    assert life.hibernate_idle(3) == ["one"]
    assert life.hibernating("one")
    assert life.hibernate_idle(0) == []
    assert life.hibernate("one")
    assert agent.log == ["hibernate"]
    with life.use("one") as used, life.use("one"):
        assert used is agent
        assert agent.log == ["hibernate", "wake"]
        assert not life.hibernate("one")
    assert not life.hibernating("one")
    assert life.hibernate_idle(1) == []


def test_of_an_agent_without_hooks_the_parts_are_packed() -> None:
    life, agent = Lifecycle(), Plain()
    life.register("plain", agent)
    assert life.hibernate("plain")
    assert agent.history.times == 1


def test_beliefs_are_compressed_and_keep_their_values() -> None:
    from freeagentics.mind.lazy_beliefs import LazyBeliefArray

    class Believer:
        def __init__(self) -> None:
            self.beliefs = LazyBeliefArray((100, 100), sparsity_threshold=0.9)

    life, agent = Lifecycle(), Believer()
    agent.beliefs[3, 4] = 0.5
    life.register("believer", agent)
    life.hibernate("believer")
    assert agent.beliefs.sparse is not None
    assert agent.beliefs[3, 4] == 0.5


def test_agents_are_held_weakly_and_their_resources_closed_when_they_go() -> None:
    life, closed = Lifecycle(), []
    agent = Sleeper()
    life.register("one", agent, lambda: closed.append("first"), lambda: closed.append("second"))
    gone = weakref.ref(agent)
    del agent
    assert gone() is None
    assert closed == ["second", "first"]
    assert life.names() == []
    with pytest.raises(BadInput, match="no agent 'one'"):
        life.retire("one")


def test_retiring_closes_the_agent_and_then_its_resources_once() -> None:
    life, agent = Lifecycle(), Sleeper()
    log, mapped = agent.log, mmap.mmap(-1, 4096)
    life.register("one", agent, mapped.close, lambda: log.append("resource"))
    life.retire("one")
    assert log == ["close", "resource"]
    assert mapped.closed
    assert life.names() == []
    del agent
    assert log == ["close", "resource"]


def test_all_is_closed_where_one_close_fails_and_the_failure_is_raised() -> None:
    class Fails(Sleeper):
        def close(self) -> None:
            raise OSError("disk gone")

    life, agent, closed = Lifecycle(), Fails(), []
    life.register("one", agent, lambda: closed.append("resource"))
    with pytest.raises(OSError, match="disk gone"):
        life.retire("one")
    assert closed == ["resource"]
    assert life.names() == []


def test_what_cannot_be_registered_is_refused_with_a_reason() -> None:
    life, agent = Lifecycle(), Sleeper()
    life.register("hunter", agent)
    with pytest.raises(BadInput, match="'hunter' is registered already"):
        life.register("hunter", Sleeper())
    with pytest.raises(BadInput, match="NoRoom allows no weak references"):
        life.register("room", NoRoom())
    with pytest.raises(BadInput, match="did you mean 'hunter'"), life.use("huntr"):
        pass
    assert life.names() == ["hunter"]


def test_in_many_threads_nobody_is_put_to_sleep_in_use() -> None:
    life, agents = Lifecycle(), [Sleeper() for _ in range(8)]
    wrong: list[str] = []
    for number, agent in enumerate(agents):
        life.register(str(number), agent)

    def work(seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(300):
            name = str(draw.randrange(8))
            if draw.random() < 0.5:
                life.hibernate(name)
            else:
                with life.use(name) as agent:
                    assert isinstance(agent, Sleeper)
                    if agent.log and agent.log[-1] == "hibernate":
                        wrong.append(name)
            life.tick()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    for agent in agents:
        assert agent.log[::2] == ["hibernate"] * len(agent.log[::2])
