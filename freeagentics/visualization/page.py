"""The page: Mesa's controls over a model on show, and panels that follow it."""

from __future__ import annotations

from html import escape
from typing import Any

import solara
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter

from freeagentics.amounts import money
from freeagentics.clock import iso
from freeagentics.scenario_catalog import scenario_names
from freeagentics.visualization.initial_scenario import opened_scenario
from freeagentics.visualization.model_slot import ModelSlot
from freeagentics.visualization.page_model import PageModel
from freeagentics.visualization.panels.agent import AgentPanel
from freeagentics.visualization.panels.equity import EquityPanel
from freeagentics.visualization.panels.exposure import ExposurePanel
from freeagentics.visualization.panels.price import PricePanel
from freeagentics.visualization.panels.signals import SignalsPanel
from freeagentics.visualization.parameters import parameters
from freeagentics.visualization.snapshot import Snapshot
from freeagentics.visualization.style import STYLE


@solara.component
def Layout(children: list[Any]) -> Any:
    """Nothing around the page: its frame is its own. Solara looks for this name."""
    return solara.Div(children=children)


@solara.component
def Page() -> None:
    """The whole page: a choice of scenario, and the show of it in a frame of its own."""
    opened = opened_scenario()
    scenario, choose = solara.use_state(opened)
    # Solara knows what stands in a sidebar by its place alone. A frame that outlived its show would hand the controls of the one before,
    # and what they had been set to, to the next: its Reset knew neither scenario nor stage.
    with solara.AppLayout().key(scenario):
        solara.Title("freeagentics")
        solara.Style(STYLE)
        with solara.Sidebar(), solara.Card():
            solara.Select("Scenario", values=list(dict.fromkeys([opened, *scenario_names()])), value=scenario, on_value=choose)
        ScenarioView(scenario)


@solara.component
def ScenarioView(scenario: str) -> None:
    """One scenario: Mesa's controls and sliders, and the panels. Its model is closed when the show is over."""
    stage = solara.use_memo(ModelSlot, [])
    first = solara.use_memo(lambda: PageModel(scenario, stage=stage), [])
    model: solara.Reactive[Any] = solara.use_reactive(first)
    solara.use_effect(lambda: stage.close, [])
    Panels(model.value)
    # It draws into the sidebar and the bar above; here it leaves an empty space, best at the end.
    SolaraViz(model, model_params=parameters(scenario, first.shown, stage), name="freeagentics")


@solara.component
def Panels(model: PageModel) -> None:
    """All panels, from one look at the model."""
    update_counter.get()
    agent, pick = solara.use_state("")
    scene = model.look(agent)
    Status(scene)
    with solara.Div(classes=["show-grid"]):
        if scene.charts is not None:
            with solara.Card("Price, fills and signals", classes=["show-wide"]):
                PricePanel(scene.charts, scene.symbols)
            with solara.Card("Equity by desk, USD"):
                EquityPanel(scene.charts, scene.scenario.market.cash, scene.mind.desk)
            with solara.Card("Exposure against limits"):
                ExposurePanel(scene.charts, scene.mind.desk)
        with solara.Card("Latest signals", classes=["show-wide"]):
            SignalsPanel(scene.signals)
        with solara.Card("One agent", classes=["show-tall"]):
            AgentPanel(scene.mind, model.names, pick)


@solara.component
def Status(scene: Snapshot) -> None:
    """What is shown, and where it stands."""
    scenario = scene.scenario
    if scene.failure is not None:
        solara.Error(f"Stopped at step {scene.step}: {scene.failure}")
    elif scene.over:
        solara.Success(f"All {scenario.steps:,} steps are done. Reset begins again.")
    facts = [f"step {scene.step:,} of {scenario.steps:,}"]
    if scene.charts is None:
        facts.append("press ▶ or Step")
    else:
        equity = float(scene.charts.equity[-1].mean())
        facts += [iso(scene.timestamp), f"{money(equity)} USD a desk ({equity / scenario.market.cash - 1:+z.2%})"]
    agents = scenario.agents
    facts += [f"{agents.count:,} agents on {agents.desks:,} desks", f"seed {scenario.seed}", f"fee {scenario.market.fee_bps:g} bp"]
    title = f"<b>{escape(scenario.title or scenario.name)}</b>"
    solara.HTML(unsafe_innerHTML=f"{title}<br>{' · '.join(facts)}", classes=["show-status"])
