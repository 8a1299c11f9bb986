"""``freeagentics viz``: what is wrong is one line; what is right is a page."""

from __future__ import annotations

import io
import socket
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from page_browser import free_port

from freeagentics.cli.app import run_command_line
from freeagentics.runs import run


def refused(*arguments: object, cwd: Path) -> str:
    """The one line of a command that ends with exit code 2."""
    out, err = io.StringIO(), io.StringIO()
    with chdir(cwd), redirect_stdout(out), redirect_stderr(err):
        code = run_command_line(["viz", *map(str, arguments)])
    said = err.getvalue()
    assert (code, out.getvalue(), said.count("\n")) == (2, "", 1), said
    return said


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


def test_a_missing_extra_is_named_with_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "solara", None)
    assert refused(cwd=tmp_path) == "freeagentics: the page needs solara; install with: pip install 'freeagentics[viz]'\n"


def test_a_run_directory_is_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("quick", agents=10, steps=3, out=tmp_path / "run")
    port, served = free_port(), []
    monkeypatch.setattr("freeagentics.visualization.server.serve", lambda listener, shown: served.append((listener.close(), shown)))
    with chdir(tmp_path), redirect_stdout(io.StringIO()) as said:
        assert run_command_line(["viz", "run", "--no-browser", "--port", str(port)]) == 0
    assert served == [(None, "run")]
    assert f"http://127.0.0.1:{port}" in said.getvalue()
