from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from freeagentics.errors import BadInput
from freeagentics.memory import FEATURES, column
from freeagentics.memory.codec import AutoregressiveCodec, SideInformation
from freeagentics.memory.codec.training.data import TrainingData
from freeagentics.memory.codec.training.fit import FitSettings, as_decoded, fit
from freeagentics.memory.codec.training.plan import BOUNDS, plan
from freeagentics.memory.codec.training.tables import (
    context_numbers,
    contexts,
    fit_tables,
    group_errors,
    with_deterministic,
    without_tables,
)

QUICK = FitSettings(steps=150, batch=512, hidden=8)


def made_up(seed: int, agents: int = 12, steps: int = 150) -> TrainingData:
    """Agents whose exposure is their own, who all see one return, and whose other features follow from these two."""
    random = np.random.default_rng(seed)
    count = agents * steps
    agent, step = np.tile(np.arange(agents), steps), np.repeat(np.arange(1, steps + 1), agents)
    side_information = random.normal(0, 1, (steps, 2)).astype(np.float32)[step - 1]
    exposure = np.where(random.random(count) < 0.4, 0, random.uniform(0, 1, count))
    vectors = np.zeros((count, len(FEATURES)), np.float32)
    vectors[:, column("exposure")] = exposure
    vectors[:, column("cash_share")] = 1 - exposure
    vectors[:, column("return_1")] = side_information[:, 0]
    vectors[:, column("bull")] = np.clip(0.5 + 0.2 * side_information[:, 0] + 0.02 * random.normal(size=count), 0, 1)
    vectors[:, column("action")] = exposure > 0.5
    vectors[:, column("size")] = exposure * 0.5
    return TrainingData(
        "tester", ("price.zscore", "price.trend"), vectors, side_information, np.zeros(count, np.int64), agent, step.astype(np.int32)
    )


def test_a_fitted_codec_keeps_the_bounds_on_agents_it_has_not_seen() -> None:
    weights = fit(made_up(1), 130, QUICK)
    for group, error in group_errors(weights, made_up(2)).items():
        assert error <= 1.1 * BOUNDS[group]


def test_what_is_shared_and_what_follows_takes_few_bits() -> None:
    later = made_up(2)
    codec = AutoregressiveCodec(fit(made_up(1), 130, QUICK), later.columns)
    codes = codec.encode(later.vectors, SideInformation(later.side_information[:, None]), later.focus).codes
    # Of six features one is an agent's own: five bits or so, a checksum, and what is left of the last byte.
    assert 8 * codes.length.mean() < 30


def test_the_same_experiences_and_seed_give_the_same_codec() -> None:
    codecs = [fit(made_up(1), 130, FitSettings(steps=20, hidden=4)) for _ in range(2)]
    assert codecs[0].inner.tobytes() == codecs[1].inner.tobytes()
    assert codecs[0].frequency.tobytes() == codecs[1].frequency.tobytes()


def test_what_one_feature_tells_of_another_is_not_in_one_stage() -> None:
    planned = plan(made_up(1), 0.3)
    stages = np.split(planned.order, np.cumsum(planned.stages)[:-1])
    for stage in stages:
        assert not {column("exposure"), column("cash_share")} <= set(stage.tolist())
    assert sorted(planned.order.tolist()) == sorted(map(column, ("exposure", "cash_share", "bull", "action", "size")))


def test_a_feature_that_is_what_the_market_shows_is_found() -> None:
    planned = plan(made_up(1), 0.3)
    assert planned.copied_from[column("return_1")] == 0
    assert np.count_nonzero(planned.copied_from >= 0) == 1


def test_what_never_changes_is_copied_from_no_column() -> None:
    seen = made_up(1)
    still = replace(seen, columns=(*seen.columns, "price.gap"), side_information=np.pad(seen.side_information, ((0, 0), (0, 1))))
    assert np.flatnonzero(plan(still, 0.3).copied_from >= 0).tolist() == [column("return_1")]


