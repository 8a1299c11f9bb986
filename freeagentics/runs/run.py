"""Runs: fresh, resumed, or forked from another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

from freeagentics.agents import Registry
from freeagentics.errors import BadScenario
from freeagentics.journal import Journal, JournalWriter
from freeagentics.records.consolidator import Consolidator
from freeagentics.records.lineage import Lineage
from freeagentics.records.names import Names
from freeagentics.records.rewind import cut_after
from freeagentics.records.run_directory import RunDirectory, provenance
from freeagentics.records.run_record import RunRecord
from freeagentics.replay.restore import restore, state_at
from freeagentics.runs.handing_on import Elders
from freeagentics.runs.lost_workers import outliving_workers
from freeagentics.runs.rollbacks import audit_rollbacks, roll_back, rollbacks_metadata
from freeagentics.runs.run_states import RunStates
from freeagentics.runs.session import Session
from freeagentics.runtime import open_engine
from freeagentics.scenario.files import load_scenario, runnable, stated, with_changes
from freeagentics.scenario.plain import whole
from freeagentics.scenario.scenario import Scenario
from freeagentics.simulation.market_model import Checkpoint, MarketModel
from freeagentics.simulation.probe import Probe
from freeagentics.sync.sync_workers import SyncWorkers

FREE_ON_RESUME = ("steps", "run", "store")
FIXED_IN_A_FORK = (
    "name",
    "agents",
    "desks",
    "patterns",
    "memory.slots",
    "memory.horizon",
    "memory.adapt",
    "memory.federation",
    "memory.sequences",
    "memory.sequences_of",
    "memory.handed_on",
    *(
        f"market.{key}"
        for key in (
            "kind",
            "bars",
            "zone",
            "daily",
            "symbols",
            "start",
            "warmup",
            "synthetic",
            "auction",
            "book",
            "cash",
            "sources",
            "left_out",
        )
    ),
)
"""Keys that give the checkpoint's arrays their shape and meaning."""


def _resume() -> Callable[..., RunRecord]:
    return resume


@outliving_workers(_resume)
def run(
    scenario: str | Path | Scenario = "btc-replay",
    *,
    agents: int | None = None,
    steps: int | None = None,
    seed: int | None = None,
    overrides: Mapping[str, object] | None = None,
    out: str | Path | None = None,
    memories_from: str | Path | None = None,
    probes: Iterable[Probe] = (),
    allow_plugins: bool = False,
) -> RunRecord:
    """Run a scenario from its first step to its last.

    Args:
        scenario: a name, a path of a TOML file, or a `Scenario`.
        agents: how many, instead of the scenario's own number.
        steps: how many, instead of the scenario's own number.
        seed: instead of the scenario's own.
        overrides: further values by dotted key, e.g. ``{"market.fee_bps": 0}``.
        out: the run directory; by default a fresh one under ``runs/``.
        memories_from: a run directory, or ``"RUN_DIR:STEP"``, whose best agents hand on to those of their role what they had learned by the
            end of that step, by default its last, and the bars that they had seen.
        probes: who looks on, and may ask to stop; see `Probe`.
        allow_plugins: of a scenario in a run directory, run also plugins that this user has not run before.

    Raises:
        BadInput: what was asked for cannot be run; nothing is written.
        RunFailed: the run could not go on; what it committed stays whole.
        Interrupted: a probe asked to stop.

    Examples:
        >>> from freeagentics import run
        >>> record = run("quick", agents=5, steps=20, out="runs/first")
        >>> record.model_frame.height, record.decision_frame.height
        (20, 100)
    """
    changes = stated({"agents.count": agents, "steps": steps, "seed": seed}) | dict(overrides or {})
    if isinstance(scenario, Scenario):
        resolved = changed(runnable(scenario, allow_plugins=allow_plugins), changes)
    else:
        resolved = load_scenario(scenario, changes, allow_plugins=allow_plugins)
    identity = f"{resolved.name}-{uuid4().hex[:12]}"
    with ExitStack() as stack:
        elders = stack.enter_context(Elders.of(memories_from, allow_plugins=allow_plugins)) if memories_from is not None else None
        if elders is not None:
            resolved = elders.heard_by(resolved)
        elif resolved.memory.handed_on:
            raise BadScenario(f"memory.handed_on: {resolved.memory.handed_on} bars of which run? say it with --memories-from RUN_DIR")
        model = stack.enter_context(open_model(resolved, probes))
        if elders is not None:
            elders.hand_on(model)
        workers = stack.enter_context(SyncWorkers(resolved, identity))
        directory = RunDirectory.create(Lineage(resolved), Path(out) if out is not None else None)
        stack.enter_context(directory.locked())
        journal = stack.enter_context(Journal(directory.journal, create=True))
        journal.set_metadata({"run": identity, **provenance()})
        if elders is not None:
            # What everything is computed again from: the other run may be gone then.
            journal.put_checkpoint(0, model.checkpoint())
            journal.set_metadata({"memories_from": {"run": elders.run, "step": elders.step}})
        model.record_to(JournalWriter(journal, None, Consolidator(journal, Lineage(resolved))))
        return Session(directory, journal, model, workers).run()


