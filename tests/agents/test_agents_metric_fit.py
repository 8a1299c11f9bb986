"""The fit of recall metrics: what tells in any shape is found, what peers have seen helps most, and no peer can spoil it."""

from __future__ import annotations

import numpy as np
import pytest
from metric_lives import KEY_SIZE, Lives

from freeagentics.agents.recollection import Recollection
from freeagentics.clock import DAY_MS, HOUR_MS

CURVES = Lives((3, 11), "curve", noise=1.0, hours=300)
PEERS = Lives([3] * 10, "curve", hours=220)
FLAT = Recollection(1, KEY_SIZE, 1, 1.0, 0.01).metric()[0]


def test_a_fitted_metric_ranks_an_agents_later_experience_better_than_slopes_alone_and_than_anothers() -> None:
    made, slopes = CURVES.lived(1), CURVES.lived(1, adapt=False)
    assert made.metric()[:, [3, 11]].argmax(axis=1).tolist() == [0, 1]
    for agent in range(2):
        own, other, plain = (
            CURVES.error(5, metric, agent) for metric in (made.metric()[agent], made.metric()[1 - agent], slopes.metric()[agent])
        )
        assert own < 0.5 * plain
        assert own < 0.5 * other


@pytest.mark.parametrize("federation", [False, True])
def test_where_nothing_tells_the_metric_stays_as_good_as_flat(federation: bool) -> None:
    made = Lives([3] * 4, "nothing", hours=150).lived(2, federation=federation)
    assert made.credence.max() < 0.2
    assert np.abs(made.metric() - FLAT).max() <= 0.5 * FLAT[0]


def test_with_peers_most_agents_rank_later_experience_better() -> None:
    own, peers = (PEERS.errors(7, PEERS.lived(3, federation=federation)) for federation in (False, True))
    assert (peers < own).mean() >= 0.8
    assert peers.mean() < 0.9 * own.mean()


def test_one_agent_that_lies_as_loudly_as_it_can_spoils_no_others_metric() -> None:
    honest, lied_to = (Lives([3] * 10, "curve", hours=220, liar=liar).lived(3, federation=True).metric()[1:] for liar in (-1, 0))
    assert (lied_to.argmax(axis=1) == 3).all()
    assert np.abs(lied_to - honest).max() <= 0.2 * honest.max()


def test_peers_that_live_through_the_same_change_nothing() -> None:
    own, peers = (Lives([3] * 6, "curve", hours=120, alike=True).lived(4, federation=federation) for federation in (False, True))
    assert peers.credence.tobytes() == own.credence.tobytes()


def test_who_arrives_knows_what_its_peers_have_seen_from_the_next_day_on() -> None:
    made = Lives([3] * 6, "curve", noise=1.0, hours=200).lived(5, federation=True)
    made.forget(np.array([2]))
    assert not made.credence[2].any()
    made.consolidate(400, 40 * DAY_MS, np.ones(6, dtype=np.bool_))
    assert made.credence[2].argmax() == 3
    assert made.credence[2, 3] > 0.5


@pytest.mark.parametrize("federation", [False, True])
def test_an_agent_whose_evidence_is_damaged_falls_back_and_no_other_notices(federation: bool) -> None:
    sound, hurt = (CURVES.lived(1, federation=federation) for _ in range(2))
    assert sound.fit and hurt.fit and hurt.fit.effects
    hurt.fit.effects.moment[0, 3], hurt.features.moment[0], hurt.features.information[0] = np.nan, np.nan, np.nan
    for made in (sound, hurt):
        made.consolidate(400, 40 * DAY_MS, np.ones(2, dtype=np.bool_))
    assert hurt.credence[0, 3] < 0.02 < sound.credence[0, 3]
    assert np.isfinite(hurt.credence).all()
    assert hurt.metric()[1].tobytes() == sound.metric()[1].tobytes()


def test_a_cohort_whose_agents_have_all_left_is_fitted_to_nothing() -> None:
    made = Recollection(2, KEY_SIZE, 1, 1.0, 0.01, adapt=True, federation=True)
    for step in (1, 30):
        made.consolidate(step, step * DAY_MS, np.zeros(2, dtype=np.bool_))
    assert made.metric().tolist() == [FLAT.tolist()] * 2


def test_metrics_are_fitted_when_a_market_day_is_over_and_at_least_a_days_steps_after_the_last_time() -> None:
    made = Recollection(1, KEY_SIZE, 1, 1.0, 0.01, federation=True)
    assert made.fit
    fitted = []
    for step in range(1, 60):
        made.consolidate(step, (step + 11) * HOUR_MS, np.ones(1, dtype=np.bool_))
        fitted.append(made.fit.fitted[1])
    assert [step for step, last in enumerate(fitted, 1) if last == step] == [1, 37]


def test_what_is_handed_on_is_gone_by_at_once_and_fitted_further() -> None:
    elder, young = CURVES.lived(1), Recollection(3, KEY_SIZE, 1, 1.0, 0.01, adapt=True)
    young.inherit(np.array([0, 2]), elder, np.array([1, 0]))
    assert young.metric()[[0, 2]].tolist() == elder.metric()[[1, 0]].tolist()
    assert young.metric()[1].tolist() == FLAT.tolist()
    for step in (1, 30):
        young.consolidate(step, step * DAY_MS, np.ones(3, dtype=np.bool_))
    assert young.credence[[0, 2]].argmax(axis=1).tolist() == [11, 3]
