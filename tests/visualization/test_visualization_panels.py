"""The panels draw whatever a scenario brings."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from page_models import scenario_file, shown

from freeagentics.visualization.panels.equity import MOST_LINES, equity_figure
from freeagentics.visualization.panels.exposure import MOST_BARS, exposure_figure
from freeagentics.visualization.panels.price import price_figure
from freeagentics.visualization.snapshot import Charts


def drawn(figure: Figure) -> bytes:
    image = io.BytesIO()
    figure.savefig(image, format="png")
    return image.getvalue()


def charts_of(scenario: str | Path, *, steps: int, agents: int | None = None) -> Charts:
    with shown(scenario, steps=steps, agents=agents) as model:
        charts = model.snapshot("").charts
        assert charts is not None
        return charts


def test_every_panel_draws_the_first_step() -> None:
    charts = charts_of("quick", steps=1)
    for figure in (price_figure(charts, 0), equity_figure(charts, 100_000, 0), exposure_figure(charts, 0)):
        assert drawn(figure)


def test_every_panel_draws_desks_without_limits(tmp_path: Path) -> None:
    charts = charts_of(scenario_file(tmp_path, steps=9, team="team = { market-hunter = 1, trade-executor = 1 }"), steps=9)
    assert drawn(exposure_figure(charts, 4))


def test_each_symbol_has_a_chart_of_its_own() -> None:
    charts = charts_of("ten-pairs", steps=5)
    assert len({drawn(price_figure(charts, asset)) for asset in range(charts.price.shape[1])}) == 10


@pytest.mark.parametrize("desks", [MOST_BARS + 1, 2 * MOST_LINES + 1])
def test_of_many_desks_some_are_drawn_and_the_selected_one_always(desks: int) -> None:
    charts = charts_of("quick", steps=1, agents=5 * desks)
    equity, exposure = equity_figure(charts, 100_000, desks - 1), exposure_figure(charts, desks - 1)
    assert drawn(equity)
    assert drawn(exposure)
    assert len(equity.axes[0].collections[0].get_paths()) <= MOST_LINES
    assert len(exposure.axes[1].patches) == MOST_BARS
    assert f"selected {desks - 1}" in equity.axes[0].get_legend_handles_labels()[1]
