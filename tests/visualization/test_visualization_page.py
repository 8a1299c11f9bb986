"""The page without a browser: Solara draws it into widgets, and the test clicks them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from page_models import models, scenario_file, shown, writers


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What is drawn, to look for widgets in; left in the end, as by a browser that goes elsewhere."""
    monkeypatch.setenv("FREEAGENTICS_SCENARIO", "quick")
    with warnings.catch_warnings():
        # Solara and its widgets warn of how Mesa's page is written.
        warnings.simplefilter("ignore")
        import solara

        from freeagentics.visualization.page import Page

        _, drawn = solara.render(Page(), handle_error=False)
        yield drawn
        drawn.close()


def press(page: Any, label: str) -> None:
    import ipyvuetify

    page.find(ipyvuetify.Btn, children=[label]).widget.click()  # type: ignore[attr-defined]  # its classes are made when it is imported


def widget(page: Any, kind: str, label: str) -> Any:
    import ipyvuetify

    (found,) = (found for found in page.find(getattr(ipyvuetify, kind)).widgets if found.label == label)
    return found


def status(page: Any) -> str:
    import solara

    texts = (str(found.unsafe_innerHTML) for found in page.find(solara.widgets.HTML).widgets)
    return next(text for text in texts if " agents on " in text)


def test_reset_leaves_no_thread_and_no_model_behind(page: Any) -> None:
    threads, before = writers(), models()
    for _ in range(3):
        press(page, "Step")
        press(page, "Reset")
    assert (writers(), models()) == (threads, before)


def test_a_page_that_is_left_closes_its_model(page: Any) -> None:
    threads, before = writers(), models()
    press(page, "Step")
    page.close()
    assert (writers(), models()) == (threads - 1, before - 1)


def test_what_sliders_were_set_to_is_not_taken_over_by_another_scenario(page: Any) -> None:
    threads, before = writers(), models()
    widget(page, "Slider", "Seed").v_model = 9
    press(page, "Reset")
    assert "20 agents on 4 desks · seed 9" in status(page)
    # It has the same seed as the one before.
    widget(page, "Select", "Scenario").v_model = "crash"
    assert widget(page, "Slider", "Seed").v_model == 7
    press(page, "Reset")
    assert "50 agents on 10 desks · seed 7" in status(page)
    widget(page, "Slider", "Agents").v_model = 100
    press(page, "Reset")
    assert "100 agents on 20 desks · seed 7" in status(page)
    assert (writers(), models()) == (threads, before)


@pytest.mark.parametrize("title", ["<b>es[h24]</b> {{ 1 + 1 }}", "a & b <script>alert(1)</script>"])
def test_names_that_look_like_markup_are_shown_as_they_are(title: str, tmp_path: Path) -> None:
    symbols = ["<b>es</b>", "<i>&amp;"]
    hours = [
        f"{1_640_995_200 + 3600 * hour},{symbol},{100 + hour},{101 + hour},{99 + hour},{100 + hour},9"
        for hour in range(60)
        for symbol in symbols
    ]
    (tmp_path / "odd.csv").write_text("\n".join(["timestamp,symbol,open,high,low,close,volume", *hours]))
    bars = f'kind = "replay"\nbars = "{tmp_path / "odd.csv"}"\ndaily = ""\nwarmup = 24'
    path = scenario_file(tmp_path, steps=9, bars=bars)
    path.write_text(path.read_text().replace('name = "small"', f'name = "small"\ntitle = "{title}"'))
    with shown(path, steps=9) as model, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import solara

        from freeagentics.visualization.page import Panels

        _, drawn = solara.render(Panels(model), handle_error=False)
        texts = [str(found.unsafe_innerHTML) for found in drawn.find(solara.widgets.HTML).widgets]
        drawn.close()
    assert escape(title) in texts[0]
    assert any(escape(symbols[0]) in text for text in texts[1:])
    assert not any(part in text for text in texts for part in ("<b>es", "<i>&", "<script>"))
