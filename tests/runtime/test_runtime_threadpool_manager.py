from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref
from typing import Any

import mesa
import numpy as np
import pytest
from threadpoolctl import threadpool_info

from freeagentics.errors import BadInput
from freeagentics.runtime import LeanAgent, OptimizedThreadPoolManager, deep_size
from freeagentics.runtime.measuring.footprint import MB

PATIENCE = 20.0


class Counter:
    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor
        self.beliefs = np.zeros(4096)
        self.beliefs[7] = 1.0
        self.action_history = [f"action {step}" for step in range(200)]
        self.seen: list[Any] = []

    def step(self, observation: Any) -> float:
        self.seen.append(observation)
        self.beliefs *= 1 + observation * self.factor
        return float(self.beliefs.sum())


class Failing:
    def step(self, observation: Any) -> None:
        raise ValueError(f"cannot {observation}")


def test_every_agent_has_its_result_in_the_order_of_registration() -> None:
    with OptimizedThreadPoolManager(2, 2) as manager:
        for number in range(20):
            manager.register_agent(f"agent_{number}", Counter(number))
        for _ in range(3):
            results = manager.step_all_agents(dict.fromkeys(manager.agent_ids, 1))
        assert list(results) == [f"agent_{number}" for number in range(20)]
        assert [result.result for result in results.values()] == pytest.approx([(1 + number) ** 3 for number in range(20)])
        assert all(result.success and result.error is None and result.execution_time_ms >= 0 for result in results.values())


def test_an_error_is_its_agents_own() -> None:
    with OptimizedThreadPoolManager(1, 2) as manager:
        for name, agent in (("good", Counter()), ("bad", Failing()), ("after", Counter())):
            manager.register_agent(name, agent)
        results = manager.step_all_agents({"good": 1, "bad": 2, "after": 0})
    assert [result.success for result in results.values()] == [True, False, True]
    assert isinstance(results["bad"].error, ValueError)
    assert str(results["bad"].error) == "cannot 2"
    assert results["bad"].result is None


@pytest.mark.parametrize("failure", [SystemExit, GeneratorExit])
def test_an_agent_that_would_end_the_program_ends_its_own_step(failure: type[BaseException]) -> None:
    class Ending:
        def step(self) -> None:
            raise failure(3)

    with OptimizedThreadPoolManager(1, 2) as manager:
        manager.register_agent("ending", Ending())
        manager.register_agent("other", Counter())
        results = manager.step_all_agents({"other": 1})
    assert isinstance(results["ending"].error, failure)
    assert results["other"].success


def test_agents_may_be_called_by_whole_numbers_as_mesa_does() -> None:
    with OptimizedThreadPoolManager(1, 1) as manager:
        for number in (7, np.int64(8)):
            manager.register_agent(number, Counter())  # type: ignore[arg-type]
        assert [result.success for result in manager.step_all_agents({7: 1, 8: 2}).values()] == [True, True]
        assert set(manager.get_memory_report()["agents"]) == {"7", "8"}
        with pytest.raises(BadInput, match="'7' is registered already"):
            manager.register_agent("7", Counter())
        with pytest.raises(BadInput, match="no agent '9' is registered"):
            manager.step_all_agents({9: 1})
        with pytest.raises(BadInput, match="or a whole number, not True"):
            manager.register_agent(True, Counter())


def test_who_has_no_observation_is_given_none() -> None:
    class Sees(Counter):
        def step(self, observation: Any) -> Any:
            return observation

    with OptimizedThreadPoolManager(1, 1) as manager:
        manager.register_agent("one", Sees())
        assert manager.step_all_agents({})["one"].result is None
        assert manager.step_all_agents({"one": 5})["one"].result == 5


