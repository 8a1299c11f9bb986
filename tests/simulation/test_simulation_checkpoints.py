from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from model_worlds import Tape, scenario, taped

from freeagentics.errors import CorruptRecord
from freeagentics.journal import CommitRecord, Journal
from freeagentics.runs import run
from freeagentics.scenario import Scenario
from freeagentics.simulation import MarketModel, market_model
from freeagentics.simulation.market_model import Checkpoint

STEPS, STOPS = 24, (7, 20)
WORLDS = {
    "one asset": scenario(steps=STEPS),
    "ten assets": scenario(overrides={"market.bars": "ten-pairs-4h", "market.daily": "", "market.warmup": 100}, steps=STEPS),
    "made market": scenario("whale-pump", steps=STEPS),
    "auctions": scenario("floor", agents=100, steps=STEPS),
    "a large population": scenario(agents=1300, steps=STEPS),
}


@pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))
def test_a_run_that_goes_on_from_a_checkpoint_ends_as_if_it_had_never_stopped(world: Scenario) -> None:
    model, whole = taped(world)
    found = {}
    with model:
        for step in range(1, STEPS + 1):
            model.step()
            if step in STOPS:
                model.writer.flush()
                found[step] = model.checkpoint(), CommitRecord(step, 0, model.writer.sha256)
        expected = model.trajectory_sha256
    for at, (checkpoint, marker) in found.items():
        with MarketModel(world) as again:
            again.restore(at, checkpoint)
            rest = Tape(marker)
            again.record_to(rest)
            while again.steps < STEPS:
                again.step()
            assert again.trajectory_sha256 == expected
        assert [page.records.tobytes() for commit in rest.commits for page in commit.pages] == whole.bits(STEPS)[len(whole.bits(at)) :]


def test_a_checkpoint_does_not_change_with_the_model_that_it_was_taken_of() -> None:
    with MarketModel(scenario()) as model:
        model.step()
        checkpoint = model.checkpoint()
        before = bits(checkpoint)
        for _ in range(3):
            model.step()
    assert bits(checkpoint) == before


def test_a_step_carries_a_checkpoint_when_it_is_due_and_only_then() -> None:
    model, tape = taped(scenario())
    with model:
        for step in range(1, 4):
            model.checkpoint_due = step == 2
            model.step()
        model.restore(2, cast(Checkpoint, tape.commits[1].checkpoint))
        assert model.steps == model.market.step == 2
    assert [commit.checkpoint is not None for commit in tape.commits] == [False, True, False]


def test_checkpoints_of_large_populations_are_packed_part_by_part_and_read_back_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = []
    for packed_from in (10**9, 1):
        monkeypatch.setattr(market_model, "PACKED_FROM", packed_from)
        record = run("btc-replay", agents=10, steps=6, overrides={"run.checkpoint_every": 3}, out=tmp_path / str(packed_from))
        with Journal(record.directory.journal) as journal:
            found.append([bits(journal.checkpoint(step)) for step in journal.checkpoint_steps()])
    assert found[0] == found[1]
    assert len(found[0]) == 2


def test_a_checkpoint_of_another_population_is_refused() -> None:
    with MarketModel(scenario(agents=5)) as small, MarketModel(scenario(agents=10)) as large:
        small.step()
        with pytest.raises((KeyError, ValueError, CorruptRecord)):
            large.restore(1, small.checkpoint())


def bits(checkpoint: Checkpoint) -> dict[str, bytes]:
    """All arrays of a checkpoint, to be compared."""
    return {f"{part}/{name}": array.tobytes() for part, arrays in checkpoint.items() for name, array in arrays.items()}
