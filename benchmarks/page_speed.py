"""Speed of the page in the browser: steps a second while it plays, beside an earlier page, and what a click costs at many agents.

``python benchmarks/page_speed.py --before c014054`` unpacks that revision, serves both pages in turn, and lets Chromium play.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from freeagentics.visualization.visit import Visit

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-c", "from freeagentics.cli.main import main; main()", "viz", "btc-replay", "--no-browser", "--port"]
SECONDS = 20.0
"""For how long each page plays, after it has taken its first steps."""

AGENTS, STEPS = 10_000, 250
"""Of the live run in which clicks are timed: agents, and the step from which on, when charts of the past are as long as they get."""


@contextmanager
def served(source: Path, folder: Path) -> Iterator[str]:
    """The page of the package under *source*, served in a process of its own; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([*COMMAND, str(port)], cwd=folder, env=os.environ | {"PYTHONPATH": str(source)}, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def earlier(revision: str, folder: Path) -> Path:
    """The package as it was at a revision, with the kernels compiled for it."""
    archive = subprocess.run(
        ["git", "archive", revision, "freeagentics", "scenarios", "hatch_build.py"], cwd=ROOT, check=True, capture_output=True
    )
    subprocess.run(["tar", "x"], cwd=folder, check=True, input=archive.stdout)
    compiling = "from pathlib import Path; import hatch_build; hatch_build.compile_kernels(Path('.'))"
    subprocess.run([sys.executable, "-c", compiling], cwd=folder, check=True, env=os.environ | {"PYTHONPATH": str(folder)})
    return folder


def rate(page: Page, step: str) -> float:
    """Steps a second, by what an expression of JavaScript says that the page stands at."""
    page.wait_for_function(f"({step}) >= 2", timeout=120_000)
    began, first = time.perf_counter(), page.evaluate(step)
    page.wait_for_timeout(1000 * SECONDS)
    return float((page.evaluate(step) - first) / (time.perf_counter() - began))


def before(browser: Browser, address: str) -> float:
    """Steps a second of the page that Mesa's controls drove."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(address)
    page.get_by_role("button", name="▶").click(timeout=120_000)
    found = rate(page, r"Number((document.body.innerText.match(/step ([\d,]+) of/) || [0, '0'])[1].replace(',', ''))")
    page.close()
    return found


def now(browser: Browser, address: str) -> float:
    """Steps a second of this page: without a run it begins one and plays it."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(address)
    found = rate(page, "Number((document.querySelector('.where strong')?.textContent || 'step 0').split(' ')[1].replace(',', ''))")
    page.close()
    return found


class Played:
    """A visit that plays a live run of many agents; its page is a list of what it is told.

    Attributes:
        last: step on record that the page was told of last.
    """

    def __init__(self) -> None:
        self.last = 0
        self.visit = Visit("btc-replay", self._hear)
        self.visit.ask({"ask": "begin", "id": 0, "scenario": "btc-replay", "agents": AGENTS, "play": True})

    def _hear(self, message: dict[str, Any]) -> None:
        # The widget writes it as JSON too, in the thread that answers.
        json.dumps(message)
        if message["kind"] == "piece":
            self.last = message["last"]
        if message["kind"] in ("piece", "memory"):
            self.visit.ask({"ask": "seen", "id": 0})

    def click_ms(self, *verbs: str) -> float:
        """Processor time of the thread that answers these questions, ms: the median of nine times."""
        taken = []
        for turn in range(9):
            began = time.thread_time()
            for verb in verbs:
                self.visit.ask({"ask": verb, "id": 1, "step": self.last, "agent": f"trade-executor-{700 + turn:04d}"})
            taken.append(1000 * (time.thread_time() - began))
        return statistics.median(taken)


CLICKS = {
    "the Agents tab": ("agents",),
    "an agent": ("agent", "account"),
    "a fill": ("agents", "agent", "account", "past"),
    "the Signals tab": ("signals",),
    "a step back": ("agents", "agent", "past"),
}
"""What a click asks for."""


def clicks_ms(folder: Path) -> Iterator[tuple[str, float]]:
    """Processor time that clicks take of the server while a live run of many agents plays, ms."""
    with chdir(folder):
        played = Played()
        while played.last < STEPS:
            time.sleep(0.1)
        for name, verbs in CLICKS.items():
            yield name, played.click_ms(*verbs)
        played.visit.close()


def main() -> None:
    """Measure, and print what was found."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--before", help="revision whose page, driven by Mesa's controls, is measured beside this one")
    given.add_argument("--chromium", default="chromium")
    options = given.parse_args()
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder = Path(place)
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox", "--disable-gpu"])
        rates = {}
        if options.before:
            (folder / "before").mkdir()
            with served(earlier(options.before, folder / "before"), folder) as address:
                rates["before"] = before(browser, address)
        with served(ROOT, folder) as address:
            rates["now"] = now(browser, address)
        browser.close()
        for name, found in rates.items():
            print(f"{name:8} {found:6.2f} steps/s at 50 agents while playing")
        if options.before:
            print(f"         {rates['now'] / rates['before']:6.1f} times as many")
        for name, ms in clicks_ms(folder):
            print(f"{name:16} {ms:6.1f} ms of processor time at {AGENTS:,} agents while playing")


if __name__ == "__main__":
    main()