@outliving_workers(_resume)
def resume(
    path: str | Path,
    *,
    steps: int | None = None,
    overrides: Mapping[str, object] | None = None,
    probes: Iterable[Probe] = (),
    allow_plugins: bool = False,
) -> RunRecord:
    """Go on with a run that was stopped or killed, from its last checkpoint; or, with more *steps*, with one that had ended.

    Steps that were committed after the checkpoint are computed again and compared with the journal.

    Args:
        path: the run directory.
        steps: how many there are to be in all.
        overrides: values by dotted key, below ``run`` and ``store``.
        probes: who looks on, and may ask to stop; see `Probe`.
        allow_plugins: run also plugins that this user has not run before.

    Raises:
        BadRunDirectory: no run directory, or locked by a living run.
        BadScenario: a setting that cannot change any more, or fewer steps than there are.
        UntrustedPlugin: it has plugins that this user has not run before, without *allow_plugins*.
        RunFailed: a step came out differently than it is on record.
        Interrupted: a probe asked to stop.

    Examples:
        >>> from freeagentics import resume, run
        >>> record = run("quick", agents=5, steps=10, out="runs/stopped")
        >>> resume("runs/stopped", steps=20).model_frame.height
        20
    """
    directory = RunDirectory.open(Path(path))
    changes = stated({"steps": steps}) | dict(overrides or {})
    with ExitStack() as stack:
        stack.enter_context(directory.locked())
        journal = stack.enter_context(Journal(directory.journal))
        lineage = directory.load_lineage(allow_plugins=allow_plugins)
        scenario = changed(lineage.own, changes, only=FREE_ON_RESUME)
        last = journal.commit_record()
        if last and last.step > scenario.steps:
            raise BadScenario(f"steps: {scenario.steps} asked for, but {path} already has {last.step}; ask for more")
        if last and last.step == scenario.steps and directory.summary.is_file():
            missing = directory.what_is_missing(last.step)
            more = f"; {missing}" if missing else ""
            raise BadScenario(f"{path} has all its {last.step} steps; give --steps with a larger number to go on{more}")
        model = stack.enter_context(open_model(scenario, probes))
        restore(model, journal, last.step if last else 0, Consolidator(journal, lineage))
        workers = stack.enter_context(SyncWorkers(scenario, journal.metadata()["run"]))
        if changes:
            directory.rewrite(scenario)
        return Session(directory, journal, model, workers).run()


