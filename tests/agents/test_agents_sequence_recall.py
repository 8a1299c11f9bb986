"""Recall of sequences: heard where what returns has the sequel that it had, and silent where it has none."""

from __future__ import annotations

import numpy as np
import pytest

from freeagentics import MarketModel, load_scenario
from freeagentics.agents.context import MemorySettings
from freeagentics.agents.sequence_recall import SequenceRecall
from freeagentics.agents.view import Outcomes
from freeagentics.errors import BadInput

ROWS, HORIZON, LENGTH = 2, 8, 12
ALL = np.ones(ROWS, dtype=np.bool_)


def lived(
    sequel: float | None, joined: tuple[int, int] = (0, 0), steps: int = 1200, trust: float = 1.0
) -> tuple[SequenceRecall, list[np.ndarray]]:
    """A life in which a motif ends every 60 steps, and the price then moves by *sequel* standard deviations over the horizon, or one of
    noise; and what was said at each end."""
    recall = SequenceRecall(ROWS, 1, MemorySettings(horizon=HORIZON, sequence_length=LENGTH, trust=trust))
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


@pytest.mark.parametrize("override", [{"memory.enabled": False}, {"memory.sequences": 0}])
def test_without_memory_or_its_sequences_nothing_of_them_is_held(override: dict[str, object]) -> None:
    def arrays(**changed: object) -> set[str]:
        with MarketModel(load_scenario("echo", {"agents.count": 5, "steps": 1, **changed})) as model:
            return {name for part in model.checkpoint().values() for name in part if name.startswith("sequences.")}

    assert arrays()
    assert not arrays(**override)


def test_fewer_steps_than_a_sequence_and_its_outcome_are_refused() -> None:
    with pytest.raises(BadInput, match="sequences must be 0, or at least"):
        load_scenario("echo", {"memory.sequences": 10})
