"""The run record: the one plain result of a run, which report, page and command line read."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from html import escape
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from freeagentics.amounts import money
from freeagentics.errors import BadInput, BadRunDirectory, in_command
from freeagentics.journal import Journal
from freeagentics.records.agent_memories import AgentMemories
from freeagentics.records.frames import read_frame
from freeagentics.records.lineage import Lineage
from freeagentics.records.memory_audit import MemoryAudit
from freeagentics.records.record_frames import RecordFrames
from freeagentics.records.roster import Roster
from freeagentics.records.run_directory import RunDirectory
from freeagentics.records.truth import truth_frame
from freeagentics.scenario.scenario import Scenario


class FootprintSummary(BaseModel):
    """RAM of the process, as the system sees it, and what it is taken by.

    Attributes:
        rss_before_mb: before there was any agent: Python, imports, bars, and whatever else there was.
        rss_start_mb: before the first step.
        rss_peak_mb: the most while stepping.
        attributed_mb: the agents' arrays and objects, and what they share, added up.
        per_agent_kb: the same over the number of agents.
        by_category_kb: of it, for each category, most first.
        unattributed_mb: the rest of the peak: pages on their way to the journal, buffers, and what the allocator keeps.
        limit_mb: what the run was to stay under, if anything.
    """

    model_config = ConfigDict(frozen=True)

    rss_before_mb: float
    rss_start_mb: float
    rss_peak_mb: float
    per_agent_kb: float
    attributed_mb: float
    by_category_kb: dict[str, float]
    unattributed_mb: float
    limit_mb: float | None


class RunEvent(BaseModel):
    """Something about the process that stood out at a step: an alert, or what was done to stay under a limit."""

    model_config = ConfigDict(frozen=True)

    step: int
    kind: str
    message: str


class StoreSummary(BaseModel):
    """State of a store when the run ended.

    Attributes:
        tier: ``durable`` or ``cold``.
        url: without name and password.
        lag_steps: steps that it does not have yet; ``freeagentics store sync`` brings them.
        records: written by this process, those that had to be written again included.
        failures: how often the store failed.
        error: what it failed with last, None where all went well since.
    """

    model_config = ConfigDict(frozen=True)

    tier: str
    url: str
    lag_steps: int
    records: int
    failures: int
    error: str | None


class Summary(BaseModel):
    """A run in numbers, all of them measured. Rates and times are those of the process that ended the run; counts are of the whole run.

    Attributes:
        step_ms_per_agent: wall time of a step over the number of agents.
        gc_overhead: share of wall time that the garbage collector took.
        memories: that are kept when it ends.
        bytes_per_memory: pages of memories over their number: code, checksum, owner, and its share of heads and of desks' books.
        events: what stood out about the process that ended the run, in the order of steps.
        stores: where the stores of the run were when it ended.
    """

    model_config = ConfigDict(frozen=True)

    scenario: str
    seed: int
    agents: int
    steps: int
    roles: dict[str, int]
    wall_s: float
    agent_steps_per_s: float
    step_ms_per_agent: float
    registration_ms_per_agent: float
    gc_overhead: float
    footprint: FootprintSummary
    events: tuple[RunEvent, ...]
    memories: int
    bytes_per_memory: float
    decisions: int
    signals: int
    orders: int
    fills: int
    stores: tuple[StoreSummary, ...]
    trajectory_sha256: str
    run_dir: str


class RunRecord:
    """Record of a run: its summary, its scenario, and its frames, read from the run directory when asked for.

    Raises:
        BadRunDirectory: the directory is none, or its run has not ended.
    """

    def __init__(self, path: str | Path) -> None:
        self.directory = RunDirectory.open(Path(path))
        if not self.directory.summary.is_file():
            raise BadRunDirectory(f"{path}: this run has not ended; resume it with: freeagentics run --resume {in_command(path)}")
        try:
            self.summary = Summary.model_validate_json(self.directory.summary.read_bytes())
        except ValidationError as error:
            raise BadRunDirectory(f"{self.directory.summary}: damaged, or of another version of freeagentics") from error

    @property
    def path(self) -> Path:
        """The run directory."""
        return self.directory.path

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it was resolved; none of its plugins is run."""
        return self.lineage.own

    @cached_property
    def lineage(self) -> Lineage:
        """The scenarios that its steps were made under: for a fork more than one."""
        return self.directory.read_lineage()

    @property
    def audit(self) -> MemoryAudit | None:
        """Audit of the run's memories; None until ``freeagentics memory audit`` has found out. Raises BadRunDirectory."""
        return MemoryAudit.read(self.directory.audit)

    @cached_property
    def model_frame(self) -> pl.DataFrame:
        """One row per step: price, equity, exposure, drawdown, counts of signals, orders and fills, what was traded and paid."""
        return read_frame(self.directory.model_frame)

    @cached_property
    def agent_frame(self) -> pl.DataFrame:
        """One row per agent and step: role, desk, action, confidence, value, asset, and how much memories weighed."""
        return read_frame(self.directory.agent_frame)

    @cached_property
    def decision_frame(self) -> pl.DataFrame:
        """One row per agent and step: what it did and from what reasoning. Like all frames below it holds the whole run."""
        return self._frame(RecordFrames.decisions)

    @cached_property
    def weight_frame(self) -> pl.DataFrame:
        """One row per agent, step and faculty that it gave a weight: what outcomes have taught it."""
        return self._frame(RecordFrames.weights)

    @cached_property
    def contribution_frame(self) -> pl.DataFrame:
        """One row per agent, step, faculty and asset: what the faculty added to the forecast of a hunter or analyzer."""
        return self._frame(RecordFrames.contributions)

    @cached_property
    def signal_frame(self) -> pl.DataFrame:
        """One row per signal: who told what to whom."""
        return self._frame(RecordFrames.signals)

    @cached_property
    def order_frame(self) -> pl.DataFrame:
        """One row per order."""
        return self._frame(RecordFrames.orders)

    @cached_property
    def fill_frame(self) -> pl.DataFrame:
        """One row per fill, with its price, value and fee in USD."""
        return self._frame(RecordFrames.fills)

    @cached_property
    def event_frame(self) -> pl.DataFrame:
        """One row per event that was on, step and symbol: what was planned, and what an outsider traded in the bar."""
        return self._frame(RecordFrames.events)

    @cached_property
    def memory_frame(self) -> pl.DataFrame:
        """One row per memory: its 48 features and those of its role's own, decoded, and what came of it."""
        return self._frame(RecordFrames.memories)

    @cached_property
    def desk_frame(self) -> pl.DataFrame:
        """One row per desk and step: its account, in USD."""
        return self._frame(RecordFrames.desks)

    @property
    def group_frame(self) -> pl.DataFrame:
        """One row per desk: the name of its group, where the scenario has groups of desks."""
        named = [(desk, group) for desk, group in enumerate(self.scenario.desk_groups())]
        return pl.DataFrame(named, schema={"desk": pl.Int32, "group": pl.String}, orient="row")

    @cached_property
    def observation_frame(self) -> pl.DataFrame:
        """One row per symbol and step: its close, USD, and the columns of all sources."""
        return self._frame(RecordFrames.observations)

    @cached_property
    def position_frame(self) -> pl.DataFrame:
        """One row per desk, step and symbol held: units, value in USD, and share of equity."""
        return self._frame(RecordFrames.positions)

    @cached_property
    def truth_frame(self) -> pl.DataFrame:
        """One row per symbol and step of a made market: what is planted in it. Raises BadInput where nothing is."""
        scenario = self.lineage.at(1)
        if scenario.market.kind != "synthetic":
            raise BadInput(f"{self.path}: nothing is planted in its market that could be told")
        return truth_frame(scenario, self.summary.steps)

    @property
    def exposure_matched_return(self) -> tuple[float, float]:
        """Mean exposure of desks over the run, and the return of holding it in all assets alike from first close to last, without fees.

        A desk that holds half of its equity in a market that rises has done nothing yet by rising half as much.
        """
        frame = self.model_frame
        exposure = float(frame["exposure"].mean() or 0)  # type: ignore[arg-type]
        moves = frame["basket"].pct_change().fill_null(0).to_numpy()
        return exposure, float((1 + exposure * moves).prod() - 1)

    def memories_of(self, agent: str) -> AgentMemories:
        """All that is kept of an agent's memories, to be asked which are most like a situation. Raises BadInput for no such agent."""
        with Journal(self.directory.journal) as journal:
            return AgentMemories(journal, Roster(journal), self.lineage, agent)

    def save_report(self, path: str | Path = "report.html") -> Path:
        """Write the report: one self-contained HTML file, and its tables as CSV beside it. Returns its path."""
        # The one arrow that points up, followed only when it is asked for: charts need matplotlib, and a run does not.
        from freeagentics.report import save_report

        return save_report(self, path)

    def _frame(self, of: Callable[[RecordFrames], pl.DataFrame]) -> pl.DataFrame:
        with Journal(self.directory.journal) as journal:
            return of(RecordFrames(journal, Roster(journal), self.scenario.memory.horizon, lineage=self.lineage))

    def _repr_html_(self) -> str:
        """A small table, for notebooks."""
        made, frame = self.summary, self.model_frame
        rows = {
            "scenario": f"{made.scenario}, seed {made.seed}",
            "agents": f"{made.agents:,}",
            "steps": f"{made.steps:,}",
            "equity of a desk": f"{money(frame['equity'][-1])} USD",
            "buy and hold": f"{frame['basket'][-1] - 1:+.1%}",
            "done": f"{made.decisions:,} decisions, {made.signals:,} signals, {made.fills:,} fills",
            "trajectory": made.trajectory_sha256,
            "run directory": made.run_dir,
        }
        cells = (f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows.items())
        return f"<table>{''.join(cells)}</table>"

    def __repr__(self) -> str:
        made = self.summary
        return f"<run of {made.scenario}: {made.agents} agents, {made.steps} steps, seed {made.seed}, in {made.run_dir}>"
