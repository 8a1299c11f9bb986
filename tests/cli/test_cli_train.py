from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from cli_runner import called

from freeagentics.journal import Journal, Kind
from freeagentics.memory.codec import CodecWeights, open_codec
from freeagentics.memory.codec.registry import shipped
from freeagentics.records import RunRecord
from freeagentics.runs import run

pytest.importorskip("torch")

ROOT = Path(__file__).parents[2]
QUICK = ("--runs", "quick", "--seeds", 1, "--share", 0.2, "--steps", 30)


def test_a_codec_is_trained_written_and_opened(tmp_path: Path) -> None:
    done = called("train", "risk-manager", *QUICK, "--out", "mine", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "mine" / "risk-manager-128.npz"
    assert f"{path.stat().st_size:,} bytes" in done.stdout
    weights = CodecWeights.read(path)
    assert (weights.role, weights.version) == ("risk-manager", 128)
    assert open_codec("autoregressive", "risk-manager", ("price.zscore",), [path]).version == 128
    assert "memory.weights" in done.stdout


def test_a_role_of_ones_own_is_trained_and_keeps_the_features_that_it_declares(tmp_path: Path) -> None:
    example = ROOT / "examples" / "momentum.toml"
    done = called("train", "momentum", "--runs", example, "--seeds", 1, "--share", 0.2, "--steps", 30, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    gaps = []
    for weights in ([], [str(tmp_path / "codecs")]):
        record = run(example, steps=30, agents=9, overrides={"memory.weights": weights}, out=tmp_path / f"run{len(weights)}")
        frame = record.memory_frame.filter(pl.col("vwap.gap").is_not_null())
        gaps.append(frame.select("step", "agent", "vwap.gap").sort("step", "agent"))
        with Journal(record.directory.journal) as journal:
            versions = {page.codec for _, page in journal.scan_pages(Kind.MEMORIES, first=1, last=30)}
            assert (128 in versions) == bool(weights)
    assert gaps[0].height == 3 * 30
    assert gaps[0].equals(gaps[1])


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


def test_a_run_takes_codecs_of_ones_own_and_keeps_them_for_its_readers(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for role in ("desk", "risk-manager"):
        replace(shipped(role), version=130).write(folder / f"{role}-130.npz")
    done = called("run", "quick", "--steps", 8, "--out", "run", "--set", f'memory.weights=["{folder}"]', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(folder)
    record = RunRecord(tmp_path / "run")
    with Journal(record.directory.journal) as journal:
        versions = {version for _, version, _, _ in journal.headers(Kind.MEMORIES)}
        assert versions == {130, shipped("market-hunter").version}
        assert {version for _, version, _, _ in journal.headers(Kind.BOOKS)} == {130}
    assert record.memory_frame.height == 8 * record.summary.agents
    done = called("run", "--resume", "run", "--steps", 12, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert RunRecord(tmp_path / "run").memory_frame.height == 12 * record.summary.agents


@pytest.mark.parametrize("what", ["nowhere", "empty", "note.npz"])
def test_what_is_no_trained_codec_is_refused_before_anything_is_written(tmp_path: Path, what: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "note.npz").write_text("not a codec")
    done = called("run", "quick", "--out", "run", "--set", f'memory.weights=["{what}"]', cwd=tmp_path)
    assert done.returncode == 2
    assert what in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()
