"""Pictures for README and documentation: ``make pictures`` runs scenarios, and photographs the page and a report in Chromium."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from chromium import launched
from page_browser import Visit, served

from freeagentics.records import RunRecord
from freeagentics.report import save_report
from freeagentics.runs import fork, run

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SIZES = ((1400, 900), (800, 1200), (400, 800))
TABS = ("Market", "Agents", "Signals", "Memory", "Compare", "Resources")
STEPS = 1000


def runs(folder: Path) -> tuple[RunRecord, RunRecord]:
    """A run in which things happen, and a fork of it."""
    first = run("btc-replay", steps=STEPS, out=folder / "runs" / "btc-replay-seed7-20260101-000000")
    return first, fork(
        first.path, at=STEPS // 2, overrides={"market.fee_bps": 50}, out=folder / "runs" / "btc-replay-seed7-20260101-000500"
    )


def take(folder: Path, images: Path, *, every: bool) -> None:
    """The picture of README, or with *every* one of every tab in every size, light and dark."""
    first, other = runs(folder)
    fill = first.fill_frame.row(-1, named=True)
    state = f"?run=runs/{first.path.name}&step={fill['step'] - 1}&agent={fill['agent']}&with=runs/{other.path.name}"
    with served("btc-replay", cwd=folder) as server, launched() as chromium:
        for scheme in ("light", "dark") if every else ("light",):
            page = chromium.new_page(viewport={"width": 1400, "height": 900}, color_scheme=scheme, device_scale_factor=1)
            visit = Visit(page, server, state)
            visit.at_step(fill["step"] - 1, STEPS)
            visit.wait_for_status("finished")
            for tab in TABS if every else TABS[:1]:
                visit.show(tab)
                page.wait_for_timeout(8000 if tab == "Agents" else 2500)
                for width, height in SIZES if every else SIZES[:1]:
                    page.set_viewport_size({"width": width, "height": height})
                    page.wait_for_timeout(400)
                    name = f"{tab.lower()}-{width}-{scheme}.png" if every else "page.png"
                    page.screenshot(path=images / name)
                page.set_viewport_size({"width": 1400, "height": 900})
            visit.leave()


def take_report(folder: Path, images: Path) -> None:
    """The first screen of the report about a run in which memory pays."""
    page = save_report(run("echo", seed=8, out=folder / "runs" / "echo"))
    with launched() as chromium:
        shown = chromium.new_page(viewport={"width": 1400, "height": 1100}, color_scheme="light", device_scale_factor=1)
        shown.goto(page.as_uri())
        shown.wait_for_timeout(1000)
        shown.screenshot(path=images / "report.png")


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--every", type=Path, metavar="FOLDER", help="one of every tab in every size, light and dark, into this folder")
    options = given.parse_args()
    if options.every:
        options.every.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        take(Path(place), options.every or IMAGES, every=bool(options.every))
        take_report(Path(place), options.every or IMAGES)


if __name__ == "__main__":
    main()
