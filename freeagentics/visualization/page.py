"""The page: Mesa's controls of a model, and panels that follow it."""

from __future__ import annotations

from html import escape
from typing import Any

import solara
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter

from freeagentics.amounts import money
from freeagentics.clock import iso
from freeagentics.scenario_catalog import scenario_names
from freeagentics.visualization.model_slot import ModelSlot
from freeagentics.visualization.page_model import PageModel
from freeagentics.visualization.panels.agent import AgentPanel
from freeagentics.visualization.panels.equity import EquityPanel
from freeagentics.visualization.panels.exposure import ExposurePanel
from freeagentics.visualization.panels.price import PricePanel
from freeagentics.visualization.panels.signals import SignalsPanel
from freeagentics.visualization.parameters import parameters
from freeagentics.visualization.server import initial_scenario
from freeagentics.visualization.snapshot import Snapshot
from freeagentics.visualization.style import STYLE


@solara.component
def Layout(children: list[Any]) -> Any:
    """Empty layout: the page draws its own frame. Solara looks for this name."""
    return solara.Div(children=children)


@solara.component
def Page() -> None:
    """The whole page: a choice of scenario, and its view in a frame of its own."""
    initial = initial_scenario()
    scenario, choose = solara.use_state(initial)
    # Solara knows what stands in a sidebar by its place alone. A frame that outlived its view would hand the controls of the one before,
    # and what they had been set to, to the next: its Reset knew neither scenario nor slot.
    with solara.AppLayout().key(scenario):
        solara.Title("freeagentics")
        solara.Style(STYLE)
        with solara.Sidebar(), solara.Card():
            solara.Select("Scenario", values=list(dict.fromkeys([initial, *scenario_names()])), value=scenario, on_value=choose)
        ScenarioView(scenario)


@solara.component
def ScenarioView(scenario: str) -> None:
    """One scenario: Mesa's controls and sliders, and the panels. Its model is closed when the view is left."""
    slot = solara.use_memo(ModelSlot, [])
    first = solara.use_memo(lambda: PageModel(scenario, slot=slot), [])
    model: solara.Reactive[Any] = solara.use_reactive(first)
    solara.use_effect(lambda: slot.close, [])
    Panels(model.value)
    # It draws into the sidebar and the bar above; here it leaves an empty space, best at the end.
    SolaraViz(model, model_params=parameters(scenario, first.shown, slot), name="freeagentics")


@solara.component
def Panels(model: PageModel) -> None:
    """Panels over one snapshot of the model."""
    update_counter.get()
    agent, pick = solara.use_state("")
    snapshot = model.snapshot(agent)
    Status(snapshot)
    with solara.Div(classes=["show-grid"]):
        if snapshot.charts is not None:
            with solara.Card("Price, fills and signals", classes=["show-wide"]):
                PricePanel(snapshot.charts, snapshot.symbols)
            with solara.Card("Equity by desk, USD"):
                EquityPanel(snapshot.charts, snapshot.scenario.market.cash, snapshot.agent.desk)
            with solara.Card("Exposure against limits"):
                ExposurePanel(snapshot.charts, snapshot.agent.desk)
        with solara.Card("Latest signals", classes=["show-wide"]):
            SignalsPanel(snapshot.signals)
        with solara.Card("Selected agent", classes=["show-tall"]):
            AgentPanel(snapshot.agent, model.names, pick)


@solara.component
def Status(snapshot: Snapshot) -> None:
    """Status of the run: title, step, market time, mean equity and settings."""
    scenario = snapshot.scenario
    if snapshot.failure is not None:
        solara.Error(f"Stopped at step {snapshot.step}: {snapshot.failure}")
    elif snapshot.over:
        solara.Success(f"All {scenario.steps:,} steps are done. Reset begins again.")
    facts = [f"step {snapshot.step:,} of {scenario.steps:,}"]
    if snapshot.charts is None:
        facts.append("press ▶ or Step")
    else:
        equity = float(snapshot.charts.equity[-1].mean())
        facts += [iso(snapshot.timestamp), f"{money(equity)} USD a desk ({equity / scenario.market.cash - 1:+z.2%})"]
    agents = scenario.agents
    facts += [f"{agents.count:,} agents on {agents.desks:,} desks", f"seed {scenario.seed}", f"fee {scenario.market.fee_bps:g} bp"]
    title = f"<b>{escape(scenario.title or scenario.name)}</b>"
    solara.HTML(unsafe_innerHTML=f"{title}<br>{' · '.join(facts)}", classes=["show-status"])
