"""The wheel works by itself: built, installed into an empty environment outside the checkout, run by name from there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_scenario_runs_by_name_from_an_installed_wheel(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist"), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "freeagentics/scenarios/btc-replay.toml" in names
    assert "freeagentics/market/data/btcusdt-1h.parquet" in names

    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    install: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-c",
        ROOT / "constraints.txt",
        wheel,
    ]
    subprocess.run(install, check=True, capture_output=True, text=True)

    outside = tmp_path / "elsewhere"
    outside.mkdir()
    command: list[str | Path] = [environment / "bin" / "freeagentics", "run", "btc-replay", "--agents", "10", "--steps", "20", "--json"]
    plain = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, cwd=outside, env=plain, check=True, capture_output=True, text=True)
    summary = json.loads(done.stdout)
    assert summary["decisions"] == 200
    assert (outside / summary["run_dir"] / "journal.db").is_file()