def test_agents_of_mesa_step_without_an_observation() -> None:
    class Trader(mesa.Agent):
        def step(self) -> int:
            return int(self.unique_id)

    model = mesa.Model()
    with OptimizedThreadPoolManager(1, 2) as manager:
        for agent in (Trader(model), Trader(model)):
            manager.register_agent(str(agent.unique_id), agent)
        assert [result.result for result in manager.step_all_agents({}).values()] == [1, 2]


def test_without_agents_nothing_happens() -> None:
    with OptimizedThreadPoolManager() as manager:
        assert manager.step_all_agents({}) == {}
        assert manager.get_memory_report().per_agent_mb == 0


@pytest.mark.parametrize("optimized", [True, False])
def test_results_are_the_same_lean_or_not_and_for_any_number_of_threads(optimized: bool) -> None:
    found = []
    for workers in (1, 3):
        with OptimizedThreadPoolManager(workers, workers, enable_memory_optimization=optimized) as manager:
            for number in range(8):
                manager.register_agent(str(number), Counter(0.5))
            found.append([manager.step_all_agents({"3": 2, **dict.fromkeys("0124567", 1)})["3"].result for _ in range(30)])
    assert found[0] == found[1]
    assert found[0][-1] == 2.0**30


def test_the_report_is_the_bill_and_names_who_is_over_the_target() -> None:
    with OptimizedThreadPoolManager(1, 1, enable_memory_optimization=False, target_memory_per_agent_mb=0.1) as manager:
        small, large = Counter(), Counter()
        large.beliefs = np.ones(100_000)
        manager.register_agent("small", small)
        manager.register_agent("large", large)
        report = manager.get_memory_report()
        assert report.total_mb == pytest.approx(deep_size([small, large]).total / MB, rel=1e-3)
        assert report.over_target == ["large"]
        assert report.optimization_stats is None
        assert "2 agents hold" in str(report)


