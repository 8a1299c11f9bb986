"""Carrying out a run: fresh, resumed, or forked from another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from freeagentics.clock import wall_clock
from freeagentics.errors import BadRunDirectory, BadScenario, Interrupted
from freeagentics.journal import Journal, JournalWriter, Kind
from freeagentics.model.frames import write_agent_frame, write_model_frame
from freeagentics.model.market_model import MarketModel
from freeagentics.model.run_directory import RunDirectory, versions
from freeagentics.model.run_record import FootprintSummary, RunRecord, Summary
from freeagentics.model.scenario import Scenario
from freeagentics.model.scenario_files import build_scenario, load_scenario
from freeagentics.runtime import CollectionMeter, PeakMeter, bill, open_engine

KB, MB = 1024, 1024 * 1024

Watcher = Callable[[MarketModel], None]
"""Called once before the first step, when `figures` is None, and after every step."""


def run(
    scenario: str | Path | Scenario = "btc-replay",
    *,
    agents: int | None = None,
    steps: int | None = None,
    seed: int | None = None,
    overrides: Mapping[str, object] | None = None,
    out: str | Path | None = None,
    watch: Watcher | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> RunRecord:
    """Run a scenario from its first step to its last.

    Args:
        scenario: a name, a path of a TOML file, or a `Scenario`.
        agents, steps, seed: instead of the scenario's own.
        overrides: further values by dotted key, e.g. ``{"market.fee_bps": 0}``.
        out: the run directory; by default a fresh one under ``runs/``.
        watch: sees the model before the first step and after each.
        should_stop: asked before each step; once it says yes, the run takes a checkpoint and raises Interrupted.

    Raises:
        BadInput: what was asked for cannot be run; nothing is written.
        RunFailed: the run could not go on; what it committed stays whole.
    """
    named = {"agents.count": agents, "steps": steps, "seed": seed}
    changes = {key: value for key, value in named.items() if value is not None} | dict(overrides or {})
    resolved = _changed(scenario, changes) if isinstance(scenario, Scenario) else load_scenario(scenario, changes)
    model = MarketModel(resolved, engine=open_engine(resolved.run.engine, resolved.run.workers))
    with model:
        directory = RunDirectory.create(resolved, Path(out) if out is not None else None)
        with directory.locked(), Journal(directory.journal, create=True) as journal:
            journal.describe({"versions": versions(), "scenario": resolved.model_dump(mode="json", serialize_as_any=True)})
            model.record_to(JournalWriter(journal))
            return _carry_out(directory, journal, model, watch, should_stop)


def resume(
    path: str | Path,
    *,
    steps: int | None = None,
    overrides: Mapping[str, object] | None = None,
    watch: Watcher | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> RunRecord:
    """Go on with a run that was stopped or killed, from its last checkpoint; or, with more *steps*, with one that had ended.

    Steps that were committed after the checkpoint are computed again and compared with the journal.

    Raises:
        BadRunDirectory: no run directory, or locked by a living run.
        RunFailed: a step came out differently than it is on record.
    """
    directory = RunDirectory.open(Path(path))
    changes = ({"steps": steps} if steps is not None else {}) | dict(overrides or {})
    with directory.locked(), Journal(directory.journal) as journal:
        scenario = _changed(directory.load_scenario(), changes, only=("steps", "run", "store"))
        last = journal.marker()
        if last and last.step > scenario.steps:
            raise BadScenario(f"steps: {scenario.steps} asked for, but {path} already has {last.step}; ask for more")
        with MarketModel(scenario, engine=open_engine(scenario.run.engine, scenario.run.workers)) as model:
            _rewind(model, journal, last.step if last else 0)
            if changes:
                directory.rewrite(scenario)
            return _carry_out(directory, journal, model, watch, should_stop)


def fork(
    path: str | Path,
    at: int,
    *,
    overrides: Mapping[str, object] | None = None,
    steps: int | None = None,
    out: str | Path | None = None,
    watch: Watcher | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> RunRecord:
    """A run of its own that shares another's first *at* steps and then goes on with other settings.

    What fixes the shape of the arrays cannot change: agents, assets, bars, memory slots and horizon.

    Raises:
        BadRunDirectory: no run directory. BadScenario: a step that was not committed, or a setting that cannot change.
    """
    source = RunDirectory.open(Path(path))
    before = source.load_scenario()
    after = _changed(before, ({"steps": steps} if steps is not None else {}) | dict(overrides or {}), frozen=FIXED_AT_BIRTH)
    with Journal(source.journal) as old:
        last = old.marker()
        if last is None or not 1 <= at <= last.step:
            raise BadScenario(f"--at {at}: {path} has steps 1 to {last.step if last else 0}")
        if after.steps < at:
            raise BadScenario(f"steps: {after.steps} asked for, but the fork begins after step {at}")
        with MarketModel(before) as model:
            _rewind(model, old, at)
            while model.steps < at:
                model.step()
            state, marker = model.checkpoint(), old.marker(at)
            model.writer.flush()
        directory = RunDirectory.create(after, Path(out) if out is not None else None)
        old.copy_to(directory.journal)
    with directory.locked(), Journal(directory.journal) as journal:
        journal.discard_after(at)
        journal.add_checkpoint(at, state)
        journal.describe({"forked_from": str(Path(path).resolve()), "forked_at": at})
        with MarketModel(after, engine=open_engine(after.run.engine, after.run.workers)) as model:
            model.restore(at, state)
            model.record_to(JournalWriter(journal, marker))
            return _carry_out(directory, journal, model, watch, should_stop)


FIXED_AT_BIRTH = (
    "agents",
    "market.kind",
    "market.bars",
    "market.symbols",
    "market.start",
    "market.warmup",
    "market.synthetic",
    "memory.slots",
    "memory.horizon",
    "name",
)


def _changed(
    scenario: Scenario, changes: Mapping[str, object], *, only: tuple[str, ...] | None = None, frozen: tuple[str, ...] = ()
) -> Scenario:
    """The scenario with some values changed; *only* and *frozen* are keys, or the tables they begin with."""
    for key in changes:
        if any(_within(key, fixed) for fixed in frozen) or (only is not None and not any(_within(key, free) for free in only)):
            raise BadScenario(f"{key}: cannot change once a run has begun; start a new run instead")
    return build_scenario(scenario.model_dump(mode="python", exclude_none=True, serialize_as_any=True), changes)


def _within(key: str, table: str) -> bool:
    return key == table or key.startswith(f"{table}.")


def _rewind(model: MarketModel, journal: Journal, step: int) -> None:
    """Bring a fresh model to the last checkpoint at or before *step*; from there on what it records is compared with the journal."""
    found = journal.checkpoint_before(step)
    if found is not None:
        try:
            model.restore(found, journal.checkpoint(found))
        except (KeyError, ValueError) as error:
            raise BadRunDirectory(f"{journal.path}: the checkpoint of step {found} is not of this scenario: {error}") from error
    model.record_to(JournalWriter(journal, journal.marker(found) if found is not None else None))


def _carry_out(
    directory: RunDirectory, journal: Journal, model: MarketModel, watch: Watcher | None, should_stop: Callable[[], bool] | None
) -> RunRecord:
    """Step to the end, then write the summary and the frames."""
    scenario = model.scenario
    footprint, collections = PeakMeter(), CollectionMeter()
    footprint.start()
    collections.start()
    began, first = wall_clock(), model.steps
    try:
        if watch:
            watch(model)
        while model.steps < scenario.steps:
            stopping = should_stop is not None and should_stop()
            step = model.steps + 1
            model.checkpoint_due = stopping or step == scenario.steps or step % scenario.run.checkpoint_every == 0
            model.step()
            if watch:
                watch(model)
            if stopping and model.steps < scenario.steps:
                model.writer.flush()
                raise Interrupted(f"stopped after step {model.steps}; go on with: freeagentics run --resume {directory.path}")
        model.writer.flush()
    finally:
        collections.stop()
        footprint.stop()
    wall = wall_clock() - began
    summary = _summary(directory, journal, model, wall, model.steps - first, footprint, collections)
    write_model_frame(journal, directory.model_frame)
    write_agent_frame(journal, scenario, directory.agent_frame)
    directory.summary.write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return RunRecord(directory.path)


def _summary(
    directory: RunDirectory,
    journal: Journal,
    model: MarketModel,
    wall: float,
    steps: int,
    footprint: PeakMeter,
    collections: CollectionMeter,
) -> Summary:
    count = len(model.population)
    billed = bill([model.population, model.board, model.books, model.ledger, model.market.accounts, list(model.agents)], excluding=[model])
    memories, memory_bytes = journal.tally(Kind.MEMORIES)
    agent_steps = max(count * steps, 1)
    return Summary(
        scenario=model.scenario.name,
        seed=model.scenario.seed,
        agents=count,
        steps=model.steps,
        roles=model.scenario.agents.counts(),
        wall_s=round(wall, 4),
        agent_steps_per_s=round(count * steps / max(wall, 1e-9), 1),
        step_ms_per_agent=round(1000 * wall / agent_steps, 6),
        registration_ms_per_agent=round(1000 * model.registration_s / count, 6),
        gc_overhead=round(collections.seconds / max(wall, 1e-9), 6),
        footprint=FootprintSummary(
            rss_start_mb=round(footprint.start_mb, 2),
            rss_peak_mb=round(footprint.peak_mb, 2),
            per_agent_kb=round(billed.total / count / KB, 3),
            billed_mb=round(billed.total / MB, 3),
        ),
        memories=memories,
        bytes_per_memory=round(memory_bytes / max(memories, 1), 2),
        decisions=journal.tally(Kind.DECISIONS)[0],
        signals=journal.tally(Kind.SIGNALS)[0],
        orders=journal.tally(Kind.ORDERS)[0],
        fills=journal.tally(Kind.FILLS)[0],
        trajectory_sha256=model.trajectory_sha256,
        run_dir=str(directory.path),
    )
