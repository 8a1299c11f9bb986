from __future__ import annotations

import gc
import re
from pathlib import Path

import pytest
from cli_runner import called
from probes import Watch

from freeagentics.errors import ProbeFailed
from freeagentics.records import RunRecord
from freeagentics.runs import resume, run
from freeagentics.runs.footprints import footprints
from freeagentics.runtime import deep_size, get_gc_tuner
from freeagentics.simulation.market_model import MarketModel

STEPS = 24


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """A run in a process of its own: one that other tests have used gives memory back at any time."""
    folder = tmp_path_factory.mktemp("monitor")
    done = called("run", "btc-replay", "--agents", 20, "--steps", STEPS, "--out", "run", "--no-report", cwd=folder)
    assert done.returncode == 0, done.stderr
    return RunRecord(folder / "run")


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """The same under a limit that no process could hold."""
    return run(
        "btc-replay", agents=20, steps=STEPS, overrides={"run.memory_limit_mb": 1}, out=tmp_path_factory.mktemp("monitor") / "limited"
    )


def test_the_bill_is_sorted_into_categories_that_add_up(record: RunRecord) -> None:
    made = record.summary.footprint
    assert {"beliefs", "history", "recall index", "signals", "python objects"} <= set(made.by_category_kb)
    assert sum(made.by_category_kb.values()) == pytest.approx(made.per_agent_kb, abs=0.01)
    assert made.per_agent_kb * 20 / 1024 == pytest.approx(made.attributed_mb, abs=0.01)
    assert list(made.by_category_kb.values()) == sorted(made.by_category_kb.values(), reverse=True)


def test_the_peak_is_accounted_for_line_by_line(record: RunRecord) -> None:
    made = record.summary.footprint
    assert made.rss_before_mb + made.attributed_mb + made.unattributed_mb == pytest.approx(made.rss_peak_mb, abs=0.02)
    # What was there before may have shrunk by the start: the kernel takes back pages that nobody touches.
    assert made.rss_before_mb > 0
    assert 0 < made.rss_start_mb <= made.rss_peak_mb
    assert made.limit_mb is None


def test_every_byte_of_the_agents_is_on_the_bill() -> None:
    with MarketModel("btc-replay") as model:
        model.step()
        held = footprints(model)
        assert sum(held.values()) == pytest.approx(
            deep_size([model.population, model.board, model.book_codec, list(model.agents)], excluding=[model]).total, rel=0.1
        )
        cohorts = model.population.cohorts
        assert held["history"] >= sum(cohort.history.nbytes for cohort in cohorts)
        assert held["beliefs"] >= sum(cohort.belief.block.nbytes for cohort in cohorts)


def test_a_run_leaves_the_collector_as_it_found_it_also_where_it_fails(tmp_path: Path) -> None:
    gc.unfreeze()
    found = gc.get_threshold(), gc.get_freeze_count(), len(gc.callbacks)
    frozen = []

    def watch(model: MarketModel) -> None:
        frozen.append(gc.get_freeze_count())
        if model.steps == 3:
            raise ZeroDivisionError

    with pytest.raises(ProbeFailed):
        run("btc-replay", agents=10, steps=5, out=tmp_path / "run", probes=[Watch(watch)])
    assert frozen[-1] > 0
    assert (gc.get_threshold(), gc.get_freeze_count(), len(gc.callbacks)) == found
    assert get_gc_tuner().current is None
    gc.collect()
    gc.freeze()


def test_a_run_without_a_limit_has_nothing_to_say_about_it(record: RunRecord) -> None:
    assert not [event for event in record.summary.events if event.kind in {"hibernation", "limit-near", "limit-passed"}]


def test_a_limit_that_cannot_be_held_is_said_and_the_run_goes_on(limited: RunRecord) -> None:
    first, *others = limited.summary.events
    assert (first.step, first.kind) == (1, "hibernation")
    assert first.message.endswith("of the limit of 1 MB: agents hibernate between uses from here on")
    assert [event.kind for event in others[:2]] == ["limit-near", "limit-passed"]
    assert "cannot be held" in others[1].message
    assert limited.summary.footprint.limit_mb == 1


def test_an_agent_that_holds_too_much_is_named_by_its_cohort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("freeagentics.runtime.measuring.alerts.AGENT_MB", 0.001)
    made = run("btc-replay", agents=10, steps=16, out=tmp_path / "run").summary
    (event,) = [event for event in made.events if event.kind == "agent-footprint"]
    assert event.step == 16
    assert re.match(r"agent of cohort \d, [a-z-]+, holds 0\.\d MB, more than 0", event.message)


def test_hibernation_moves_bytes_and_changes_no_value(record: RunRecord, limited: RunRecord) -> None:
    assert limited.summary.trajectory_sha256 == record.summary.trajectory_sha256
    assert limited.model_frame.equals(record.model_frame)
    assert limited.agent_frame.equals(record.agent_frame)
    assert limited.summary.footprint.per_agent_kb < record.summary.footprint.per_agent_kb


def test_a_run_is_resumed_from_the_checkpoint_of_a_hibernating_one(record: RunRecord, tmp_path: Path) -> None:
    half = run("btc-replay", agents=20, steps=STEPS // 2, overrides={"run.memory_limit_mb": 1}, out=tmp_path / "half")
    whole = resume(half.path, steps=STEPS, overrides={"run.memory_limit_mb": 0})
    assert whole.summary.trajectory_sha256 == record.summary.trajectory_sha256