@outliving_workers(_resume)
def fork(
    path: str | Path,
    at: int,
    *,
    steps: int | None = None,
    overrides: Mapping[str, object] | None = None,
    out: str | Path | None = None,
    rollback: Mapping[str, int] | None = None,
    by: str | None = None,
    probes: Iterable[Probe] = (),
    allow_plugins: bool = False,
) -> RunRecord:
    """A run of its own that shares another's first *at* steps, and then goes on with other settings, or other states of some agents.

    Args:
        path: the run directory of the other run.
        at: the last step that both share.
        steps: how many there are to be in all.
        overrides: values by dotted key, e.g. ``{"market.fee_bps": 0}``.
        out: the run directory; by default a fresh one under ``runs/``.
        rollback: agents that go on from the state that they had at an earlier step, and that step, e.g. ``{"market-hunter-0003": 40}``.
            All else, the other agents and the accounts of desks, is as it was at the end of step *at*.
        by: who rolls back, for the audit trail; by default the user who runs this process.
        probes: who looks on, and may ask to stop; see `Probe`.
        allow_plugins: run also plugins that this user has not run before.

    Raises:
        BadRunDirectory: no run directory.
        BadScenario: a step that was not committed, or a setting that cannot change.
        BadInput: there is no such agent to roll back, or it has left.
        UntrustedPlugin: it has plugins that this user has not run before, without *allow_plugins*.
        Interrupted: a probe asked to stop.

    Examples:
        >>> from freeagentics import fork, run
        >>> record = run("quick", agents=5, steps=20, out="runs/cheap")
        >>> other = fork("runs/cheap", at=10, overrides={"market.fee_bps": 50}, out="runs/dear")
        >>> other.scenario.market.fee_bps, other.model_frame.height
        (50.0, 20)
    """
    source, at = RunDirectory.open(Path(path)), whole("at", at)
    lineage = source.load_lineage(allow_plugins=allow_plugins)
    changes = stated({"steps": steps}) | dict(overrides or {})
    after = changed(lineage.own, changes, fixed=(*FIXED_IN_A_FORK, *per_agent_settings(lineage.own.registry)))
    _same_past(lineage.own, after, at)
    identity = f"{after.name}-{uuid4().hex[:12]}"
    with ExitStack() as stack:
        old = stack.enter_context(Journal(source.journal))
        commit, state = state_at(lineage.at(at), old, at)
        before = stack.enter_context(RunStates(path, allow_plugins=allow_plugins))
        state, rolled_back = roll_back(before, at, state, rollback or {})
        if after.steps < at:
            raise BadScenario(f"steps: {after.steps} asked for, but the fork begins after step {at}")
        model = stack.enter_context(open_model(after, probes))
        _same_names(model.names, Names.read(old))
        model.restore(at, state)
        workers = stack.enter_context(SyncWorkers(after, identity))
        descent = Lineage(after, lineage.shared(at))
        directory = RunDirectory.create(descent, Path(out) if out is not None else None)
        stack.enter_context(directory.locked())
        about = {"run": identity, **provenance(), "forked_from": old.metadata()["run"], "forked_at": at}
        about |= rollbacks_metadata(old, at, rolled_back)
        _copy(old, directory.journal, at, state, about)
        audit_rollbacks(directory, identity, before.run, rolled_back, by)
        journal = stack.enter_context(Journal(directory.journal))
        model.record_to(JournalWriter(journal, commit, Consolidator(journal, descent)))
        return Session(directory, journal, model, workers).run()


def _same_past(before: Scenario, after: Scenario, at: int) -> None:
    """Check that events which have begun by the end of step *at* are still planned, and no others. Raises BadScenario."""
    was, now = ([event for event in scenario.events if event.at <= at] for scenario in (before, after))
    if was != now:
        odd = next(event for event in (*was, *now) if event not in was or event not in now)
        raise BadScenario(
            f"events: {odd.kind} at step {odd.at} begins before the fork does, after step {at}; only later events can change in a fork"
        )


def _same_names(now: Names, before: Names) -> None:
    """Check that actions, reasoning and features are still those on record, which holds them by number. Raises BadScenario."""
    for role, was in zip(now.team, before.team, strict=True):
        if role != was:
            raise BadScenario(
                f"role {role.role}: its phase, actions and reasoning cannot change once a run has begun, nor can its features"
            )


def _copy(old: Journal, path: Path, at: int, state: Checkpoint, about: Mapping[str, object]) -> None:
    """The first *at* steps of a journal in a file of their own, which is there as a whole or not at all."""
    draft = path.with_name(f"{path.name}.draft")
    old.copy_to(draft)
    with Journal(draft) as journal:
        cut_after(journal, at)
        journal.discard_after(at)
        journal.put_checkpoint(at, state)
        journal.set_metadata(about)
    draft.replace(path)


def open_model(scenario: Scenario, probes: Iterable[Probe] = ()) -> MarketModel:
    """The scenario's model on the engine that it asks for."""
    engine = open_engine(scenario.run.engine, scenario.run.workers)
    try:
        return MarketModel(scenario, engine=engine, probes=probes)
    except BaseException:
        engine.close()
        raise


def changed(
    scenario: Scenario, changes: Mapping[str, object], *, only: tuple[str, ...] | None = None, fixed: tuple[str, ...] = ()
) -> Scenario:
    """The scenario with some values changed. *only* and *fixed* are keys, or tables of them. Raises BadScenario."""
    for key in changes:
        if any(_within(key, table) for table in fixed) or (only is not None and not any(_within(key, table) for table in only)):
            raise BadScenario(f"{key}: cannot change once a run has begun; start a new run instead")
    return with_changes(scenario, changes)


def per_agent_settings(registry: Registry) -> list[str]:
    """Keys of the ranges that each agent drew its own value from when it arrived: changing them later would change nothing."""
    settings = {role: kind.Settings.model_fields for role, kind in registry.roles.items()}
    return [f"roles.{role}.{key}" for role, fields in settings.items() for key, field in fields.items() if isinstance(field.default, tuple)]


def _within(key: str, table: str) -> bool:
    return key == table or key.startswith(f"{table}.")