@pytest.mark.skipif(sys.platform != "linux", reason="other C libraries keep what was freed")
@pytest.mark.parametrize("cells", [700_000, 12_000])
def test_what_registration_frees_is_given_back_before_anybody_steps(cells: int) -> None:
    code = f"""
import numpy as np
from freeagentics.runtime import OptimizedThreadPoolManager, resident_mb
class Agent:
    def __init__(self, number):
        self.beliefs = [np.zeros({cells}) for _ in range(700_000 // {cells})]
        for belief in self.beliefs:
            belief[:] = 0.0
            belief[::100] = number + 1.0
    def step(self, observation):
        return float(self.beliefs[0].sum())
freed = np.ones(2_000_000)
del freed  # from now on the C library keeps blocks of this size
with OptimizedThreadPoolManager(1, 1) as manager:
    manager.register_agent("first", Agent(99))
    start = resident_mb()
    agents = [Agent(number) for number in range(40)]
    last = np.ones(100_000)  # what lies below it in the heap cannot be given back just so
    grown = resident_mb() - start
    for number, agent in enumerate(agents):
        manager.register_agent(str(number), agent)
    print(grown, resident_mb() - start)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    grown, kept = map(float, done.stdout.split())
    assert grown > 200
    assert kept < 20


def test_agents_are_lean_from_registration_and_leaner_on_demand() -> None:
    with OptimizedThreadPoolManager(1, 1) as manager:
        manager.register_agent("one", agent := Counter())
        before = manager.get_memory_report()
        assert before.total_mb < 0.01
        agent.beliefs = np.zeros(100_000)
        agent.action_history = [f"action {step}" for step in range(5000)]
        done = manager.optimize_memory_usage()
        assert done.after_mb < 0.05 < 1 < done.before_mb
        assert manager.get_memory_report().total_mb == pytest.approx(done.after_mb, rel=0.05)


def test_lean_agents_may_be_registered_and_are_taken_as_themselves() -> None:
    with OptimizedThreadPoolManager(1, 1) as first, OptimizedThreadPoolManager(1, 1) as second:
        first.register_agent("one", agent := Counter())
        lean = first._agents["one"].lean
        assert isinstance(lean, LeanAgent)
        second.register_agent("one", lean)
        assert second.step_all_agents({"one": 1})["one"].success
        assert agent.seen == [1]


def test_an_agent_that_is_unregistered_is_let_go() -> None:
    with OptimizedThreadPoolManager(1, 1) as manager:
        manager.register_agent("one", agent := Counter())
        gone = weakref.ref(agent)
        del agent
        manager.unregister_agent("one")
        gc.collect()
        assert gone() is None
        assert manager.agent_ids == []


def test_agents_may_come_and_go_while_others_step() -> None:
    class Spawning(Counter):
        def step(self, observation: Any) -> float:
            manager.register_agent(f"child-{len(manager.agent_ids)}", Counter())
            return 0.0

    with OptimizedThreadPoolManager(2, 2) as manager:
        manager.register_agent("parent", Spawning())
        assert list(manager.step_all_agents({})) == ["parent"]
        assert manager.agent_ids == ["parent", "child-1"]


def test_two_threads_that_step_take_turns() -> None:
    class Alone(Counter):
        inside = 0

        def step(self, observation: Any) -> float:
            Alone.inside += 1
            assert Alone.inside == 1
            np.sort(np.arange(50_000)[::-1])
            Alone.inside -= 1
            return 0.0

    with OptimizedThreadPoolManager(1, 1) as manager:
        manager.register_agent("one", Alone())
        wrong: list[object] = []

        def step() -> None:
            wrong.extend(result.error for _ in range(20) for result in manager.step_all_agents({}).values() if result.error)

        threads = [threading.Thread(target=step) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert wrong == []


def test_blas_has_one_thread_until_the_shutdown_and_shutting_down_twice_is_once() -> None:
    before = [library["num_threads"] for library in threadpool_info()]
    manager = OptimizedThreadPoolManager(2, 4)
    assert {library["num_threads"] for library in threadpool_info()} == {1}
    manager.shutdown()
    manager.shutdown()
    assert [library["num_threads"] for library in threadpool_info()] == before
    with pytest.raises(BadInput, match="was shut down"):
        manager.step_all_agents({})
    with pytest.raises(BadInput, match="was shut down"):
        manager.register_agent("late", Counter())


def test_what_is_wrong_is_said() -> None:
    with OptimizedThreadPoolManager(1, 1) as manager:
        manager.register_agent("hunter-1", agent := Counter())
        with pytest.raises(BadInput, match="registered already"):
            manager.register_agent("hunter-1", Counter())
        with pytest.raises(BadInput, match="no step"):
            manager.register_agent("thing", object())
        with pytest.raises(BadInput, match="not empty"):
            manager.register_agent("", Counter())
        with pytest.raises(BadInput, match="did you mean 'hunter-1'"):
            manager.step_all_agents({"hunter-1": 1, "hunter-l": 1})
        with pytest.raises(BadInput, match="no agent 'risk'"):
            manager.unregister_agent("risk")
        assert agent.seen == []


@pytest.mark.parametrize("wrong", [{"initial_workers": 0}, {"initial_workers": 5, "max_workers": 4}, {"target_memory_per_agent_mb": 0}])
def test_settings_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        OptimizedThreadPoolManager(**wrong)


def test_ctrl_c_ends_the_round_and_the_process() -> None:
    code = """
import os, signal
from freeagentics.runtime import OptimizedThreadPoolManager
class Agent:
    def step(self, observation):
        if observation == 3:
            os.kill(os.getpid(), signal.SIGINT)
        begun.append(observation)
        sum(range(100_000))
begun = []
with OptimizedThreadPoolManager(2, 2) as manager:
    for number in range(2000):
        manager.register_agent(str(number), Agent())
    try:
        manager.step_all_agents({str(number): number for number in range(2000)})
    except KeyboardInterrupt:
        stopped = len(begun)
    print("stopped", stopped == len(begun) < 2000)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "stopped True\n"
