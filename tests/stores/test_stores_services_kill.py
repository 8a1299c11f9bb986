"""Two programs over one store: they hear each other at once, and kills lose nothing and do nothing twice.

``python tests/stores/test_stores_services_kill.py 50`` kills fifty times.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from redis_servers import RedisServer, new_redis
from signal_program import KIND, TARGET

from freeagentics.services import DecisionLogger, MemoryAwareAgent, MultiAgentCoordinator, Processing, Signal
from freeagentics.services.service import wall_ms
from freeagentics.stores import open_store

PROGRAM = Path(__file__).parent / "signal_program.py"
PATIENCE_S = 300


def started(url: str, part: str, number: int, output: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(PROGRAM), url, part, str(number)], stdout=output, text=True)


def new_place(kind: str, folder: Path) -> str:
    return new_redis() if kind == "redis" else f"sqlite:///{folder}/signals.db"


@pytest.mark.parametrize("kind", ["redis", "sqlite"])
def test_a_signal_is_heard_by_another_process_within_a_second(kind: str, tmp_path: Path) -> None:
    url = new_place(kind, tmp_path)
    with open_store(url, "run-1") as store:
        hunter = MemoryAwareAgent(store, "market-hunter")
        listener = started(url, "answer", 0, subprocess.PIPE)
        assert listener.stdout
        try:
            assert listener.stdout.readline() == "ready\n"
            for number in range(3):
                sent = hunter.send(KIND, {"number": number, "at": wall_ms()}, to=[TARGET])
                heard, delay_ms = listener.stdout.readline().split()
                assert heard == sent.signal_id
                # The first comes while the listener is still being set up.
                assert number == 0 or int(delay_ms) < 1000
        finally:
            listener.kill()
            listener.wait()
            listener.stdout.close()


@pytest.mark.parametrize(("kind", "signals"), [("redis", 200), ("sqlite", 800)])
def test_killed_at_random_moments_no_signal_is_lost_and_none_answered_twice(kind: str, signals: int, tmp_path: Path) -> None:
    assert kill_often(new_place(kind, tmp_path), kills=4, signals=signals, seed=7)[0] < signals


def kill_often(url: str, *, kills: int, signals: int, seed: int) -> list[int]:
    """Kill a sender and two who answer at random moments, start each again, let them finish, and check; returns how many signals were
    answered at each kill."""
    draw = random.Random(seed)
    answered = []
    programs = {name: started(url, *name) for name in (("send", signals), ("answer", 1), ("answer", 2))}
    try:
        with open_store(url, "run-1") as store:
            coordinator = MultiAgentCoordinator(store)
            wait_until_answered(coordinator, 1)
            for _ in range(kills):
                time.sleep(draw.uniform(0.1, 0.6))
                name = draw.choice(sorted(programs))
                answered.append(len(processed(coordinator)))
                end(programs[name])
                programs[name] = started(url, *name)
            wait_until_answered(coordinator, signals)
            check_answers(DecisionLogger(store), coordinator, signals)
    finally:
        for program in programs.values():
            end(program)
    return answered


def end(program: subprocess.Popen[str]) -> None:
    program.kill()
    program.wait()


def processed(coordinator: MultiAgentCoordinator) -> list[Signal]:
    return coordinator.get_signals_for_agent.blocking(TARGET, status=Processing.PROCESSED)


def wait_until_answered(coordinator: MultiAgentCoordinator, signals: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while len(processed(coordinator)) < signals:
        assert time.monotonic() < deadline, "signals are left unanswered"
        time.sleep(0.1)


def check_answers(log: DecisionLogger, coordinator: MultiAgentCoordinator, signals: int) -> None:
    told = coordinator.get_signals_for_agent.blocking(TARGET)
    assert [one.data["number"] for one in told] == list(range(signals))
    answers = log.decisions(agent_id=TARGET, limit=None)
    assert Counter(one.reasoning["number"] for one in answers) == Counter(range(signals))
    assert {one.status(TARGET).decision_id for one in told} == {one.decision_id for one in answers}


if __name__ == "__main__":
    server = RedisServer()
    found = kill_often(server.url, kills=int(sys.argv[1]), signals=2_000, seed=11)
    sys.stdout.write(f"{sys.argv[1]} kills, {found[-1]} signals answered at the last; nothing lost, nothing twice\n")
