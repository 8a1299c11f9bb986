"""The page: Mesa's controls over a model on show, and panels that follow it."""

from __future__ import annotations

from typing import Any

import solara
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter

from freeagentics.clock import iso
from freeagentics.model import load_scenario, scenario_names
from freeagentics.visualization.opening import opened_scenario
from freeagentics.visualization.page_model import PageModel
from freeagentics.visualization.panels.agent import AgentPanel
from freeagentics.visualization.panels.drawing import DARK, LIGHT
from freeagentics.visualization.panels.equity import EquityPanel
from freeagentics.visualization.panels.exposure import ExposurePanel
from freeagentics.visualization.panels.price import PricePanel
from freeagentics.visualization.panels.signals import SignalsPanel
from freeagentics.visualization.parameters import parameters
from freeagentics.visualization.scene import Scene
from freeagentics.visualization.stage import Stage
from freeagentics.visualization.style import STYLE


@solara.component  # type: ignore[untyped-decorator]
def Page() -> None:
    """The whole page: a choice of scenario, and the show of it."""
    opened = opened_scenario()
    scenario, choose = solara.use_state(opened)
    solara.Title("freeagentics")
    solara.Style(STYLE)
    with solara.Sidebar(), solara.Card("Scenario"):
        solara.Select("Scenario", values=list(dict.fromkeys([opened, *scenario_names()])), value=scenario, on_value=choose)
    # A key of its own per scenario: sliders begin anew at its values, and the model of the one before is closed.
    Show(scenario).key(scenario)


@solara.component  # type: ignore[untyped-decorator]
def Show(scenario: str) -> None:
    """One scenario: Mesa's controls and sliders, and the panels. Its model is closed when the show is over."""
    stage = solara.use_memo(Stage, [])
    settings = solara.use_memo(lambda: load_scenario(scenario), [])
    # Filled afterwards, not begun with: what a hook begins with it keeps, and the first model would stay after every Reset.
    model: solara.Reactive[Any] = solara.use_reactive(None)
    solara.use_memo(lambda: model.set(PageModel(scenario, stage=stage)), [])
    solara.use_effect(lambda: stage.close, [])
    SolaraViz(model, model_params=parameters(scenario, settings, stage), name="freeagentics")
    Panels(model.value)


@solara.component  # type: ignore[untyped-decorator]
def Panels(model: PageModel) -> None:
    """All panels, from one look at the model."""
    update_counter.get()
    agent, pick = solara.use_state("")
    ink = DARK if solara.lab.use_dark_effective() else LIGHT
    scene = model.look(agent)
    Status(scene)
    with solara.Div(classes=["show-grid"]):
        with solara.Card("Price, fills and signals", classes=["show-wide"]):
            if scene.charts is not None:
                PricePanel(scene.charts, scene.symbols, ink)
        with solara.Card("One agent", classes=["show-tall"]):
            AgentPanel(scene.mind, model.names, pick)
        with solara.Card("Equity by desk, USD"):
            if scene.charts is not None:
                EquityPanel(scene.charts, scene.cash, scene.mind.desk, ink)
        with solara.Card("Exposure against limits"):
            if scene.charts is not None:
                ExposurePanel(scene.charts, scene.mind.desk, ink)
        with solara.Card("Latest signals", classes=["show-wide"]):
            SignalsPanel(scene.signals)


@solara.component  # type: ignore[untyped-decorator]
def Status(scene: Scene) -> None:
    """Where the model stands, in one line."""
    if scene.failure is not None:
        solara.Error(f"Stopped at step {scene.step}: {scene.failure}")
    elif scene.over:
        solara.Success(f"All {scene.steps:,} steps are done. Reset begins again.")
    when = f"step {scene.step:,} of {scene.steps:,}"
    if scene.timestamp is None or scene.charts is None:
        state = f"{when} · press ▶ or Step"
    else:
        equity = float(scene.charts.equity[-1].mean())
        state = f"{when} · {iso(scene.timestamp)} · {equity:,.0f} USD a desk ({equity / scene.cash - 1:+.2%})"
    solara.HTML(unsafe_innerHTML=f"{state}", classes=["show-status"])
