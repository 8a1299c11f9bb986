"""Recall of sequences: heard where what returns has the sequel that it had, and silent where it has none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from freeagentics import MarketModel, fork, load_scenario, run
from freeagentics.agents.context import Course, MemorySettings
from freeagentics.agents.roles.forecaster import MEMORIES
from freeagentics.agents.roles.market_hunter import MarketHunter
from freeagentics.agents.sequence_recall import SequenceRecall
from freeagentics.agents.view import Outcomes
from freeagentics.arrays import F32
from freeagentics.errors import BadInput, BadScenario
from freeagentics.market import SyntheticSettings, synthesize
from freeagentics.market.sources import PriceSource
from freeagentics.market.synthetic.planted import RegimeReturn, Rule
from freeagentics.records.run_record import RunRecord

ROWS, HORIZON, LENGTH = 2, 8, 12
ALL = np.ones(ROWS, dtype=np.bool_)


def lived(
    sequel: float | None,
    joined: tuple[int, int] = (0, 0),
    steps: int = 1200,
    trust: float = 1.0,
    enabled: bool = True,
    courses: tuple[Course, ...] = ("price",),
) -> tuple[SequenceRecall, list[np.ndarray]]:
    """A life in which a motif of the last of the courses ends every 60 steps, and the price then moves by *sequel* standard deviations over
    the horizon, or one of noise; and what was said at each end."""
    settings = MemorySettings(horizon=HORIZON, sequence_length=LENGTH, trust=trust, enabled=enabled, sequences_of=courses)
    recall = SequenceRecall(ROWS, 1, settings)
    draw = np.random.default_rng(3)
    motif = 2.5 * draw.standard_normal(LENGTH)
    bars, said = draw.standard_normal((2, steps + HORIZON + 1)), []
    moves, sounding = bars[0], bars[1 if courses[-1] == "volume" else 0]
    for end in range(60, steps, 60) if sequel is not None else ():
        sounding[end + 1 - LENGTH : end + 1] = motif + 0.3 * draw.standard_normal(LENGTH)
        moves[end + 1 : end + 1 + HORIZON] += sequel / np.sqrt(HORIZON)
    for step in range(1, steps):
        move, volume = bars[:, step : step + 1].astype(np.float32)
        recall.observe(step, move, volume, np.array(joined, dtype=np.int32))
        if step % 60 == 0:
            said.append(recall.said[step % len(recall.said), :, -1, 0].copy())
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
    assert not recall.weight.any()


def test_a_course_of_volumes_is_heard_where_volumes_are_recalled() -> None:
    recall, said = lived(3.0, courses=("price", "volume"))
    assert np.mean(said[3:]) > 1
    assert recall.weight[:, 0].tolist() == [0, 0]
    assert (recall.weight[:, 1] > 0.3).all()


def heard(planted: tuple[Rule, ...], steps: int = 900) -> tuple[F32, F32]:
    """Weights of courses of prices and of volumes after so many steps in a made market, and what was said of volumes, (steps,)."""
    bars, daily, _ = synthesize(SyntheticSettings(planted=planted), 3, 200 + steps)
    shown = np.nan_to_num(PriceSource().compute(bars, daily))[200:]
    move, volume, usual = (shown[:, :, PriceSource.columns.index(f"price.{name}")] for name in ("zscore", "volume_score", "volatility"))
    closes = np.log(bars.close[200:])
    recall = SequenceRecall(ROWS, 1, MemorySettings(horizon=HORIZON, sequences_of=("price", "volume")))
    said = np.zeros(steps, dtype=np.float32)
    for step in range(steps):
        recall.observe(step, move[step], volume[step], np.zeros(ROWS, dtype=np.int32))
        said[step] = recall.said[step % len(recall.said), 0, 1, 0]
        if step >= HORIZON:
            made = step - HORIZON
            result = np.clip((closes[step] - closes[made]) / (usual[made] * np.sqrt(HORIZON)), -4, 4).astype(np.float32)
            recall.learn(Outcomes(made, HORIZON, result), np.tile(result, (ROWS, 1)), ALL)
    return recall.weight[0], said


def test_regimes_met_long_ago_are_foreseen_when_they_open_as_they_did() -> None:
    weight, said = heard((RegimeReturn(regimes=3, every=30),))
    assert weight[1] > 0.2
    assert said.any()


def test_in_a_market_with_nothing_in_it_courses_of_volumes_are_found_and_not_heard() -> None:
    weight, said = heard(())
    assert said.any()
    assert not weight.any()


def test_what_two_courses_foretell_alike_is_counted_once() -> None:
    recall = SequenceRecall(ROWS, 1, MemorySettings(horizon=HORIZON, sequences_of=("price", "volume")))
    for step in range(1, 1500):
        recall.said[step % len(recall.said)] = word = np.float32(step % 40 == 0) * np.float32(2)
        recall.learn(Outcomes(step, HORIZON, np.full(1, word)), np.full((ROWS, 1), word, dtype=np.float32), ALL)
    assert (recall.weight[:, 0] > 0.8).all()
    assert (recall.weight.sum(axis=1) < 1.2).all()


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
    assert recall.weight[0, 0] > 0
    assert recall.weight[1, 0] == 0
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
    for key, value in (("memory.sequences", 100), ("memory.sequences_of", ["volume"])):
        with pytest.raises(BadScenario, match=key):
            forked(without.path, **{key: value})


def test_fewer_steps_than_a_sequence_and_its_outcome_are_refused() -> None:
    with pytest.raises(BadInput, match="sequences must be 0, or at least"):
        load_scenario("echo", {"memory.sequences": 10})


def test_a_course_is_named_once() -> None:
    with pytest.raises(BadInput, match="sequences_of must name each once, it is volume, volume"):
        load_scenario("echo", {"memory.sequences_of": ["volume", "volume"]})
