"""``freeagentics viz``: what is wrong is one line; what is right is a page."""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from cli_runner import called
from page_browser import served

from freeagentics.runs import run

WITHOUT_SOLARA = "import sys; sys.modules['solara'] = None; from freeagentics.cli.main import main; main()"


def refused(*arguments: object, cwd: Path) -> str:
    """The one line of a command that ends with exit code 2."""
    done = called("viz", *arguments, cwd=cwd)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("btc-repay", "did you mean 'btc-replay'?"),
        ("nowhere.toml", "scenario nowhere.toml: no such file"),
        ("empty", "not a run directory, it has no run.toml"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_line(given: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert line in refused(given, "--no-browser", cwd=tmp_path)


def test_a_port_in_use_is_refused_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = refused("quick", "--no-browser", "--port", port, cwd=tmp_path)
    assert f"port {port} of 127.0.0.1 cannot be had" in line
    assert "--port" in line


def test_a_missing_extra_is_named_with_how_to_install_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT_SOLARA, "viz"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "freeagentics: the page needs solara; install with: pip install 'freeagentics[viz]'\n"


def test_a_run_directory_is_shown_by_its_own_scenario(tmp_path: Path) -> None:
    record = run("quick", agents=10, steps=3, out=tmp_path / "run")
    with served(record.directory.path, cwd=tmp_path) as server, urllib.request.urlopen(server.address, timeout=30) as answer:
        assert answer.status == 200
