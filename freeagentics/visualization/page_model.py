"""The model of a page: a market model as Mesa's page drives one."""

from __future__ import annotations

from threading import Lock

from freeagentics.errors import FreeagenticsError
from freeagentics.scenario.files import load_scenario, stated
from freeagentics.simulation import MarketModel
from freeagentics.visualization.agent_snapshot import StepInfo, agent_snapshot
from freeagentics.visualization.history import History
from freeagentics.visualization.model_slot import ModelSlot
from freeagentics.visualization.signal_text import latest
from freeagentics.visualization.snapshot import Snapshot, to_charts


class PageModel:
    """Holds a `MarketModel`, built from plain keywords as Mesa's Reset does, and stops by itself at the scenario's last step.

    It holds the model instead of being one, so that it can let go of it: Solara and Mesa keep what a page was first drawn with for as long
    as the server lives. Mesa steps it from one thread while the browser's events look at it from others: they take turns.

    Args:
        scenario: a name, or the path of a TOML file.
        slot: takes this model, and closes the one before.
        agents: instead of the scenario's own number.
        seed: instead of the scenario's own.
        fee_bps: instead of the scenario's own.

    Attributes:
        shown: the scenario as resolved; what is called ``scenario`` Mesa takes for one of its own from 3.5 on.
        names: of all agents, in order.
        steps: steps done.
        time: the same, which Mesa shows from 3.5 on.
        running: another step may follow.
        failure: message of the error that stopped it, or None.

    Raises:
        BadInput: a scenario that cannot be run.
    """

    def __init__(
        self,
        scenario: str,
        *,
        slot: ModelSlot,
        agents: int | None = None,
        seed: int | None = None,
        fee_bps: float | None = None,
    ) -> None:
        self.shown = load_scenario(scenario, stated({"agents.count": agents, "seed": seed, "market.fee_bps": fee_bps}))
        self.steps, self.time, self.running = 0, 0, True
        self.failure: str | None = None
        self._turn = Lock()
        self._history = History()
        self._model = MarketModel(self.shown, probes=[self._history])
        self._seats = {agent.name: agent for agent in self._model.agents}
        self.names = list(self._seats)
        self._last: Snapshot | None = None
        slot.replace(self)

    def step(self) -> None:
        """Step one bar; do nothing once it is over or closed. A step that fails ends it and leaves its reason in `failure`."""
        with self._turn:
            # Mesa goes on asking where its "render interval" reaches over the end, and where Reset came while it was playing.
            if not self.running:
                return
            try:
                self._model.step()
                self.steps = self.time = self._model.steps
            except FreeagenticsError as error:
                self.failure = str(error)
            self.running = self.failure is None and self.steps < self.shown.steps

    def snapshot(self, agent: str) -> Snapshot:
        """Take a snapshot of the model and of one agent; the first one where there is none of this id.

        A closed model gives the snapshot that was taken when it was closed.
        """
        with self._turn:
            return self._last or self._snapshot(agent)

    def close(self) -> None:
        """End the threads and let go of the model. Raises the error of its writer, if there was one."""
        with self._turn:
            if self._last is not None:
                return
            self.running = False
            self._last = self._snapshot(self.names[0])
            model = self._model
            del self._model, self._seats, self._history
            model.close()

    def _snapshot(self, agent: str) -> Snapshot:
        steps, symbols, name = self._history.moments, self._model.market.symbols, self._model.population.name
        now = StepInfo(self.steps, steps[-1].timestamp if steps else 0, symbols, name)
        seat = self._seats.get(agent) or self._seats[self.names[0]]
        return Snapshot(
            scenario=self.shown,
            step=now.step,
            timestamp=now.timestamp,
            symbols=symbols,
            over=not self.running,
            failure=self.failure,
            charts=to_charts(steps, self._model.market.units),
            signals=latest(reversed(steps), symbols, name),
            agent=agent_snapshot(seat, self._history.decisions.get(seat.cohort.number), now),
        )
