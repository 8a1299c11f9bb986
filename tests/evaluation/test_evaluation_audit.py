from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from freeagentics.arrays import F32, F64
from freeagentics.evaluation import CollectedRun, audit_memories, collect, decision_agreement
from freeagentics.evaluation.agreement import CodecOf
from freeagentics.memory import BOOK, FEATURES, column, open_codec
from freeagentics.memory.codec import CODECS, DESK, Codec, SideInformation, whole_market
from freeagentics.records import RunRecord
from freeagentics.records.feature_std import feature_std
from freeagentics.records.memory_audit import CodecAudit, MemoryAudit
from freeagentics.runs import run
from freeagentics.scenario import Scenario, load_scenario

SCENARIO = load_scenario("btc-replay", {"agents.count": 5})
STEPS = 12
EVEN = dict.fromkeys(SCENARIO.agents.team, np.ones(len(FEATURES)))
"""Features that all have a standard deviation of 1: errors come in the features' own units."""


@pytest.fixture(scope="module")
def found() -> MemoryAudit:
    return audit_memories(SCENARIO, EVEN, STEPS)


@pytest.fixture(scope="module")
def lived() -> CollectedRun:
    return collect(SCENARIO, STEPS)


def codec_for(name: str, lived: CollectedRun, role: str) -> Codec:
    return open_codec(name, role, lived.by_role[DESK].columns)


def side_information_of(lived: CollectedRun, role: str) -> SideInformation:
    """What a role's experiences are coded given."""
    mine = lived.by_role[role]
    values: F32 = lived.observed[mine.step - 1]
    return SideInformation(whole_market(values)) if role == DESK else SideInformation(values, mine.side_information[:, -len(BOOK) :])


def by_name(found: MemoryAudit) -> dict[str, CodecAudit]:
    return {one.codec: one for one in found.codecs}


def test_the_runs_own_codec_stands_beside_int8(found: MemoryAudit) -> None:
    assert (found.agents, found.steps) == (5, STEPS)
    assert [one.codec for one in found.codecs] == ["autoregressive", "int8"]
    plain = audit_memories(SCENARIO.model_copy(update={"memory": SCENARIO.memory.model_copy(update={"codec": "int8"})}), EVEN, 2)
    assert [one.codec for one in plain.codecs] == ["int8"]


def test_agreement_is_that_of_the_same_trial(found: MemoryAudit) -> None:
    codecs: dict[str, CodecOf] = {name: partial(open_codec, name) for name in ("autoregressive", "int8")}
    for name, agreement in decision_agreement(SCENARIO, codecs, STEPS).items():
        one = by_name(found)[name]
        assert (one.decisions, one.agreement, one.bits) == (agreement.decisions, agreement.share, agreement.bits)


def test_bits_of_groups_and_the_rest_are_all_there_are(found: MemoryAudit) -> None:
    for one in found.codecs:
        assert sum(group.bits for group in one.groups) + one.other_bits == pytest.approx(one.bits)
        assert sum(role.bits * role.memories for role in one.roles) == pytest.approx(one.bits * one.decisions)
        # A checksum of a byte is in it, and numbers that no table foretold are few.
        assert 8 <= one.other_bits < 24
    assert [group.bits for group in by_name(found)["int8"].groups] == [8 * 12, 8 * 18, 8 * 10, 8 * 8]


def test_errors_are_those_of_what_was_lived_through(found: MemoryAudit, lived: CollectedRun) -> None:
    for audit in found.codecs:
        for role in audit.roles:
            mine = lived.by_role[role.role]
            codec, side_information = codec_for(audit.codec, lived, role.role), side_information_of(lived, role.role)
            back = codec.decode(codec.encode(mine.vectors, side_information, mine.focus).codes, side_information)
            low, high = (np.array([getattr(feature, end) for feature in FEATURES]) for end in ("low", "high"))
            off = back - np.clip(mine.vectors, low, high)
            assert role.error == pytest.approx(float(np.sqrt(np.square(off).mean())), rel=1e-4)
            assert role.version == codec.version


def test_errors_are_given_in_standard_deviations_and_still_features_are_left_out() -> None:
    only: F64 = np.zeros(len(FEATURES))
    only[column("expected_return")] = 0.5
    halved = audit_memories(SCENARIO, dict.fromkeys(EVEN, only), 5)
    only = np.where(only > 0, 1.0, 0.0)
    whole = audit_memories(SCENARIO, dict.fromkeys(EVEN, only), 5)
    for one, other in zip(halved.codecs, whole.codecs, strict=True):
        assert [group.group for group in one.groups if group.error is not None] == ["view"]
        assert one.groups[1].error == pytest.approx(2 * (other.groups[1].error or 0))


@pytest.mark.parametrize("name", CODECS)
def test_bits_of_features_are_no_more_than_the_code_has(name: str, lived: CollectedRun) -> None:
    for role, mine in lived.by_role.items():
        codec, side_information = codec_for(name, lived, role), side_information_of(lived, role)
        bits = codec.bits(mine.vectors, side_information, mine.focus)
        assert bits.shape == (len(FEATURES),)
        assert (bits >= 0).all()
        code = 8 * codec.encode(mine.vectors, side_information, mine.focus).codes.length.mean()
        assert code - 24 < bits.sum() <= code - 8


def test_a_trial_is_small_but_has_a_whole_team() -> None:
    many = load_scenario("btc-replay", {"agents.count": 1000})
    assert audit_memories(many, EVEN, 1).agents == 50
    large = load_scenario("btc-replay", {"agents.count": 240, "agents.team": {"market-hunter": 40, "trade-executor": 40}})
    assert audit_memories(large, EVEN, 1).agents == 80


def spread_over(scenario: Scenario, folder: Path) -> tuple[RunRecord, dict[str, F64]]:
    record = run(scenario, steps=12, out=folder / "run")
    return record, feature_std(record)


def test_a_runs_features_vary_as_its_memories_do(tmp_path: Path) -> None:
    record, spread = spread_over(SCENARIO, tmp_path)
    assert set(spread) == set(SCENARIO.agents.team)
    frame = record.memory_frame
    for role, deviations in spread.items():
        mine = frame.filter(frame["agent"].cast(str).str.starts_with(role))
        exact = mine.select(feature.name for feature in FEATURES).to_numpy().std(axis=0, dtype=np.float64)
        assert np.allclose(deviations, exact)
