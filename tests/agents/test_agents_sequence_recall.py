"""Recall of sequences: heard where what returns has the sequel that it had, and silent where it has none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from freeagentics import MarketModel, fork, load_scenario, run
from freeagentics.agents.context import MemorySettings
from freeagentics.agents.roles.forecaster import MEMORIES
from freeagentics.agents.roles.market_hunter import MarketHunter
from freeagentics.agents.sequence_recall import SequenceRecall
from freeagentics.agents.view import Outcomes
from freeagentics.errors import BadInput, BadScenario
from freeagentics.records.run_record import RunRecord

ROWS, HORIZON, LENGTH = 2, 8, 12
ALL = np.ones(ROWS, dtype=np.bool_)


def lived(
    sequel: float | None, joined: tuple[int, int] = (0, 0), steps: int = 1200, trust: float = 1.0, enabled: bool = True
) -> tuple[SequenceRecall, list[np.ndarray]]:
    """A life in which a motif ends every 60 steps, and the price then moves by *sequel* standard deviations over the horizon, or one of
    noise; and what was said at each end."""
    recall = SequenceRecall(ROWS, 1, MemorySettings(horizon=HORIZON, sequence_length=LENGTH, trust=trust, enabled=enabled))
    draw = np.random.default_rng(3)
    motif = 2.5 * draw.standard_normal(LENGTH)
    moves, said = draw.standard_normal(steps + HORIZON + 1), []
    for end in range(60, steps, 60) if sequel is not None else ():
        moves[end + 1 - LENGTH : end + 1] = motif + 0.3 * draw.standard_normal(LENGTH)
        moves[end + 1 : end + 1 + HORIZON] += sequel / np.sqrt(HORIZON)
    for step in range(1, steps):
        recall.observe(step, moves[step : step + 1].astype(np.float32), np.array(joined, dtype=np.int32))
        if step % 60 == 0:
            said.append(recall.said[step % len(recall.said), :, 0].copy())
        if step > HORIZON:
            result = np.float32(moves[step + 1 - HORIZON : step + 1].sum() / np.sqrt(HORIZON))
            results = np.full((ROWS, 1), np.clip(result, -4, 4), dtype=np.float32)
            recall.learn(Outcomes(step - HORIZON, HORIZON, results[0]), results, ALL)
    return recall, said


def test_a_motif_is_heard_when_its_sequel_came_again() -> None:
    recall, said = lived(3.0)
    assert said[0].tolist() == [0, 0]
    assert np.mean(said[3:]) > 1
    assert (recall.weight > 0.3).all()


def test_a_fall_is_foreseen_as_a_rise_is() -> None:
    recall, said = lived(-3.0)
    assert np.mean(said[3:]) < -1
    assert (recall.weight > 0.3).all()


def test_weights_of_memories_stand_under_their_own_names() -> None:
    with MarketModel(load_scenario("echo", {"agents.count": 5, "steps": 1})) as model:
        hunters = next(cohort for cohort in model.population.cohorts if isinstance(cohort, MarketHunter))
        assert hunters.sequences is not None
        hunters.faculties.weight[:], hunters.recollection.weights.weight[:] = 0.02, 0.5
        hunters.sequences.weights.weight[:] = 0.25
        weights = {name: float(weight[0]) for name, weight in hunters.named_weights().items()}
    assert (weights["sequences"], weights["memories"]) == (0.25, 0.5)
    assert max(weight for name, weight in weights.items() if name not in MEMORIES) < 0.25


def test_noise_is_not_heard() -> None:
    recall, _ = lived(None)
    assert recall.weight.tolist() == [0, 0]


def test_an_agent_recalls_what_it_lived_through() -> None:
    _, said = lived(3.0, joined=(0, 600))
    before, after = np.array(said[3:9]), np.array(said[13:])
    assert (before[:, 0] > 0.5).all()
    assert (before[:, 1] == 0).all()
    assert (after > 0.5).all()


def test_trust_is_the_largest_weight() -> None:
    assert lived(3.0, trust=0.1)[0].weight.max() <= np.float32(0.1)


def test_an_agent_that_arrives_has_learned_nothing() -> None:
    recall, _ = lived(3.0)
    recall.forget(np.array([1]))
    assert recall.weight[0] > 0
    assert recall.weight[1] == 0
    assert recall.contributions()[1].tolist() == [0]


def test_where_memory_is_off_nothing_is_heard() -> None:
    recall, said = lived(3.0, enabled=False)
    assert np.mean(said[3:]) > 1
    assert not recall.weight.any()
    assert not recall.contributions().any()


def test_where_no_sequences_are_kept_there_is_no_array_of_them() -> None:
    def arrays(sequences: int) -> set[str]:
        with MarketModel(load_scenario("echo", {"agents.count": 5, "steps": 1, "memory.sequences": sequences})) as model:
            return {name for part in model.checkpoint().values() for name in part if name.startswith("sequences.")}

    assert arrays(100)
    assert not arrays(0)


def test_a_fork_may_switch_memory_off_and_on_but_not_keep_other_bars(tmp_path: Path) -> None:
    def forked(path: Path, **changed: object) -> RunRecord:
        return fork(path, 10, overrides=changed, out=tmp_path / str(len(list(tmp_path.iterdir()))))

    without = forked(run("echo", agents=5, steps=12, out=tmp_path / "run").path, **{"memory.enabled": False})
    assert forked(without.path, **{"memory.enabled": True}).summary.steps == 12
    with pytest.raises(BadScenario, match=r"memory\.sequences"):
        forked(without.path, **{"memory.sequences": 100})


def test_fewer_steps_than_a_sequence_and_its_outcome_are_refused() -> None:
    with pytest.raises(BadInput, match="sequences must be 0, or at least"):
        load_scenario("echo", {"memory.sequences": 10})
