"""The page as its users have it: ``freeagentics viz`` in a process of its own, and a Chromium that looks at it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import ConsoleMessage, Locator, Page

COMMAND = [sys.executable, "-c", "from freeagentics.cli.main import main; main()", "viz"]


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

    def files(self) -> int:
        """How many files it has open now."""
        return len(self._process.open_files())

    def resident_mb(self) -> float:
        """Its resident set."""
        return float(self._process.memory_info().rss / 2**20)


@contextmanager
def served(shown: str | Path, *, cwd: Path) -> Iterator[Server]:
    """A page that is served; when it is left the server must end at a single Ctrl-C."""
    port = free_port()
    command = [*COMMAND, str(shown), "--no-browser", "--port", str(port)]
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
        page: Playwright's.
        server: who serves it.
        errors: of the console, uncaught ones, and requests that failed.
        strangers: addresses asked for that are not the server's.
    """

    def __init__(self, page: Page, server: Server, query: str = "") -> None:
        self.page, self.server = page, server
        self.errors: list[str] = []
        self.strangers: list[str] = []
        page.set_default_timeout(60_000)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda opened: self._asked(opened.url.replace("ws:", "http:")))
        page.on("response", lambda response: self.errors.append(f"{response.status} {response.url}") if response.status >= 400 else None)
        self.open(query)

    def open(self, query: str) -> None:
        """Go to the page, and wait until it shows a run."""
        self.page.goto(f"{self.server.address}/{query}")
        self.page.locator(".status strong").wait_for()

    def leave(self) -> None:
        """Close the tab as a user does: Chromium tells the server, which it does not when Playwright closes a page."""
        self.page.goto("about:blank")
        self.page.close()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.server.address, "data:", "blob:")):
            self.strangers.append(url)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def show(self, tab: str) -> None:
        self.page.get_by_role("tab", name=tab).click()

    def wait_for(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for()

    def status(self) -> str:
        """What is shown: title, agents, seed, fee, and whether it goes on."""
        return self.page.locator(".status").inner_text()

    def wait_for_status(self, text: str) -> None:
        self.page.locator(".status", has_text=text).wait_for()

    def at_step(self, step: int, of: int) -> None:
        """Wait until the page stands at this step."""
        self.page.locator(".where strong", has_text=f"step {step} of {of:,}").wait_for()

    def step(self) -> int:
        """The step at which the page stands."""
        return int(self.page.locator(".where strong").inner_text().split()[1].replace(",", ""))

    def wait_until(self, truth: str) -> None:
        """Wait for an expression of JavaScript to be true."""
        self.page.wait_for_function(truth)

    def row(self, table: str, name: str) -> Locator:
        """A row of a table, in sight. The table says that its tab is shown: rows of another may have the same name."""
        row = self.page.get_by_role("table", name=table).get_by_role("row", name=name).first
        row.wait_for()
        row.scroll_into_view_if_needed()
        return row

    def query(self) -> dict[str, str]:
        """The state that the address holds."""
        found: dict[str, str] = self.page.evaluate("Object.fromEntries(new URLSearchParams(location.search))")
        return found