def test_experiences_in_which_nothing_changes_are_refused() -> None:
    still = made_up(1)
    with pytest.raises(BadInput, match="nothing changes"):
        plan(TrainingData(still.role, still.columns, 0 * still.vectors, still.side_information, still.focus, still.agent, still.step), 0.3)


def test_too_few_agents_are_refused() -> None:
    with pytest.raises(BadInput, match="at least 3 agents"):
        fit(made_up(1, agents=1), 130, QUICK)


def test_runs_are_joined_and_their_agents_kept_apart() -> None:
    one, other = made_up(1), made_up(2)
    fewer = TrainingData(other.role, other.columns[:1], other.vectors, other.side_information[:, :1], other.focus, other.agent, other.step)
    joined = TrainingData.joined([one, fewer])
    assert joined.columns == one.columns
    assert not joined.side_information[len(one) :, 1].any()
    assert len(np.unique(joined.agent)) == 24


def test_experiences_of_two_roles_are_not_joined() -> None:
    one = made_up(1)
    other = TrainingData("another", one.columns, one.vectors, one.side_information, one.focus, one.agent, one.step)
    for parts in ([one, other], []):
        with pytest.raises(BadInput, match="one role"):
            TrainingData.joined(parts)


def test_tables_are_counted_on_agents_and_times_that_the_net_did_not_see() -> None:
    data = made_up(1)
    learning, counting = data.apart(every=3, share=0.5)
    assert set(learning.agent) & set(counting.agent) == set()
    assert learning.step.max() == 75
    assert counting.step.max() == 150


def test_the_plan_of_the_same_experiences_is_what_it_was() -> None:
    planned = plan(made_up(1), 0.3)
    names = [FEATURES[feature].name for feature in planned.order]
    assert names == ["cash_share", "bull", "exposure", "action", "size"]
    assert planned.stages.tolist() == [2, 1, 2]
    assert planned.steps(BOUNDS)[planned.order].tolist() == [27, 13, 27, 560, 177]
    assert planned.on_lattice[planned.order].tolist() == [False, False, False, True, False]
    assert planned.center[planned.order] == pytest.approx([1, 0.471, 0, 0, 0], abs=1e-4)


def test_tables_counted_on_the_same_experiences_are_what_they_were() -> None:
    planned, counted = plan(made_up(1), 0.3), made_up(2)
    drawn = replace(without_tables(planned), step=planned.steps(BOUNDS))
    weights = fit_tables(with_deterministic(drawn, counted), counted)
    assert (weights.max_quantum.tolist(), weights.p_no_escape) == ([29, 54, 29, 1, 4], 4093)
    assert hashlib.sha256(weights.frequency.tobytes()).hexdigest().startswith("11526c3dd9378e1d")


def test_contexts_are_of_one_width_and_leave_a_fiftieth_beyond_them_on_either_side() -> None:
    edge, width = contexts(np.arange(1001.0), 8)
    assert (edge, width) == (20, 120)
    assert context_numbers(np.array([-5.0, 20, 139, 140, 2000]), edge, width, 8).tolist() == [0, 0, 0, 1, 7]


def test_a_codec_is_fitted_as_the_shipped_ones_were_unless_told_otherwise() -> None:
    assert FitSettings() == FitSettings(2000, 2048, 8e-3, 0.02, hidden=32, every=3, early=0.75, compression=0.5, seed=0, device="cpu")


def test_a_net_learns_from_features_as_they_are_decoded_off_by_half_a_step_but_for_the_most_common() -> None:
    torch = pytest.importorskip("torch")
    wanted = torch.tensor([[0.0, 1.0, -2.0], [3.0, 0.0, 9.0]])
    for place, off in ((0.0, -0.5), (0.75, 0.25)):
        seen = as_decoded(wanted, torch.full((2, 3), place), torch.tensor([0.1, 0.2, 0.4]))
        expected = [[0.0, 1 + 0.2 * off, -2 + 0.4 * off], [3 + 0.1 * off, 0.0, 8.0]]
        assert seen.numpy() == pytest.approx(np.array(expected), abs=1e-6)
