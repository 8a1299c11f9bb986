"""The page as its users have it: ``freeagentics viz`` in a process of its own, and a Chromium that looks at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

COMMAND = [sys.executable, "-c", "from freeagentics.cli.main import main; main()", "viz"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """The path of a Chromium. Where there is none the test is skipped, but in CI it fails."""
    for found in (os.environ.get("CHROME_BIN"), *map(shutil.which, NAMES)):
        if found:
            return found
    reason = f"no Chromium: none of {', '.join(NAMES)} is on PATH, and CHROME_BIN is not set"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A server of the page in a process of its own.

    Attributes:
        address: of the page.
    """

    def __init__(self, address: str, process: subprocess.Popen[str]) -> None:
        self.address, self._process = address, psutil.Process(process.pid)

    def threads(self) -> int:
        """How many threads it has now."""
        return int(self._process.num_threads())


@contextmanager
def served(scenario: str | Path, *, cwd: Path) -> Iterator[Server]:
    """A page that is served; when it is left the server must end at a single Ctrl-C."""
    port = free_port()
    command = [*COMMAND, str(scenario), "--no-browser", "--port", str(port)]
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            said = server.stdout.readline()
            assert f"http://127.0.0.1:{port}" in said, said
            yield Server(f"http://127.0.0.1:{port}", server)
        finally:
            server.terminate()
            server.wait(timeout=20)


class Visit:
    """A page in Chromium, and what must not happen there.

    Attributes:
        page: Playwright's. server: who serves it.
        errors: of the console, and uncaught ones. strangers: addresses asked for that are not the server's.
    """

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.server = page, server
        self.errors: list[str] = []
        self.strangers: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda opened: self._asked(opened.url.replace("ws:", "http:")))
        page.goto(server.address)
        self.page.get_by_role("button", name="Reset").wait_for()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.server.address, "data:", "blob:")):
            self.strangers.append(url)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def wait_for(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for()

    def setting(self) -> list[str]:
        """The title of what is shown, its agents, its seed and its fee."""
        title, facts = self.page.locator(".show-status").inner_text().split("\n")
        return [title, *facts.split(" · ")[-3:]]

    def at_step(self, step: int) -> None:
        """Wait until the panels show this step."""
        self.wait_for(f"step {step} of ")

    def beyond_step(self, step: int) -> None:
        """Wait until the panels show this step no more."""
        self.page.get_by_text(f"step {step} of ").wait_for(state="hidden")

    def choose(self, scenario: str) -> None:
        self.page.get_by_role("button", name="Scenario").click()
        self.page.get_by_role("option", name=scenario, exact=True).click()

    def pick(self, agent: str) -> None:
        self.page.get_by_label("Agent", exact=True).fill(agent)
        self.page.get_by_role("option", name=agent).click()


@contextmanager
def visited(scenario: str | Path, *, cwd: Path) -> Iterator[Visit]:
    """A page that Chromium has loaded."""
    executable = chromium()
    with served(scenario, cwd=cwd) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            yield Visit(browser.new_page(viewport={"width": 1400, "height": 900}), server)
        finally:
            browser.close()
