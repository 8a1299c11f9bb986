from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import called

from freeagentics.memory.codec import Trained, open_codec

pytest.importorskip("torch")

QUICK = ("--runs", "quick", "--seeds", 1, "--share", 0.2, "--steps", 30)


def test_a_codec_is_trained_written_and_opened(tmp_path: Path) -> None:
    done = called("train", "risk-manager", *QUICK, "--out", "mine", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "mine" / "risk-manager-128.npz"
    assert f"{path.stat().st_size:,} bytes" in done.stdout
    trained = Trained.read(path)
    assert (trained.role, trained.version) == ("risk-manager", 128)
    assert open_codec("vae", "risk-manager", ("price.zscore",), tmp_path / "mine").version == 128


def test_a_role_that_nobody_has_is_named(tmp_path: Path) -> None:
    done = called("train", "risk-manger", *QUICK, cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean 'risk-manager'" in done.stderr
    assert not list(tmp_path.glob("**/*.npz"))


def test_a_device_that_is_not_there_is_named_before_anything_runs(tmp_path: Path) -> None:
    done = called("train", "risk-manager", *QUICK, "--device", "abacus", cwd=tmp_path)
    assert done.returncode == 2
    assert "no device 'abacus'" in done.stderr
    assert "running" not in done.stderr


def test_a_scenario_that_there_is_not_is_named(tmp_path: Path) -> None:
    done = called("train", "risk-manager", "--runs", "quik", cwd=tmp_path)
    assert done.returncode == 2
    assert "quick" in done.stderr
