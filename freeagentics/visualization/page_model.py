"""The model on show: a market model that Mesa's page can build, step and reset."""

from __future__ import annotations

from threading import Lock

from freeagentics.agents import TradingAgent
from freeagentics.errors import FreeagenticsError
from freeagentics.model import MarketModel, load_scenario
from freeagentics.visualization.history import History, HistoryWriter
from freeagentics.visualization.mind_scene import Now, mind_of
from freeagentics.visualization.scene import Scene, charts_of
from freeagentics.visualization.stage import Stage
from freeagentics.visualization.told import latest


class PageModel(MarketModel):
    """A `MarketModel` from plain keywords, which stops by itself at the scenario's last step.

    Mesa steps it from one thread while the browser's events look at it from others: `step`, `look` and `close` take turns.

    Args:
        scenario: a name, or the path of a TOML file.
        agents, seed, fee_bps: instead of the scenario's own.
        stage: where it goes on show; whatever was there is closed.

    Attributes:
        names: ids of all agents, in order. failure: why it stopped before its last step, or None.
    """

    def __init__(
        self,
        scenario: str = "btc-replay",
        *,
        agents: int | None = None,
        seed: int | None = None,
        fee_bps: float | None = None,
        stage: Stage | None = None,
    ) -> None:
        given = {"agents.count": agents, "seed": seed, "market.fee_bps": fee_bps}
        super().__init__(load_scenario(scenario, {key: value for key, value in given.items() if value is not None}))
        self._turn = Lock()
        self._seats: dict[str, TradingAgent] = {agent.unique_id: agent for agent in self.agents}
        self._history = History(self.population)
        self.names = list(self._seats)
        self.failure: str | None = None
        self.record_to(HistoryWriter(self._history))
        if stage is not None:
            stage.enter(self)

    def step(self) -> None:
        """One bar; nothing once it is over or closed. A step that fails ends the model and leaves its reason in `failure`."""
        with self._turn:
            if not self.running:
                # Mesa counts the step before it gets here, and goes on asking when its "render interval" reaches over the end.
                self.steps -= 1
                return
            try:
                super().step()
            except FreeagenticsError as error:
                self.failure = str(error)
            self.running = self.failure is None and self.steps < self.scenario.steps

    def look(self, agent: str) -> Scene:
        """All that the page shows now, with the mind of one agent; that of the first where there is none of this id."""
        with self._turn:
            moments, symbols, name = self._history.moments, self.market.symbols, self.population.name
            last = moments[-1] if moments else None
            seat = self._seats.get(agent) or self._seats[self.names[0]]
            now = Now(last.step if last else 0, last.timestamp if last else 0, symbols, name)
            return Scene(
                title=self.scenario.title or self.scenario.name,
                step=now.step,
                steps=self.scenario.steps,
                timestamp=last.timestamp if last else None,
                symbols=symbols,
                cash=self.scenario.market.cash,
                over=not self.running,
                failure=self.failure,
                charts=charts_of(moments),
                signals=latest(reversed(moments), symbols, name),
                mind=mind_of(seat, self._history.decisions.get(seat.cohort.number), now),
            )

    def close(self) -> None:
        """End the threads. Raises what went wrong in the writer, if anything did."""
        with self._turn:
            super().close()
